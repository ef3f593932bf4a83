"""Bills on the phone: what is open, how it was computed, and nobody else's (OWN-05)."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huiyin.billing.models import Terms
from huiyin.billing.tests.bills import DUE_ON, ahead, billed, offset, reverse
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.doors.console.tests.visit import paper_of
from huiyin.estate.models import Occupancy, Phone
from huiyin.kernel.paging import write_cursor
from huiyin.ledger import actions as ledger
from huiyin.ledger import chart
from huiyin.ledger.actions import Entry, Leg
from huiyin.matters.tests.cast import AT, Cast
from huiyin.notices.actions import NewTelling, tell
from huiyin.notices.models import Message
from huiyin.notices.routing import route
from huiyin.owners.tests.people import TENANT

LogIn = Callable[..., Client]
SELLER = "13611113333"
LANDLORD = "13611114444"


@pytest.fixture
def estate(cast: Cast) -> Estate:
    """Build the estate, and give its people telephones."""
    made = make_estate(cast)
    for name, number in (("seller", SELLER), ("landlord", LANDLORD)):
        Phone.objects.create(person=made.people[name], number=number)
    return made


def text_of(client: Client, path: str, status: int = 200) -> str:
    """Open a page and return what it says."""
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code)
    return answer.content.decode()


def test_the_list_says_what_to_pay_by_when_and_how(estate: Estate, owner_client: LogIn) -> None:
    billed(estate, amount="1827.40")
    billed(estate, "space", item="parking", amount="150.00", left="0.00")
    ahead(estate, "flat", "owner", "66.00")
    page = text_of(owner_client(), "/my/bills/")
    for said in ("现在要缴", "1,827.40", f"{DUE_ON}", "66.00", "2026年第二季度", "已结清"):
        assert said in page, said
    assert "<form" not in page.split("<main")[1], "no button that does nothing"
    assert "服务中心前台,8:30–18:00" in page, "how to pay stands there"
    home = text_of(owner_client(), "/my/")
    assert "待缴 1,827.40 元" in home and 'href="/my/bills/"' in home
    assert 'href="/my/bills/"' in text_of(owner_client(), "/my/me/")


def test_without_bills_it_says_so_and_a_shut_way_to_pay_is_told(
    estate: Estate, owner_client: LogIn
) -> None:
    page = text_of(owner_client(), "/my/bills/")
    assert "还没有账单" in page and "目前没有要缴的费用" in page
    assert "还没有可对的账" in text_of(owner_client(), "/my/bills/statement/")
    assert "目前没有要缴的费用" in text_of(owner_client(), "/my/")
    billed(estate)
    Terms.objects.update(ways="")
    assert "请到服务中心前台缴纳" in text_of(owner_client(), "/my/bills/")


def test_a_bill_shows_its_lines_what_became_of_it_and_what_was_before(
    estate: Estate, owner_client: LogIn
) -> None:
    old = billed(
        estate,
        amount="300.00",
        period="2026Q1",
        issued_on=date(2026, 1, 1),
        due_on=date(2026, 1, 31),
        from_on=date(2026, 1, 1),
        until_on=date(2026, 4, 1),
    )
    bill = billed(estate)
    offset(estate, bill, "27.40")
    page = text_of(owner_client(), f"/my/bills/{bill.number}/")
    for said in ("物业费", "827.40", "−27.40", "800.00", "2026-04-01 至 2026-06-30", "1,100.00"):
        assert said in page, said
    assert f'href="/my/bills/{old.number}/"' in page and "2026年第一季度" in page
    late = text_of(owner_client(), f"/my/bills/{old.number}/")
    assert "已过期限" in late
    reverse(bill)
    gone = text_of(owner_client(), f"/my/bills/{bill.number}/")
    assert "已经作废" in gone and "怎么缴费" not in gone


@pytest.mark.rule("OWN-05")
def test_bills_of_others_are_not_there(estate: Estate, owner_client: LogIn) -> None:
    others = [
        billed(estate, "sold", "seller", until_on=date(2026, 5, 17)),
        billed(estate, "let", "tenant", liable="landlord", item="water"),
    ]
    mine = billed(estate)
    client = owner_client()
    page = text_of(client, "/my/bills/")
    for one in others:
        assert one.number not in page
        text_of(client, f"/my/bills/{one.number}/", 404)
        text_of(client, f"/my/bills/{one.number}/paper/", 404)
    text_of(client, "/my/bills/YG-NOWHERE/", 404)
    for path in ("", "paper/"):
        asked = f"?house={others[0].house_id}&since=2026-01-01&until=2026-12-31"
        answer = client.get(f"/my/bills/statement/{path}{asked}")
        assert answer.status_code == (404 if path else 200)
        assert "3-1-1501" not in answer.content.decode()
    tenant = owner_client(TENANT)
    assert mine.number not in text_of(tenant, "/my/bills/")
    text_of(tenant, f"/my/bills/{mine.number}/", 404)


@pytest.mark.rule("OWN-05")
def test_the_owner_sees_what_the_tenant_pays_by_agreement_with_the_name_shortened(
    estate: Estate, owner_client: LogIn
) -> None:
    bill = billed(estate, "let", "tenant", liable="landlord", item="water", amount="41.00")
    owner = owner_client(LANDLORD)
    listed = text_of(owner, "/my/bills/")
    assert "由承租方缴纳" in listed and "目前没有要缴的费用" in listed
    page = text_of(owner, f"/my/bills/{bill.number}/")
    assert "赵*" in page and "赵强" not in page
    words = paper_of(owner.get(f"/my/bills/{bill.number}/paper/"))
    assert "41.00" in words and "赵强" not in words
    assert "赵强" in paper_of(owner_client(TENANT).get(f"/my/bills/{bill.number}/paper/"))


@pytest.mark.rule("OWN-05")
def test_who_sold_the_house_still_opens_the_bills_of_before(
    estate: Estate, owner_client: LogIn
) -> None:
    bill = billed(estate, "sold", "seller", until_on=date(2026, 5, 17))
    Occupancy.objects.filter(person=estate.people["seller"]).update(until_on=date(2026, 3, 1))
    client = owner_client(SELLER)
    shut = text_of(client, "/my/", 403)
    assert 'href="/my/bills/"' in shut
    text_of(client, "/my/matters/", 403)
    assert bill.number in text_of(client, "/my/bills/")
    assert "物业费" in text_of(client, f"/my/bills/{bill.number}/")
    assert "3-1-1501" in text_of(client, "/my/bills/statement/")
    assert "退出登录" in text_of(client, "/my/bills/")
    nobody = owner_client("13611119999")
    text_of(nobody, "/my/bills/", 403)


def test_a_bill_and_a_statement_are_papers_too(estate: Estate, owner_client: LogIn) -> None:
    bill = billed(estate)
    words = paper_of(owner_client().get(f"/my/bills/{bill.number}/paper/"))
    for said in ("收费通知单", "王丽", "3-1-1201", "捌佰贰拾柒元肆角", "827.40", bill.number):
        assert said in words, said


def test_a_statement_of_days_goes_from_opening_to_closing(
    estate: Estate, owner_client: LogIn
) -> None:
    bill = billed(estate)
    flat, owner = estate.houses["flat"].pk, estate.people["owner"].pk
    ledger.post(
        by=estate.caller("finance"),
        at=AT,
        entry=Entry(
            community_id=estate.community.pk,
            kind="bill",
            business_on=bill.issued_on,
            memo=f"账单 {bill.number}",
            key=f"bill:{bill.number}",
            legs=(
                Leg(chart.RECEIVABLE, Decimal("827.40"), flat, owner),
                Leg("600101", Decimal("-827.40")),
            ),
        ),
    )
    client = owner_client()
    page = text_of(client, "/my/bills/statement/")
    for said in ("期初余额", "827.40", bill.number, "还有 827.40 元没有缴"):
        assert said in page, said
    before = text_of(client, "/my/bills/statement/?since=2026-01-01&until=2026-03-01")
    assert "这段日期里没有往来" in before and "全部结清" in before
    words = paper_of(client.get("/my/bills/statement/paper/?since=2026-01-01&until=2026-03-31"))
    for said in ("对账单", "3-1-1201", "827.40", "2026-01-01至2026-03-31", "王丽"):
        assert said in words.replace(" ", ""), said
    wrong = text_of(client, "/my/bills/statement/?since=2026-03-31&until=2026-03-01")
    assert "结束日期不能早于开始日期" in wrong and 'value="2026-03-31"' in wrong
    assert "没有往来" not in wrong
    text_of(client, "/my/bills/statement/paper/?since=2026-03-31&until=2026-03-01", 404)
    text_of(client, "/my/bills/statement/?since=gestern")


def test_what_was_told_about_a_bill_is_read_by_opening_it(
    estate: Estate, owner_client: LogIn
) -> None:
    bill = billed(estate)
    Message.objects.all().delete()
    person = estate.people["owner"].pk
    told = NewTelling(
        community_id=estate.community.pk,
        person_id=person,
        purpose=f"bill:{bill.number}:due",
        category="bill",
        template="bill.due",
        values={"house": "3-1-1201", "period": "二季度", "amount": "1.00", "due": "3月31日"},
        about=f"bill:{bill.number}",
        link=f"/my/bills/{bill.number}/",
    )
    tell(tellings=[told], at=AT)
    route(at=AT)
    assert Message.objects.get(person=person, channel="in_app").read_at is None
    text_of(owner_client(), f"/my/bills/{bill.number}/")
    assert Message.objects.get(person=person, channel="in_app").read_at == AT


def test_a_list_of_forty_bills_costs_no_more_than_one_of_two(
    estate: Estate, owner_client: LogIn
) -> None:
    client = owner_client()
    client.get("/my/")  # the first page of a session is written down
    costs, page = [], ""
    for count in (2, 38):
        for _number in range(count):
            billed(estate, kind="correction")
        with CaptureQueriesContext(connection) as asked:
            page = text_of(client, "/my/bills/")
        costs.append(len(asked))
    assert costs[0] == costs[1]
    assert "看更早的" in page


def test_nothing_in_an_address_breaks_a_page(estate: Estate, owner_client: LogIn) -> None:
    billed(estate)
    owner = owner_client()
    for cursor in ("x", "💥", write_cursor(2**70, 1), write_cursor(1, 2**63 - 1)):
        assert owner.get("/my/bills/", {"cursor": cursor}).status_code == 200
    assert owner.get("/my/bills/", {"cursor": write_cursor(2**63 - 1, 1)}).status_code == 200
    for asked in (
        {"house": "1" * 5000},
        {"house": "-1"},
        {"since": "0001-01-01", "until": "9999-12-31"},
        {"since": "2100-01-01", "until": "2000-01-01"},
    ):
        assert owner.get("/my/bills/statement/", asked).status_code == 200, asked
        assert owner.get("/my/bills/statement/paper/", asked).status_code == 404, asked
    for number in ("x", "%00", "..", "9" * 4000):
        assert owner.get(f"/my/bills/{number}/").status_code in (200, 404), number
