"""Mondays at 09:00: the weekly analysis reaches the manager once, and costs nothing between."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from huiyin.flows import schedule, weekly
from huiyin.matters import actions
from huiyin.matters.tests.cast import Cast, make_cast, moment, tick
from huiyin.notices.models import Message
from huiyin.staff.models import Absence

MONDAY = moment("2026-03-23 09:00")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    schedule.forget()
    yield
    schedule.forget()


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def week(cast: Cast) -> Cast:
    """One complaint the week before and five of that week: one settled, one dropped half-way."""
    cast.receive(at=moment("2026-03-15 23:59"))
    numbers = [cast.receive() for _ in range(3)]
    cast.receive(kind="complaint.written", channel="letter", house=None)
    cast.receive(kind="repair")
    keeper = cast.caller("keeper")
    at = moment("2026-03-16 09:05")
    for number, text in zip(numbers[:2], ("清走杂物", "更换门锁"), strict=True):
        actions.accept_matter(by=keeper, at=at, number=number)
        actions.finish_matter(by=keeper, at=at, number=number, result=text, cause="security")
    actions.visit_back(by=keeper, at=at, number=numbers[0], satisfaction=5)
    actions.close_matter(by=keeper, at=at, number=numbers[0])
    foreman = cast.code("maintenance_foreman")
    actions.assign_matter(by=keeper, at=moment("2026-03-16 09:06"), number=numbers[2], to=foreman)
    cast.receive(at=moment("2026-03-22 23:58"))
    tick(moment("2026-03-23 08:59"))
    return cast


def _reports(prefix: str = "weekly:") -> list[Message]:
    return list(Message.objects.filter(purpose__startswith=prefix).order_by("id"))


@pytest.mark.rule("CMP-09", "RPT-02")
def test_the_manager_gets_last_week_by_kind_cause_area_and_department(week: Cast) -> None:
    schedule.run_due(MONDAY)

    (report,) = _reports()
    assert report.recipient is not None
    assert report.recipient.code == week.code("manager")
    assert (report.purpose, report.subject) == (
        "weekly:YG:2026W12",
        "投诉周报 3月16日—3月22日:5 件",
    )
    assert report.text.splitlines() == [
        "3月16日—3月22日收到投诉 5 件,前一周 1 件。",
        "类别:投诉 4、书面投诉 1",
        "原因:未注明 3、安全管理 2",
        "区域:3栋 4、公共区域 1",
        "部门:客服部 4、工程部 1",
        "超时 4 件:YG-20260316-0002、YG-20260316-0003、YG-20260316-0004、YG-20260322-0001。",
        "未办结 3 件:YG-20260316-0003、YG-20260316-0004、YG-20260322-0001。",
    ]


@pytest.mark.rule("CMP-09")
def test_once_a_week_however_often_it_is_asked(week: Cast) -> None:
    for minutes in (0, 1, 500, 9000):
        schedule.forget()
        schedule.run_due(MONDAY + timedelta(minutes=minutes))
    assert len(_reports()) == 1

    schedule.run_due(MONDAY + timedelta(days=7))
    assert [one.purpose[-7:] for one in _reports()] == ["2026W12", "2026W13"]


def test_not_before_nine_and_caught_up_after_a_silence(week: Cast) -> None:
    schedule.run_due(MONDAY - timedelta(seconds=1))
    assert [one.purpose[-7:] for one in _reports()] == ["2026W11"]

    schedule.run_due(MONDAY + timedelta(days=3))
    assert [one.purpose[-7:] for one in _reports()] == ["2026W11", "2026W12"]


def test_whoever_acts_for_the_manager_gets_it(week: Cast) -> None:
    Absence.objects.create(employee=week.employee("manager"), starts_at=MONDAY - timedelta(hours=1))

    schedule.run_due(MONDAY)

    assert [one.recipient.code for one in _reports() if one.recipient] == [week.code("assistant")]


def test_a_community_without_a_past_gets_none(cast: Cast) -> None:
    schedule.run_due(MONDAY)

    assert _reports() == []


def test_asks_the_database_nothing_between_two_mondays(
    week: Cast, django_assert_num_queries: object
) -> None:
    schedule.run_due(MONDAY)

    with django_assert_num_queries(0):  # type: ignore[operator]
        schedule.run_due(MONDAY + timedelta(days=6, hours=23))


def test_from_november_the_missing_calendar_is_told_with_it(cast: Cast) -> None:
    cast.receive(at=moment("2026-10-20 10:00"))

    schedule.run_due(moment("2026-10-26 09:00"))
    assert _reports("calendar:") == []

    schedule.run_due(moment("2026-11-02 09:00"))
    (warning,) = _reports("calendar:")
    assert "2027" in warning.text


def test_a_failing_report_is_tried_again_and_stops_nothing(
    week: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_given: object) -> int:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(weekly, "tell_manager", fail)
        assert schedule.run_due(MONDAY) == 0

    assert schedule.run_due(MONDAY) == 1
