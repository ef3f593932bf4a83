"""Shows 1: a whole home visit on the phone, with the owner's signature, also without signal."""

import io
import json
import math
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FilePayload,
    Locator,
    Page,
    expect,
)

from huiyin.fieldwork import queries as fieldwork
from huiyin.fieldwork.rules import amount_of
from huiyin.fieldwork.tests.phone import a_job, prices
from huiyin.matters import queries as matters
from huiyin.matters.actions import assign_matter
from huiyin.matters.tests.cast import AT, PASSWORD, Cast, make_cast
from tests.browser.test_first_light import SIZES, Screen, log_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

HOUR = timedelta(hours=1)
TECHNICIAN, CLEANER = "E016", "E018"
ALL_SENT = "已全部送达"
NO_LINE = "ERR_INTERNET_DISCONNECTED"  # what the console says of a line that was cut on purpose


def picture(colour: tuple[int, int, int]) -> FilePayload:
    """Draw what a camera would hand over: larger than what is sent."""
    out = io.BytesIO()
    Image.new("RGB", (2400, 1800), colour).save(out, "JPEG")
    return FilePayload(name="IMG_1.jpg", mimeType="image/jpeg", buffer=out.getvalue())


@dataclass
class Phone(Screen):
    """A phone in somebody's hand; ``sent`` are the batches of acts that left it."""

    set_now: Callable[[datetime], None] = lambda _moment: None
    sent: list[dict[str, Any]] = field(default_factory=list)

    def at(self, moment: datetime) -> None:
        """Move the clocks of the phone and of the server."""
        self.page.clock.set_fixed_time(moment)
        self.set_now(moment)

    def hear(self, said: ConsoleMessage) -> None:
        """Keep what the console reports as an error, less what a cut line brings about."""
        if NO_LINE not in said.text:
            super().hear(said)

    @property
    def bar(self) -> Locator:
        """The bar under the thumb: how the queue stands, and the next thing to do."""
        return self.page.locator("#field-bar")

    def cut(self) -> None:
        """Go where there is no signal."""
        self.page.context.set_offline(True)

    def mend(self) -> None:
        """Come back to where there is signal."""
        self.page.context.set_offline(False)

    def press(self, name: str) -> None:
        """Press the button under the thumb."""
        self.bar.get_by_role("button", name=name).click()

    def is_next(self, title: str) -> None:
        """See that a step is the next one."""
        expect(self.page.locator(".is-next .fw-title")).to_have_text(title)

    def tick(self, *items: str) -> None:
        """Say that items of the checklist were done."""
        for item in items:
            button = self.page.get_by_role("button", name=f"做到了:{item}")
            button.click()

    def shoot(self, item: str, colour: tuple[int, int, int]) -> None:
        """Take a photo."""
        self.page.locator(f"#photo-{item}").set_input_files([picture(colour)])

    def open(self, number: str) -> None:
        """Open a job from the list."""
        self.page.locator(".fw-card a", has_text="报修").first.click()
        expect(self.page.get_by_text(number)).to_be_visible()

    def scribble(self) -> None:
        """Write on the glass."""
        box = self.page.locator("canvas.hy-sign-pad").bounding_box()
        assert box is not None
        mouse = self.page.mouse
        mouse.move(box["x"] + 40, box["y"] + 90)
        mouse.down()
        for step in range(40):
            mouse.move(box["x"] + 40 + 5 * step, box["y"] + 90 + 40 * math.sin(step / 4))
        mouse.up()


@pytest.fixture
def phone(
    browser: Browser,
    live_server: Any,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    tmp_path: Any,
) -> Iterator[Phone]:
    """Take a phone whose clock is that of the server."""
    settings.HOME = tmp_path
    width, height = SIZES["phone"]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        has_touch=True,
    )
    page = context.new_page()
    held = Phone(page, live_server.url)
    held.set_now = lambda moment: monkeypatch.setitem(os.environ, "HUIYIN_NOW", moment.isoformat())
    page.on("console", held.hear)
    page.on("pageerror", lambda error: held.complaints.append(str(error)))
    remember_batches(context, held)
    held.at(AT)
    yield held
    context.close()


def remember_batches(context: BrowserContext, held: Phone) -> None:
    """Keep what the phone sends, so that it can be sent once more."""

    def note(request: Any) -> None:
        if request.url.endswith("/work/sync/") and request.method == "POST":
            held.sent.append(json.loads(request.post_data))

    context.on("request", note)


@pytest.fixture
def job() -> tuple[Cast, str]:
    """Give the technician a repair, with a price list."""
    cast = make_cast()
    prices(cast)
    return cast, a_job(cast, at=AT - timedelta(minutes=10))


def start(phone: Phone, number: str) -> None:
    """Log in, open my jobs and the job, until the phone can do without signal."""
    log_in(phone, TECHNICIAN)
    phone.go("/work/")
    expect(phone.page.locator(".fw-card")).to_contain_text("3-1-1201")
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.open(number)
    phone.look()


def quote(phone: Phone) -> None:
    """Write down two valves and an hour and a half, and let the owner agree."""
    page = phone.page
    page.get_by_role("button", name="添加材料或人工").click()
    page.get_by_role("button", name="角阀").click()
    page.get_by_role("button", name="加一").click()
    expect(page.locator("dialog .fw-amount")).to_contain_text("77.00")
    phone.look()
    page.get_by_role("button", name="加入", exact=True).click()
    page.get_by_role("button", name="添加材料或人工").click()
    page.get_by_role("button", name="水电维修").click()
    page.get_by_label("数量").fill("1.5")
    page.get_by_role("button", name="加入", exact=True).click()
    expect(page.locator("#field .fw-amount").first).to_contain_text("167.00")
    page.get_by_role("button", name="报价好了").click()
    page.get_by_label("谁同意的").fill("王丽")
    page.get_by_role("button", name="业主已同意").click()


def work_at_the_door(phone: Phone) -> None:
    """Go through the visit from the door to the owner's signature."""
    phone.is_next("进门")
    phone.tick("敲门", "穿好鞋套")
    phone.shoot("photos_before", (200, 30, 30))
    phone.is_next("材料和人工")
    phone.look()
    quote(phone)
    phone.is_next("说明")
    phone.tick("已说明故障原因", "已说明处理方法和收费")
    phone.is_next("作业")
    phone.tick("铺好垫布", "轻声作业")
    phone.is_next("收尾")
    phone.page.get_by_role("button", name="正常", exact=True).click()
    phone.tick("现场打扫")
    phone.shoot("photos_after", (30, 200, 30))
    phone.is_next("业主签字")


def sign_and_finish(phone: Phone) -> None:
    """Hand the glass to the owner, who sees the amount and signs; then write what was done."""
    page = phone.page
    phone.press("请业主签字")
    expect(page.locator("dialog .fw-amount b")).to_have_text("¥ 167.00")
    page.get_by_label("签字人").fill("王丽")
    canvas = page.locator("canvas.hy-sign-pad")
    canvas.click()  # a dot is no signature
    page.get_by_role("button", name="确认签字").click()
    expect(page.get_by_text("还没有签名")).to_be_visible()
    phone.scribble()
    phone.look()
    page.get_by_role("button", name="确认签字").click()
    phone.is_next("办结")
    phone.press("办结")
    expect(page.get_by_text("请写办理结果")).to_be_visible()
    page.get_by_label("办理结果").fill("更换角阀两只,试水不漏")
    phone.press("办结")
    expect(page.get_by_text("这件事做完了")).to_be_visible()


def settled(cast: Cast, number: str, at: datetime) -> tuple[matters.MatterView, Any]:
    """Return the matter and its sheet as the manager sees them."""
    manager = cast.caller("manager")
    found = matters.matter(caller=manager, number=number, at=at)
    return found, fieldwork.sheet(caller=manager, number=number, at=at)


@pytest.mark.rule("WO-03", "WO-04")
def test_a_whole_home_visit(phone: Phone, job: tuple[Cast, str]) -> None:
    cast, number = job
    start(phone, number)
    phone.press("接单")
    phone.is_next("出发")
    phone.press("出发")
    phone.is_next("到场")
    phone.press("到场")
    work_at_the_door(phone)
    sign_and_finish(phone)
    expect(phone.bar).to_contain_text(ALL_SENT)
    phone.look()

    found, sheet = settled(cast, number, AT + HOUR)
    assert (found.state, found.result) == ("finished", "更换角阀两只,试水不漏")
    assert (sheet.signed_name, str(sheet.signed_amount)) == ("王丽", "167.00")
    assert [str(slip.amount) for slip in sheet.slips] == ["167.00"]
    assert (sheet.consent_name, str(sheet.consent_amount)) == ("王丽", "167.00")
    assert len(found.photos) == 2
    phone.page.get_by_role("link", name="我的工作").first.click()
    expect(phone.page.get_by_role("heading", name="已办结、已退回")).to_be_visible()
    phone.look()


@pytest.mark.rule("WO-03")
def test_from_the_door_to_done_without_signal(phone: Phone, job: tuple[Cast, str]) -> None:
    cast, number = job
    start(phone, number)
    phone.press("接单")
    phone.is_next("出发")
    phone.press("出发")
    phone.is_next("到场")
    expect(phone.bar).to_contain_text(ALL_SENT)

    phone.cut()
    arrived = AT + HOUR
    phone.at(arrived)
    phone.press("到场")
    expect(phone.bar).to_contain_text("没有信号,1 项已存在手机里")
    phone.look()
    work_at_the_door(phone)
    sign_and_finish(phone)
    waiting = phone.bar.get_by_role("status").inner_text()
    assert re.search(r"没有信号,1\d 项已存在手机里", waiting), waiting

    phone.page.reload()  # the page comes from the phone itself
    expect(phone.page.get_by_text("这件事做完了")).to_be_visible()
    expect(phone.bar.get_by_role("status")).to_have_text(waiting)
    assert settled(cast, number, AT + HOUR)[0].state == "accepted"

    back = AT + 2 * HOUR
    phone.at(back)
    phone.mend()
    expect(phone.bar).to_contain_text(ALL_SENT, timeout=20_000)
    found, sheet = settled(cast, number, back)
    facts = {one.kind: (one.at, one.recorded_at) for one in found.events}
    for kind in ("arrived", "signed", "finished"):
        assert facts[kind] == (arrived, back), kind
    assert [str(slip.amount) for slip in sheet.slips] == ["167.00"]
    assert len(found.photos) == 2

    replay(phone)
    assert settled(cast, number, back) == (found, sheet)


def replay(phone: Phone) -> None:
    """Send every batch once more, as a phone does that did not hear the answer."""
    states = phone.page.evaluate(
        """async (batches) => {
            const { csrf } = await (await fetch("/work/jobs.json")).json();
            const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
            const states = [];
            for (const batch of batches) {
                const body = JSON.stringify(batch);
                const answer = await fetch("/work/sync/", { method: "POST", headers, body });
                states.push(...(await answer.json()).results.map((one) => one.state));
            }
            return states;
        }""",
        phone.sent,
    )
    assert len(states) > 10
    assert set(states) == {"again"}


@pytest.mark.rule("WO-02")
def test_a_job_given_to_somebody_else_meanwhile_is_shown(
    phone: Phone, job: tuple[Cast, str]
) -> None:
    cast, number = job
    start(phone, number)
    phone.press("接单")
    phone.is_next("出发")
    expect(phone.bar).to_contain_text(ALL_SENT)
    phone.cut()
    phone.press("出发")
    phone.is_next("到场")
    phone.press("到场")
    phone.is_next("进门")
    phone.page.get_by_role("button", name="备注").click()
    phone.page.get_by_label("写给同事看的话").fill("总阀在弱电井里")
    phone.page.get_by_role("button", name="保存备注").click()
    expect(phone.bar).to_contain_text("3 项已存在手机里")

    by = cast.caller("supervisor")
    assign_matter(by=by, at=AT, number=number, to=cast.code("maintenance_foreman"))
    phone.mend()
    expect(phone.bar).to_contain_text("3 项没有被接收")
    expect(phone.page.get_by_role("heading", name="这件事不在您手上")).to_be_visible()
    expect(phone.page.get_by_text("总阀在弱电井里")).to_be_visible()
    phone.look()
    phone.page.get_by_role("link", name="我的工作").first.click()
    expect(phone.page.get_by_text("改派给别人").first).to_be_visible()
    phone.look()
    assert settled(cast, number, AT)[0].state == "assigned"

    phone.page.get_by_role("button", name="知道了").first.click()
    phone.page.get_by_role("button", name="前台已知道").click()
    expect(phone.bar).to_contain_text(ALL_SENT)
    expect(phone.page.get_by_text("手上没有未完的事")).to_be_visible()


def test_a_colleague_on_the_same_phone_sees_and_sends_nothing(
    phone: Phone, job: tuple[Cast, str]
) -> None:
    cast, number = job
    start(phone, number)
    page = phone.page
    page.route("**/work/sync/", lambda route: route.abort("internetdisconnected"))
    phone.press("接单")
    expect(phone.bar).to_contain_text("1 项已存在手机里")

    leave(page)
    log_in(phone, CLEANER)
    phone.go("/work/")
    expect(phone.bar).to_contain_text("还有同事的 1 项待发送")
    expect(page.get_by_text("3-1-1201")).to_have_count(0)
    page.unroute("**/work/sync/")
    page.get_by_role("button", name="刷新").click()
    expect(phone.bar).to_contain_text(ALL_SENT)
    assert settled(cast, number, AT)[0].state == "assigned"
    phone.look()

    leave(page)
    log_in(phone, TECHNICIAN)
    phone.go("/work/")
    expect(phone.bar).to_contain_text(ALL_SENT)
    assert settled(cast, number, AT)[0].state == "accepted"


def leave(page: Page) -> None:
    """Log out as the page of one's own account offers it."""
    page.goto(page.url.partition("/work/")[0] + "/accounts/logout/")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/accounts/login/**")


def test_two_tabs_send_each_act_once(phone: Phone, job: tuple[Cast, str]) -> None:
    cast, number = job
    start(phone, number)
    other = phone.page.context.new_page()
    other.clock.set_fixed_time(AT)
    other.goto(phone.page.url)
    expect(other.locator(".is-next .fw-title")).to_have_text("接单")
    phone.cut()
    phone.press("接单")
    expect(other.locator(".is-next .fw-title")).to_have_text("出发")  # told by the first tab
    phone.mend()
    expect(phone.bar).to_contain_text(ALL_SENT)
    expect(other.locator("#field-bar")).to_contain_text(ALL_SENT)
    keys = [act["key"] for batch in phone.sent for act in batch["acts"]]
    assert len(keys) == len(set(keys)) == 1
    assert settled(cast, number, AT)[0].state == "accepted"


def test_a_log_in_that_ran_out_loses_nothing(phone: Phone, job: tuple[Cast, str]) -> None:
    cast, number = job
    start(phone, number)
    phone.page.context.clear_cookies()
    phone.press("接单")
    expect(phone.bar).to_contain_text("登录已过期,1 项都还在手机里")
    phone.complaints.clear()  # the console tells of the 401
    phone.bar.get_by_role("link", name="重新登录").click()
    phone.page.get_by_label("工号").fill(TECHNICIAN)
    phone.page.get_by_label("密码").fill(PASSWORD)
    phone.page.get_by_role("button", name="登录", exact=True).click()
    phone.page.wait_for_url(f"**/work/{number}/")
    expect(phone.bar).to_contain_text(ALL_SENT)
    assert settled(cast, number, AT)[0].state == "accepted"


@pytest.mark.rule("WO-07")
def test_a_public_repair_shows_its_photos_or_says_why_not(phone: Phone) -> None:
    cast = make_cast()
    number = a_job(cast, at=AT, kind="repair.public", house="", place="2栋电梯厅", text="灯不亮")
    log_in(phone, TECHNICIAN)
    phone.go("/work/")
    phone.open(number)
    for step, then in (("接单", "出发"), ("出发", "到场"), ("到场", "施工前照片")):
        phone.press(step)
        phone.is_next(then)
    expect(phone.page.get_by_text("要拍到警示牌和围挡")).to_be_visible()
    phone.look()
    phone.shoot("before", (9, 9, 200))
    phone.is_next("施工后照片")
    phone.page.get_by_role("button", name="不拍照").click()
    phone.page.get_by_label("为什么不能拍照").fill("天太黑")
    phone.page.locator("dialog").get_by_role("button", name="不拍照").click()
    phone.is_next("办结")
    expect(phone.bar).to_contain_text(ALL_SENT)
    found, _sheet = settled(cast, number, AT)
    assert len(found.photos) == 1
    assert any("天太黑" in one.text for one in found.events)


def test_a_job_is_given_back_with_a_reason(phone: Phone, job: tuple[Cast, str]) -> None:
    cast, number = job
    start(phone, number)
    phone.press("接单")
    phone.is_next("出发")
    phone.page.get_by_role("button", name="退回").click()
    phone.page.locator("dialog").get_by_role("button", name="退回").click()
    expect(phone.page.get_by_text("请写几个字")).to_be_visible()
    phone.page.get_by_label("为什么退回").fill("要换总阀,我没有钥匙")
    phone.page.locator("dialog").get_by_role("button", name="退回").click()
    expect(phone.page.get_by_text("手上没有未完的事")).to_be_visible()
    expect(phone.bar).to_contain_text(ALL_SENT)
    phone.look()
    found, _sheet = settled(cast, number, AT)
    assert found.state in ("received", "reopened")
    assert any("没有钥匙" in one.text for one in found.events)


def test_a_phone_whose_clock_is_wrong_is_told(phone: Phone, job: tuple[Cast, str]) -> None:
    cast, number = job
    log_in(phone, TECHNICIAN)
    phone.page.clock.set_fixed_time(AT - 3 * HOUR)
    phone.go("/work/")
    expect(phone.page.get_by_text("手机时间差 3 小时")).to_be_visible()
    expect(phone.page.get_by_text("还有 15 小时")).to_be_visible()  # by the server's clock
    phone.open(number)
    phone.press("接单")
    expect(phone.page.get_by_text("手机时间慢 3 小时")).to_be_visible()
    assert settled(cast, number, AT)[0].events[-1].kind in ("accepted", "noted")
    accepted = next(one for one in settled(cast, number, AT)[0].events if one.kind == "accepted")
    assert accepted.at == AT


def test_a_server_that_stumbles_is_asked_again(phone: Phone, job: tuple[Cast, str]) -> None:
    cast, number = job
    start(phone, number)
    phone.page.route("**/work/sync/", lambda route: route.fulfill(status=503, body="no"))
    phone.press("接单")
    expect(phone.bar).to_contain_text("1 项待发送,服务器忙")
    phone.page.unroute("**/work/sync/")
    phone.bar.get_by_role("button", name="发送").click()
    expect(phone.bar).to_contain_text(ALL_SENT)
    assert settled(cast, number, AT)[0].state == "accepted"


def test_a_file_that_is_no_photo_is_refused_and_kept_in_sight(
    phone: Phone, job: tuple[Cast, str]
) -> None:
    _cast, number = job
    start(phone, number)
    for step, then in (("接单", "出发"), ("出发", "到场"), ("到场", "进门")):
        phone.press(step)
        phone.is_next(then)
    broken = FilePayload(name="a.jpg", mimeType="image/jpeg", buffer=b"no picture")
    phone.page.locator("#photo-photos_before").set_input_files([broken])
    expect(phone.page.get_by_text("1 项没有被接收", exact=True)).to_be_visible()
    expect(phone.page.get_by_text("只接受 JPEG")).to_be_visible()


def test_amounts_are_those_of_the_server(phone: Phone) -> None:
    """Whole numbers on the phone, decimals on the server: the same cents for both."""
    phone.page.goto(f"{phone.address}/accounts/login/")
    pairs = [
        (f"{q // 100}.{q % 100:02}", f"{p // 10_000}.{p % 10_000:04}")
        for q, p in ((7919 * n % 100_000 + 1, 104_729 * n % 9_999_999) for n in range(400))
    ]
    pairs += [("0.01", "0.5000"), ("0.01", "0.4999"), ("99999.99", "999999.9999"), ("3", "8.5")]
    said = phone.page.evaluate(
        """async (pairs) => {
            const { amountOf, sayCents } = await import("/static/huiyin/jobs.js");
            return pairs.map(([quantity, price]) => sayCents(amountOf(quantity, price)));
        }""",
        pairs,
    )
    assert said == [str(amount_of(Decimal(q), Decimal(p))) for q, p in pairs]


def test_any_form_can_ask_for_a_signature(phone: Phone) -> None:
    """An unsigned form is held back; a signed one has a picture in its file input."""
    page = phone.page
    page.goto(f"{phone.address}/accounts/login/")
    page.evaluate(FORM)
    expect(page.locator("canvas")).to_be_visible()
    page.get_by_role("button", name="送出").click()
    expect(page.get_by_text("请先签名")).to_be_visible()
    phone.scribble()
    expect(page.get_by_text("请先签名")).to_be_hidden()
    sizes = "[...document.querySelector('#signed').files].map((one) => [one.type, one.size > 500])"
    assert page.evaluate(sizes) == [["image/png", True]]
    page.get_by_role("button", name="重签").click()
    assert page.evaluate(sizes) == []


FORM = """async () => {
    const make = (tag, given, ...inner) => {
        const one = Object.assign(document.createElement(tag), given);
        one.append(...inner);
        return one;
    };
    const canvas = make("canvas", { className: "hy-sign-pad" });
    const again = make("button", { type: "button" }, "重签");
    again.dataset.signClear = "";
    const missing = make("p", { hidden: true }, "请先签名");
    missing.dataset.signMissing = "";
    const file = make("input", { type: "file", id: "signed", hidden: true });
    file.dataset.signFile = "";
    const place = make("div", {}, canvas, again, missing, file);
    place.dataset.sign = "";
    document.body.replaceChildren(make("form", {}, place, make("button", {}, "送出")));
    await import("/static/huiyin/sign.js");
}"""


def test_without_scripts_the_forms_still_work(browser: Browser, live_server: Any) -> None:
    cast = make_cast()
    number = a_job(cast, at=AT)
    context = browser.new_context(java_script_enabled=False)
    plain = Screen(context.new_page(), live_server.url)
    page = plain.page
    page.goto(f"{live_server.url}/accounts/login/?next=/work/{number}/")
    page.get_by_label("工号").fill(TECHNICIAN)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("button", name="接单").click()
    page.get_by_role("button", name="到场").click()
    page.get_by_text("办结", exact=True).click()
    page.get_by_label("办理结果").fill("换了垫圈")
    page.get_by_role("button", name="提交结果").click()
    context.close()
    assert settled(cast, number, AT)[0].result == "换了垫圈"
