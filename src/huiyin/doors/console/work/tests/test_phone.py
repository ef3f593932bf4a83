"""What the phone keeps: the shell without anybody's data, its worker, its manifest, its words."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.doors.console.work import phone
from huiyin.doors.console.work.words import words
from huiyin.matters import actions
from huiyin.matters.tests.cast import AT, Cast

SCRIPTS = ("field", "dialogs", "dom", "jobs", "queue", "shrink", "sign")


def source(name: str) -> str:
    """Return a static file of ours."""
    found = finders.find(name)
    assert found, name
    return Path(found).read_text(encoding="utf-8")


def a_job(cast: Cast, to: str = "technician") -> str:
    """Give a repair to somebody."""
    number = cast.receive(kind="repair")
    actions.assign_matter(by=cast.caller("supervisor"), at=AT, number=number, to=cast.code(to))
    return number


def test_the_shell_says_nothing_about_anybody(cast: Cast) -> None:
    number = a_job(cast)
    answer = visitor(cast, "technician").get("/work/shell/")
    text = text_of(answer)
    assert text_of(Client().get("/work/shell/")) == text  # the same for whoever holds the phone
    for secret in (number, "许技", "E016", "csrf", "YG"):
        assert secret not in text


def test_a_page_that_comes_from_the_server_says_whose_it_is(cast: Cast) -> None:
    text = text_of(visitor(cast, "technician").get("/work/"))
    assert 'data-me="e016"' in text
    assert 'data-jobs="/work/jobs.json"' in text
    assert "field-words" in text


def test_a_swap_brings_the_list_and_no_words(cast: Cast) -> None:
    number = a_job(cast)
    answer = visitor(cast, "technician").post(f"/work/{number}/accept/", htmx=True)
    assert "field-words" not in text_of(answer)


def test_one_job_has_a_page_of_its_own(cast: Cast) -> None:
    number, other = a_job(cast), a_job(cast)
    text = text_of(visitor(cast, "technician").get(f"/work/{number}/"))
    assert number in text
    assert other not in text


def test_a_job_of_somebody_else_is_not_there(cast: Cast) -> None:
    number = a_job(cast, to="maintenance_foreman")
    assert visitor(cast, "technician").get(f"/work/{number}/").status_code == 404


def test_the_worker_keeps_every_file_the_page_asks_for(client: Client) -> None:
    answer = client.get("/sw.js")
    text = text_of(answer)
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Service-Worker-Allowed"] == "/"
    assert "no-cache" in answer["Cache-Control"]
    kept = set(json.loads(re.findall(r"const HUIYIN = (\{.*?\});", text)[0])["assets"])
    for name in SCRIPTS:
        script = source(f"huiyin/{name}.js")
        for asked in re.findall(r'from "\./(\w+\.js)"', script):
            assert f"/static/huiyin/{asked}" in kept
    shell = text_of(client.get("/work/shell/"))
    for asked in re.findall(r'(?:href|src)="(/static/[^"#]+)', shell):
        assert asked in kept or asked.endswith(".png"), asked


def test_another_file_makes_another_worker(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    changed = tmp_path / "field.js"
    changed.write_text("changed", encoding="utf-8")
    find = finders.find
    before = phone.version()
    phone.version.cache_clear()
    monkeypatch.setattr(
        finders, "find", lambda name: str(changed) if name.endswith("field.js") else find(name)
    )
    assert phone.version() != before
    assert phone.version() in text_of(client.get("/sw.js"))
    phone.version.cache_clear()


def test_the_manifest_makes_it_an_app(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    told = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (told["name"], told["start_url"], told["display"]) == ("回音", "/work/", "standalone")
    sizes = {one["sizes"] for one in told["icons"] if one["purpose"] == "any"}
    assert {"192x192", "512x512"} <= sizes
    for one in told["icons"]:
        assert finders.find(one["src"].removeprefix("/static/")), one["src"]


def test_every_sentence_the_script_asks_for_is_there() -> None:
    known = words()
    asked = {
        name for one in SCRIPTS for name in re.findall(r'\bt\("(\w+)"', source(f"huiyin/{one}.js"))
    }
    assert asked <= known.keys(), asked - known.keys()
    built = re.compile(r"\bt\(`(\w+?)_\$\{")
    for prefix in {name for one in SCRIPTS for name in built.findall(source(f"huiyin/{one}.js"))}:
        assert any(name.startswith(f"{prefix}_") for name in known), prefix
