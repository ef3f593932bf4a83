"""The log of a shift on its pages, from signing in to the supervisor's signature (REC-12)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.desk.actions import keep_logs, record_call
from huiyin.desk.models import DutyLog
from huiyin.doors.console.tests.visit import Visitor, paper_of, text_of, visitor
from huiyin.matters import titles
from huiyin.matters.tests.cast import AT, Cast, moment

END = moment("2026-03-16 14:50")
NEXT = moment("2026-03-16 15:05")
FOUR = ["doors", "lights", "windows", "appliances"]


def start(desk: Visitor) -> str:
    """Sign in; return the page of the log."""
    return str(desk.post("/duty/in/")["Location"])


def step(who: Visitor, page: str, name: str, status: int = 302, **given: Any) -> Any:
    """Send one form of a log."""
    at = given.pop("at", AT)
    form = {"step": name, **{f"{name}-{key}": value for key, value in given.items()}}
    answer = who.post(page, form, at=at)
    assert answer.status_code == status, text_of(answer)
    return answer


@pytest.mark.rule("REC-12")
def test_a_shift_from_signing_in_to_the_signature(cast: Cast) -> None:
    desk, following, boss = (
        visitor(cast, who) for who in ("receptionist", "dispatcher", "supervisor")
    )
    assert "还没有人签到" in text_of(desk.get("/duty/"))
    page = start(desk)
    number = cast.receive()
    step(desk, page, "note", about="shift", text="上午三号楼电梯检修")
    step(desk, page, "note", about="keys", text="对讲机两台")
    step(desk, page, "item", to=cast.code("dispatcher"), matter=number, moves="on")
    refused = step(desk, page, "over", status=422, at=END)
    assert "离岗四查还没有做完" in text_of(refused)
    step(desk, page, "checks", ticked=FOUR, at=END)
    step(desk, page, "over", at=END)
    assert "等接班" in text_of(following.get("/duty/", at=NEXT))
    step(following, page, "take", at=NEXT)
    waiting = text_of(following.get("/duty/", at=NEXT))
    assert "移交给我的" in waiting and number in waiting
    item = re.search(r"/duty/items/(\d+)/accept/", waiting)
    assert item
    assert following.post(item[0], at=NEXT).status_code == 302
    assert "移交给我的" not in text_of(following.get("/duty/", at=NEXT))
    step(boss, page, "sign", opinion="已阅,电梯跟进", at=NEXT)
    paper = paper_of(boss.get(f"{page}paper/", at=NEXT + timedelta(days=3)))
    for words in (
        "值班记录表",
        "2026-03-16",
        "07:00-15:00",
        "来电来访摘要",
        "上午三号楼电梯检修",
        number,
        "对讲机两台",
        "门、灯、窗、电器已查",
        "电梯跟进",
        *(cast.employee(post).name for post in ("receptionist", "dispatcher", "supervisor")),
    ):
        assert words in paper, words


def test_a_refused_form_keeps_what_was_typed(cast: Cast) -> None:
    desk = visitor(cast, "receptionist")
    page = start(desk)
    long = "很" * 301
    refused = step(desk, page, "item", status=422, to=cast.code("dispatcher"), text=long)
    assert long in text_of(refused) and "内容最多 300 字" in text_of(refused)
    assert "请填写内容" in text_of(step(desk, page, "item", status=422, to=cast.code("dispatcher")))
    assert desk.post(page, {"step": "nonsense"}).status_code == 404
    assert desk.post(page, {"step": "sign", "sign-opinion": "x"}).status_code == 403


def test_the_log_counts_calls_and_shows_them(cast: Cast) -> None:
    desk = visitor(cast, "receptionist")
    record_call(
        by=cast.caller("receptionist"),
        at=AT,
        community="YG",
        call_id="c1",
        event="abandoned",
        moment=AT,
    )
    page = text_of(desk.get(start(desk)))
    assert re.search(r"未接</dt><dd>1</dd>", page)
    assert str(titles.KINDS["callback"]) in page


def test_between_shifts_there_is_nothing_to_sign_in_to(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import time

    evening = ((time(18), time(22)),)
    monkeypatch.setattr("huiyin.desk.queries.duty.shifts_of", lambda *_given: evening)
    monkeypatch.setattr("huiyin.desk.actions.duty.shifts_of", lambda *_given: evening)
    desk = visitor(cast, "receptionist")
    assert "现在没有班次" in text_of(desk.get("/duty/"))
    answer = desk.post("/duty/in/")
    assert answer.status_code == 409


@pytest.mark.rule("REC-12")
def test_gaps_are_seen_in_the_list(cast: Cast) -> None:
    for hours in range(0, 8 * 35, 8):
        keep_logs(at=AT + timedelta(hours=hours))
    later = AT + timedelta(hours=8 * 35)
    boss = visitor(cast, "supervisor")
    page = text_of(boss.get("/duty/history/", at=later))
    assert "无人签到" in page and "没有交班" in page
    cursor = re.search(r"cursor=([\w-]+)", page)
    assert cursor
    rest = text_of(boss.get("/duty/history/", at=later, htmx=True, cursor=cursor[1]))
    assert rest.count("<tr>") == 5
    assert boss.get("/duty/history/", cursor="x").status_code == 422


def test_the_list_costs_the_same_for_two_logs_and_for_twenty(cast: Cast) -> None:
    boss = visitor(cast, "supervisor")
    boss.get("/duty/history/")
    counts = []
    for until in (2, 20):
        for shift in range(DutyLog.objects.filter(community__code="YG").count(), until):
            keep_logs(at=AT + timedelta(hours=8 * shift))
        with CaptureQueriesContext(connection) as asked:
            boss.get("/duty/history/")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 8


def test_the_log_is_the_desk_s(cast: Cast) -> None:
    page = start(visitor(cast, "receptionist"))
    for address in (page, f"{page}paper/", "/duty/", "/duty/history/"):
        assert visitor(cast, "technician").get(address).status_code == 403
    assert visitor(cast, "E031").get(page).status_code == 404
