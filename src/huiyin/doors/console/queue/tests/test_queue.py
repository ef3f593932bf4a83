"""The queue: order, filters, pages, and how few queries it needs."""

from datetime import timedelta

import pytest

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters.tests.cast import AT, Cast
from huiyin.owners.actions import chase
from huiyin.owners.tests.people import caller as owner
from huiyin.owners.tests.people import raised


def test_overdue_stands_first(cast: Cast) -> None:
    late = cast.receive(at=AT - timedelta(days=2))
    fresh = cast.receive(at=AT)
    shown = text_of(visitor(cast, "dispatcher").get("/matters/"))
    assert shown.index(late) < shown.index(fresh)
    assert "超时" in shown


@pytest.mark.rule("OWN-01")
def test_what_an_owner_chased_shows_how_often(cast: Cast) -> None:
    number = raised(cast)
    chase(by=owner(), at=AT, number=number)
    cast.receive()
    for path in ("/matters/", "/dispatch/", f"/matters/{number}/"):
        assert "业主催办 1 次" in text_of(visitor(cast, "dispatcher").get(path)), path


def test_filters_narrow_and_stay_chosen(cast: Cast) -> None:
    complaint = cast.receive()
    repair = cast.receive(kind="repair", text="水管爆了")
    desk = visitor(cast, "dispatcher")
    shown = text_of(desk.get("/matters/", kind="repair"))
    assert repair in shown
    assert complaint not in shown
    assert '<option value="repair" selected>' in shown
    assert repair in text_of(desk.get("/matters/", q="爆了"))
    assert complaint not in text_of(desk.get("/matters/", overdue="1", htmx=True))
    assert "没有符合条件" in text_of(desk.get("/matters/", state="closed"))


@pytest.mark.parametrize("query", [{"state": "nonsense"}, {"kind": "x"}, {"cursor": "%%"}])
def test_an_unknown_filter_is_refused_in_words(cast: Cast, query: dict[str, str]) -> None:
    answer = visitor(cast, "dispatcher").http.get("/matters/", query)
    assert answer.status_code == 422


def test_more_follows_page_by_page(cast: Cast) -> None:
    numbers = {cast.receive(at=AT + timedelta(seconds=n)) for n in range(27)}
    desk = visitor(cast, "dispatcher")
    at = AT + timedelta(minutes=1)
    first = desk.get("/matters/", at=at)
    link = text_of(first).partition('hx-get="/matters/?cursor=')[2].partition('"')[0]
    second = text_of(desk.get("/matters/", at=at, htmx=True, cursor=link))
    assert "<html" not in second
    seen = {number for number in numbers if number in text_of(first)}
    assert len(seen) == 25
    assert numbers - seen == {number for number in numbers if number in second}


def test_counts_and_owners_come_a_moment_later(cast: Cast) -> None:
    cast.receive()
    desk = visitor(cast, "dispatcher")
    assert "<b>1</b>" in text_of(desk.get("/matters/counts/"))
    assert "蒋管" in text_of(desk.get("/matters/owners/"))


def test_the_queue_needs_few_queries_however_many_rows(
    cast: Cast, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for n in range(25):
        cast.receive(at=AT + timedelta(seconds=n))
    desk = visitor(cast, "dispatcher")
    desk.get("/matters/")
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        desk.get("/matters/")
