"""Shows 4: an owner hears of a bill by short message and reads on the phone how it was computed."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from huiyin.billing.models import Bill
from huiyin.billing.tests.bills import reverse
from huiyin.billing.tests.cast import make_estate
from huiyin.billing.tests.running import begin, offset, pay_ahead, pool, post
from huiyin.estate import queries as communities
from huiyin.estate.models import Community, Phone
from huiyin.flows.billing_notices import tell_about_bills
from huiyin.kernel.caller import SYSTEM
from huiyin.matters.tests.cast import AT, make_cast, moment
from huiyin.notices import courier
from huiyin.notices.tests.providers import Provider
from huiyin.owners.tests.people import OWNER
from tests.browser.test_first_light import SIZES, Screen
from tests.browser.test_owner import apart, come_in, listening, sms

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

__all__ = ["apart", "sms"]  # fixtures of the other journey of an owner
TEN_DAYS_BEFORE = moment("2026-04-05 09:00")


@pytest.fixture
def phone(browser: Browser, live_server: Any) -> Iterator[Screen]:
    """Give the owner a phone."""
    width, height = SIZES["phone"]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", service_workers="block"
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    yield listening(Screen(page, live_server.url))
    context.close()


def shot(phone: Screen, name: str) -> None:
    """Keep a picture for whoever wants to look."""
    if folder := os.environ.get("SHOTS"):
        phone.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.rule("BIL-05")
def test_from_the_message_to_the_working_of_every_line(phone: Screen, sms: Provider) -> None:
    cast = make_cast()
    estate = make_estate(cast)
    Community.objects.update(phone="0755-26001234")
    Phone.objects.filter(person=cast.neighbour.owner).delete()  # 王丽 lives in one place
    pool(estate)
    post(estate, begin(estate, "2026Q2"))
    bill = Bill.objects.get(house=estate.houses["flat"])
    pay_ahead(estate, "300.00")
    offset(estate, moment("2026-04-01 09:00"))

    town = communities.community(caller=SYSTEM, code="YG")
    tell_about_bills(town=town, at=TEN_DAYS_BEFORE)
    courier.run_once(TEN_DAYS_BEFORE)
    (told,) = [one for one in sms.arrived if one.to == OWNER and "缴费期限" in one.text]
    assert "4月15日" in told.text and "2026年第二季度账单" in told.text

    page = phone.page
    phone.at(TEN_DAYS_BEFORE)
    come_in(phone, sms, TEN_DAYS_BEFORE, OWNER)
    expect(page.get_by_text("待缴")).to_be_visible()
    shot(phone, "home")
    page.get_by_role("link", name="待缴").click()
    page.wait_for_url("**/my/bills/")
    phone.look()
    shot(phone, "bills")
    page.get_by_role("link", name="3-1-1201").click()
    page.wait_for_url(f"**/my/bills/{bill.number}/")
    phone.look()
    shot(phone, "bill")
    # 98.50 m² at 2.80 yuan for three months, and a share of the water of the quarter before
    expect(page.locator(".pb-steps").first).to_contain_text("98.5 m² × 2.80 元/m²·月 × 3 个月")
    expect(page.locator(".pb-steps").first).to_contain_text("827.40 元")
    expect(page.locator(".pb-lines")).to_contain_text("公摊水费")
    expect(page.locator(".pb-sums")).to_contain_text("300.00")
    expect(page.get_by_text("服务中心前台,8:30–18:00")).to_be_visible()
    paper = phone.printed(f"/my/bills/{bill.number}/paper/")
    assert bill.number in paper and "98.5m²×2.80" in paper.replace(" ", "")

    page.get_by_role("link", name="对账单").click()
    page.wait_for_url("**/my/bills/statement/")
    phone.look()
    shot(phone, "statement")
    expect(page.locator(".pb-lines")).to_contain_text("期末余额")
    page.get_by_label("从哪一天").fill("2026-05-01")
    page.get_by_role("button", name="查看").click()
    expect(page.locator(".hy-error")).to_contain_text("结束日期不能早于开始日期")
    expect(page.get_by_label("从哪一天")).to_have_value("2026-05-01")
    phone.look()
    shot(phone, "statement-wrong")

    reverse(bill)
    phone.go(f"/my/bills/{bill.number}/")
    expect(page.get_by_text("这张账单已经作废")).to_be_visible()
    shot(phone, "bill-reversed")
    assert not phone.complaints


def test_who_was_never_billed_is_told_so(phone: Screen, sms: Provider) -> None:
    make_cast()
    come_in(phone, sms, AT, OWNER)
    for path in ("/my/bills/", "/my/bills/statement/"):
        phone.go(path)
        shot(phone, path.strip("/").replace("/", "-") + "-empty")
    expect(phone.page.get_by_text("还没有可对的账")).to_be_visible()
