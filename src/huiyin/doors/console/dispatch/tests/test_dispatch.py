"""The dispatcher's screen: four lists, duty and load, acting from it, asking cheaply (REC-15)."""

from datetime import timedelta
from typing import Any

import pytest

from huiyin.doors.console.tests.visit import Visitor, text_of, visitor
from huiyin.matters import actions
from huiyin.matters.tests.cast import AT, Cast, tick

MINUTE = timedelta(minutes=1)


def section(page: str, code: str) -> str:
    """Return one list of the screen."""
    return page.partition(f'id="list-{code}"')[2].partition("</section>")[0]


def ask(desk: Visitor, mark: str, at: Any = AT) -> Any:
    """Ask for the lists under a mark, as the page does every few seconds."""
    return desk.http.get(
        "/dispatch/board/", headers={"If-None-Match": mark, "X-Huiyin-Now": at.isoformat()}
    )


@pytest.mark.rule("REC-15")
def test_every_trouble_stands_in_its_list(cast: Cast) -> None:
    start = AT - timedelta(hours=6)
    forgotten = cast.receive(at=start)  # nobody decides, and its clock has run out
    technician = cast.code("technician")
    slow = cast.receive(at=start, kind="suggestion", text="装个雨棚")
    actions.assign_matter(by=cast.caller("dispatcher"), at=start, number=slow, to=technician)
    quick = cast.receive(at=AT, kind="suggestion", text="多种些花")
    actions.assign_matter(by=cast.caller("dispatcher"), at=AT, number=quick, to=technician)
    fresh = cast.receive(at=AT, text="门口积水")

    page = text_of(visitor(cast, "dispatcher").get("/dispatch/"))
    lists = {code: section(page, code) for code in ("unassigned", "broken", "due", "stalled")}
    assert forgotten in lists["unassigned"] and forgotten in lists["broken"]
    assert fresh in lists["unassigned"] and fresh in lists["due"]
    assert fresh not in lists["broken"]
    assert slow in lists["stalled"] and quick not in lists["stalled"]
    assert slow not in lists["unassigned"]


@pytest.mark.rule("REC-15")
def test_a_pause_or_any_act_is_no_standstill(cast: Cast) -> None:
    start = AT - timedelta(hours=6)
    by = cast.caller("maintenance_foreman", start)
    paused, touched = (cast.receive(at=start, kind="repair", text="漏水") for _ in range(2))
    for number in (paused, touched):
        actions.accept_matter(by=by, at=start, number=number)
    actions.pause_matter(
        by=by, at=start, number=paused, reason="等配件", until=AT + timedelta(days=1)
    )
    actions.record_progress(by=by, at=AT - MINUTE, number=touched, text="已关阀")
    desk = visitor(cast, "dispatcher")
    stalled = section(text_of(desk.get("/dispatch/")), "stalled")
    assert paused not in stalled and touched not in stalled
    later = AT + timedelta(days=1, hours=5)
    stalled = section(text_of(desk.get("/dispatch/", at=later)), "stalled")
    assert paused in stalled and touched in stalled


def test_duty_and_load_stand_beside_every_name(cast: Cast) -> None:
    number = cast.receive(at=AT - timedelta(days=2), kind="repair", text="灯坏")
    by = cast.caller("dispatcher")
    actions.assign_matter(by=by, at=AT, number=number, to=cast.code("technician"))
    desk = visitor(cast, "dispatcher")
    row = text_of(desk.get("/dispatch/hands/")).partition('row">许技')[2].partition("</tr>")[0]
    assert "在岗" in row
    assert row.count('<td class="hy-number">1</td>') == 2
    panel = text_of(desk.get(f"/dispatch/{number}/", htmx=True))
    assert "<html" not in panel
    choices = panel.partition('name="assign-to"')[2]
    assert "在手 1 件" in choices and "超时 1 件" in choices


@pytest.mark.rule("REC-15")
def test_assign_and_nudge_from_the_panel(cast: Cast) -> None:
    number = cast.receive(kind="repair", text="水管爆了")
    desk = visitor(cast, "dispatcher")
    answer = desk.post(
        f"/dispatch/{number}/assign/",
        {"assign-to": cast.code("technician"), "assign-note": "带上扳手"},
        htmx=True,
    )
    assert answer.status_code == 200
    assert answer.headers["HX-Trigger"] == "board-changed"
    assert "已派单" in text_of(answer)
    nudge = f"/dispatch/{number}/nudge/"
    assert "已催办" in text_of(desk.post(nudge, {"nudge-note": "业主在等"}, htmx=True))
    tick(AT)
    inbox = text_of(visitor(cast, "technician").get("/inbox/"))
    assert "催办" in inbox and "业主在等" in inbox
    again = desk.post(nudge, {"nudge-note": "快"}, at=AT + MINUTE, htmx=True)
    assert again.status_code == 409
    assert "刚刚催过" in text_of(again) and 'value="快"' in text_of(again)
    assert desk.post(nudge, {}, at=AT + 6 * MINUTE, htmx=True).status_code == 200


def test_a_refused_assignment_keeps_what_was_typed(cast: Cast) -> None:
    number = cast.receive()
    answer = visitor(cast, "dispatcher").post(
        f"/dispatch/{number}/assign/", {"assign-note": "别忘了带梯子"}, htmx=True
    )
    assert answer.status_code == 422
    assert "别忘了带梯子" in text_of(answer)
    assert "hy-error" in text_of(answer)


def test_next_opens_the_nearest_clock(cast: Cast) -> None:
    desk = visitor(cast, "dispatcher")
    assert desk.get("/dispatch/next/").headers["Location"] == "/dispatch/"
    later = cast.receive(at=AT - 2 * MINUTE, kind="suggestion", text="多放长椅")
    actions.assign_matter(
        by=cast.caller("dispatcher"), at=AT - 2 * MINUTE, number=later, to=cast.code("keeper")
    )
    sooner = cast.receive(at=AT - MINUTE)
    assert desk.get("/dispatch/next/").headers["Location"] == f"/matters/{sooner}/"


@pytest.mark.django_db(transaction=True)
def test_nothing_new_is_told_in_one_row(
    cast: Cast, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    cast.receive()
    desk = visitor(cast, "dispatcher")
    mark = desk.get("/dispatch/board/").headers["ETag"]
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        quiet = ask(desk, mark)
    assert (quiet.status_code, quiet.content) == (304, b"")
    number = cast.receive(text="又来一件")
    changed = ask(desk, mark)
    assert changed.status_code == 200
    assert number in text_of(changed)
    mark = changed.headers["ETag"]
    assert ask(desk, mark).status_code == 304
    assert ask(desk, mark, AT + MINUTE).status_code == 200, "clocks move by themselves"
    tick(AT + timedelta(minutes=11))
    assert ask(desk, mark).status_code == 200, "what the sweeper did is news"


@pytest.mark.django_db(transaction=True)
def test_the_mark_of_one_is_not_the_mark_of_another(cast: Cast) -> None:
    cast.receive()
    mark = visitor(cast, "dispatcher").get("/dispatch/board/").headers["ETag"]
    assert ask(visitor(cast, "supervisor"), mark).status_code == 200


def test_the_lists_need_few_queries_however_many_rows(
    cast: Cast, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    for n in range(24):
        cast.receive(at=AT - timedelta(minutes=n))
    desk = visitor(cast, "dispatcher")
    desk.get("/dispatch/board/")
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        page = text_of(desk.get("/dispatch/board/"))
    assert section(page, "unassigned").count("<li") == 10


@pytest.mark.parametrize("post", ["technician", "collector"])
def test_it_is_for_those_who_dispatch(cast: Cast, post: str) -> None:
    assert visitor(cast, post).http.get("/dispatch/").status_code == 403


@pytest.mark.rule("REC-15")
def test_what_is_taken_back_is_to_be_sent_again(cast: Cast) -> None:
    number = cast.receive(kind="repair", text="门禁失灵")
    actions.assign_matter(
        by=cast.caller("maintenance_foreman"), at=AT, number=number, to=cast.code("technician")
    )
    desk = visitor(cast, "dispatcher")
    path = f"/dispatch/{number}/take-back/"
    assert desk.post(path, {"take-back-reason": ""}, htmx=True).status_code == 422
    taken = desk.post(path, {"take-back-reason": "改派电工"}, htmx=True)
    assert taken.status_code == 200
    assert number in section(text_of(desk.get("/dispatch/")), "unassigned")


def test_reports_of_one_problem_are_sent_once_and_owed_to_each(cast: Cast) -> None:
    first, second = (cast.receive(kind="repair", text=f"{n}楼漏水") for n in (1, 2))
    actions.link_matter(by=cast.caller("dispatcher"), at=AT, number=second, to=first)
    page = text_of(visitor(cast, "dispatcher").get("/dispatch/"))
    unassigned, due = section(page, "unassigned"), section(page, "due")
    assert f"/{first}/" in unassigned and f"/{second}/" not in unassigned
    assert "另有 1 件同样的" in unassigned
    assert f"/{second}/" in due and f"已并入 {first}" in due
