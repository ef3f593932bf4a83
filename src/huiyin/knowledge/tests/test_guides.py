"""Guides of the desk per kind of contact (REC-07), and the starter answers."""

import tomllib
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.knowledge import actions, queries
from huiyin.knowledge.rules import Card, closeness, gives_away, pieces, rank
from huiyin.knowledge.words import shipped, shipped_text
from huiyin.matters.tests.cast import AT, Cast

OWN = """
[[guide]]
code = "drone"
title = "无人机"
kinds = ["suggestion"]
steps = ["一", "二", "三"]
"""


def save(cast: Cast, by: str = "supervisor", **given: Any) -> int:
    """Save the shipped guides with one more."""
    values = {"text": shipped_text() + OWN, "reason": "多了无人机", **given}
    return actions.save_guides(
        by=cast.caller(by), at=AT, community_id=cast.town.community.pk, **values
    )


@pytest.mark.rule("REC-07")
@pytest.mark.parametrize(
    ("channel", "kind", "code"),
    [
        ("phone", "", "phone"),
        ("visit", "", "visit"),
        ("phone", "complaint", "complaint"),
        ("visit", "complaint.written", "complaint"),
        ("visit", "complaint.attitude", "agitated"),
        ("phone", "complaint.emergency", "emergency"),
        ("radio", "", ""),
    ],
)
def test_a_contact_has_its_guide(cast: Cast, channel: str, kind: str, code: str) -> None:
    found = queries.guide_for(community_id=cast.town.community.pk, channel=channel, kind=kind)
    assert (found.code if found else "") == code


@pytest.mark.rule("REC-07")
def test_an_agitated_visitor_is_taken_to_the_meeting_room() -> None:
    guide = next(one for one in shipped() if one.code == "agitated")
    assert "会议室" in guide.steps[0]


def test_a_community_changes_its_own_with_history(cast: Cast) -> None:
    community_id = cast.town.community.pk
    assert save(cast) == 1
    found = queries.guide_for(community_id=community_id, channel="", kind="suggestion")
    assert found is not None and found.title == "无人机"
    other = cast.neighbour.community.pk
    assert queries.guide_for(community_id=other, channel="", kind="suggestion") is None
    rows = queries.guide_versions(caller=cast.caller("keeper"), community_id=community_id)
    assert [one.number for one in rows] == [1, 0]
    number, text = queries.guide_source(
        caller=cast.caller("keeper"), community_id=community_id, number=0
    )
    assert (number, text) == (0, shipped_text())


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"reason": ""}, "请写明修改原因"),
        ({"text": shipped_text()}, "没有可保存的修改"),
        ({"base": 5}, "别人刚保存了"),
        ({"text": OWN.replace('"三"', '""')}, "“无人机”里有空的"),
        ({"text": OWN.replace(', "三"', "")}, "“无人机”的步骤数应为 3-10"),
        ({"text": OWN.replace("drone", "Drone!")}, "代号“Drone!”"),
        ({"text": OWN + OWN}, "代号“drone”已经用过"),
        ({"text": "guide = 3"}, "写法不对"),
        ({"text": ""}, "至少写一份"),
        ({"text": "[["}, "文件写法有误"),
    ],
)
def test_refused_guides_say_what_to_mend(cast: Cast, given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Exception, match=sentence):
        save(cast, **given)


def test_who_may_not(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        save(cast, "receptionist")
    with pytest.raises(NotFound):
        save(cast, "E031")


def test_the_starter_answers_give_nobody_away_and_are_found() -> None:
    text = resources.files("huiyin.knowledge").joinpath("starter.toml").read_text(encoding="utf-8")
    answers = tomllib.loads(text)["answer"]
    assert len(answers) >= 25
    for one in answers:
        assert len(one["question"]) <= 120
        if one["owner_visible"]:
            assert gives_away(one["question"] + one["answer"] + one["words"])[0] == ""


# -- the rules by themselves

WORDS = st.text(alphabet="停车月卡发票怎么办理装修垃圾ab12 ,", max_size=30)


@given(WORDS, WORDS)
def test_closeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    a, b = pieces(one), pieces(other)
    assert 0 <= closeness(a, b) <= 1
    assert closeness(a, b) == closeness(b, a)


@given(WORDS)
def test_a_question_finds_itself_first(question: str) -> None:
    card = Card(question, "", "", "", pieces(question))
    if question.strip():
        found = rank(question, card)
        assert found is not None and found[0] == 0
