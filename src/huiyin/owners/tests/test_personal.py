"""What is kept of somebody: shown, taken along, corrected; of nobody else (privacy)."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.matters import actions as matters
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast
from huiyin.notices.courier import run_once
from huiyin.owners import actions, queries
from huiyin.owners.tests.people import OWNER, account, caller, lives, person, raised
from huiyin.trail.models import Entry

SPOUSE = "13600000001"


@pytest.mark.rule("OWN-05")
def test_what_is_kept_is_ones_own_and_the_look_is_written_down(cast: Cast) -> None:
    lives(person(cast, "李明", SPOUSE), cast.town.flat, "co_owner")
    kept = queries.kept(caller=caller(), at=AT)
    assert kept.log_in == "138****5678" and kept.matters == 0
    assert [one.community for one in kept.people] == ["YG花园", "CH花园"]
    assert kept.people[0].plates == ("粤B12345",)
    assert "李明" not in str(kept) and "13600000001" not in str(kept) and OWNER not in str(kept)
    (entry,) = Entry.objects.filter(action="personal.read")
    assert entry.by_id == account(OWNER).pk


@pytest.mark.rule("OWN-05")
def test_an_export_is_whole_and_holds_nobody_else(cast: Cast) -> None:
    lives(person(cast, "李明", SPOUSE), cast.town.flat, "co_owner")
    mine = raised(cast, text="厨房漏水")
    spouses = raised(cast, SPOUSE, text="阳台漏水")
    nameless = raised(cast, kind="complaint", text="楼上太吵", anonymous=True)
    matters.note_matter(by=cast.caller("supervisor"), at=AT, number=mine, text="业主难缠")
    actions.chase(by=caller(), at=AT, number=mine, note="快")
    there = raised(cast, house_id=cast.neighbour.flat.pk, text="CH的灯坏了")
    taken = actions.export(by=caller(), at=AT)
    text = json.dumps(taken, ensure_ascii=False)
    assert OWNER in text and "3-1-1201" in text
    assert [one["number"] for one in taken["matters"]] == [mine, there]
    assert [one["text"] for one in taken["matters"][0]["said"]] == ["厨房漏水", "快"]
    for other in (spouses, nameless, "李明", SPOUSE, "业主难缠", "赵强", "阳台漏水"):
        assert other not in text
    run_once(AT)
    again = actions.export(by=caller(), at=AT)
    assert {one["channel"] for one in again["messages"]} >= {"in_app"}
    assert any(mine in one["text"] for one in again["messages"])
    assert spouses not in str(again["messages"])
    entry = Entry.objects.filter(action="owners.exported").earliest("id")
    assert entry.by_id == account(OWNER).pk


def test_what_was_raised_from_a_house_since_sold_is_still_ones_own_data(cast: Cast) -> None:
    mine = raised(cast)
    cast.town.owner.occupancies.update(until_on=AT.date())
    later = AT + timedelta(days=1)
    taken = actions.export(by=caller(OWNER, later), at=later)
    assert [one["number"] for one in taken["matters"]] == [mine]


def test_nobody_has_nothing_to_take(cast: Cast) -> None:
    nobody = Caller(None, None, "")
    with pytest.raises(NotFound):
        actions.export(by=nobody, at=AT)
    with pytest.raises(NotFound):
        queries.kept(caller=nobody, at=AT)


@pytest.mark.rule("OWN-05")
def test_a_correction_is_asked_of_the_desk_once(cast: Cast) -> None:
    key = uuid4()
    asked = {"house_id": cast.town.flat.pk, "text": "名字是王莉", "key": key}
    number = actions.ask_correction(by=caller(), at=AT, **asked)  # type: ignore[arg-type]
    assert actions.ask_correction(by=caller(), at=AT, **asked) == number  # type: ignore[arg-type]
    matter = Matter.objects.get(number=number)
    assert matter.kind == "enquiry" and "名字是王莉" in matter.text
    assert matter.person_id == cast.town.owner.pk
    with pytest.raises(NotFound):
        actions.ask_correction(
            by=caller(), at=AT, house_id=cast.town.other.pk, text="x", key=uuid4()
        )
