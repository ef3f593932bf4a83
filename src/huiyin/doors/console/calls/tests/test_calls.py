"""The list of calls, the card of the one that rings, and the telephones (REC-01, REC-02)."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.desk.actions import record_call
from huiyin.desk.models import Call, Exchange
from huiyin.doors.console.tests.visit import Visitor, text_of, visitor
from huiyin.estate.models import Phone
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast
from huiyin.trail.models import Entry

KNOWN = "13812345678"


def tell(cast: Cast, event: str, call_id: str = "c1", at: datetime = AT, **given: Any) -> int:
    """Tell of a call on extension 8001; return its id."""
    told = {"number": KNOWN, "extension": "8001", **given}
    return record_call(
        by=cast.caller("manager"),
        at=at,
        community="YG",
        call_id=call_id,
        event=event,
        moment=at,
        **told,
    ).id


@pytest.fixture
def desk(cast: Cast) -> Visitor:
    """Sit down at 8001."""
    desk = visitor(cast, "receptionist")
    assert desk.post("/calls/seat/", number="8001", label="前台").status_code == 302
    return desk


def seen_in(page: str) -> str:
    """Return what the card on the page says that it shows."""
    found = re.search(r"seen=([0-9a-z.]*)", page)
    assert found
    return found[1]


@pytest.mark.rule("REC-01")
def test_a_ringing_call_pops_up_on_every_page_and_costs_nothing_while_shown(
    cast: Cast, desk: Visitor
) -> None:
    assert "/calls/ringing/" in text_of(desk.get("/matters/"))
    nothing = text_of(desk.get("/calls/ringing/"))
    assert desk.get("/calls/ringing/", seen=seen_in(nothing)).status_code == 204
    tell(cast, "ringing")
    card = text_of(desk.get("/calls/ringing/", seen=seen_in(nothing)))
    assert "正在振铃" in card and "3-1-1201" in card and "138****5678" in card
    assert KNOWN not in card
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert desk.get("/calls/ringing/", seen=seen_in(card)).status_code == 204
    assert sum("desk_" in one["sql"] for one in asked) == 1
    tell(cast, "answered", at=AT + timedelta(seconds=8))
    assert "已接听" in text_of(desk.get("/calls/ringing/", seen=seen_in(card)))


def test_nobody_else_is_asked_to_poll(cast: Cast, desk: Visitor) -> None:
    other = visitor(cast, "supervisor")
    assert "/calls/ringing/" not in text_of(other.get("/matters/"))
    assert other.get("/calls/ringing/").status_code == 286
    assert other.post("/calls/seat/", number="8001").status_code == 302
    assert desk.get("/calls/ringing/").status_code == 286  # has been relieved
    assert "/calls/ringing/" not in text_of(desk.get("/matters/"))


def test_after_logging_in_anew_one_still_sits_there(cast: Cast, desk: Visitor) -> None:
    again = visitor(cast, "receptionist")
    assert "/calls/ringing/" not in text_of(again.get("/matters/"))
    again.get("/")
    assert "/calls/ringing/" in text_of(again.get("/matters/"))


def test_a_card_is_put_away(cast: Cast, desk: Visitor) -> None:
    pk = tell(cast, "ringing")
    gone = text_of(desk.post(f"/calls/{pk}/away/", htmx=True))
    assert "hy-ring" not in gone
    assert desk.get("/calls/ringing/", seen=seen_in(gone)).status_code == 204


@pytest.mark.rule("REC-02")
def test_one_household_known_fills_the_form_in(cast: Cast, desk: Visitor) -> None:
    number = cast.receive(text="上次报过漏水")
    pk = tell(cast, "ringing")
    card = text_of(desk.get(f"/calls/{pk}/"))
    assert number in card
    answer = desk.post(f"/calls/{pk}/matter/", house="3-1-1201")
    form = text_of(desk.get(answer["Location"]))
    for value in ("3-1-1201", "王丽", KNOWN):
        assert f'value="{value}"' in form
    assert Entry.objects.filter(action="personal.read", subject=f"call:{pk}").count() == 1
    desk.post("/desk/new/", kind="repair", text="灯坏了", channel="phone", call=str(pk))
    raised = Call.objects.get(pk=pk).raised
    assert raised is not None and raised.text == "灯坏了"
    assert raised.number in text_of(desk.get("/calls/"))


@pytest.mark.rule("REC-02")
def test_several_households_are_listed_and_none_is_guessed(cast: Cast, desk: Visitor) -> None:
    Phone.objects.create(person=cast.town.tenant, number=KNOWN)
    pk = tell(cast, "ringing")
    card = text_of(desk.get("/calls/ringing/"))
    assert "3-1-1201" in card and "3-1-1202" in card and "请问清是哪一户" in card
    chosen = desk.post(f"/calls/{pk}/matter/", house="3-1-1202")["Location"]
    assert "house=3-1-1202" in chosen
    foreign = desk.post(f"/calls/{pk}/matter/", house="5-1-101")["Location"]
    assert "house" not in foreign


def test_an_unknown_caller_is_said_to_be_unknown(cast: Cast, desk: Visitor) -> None:
    pk = tell(cast, "ringing", number="075599998888")
    assert "没有登记在任何住户名下" in text_of(desk.get(f"/calls/{pk}/"))
    location = desk.post(f"/calls/{pk}/matter/")["Location"]
    assert "phone=075599998888" in location and "house" not in location
    hidden = tell(cast, "ringing", "c2", number="")
    assert "未显示号码" in text_of(desk.get(f"/calls/{hidden}/"))


def test_a_number_is_shown_in_full_when_asked_for(cast: Cast, desk: Visitor) -> None:
    pk = tell(cast, "ringing")
    assert KNOWN in text_of(desk.post(f"/calls/{pk}/number/", htmx=True))
    assert visitor(cast, "quality").post(f"/calls/{pk}/number/").status_code == 403


def test_a_call_given_up_shows_its_call_back(cast: Cast, desk: Visitor) -> None:
    tell(cast, "abandoned")
    page = text_of(desk.get("/calls/", outcome="open"))
    number = Matter.objects.get().number
    assert number in page and "未接" in page
    assert number not in text_of(desk.get("/calls/", outcome="answered"))
    assert desk.get("/calls/", outcome="sung").status_code == 422


def test_calls_are_walked_by_cursor(cast: Cast, desk: Visitor) -> None:
    for number in range(31):
        tell(cast, "ringing", f"c{number}")
    page = text_of(desk.get("/calls/"))
    cursor = re.search(r"cursor=([\w-]+)", page)
    assert cursor and page.count('text-nowrap">138****5678') == 30
    rest = text_of(desk.get("/calls/", htmx=True, cursor=cursor[1]))
    assert rest.count("<tr>") == 1 and "cursor=" not in rest


@pytest.mark.rule("REC-01")
def test_a_call_is_written_down_by_hand(cast: Cast, desk: Visitor) -> None:
    call = {"number": KNOWN, "moment": "2026-03-16T08:50", "rings": "2", "answered": "yes"}
    answer = desk.post("/calls/write/", call)
    assert answer.status_code == 302
    assert "响 2 声" in text_of(desk.get(answer["Location"]))
    late = desk.post("/calls/write/", {**call, "moment": "2026-03-16T09:50"})
    assert late.status_code == 422
    assert "来电时间不能晚于现在" in text_of(late) and KNOWN in text_of(late)


def test_a_bad_extension_comes_back_as_typed(cast: Cast, desk: Visitor) -> None:
    answer = desk.post("/calls/seat/", number="前台")
    assert answer.status_code == 422
    assert "分机号应为" in text_of(answer) and 'value="前台"' in text_of(answer)
    desk.post("/calls/seat/", leave="1")
    assert desk.get("/calls/ringing/").status_code == 286


def test_the_key_is_shown_once_to_the_manager(cast: Cast, desk: Visitor) -> None:
    assert desk.post("/calls/key/").status_code == 403
    assert "总机的密钥" not in text_of(desk.get("/calls/"))
    boss = visitor(cast, "manager")
    assert "whsec_" in text_of(boss.post("/calls/key/"))
    assert "whsec_" not in text_of(boss.get("/calls/"))
    assert Exchange.objects.count() == 1


def test_the_list_costs_the_same_for_two_calls_and_for_twenty(cast: Cast, desk: Visitor) -> None:
    desk.get("/calls/")  # what is remembered of the community is asked once
    counts = []
    for until in (2, 20):
        for number in range(Call.objects.count(), until):
            tell(cast, "abandoned", f"c{number}")
        with CaptureQueriesContext(connection) as asked:
            desk.get("/calls/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14
