"""Publishing tells everybody concerned once and prepares every paper once (NOT-02, EMG-04)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.announcements import actions
from huiyin.announcements.audience import Audience
from huiyin.announcements.models import Announcement, Posting, Slip
from huiyin.announcements.rules import Facts
from huiyin.announcements.tests.blocks import ENDS, Blocks
from huiyin.approvals.models import Request
from huiyin.estate.models import House, Occupancy, Person
from huiyin.flows import schedule
from huiyin.kernel.errors import Forbidden
from huiyin.matters.tests.cast import AT, SECOND_KEEPER, moment
from huiyin.notices.models import Message, Telling
from huiyin.trail.models import Entry

EVERYBODY = {"陈双", "李甲", "李乙", "周东", "吴租", "郑失"}
LATER = AT + timedelta(minutes=5)


def told() -> list[str]:
    """Return the names of who is to be told, one for each telling."""
    return sorted(Telling.objects.values_list("person__name", flat=True))


@pytest.mark.rule("EMG-04")
@pytest.mark.rule("NOT-02")
def test_every_person_of_both_buildings_is_told_once(blocks: Blocks) -> None:
    number = blocks.published()
    assert told() == sorted(EVERYBODY)
    one = Announcement.objects.get(number=number)
    telling = Telling.objects.filter(person=blocks.people["陈双"]).get()
    assert telling.purpose == f"announcement:{one.pk}"
    assert (telling.template, telling.category) == ("notice.power_cut", "notice")
    assert (telling.about, telling.link) == (
        f"announcement:{number}",
        f"/my/notices/{number}/",
    )
    assert telling.channels == ["in_app", "sms"]
    assert telling.values["from"] == "3月18日(周三)09:00"
    assert not telling.urgent
    assert telling.expires_at == ENDS
    assert (one.households, one.people, one.unreachable) == (6, 6, 1)


@pytest.mark.rule("NOT-02")
def test_one_poster_for_each_hall(blocks: Blocks) -> None:
    blocks.published()
    halls = Posting.objects.values_list("building__code", "unit__code")
    assert sorted(halls) == [("7", "1"), ("7", "2"), ("8", "1"), ("8", "2")]
    due = set(Posting.objects.values_list("due_at", flat=True))
    assert due == {moment("2026-03-17 00:00")}
    hang = Message.objects.filter(purpose__endswith=":hang").order_by("recipient__code")
    assert [one.recipient.code for one in hang if one.recipient] == [
        blocks.cast.code("keeper"),
        SECOND_KEEPER,
    ]
    assert all("2 处" in one.subject for one in hang)


@pytest.mark.rule("NOT-02")
def test_a_building_without_entrances_has_one_poster(blocks: Blocks) -> None:
    blocks.published(audience=Audience("all"))
    halls = Posting.objects.values_list("building__code", "unit__code")
    assert sorted(halls, key=str) == sorted(
        [("3", None), ("5", None), ("7", "1"), ("7", "2"), ("8", "1"), ("8", "2")], key=str
    )
    assert set(told()) == EVERYBODY | {"王丽", "赵强"}


@pytest.mark.rule("NOT-03")
def test_a_door_notice_for_each_household_a_letter_where_somebody_lives(blocks: Blocks) -> None:
    blocks.published(channels=("door", "letter"))
    doors = Slip.objects.filter(kind="door").values_list("house__code", flat=True)
    letters = Slip.objects.filter(kind="letter").values_list("house__code", "addressee")
    assert sorted(doors) == sorted(blocks.houses)
    assert sorted(letters) == [
        ("7-1-101", "陈双"),
        ("7-1-102", "李甲、李乙"),
        ("7-2-101", "周东、吴租"),
        ("8-1-101", "郑失"),
        ("8-2-101", "陈双"),
    ]
    assert not Telling.objects.exists()
    assert not Posting.objects.exists()


def test_some_entrances_or_houses_only(blocks: Blocks) -> None:
    blocks.published(audience=Audience("units", (blocks.units["7-2"].pk,)))
    assert told() == ["吴租", "周东"]
    assert [one.unit for one in Posting.objects.all()] == [blocks.units["7-2"]]
    Telling.objects.all().delete()
    Posting.objects.all().delete()
    house = blocks.houses["8-1-101"]
    blocks.published(audience=Audience("houses", (house.pk,)))
    assert told() == ["郑失"]
    assert [one.unit for one in Posting.objects.all()] == [house.unit]


def test_who_left_is_not_told(blocks: Blocks) -> None:
    Occupancy.objects.filter(person=blocks.people["吴租"]).update(
        from_on=date(2025, 1, 1), until_on=date(2026, 3, 16)
    )
    blocks.published()
    assert "吴租" not in told()


@pytest.mark.rule("NOT-04")
def test_settled_twice_nobody_is_told_twice(blocks: Blocks) -> None:
    blocks.published()
    request = Request.objects.get()
    actions.settle(by=blocks.cast.caller("supervisor"), at=LATER, request_id=request.pk)
    assert (len(told()), Posting.objects.count()) == (6, 4)
    assert Entry.objects.filter(action="announcements.published").count() == 1


EMERGENCY: dict[str, Any] = {
    "urgent": True,
    "title": "突发停电通知",
    "facts": Facts(area="7栋、8栋"),
}


@pytest.mark.rule("NOT-04")
def test_an_emergency_goes_out_at_once_and_whatever_the_hour(blocks: Blocks) -> None:
    night = moment("2026-03-16 02:00")
    number = blocks.draft(at=night, **EMERGENCY)
    manager = blocks.cast.caller("manager")
    actions.release(by=manager, at=night, number=number, reason="正在抢修,来不及审批")
    one = Announcement.objects.get()
    assert (one.state, one.at_once) == ("published", "正在抢修,来不及审批")
    assert set(Telling.objects.values_list("urgent", "template")) == {(True, "notice.published")}
    with pytest.raises(actions.UnableToPublish):
        actions.release(by=blocks.cast.caller("assistant"), at=night, number=number, reason="急")
    assert len(told()) == 6


def test_released_while_in_review_nothing_waits_any_more(blocks: Blocks) -> None:
    number = blocks.submitted(**EMERGENCY)
    actions.release(by=blocks.cast.caller("assistant"), at=AT, number=number, reason="来不及")
    assert Request.objects.get().state == "withdrawn"
    assert len(told()) == 6


def test_who_may_release_at_once(blocks: Blocks) -> None:
    emergency, planned = blocks.draft(**EMERGENCY), blocks.draft()
    for post, number in (
        ("keeper", emergency),
        ("supervisor", emergency),
        ("manager", planned),
    ):
        with pytest.raises(Forbidden):
            actions.release(by=blocks.cast.caller(post), at=AT, number=number, reason="急")
    assert not told()


def test_a_manager_alone_at_night_releases_the_own_emergency(blocks: Blocks) -> None:
    number = blocks.draft(post="manager", **EMERGENCY)
    actions.release(by=blocks.cast.caller("manager"), at=AT, number=number, reason="只有我在岗")
    assert Announcement.objects.get().state == "published"


@pytest.mark.rule("NOT-02")
def test_what_begins_later_is_told_on_its_first_day(blocks: Blocks) -> None:
    schedule.forget()
    blocks.published(starts_on=date(2026, 3, 17))
    assert not told()
    assert Posting.objects.count() == 4
    assert schedule.show_announcements(moment("2026-03-16 23:58")) == 0
    assert schedule.show_announcements(moment("2026-03-17 00:04")) == 1
    assert schedule.show_announcements(moment("2026-03-17 00:10")) == 0
    assert len(told()) == 6


def test_before_a_cut_on_the_first_day_the_poster_is_due_when_it_begins(blocks: Blocks) -> None:
    blocks.published(starts_on=date(2026, 3, 18))
    assert set(Posting.objects.values_list("due_at", flat=True)) == {moment("2026-03-18 09:00")}


def test_a_hundred_households_cost_as_many_statements_as_six(blocks: Blocks) -> None:
    def cost() -> int:
        number = blocks.submitted()
        with CaptureQueriesContext(connection) as counted:
            blocks.decide(number, "approved")
        return len(counted)

    cost()  # what is read once is read now
    before = cost()
    for n in range(100):
        house = House.objects.create(
            community=blocks.cast.town.community,
            building=blocks.eight,
            unit=blocks.units["8-1"],
            code=f"8-1-{n + 900}",
            order_key=f"0008-0001-{n + 900}",
        )
        person = Person.objects.create(community=blocks.cast.town.community, name=f"户主{n}")
        Occupancy.objects.create(house=house, person=person, role="owner")
    assert cost() == before
    assert Telling.objects.count() == 6 + 6 + 106
