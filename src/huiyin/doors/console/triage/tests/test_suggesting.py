"""The proposal under the text box, and the page of the table of words."""

from typing import Any

import pytest

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.knowledge.actions import keep_answer
from huiyin.matters.tests.cast import AT, Cast
from huiyin.triage.models import TableVersion
from huiyin.triage.reading import shipped_text

OWN = '\n[[entry]]\nname = "孔明灯"\nkind = "help"\nweight = 9\nany = ["孔明灯"]\n'


def proposed(cast: Cast, text: str, **given: str) -> str:
    """Return the fragment for what was typed."""
    desk = visitor(cast, "receptionist")
    return text_of(desk.post("/desk/suggest/", {"text": text, **given}, htmx=True))


def test_a_kind_is_proposed_with_the_words_seen_and_one_button(cast: Cast) -> None:
    shown = proposed(cast, "厨房漏水")
    assert "像是:" in shown
    assert "“漏水”“厨房”" in shown
    assert 'data-adopt="repair"' in shown
    assert 'role="alert"' not in shown


def test_an_emergency_is_proposed_loudly(cast: Cast) -> None:
    shown = proposed(cast, "我被困在电梯里了")
    assert 'role="alert"' in shown
    assert "可能是紧急情况" in shown
    assert 'data-adopt="complaint.emergency"' in shown
    assert "icon-alert-triangle" in shown


def test_what_was_chosen_already_is_only_confirmed(cast: Cast) -> None:
    shown = proposed(cast, "厨房漏水", kind="repair")
    assert "与您选的类别一致" in shown
    assert "data-adopt" not in shown


def test_what_was_not_taken_seriously_is_told(cast: Cast) -> None:
    assert "没当作紧急" in proposed(cast, "听说隔壁小区着火了,我们这边有没有检查")


@pytest.mark.parametrize("text", ["", " ", "啊", "\0\0", "嗯嗯"])
def test_nothing_seen_shows_nothing(cast: Cast, text: str) -> None:
    assert proposed(cast, text).strip() == ""


def test_what_was_typed_comes_back_as_text(cast: Cast) -> None:
    assert "<img" not in proposed(cast, "<img src=x>漏水")


@pytest.mark.rule("REC-13")
def test_known_answers_stand_below_the_proposal(cast: Cast) -> None:
    keep_answer(
        by=cast.caller("receptionist"),
        at=AT,
        community_id=cast.town.community.pk,
        question="停车月卡怎么办?",
        answer="带行驶证到前台登记。",
    )
    shown = proposed(cast, "请问停车月卡怎么办理")
    assert "知识库里有" in shown
    assert "带行驶证到前台登记。" in shown
    assert "告诉业主这个答复" in shown


def test_the_fragment_asks_few_queries(cast: Cast, django_assert_max_num_queries: Any) -> None:
    desk = visitor(cast, "receptionist")
    desk.post("/desk/suggest/", {"text": "厨房漏水"}, htmx=True)
    with django_assert_max_num_queries(6):
        desk.post("/desk/suggest/", {"text": "厨房漏水"}, htmx=True)


def test_the_desk_asks_while_typing_and_sends_only_the_words(cast: Cast) -> None:
    shown = text_of(visitor(cast, "receptionist").get("/desk/"))
    assert 'hx-post="/desk/suggest/"' in shown
    assert 'hx-params="text,kind"' in shown
    assert 'id="suggestion"' in shown
    assert "/static/huiyin/suggest.js" in shown


def test_the_table_is_read_in_words(cast: Cast) -> None:
    shown = text_of(visitor(cast, "receptionist").get("/suggestions/"))
    assert "有人困在电梯里" in shown
    assert "演练和宣传" in shown
    assert "修改词表" not in shown
    assert "修改词表" in text_of(visitor(cast, "manager").get("/suggestions/"))


def test_a_draft_is_tried_before_it_is_saved(cast: Cast) -> None:
    manager = visitor(cast, "manager")
    form = {
        "do": "try",
        "text": shipped_text() + OWN,
        "sentences": "孔明灯挂树上\n厨房着火了",
        "base": "0",
    }
    answer = manager.post("/suggestions/edit/", form)
    shown = text_of(answer)
    assert answer.status_code == 200
    assert "用自带的" in shown
    assert "求助" in shown
    assert "紧急投诉" in shown
    assert "孔明灯挂树上" in shown
    assert not TableVersion.objects.exists()

    answer = manager.post("/suggestions/edit/", {**form, "do": "save", "reason": "加孔明灯"})
    assert answer.status_code == 302
    assert "加孔明灯" in text_of(manager.get("/suggestions/"))
    assert "以第 0 版为底稿" in text_of(manager.get("/suggestions/edit/", version="0"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": ""}, "hy-error"),
        ({"base": "7"}, "别人刚保存了"),
        ({"text": shipped_text() + OWN.replace("help", "helps")}, "“孔明灯”的类别“helps”不存在"),
    ],
)
def test_a_refused_table_keeps_what_was_typed(
    cast: Cast, change: dict[str, str], sentence: str
) -> None:
    form = {"do": "save", "text": shipped_text() + OWN, "reason": "加孔明灯", "base": "0", **change}
    answer = visitor(cast, "manager").post("/suggestions/edit/", form)
    shown = text_of(answer)
    assert answer.status_code == 422
    assert sentence in shown
    assert "孔明灯" in shown
    assert not TableVersion.objects.exists()


def test_who_may_not_edit(cast: Cast) -> None:
    assert visitor(cast, "receptionist").get("/suggestions/edit/").status_code == 403
    assert visitor(cast, "manager").get("/suggestions/edit/", version="9").status_code == 404
