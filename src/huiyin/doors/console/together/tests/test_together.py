"""Hosting and moderating on the pages: drafts, results, who comes, what is hidden or raised."""

from uuid import uuid4

import pytest

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast
from huiyin.together.models import Gathering, Post, Survey
from huiyin.together.tests.test_together import answer, join, lives, survey, write

SHEET = {
    "title": "半年服务问卷",
    "intro": "",
    "questions": "保洁做得怎么样\n您常用哪个门:南门/北门",
    "opens_on": "2026-03-16",
    "closes_on": "2026-03-31",
}
PLAN = {
    "title": "中秋游园",
    "text": "",
    "place": "中心花园",
    "starts_at": "2026-03-20T10:00",
    "ends_at": "2026-03-20T12:00",
    "sign_up_until": "2026-03-19T18:00",
    "seats": "30",
}


def test_empty_lists_say_what_to_do(cast: Cast) -> None:
    keeper = visitor(cast, "keeper")
    assert "还没有问卷" in text_of(keeper.get("/together/"))
    assert "还没有活动" in text_of(keeper.get("/together/", show="gatherings"))
    assert "还没有留言" in text_of(keeper.get("/together/", show="board"))


def test_a_survey_is_drafted_opened_and_counted(cast: Cast) -> None:
    keeper = visitor(cast, "keeper")
    refused = keeper.post("/together/surveys/new/", {**SHEET, "questions": "好吗:是"})
    assert refused.status_code == 422 and "第 1 行的选项" in text_of(refused)
    assert "半年服务问卷" in text_of(refused)  # nothing typed is lost
    assert keeper.post("/together/surveys/new/", SHEET).status_code == 302
    pk = Survey.objects.get().pk
    page = f"/together/surveys/{pk}/"
    assert keeper.post(page, {**SHEET, "step": "save", "title": "改过"}).status_code == 302
    assert keeper.post(page, {"step": "open"}).status_code == 302
    answer(lives(cast), pk, "5", "南门", words="草坪该修了")
    open_still = text_of(visitor(cast, "technician").get(page))
    assert "100%" not in open_still and "草坪该修了" not in open_still
    assert "提前结束" not in open_still and "结束后显示" in open_still
    assert keeper.post(page, {"step": "close"}).status_code == 302
    shown = text_of(visitor(cast, "technician").get(page))
    assert "100%" in shown and "草坪该修了" in shown
    assert Survey.objects.get().state == "closed"


def test_a_gathering_is_planned_filled_and_called_off(cast: Cast) -> None:
    keeper = visitor(cast, "keeper")
    past = keeper.post("/together/gatherings/new/", {**PLAN, "starts_at": "2026-03-01T10:00"})
    assert past.status_code == 422 and "中心花园" in text_of(past)
    assert keeper.post("/together/gatherings/new/", PLAN).status_code == 302
    pk = Gathering.objects.get().pk
    join(lives(cast), pk, 3)
    page = f"/together/gatherings/{pk}/"
    shown = text_of(keeper.get(page))
    assert "3-1-1201" in shown and "王丽" in shown
    assert keeper.post(page, {"why": ""}).status_code == 422
    assert keeper.post(page, {"why": "下雨"}).status_code == 302
    assert "下雨" in text_of(keeper.get(page))


@pytest.mark.rule("REC-06")
def test_a_post_is_answered_hidden_shown_and_raised(cast: Cast) -> None:
    pk = write(cast, lives(cast), "3栋一楼灯坏了", title="灯坏了")
    desk = visitor(cast, "receptionist")
    page = f"/together/board/{pk}/"
    reply = {"key": str(uuid4()), "text": "马上派人看"}
    assert desk.post(f"{page}reply/", reply).status_code == 302
    assert desk.post(f"{page}reply/", reply).status_code == 302  # sent twice, said once
    assert Post.objects.filter(thread_id=pk).count() == 1
    assert desk.post(f"{page}hide/", {"post": str(pk), "why": ""}).status_code == 422
    assert desk.post(f"{page}hide/", {"post": str(pk), "why": "测试"}).status_code == 302
    assert "测试" in text_of(desk.get(page))
    assert desk.post(f"{page}show/", {"post": str(pk)}).status_code == 302
    raised = desk.post(f"{page}raise/", {"post": str(pk), "kind": "repair.public"})
    assert raised.status_code == 302
    assert Matter.objects.get().channel == "forum"
    again = desk.post(f"{page}raise/", {"post": str(pk), "kind": "repair.public"})
    assert again.status_code == 422 and "已经转为事项" in text_of(again)


def test_a_post_of_another_conversation_is_not_there(cast: Cast) -> None:
    first, second = write(cast, lives(cast)), write(cast, lives(cast))
    desk = visitor(cast, "receptionist")
    given = {"post": str(second), "why": "测试"}
    assert desk.post(f"/together/board/{first}/hide/", given).status_code == 404
    assert desk.post(f"/together/board/{first}/burn/", given).status_code == 404


def test_only_hosts_write_and_others_read(cast: Cast) -> None:
    pk = survey(cast, opened=False)
    guard = visitor(cast, "guard")
    assert guard.get("/together/surveys/new/").status_code == 403
    assert guard.get("/together/").status_code == 200
    assert guard.post(f"/together/surveys/{pk}/", {"step": "open"}).status_code == 403
    assert Survey.objects.get().state == "draft"
    assert visitor(cast, "E031").get(f"/together/surveys/{pk}/", at=AT).status_code == 404
