"""Runs from draft to posted: once, by two pairs of eyes, and only what is missing (BIL-06)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db.models import Sum

from huiyin.billing.actions import runs, working
from huiyin.billing.actions.runs import NeedsConfirmation, UnableToBegin, UnableToChangeRun
from huiyin.billing.actions.working import work_parts
from huiyin.billing.drafting import draft_part
from huiyin.billing.models import Bill, DraftLine, Line, OpenItem, Part, Run, Slip, Snag
from huiyin.billing.queries import runs as queries
from huiyin.billing.rules.periods import period
from huiyin.billing.tests.cast import Estate
from huiyin.billing.tests.running import begin, pool, post, posted, slip
from huiyin.billing.tests.sound import check_sound
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.ledger.models import Book, Journal
from huiyin.matters.tests.cast import AT, moment

pytestmark = pytest.mark.rule("BIL-06")
Q1 = "2026Q1"


def test_a_small_run_is_drafted_at_once_and_posted_once(estate: Estate) -> None:
    pool(estate)
    run = begin(estate)
    assert run.state == "drafted"
    assert DraftLine.objects.count() == run.lines > 0
    assert not Bill.objects.exists(), "nothing leaves the house before somebody has looked"

    post(estate, run)
    post(estate, run)  # a double click

    assert run.state == "posted"
    assert Bill.objects.aggregate(all=Sum("amount"))["all"] == run.amount
    assert OpenItem.objects.aggregate(all=Sum("open"))["all"] == run.amount
    assert Journal.objects.count() == Bill.objects.count()
    check_sound()
    totals = Line.objects.values_list("item").annotate(sum=Sum("amount"))
    assert {str(item): str(amount) for item, amount in totals} == {
        item: amount for item, (_lines, amount) in run.totals.items()
    }


def test_two_clicks_on_begin_are_one_run(estate: Estate) -> None:
    key = uuid4()
    first = begin(estate, key=key)
    assert begin(estate, key=key) == first
    assert begin(estate) == first
    post(estate, first)
    assert begin(estate, key=key) == first, "an answer that got lost is given again"
    with pytest.raises(UnableToBegin):
        begin(estate, "2026-03", "B", key=key)


def test_a_finished_period_says_so_and_writes_nothing(estate: Estate) -> None:
    estate.houses["bare"].area = Decimal("70.00")
    estate.houses["bare"].save(update_fields=["area"])
    run = posted(estate)
    assert run.held == 0
    before = (Run.objects.count(), Bill.objects.count(), Line.objects.count())
    with pytest.raises(UnableToBegin, match="已经全部计费入账"):
        begin(estate)
    assert (Run.objects.count(), Bill.objects.count(), Line.objects.count()) == before


def test_what_was_held_back_is_billed_by_the_next_run_and_nothing_else(estate: Estate) -> None:
    first = posted(estate)
    assert first.held == 1
    assert not Line.objects.filter(house=estate.houses["bare"]).exists(), "never 0 yuan"
    again = begin(estate)
    assert (again.lines, again.held) == (0, 1)
    runs.drop_run(by=estate.caller("collector"), at=AT, run_id=again.pk)

    estate.houses["bare"].area = Decimal("70.00")
    estate.houses["bare"].save(update_fields=["area"])
    more = post(estate, begin(estate))

    assert set(more.bills.values_list("house__code", flat=True)) == {"3-1-1301"}
    check_sound()


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        ({"group": "Z"}, BadInput, "没有编号为"),
        ({"period": "2026-Q1"}, BadInput, "没有“2026-Q1”这个期间"),
        ({"period": "2026-04"}, BadInput, "每 3 个月收一次"),
        ({"period": "2026Q3"}, BadInput, "现在最多计到 2026Q2"),
        ({"period": "2024Q3"}, BadInput, "才开账"),
        ({"kind": "opening"}, BadInput, "正常计费或更正"),
    ],
)
def test_what_cannot_be_billed_is_refused_in_words(
    estate: Estate, given: dict[str, str], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        begin(estate, **given)  # type: ignore[arg-type]
    assert not Run.objects.exists()


def test_without_books_nobody_is_billed(estate: Estate) -> None:
    Book.objects.filter(community=estate.community).update(opened_on=date(2026, 6, 1))
    with pytest.raises(BadInput, match="才开账"):
        begin(estate)


def test_one_run_of_a_group_at_a_time(estate: Estate) -> None:
    begin(estate)
    with pytest.raises(UnableToBegin, match="还没有处理完"):
        begin(estate, "2026Q2")
    assert begin(estate, "2026-03", "B").state == "drafted", "other groups do not wait"


def test_a_large_difference_needs_another_person(estate: Estate) -> None:
    posted(estate)
    dear = estate.price("management", "9.9000", kind="office", from_on=date(2026, 4, 1))
    for tariff in (estate.tariffs["management", "flat"],):
        tariff.until_on = date(2026, 4, 1)
        tariff.save(update_fields=["until_on"])
    estate.price("management", "5.6000", kind="flat", from_on=date(2026, 4, 1))
    assert dear.pk

    run = begin(estate, "2026Q2", by=estate.caller("finance"))

    assert run.deviation is not None
    assert run.deviation > Decimal("0.1")
    view = queries.run(caller=estate.caller("finance"), run_id=run.pk, at=AT)
    assert view.needs_confirmation
    assert {"post", "confirm"}.isdisjoint(view.may)
    with pytest.raises(NeedsConfirmation):
        runs.post_run(by=estate.caller("finance"), at=AT, run_id=run.pk)
    with pytest.raises(Forbidden):
        runs.confirm_run(by=estate.caller("finance"), at=AT, run_id=run.pk)
    runs.confirm_run(by=estate.caller("manager"), at=AT, run_id=run.pk)
    runs.redraft(by=estate.caller("finance"), at=AT, run_id=run.pk)
    with pytest.raises(NeedsConfirmation):  # what was confirmed was another draft
        runs.post_run(by=estate.caller("finance"), at=AT, run_id=run.pk)
    run.refresh_from_db()
    assert post(estate, run).state == "posted"


def test_strangers_learn_nothing_and_colleagues_may_not(estate: Estate) -> None:
    stranger = estate.cast.caller("E033")
    with pytest.raises(NotFound):
        begin(estate, by=stranger)
    with pytest.raises(Forbidden):
        begin(estate, by=estate.caller("technician"))
    run = begin(estate)
    for act in (runs.redraft, runs.drop_run, runs.confirm_run, runs.post_run):
        with pytest.raises(NotFound):
            act(by=stranger, at=AT, run_id=run.pk)
    for act in (runs.confirm_run, runs.post_run):
        with pytest.raises(Forbidden):
            act(by=estate.caller("collector"), at=AT, run_id=run.pk)
    with pytest.raises(NotFound):
        queries.run(caller=stranger, run_id=run.pk, at=AT)


def test_a_dropped_draft_bills_nobody_and_makes_room(estate: Estate) -> None:
    run = begin(estate)
    for _ in range(2):
        runs.drop_run(by=estate.caller("collector"), at=AT, run_id=run.pk)
    assert not DraftLine.objects.exists()
    assert not Snag.objects.exists()
    with pytest.raises(UnableToChangeRun, match="已经作废"):
        post(estate, run)
    assert begin(estate) != run


def test_a_slip_that_is_void_by_now_keeps_its_house_out(estate: Estate) -> None:
    number = slip(estate)
    run = begin(estate, "2026-03", "B")
    found = Slip.objects.get(number=number)
    finance = estate.cast.employee("finance")
    found.void_asked_by, found.void_asked_at, found.void_reason = finance, AT, "写错了户号"
    found.save(update_fields=["void_asked_by", "void_asked_at", "void_reason"])
    post(estate, run)
    assert not Line.objects.filter(slip=found).exists()
    assert Snag.objects.filter(code="stale", blocking=True, house=found.house).exists()
    check_sound()


def test_parts_of_a_large_run_wait_for_the_biller(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PART_HOUSES", 2)
    run = begin(estate)
    finance = estate.caller("finance")
    view = queries.run(caller=finance, run_id=run.pk, at=AT)
    assert (run.state, view.parts_done, view.percent) == ("drafting", 0, 0)
    with pytest.raises(UnableToChangeRun, match="还在计算"):
        post(estate, run)

    done = work_parts(AT)

    run.refresh_from_db()
    assert (run.state, done) == ("drafted", run.parts.count())
    post(estate, run)
    assert run.state == "posting"
    work_parts(AT)
    run.refresh_from_db()
    assert run.state == "posted"
    assert set(run.parts.values_list("state", flat=True)) == {Part.State.POSTED}
    assert run.posted_by == estate.cast.employee("finance")
    assert set(Journal.objects.values_list("by_name", flat=True)) == {run.posted_by.name}
    check_sound()


def test_a_part_that_cannot_be_done_is_tried_again_after_a_minute(
    estate: Estate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runs, "PART_HOUSES", 2)
    run = begin(estate)
    first = run.parts.order_by("number")[0]
    others = run.parts.count() - 1
    caller = estate.caller("finance")

    def failing() -> int:
        return queries.run(caller=caller, run_id=run.pk, at=AT).failing

    def fails(part_id: int, at: datetime) -> None:
        if part_id == first.pk:
            raise ZeroDivisionError
        draft_part(part_id=part_id, at=at)

    with monkeypatch.context() as broken:
        broken.setitem(working._STEPS, "drafting", ("waiting", fails, "drafted"))
        assert work_parts(AT) == others, "the others go on"
        assert (caplog.text.count("part failed"), failing()) == (1, 1)
    assert work_parts(AT + timedelta(seconds=59)) == 0
    assert work_parts(AT + timedelta(seconds=60)) == 1
    run.refresh_from_db()
    assert (run.state, failing()) == ("drafted", 0)


def test_a_day_that_was_locked_meanwhile_moves_to_today(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "PART_HOUSES", 2)
    run = begin(estate)
    work_parts(AT)
    run.refresh_from_db()
    post(estate, run)
    Book.objects.filter(community=estate.community).update(locked_until=date(2026, 3, 31))
    later = moment("2026-04-02 09:00")
    work_parts(later)
    run.refresh_from_db()
    assert (run.state, run.issued_on) == ("posted", date(2026, 4, 2))
    assert run.due_on >= run.issued_on
    check_sound()


@pytest.mark.rule("BIL-05")
def test_bills_are_issued_and_due_by_the_calendar(estate: Estate) -> None:
    quarter = period("2026Q2")
    group = estate.groups["A"]
    on_time = runs.days_of(group, quarter, date(2026, 3, 16), AT)
    assert on_time == (date(2026, 3, 17), date(2026, 4, 15))
    late = runs.days_of(group, quarter, date(2026, 4, 10), AT)
    assert late == (date(2026, 4, 10), date(2026, 4, 20)), "ten days to pay"
    month = runs.days_of(estate.groups["B"], period("2026-04"), date(2026, 4, 1), AT)
    assert month == (date(2026, 4, 5), date(2026, 4, 25)), "period B is issued on the 5th"


def test_the_page_of_a_run_and_its_lists(estate: Estate) -> None:
    posted(estate)
    run = begin(estate, "2026Q2")
    caller = estate.caller("finance")
    view = queries.run(caller=caller, run_id=run.pk, at=AT)
    assert view.last_period == Q1
    assert sum(one.amount for one in view.totals) == run.amount
    assert view.totals[0].difference == view.totals[0].amount - view.totals[0].last_amount
    assert [one.code for one in view.snags if one.blocking] == ["no_area"]
    (held,) = queries.snags(caller=caller, run_id=run.pk, blocking=True).items
    assert (held.house, held.code) == ("3-1-1301", "no_area")
    lines = queries.draft_lines(caller=caller, run_id=run.pk).items
    assert sum(one.amount for one in lines) == run.amount
    flat = estate.houses["flat"].pk
    mine = queries.draft_lines(caller=caller, run_id=run.pk, house_id=flat).items
    assert {one.house for one in mine} == {"3-1-1201"}
    listed = queries.runs(caller=caller, community_id=estate.community.pk).items
    assert [one.period for one in listed] == ["2026Q2", Q1]


def test_lists_go_on_where_they_ended(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, state in ((1, "dropped"), (2, "dropped"), (3, "drafted")):
        Run.objects.create(
            community=estate.community,
            group=estate.groups["B"],
            period=f"2026-0{number}",
            from_on=date(2026, number, 1),
            until_on=date(2026, number + 1, 1),
            state=state,
            issued_on=AT.date(),
            due_on=AT.date() + timedelta(days=10),
            drafted_at=AT,
        )
    monkeypatch.setattr(queries, "PAGE", 2)
    monkeypatch.setattr(queries, "SNAG_PAGE", 2)
    caller = estate.caller("finance")
    page = queries.runs(caller=caller, community_id=estate.community.pk)
    rest = queries.runs(caller=caller, community_id=estate.community.pk, cursor=page.next or "")
    assert [one.period for one in (*page.items, *rest.items)] == ["2026-03", "2026-02", "2026-01"]
    run = begin(estate)
    seen, cursor = list[int](), ""
    while True:
        found = queries.draft_lines(caller=caller, run_id=run.pk, cursor=cursor)
        seen += [one.id for one in found.items]
        if not (cursor := found.next or ""):
            break
    assert len(seen) == len(set(seen)) == run.lines


def test_who_drafts_a_correction_does_not_let_it_out(estate: Estate) -> None:
    """One person alone could take back what a household owes: end a charge, correct, post."""
    posted(estate)
    flat = estate.houses["flat"]
    flat.area = Decimal("10.00")
    flat.save(update_fields=["area"])
    finance, manager = estate.caller("finance"), estate.caller("manager")
    fix = begin(estate, kind="correction", by=finance)
    assert fix.amount < 0
    with pytest.raises(NeedsConfirmation, match="由您起草"):
        runs.post_run(by=finance, at=AT, run_id=fix.pk)
    assert "post" not in queries.run(caller=finance, run_id=fix.pk, at=AT).may
    assert "post" in queries.run(caller=manager, run_id=fix.pk, at=AT).may
    runs.post_run(by=manager, at=AT, run_id=fix.pk)
    fix.refresh_from_db()
    assert fix.state == Run.State.POSTED
