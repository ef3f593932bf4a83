"""Pages of the knowledge base and of the guides."""

from typing import Any

import pytest

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.knowledge.actions import keep_answer
from huiyin.knowledge.models import Answer, GuideVersion
from huiyin.knowledge.words import shipped, shipped_text
from huiyin.matters.actions import assign_matter, reply_to_owner
from huiyin.matters.kinds import CHANNELS, KINDS
from huiyin.matters.tests.cast import AT, Cast

FORM = {"question": "停车月卡怎么办?", "answer": "带行驶证到前台登记。", "words": "包月"}


def keep(cast: Cast, **given: Any) -> int:
    """Keep an answer of the desk."""
    return keep_answer(
        by=cast.caller("receptionist"),
        at=AT,
        community_id=cast.town.community.pk,
        **{**FORM, **given},
    )


def replied(cast: Cast) -> str:
    """Receive an enquiry and reply to it."""
    number = cast.receive(kind="enquiry", text="停车月卡怎么办?", caller="王丽")
    by = cast.caller("manager")
    assign_matter(by=by, at=AT, number=number, to=cast.code("receptionist"))
    reply_to_owner(by=by, at=AT, number=number, text="王丽您好,带行驶证来。", via="phone")
    return number


def test_an_answer_is_written_found_and_changed(cast: Cast) -> None:
    desk = visitor(cast, "receptionist")
    assert "这里还没有" in text_of(desk.get("/knowledge/"))
    assert desk.post("/knowledge/new/", FORM).status_code == 302
    (made,) = Answer.objects.all()
    assert FORM["question"] in text_of(desk.get("/knowledge/"))
    assert FORM["answer"] in text_of(desk.get("/knowledge/find/", htmx=True, text="tcyk"))
    assert "没有找到" in text_of(desk.get("/knowledge/find/", htmx=True, text="游泳池"))
    answer = desk.post(f"/knowledge/{made.pk}/", {**FORM, "answer": "改了。"})
    assert answer.status_code == 302
    assert "改了。" in text_of(desk.get(f"/knowledge/{made.pk}/"))


@pytest.mark.rule("REC-13")
def test_a_reply_is_kept_in_one_click_and_gives_nobody_away(cast: Cast) -> None:
    number = replied(cast)
    desk = visitor(cast, "receptionist")
    assert f"/knowledge/new/?from={number}" in text_of(desk.get(f"/matters/{number}/"))
    path = f"/knowledge/new/?from={number}"
    shown = text_of(desk.get(path))
    assert "王丽您好,带行驶证来。" in shown
    typed = {**FORM, "answer": "王丽您好,带行驶证来。", "owner_visible": "on"}
    answer = desk.post(path, typed)
    assert answer.status_code == 422
    shown = text_of(answer)
    assert "不能提到提问的人“王丽”" in shown
    assert "王丽您好,带行驶证来。" in shown
    assert desk.post(path, {**typed, "answer": "您好,带行驶证来。"}).status_code == 302
    assert Answer.objects.get().from_matter == number
    # also whoever does not see the name cannot let it slip in later
    answer = visitor(cast, "quality").post(f"/knowledge/{Answer.objects.get().pk}/", typed)
    assert answer.status_code == 422


def test_only_after_a_reply_it_is_offered(cast: Cast) -> None:
    number = cast.receive(kind="enquiry", text="几点下班")
    assert "把答复存为知识" not in text_of(visitor(cast, "manager").get(f"/matters/{number}/"))
    assert "把答复存为知识" not in text_of(
        visitor(cast, "keeper").get(f"/matters/{replied(cast)}/")
    )


def test_a_reply_can_be_filled_from_what_is_known(cast: Cast) -> None:
    keep(cast)
    number = cast.receive(kind="enquiry", text="停车月卡怎么办?")
    manager = visitor(cast, "manager")
    assert "/knowledge/find/?for=reply" in text_of(manager.get(f"/matters/{number}/"))
    found = manager.get("/knowledge/find/?for=reply&text=停车", htmx=True)
    assert 'data-fill="#id_reply-text"' in text_of(found)


def test_use_confirm_retire_and_restore(cast: Cast) -> None:
    made = keep(cast, owner_visible=True)
    desk, quality = visitor(cast, "receptionist"), visitor(cast, "quality")
    assert "已记一次" in text_of(desk.post(f"/knowledge/{made}/use/", htmx=True))
    assert "我核对过" not in text_of(desk.get(f"/knowledge/{made}/"))
    assert desk.post(f"/knowledge/{made}/confirm/").status_code == 403
    assert "我核对过" in text_of(quality.get(f"/knowledge/{made}/"))
    assert quality.post(f"/knowledge/{made}/confirm/").status_code == 302
    assert "业主可见" in text_of(quality.get(f"/knowledge/{made}/"))
    assert desk.post(f"/knowledge/{made}/retire/").status_code == 302
    assert "恢复使用" in text_of(desk.get(f"/knowledge/{made}/"))
    assert desk.post(f"/knowledge/{made}/retire/").status_code == 302  # told, not a fault
    assert desk.post(f"/knowledge/{made}/restore/").status_code == 302
    assert desk.post(f"/knowledge/{made}/nonsense/").status_code == 404
    found = Answer.objects.get(pk=made)
    assert (found.used_count, found.retired_at) == (1, None)


def test_a_refused_answer_keeps_what_was_typed(cast: Cast) -> None:
    typed = {**FORM, "answer": "打 13812345678 <i>", "owner_visible": "on"}
    answer = visitor(cast, "receptionist").post("/knowledge/new/", typed)
    shown = text_of(answer)
    assert answer.status_code == 422
    assert "个人手机号" in shown
    assert "13812345678 &lt;i&gt;" in shown


def test_who_may_not(cast: Cast) -> None:
    made = keep(cast)
    assert visitor(cast, "technician").get("/knowledge/").status_code == 200
    assert visitor(cast, "technician").get("/knowledge/new/").status_code == 403
    assert visitor(cast, "E031").get(f"/knowledge/{made}/").status_code == 404
    assert visitor(cast, "E031").post(f"/knowledge/{made}/use/").status_code == 404


def test_the_list_asks_few_queries(cast: Cast, django_assert_max_num_queries: Any) -> None:
    for n in range(30):
        keep(cast, question=f"问题{n}")
    desk = visitor(cast, "quality")
    desk.get("/knowledge/")
    with django_assert_max_num_queries(6):
        shown = text_of(desk.get("/knowledge/"))
    assert "更多" in shown


@pytest.mark.rule("REC-07")
def test_the_desk_shows_the_guide_for_kind_and_channel(cast: Cast) -> None:
    desk = visitor(cast, "receptionist")
    assert 'hx-get="/desk/guide/"' in text_of(desk.get("/desk/"))
    shown = text_of(desk.get("/desk/guide/", htmx=True, channel="phone", kind=""))
    assert "铃响三声以内" in shown
    shown = text_of(desk.get("/desk/guide/", htmx=True, channel="visit", kind="complaint.attitude"))
    assert "会议室" in shown
    assert "还没有指引" in text_of(desk.get("/desk/guide/", htmx=True, channel="radio"))


@pytest.mark.rule("REC-07")
def test_all_guides_stand_on_one_page_and_are_changed_with_a_reason(cast: Cast) -> None:
    manager = visitor(cast, "manager")
    shown = text_of(manager.get("/guides/"))
    for title in ("接电话", "情绪激动的来访", "媒体和政府人员", "拾物与失物"):
        assert title in shown
    text = shipped_text().replace("接电话", "接听电话", 1)
    form = {"text": text, "reason": "统一叫法", "base": "0"}
    refused = manager.post("/guides/edit/", {**form, "reason": ""})
    assert refused.status_code == 422
    assert "接听电话" in text_of(refused)
    assert manager.post("/guides/edit/", {**form, "base": "3"}).status_code == 422
    assert manager.post("/guides/edit/", form).status_code == 302
    assert GuideVersion.objects.get().reason == "统一叫法"
    assert "接听电话" in text_of(manager.get("/guides/"))
    assert visitor(cast, "receptionist").get("/guides/edit/").status_code == 403
    assert "修改指引" not in text_of(visitor(cast, "receptionist").get("/guides/"))


def test_the_shipped_guides_name_kinds_and_channels_that_exist() -> None:
    for guide in shipped():
        assert set(guide.kinds) <= set(KINDS)
        assert set(guide.channels) <= set(CHANNELS)
        assert 4 <= len(guide.steps) <= 8


@pytest.mark.rule("CMP-05")
def test_the_matter_behind_an_answer_is_named_to_who_may_see_it(cast: Cast) -> None:
    about = cast.code("receptionist")
    number = cast.receive(kind="complaint.attitude", about_employee=about)
    path = f"/knowledge/{keep(cast, from_matter=number)}/"
    assert number in text_of(visitor(cast, "manager").get(path))
    assert number not in text_of(visitor(cast, "receptionist").get(path))
