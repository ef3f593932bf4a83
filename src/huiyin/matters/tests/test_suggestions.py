"""Every suggestion is sorted, studied, explained and answered, reasonable or not (VIS-04)."""

from datetime import timedelta

import pytest

from huiyin.matters import actions, queries
from huiyin.matters.actions import UnableToChangeMatter
from huiyin.matters.models import Promise
from huiyin.matters.tests.cast import AT, Cast, make_cast, moment, tick_until
from huiyin.notices.models import Message, Telling

HOUR = timedelta(hours=1)
DUE = moment("2026-03-20 00:00")  # the end of the third day
KNOWN = "13812345678"
WHY_NOT = "楼顶是公共部位,消防规范不允许加建,感谢您的建议。"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.mark.rule("VIS-04")
def test_a_suggestion_has_an_owner_and_three_days_whatever_it_says(cast: Cast) -> None:
    number = cast.receive(kind="suggestion", text="楼顶建个游泳池", phone=KNOWN)
    found = queries.matter(caller=cast.caller("receptionist"), number=number, at=AT)
    assert found.owner.code == cast.code("keeper")
    promise = Promise.objects.get(matter__number=number, code="answer")
    assert (promise.due_at, promise.clause) == (DUE, "suggestion.answer")


@pytest.mark.rule("VIS-04")
def test_nobody_forgets_one_in_a_drawer(cast: Cast) -> None:
    number = cast.receive(kind="suggestion", text="楼顶建个游泳池", phone=KNOWN)
    actions.assign_matter(
        by=cast.caller("supervisor"), at=AT, number=number, to=cast.code("keeper")
    )
    tick_until(DUE + HOUR, start=AT, every=12 * HOUR)
    promise = Promise.objects.get(matter__number=number, code="answer")
    assert promise.state == "broken" and promise.closed_at is None  # owed until it is answered
    told = Message.objects.filter(about=number, fence=promise.pk)
    assert {row.recipient.code for row in told if row.recipient} >= {
        cast.code("keeper"),
        cast.code("supervisor"),
    }


@pytest.mark.rule("VIS-04")
def test_it_is_not_closed_before_somebody_has_explained(cast: Cast) -> None:
    number = cast.receive(kind="suggestion", text="楼顶建个游泳池", phone="13700000000")
    keeper = cast.caller("keeper")
    actions.finish_matter(by=keeper, at=AT + HOUR, number=number, result="不采纳")
    lead = cast.caller("supervisor")
    with pytest.raises(UnableToChangeMatter, match="还没有答复业主"):
        actions.close_matter(by=lead, at=AT + 2 * HOUR, number=number)
    found = queries.matter(caller=lead, number=number, at=AT + 2 * HOUR)
    assert "close" not in found.verbs and "reply" in found.verbs
    actions.reply_to_owner(by=keeper, at=AT + 3 * HOUR, number=number, text=WHY_NOT, via="phone")
    actions.close_matter(by=lead, at=AT + 4 * HOUR, number=number)


@pytest.mark.rule("VIS-04")
@pytest.mark.rule("REC-11")
def test_who_is_known_hears_the_explanation_with_the_result(cast: Cast) -> None:
    number = cast.receive(kind="suggestion", text="楼顶建个游泳池", phone=KNOWN)
    actions.finish_matter(by=cast.caller("keeper"), at=AT + HOUR, number=number, result=WHY_NOT)
    told = Telling.objects.get(about=number, template="matter.finished")
    assert told.values["result"] == WHY_NOT
    actions.close_matter(by=cast.caller("supervisor"), at=AT + 2 * HOUR, number=number)


@pytest.mark.rule("VIS-04")
def test_nobody_can_reply_to_who_stays_unknown(cast: Cast) -> None:
    number = cast.receive(kind="suggestion", text="楼顶建个游泳池", anonymous=True)
    actions.finish_matter(by=cast.caller("keeper"), at=AT + HOUR, number=number, result=WHY_NOT)
    actions.close_matter(by=cast.caller("supervisor"), at=AT + 2 * HOUR, number=number)
    assert not Telling.objects.exists()
