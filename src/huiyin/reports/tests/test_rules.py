"""``huiyin rules``: the catalogue, and the tests that carry each rule."""

import json
from pathlib import Path

import pytest

from huiyin.reports import rules

HOUSE = """
import pytest

@pytest.mark.rule("CMP-01")
def test_assigned_in_time(): ...

@pytest.mark.rule("CMP-01", "STD-03")
class TestLate:
    @pytest.mark.rule("CMP-02")
    def test_is_a_failure(self): ...

@pytest.mark.parametrize("kind", [pytest.param("repair", marks=pytest.mark.rule("WO-01"))])
def test_kinds(kind): ...

def helper(): ...
"""
IN_TIME = "tests/test_house.py::test_assigned_in_time"
LATE = "tests/test_house.py::TestLate::test_is_a_failure"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    inner = tmp_path / "src" / "huiyin" / "matters" / "tests"
    for folder, text in (
        (tmp_path / "tests", HOUSE),
        (inner, 'import pytest\npytestmark = pytest.mark.rule("HR-02")\ndef test_moves(): ...\n'),
    ):
        folder.mkdir(parents=True)
        (folder / "test_house.py").write_text(text, encoding="utf-8")
    return tmp_path


def test_finds_marks_on_functions_classes_modules_and_parameters(root: Path) -> None:
    assert rules.carried(root) == {
        "CMP-01": (IN_TIME, LATE),
        "STD-03": (LATE,),
        "CMP-02": (LATE,),
        "WO-01": ("tests/test_house.py::test_kinds",),
        "HR-02": ("src/huiyin/matters/tests/test_house.py::test_moves",),
    }


@pytest.mark.parametrize(
    ("outcomes", "kept"),
    [
        ({}, True),
        ({IN_TIME: "passed", LATE: "passed"}, True),
        ({IN_TIME: "passed", LATE: "failed"}, False),
        ({IN_TIME: "passed", LATE: "skipped"}, True),
        ({IN_TIME: "skipped", LATE: "skipped"}, False),
    ],
)
def test_kept_needs_a_test_that_did_not_fail(
    outcomes: dict[str, str], kept: bool, root: Path
) -> None:
    (root / ".huiyin-test").mkdir()
    (root / rules.RESULTS).write_text(json.dumps(outcomes), encoding="utf-8")

    found = {one.id: one for one in rules.catalogue(rules.carried(root), rules.results(root))}

    assert found["CMP-01"].kept is kept
    assert not found["BIL-01"].kept


def test_every_rule_has_words_of_its_own() -> None:
    titles = rules.titles()

    assert len(titles) == 167
    assert all(words["title"] and words["text"].endswith(".") for words in titles.values())
    assert len({words["title"] for words in titles.values()}) == len(titles)


def test_says_when_installed_without_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rules, "ROOT", tmp_path)

    assert rules.run(as_json=True) == 0

    printed = capsys.readouterr()
    assert "without its tests" in printed.err
    assert not any(rule["kept"] for rule in json.loads(printed.out))


def test_a_rule_that_does_not_exist_is_an_error(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = root / "tests" / "test_wrong.py"
    wrong.write_text('import pytest\n@pytest.mark.rule("CMP-99")\ndef test_it(): ...\n')
    monkeypatch.setattr(rules, "ROOT", root)

    assert rules.run(as_json=False) == 1

    assert "tests/test_wrong.py::test_it: there is no rule CMP-99" in capsys.readouterr().err
