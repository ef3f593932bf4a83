"""Shows 4: a run from its draft to its posting, on a desk; the account it leaves behind."""

import pytest
from playwright.sync_api import expect

from huiyin.billing.models import Bill, Run
from huiyin.billing.tests.bills import ahead, billed, offset
from huiyin.billing.tests.cast import make_estate
from huiyin.billing.tests.test_accounts import due
from huiyin.estate.models import House
from huiyin.matters.tests.cast import make_cast
from tests.browser.test_first_light import Screen, log_in, screen

__all__ = ["screen"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def open_billing(it: Screen) -> None:
    """Open the list of runs from the menu."""
    it.page.get_by_role("link", name="计费", exact=True).first.click()
    expect(it.page.get_by_role("heading", name="计费", exact=True)).to_be_visible()
    it.look()


@pytest.mark.rule("BIL-06")
@pytest.mark.parametrize("screen", ["desk"], indirect=True)
def test_a_run_from_draft_to_posted(screen: Screen) -> None:
    estate = make_estate(make_cast())
    log_in(screen, estate.cast.code("finance"))
    page = screen.page
    open_billing(screen)
    quarter = page.locator("section", has=page.get_by_role("heading", name="季度物业费"))
    quarter.get_by_role("button", name="起草本期账单").click()
    expect(page.get_by_text("草稿,待入账")).to_be_visible()
    screen.look()

    page.get_by_role("link", name="没有面积").click()
    expect(page.get_by_text("请在住户册里补上面积")).to_be_visible()
    screen.look()
    House.objects.filter(code="3-1-1301").update(area="80.00")
    page.go_back()
    page.get_by_role("button", name="按现在的资料重新起草").click()
    expect(page.locator("#said")).to_contain_text("重新起草")
    expect(page.get_by_role("link", name="没有面积")).to_have_count(0)

    page.get_by_role("link", name="看每一户怎么算的").click()
    page.get_by_label("房号").fill("3-1-1201")
    page.get_by_role("button", name="看这一户").click()
    expect(page.get_by_text("827.40").first).to_be_visible()
    screen.look()
    page.get_by_role("link", name="季度物业费").click()

    page.locator("summary", has_text="入账").click()
    expect(page.get_by_text("业主在出账日收到账单通知")).to_be_visible()
    screen.look()
    page.get_by_role("button", name="确定入账").click()
    expect(page.get_by_text("已入账", exact=True)).to_be_visible()
    screen.look()
    run = Run.objects.get()
    assert run.state == "posted" and Bill.objects.count() == run.houses

    screen.go("/households/")
    page.get_by_role("combobox").fill("3-1-1201")
    expect(page.get_by_role("option").first).to_contain_text("3-1-1201")
    screen.look()
    page.get_by_role("option").first.click()
    expect(page.get_by_text("827.40").first).to_be_visible()
    screen.look()
    page.get_by_role("link", name=Bill.objects.get(house__code="3-1-1201").number).first.click()
    expect(page.get_by_text("98.5 m² × 2.80")).to_be_visible()
    screen.look()


@pytest.mark.parametrize("screen", ["desk"], indirect=True)
def test_the_pages_of_charges_fit_both_screens(screen: Screen) -> None:
    estate = make_estate(make_cast())
    late = billed(estate, amount="12345.67", **due(200))
    offset(estate, billed(estate, amount="300.00", **due(40)), "100.00")
    billed(estate, "let", "tenant", liable="landlord", item="water", amount="41.00", **due(-3))
    ahead(estate, "flat", "owner", "1234.50")
    log_in(screen, estate.cast.code("finance"))
    for path in (
        "/billing/",
        "/arrears/",
        "/arrears/?min_days=0",
        "/households/",
        "/households/3-1-1201/",
        "/households/3-1-1202/",
        "/households/5-1-101/",
        "/households/3-1-1201/statement/",
        f"/bills/{late.number}/",
    ):
        screen.go(path)
        screen.resize("phone")
        screen.fits()
        screen.resize("desk")
