"""My work on the phone: nearest first, one tap a step, nothing typed is lost."""

from datetime import timedelta

import pytest

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters import actions
from huiyin.matters.queries import matter
from huiyin.matters.tests.cast import AT, Cast

NEXT = AT + timedelta(minutes=5)


def dispatched(cast: Cast) -> str:
    """Give a repair to the technician."""
    number = cast.receive(kind="repair")
    actions.assign_matter(
        by=cast.caller("supervisor"), at=AT, number=number, to=cast.code("technician")
    )
    return number


def test_a_technician_takes_a_job_from_list_to_done(cast: Cast) -> None:
    number = dispatched(cast)
    phone = visitor(cast, "technician")
    assert number in text_of(phone.get("/work/", at=NEXT))
    for verb in ("accept", "arrive"):
        answer = phone.post(f"/work/{number}/{verb}/", at=NEXT, htmx=True)
        assert answer.status_code == 200, text_of(answer)
    answer = phone.post(f"/work/{number}/finish/", at=NEXT, result="换了垫圈")
    assert answer["Location"] == "/work/"
    found = matter(caller=cast.caller("manager"), number=number, at=NEXT)
    assert (found.state, found.result) == ("finished", "换了垫圈")


def test_an_empty_result_is_asked_for_again(cast: Cast) -> None:
    number = dispatched(cast)
    phone = visitor(cast, "technician")
    answer = phone.post(f"/work/{number}/finish/", at=NEXT, htmx=True, result=" ")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in text_of(answer)


def test_a_result_for_a_job_that_went_to_somebody_else_can_be_copied(cast: Cast) -> None:
    number = dispatched(cast)
    phone = visitor(cast, "technician")
    actions.assign_matter(
        by=cast.caller("supervisor"), at=NEXT, number=number, to=cast.code("keeper")
    )
    answer = phone.post(f"/work/{number}/finish/", at=NEXT, htmx=True, result="我写的结果")
    assert answer.status_code == 404
    assert "我写的结果" in text_of(answer)


def test_no_work_says_so(cast: Cast) -> None:
    assert "手上没有未完的事" in text_of(visitor(cast, "technician").get("/work/"))


def test_an_unknown_step_is_not_found(cast: Cast) -> None:
    number = dispatched(cast)
    assert visitor(cast, "technician").post(f"/work/{number}/close/").status_code == 404


def test_the_list_holds_its_query_count(
    cast: Cast, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for _ in range(5):
        dispatched(cast)
    phone = visitor(cast, "technician")
    phone.get("/work/")
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        phone.get("/work/")
