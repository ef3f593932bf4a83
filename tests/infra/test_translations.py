"""The catalogues: nothing untranslated, nothing lost, nothing outside gettext."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from huiyin.config import translations

WELCOME = "欢迎 %(name)s"
GOOD = {"en": "Welcome, %(name)s", "zh_Hant": "歡迎 %(name)s"}


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a package with one string in code and one in a page, both translated."""
    folder = tmp_path / "source"
    (folder / "templates").mkdir(parents=True)
    (folder / "hall.py").write_text(f'told = _("{WELCOME}")\n', encoding="utf-8")
    (folder / "templates" / "hall.html").write_text(
        '{% load i18n %}<p>{% translate "登录" %}</p>\n', encoding="utf-8"
    )
    monkeypatch.setattr(translations, "SOURCE", folder)
    monkeypatch.setattr(translations, "LOCALE", folder / "locale")
    for language, told in GOOD.items():
        translate(language, {WELCOME: told, "登录": "Log in"})
    return folder


def translate(language: str, words: dict[str, str]) -> None:
    """Write a catalogue with just these words."""
    catalogue = Catalog(locale=language, fuzzy=False)
    for told, string in words.items():
        catalogue.add(told, string)
    translations._write(language, catalogue)


def test_every_string_of_the_interface_is_translated(capsys: pytest.CaptureFixture[str]) -> None:
    assert translations.check() == 0, capsys.readouterr().err


@pytest.mark.usefixtures("source")
def test_a_whole_catalogue_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert translations.main(["--check"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("language", translations.LANGUAGES)
@pytest.mark.parametrize("words", [{WELCOME: "", "登录": "Log in"}, {"登录": "Log in"}])
@pytest.mark.usefixtures("source")
def test_a_string_without_translation_is_noticed(
    language: str, words: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    translate(language, words)
    assert translations.check() == 1
    assert capsys.readouterr().err == f"{language}: not translated: {WELCOME!r}\n"


@pytest.mark.usefixtures("source")
def test_a_lost_placeholder_is_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    translate("en", {WELCOME: "Welcome, friend", "登录": "Log in"})
    assert translations.check() == 1
    assert capsys.readouterr().err == f"en: a placeholder is missing: {WELCOME!r}\n"


def test_chinese_outside_gettext_is_noticed(
    source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = source / "templates" / "bare.html"
    page.write_text('<p>{# 说明 #}{% translate "登录" %} <b>请登录</b></p>\n', encoding="utf-8")
    assert translations.check() == 1
    told = capsys.readouterr().err
    assert told.startswith("templates/bare.html: Chinese outside gettext:")
    assert told.count("\n") == 1
