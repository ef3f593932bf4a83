"""Mondays at 09:00: quality hears of answers whose review is overdue, once a week (REC-13)."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from huiyin.flows import schedule
from huiyin.knowledge.actions import keep_answer, retire_answer
from huiyin.matters.tests.cast import AT, Cast, make_cast, moment
from huiyin.notices.models import Message

MONDAY = moment("2026-03-23 09:00")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    schedule.forget()
    yield
    schedule.forget()


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def keep(cast: Cast, question: str, review_on: date | None) -> int:
    """Keep an answer that is to be reviewed on a day."""
    return keep_answer(
        by=cast.caller("receptionist"),
        at=AT,
        community_id=cast.town.community.pk,
        question=question,
        answer="略",
        review_on=review_on,
    )


def told() -> list[Message]:
    return list(Message.objects.filter(purpose__startswith="review:").order_by("id"))


@pytest.mark.rule("REC-13")
def test_quality_is_told_of_overdue_answers_once_a_week(cast: Cast) -> None:
    keep(cast, "停车月卡怎么办?", date(2026, 3, 22))
    keep(cast, "不急", date(2026, 3, 23))
    keep(cast, "没有日期", None)
    retired = keep(cast, "停用了", date(2026, 3, 20))
    retire_answer(by=cast.caller("quality"), at=AT, answer_id=retired)

    schedule.run_due(MONDAY)
    (message,) = told()
    assert message.recipient is not None
    assert message.recipient.code == cast.code("quality")
    assert message.subject == "知识库有 1 条答复过了复核日期"
    assert message.text == "1. 停车月卡怎么办?"

    schedule.forget()
    schedule.run_due(MONDAY + timedelta(hours=3))
    assert len(told()) == 1

    schedule.run_due(MONDAY + timedelta(days=7))
    assert [one.subject[:7] for one in told()] == ["知识库有 1 ", "知识库有 2 "]


def test_nothing_overdue_tells_nobody(cast: Cast) -> None:
    keep(cast, "不急", date(2026, 4, 23))
    schedule.run_due(MONDAY)
    assert told() == []
