"""Drafting, review, versions: nothing goes out before a second person has seen it (NOT-02)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from huiyin.announcements import actions, queries
from huiyin.announcements.audience import Audience
from huiyin.announcements.models import Announcement, Version
from huiyin.announcements.rules import Facts
from huiyin.announcements.tests.blocks import PLAN, Blocks
from huiyin.approvals.models import Request
from huiyin.estate.models import Building
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.matters.tests.cast import AT, moment
from huiyin.notices.models import Telling
from huiyin.trail.models import Entry

LATER = AT + timedelta(hours=1)


def test_a_draft_has_a_number_and_tells_nobody(blocks: Blocks) -> None:
    number = blocks.draft()
    view = queries.announcement(caller=blocks.cast.caller("keeper"), number=number, at=AT)
    assert number == "YG-TZ-2026-001"
    assert (view.row.state, view.places) == ("draft", ("7栋", "8栋"))
    assert view.may == {"edit", "submit", "withdraw"}
    assert not Telling.objects.exists()
    assert Entry.objects.filter(action="announcements.drafted").count() == 1


def test_the_same_draft_sent_twice_is_one(blocks: Blocks) -> None:
    key = uuid4()
    numbers = {
        actions.draft(
            by=blocks.cast.caller("keeper"),
            at=AT,
            community_id=blocks.community_id,
            content=blocks.content(),
            key=key,
        )
        for _ in range(2)
    }
    assert len(numbers) == Announcement.objects.count() == 1


@pytest.mark.rule("NOT-02")
def test_nothing_goes_out_before_a_second_person_approved(blocks: Blocks) -> None:
    number = blocks.submitted()
    announcement = Announcement.objects.get()
    assert (announcement.state, announcement.version) == ("in_review", 1)
    assert not Telling.objects.exists()
    with pytest.raises(Forbidden):
        blocks.decide(number, "approved", post="keeper")
    with pytest.raises(Forbidden):
        blocks.decide(number, "approved", post="receptionist")
    blocks.decide(number, "approved")
    announcement.refresh_from_db()
    assert announcement.state == "published"
    assert announcement.published_by == blocks.cast.employee("supervisor")


@pytest.mark.rule("NOT-02")
def test_a_leader_who_drafts_does_not_approve_the_own_one(blocks: Blocks) -> None:
    number = blocks.draft(post="supervisor")
    actions.submit(by=blocks.cast.caller("supervisor"), at=AT, number=number)
    with pytest.raises(Forbidden):
        blocks.decide(number, "approved", post="supervisor")
    blocks.decide(number, "approved", post="manager")
    assert Announcement.objects.get().published_by == blocks.cast.employee("manager")


def test_the_database_wants_two_people_too(blocks: Blocks) -> None:
    blocks.draft()
    one = Announcement.objects.get()
    one.state, one.published_at, one.published_by = "published", AT, one.drafted_by
    with pytest.raises(IntegrityError), transaction.atomic():
        one.save()


@pytest.mark.rule("NOT-02")
def test_returned_it_says_why_and_comes_again(blocks: Blocks) -> None:
    number = blocks.submitted()
    blocks.decide(number, "returned")
    keeper = blocks.cast.caller("keeper")
    view = queries.announcement(caller=keeper, number=number, at=LATER)
    assert (view.row.state, view.returned_reason) == ("returned", "请写明电梯怎么安排")
    actions.edit(by=keeper, at=LATER, number=number, content=blocks.content(body="电梯停运。"))
    actions.submit(by=keeper, at=LATER, number=number)
    blocks.decide(number, "approved", at=LATER)
    one = Announcement.objects.get()
    assert (one.state, one.version, one.body) == ("published", 2, "电梯停运。")
    bodies = Version.objects.order_by("number").values_list("content__body", flat=True)
    assert list(bodies) == ["因线路检修,7栋、8栋将停电。", "电梯停运。"]


@pytest.mark.rule("NOT-02")
def test_changed_in_review_the_old_version_cannot_be_approved(blocks: Blocks) -> None:
    number = blocks.submitted()
    first = Request.objects.get()
    actions.edit(
        by=blocks.cast.caller("keeper"),
        at=LATER,
        number=number,
        content=blocks.content(title="停电通知(改期)"),
    )
    first.refresh_from_db()
    second = Request.objects.get(state="waiting")
    assert first.state == "withdrawn"
    assert "第 2 版" in second.title
    blocks.decide(number, "approved", at=LATER)
    assert Announcement.objects.get().title == "停电通知(改期)"


def test_only_the_drafter_writes_on_it(blocks: Blocks) -> None:
    number = blocks.draft()
    other = blocks.cast.caller("supervisor")
    with pytest.raises(Forbidden):
        actions.edit(by=other, at=AT, number=number, content=blocks.content())
    with pytest.raises(Forbidden):
        actions.submit(by=other, at=AT, number=number)
    for stranger in ("E031", "E033"):
        with pytest.raises(NotFound):
            actions.submit(by=blocks.cast.caller(stranger), at=AT, number=number)
    with pytest.raises(Forbidden):
        actions.submit(by=blocks.cast.caller("technician"), at=AT, number=number)
    with pytest.raises(NotFound):
        actions.submit(by=other, at=AT, number="YG-TZ-2026-999")


def test_what_is_published_stays_as_it_is(blocks: Blocks) -> None:
    number = blocks.published()
    keeper = blocks.cast.caller("keeper")
    with pytest.raises(actions.UnableToEdit):
        actions.edit(by=keeper, at=LATER, number=number, content=blocks.content())
    with pytest.raises(actions.UnableToSubmit):
        actions.submit(by=keeper, at=LATER, number=number)
    with pytest.raises(Exception, match="is published"), transaction.atomic():
        Announcement.objects.update(title="别的")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"category": "party"}, "category"),
        ({"category": "fee", "urgent": True}, "urgent"),
        ({"title": " "}, "title"),
        ({"title": "长" * 61}, "title"),
        ({"body": "\0"}, "body"),
        ({"ends_on": date(2026, 3, 15)}, "ends_on"),
        ({"channels": ()}, "channels"),
        ({"channels": ("pigeon",)}, "channels"),
        ({"audience": Audience("town")}, "audience"),
        ({"audience": Audience("buildings")}, "buildings"),
        ({"audience": Audience("houses", (10**9,))}, "houses"),
        ({"facts": Facts(until_at=AT)}, "until_at"),
        ({"facts": Facts(from_at=AT, until_at=AT)}, "until_at"),
        ({"facts": Facts(line="长" * 121)}, "line"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(
    blocks: Blocks, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        blocks.draft(**changed)
    assert refused.value.field == field
    assert not Announcement.objects.exists()


def test_places_of_another_community_are_not_there(blocks: Blocks) -> None:
    foreign = blocks.cast.neighbour.building.pk
    with pytest.raises(BadInput) as refused:
        blocks.draft(audience=Audience("buildings", (blocks.seven.pk, foreign)))
    assert refused.value.field == "buildings"


@pytest.mark.rule("EMG-04")
@pytest.mark.parametrize("left_out", ["line", "area", "from_at", "lifts", "precautions"])
def test_a_planned_power_cut_says_line_area_time_lifts_and_precautions(
    blocks: Blocks, left_out: str
) -> None:
    empty: dict[str, Any] = (
        {"from_at": None, "until_at": None} if left_out == "from_at" else {left_out: ""}
    )
    number = blocks.draft(facts=replace(PLAN, **empty))
    with pytest.raises(actions.UnableToSubmit):
        actions.submit(by=blocks.cast.caller("keeper"), at=AT, number=number)


def test_nothing_over_or_for_nobody_is_handed_in(blocks: Blocks) -> None:
    keeper = blocks.cast.caller("keeper")
    cases: tuple[tuple[datetime, dict[str, Any]], ...] = (
        (moment("2026-03-19 08:00"), {}),
        (moment("2026-03-18 13:00"), {}),
        (AT, {"audience": Audience("buildings", (_empty_building(blocks),))}),
    )
    for late, changed in cases:
        number = blocks.draft(**changed)
        with pytest.raises(actions.UnableToSubmit):
            actions.submit(by=keeper, at=late, number=number)


def test_approved_too_late_it_waits_for_new_days(blocks: Blocks) -> None:
    number = blocks.submitted()
    with pytest.raises(WrongState):
        blocks.decide(number, "approved", at=moment("2026-03-20 09:00"))
    assert Announcement.objects.get().state == "in_review"
    assert Request.objects.get().state == "waiting"


def test_drafts_are_for_those_who_write_and_decide(blocks: Blocks) -> None:
    number = blocks.draft()
    technician = blocks.cast.caller("technician")
    with pytest.raises(Forbidden):
        queries.announcement(caller=technician, number=number, at=AT)
    with pytest.raises(NotFound):
        queries.announcement(caller=blocks.cast.caller("E033"), number=number, at=AT)
    with pytest.raises(Forbidden):
        blocks.draft(post="technician")
    place = {"community_id": blocks.community_id, "at": AT, "show": "drafts"}
    assert not queries.announcements(caller=technician, **place).items  # type: ignore[arg-type]
    shown = queries.announcements(caller=blocks.cast.caller("keeper"), **place)  # type: ignore[arg-type]
    assert [one.number for one in shown.items] == [number]


def _empty_building(blocks: Blocks) -> int:
    community = blocks.cast.town.community
    return Building.objects.create(community=community, code="9", name="9栋", order=9).pk
