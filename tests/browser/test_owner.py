"""Shows 1: an owner asks on the phone, is told twice, says it is not good, and opens it again."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, expect

from huiyin.estate.models import Community
from huiyin.matters import queries as matters
from huiyin.matters.models import Event, Matter, Photo
from huiyin.matters.tests.cast import AT, Cast, make_cast
from huiyin.notices import courier
from huiyin.notices.models import Message
from huiyin.notices.tests.providers import Provider, played
from huiyin.owners.tests.people import TENANT, account, raised
from tests.browser.test_first_light import SIZES, Screen, log_in, use
from tests.browser.test_home_visit import picture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MINUTE = timedelta(minutes=1)
TEXT = "厨房水龙头关不紧,一直滴水 <b>请尽快</b>"
RESULT = "更换水龙头阀芯,试水不漏"
REASON = "又开始滴水了"
PAGES = (
    "/my/",
    "/my/request/?kind=complaint",
    "/my/matters/",
    "/my/matters/?show=all",
    "/my/matters/{}/",
    "/my/notices/",
    "/my/notices/?show=told",
    "/my/answers/",
    "/my/phones/",
    "/my/bills/",
    "/my/bills/statement/",
)


@pytest.fixture(autouse=True)
def apart(tmp_path: Any, settings: Any) -> None:
    """Keep the files and sessions of these tests apart."""
    settings.HOME = tmp_path
    cache.clear()


@pytest.fixture
def sms() -> Iterator[Provider]:
    """Let a provider of short messages remember what arrived."""
    with played(Provider("sms")) as providers:
        yield providers["sms"]


@pytest.fixture
def screens(browser: Browser, live_server: Any) -> Iterator[dict[str, Screen]]:
    """Give the owner a phone and the staff a desk, apart from each other."""
    found: dict[str, Screen] = {}
    for size, (width, height) in SIZES.items():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            service_workers="block",  # what they keep is for the tests of the app
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        found[size] = listening(Screen(page, live_server.url))
    yield found
    for one in found.values():
        one.page.context.close()


def listening(screen: Screen) -> Screen:
    """Let a screen hear what its console says, at the moment of the cast."""
    screen.page.on("console", screen.hear)
    screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
    screen.at(AT)
    return screen


def come_in(phone: Screen, sms: Provider, at: datetime, number: str = TENANT) -> None:
    """Log in with the code of the short message."""
    page = phone.page
    phone.go("/my/")
    page.get_by_label("手机号").fill(number)
    page.get_by_role("button", name="获取验证码").click()
    page.wait_for_url("**/my/login/code/")
    courier.run_once(at)
    (code,) = re.findall(r"\d{6}", sms.arrived[-1].text)
    assert sms.arrived[-1].to == number
    phone.look()
    page.get_by_label("短信验证码").fill(code)
    page.wait_for_url("**/my/")
    phone.look()


def ask(phone: Screen) -> str:
    """Raise a request with two photos; return its number."""
    page = phone.page
    phone.go("/my/request/")
    page.get_by_role("radio", name="YG花园 3-1-1202").check(force=True)
    page.locator("label", has_text="家里报修").click()
    page.get_by_label("具体情况").fill(TEXT)
    page.get_by_label("在哪个位置").fill("厨房")
    page.locator("input[type=file]").set_input_files(
        [picture((200, 90, 60)), picture((60, 90, 200)), picture((60, 200, 90))]
    )
    page.get_by_role("button", name="去掉第 3 张照片").click()
    expect(page.locator("[data-previews] li")).to_have_count(2)
    phone.look()
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/my/request/done/**")
    expect(page.get_by_text("今天 09:10 前安排人员")).to_be_visible()
    expect(page.locator("[data-until]").first).to_have_text("还有 9 分钟")  # it counts
    phone.look()
    return page.locator(".hy-sent").inner_text()


def finish(desk: Screen, cast: Cast, number: str) -> None:
    """Let the staff send somebody and finish the work on the console, telling the owner."""
    log_in(desk, cast.code("supervisor"))
    desk.at(AT + 8 * MINUTE)
    desk.go(f"/matters/{number}/")
    use(desk, "派单", 交给=cast.code("maintenance_foreman"))
    courier.run_once(AT + 15 * MINUTE)
    desk.at(AT + 60 * MINUTE)
    use(desk, "办结", 办理结果=RESULT)
    courier.run_once(AT + 60 * MINUTE)
    courier.run_once(AT + 70 * MINUTE)


@pytest.mark.rule("OWN-01")
@pytest.mark.rule("REC-06")
def test_from_the_owners_phone_and_back(screens: dict[str, Screen], sms: Provider) -> None:
    cast = make_cast()
    phone, page = screens["phone"], screens["phone"].page
    come_in(phone, sms, AT)
    number = ask(phone)
    courier.run_once(AT + MINUTE)
    found = Matter.objects.get(number=number)
    assert (found.channel, found.house, found.place) == ("web", cast.town.other, "厨房")
    assert Photo.objects.filter(matter=found).count() == 2

    phone.go("/my/matters/")
    finish(screens["desk"], cast, number)
    phone.at(AT + 75 * MINUTE)
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # the phone is taken up again
    expect(page.locator("#matters")).to_contain_text("有新进展")
    told = [one for one in sms.arrived if number in one.text and "已处理完成" in one.text]
    assert [one.to for one in told] == [TENANT]  # by short message once,
    in_app = Message.objects.filter(
        person=cast.town.tenant, channel="in_app", text__contains=RESULT
    )
    assert in_app.count() == 1  # and once in the app

    phone.go("/my/notices/?show=told")
    page.locator(".is-unread a", has_text=RESULT).click()
    page.wait_for_url(f"**/my/matters/{number}/")
    expect(page.get_by_text(TEXT)).to_be_visible()  # HTML in a text is text
    phone.look()
    page.get_by_text("不满意", exact=True).click()
    page.get_by_label("想对我们说的话").fill("又漏了")
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator("#said")).to_contain_text("谢谢您的评价")
    phone.look()
    page.locator("summary", has_text="没解决,重新办理").click()
    page.get_by_label("哪里没有解决?").fill(REASON)
    page.evaluate("window.dispatchEvent(new Event('focus'))")  # nothing is drawn over it
    expect(page.get_by_label("哪里没有解决?")).to_have_value(REASON)
    page.locator("details[open]").get_by_role("button", name="提交").click()
    expect(page.locator("#said")).to_contain_text("已重新打开")
    expect(page.locator(".hy-timeline")).to_contain_text(REASON)
    phone.look()
    seen = matters.matter(caller=cast.caller("manager"), number=number, at=AT + 76 * MINUTE)
    assert (seen.state, seen.cycle) == ("reopened", 2)
    rated = Event.objects.get(matter__number=number, kind="rated")
    assert (rated.data["satisfaction"], rated.text) == (2, "又漏了")
    assert not phone.complaints


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_page_in_other_languages(
    screens: dict[str, Screen], live_server: Any, language: str
) -> None:
    cast = make_cast()
    Community.objects.update(phone="0755-26001234")
    number = raised(cast, phone=TENANT, house_id=cast.town.other.pk, text=TEXT * 3, place="厨房")
    courier.run_once(AT)
    phone = screens["phone"]
    come_in_by_cookie(phone, live_server.url, huiyin_language=language)
    for path in PAGES:
        phone.go(path.format(number))
        expect(phone.page.locator("html")).to_have_attribute(
            "lang", {"en": "en", "zh-hant": "zh-Hant"}[language]
        )
        phone.resize("desk")
        phone.fits()
        phone.resize("phone")


def test_what_was_written_survives_refusals_and_a_broken_line(
    screens: dict[str, Screen], live_server: Any
) -> None:
    make_cast()
    phone, page = screens["phone"], screens["phone"].page
    come_in_by_cookie(phone, live_server.url)
    phone.go("/my/request/")
    text = page.get_by_label("具体情况")
    text.fill("有人被困在电梯里")
    expect(page.locator("[data-alarm]")).to_be_visible()  # the telephone, before it is sent
    page.locator("input[type=file]").set_input_files([picture((200, 90, 60))])
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_text("请先选一项")).to_be_visible()
    expect(text).to_have_value("有人被困在电梯里")
    expect(page.get_by_label("要这张")).to_be_checked()
    page.locator("label", has_text="求助").click()
    page.context.set_offline(True)
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator("#trouble")).to_contain_text("没有连上")
    page.context.set_offline(False)
    page.get_by_role("button", name="提交", exact=True).click()
    page.wait_for_url("**/my/request/done/**")
    expect(page.get_by_text("请马上打电话")).to_be_visible()
    assert Photo.objects.count() == 1


def come_in_by_cookie(phone: Screen, url: str, **cookies: str) -> None:
    """Open the phone of somebody who logged in before."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(account(TENANT))
    session = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
    phone.page.context.add_cookies(
        [
            {"name": name, "value": value, "url": url}
            for name, value in {**session, **cookies}.items()
        ]
    )
