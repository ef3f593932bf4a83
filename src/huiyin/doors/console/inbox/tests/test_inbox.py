"""The inbox: told, counted, read."""

from datetime import timedelta

import pytest

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters import actions
from huiyin.matters.tests.cast import AT, Cast, tick

NEXT = AT + timedelta(minutes=1)


def told(cast: Cast) -> str:
    """Let the technician be told of a repair."""
    number = cast.receive(kind="repair")
    actions.assign_matter(
        by=cast.caller("supervisor"), at=AT, number=number, to=cast.code("technician")
    )
    tick(NEXT)
    return number


def test_a_message_is_counted_until_it_is_read(cast: Cast) -> None:
    number = told(cast)
    phone = visitor(cast, "technician")
    assert "1 条未读" in text_of(phone.get("/inbox/unread/"))
    shown = text_of(phone.get("/inbox/"))
    assert number in shown
    message = shown.partition('name="message" value="')[2].partition('"')[0]
    answer = phone.post("/inbox/read/", at=NEXT, message=message, about=number)
    assert answer["Location"] == f"/matters/{number}/"
    assert text_of(phone.get("/inbox/unread/")).strip() == ""


def test_all_are_marked_at_once(cast: Cast) -> None:
    told(cast)
    phone = visitor(cast, "technician")
    assert phone.post("/inbox/read/", at=NEXT)["Location"] == "/inbox/"
    assert "未读" not in text_of(phone.get("/inbox/"))


def test_nobody_reads_the_messages_of_another(cast: Cast) -> None:
    number = told(cast)
    assert number not in text_of(visitor(cast, "guard").get("/inbox/"))


def test_the_inbox_holds_its_query_count(
    cast: Cast, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for _ in range(4):
        told(cast)
    phone = visitor(cast, "technician")
    phone.get("/inbox/")
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        phone.get("/inbox/")
