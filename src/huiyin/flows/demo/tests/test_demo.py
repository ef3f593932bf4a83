"""The demo: somebody for every post, texts of its own, and a play that is the same every time."""

import argparse
import json
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.db.models import F

from huiyin.accounts.models import User
from huiyin.announcements.models import Announcement, Posting
from huiyin.approvals.models import Request
from huiyin.checklists.models import Mark
from huiyin.desk.models import Call, DutyLog, OpenItem
from huiyin.estate.models import Building, Community, House
from huiyin.fieldwork.models import ChargeSlip, FieldAct, PriceItem, Sheet, StockMove
from huiyin.flows import demo
from huiyin.flows.demo import cast, courses, occasions, programme
from huiyin.flows.demo.stage import Home, Stage
from huiyin.flows.demo.stories import stories
from huiyin.incidents.models import Incident, IncidentReport, OutsideCall
from huiyin.intake.models import Batch, RawMail, Report
from huiyin.kernel.caller import POSTS
from huiyin.knowledge.models import Answer
from huiyin.matters.kinds import CAUSES, KINDS
from huiyin.matters.models import Event, Matter, Photo, Promise
from huiyin.notices.models import Message, Telling
from huiyin.owners.models import Verification
from huiyin.reports.audit import audit
from huiyin.staff.queries import directory, keeper_id_of
from huiyin.standards.models import Publication
from huiyin.visitors.models import Appointment

HOME = Home("3-1-1201", "3", "1", 12, "01", False, "王丽", "13812345678")


def test_every_post_has_a_holder_and_every_building_a_keeper() -> None:
    assert {one.post for one in cast.EMPLOYEES if one.community == cast.FIRST} == set(POSTS)
    assert len({one.code for one in cast.EMPLOYEES}) == len(cast.EMPLOYEES)
    for place in cast.COMMUNITIES:
        keepers = cast.codes("keeper", place.code)
        assert {block.keeper for block in place.buildings} <= set(keepers)


def test_people_tell_at_least_120_different_things_and_nothing_is_left_unsaid() -> None:
    told = [story for of_kind in stories().values() for story in of_kind]
    assert len({story.text for story in told}) >= 120
    for story in told:
        placed = story.at(HOME, Random(1))  # noqa: S311
        assert story.kind in KINDS
        assert not story.cause or story.cause in CAUSES
        assert "{" not in placed.text + placed.done + placed.news + placed.place


def test_every_fate_is_a_course() -> None:
    for kind, fates in programme.FATES.items():
        assert kind in KINDS
        for fate in fates:
            assert callable(getattr(courses.Course, fate))
    assert callable(occasions.Emergency.urgent)


@pytest.mark.django_db
def test_empty_has_staff_standards_and_buildings_and_no_houses(capsys: Any) -> None:
    assert demo.run(_asked(empty=True)) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["url"] == "http://127.0.0.1:8000"
    assert [one["code"] for one in told["communities"]] == ["YG", "CH"]
    assert set(told["employees"][0]) == {"code", "name", "post", "community", "password"}
    for one in told["employees"]:
        user = User.objects.get(username=one["code"].lower())
        assert check_password(one["password"], user.password)
    assert not House.objects.exists()
    assert not Matter.objects.exists()
    town = Community.objects.get(code="YG")
    for building in Building.objects.filter(community=town):
        assert keeper_id_of(building_id=building.pk, on=date(2026, 3, 16))


@pytest.mark.django_db
@pytest.mark.rule("CMP-03")
def test_an_emergency_finds_exactly_five_people_by_day_and_by_night(moment: datetime) -> None:
    demo.load(empty=True)
    town = Community.objects.get(code="YG")
    for hours in range(0, 24, 3):
        staff = directory(community_id=town.pk, at=moment + timedelta(hours=hours))
        told = staff.told(("manager", "duty_officers"), owner_id=0)
        assert len(told) == 5


@pytest.mark.django_db
def test_a_second_run_loads_nothing(capsys: Any) -> None:
    assert demo.load(empty=True) is True
    assert demo.load(empty=True) is False
    assert Community.objects.count() == 2


@pytest.mark.django_db
def test_a_load_that_was_interrupted_says_what_to_do() -> None:
    Community.objects.create(code="YG", name="阳光花园")
    with pytest.raises(demo.UnableToLoadDemo, match="--reset"):
        demo.load()


@pytest.mark.django_db
def test_production_is_no_place_for_it(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(demo.UnableToLoadDemo):
        demo.load(empty=True)


@pytest.fixture
def short_play(monkeypatch: pytest.MonkeyPatch, db: None) -> Stage:
    """Play three days instead of sixty; the special days stay where they are."""
    stages: list[Stage] = []
    rehearse = programme.rehearse
    monkeypatch.setattr(programme, "DAYS", 3)

    def watched(stage: Stage) -> None:
        stages.append(stage)
        rehearse(stage)

    monkeypatch.setattr(programme, "rehearse", watched)
    demo.load()
    return stages[0]


@pytest.mark.slow
@pytest.mark.rule("STD-03")
def test_the_play_leaves_a_community_in_full_swing(short_play: Stage, moment: datetime) -> None:
    assert short_play.ended_early == 0
    still_open = Matter.objects.filter(closed_at__isnull=True)
    assert still_open.filter(nearest_due_at__lte=moment).count() >= 3
    assert still_open.filter(nearest_due_at__gt=moment).count() >= 10
    assert not Event.objects.filter(at__gt=moment).exists()
    assert not Promise.objects.filter(next_alarm_at__lte=moment).exists()
    assert not Message.objects.filter(state="queued").exists()
    kinds = set(Matter.objects.values_list("kind", flat=True))
    assert {"complaint.emergency", "complaint.attitude", "callback", "correction"} <= kinds
    states = set(Promise.objects.values_list("state", flat=True))
    assert states == {"running", "paused", "kept", "broken", "void"}
    assert Event.objects.filter(kind="escalated").count() > 50
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM estate_house WHERE kind IN ('flat', 'office')")
        assert 580 <= cursor.fetchone()[0] - 40 <= 640
    _the_field_left_its_papers()
    _the_desk_kept_its_books(moment)
    _emergencies_went_by_their_plans()
    _owners_had_their_say()
    assert [line.broken for line in audit(moment) if not line.ok] == []


def _the_field_left_its_papers() -> None:
    """Sheets signed for money and for none, photos of both stages, what a phone said late."""
    signed = Sheet.objects.filter(signed_at__isnull=False)
    assert signed.filter(signed_amount=0).exists()
    assert signed.filter(signed_amount__gt=0).count() == ChargeSlip.objects.count() >= 5
    assert ChargeSlip.objects.filter(void_asked_at__isnull=False, voided_at__isnull=True).exists()
    assert Sheet.objects.filter(lines__isnull=False, signed_at__isnull=True).exists()
    stages = set(Photo.objects.filter(matter__kind="repair.public").values_list("stage", flat=True))
    assert {"before", "after"} <= stages
    states = set(FieldAct.objects.values_list("state", flat=True))
    assert states == {"done", "conflict"}
    late = FieldAct.objects.filter(received_at__gt=F("used_at") + timedelta(minutes=10))
    assert late.filter(state="done").exists()
    assert PriceItem.objects.values("code").distinct().count() >= 25
    assert StockMove.objects.filter(kind="out").exists()


def _the_desk_kept_its_books(moment: datetime) -> None:
    """Shifts signed and not yet signed, visitors of every outcome, mails, slips and stickers."""
    logs = DutyLog.objects.filter(community__code="YG")
    assert logs.filter(signed_at__isnull=False, notes__isnull=False).count() >= 10
    assert logs.filter(handed_at__isnull=False, signed_at__isnull=True).exists()
    assert logs.filter(handed_at__isnull=True, ends_at__gt=moment, people__isnull=False).exists()
    assert OpenItem.objects.filter(accepted_at__isnull=False).exists()
    states = set(Appointment.objects.values_list("state", flat=True))
    wanted = {"booked", "arrived", "received", "declined", "rearranged", "cancelled"}
    assert states == wanted
    assert Appointment.objects.filter(walk_in=True).exists()
    assert Call.objects.filter(taken_by__isnull=False).exists()
    mails = list(RawMail.objects.order_by("id").values_list("state", flat=True))
    assert mails == ["matter", "auto", "reply"]
    assert Report.objects.count() == 2
    assert set(Batch.objects.values_list("channel", flat=True)) == {"box", "forum", "interview"}
    overdue = Answer.objects.filter(review_on__lt=moment.date())
    assert overdue.count() == 1
    assert Answer.objects.filter(used_count__gt=0).count() > 5


def _emergencies_went_by_their_plans() -> None:
    """One filed, one waiting for the manager, one still open; what failed became a matter."""
    reports = IncidentReport.objects.filter(matter__incident__isnull=False)
    assert set(reports.values_list("state", flat=True)) == {"filed", "submitted"}
    assert Incident.objects.filter(state="open").exists()
    assert OutsideCall.objects.exclude(without_consent="").exists()
    waiting = Request.objects.filter(state="waiting")
    assert {one.step for one in waiting} == {0, 1}
    assert not waiting.filter(followed="").exists()
    raised = Mark.objects.exclude(raised="").values_list("raised", flat=True)
    assert Matter.objects.filter(number__in=raised, kind="repair.public").count() == 1
    assert Matter.objects.filter(parent__isnull=False).count() == 8


def _asked(*, empty: bool) -> argparse.Namespace:
    return argparse.Namespace(port=8000, empty=empty, json=True, no_serve=True, reset=False)


def _owners_had_their_say() -> None:
    """Owners asked, chased and rated; they were told, and boards hang with their proof."""
    kinds = set(Event.objects.filter(matter__channel="web").values_list("kind", flat=True))
    assert {"chased", "reopened", "visited_back"} <= kinds
    assert Telling.objects.filter(category="matter").count() > 100
    assert not Telling.objects.filter(state="new").exists()
    states = Announcement.objects.values_list("state", flat=True)
    assert {"published", "in_review"} <= set(states)
    assert Posting.objects.filter(photo__isnull=False).count() >= 8
    assert Verification.objects.filter(state="waiting").count() == 2
    assert Publication.objects.filter(withdrawn_at=None).count() == 1
