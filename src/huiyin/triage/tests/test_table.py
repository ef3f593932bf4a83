"""Versions of the table, suggestions from them, and the command."""

import json
from pathlib import Path
from typing import Any

import pytest

from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.matters.tests.cast import AT, Cast
from huiyin.trail.models import Entry
from huiyin.triage import actions, queries
from huiyin.triage.command import UnusableFile, run
from huiyin.triage.reading import UnableToReadTable, shipped_text

OWN = '\n[[entry]]\nname = "孔明灯"\nkind = "help"\nweight = 9\nany = ["孔明灯"]\n'


def save(cast: Cast, by: str = "manager", **given: Any) -> int:
    """Save the shipped table with one entry more."""
    values = {"text": shipped_text() + OWN, "reason": "加上孔明灯", **given}
    return actions.save_table(
        by=cast.caller(by), at=AT, community_id=cast.town.community.pk, **values
    )


def kind_of(cast: Cast, text: str, *, town: str = "town") -> str:
    """Return the kind proposed in a community."""
    return queries.suggest(community_id=getattr(cast, town).community.pk, text=text).kind


def test_a_suggestion_shows_the_words_it_saw(cast: Cast, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        found = queries.suggest(community_id=cast.town.community.pk, text="厨房漏水")
    assert (found.kind, found.title, found.urgent) == ("repair", "报修", False)
    assert {words for words, _why in found.seen} == {"漏水", "厨房"}


def test_an_edit_counts_in_its_community_only_and_is_history(cast: Cast) -> None:
    assert kind_of(cast, "孔明灯挂树上") == ""
    assert save(cast) == 1
    assert kind_of(cast, "孔明灯挂树上") == "help"
    assert kind_of(cast, "孔明灯挂树上", town="neighbour") == ""
    manager = cast.caller("manager")
    rows = queries.versions(caller=manager, community_id=cast.town.community.pk)
    assert [(one.number, one.reason) for one in rows] == [(1, "加上孔明灯"), (0, "随系统提供")]
    assert rows[0].made_by == "王静"
    assert Entry.objects.filter(action="triage.table_saved", reason="加上孔明灯").count() == 1


def test_an_earlier_version_can_be_looked_at_and_saved_again(cast: Cast) -> None:
    save(cast)
    community_id = cast.town.community.pk
    old = queries.table(caller=cast.caller("manager"), community_id=community_id, number=0)
    assert (old.number, old.latest) == (0, 1)
    assert save(cast, text=old.text, reason="还是原来的好") == 2
    assert kind_of(cast, "孔明灯挂树上") == ""
    with pytest.raises(NotFound):
        queries.table(caller=cast.caller("manager"), community_id=community_id, number=9)


def test_who_may_not(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        save(cast, "receptionist")
    with pytest.raises(NotFound):
        save(cast, "E031")
    with pytest.raises(NotFound):
        queries.table(caller=cast.caller("E031"), community_id=cast.town.community.pk)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"reason": " "}, "请写明修改原因"),
        ({"text": shipped_text()}, "没有可保存的修改"),
        ({"base": 3}, "别人刚保存了第 0 版"),
        ({"text": shipped_text() + OWN.replace("help", "helps")}, "“孔明灯”的类别“helps”不存在"),
        (
            {"text": shipped_text() + OWN.replace('["孔明灯"]', '["灯"]')},
            "“孔明灯”里的“灯”只有一个字",
        ),
        ({"text": "x" * 200_000}, "词表太长"),
    ],
)
def test_refusals_say_what_to_mend(cast: Cast, given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Exception, match=sentence) as refused:
        save(cast, **given)
    assert getattr(refused.value, "field", None) in {"text", "reason"}
    assert kind_of(cast, "孔明灯挂树上") == ""


def test_a_draft_is_tried_without_being_saved(cast: Cast) -> None:
    tried, figures = queries.attempt(
        caller=cast.caller("manager"),
        community_id=cast.town.community.pk,
        draft=shipped_text() + OWN,
        sentences=["孔明灯挂树上", "  ", "厨房着火了"],
    )
    assert [(text, one.kind, one.urgent) for text, one in tried] == [
        ("孔明灯挂树上", "help", False),
        ("厨房着火了", "complaint.emergency", True),
    ]
    assert figures.sentences >= 300
    assert kind_of(cast, "孔明灯挂树上") == ""
    with pytest.raises(UnableToReadTable):
        queries.attempt(
            caller=cast.caller("manager"),
            community_id=cast.town.community.pk,
            draft="gap = 1",
            sentences=[],
        )


def test_the_command_measures_its_own_sample(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(None, as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["all"]["urgent"]["recall"] >= 0.98
    assert told["held_out"]["sentences"] >= 100
    assert run(None, as_json=False) == 0
    assert "precision" in capsys.readouterr().out


def test_the_command_lists_what_it_would_call_urgent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "letters.csv"
    file.write_text("id,text\n1,厨房着火了\n2,请问几点下班\n", encoding="utf-8")
    assert run(str(file), as_json=False) == 0
    told = capsys.readouterr().out
    assert "2 texts, 1 would be called urgent" in told
    assert "着火" in told
    file.write_text("id,words\n1,x\n", encoding="utf-8")
    with pytest.raises(UnusableFile, match="no column named text"):
        run(str(file), as_json=False)
    file.write_text("text,kind,urgent\n厨房着火了,complaint.emergency,1\n", encoding="utf-8")
    assert run(str(file), as_json=False) == 0
    assert "urgent" in capsys.readouterr().out
