"""A run on its pages: drafted, looked at, let out by another, taken back by two (BIL-06)."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.billing.actions import runs
from huiyin.billing.actions.working import work_run
from huiyin.billing.models import Bill, Part, Run, Snag
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.doors.console.tests.visit import Visitor, text_of, visitor
from huiyin.estate.models import House
from huiyin.matters.tests.cast import AT, Cast


@pytest.fixture
def estate(cast: Cast) -> Estate:
    """Build the estate with its books, charges and households."""
    return make_estate(cast)


def begin(desk: Visitor, **changed: Any) -> Any:
    """Ask for the draft of the first quarter."""
    form = {"group": "A", "period": "2026Q1", "kind": "regular", "key": str(uuid4())}
    return desk.post("/billing/new/", {**form, **changed})


def drafted(estate: Estate, **changed: Any) -> str:
    """Let the collector draft; return the page of the run."""
    answer = begin(visitor(estate.cast, "collector"), **changed)
    assert answer.status_code == 302, text_of(answer)
    return str(answer["Location"])


@pytest.mark.rule("BIL-06")
def test_a_run_from_its_draft_to_its_posting(estate: Estate) -> None:
    page = drafted(estate)
    collector, finance = visitor(estate.cast, "collector"), visitor(estate.cast, "finance")
    shown = text_of(collector.get(page))
    assert "草稿,待入账" in shown and "没有面积" in shown and "整户暂不入账" in shown
    assert "确定入账" not in shown and "由财务或项目经理入账" in shown
    assert collector.post(page, step="post").status_code == 403
    assert not Bill.objects.exists()
    offered = text_of(finance.get(page))
    run = Run.objects.get()
    assert f"{run.houses} 户共" in offered and f"{run.amount:,.2f}" in offered
    assert finance.post(page, step="post").status_code == 302
    after = text_of(finance.get(page))
    assert "已入账" in after and "确定入账" not in after
    assert finance.post(page, step="post").status_code == 302  # a double click
    assert Bill.objects.count() == Bill.objects.values("house").distinct().count() > 0
    assert "去处理" not in text_of(finance.get("/billing/"))


def test_the_exceptions_say_what_to_do_and_where(estate: Estate) -> None:
    page = drafted(estate)
    desk = visitor(estate.cast, "collector")
    shown = text_of(desk.get(f"{page}snags/"))
    assert "3-1-1301" in shown and "请在住户册里补上面积" in shown
    assert 'href="/roster/"' in shown
    assert "3-1-1301" in text_of(desk.get(f"{page}snags/", code="no_area"))
    assert "没有问题" in text_of(desk.get(f"{page}snags/", code="no_payer"))
    assert desk.get(f"{page}snags/", cursor="x").status_code == 422


def test_after_the_repair_a_second_draft_bills_what_was_missing(estate: Estate) -> None:
    page = drafted(estate)
    desk = visitor(estate.cast, "finance")
    House.objects.filter(code="3-1-1301").update(area="80.00")
    assert desk.post(page, step="redraft").status_code == 302
    assert "没有面积" not in text_of(desk.get(page))
    assert not Snag.objects.filter(blocking=True).exists()


def test_the_lines_of_a_house_are_found_by_its_number(estate: Estate) -> None:
    page = drafted(estate)
    desk = visitor(estate.cast, "collector")
    assert "3-1-1201" in text_of(desk.get(f"{page}lines/"))
    one = text_of(desk.get(f"{page}lines/", house="3-1-1201"))
    assert "3-1-1201" in one and "3-1-1202" not in one and "827.40" in one
    assert "没有房号为“9-9-9”的房屋" in text_of(desk.get(f"{page}lines/", house="9-9-9"))
    assert "没有明细" in text_of(desk.get(f"{page}lines/", house="3-1-1301"))
    desk_of_finance = visitor(estate.cast, "finance")
    desk_of_finance.post(page, step="post")
    assert "草稿已经不在了" in text_of(desk.get(f"{page}lines/"))


def test_a_strange_period_is_refused_beside_its_field(estate: Estate) -> None:
    desk = visitor(estate.cast, "collector")
    for period in ("2026-13", "2026-03", "1999Q1", "2036Q1", ""):
        refused = begin(desk, period=period)
        assert refused.status_code == 422, period
        assert f'value="{period}"' in text_of(refused) if period else "hy-error" in text_of(refused)
    assert begin(desk, group="Z").status_code == 422
    assert begin(desk, key="x").status_code == 422
    assert not Run.objects.exists()


def test_one_click_begins_one_run(estate: Estate) -> None:
    key = str(uuid4())
    assert drafted(estate, key=key) == drafted(estate, key=key)
    assert Run.objects.count() == 1


def test_a_draft_is_thrown_away_and_drafted_anew(estate: Estate) -> None:
    page = drafted(estate)
    desk = visitor(estate.cast, "collector")
    assert desk.post(page, {"step": "drop", "drop-reason": "价格要改"}).status_code == 302
    assert "已作废" in text_of(desk.get(page))
    assert drafted(estate) != page
    assert desk.post(page, step="sing").status_code == 404


@pytest.mark.rule("BIL-06")
def test_what_differs_much_waits_for_another_pair_of_eyes(estate: Estate) -> None:
    page = drafted(estate)
    Run.objects.update(deviation="0.5000")
    manager, finance = visitor(estate.cast, "manager"), visitor(estate.cast, "finance")
    shown = text_of(manager.get(page))
    assert "与上期相差 50%" in shown and "我看过了" in shown and "确定入账" not in shown
    refused = manager.post(page, step="post")
    assert refused.status_code == 409 and "请另一位同事先复核" in text_of(refused)
    assert visitor(estate.cast, "collector").post(page, step="confirm").status_code == 403
    assert manager.post(page, step="confirm").status_code == 302
    assert finance.post(page, step="post").status_code == 302
    assert Run.objects.get().state == "posted"


@pytest.mark.rule("BIL-14")
def test_a_posted_run_is_taken_back_by_two(estate: Estate) -> None:
    page = drafted(estate)
    finance, manager = visitor(estate.cast, "finance"), visitor(estate.cast, "manager")
    finance.post(page, step="post")
    assert finance.post(page, step="ask_reversal").status_code == 422
    asked = {"step": "ask_reversal", "ask_reversal-reason": "单价写错了"}
    assert finance.post(page, asked).status_code == 302
    waiting = text_of(finance.get(page))
    assert "等另一位有权入账的同事同意" in waiting and "同意冲销</button>" not in waiting
    assert finance.post(page, step="agree_reversal").status_code == 403
    assert "单价写错了" in text_of(manager.get(page))
    assert manager.post(page, step="agree_reversal").status_code == 302
    assert "已冲销" in text_of(manager.get(page))
    assert not Bill.objects.filter(reversed_at=None).exists()


def test_a_large_run_tells_how_far_it_is(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "PART_HOUSES", 2)
    page = drafted(estate)
    desk = visitor(estate.cast, "collector")
    shown = text_of(desk.get(page))
    assert "正在起草" in shown and f'hx-get="{page}live/"' in shown and "<progress" in shown
    live = desk.get(f"{page}live/", htmx=True)
    assert "0%" in text_of(live) and "HX-Refresh" not in live
    assert "没有做成" not in text_of(live)
    Part.objects.filter(run__state="drafting", number=1).update(failed_at=AT)
    assert "有 1 份没有做成,每分钟会再试一次。" in text_of(desk.get(f"{page}live/", htmx=True))
    work_run(Run.objects.get().pk, AT)
    done = desk.get(f"{page}live/", htmx=True)
    assert done["HX-Refresh"] == "true"
    assert "正在起草" not in text_of(desk.get(page))


def test_a_community_without_charges_is_told_what_comes_first(cast: Cast) -> None:
    page = text_of(visitor(cast, "manager").get("/billing/"))
    assert "还没有收费批次" in page and "还没有计过费" in page


def test_the_list_costs_the_same_for_one_run_and_for_many(estate: Estate) -> None:
    desk = visitor(estate.cast, "finance")
    desk.get("/billing/")
    counts = []
    for period in ("2025Q3", "2025Q4", "2026Q1"):
        page = drafted(estate, period=period)
        desk.post(page, step="drop")
        with CaptureQueriesContext(connection) as asked:
            desk.get("/billing/")
        counts.append(len(asked))
    assert counts[0] == counts[-1] <= 12
    assert desk.get("/billing/", cursor="x").status_code == 422


def test_exceptions_are_walked_and_cost_the_same(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiyin.billing.queries.runs.SNAG_PAGE", 3)
    page = drafted(estate)
    run, desk, counts, shown = Run.objects.get(), visitor(estate.cast, "finance"), [], ""
    desk.get(f"{page}snags/")
    for code in ("no_tariff", "no_payer", "no_reading"):
        Snag.objects.create(
            run=run,
            house=estate.houses["flat"],
            code=code,
            blocking=True,
            values={"from": "2026-01-01", "until": "2026-02-01"},
        )
        with CaptureQueriesContext(connection) as asked:
            shown = text_of(desk.get(f"{page}snags/"))
        counts.append(len(asked))
    assert counts[0] == counts[-1] <= 20
    found = re.search(r"cursor=([\w-]+)", shown)
    assert found
    rest = text_of(desk.get(f"{page}snags/", htmx=True, cursor=found[1]))
    assert "没有抄表" in rest and "2026-01-01 至 2026-01-31" in rest and "<html" not in rest


def test_who_answers_owners_looks_and_does_not_bill(estate: Estate) -> None:
    page = drafted(estate)
    keeper = visitor(estate.cast, "keeper")
    assert "起草本期账单" not in text_of(keeper.get("/billing/"))
    assert keeper.get(page).status_code == 200
    assert begin(keeper).status_code == 403
    for step in ("post", "redraft", "drop", "confirm"):
        assert keeper.post(page, step=step).status_code == 403
    assert visitor(estate.cast, "technician").get(page).status_code == 403
    assert visitor(estate.cast, "E031").get(page).status_code == 404
