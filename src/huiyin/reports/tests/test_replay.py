"""``huiyin standards replay``: the same facts under other limits, and nothing written."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from huiyin.kernel import clock
from huiyin.matters import actions
from huiyin.matters.models import Promise
from huiyin.matters.tests.cast import AT, make_cast, tick
from huiyin.reports import replay

DAY = date(2026, 3, 16)
pytestmark = pytest.mark.django_db


@pytest.fixture
def stricter(tmp_path: Path) -> str:
    """Write a document that allows five minutes for what residential allows ten."""
    file = tmp_path / "strict.toml"
    file.write_text(
        'extends = "residential"\nprofile = "strict"\n'
        '[[clause]]\nid = "complaint.assign"\nlimit = "5m"\n',
        encoding="utf-8",
    )
    return str(file)


def test_other_limits_other_verdicts(stricter: str, capsys: pytest.CaptureFixture[str]) -> None:
    cast = make_cast()
    for minutes in (4, 8):
        number = cast.receive()
        actions.assign_matter(
            by=cast.caller("supervisor"),
            at=AT + timedelta(minutes=minutes),
            number=number,
            to=cast.code("keeper"),
        )
    later = AT + timedelta(hours=1)
    tick(later)
    before = list(Promise.objects.order_by("id").values())
    with clock.at(later):
        assert replay.run("YG", stricter, DAY, DAY) == 0
        assert "CMP-01   assign         2/2 -> 1/2\n" in capsys.readouterr().out
        assert replay.run("YG", stricter, DAY + timedelta(1), DAY + timedelta(1)) == 0
        assert capsys.readouterr().out == ""
    assert list(Promise.objects.order_by("id").values()) == before


def test_what_cannot_be_used_is_said(
    stricter: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_cast()
    broken = tmp_path / "broken.toml"
    broken.write_text('extends = "residential"\nprofil = "x"\n', encoding="utf-8")
    assert replay.run("ZZ", stricter, DAY, DAY) == 2
    assert replay.run("YG", stricter, DAY, DAY - timedelta(days=1)) == 2
    assert replay.run("YG", str(tmp_path / "none"), DAY, DAY) == 2
    assert replay.run("YG", str(broken), DAY, DAY) == 1
    assert "line 2: profil: no such key" in capsys.readouterr().err
