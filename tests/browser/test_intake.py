"""The page behind a sticker on a phone, sheets and stickers at the desk, in a real browser."""

import os

import pytest
from playwright.sync_api import expect

from huiyin.estate.models import Community
from huiyin.intake.actions import make_stickers
from huiyin.intake.models import Sticker
from huiyin.intake.tests.mails import BOUNCE, plain
from huiyin.intake.tests.test_mail import arrive, settle
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, make_cast
from tests.browser.test_first_light import Screen, log_in, screen

__all__ = ["screen"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class Deaf(list[str]):
    """Hears nothing: taking a picture sets a style, of which the browser complains."""

    def append(self, _said: str) -> None:
        """Forget it."""


def picture(screen: Screen, name: str) -> None:
    """Keep a picture of the page, for whoever wants to look at it."""
    if folder := os.environ.get("SHOTS"):
        screen.complaints = Deaf()
        width = screen.page.viewport_size["width"] if screen.page.viewport_size else 0
        screen.page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


@pytest.fixture
def token() -> str:
    """Make the cast and stickers; return the token of the hall's."""
    cast = make_cast()
    Community.objects.filter(code="YG").update(phone="0755-26001234")
    make_stickers(
        by=cast.caller("manager"),
        at=AT,
        community="YG",
        buildings=["3", "5"],
        places=["大堂", "1号电梯", "2号电梯", "消防通道", "垃圾房", "单车棚", "屋顶水箱"],
        kind="repair.public",
    )
    arrive(cast, plain("楼道灯坏了三天没人修。", subject="楼道灯"), BOUNCE)
    settle(cast)
    return Sticker.objects.get(building__code="3", place="大堂").token


@pytest.mark.rule("REC-06")
def test_a_scan_becomes_a_matter(screen: Screen, token: str) -> None:
    page = screen.page
    screen.go(f"/r/{token}/")
    picture(screen, "report")
    text = page.get_by_label("哪里有问题?")
    alarm = page.get_by_text("听起来很紧急")
    text.fill("灯不亮")
    expect(alarm).to_be_hidden()
    text.fill("电梯困人了")
    expect(alarm).to_be_visible()
    screen.look()
    picture(screen, "report-alarm")
    page.get_by_label("您的电话").fill("123")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("电话号码不对")).to_be_visible()
    expect(text).to_have_value("电梯困人了")
    screen.complaints.clear()  # the browser reports every 422
    screen.look()
    picture(screen, "report-error")
    page.get_by_label("您的电话").fill("13812345678")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("已收到,谢谢您。")).to_be_visible()
    screen.look()
    picture(screen, "thanks")
    assert Matter.objects.get(channel="web").place == "3栋 大堂"
    page.goto(f"{screen.address}/r/nothing/")
    screen.complaints.clear()
    picture(screen, "gone")
    screen.go(f"/r/{token}/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    screen.look()


def test_sheets_mail_and_stickers(screen: Screen, token: str) -> None:
    page = screen.page
    log_in(screen, "E008")
    screen.go("/intake/")
    picture(screen, "box")
    page.get_by_label("开箱人一").select_option("E011")
    page.get_by_label("开箱人二").select_option("E008")
    slips = page.get_by_role("textbox", name="意见条,每行一张")
    slips.fill("花园加一张长椅\n投诉:垃圾桶太脏")
    slips.press("Control+Enter")
    expect(page.get_by_text("已登记 2 件")).to_be_visible()
    expect(slips).to_have_value("")
    expect(page.get_by_label("开箱人一")).to_have_value("E011")
    screen.look()
    picture(screen, "box-saved")
    for channel in ("letter", "forum", "interview", "meeting", "radio", "walk", "sms"):
        screen.go(f"/intake/{channel}/")
        picture(screen, channel)
    page.get_by_role("button", name="保存并再记一条").click()
    screen.go("/intake/letter/")
    page.get_by_label("写信人").fill("王丽")
    page.get_by_role("button", name="保存并再记一条").click()
    expect(page.get_by_text("请上传扫描件")).to_be_visible()
    expect(page.get_by_label("写信人")).to_have_value("王丽")
    screen.complaints.clear()
    screen.look()
    picture(screen, "letter-error")
    screen.go("/mail/")
    picture(screen, "mails")
    page.get_by_role("link", name="楼道灯", exact=True).click()
    screen.look()
    picture(screen, "mail")
    screen.go("/mail/?state=held")
    picture(screen, "mails-empty")
    screen.go("/stickers/")
    picture(screen, "stickers")
    screen.go("/stickers/?retired=1")
    picture(screen, "stickers-empty")
    screen.go("/stickers/print/")
    picture(screen, "print")


def test_print_sheets_hold_twelve(screen: Screen, token: str) -> None:
    log_in(screen, "E008")
    screen.go("/stickers/print/")
    paper = screen.page.pdf(prefer_css_page_size=True)
    screen.page.set_viewport_size({"width": 733, "height": 1062})  # A4 less its margins
    screen.page.emulate_media(media="print")
    picture(screen, "sheet")
    assert paper.count(b"/Type /Page\n") == 2  # fourteen stickers
