"""Figures: what is late counts as not done, and every figure is the count of its rows."""

from datetime import date, timedelta
from typing import Any

import pytest

from huiyin.desk.models import Call
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.matters import actions
from huiyin.matters.queries.figures import FigureRow
from huiyin.matters.tests.cast import AT, Cast, make_cast, moment, tick
from huiyin.reports.kpis import Kpi, kpis, rows
from huiyin.standards.actions import change_target

DAY = date(2026, 3, 16)
NOW = moment("2026-03-25 09:00")
LAST = NOW.date()


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def week(cast: Cast) -> Cast:
    """Four complaints: settled in time; assigned late; closed though finished late; anew."""
    desk, keeper = cast.caller("receptionist"), cast.caller("keeper")
    for number, minutes, hours in ((cast.receive(), 8, 3), (cast.receive(), 11, 30)):
        later = AT + timedelta(minutes=minutes)
        actions.assign_matter(by=desk, at=later, number=number, to="E009")
        done = AT + timedelta(hours=hours)
        actions.reply_to_owner(
            by=keeper, at=AT + timedelta(hours=1), number=number, text="已说明", via="phone"
        )
        actions.finish_matter(by=keeper, at=done, number=number, result="已清理")
        actions.visit_back(by=desk, at=done + timedelta(days=1), number=number, satisfaction=5)
        actions.close_matter(by=desk, at=done + timedelta(days=1), number=number)
    cast.receive()
    tick(NOW)
    cast.receive(at=NOW)
    return cast


def _kpis(cast: Cast, since: date = DAY, until: date = LAST) -> dict[str, Kpi]:
    found = kpis(caller=cast.caller("manager"), at=NOW, community="YG", since=since, until=until)
    return {one.code: one for one in found}


def _told(kpi: Kpi) -> tuple[int, int, str, bool | None]:
    return kpi.numerator, kpi.denominator, str(kpi.value), kpi.met


@pytest.mark.rule("STD-03")
@pytest.mark.parametrize(
    ("code", "rule", "told"),
    [
        pytest.param(
            "assign_on_time", "CMP-01", (1, 3, "0.33", False), marks=pytest.mark.rule("CMP-01")
        ),
        pytest.param(
            "visit_back_on_time", "CMP-02", (2, 2, "1.00", True), marks=pytest.mark.rule("CMP-02")
        ),
        pytest.param(
            "complaint_handled", "CMP-07", (1, 3, "0.33", False), marks=pytest.mark.rule("CMP-07")
        ),
        pytest.param(
            "complaint_closed", "CMP-08", (1, 3, "0.33", False), marks=pytest.mark.rule("CMP-08")
        ),
        pytest.param(
            "complaint_visited_back",
            "CMP-08",
            (2, 2, "1.00", True),
            marks=pytest.mark.rule("CMP-08"),
        ),
        pytest.param("satisfied", "VIS-02", (2, 2, "1.00", True)),
        pytest.param("arrive_on_time", "CMP-03", (0, 0, "None", None)),
    ],
)
def test_late_is_a_failure_and_what_still_runs_is_not_counted(
    code: str, rule: str, told: tuple[int, int, str, bool | None], week: Cast
) -> None:
    kpi = _kpis(week)[code]

    assert kpi.rule == rule
    assert _told(kpi) == told


@pytest.mark.rule("RPT-07")
def test_every_figure_is_the_count_of_its_rows(week: Cast) -> None:
    caller = week.caller("manager")
    for code, kpi in _kpis(week).items():
        if code == "call_answered_in_rings":
            continue
        found: list[FigureRow] = []
        cursor = ""
        while True:
            page = rows(
                caller=caller,
                at=NOW,
                community="YG",
                since=DAY,
                until=NOW.date(),
                name=code,
                cursor=cursor,
                limit=2,
            )
            found += page.items
            if page.next is None:
                break
            cursor = page.next
        assert (sum(row.good for row in found), len(found)) == (kpi.numerator, kpi.denominator)


def test_rows_can_be_asked_by_rule(week: Cast) -> None:
    page = rows(
        caller=week.caller("manager"),
        at=NOW,
        community="YG",
        since=DAY,
        until=DAY,
        name="CMP-01",
    )

    assert [(row.number[-4:], row.good) for row in page.items] == [
        ("0003", False),
        ("0002", False),
        ("0001", True),
    ]


def test_a_figure_that_does_not_exist_is_not_found(week: Cast) -> None:
    with pytest.raises(NotFound):
        rows(
            caller=week.caller("manager"),
            at=NOW,
            community="YG",
            since=DAY,
            until=DAY,
            name="CMP-99",
        )


def test_void_promises_count_nowhere(cast: Cast) -> None:
    number = cast.receive()
    at = AT + timedelta(minutes=1)
    actions.reclassify_matter(
        by=cast.caller("receptionist"), at=at, number=number, kind="praise", reason="是表扬"
    )
    tick(NOW)

    assert _told(_kpis(cast)["complaint_handled"]) == (0, 0, "None", None)


@pytest.mark.rule("REC-03")
def test_a_word_given_to_the_owner_is_measured_without_a_target(cast: Cast) -> None:
    number = cast.receive()
    keeper = cast.caller("keeper")
    until = AT + timedelta(hours=5)
    actions.promise_time(by=keeper, at=AT, number=number, until=until, reason="等配件")
    tick(NOW)

    kpi = _kpis(cast)["REC-03"]

    assert (kpi.target, kpi.numerator, kpi.denominator) == (None, 0, 1)


@pytest.mark.rule("REC-05", "WO-06", "WO-05")
def test_work_orders(cast: Cast) -> None:
    foreman = cast.caller("maintenance_foreman")
    for kind, reopened in (("repair", False), ("repair", True)):
        number = cast.receive(kind=kind)
        actions.accept_matter(by=foreman, at=AT, number=number)
        for verb in (actions.reply_to_owner, actions.finish_matter):
            text: dict[str, Any] = {"text": "修好了", "via": "phone"}
            if verb is actions.finish_matter:
                text = {"result": "修好了"}
            verb(by=foreman, at=AT + timedelta(hours=1), number=number, **text)
        if reopened:
            actions.reopen_matter(
                by=cast.caller("receptionist"),
                at=AT + timedelta(hours=2),
                number=number,
                reason="又漏了",
            )
    tick(NOW)
    found = _kpis(cast)

    assert _told(found["work_order_answer_on_time"]) == (2, 3, "0.66", False)
    assert _told(found["repair_on_time"]) == (2, 3, "0.66", False)
    assert _told(found["first_time_pass"]) == (1, 2, "0.50", False)
    assert _told(found["work_order_visit_back_on_time"]) == (0, 1, "0.00", False)


@pytest.mark.rule("REC-01")
def test_calls_answered_in_three_rings(cast: Cast) -> None:
    for call_id, rings in (("a", 2), ("b", 3), ("c", 4)):
        Call.objects.create(
            community=cast.town.community,
            call_id=call_id,
            number="13812345678",
            ringing_at=AT,
            answered_at=AT,
            rings=rings,
        )

    assert _told(_kpis(cast)["call_answered_in_rings"]) == (2, 3, "0.66", False)


@pytest.mark.rule("STD-01")
def test_the_target_is_what_the_community_says(week: Cast) -> None:
    change_target(
        by=week.caller("manager"),
        at=NOW,
        community_id=week.town.community.pk,
        code="complaint_handled",
        value="0.30",
        reason="试行",
    )

    kpi = _kpis(week)["complaint_handled"]

    assert (str(kpi.target), kpi.met) == ("0.30", True)


def test_strangers_learn_nothing_and_days_must_be_in_order(week: Cast) -> None:
    stranger = week.caller("E031")
    with pytest.raises(NotFound):
        kpis(caller=stranger, at=NOW, community="YG", since=DAY, until=DAY)
    with pytest.raises(BadInput):
        _kpis(week, since=DAY, until=DAY - timedelta(days=1))
    assert _kpis(week, until=DAY)["assign_on_time"].denominator == 3
    other = {
        one.code: one for one in kpis(caller=stranger, at=NOW, community="CH", since=DAY, until=DAY)
    }
    assert other["assign_on_time"].denominator == 0
