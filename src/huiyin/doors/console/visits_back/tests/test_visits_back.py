"""The record of visits back on its page and on paper."""

from datetime import timedelta
from typing import Any

import pytest

from huiyin.doors.console.tests.visit import paper_of, text_of, visitor
from huiyin.fieldwork.tests.phone import a_job
from huiyin.matters import actions
from huiyin.matters.tests.cast import AT, Cast

PAGE = "/visits-back/"


def visited(cast: Cast, comment: str = "师傅很准时") -> str:
    """Let a job be done and the owner asked."""
    number = a_job(cast, accepted=True)
    actions.finish_matter(by=cast.caller("technician"), at=AT, number=number, result="已修好")
    desk: dict[str, Any] = {"by": cast.caller("receptionist"), "at": AT, "number": number}
    actions.visit_back(**desk, satisfaction=5, comment=comment, via="phone")
    return number


@pytest.mark.rule("VIS-03")
def test_the_page_and_the_paper_say_the_same(cast: Cast) -> None:
    number = visited(cast)
    desk = visitor(cast, "supervisor")
    shown = text_of(desk.get(PAGE))
    drawn = paper_of(desk.get(f"{PAGE}paper/"))
    for said in (number, "师傅很准时", "3-1-1201", cast.employee("receptionist").name):
        assert said in shown and said in drawn, said
    assert "很满意" in drawn and "回访1件" in drawn
    days: dict[str, Any] = {"period": "days", "since": "2026-03-16", "until": "2026-03-16"}
    assert number in text_of(desk.get(PAGE, **days))
    assert number in paper_of(desk.get(f"{PAGE}paper/", **days))


def test_days_without_any_say_so(cast: Cast) -> None:
    desk = visitor(cast, "supervisor")
    assert "这段时间没有回访" in text_of(desk.get(PAGE))
    assert "这段时间没有回访记录" in paper_of(desk.get(f"{PAGE}paper/"))


def test_days_the_wrong_way_round_are_refused(cast: Cast) -> None:
    desk = visitor(cast, "supervisor")
    days: dict[str, Any] = {"period": "days", "since": "2026-03-16", "until": "2026-03-01"}
    for page in (PAGE, f"{PAGE}paper/"):
        told = desk.get(page, **days)
        assert told.status_code == 422 and "结束日期要不早于开始日期" in text_of(told)


def test_a_technician_sees_the_answers_about_his_own_work_only(cast: Cast) -> None:
    mine = visited(cast)
    other = cast.receive()
    by = cast.caller("receptionist")
    actions.assign_matter(by=by, at=AT, number=other, to=cast.code("keeper"))
    actions.accept_matter(by=cast.caller("keeper"), at=AT, number=other)
    actions.finish_matter(by=cast.caller("keeper"), at=AT, number=other, result="已清理")
    actions.visit_back(by=by, at=AT, number=other, satisfaction=4)
    shown = text_of(visitor(cast, "technician").get(PAGE))
    assert mine in shown and other not in shown
    drawn = paper_of(visitor(cast, "technician").get(f"{PAGE}paper/"))
    assert mine in drawn and other not in drawn


def test_a_long_list_costs_no_more_questions(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for _n in range(6):
        visited(cast)
    desk = visitor(cast, "supervisor")
    desk.get(PAGE)
    with django_assert_max_num_queries(6):
        assert desk.get(PAGE, at=AT + timedelta(minutes=1)).status_code == 200
