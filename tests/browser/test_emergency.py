"""An emergency in a browser: from the red button to the filed report (EMG-01…EMG-07, CMP-03)."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from huiyin.incidents import actions, queries
from huiyin.matters.tests.cast import AT, Cast, make_cast
from tests.browser.test_first_light import Screen, log_in, screen

__all__ = ["screen"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FRESH = 5_000  # milliseconds within which what others did is seen
HOUR = timedelta(hours=1)


def become(screen: Screen, cast: Cast, post: str) -> None:
    """Let somebody else sit down at the screen."""
    screen.page.context.clear_cookies()
    log_in(screen, cast.code(post))


def answer(screen: Screen, key: str, **given: str) -> None:
    """Do a step that has something to fill in."""
    step = screen.page.locator(f"#step-{key}")
    step.get_by_text("填写").click()
    for label, value in given.items():
        control = step.get_by_label(label)
        if value:
            control.fill(value)
        else:
            step.get_by_text(label, exact=True).click()
    step.get_by_role("button", name="保存").click()
    expect(step).to_have_class("hy-step is-settled")


def settle(cast: Cast, number: str) -> None:
    """Leave out whatever was not done."""
    by, at = cast.caller("security_foreman"), AT + HOUR / 2
    for one in queries.live(caller=by, number=number, at=at).steps:
        if not one.is_settled:
            item = one.view.item.key
            actions.leave_out(by=by, at=at, number=number, item=item, reason="演练,不适用")


@pytest.mark.rule("EMG-01")
@pytest.mark.rule("EMG-02")
@pytest.mark.rule("EMG-07")
@pytest.mark.rule("CMP-03")
@pytest.mark.parametrize("screen", ["desk"], indirect=True)
def test_from_the_red_button_to_the_filed_report(screen: Screen) -> None:
    cast, page = make_cast(), screen.page
    log_in(screen, cast.code("guard"))
    page.get_by_role("link", name="突发事件").first.click()
    screen.look()
    page.get_by_text("电梯困人", exact=True).click()
    page.get_by_label("在哪里").fill("3栋1单元2号梯")
    page.get_by_label("一句话说明").fill("两个人被困,一位老人")
    page.get_by_role("button", name="立即报告").click()
    page.wait_for_url("**/emergency/YG-*/")
    number = page.url.rstrip("/").rpartition("/")[2]
    screen.look()

    page.get_by_role("button", name="我到现场了").click()
    expect(page.locator("#em-people")).to_contain_text("何卫")
    answer(screen, "lift", 内容="3栋1单元2号梯")
    answer(screen, "people", 人="2")
    answer(screen, "state", 平稳="")
    page.locator("#step-power_off").get_by_role("button", name="完成").click()
    expect(page.locator("#step-power_off")).to_have_class("hy-step is-settled")

    # What a colleague does on a phone is seen here, and what is being typed here stays.
    floor = page.locator("#step-floor")
    floor.get_by_text("填写").click()
    floor.get_by_label("内容").fill("七层和八层之间")
    foreman = cast.caller("maintenance_foreman")
    actions.mark_step(by=foreman, at=AT, number=number, item="closed", value=True)
    expect(page.locator("#step-closed")).to_contain_text("朱工", timeout=FRESH)
    expect(floor.get_by_label("内容")).to_have_value("七层和八层之间")
    floor.get_by_role("button", name="保存").click()
    expect(floor).to_contain_text("七层和八层之间")

    # The fire brigade, before anybody could agree: not without a reason.
    fire = page.locator(".hy-service", has_text="消防 119")
    fire.locator("summary").first.click()
    fire.locator("summary", has_text="已拨打,登记").click()
    fire.get_by_role("button", name="已拨打,登记").click()
    expect(fire).to_contain_text("要先征得总经理或值班领导同意")
    screen.complaints.clear()  # the console tells of the refusal as well
    screen.look()
    fire.get_by_label("未经同意先行拨打,原因").fill("老人呼吸困难,等不及")
    fire.get_by_role("button", name="已拨打,登记").click()
    calls = page.locator("#em-calls")
    expect(calls).to_contain_text("未经同意先行拨打,原因:老人呼吸困难,等不及")
    calls.locator("summary", has_text="到了").click()
    calls.get_by_label("车牌号").fill("京A119消")
    calls.get_by_role("button", name="到了").click()
    calls.locator("summary", has_text="离开了").click()
    calls.get_by_role("button", name="离开了").click()
    expect(calls).to_contain_text("已离开")
    screen.look()

    ended(screen, cast, number)
    written(screen, number)
    approved(screen, cast, number)


def ended(screen: Screen, cast: Cast, number: str) -> None:
    """Leave out the rest, stand down, hold the review, set a measure."""
    page = screen.page
    become(screen, cast, "security_foreman")
    screen.at(AT + HOUR / 2)
    screen.go(f"/emergency/{number}/")
    page.get_by_role("button", name="解除突发事件").click()
    expect(page.locator("#main")).to_contain_text("没有做完,也没有写明省去的原因")
    screen.complaints.clear()
    medics = page.locator("#step-medics")
    medics.get_by_text("不适用").click()
    medics.get_by_label("为什么省去").fill("没有人不适")
    medics.get_by_role("button", name="省去这一步").click()
    expect(medics).to_contain_text("没有人不适")
    settle(cast, number)
    screen.at(AT + HOUR)
    screen.go(f"/emergency/{number}/")
    page.get_by_role("button", name="解除突发事件").click()
    expect(page.locator("#said")).to_contain_text("已完成:解除突发事件")
    screen.at(AT + 2 * HOUR)
    screen.go(f"/emergency/{number}/")
    page.get_by_label("参加人员").fill("王静、朱工、尤保")
    page.get_by_label("事件原因").fill("门机接触不良")
    page.get_by_label("经验教训").fill("维保备件要常备")
    page.get_by_role("button", name="记录总结会").click()
    page.get_by_label("做什么").fill("更换门机并检查同型号电梯")
    page.get_by_label("责任人").select_option(cast.code("maintenance_foreman"))
    page.get_by_label("完成期限").fill("2026-03-20")
    page.get_by_role("button", name="下达整改措施").click()
    expect(page.locator("#main")).to_contain_text("整改中")
    screen.look()


def written(screen: Screen, number: str) -> None:
    """Write the report from what the timeline knows, and look at the paper of the timeline."""
    page = screen.page
    screen.go(f"/emergency/{number}/story/")
    expect(page.locator("#main")).to_contain_text("电梯困人记录")
    screen.go(f"/matters/{number}/incident/")
    expect(page.get_by_label("事件经过")).to_have_value(re.compile("联系消防 119"))
    expect(page.get_by_label("原因调查")).to_have_value("门机接触不良")
    page.get_by_label("责任分析").fill("维保单位未按期检查门机")
    page.get_by_role("button", name="提交处理表").click()
    expect(page.locator("#main")).to_contain_text("等待审批")


def approved(screen: Screen, cast: Cast, number: str) -> None:
    """Let the manager agree and the company file it; the paper carries number and both hands."""
    page = screen.page
    for post, opinion in (("manager", "属实"), ("company_service", "同意归档")):
        become(screen, cast, post)
        screen.go(f"/matters/{number}/incident/")
        page.get_by_label("审批意见").fill(opinion)
        page.get_by_role("button", name="同意", exact=True).click()
        expect(page.locator("#said")).to_contain_text("已完成")
        screen.look()
    expect(page.locator("#main")).to_contain_text("YG-TF-2026-001")
    link = page.get_by_role("link", name="打印")
    paper = screen.printed(link.get_attribute("href") or "")
    for words in ("YG-TF-2026-001", "属实", "同意归档", "维保单位未按期检查门机", "消防119"):
        assert words in paper, words


@pytest.mark.rule("EMG-01")
@pytest.mark.parametrize("screen", ["phone"], indirect=True)
def test_on_a_phone_the_button_is_two_taps_away_and_a_leader_agrees(screen: Screen) -> None:
    cast, page = make_cast(), screen.page
    number = actions.raise_alarm(
        by=cast.caller("guard"), at=AT, community="YG", plan="lift", place="3栋", text="困人"
    )
    actions.ask_consent(
        by=cast.caller("guard"), at=AT, number=number, service="fire", why="维保也救不出"
    )
    log_in(screen, cast.code("manager"))
    page.locator(".hy-tabs a", has_text="突发").click()
    expect(page.get_by_role("heading", name="是同一件吗?")).to_be_visible()
    screen.look()
    page.get_by_role("button", name="是这一件").click()
    page.wait_for_url(f"**/emergency/{number}/")
    expect(page.locator("#em-head")).to_contain_text("2 人报告")
    screen.look()
    page.locator("#em-head").get_by_role("button", name="我同意").click()
    expect(page.locator("#em-calls")).to_contain_text("已同意,请拨打")
    for path in ("telling/", "story/"):
        screen.go(f"/emergency/{number}/{path}")
    assert number in screen.printed(f"/emergency/{number}/notice/")
    screen.go("/emergency/contacts/")
