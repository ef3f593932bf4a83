"""The book of visitors on its pages (REC-08)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.doors.console.tests.visit import Visitor, text_of, visitor
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast, moment
from huiyin.visitors.models import Appointment

TEN = moment("2026-03-16 10:00")


def words(cast: Cast, **changed: Any) -> dict[str, Any]:
    """Return what is typed for a visitor to the manager at ten."""
    return {
        "visitor": "张建国",
        "phone": "13900001111",
        "host": cast.code("manager"),
        "purpose": "商量外墙维修",
        "wished_at": "2026-03-16T10:00",
        **changed,
    }


def book(desk: Visitor, cast: Cast, **changed: Any) -> str:
    """Book an appointment; return its page."""
    answer = desk.post("/visitors/new/", words(cast, **changed))
    assert answer.status_code == 302, text_of(answer)
    return str(answer["Location"])


@pytest.mark.rule("REC-08")
def test_a_visitor_from_the_appointment_to_the_outcome(cast: Cast) -> None:
    desk, boss = visitor(cast, "receptionist"), visitor(cast, "manager")
    page = book(desk, cast)
    listed = text_of(desk.get("/visitors/"))
    assert "张**" in listed and "13900001111" not in listed and "已预约" in listed
    assert desk.post(f"{page}arrive/", agitated="on", at=TEN).status_code == 302
    number = Matter.objects.get().number
    assert "会客室" in text_of(boss.get(page, at=TEN))
    assert number in text_of(boss.get("/work/", at=TEN))
    refused = boss.post(f"{page}decide/", outcome="rearranged", reason="开会", at=TEN)
    assert refused.status_code == 422 and "请填写改到什么时间" in text_of(refused)
    again = {"outcome": "rearranged", "reason": "开会", "new_at": "2026-03-17T09:00"}
    assert boss.post(f"{page}decide/", {**again, "told": "phone"}, at=TEN).status_code == 302
    assert "改到" in text_of(desk.get(page, at=TEN))
    assert boss.post(f"{page}decide/", outcome="received", at=TEN).status_code == 409
    tomorrow = text_of(desk.get("/visitors/", on="2026-03-17", at=TEN))
    assert "张**" in tomorrow


def test_a_visitor_who_is_here_already(cast: Cast) -> None:
    desk = visitor(cast, "receptionist")
    answer = desk.post("/visitors/new/", words(cast, here="1", agitated="on"))
    assert answer.status_code == 302
    assert "正在等" in text_of(desk.get("/visitors/"))
    assert desk.post(f"{answer['Location']}decide/", outcome="received").status_code == 302
    assert "正在等" not in text_of(desk.get("/visitors/"))


def test_what_stands_in_the_way_is_shown_and_may_be_overruled(cast: Cast) -> None:
    desk = visitor(cast, "receptionist")
    book(desk, cast)
    refused = desk.post("/visitors/new/", words(cast, visitor="李梅"))
    assert refused.status_code == 409
    shown = text_of(refused)
    assert "10:00 已约了客人" in shown and 'value="李梅"' in shown and 'name="sure"' in shown
    book(desk, cast, sure="on")


def test_a_refused_form_keeps_what_was_typed(cast: Cast) -> None:
    desk = visitor(cast, "receptionist")
    refused = desk.post("/visitors/new/", words(cast, house="99-9-9999"))
    assert refused.status_code == 422
    assert "张建国" in text_of(refused) and "99-9-9999" in text_of(refused)
    assert not Appointment.objects.exists()
    page = book(desk, cast)
    assert desk.post(f"{page}cancel/").status_code == 422
    assert desk.post(f"{page}sing/").status_code == 404
    assert desk.post(f"{page}cancel/", reason="临时有事").status_code == 302
    assert "临时有事" in text_of(desk.get(page))


@pytest.mark.parametrize("on", ["x", "0001-01-01", "2026-02-30", "9999-12-31"])
def test_a_strange_day_is_no_fault(cast: Cast, on: str) -> None:
    assert visitor(cast, "receptionist").get("/visitors/", on=on).status_code == 422


def test_the_book_is_the_desk_s(cast: Cast) -> None:
    page = book(visitor(cast, "receptionist"), cast)
    for address in (page, "/visitors/", "/visitors/new/"):
        assert visitor(cast, "technician").get(address).status_code == 403
    assert visitor(cast, "E031").get(page).status_code == 404


def test_the_list_is_walked_by_cursor_and_costs_the_same(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiyin.doors.console.visitors.views.PAGE", 20)
    desk = visitor(cast, "receptionist")
    desk.get("/visitors/")
    counts, page = [], ""
    for until in (2, 25):
        for number in range(Appointment.objects.count(), until):
            later = f"{moment('2026-03-16 18:00') + timedelta(minutes=number):%Y-%m-%dT%H:%M}"
            book(desk, cast, wished_at=later, sure="on")
        with CaptureQueriesContext(connection) as asked:
            page = text_of(desk.get("/visitors/", at=AT))
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 10
    cursor = re.search(r"cursor=([\w-]+)", page)
    assert cursor
    rest = desk.get("/visitors/", htmx=True, cursor=cursor[1], on="2026-03-16")
    assert text_of(rest).count("<tr>") == 5
