"""The red button on its pages: alarm, steps, outside help, the end, the paper."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from huiyin.doors.console.tests.visit import Visitor, paper_of, text_of, visitor
from huiyin.incidents.models import Incident
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast

ALARM = {"plan": "lift", "place": "3栋1单元2号梯", "text": "有人被困,在喊", "house": ""}


def alarm(browser: Visitor, **given: Any) -> str:
    """Press the button and return the incident's number."""
    answer = browser.post("/emergency/", {**ALARM, **given})
    assert answer.status_code == 302, text_of(answer)
    return str(answer.headers["Location"]).strip("/").split("/")[1]


def test_every_page_carries_the_red_button(cast: Cast) -> None:
    for post, page in (("guard", "/work/"), ("manager", "/matters/"), ("receptionist", "/desk/")):
        assert text_of(visitor(cast, post).get(page)).count('href="/emergency/"') == 2, post


@pytest.mark.rule("EMG-01")
def test_the_button_opens_the_plan_with_who_when_and_whom_to_ring(cast: Cast) -> None:
    guard = visitor(cast, "guard")
    number = alarm(guard)
    page = text_of(guard.get(f"/emergency/{number}/"))
    assert "电梯困人" in page and "3栋1单元2号梯" in page
    assert "维修班长" in page and "还有 5 分钟" in page  # who and until when
    assert 'href="tel:110"' in page and 'href="tel:119"' in page and 'href="tel:120"' in page
    assert "韩前" in page  # a colleague on the call list


def test_what_is_missing_is_said_and_nothing_typed_is_lost(cast: Cast) -> None:
    answer = visitor(cast, "guard").post("/emergency/", {**ALARM, "place": "", "plan": ""})
    assert answer.status_code == 422
    assert "请选择是哪一种突发事件" in text_of(answer)
    assert "有人被困,在喊" in text_of(answer)
    answer = visitor(cast, "guard").post("/emergency/", {**ALARM, "place": ""})
    assert "请写明在哪里" in text_of(answer)


@pytest.mark.rule("EMG-01")
def test_somebody_who_was_slower_is_asked_whether_it_is_the_same(cast: Cast) -> None:
    number = alarm(visitor(cast, "guard"))
    second = visitor(cast, "technician")
    answer = second.post("/emergency/", ALARM)  # filled in before the first alarm was there
    assert answer.status_code == 409
    page = text_of(answer)
    assert "是同一件吗" in page and number in page and "有人被困,在喊" in page
    assert Incident.objects.count() == 1
    assert second.post(f"/emergency/{number}/join/", {"text": ""}).status_code == 302
    assert Incident.objects.count() == 1
    assert "2 人报告" in text_of(second.get(f"/emergency/{number}/"))
    # It is another one: sent again, with the first one seen.
    assert second.post("/emergency/", {**ALARM, "seen": number}).status_code == 302
    assert Incident.objects.count() == 2


def test_an_emergency_from_the_desk_is_offered_its_plan(cast: Cast) -> None:
    number = cast.receive(kind="complaint.emergency", text="5栋冒烟")
    boss = visitor(cast, "manager")
    assert number in text_of(boss.get("/emergency/"))
    assert f"/emergency/{number}/" in text_of(boss.get(f"/matters/{number}/"))
    assert "选择预案" in text_of(boss.get(f"/emergency/{number}/"))
    sent = boss.post(f"/emergency/{number}/", {"step": "plan", "plan-plan": "fire"})
    assert sent.status_code == 302
    assert "火警" in text_of(boss.get(f"/emergency/{number}/"))
    ordinary = cast.receive()
    assert boss.get(f"/emergency/{ordinary}/").status_code == 404


def step(browser: Visitor, number: str, key: str, **given: Any) -> Any:
    """Do one step as htmx sends it."""
    form = {f"{key}-{name}": value for name, value in given.items()}
    return browser.post(f"/emergency/{number}/steps/{key}/", form, htmx=True)


def test_steps_are_done_on_the_page_and_refusals_keep_what_was_typed(cast: Cast) -> None:
    guard = visitor(cast, "guard")
    number = alarm(guard)
    answer = step(guard, number, "lift", value="3栋1单元2号梯")
    assert answer.status_code == 200 and "is-settled" in text_of(answer)
    assert "is-settled" in text_of(step(guard, number, "closed"))
    assert "何卫" in text_of(step(guard, number, "companion", name="何卫", at="09:00"))
    wrong = step(guard, number, "people", value="很多", note="三个大人")
    assert wrong.status_code == 422
    assert "三个大人" in text_of(wrong) and "请填写数字" in text_of(wrong)
    too_early = step(guard, number, "restored", name="何卫", at="09:00")
    assert too_early.status_code == 422 and "要先做完" in text_of(too_early)
    assert step(guard, number, "nothing").status_code == 404
    out = guard.post(
        f"/emergency/{number}/steps/medics/",
        {"leave_out": "1", "out-medics-reason": "没有人不适"},
        htmx=True,
    )
    assert out.status_code == 403  # a guard does not lead
    out = visitor(cast, "security_foreman").post(
        f"/emergency/{number}/steps/medics/",
        {"leave_out": "1", "out-medics-reason": "没有人不适"},
        htmx=True,
    )
    assert "省去" in text_of(out)


@pytest.mark.rule("EMG-05")
def test_what_does_not_work_after_a_power_cut_becomes_a_repair_at_once(cast: Cast) -> None:
    guard = visitor(cast, "guard")
    number = alarm(guard, plan="power_cut", place="全区", text="停电")
    assert step(guard, number, "pumps", value="不正常", note="不上水").status_code == 200
    repair = Matter.objects.get(kind="repair.public")
    assert "不上水" in repair.text and repair.place == "全区"
    opened = step(guard, number, "lifts", value="有人被困", note="5栋1号梯")
    linked = Incident.objects.get(plan="lift").matter.number
    assert opened.headers["HX-Redirect"] == f"/emergency/{linked}/"


def test_a_photo_of_the_spot_is_kept_and_shown_to_those_who_see_the_matter(
    cast: Cast, tmp_path: Any, settings: Any
) -> None:
    settings.HOME = tmp_path
    guard = visitor(cast, "guard")
    number = alarm(guard, plan="flooding", place="负一层", text="进水")
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    picture = SimpleUploadedFile("p.png", out.getvalue(), "image/png")
    answer = guard.post(
        f"/emergency/{number}/steps/photos/", {"photos-value": [picture]}, htmx=True
    )
    assert answer.status_code == 200 and "照片 1 张" in text_of(answer)
    shown = text_of(visitor(cast, "manager").get(f"/emergency/{number}/"))
    (path,) = set(re.findall(r'src="(/checklists/\d+/photos/\d+/)"', shown))
    assert visitor(cast, "manager").get(path).status_code == 200
    assert visitor(cast, "E031").get(path).status_code == 404


@pytest.mark.rule("EMG-01")
def test_everybody_sees_a_step_that_somebody_else_did(cast: Cast) -> None:
    guard, engineer = visitor(cast, "guard"), visitor(cast, "technician")
    number = alarm(guard)
    first = engineer.get(f"/emergency/{number}/live/")
    mark = first.headers["ETag"]
    quiet = ask(engineer, number, mark)
    assert (quiet.status_code, quiet.content) == (304, b"")
    step(guard, number, "closed")
    news = ask(engineer, number, mark)
    assert news.status_code == 200
    assert 'id="step-closed"' in text_of(news) and "何卫" in text_of(news)
    assert 'id="step-floor"' not in text_of(news)  # nobody loses what they are typing
    assert ask(engineer, number, news.headers["ETag"]).status_code == 304
    later = ask(engineer, number, news.headers["ETag"], at=AT + timedelta(minutes=6))
    assert "步超时" in text_of(later)


def ask(browser: Visitor, number: str, mark: str, at: Any = AT) -> Any:
    """Ask for news under a mark."""
    headers = {"If-None-Match": mark, "X-Huiyin-Now": at.isoformat(), "HX-Request": "true"}
    return browser.http.get(f"/emergency/{number}/live/", headers=headers)


@pytest.mark.rule("EMG-02")
def test_the_fire_brigade_waits_for_consent_or_a_reason(cast: Cast) -> None:
    guard = visitor(cast, "guard")
    number = alarm(guard)
    page = f"/emergency/{number}/"
    call = {"step": "call", "call-service": "fire", "call-phone": "119"}
    refused = guard.post(page, {**call, "call-why": "轿厢变形"})
    assert refused.status_code == 422
    assert "要先征得总经理或值班领导同意" in text_of(refused) and "轿厢变形" in text_of(refused)
    assert guard.post(page, {"step": "ask", "ask-service": "fire", "ask-why": "救不出"})
    boss = visitor(cast, "manager")
    shown = text_of(boss.get(page))
    assert "等领导同意" in shown and "我同意" in shown
    assert "我同意" not in text_of(guard.get(page))
    call_id = Incident.objects.get().calls.get().pk
    agree = {"step": "agree", "agree-call": call_id}
    assert guard.post(page, agree).status_code == 403
    assert boss.post(page, agree).status_code == 302
    twice = visitor(cast, "general_manager").post(page, agree)
    assert twice.status_code == 422 and "已经有了答复" in text_of(twice)
    assert guard.post(page, call).status_code == 302
    shown = text_of(guard.get(page))
    assert "已拨打" in shown and "王静 本人在系统里确认" in shown
    assert guard.post(
        page, {"step": "arrived", "arrived-call": call_id, "arrived-vehicles": "京A1"}
    )
    left = {"step": "left", "left-call": call_id, "left-vehicles": "京A1", "left-hospital": ""}
    assert guard.post(page, left).status_code == 302
    assert "已离开" in text_of(guard.get(page))


def test_the_page_asks_the_same_number_of_queries_however_much_happened(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    guard = visitor(cast, "guard")
    number = alarm(guard)
    for key in ("closed", "power_off"):
        step(guard, number, key)
    guard.post(f"/emergency/{number}/", {"step": "attend", "attend-employee": ""})
    with django_assert_max_num_queries(27):
        guard.get(f"/emergency/{number}/")
    mark = guard.get(f"/emergency/{number}/live/").headers["ETag"]
    with django_assert_max_num_queries(5):
        assert ask(guard, number, mark).status_code == 304
    with django_assert_max_num_queries(10):
        guard.get("/emergency/")


def test_contacts_are_kept_by_those_who_lead(cast: Cast) -> None:
    boss, guard = visitor(cast, "manager"), visitor(cast, "guard")
    page = "/emergency/contacts/"
    assert "电梯维保公司" in text_of(boss.get(page))  # still missing
    lift = {"service": "lift", "name": "快修电梯", "phone": "13800000000", "note": ""}
    assert guard.post(page, lift).status_code == 403
    assert boss.post(page, {**lift, "phone": "没有"}).status_code == 422
    assert boss.post(page, lift).status_code == 302
    shown = text_of(guard.get(page))
    assert 'href="tel:13800000000"' in shown and "去掉" not in shown
    number = alarm(guard)
    assert 'href="tel:13800000000"' in text_of(guard.get(f"/emergency/{number}/"))


@pytest.mark.rule("EMG-04")
def test_an_announced_cut_is_told_house_by_house(cast: Cast) -> None:
    lead = visitor(cast, "supervisor")
    number = alarm(
        lead,
        plan="power_cut.announced",
        place="3栋、5栋",
        begins_at="2026-03-18T09:00",
        ends_at="2026-03-18T12:00",
    )
    page = f"/emergency/{number}/telling/"
    assert "还没有填写" in text_of(lead.get(page))
    answer = lead.post(page, {"way": "door", "houses": ["3-1-1201"]})
    assert answer.status_code == 422 and "先把通知内容填好" in text_of(answer)
    for key in ("line", "area", "times", "lifts", "precautions"):
        step(lead, number, key, value=f"{key} 的说明")
    assert lead.post(page, {"way": "door", "houses": ["3-1-1201"]}).status_code == 302
    shown = text_of(lead.get(page))
    assert "已告知 1 /" in shown
    early = step(lead, number, "households")
    assert early.status_code == 422 and "没有登记告知" in text_of(early)
    drawn = paper_of(lead.get(f"/emergency/{number}/notice/"))
    for said in ("停电通知", "2026-03-18", "precautions的说明", "物业服务中心", "YG花园"):
        assert said in drawn, said


@pytest.mark.rule("EMG-04")
def test_the_plan_of_an_announced_cut_becomes_the_announcement(cast: Cast) -> None:
    lead = visitor(cast, "supervisor")
    number = alarm(
        lead,
        plan="power_cut.announced",
        place="3栋",
        begins_at="2026-03-18T09:00",
        ends_at="2026-03-18T12:00",
    )
    for key, said in (("line", "10千伏阳光线"), ("area", "3栋及13栋车库"), ("lifts", "停运")):
        step(lead, number, key, value=said)
    page = f"/emergency/{number}/"
    assert f"{page}announce/" in text_of(lead.get(page))
    assert f"{page}announce/" in text_of(lead.get(f"{page}telling/"))
    went = lead.get(f"{page}announce/")
    assert went.status_code == 302
    form = text_of(lead.get(went["Location"]))
    assert 'value="10千伏阳光线"' in form and "停运" in form
    assert "3月18日(周三)09:00至12:00" in form
    assert 'value="2026-03-18T09:00"' in form and 'value="2026-03-18"' in form
    chosen = re.findall(r'name="buildings" value="(\d+)"[^>]* checked', form)
    assert chosen == [str(cast.town.building.pk)]
    typed = {
        "category": "power_cut",
        "title": "停电通知",
        "body": "停电",
        "audience": "all",
        "channels": ["app"],
        "starts_on": "2026-03-16",
        "ends_on": "2026-03-18",
        "source": number,
    }
    assert lead.post("/announcements/new/", typed).status_code == 302
    assert "YG-TZ-2026-001" in text_of(lead.get(f"{page}telling/"))
    assert visitor(cast, "guard").get(f"{page}announce/").status_code == 403
    fire = alarm(lead, plan="fire", place="5栋")
    assert lead.get(f"/emergency/{fire}/announce/").status_code == 404


def test_nobody_from_elsewhere_sees_any_of_it(cast: Cast) -> None:
    number = alarm(visitor(cast, "guard"))
    stranger = visitor(cast, "E031")
    for page in ("", "live/", "story/", "telling/", "notice/"):
        assert stranger.get(f"/emergency/{number}/{page}").status_code == 404, page
    assert stranger.post(f"/emergency/{number}/join/", {"text": "我"}).status_code == 404
    assert step(stranger, number, "closed").status_code == 404
    # The whole story tells what only those who see the matter may read.
    assert visitor(cast, "technician").get(f"/emergency/{number}/story/").status_code == 404
    assert visitor(cast, "manager").get(f"/emergency/{number}/story/").status_code == 200
