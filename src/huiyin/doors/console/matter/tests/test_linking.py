"""Several reports of one problem on the page of a matter, and giving back."""

from datetime import timedelta
from typing import Any

import pytest

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters import actions
from huiyin.matters.queries import matter
from huiyin.matters.tests.cast import AT, Cast

NEXT = AT + timedelta(minutes=5)


def linked(cast: Cast, **given: Any) -> tuple[str, str]:
    """Return a matter and a report linked to it."""
    parent = cast.receive(kind="repair", text="水管爆了")
    child = cast.receive(
        kind="repair", house="5-1-101", caller="李明", phone="13900001111", text="没有水", **given
    )
    by = cast.caller("dispatcher")
    actions.link_matter(by=by, at=AT, number=child, to=parent, reason="同一根水管")
    return parent, child


def test_what_is_typed_finds_open_matters_of_the_site(cast: Cast) -> None:
    number = cast.receive(kind="repair", text="没有水")
    other = cast.receive(kind="repair", text="水管爆了")
    about = cast.receive(kind="complaint.attitude", text="水管工态度差", about_employee="E016")
    desk = visitor(cast, "supervisor")

    shown = text_of(desk.get(f"/matters/{number}/linkable/?link-to=水管"))

    assert other in shown
    assert about not in shown
    assert number not in shown
    assert "没有找到" in text_of(desk.get(f"/matters/{number}/linkable/?link-to=电梯"))
    assert other in text_of(desk.get(f"/matters/{number}/linkable/"))
    assert visitor(cast, "E032").get(f"/matters/{number}/linkable/").status_code == 404


@pytest.mark.parametrize("field", ["link-to", "link-chosen"])
def test_linking_by_number_or_by_choice(cast: Cast, field: str) -> None:
    parent, child = cast.receive(kind="repair"), cast.receive(kind="repair")
    desk = visitor(cast, "supervisor")
    form = {"link-to": "水", field: parent, "link-reason": "同一根水管"}

    answer = desk.post(f"/matters/{child}/link/", at=NEXT, htmx=True, form=form)

    assert answer.status_code == 200
    assert "这件事已并入" in text_of(answer)
    assert '<p class="hy-pre">同一根水管</p>' in text_of(answer)
    shown = text_of(desk.get(f"/matters/{parent}/", at=NEXT))
    assert child in shown
    assert "同一问题的其他反映" in shown


def test_a_wrong_number_stays_in_the_field_with_the_reason(cast: Cast) -> None:
    number = cast.receive(kind="repair")
    answer = visitor(cast, "supervisor").post(
        f"/matters/{number}/link/",
        at=NEXT,
        htmx=True,
        form={"link-to": "YG-1", "link-reason": "同一根"},
    )
    shown = text_of(answer)
    assert answer.status_code == 422
    assert "没有编号为“YG-1”的事项" in shown
    assert 'value="YG-1"' in shown
    assert "同一根" in shown


def test_unlinking_asks_why(cast: Cast) -> None:
    parent, child = linked(cast)
    desk = visitor(cast, "supervisor")
    page = f"/matters/{child}/unlink/"

    assert desk.post(page, at=NEXT, htmx=True, form={"unlink-reason": ""}).status_code == 422
    answer = desk.post(page, at=NEXT, htmx=True, form={"unlink-reason": "是水龙头"})

    assert answer.status_code == 200
    assert "已并入" not in text_of(answer).split("经过")[0]
    assert matter(caller=cast.caller("manager"), number=parent, at=NEXT).linked == ()


def test_the_box_names_whom_to_tell(cast: Cast) -> None:
    parent, child = linked(cast)
    desk = visitor(cast, "supervisor")
    shown = text_of(desk.get(f"/matters/{parent}/", at=NEXT))
    assert "同时告知另外 1 户" in shown
    assert "5-1-101 李明 13900001111" in shown

    form = {"reply-text": "正在抢修", "reply-via": "sms", "reply-tell_linked": "on"}
    answer = desk.post(f"/matters/{parent}/reply/", at=NEXT, htmx=True, form=form)

    assert answer.status_code == 200
    told = matter(caller=cast.caller("manager"), number=child, at=NEXT).events[-1]
    assert (told.kind, told.contact) == ("replied", True)
    assert f"随 {parent} 记录" in text_of(desk.get(f"/matters/{child}/", at=NEXT))


@pytest.mark.rule("CMP-11")
def test_who_may_not_know_the_caller_does_not_see_them_among_the_linked(cast: Cast) -> None:
    parent = cast.receive(kind="complaint")
    child = cast.receive(kind="complaint", house="5-1-101", caller="李明", phone="13900001111")
    by = cast.caller("dispatcher")
    actions.link_matter(by=by, at=AT, number=child, to=parent)

    shown = text_of(visitor(cast, "cleaning_foreman").get(f"/matters/{parent}/", at=NEXT))

    assert child in shown
    for secret in ("李明", "13900001111", "5-1-101"):
        assert secret not in shown


def test_who_gave_it_back_is_led_to_the_list(cast: Cast) -> None:
    number = cast.receive(kind="repair")
    by = cast.caller("dispatcher")
    actions.assign_matter(by=by, at=AT, number=number, to=cast.code("technician"))
    field = visitor(cast, "technician")
    page = f"/matters/{number}/give-back/"
    assert page in text_of(field.get(f"/matters/{number}/", at=NEXT))

    refused = field.post(page, at=NEXT, htmx=True, form={"give-back-reason": " "})
    assert refused.status_code == 422
    answer = field.post(page, at=NEXT, htmx=True, form={"give-back-reason": "缺配件"})

    assert answer.headers["HX-Redirect"] == "/matters/"
    shown = text_of(visitor(cast, "maintenance_foreman").get(f"/matters/{number}/", at=NEXT))
    assert "许技 退回给 朱工" in shown
    assert "缺配件" in shown
    assert visitor(cast, "technician").get(f"/matters/{number}/", at=NEXT).status_code == 404


def test_the_page_of_many_reports_holds_its_query_count(
    cast: Cast, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    parent, _child = linked(cast)
    by = cast.caller("dispatcher")
    for _ in range(12):
        number = cast.receive(kind="repair")
        actions.link_matter(by=by, at=AT, number=number, to=parent)
    desk = visitor(cast, "supervisor")
    desk.get(f"/matters/{parent}/")
    with django_assert_max_num_queries(21):  # type: ignore[operator]
        desk.get(f"/matters/{parent}/")
