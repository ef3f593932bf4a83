"""Bills on paper: one, a whole run in order, and names that cannot be drawn (BIL-05)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from huiyin.billing.tests.bills import ahead, billed, made_run, offset, reverse
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.doors.console.tests.visit import paper_of, text_of, visitor
from huiyin.estate.models import Person
from huiyin.flows.papers import bills as papers
from huiyin.flows.papers.bills import NothingToPrint, run_bills, run_file
from huiyin.ledger import actions as ledger
from huiyin.ledger import chart
from huiyin.ledger.actions import Entry, Leg
from huiyin.matters.tests.cast import AT, Cast

RARE = "\U0003134a"  # no font has it
SITE = "https://example.org"


@pytest.fixture
def estate(cast: Cast) -> Estate:
    """Build the estate."""
    return make_estate(cast)


def words(data: Any) -> str:
    """Return what stands on a paper, without spaces."""
    return "".join(paper_of(data).split())


def test_a_bill_says_what_to_pay_and_what_became_of_it(estate: Estate) -> None:
    billed(
        estate,
        amount="300.00",
        period="2026Q1",
        issued_on=date(2026, 1, 1),
        from_on=date(2026, 1, 1),
        until_on=date(2026, 4, 1),
    )
    bill = billed(estate, amount="1827.40")
    offset(estate, bill, "100.00")
    ahead(estate, "flat", "owner", "7.00")
    said = words(visitor(estate.cast, "finance").get(f"/bills/{bill.number}/paper/"))
    for part in (
        "收费通知单",
        bill.number,
        "3-1-1201",
        "王丽",
        "2026年第二季度",
        "2026-03-31前",
        "1,827.40",
        "2026年第一季度300.00元",
        "-100.00",
        "贰仟零贰拾柒元肆角",  # 1,827.40 - 100 + 300
        "2,027.40",
        "预存余额7.00元",
        "服务中心前台",
    ):
        assert part in said, part


def test_the_code_on_it_leads_to_the_page_of_its_payer(estate: Estate) -> None:
    bill = billed(estate)
    paper = papers.bill(
        caller=estate.caller("finance"), number=bill.number, at=AT, site="https://example.org"
    )
    assert paper.data["url"] == f"https://example.org/my/bills/{bill.number}/"
    assert paper.final is None, "it is not filed: it can be drawn again at any time"


def test_a_bill_that_was_reversed_is_stamped_and_asks_for_nothing(estate: Estate) -> None:
    bill = billed(estate)
    reverse(bill)
    said = words(visitor(estate.cast, "manager").get(f"/bills/{bill.number}/paper/"))
    assert "已作废" in said and "零元整" in said


@pytest.mark.rule("BIL-05")
def test_a_run_prints_in_the_order_of_the_buildings_in_files(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bills of a period leave the house on paper, each household's own, in walking order."""
    monkeypatch.setattr(papers, "FILE", 2)
    run = made_run(estate)
    numbers = [
        billed(estate, house, payer, run=run).number
        for house, payer in (("shop", "company"), ("let", "landlord"), ("flat", "owner"))
    ]
    shop, let, flat = numbers
    client = visitor(estate.cast, "finance")
    page = text_of(client.get(f"/billing/{run.pk}/papers/"))
    assert "季度物业费 2026年第二季度" in page and "3 张账单" in page
    assert f"/billing/{run.pk}/papers/2/" in page and f"/billing/{run.pk}/papers/3/" not in page
    first = words(client.get(f"/billing/{run.pk}/papers/1/"))
    assert first.index(flat) < first.index(let) and shop not in first
    assert shop in words(client.get(f"/billing/{run.pk}/papers/2/"))
    assert client.get(f"/billing/{run.pk}/papers/3/").status_code == 404
    assert client.get(f"/billing/{run.pk}/papers/0/").status_code == 404


@pytest.mark.rule("BIL-05")
def test_a_name_that_cannot_be_drawn_is_told_and_does_not_stop_the_others(estate: Estate) -> None:
    Person.objects.filter(pk=estate.people["landlord"].pk).update(name=f"孙{RARE}")
    run = made_run(estate)
    rare, fine = billed(estate, "let", "landlord", run=run), billed(estate, run=run)
    found = run_bills(caller=estate.caller("finance"), run_id=run.pk)
    assert [(one.number, one.house) for one in found.left_out] == [(rare.number, "3-1-1202")]
    assert "U+3134A" in found.left_out[0].why
    client = visitor(estate.cast, "finance")
    assert "U+3134A" in text_of(client.get(f"/billing/{run.pk}/papers/"))
    said = words(client.get(f"/billing/{run.pk}/papers/1/"))
    assert fine.number in said and rare.number not in said
    alone = client.get(f"/bills/{rare.number}/paper/")
    assert alone.status_code == 422 and "字库里没有" in text_of(alone)
    reverse(fine)
    with pytest.raises(NothingToPrint):
        run_file(caller=estate.caller("finance"), run_id=run.pk, number=1, at=AT, site=SITE)


def test_a_run_without_bills_says_so(estate: Estate) -> None:
    run = made_run(estate, state="drafted")
    client = visitor(estate.cast, "finance")
    assert "没有可打印的账单" in text_of(client.get(f"/billing/{run.pk}/papers/"))
    assert client.get("/billing/999999/papers/").status_code == 404


def test_a_statement_of_a_house_is_a_paper(estate: Estate) -> None:
    flat, owner = estate.houses["flat"].pk, estate.people["owner"].pk
    ledger.post(
        by=estate.caller("finance"),
        at=AT,
        entry=Entry(
            community_id=estate.community.pk,
            kind="bill",
            business_on=date(2026, 3, 16),
            memo="账单 YG-ZD202603-00001",
            key="bill:1",
            legs=(
                Leg(chart.RECEIVABLE, Decimal("827.40"), flat, owner),
                Leg("600101", Decimal("-827.40")),
            ),
        ),
    )
    client = visitor(estate.cast, "receptionist")
    path = "/households/3-1-1201/statement/paper/"
    said = words(client.get(f"{path}?first=2026-01-01&last=2026-03-31"))
    for part in ("对账单", "3-1-1201", "2026-01-01至2026-03-31", "827.40", "YG-ZD202603-00001"):
        assert part in said, part
    back = client.get(path)
    assert back.status_code == 302 and back["Location"] == "/households/3-1-1201/statement/"
    assert client.get(f"{path}?first=2026-03-31&last=2026-01-01").status_code == 422


def test_colleagues_in_the_field_and_strangers_print_nothing(estate: Estate) -> None:
    run = made_run(estate)
    bill = billed(estate, run=run)
    for path in (
        f"/bills/{bill.number}/paper/",
        f"/billing/{run.pk}/papers/",
        f"/billing/{run.pk}/papers/1/",
        "/households/3-1-1201/statement/paper/?first=2026-01-01&last=2026-03-31",
    ):
        assert visitor(estate.cast, "technician").get(path).status_code == 403, path
        stranger = visitor(estate.cast, "E031").get(path)
        if "households" in path:  # the neighbours have a house of that number too
            assert "827.40" not in words(stranger)
        else:
            assert stranger.status_code == 404 and "王丽" not in text_of(stranger), path
