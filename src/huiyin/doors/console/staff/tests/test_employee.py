"""One employee: what is kept, what may be done, who may not, and what a refusal keeps."""

from datetime import date, timedelta
from typing import Any

import pytest

from huiyin.accounts.models import User
from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters.queries import matter
from huiyin.matters.tests.cast import AT, Cast
from huiyin.staff.models import Absence, Area, Employee, PostHolding, Shift
from huiyin.trail.models import Entry


def form(verb: str, **given: str) -> dict[str, str]:
    """Name the fields of a verb as its form does."""
    return {f"{verb}-{name}": value for name, value in given.items()}


def send(cast: Cast, code: str, verb: str, *, who: str = "supervisor", **given: str) -> Any:
    """Do a verb about an employee."""
    return visitor(cast, who).post(f"/staff/{code}/{verb}/", form(verb, **given))


@pytest.mark.rule("HR-01")
def test_somebody_is_taken_on_and_the_password_shown_once(cast: Cast) -> None:
    desk = visitor(cast, "supervisor")
    given = {"code": "E050", "name": "新来的", "post": "guard", "from_on": "2026-03-16"}
    shown = text_of(desk.post("/hire/", given))
    person = Employee.objects.select_related("user").get(code="E050")
    password = shown.partition("<code>")[2].partition("</code>")[0]
    assert person.user
    assert person.user.check_password(password)
    assert "新来的" in text_of(desk.get("/staff/"))
    assert password not in text_of(desk.get("/staff/E050/"))
    again = desk.post("/hire/", given)
    assert again.status_code == 422
    assert "已被使用" in text_of(again)
    assert 'value="新来的"' in text_of(again)


def test_a_supervisor_is_not_offered_the_posts_that_lead(cast: Cast) -> None:
    given = {"code": "E050", "name": "新来的", "post": "manager", "from_on": "2026-03-16"}
    assert visitor(cast, "supervisor").post("/hire/", given).status_code == 422
    assert visitor(cast, "manager").post("/hire/", given).status_code == 200


@pytest.mark.rule("HR-01")
def test_a_post_is_given_and_ended(cast: Cast) -> None:
    code = cast.code("guard")
    send(cast, code, "hold-post", post="receptionist", from_on="2026-03-20", until_on="")
    held = PostHolding.objects.get(employee__code=code, post="receptionist")
    assert held.from_on == date(2026, 3, 20)
    refused = send(cast, code, "end-post", post="receptionist", until_on="2026-04-01")
    assert refused.status_code == 422  # not sure
    assert 'value="2026-04-01"' in text_of(refused)
    answer = send(cast, code, "end-post", post="receptionist", until_on="2026-04-01", sure="on")
    assert answer["Location"] == f"/staff/{code}/"
    held.refresh_from_db()
    assert held.until_on == date(2026, 4, 1)


@pytest.mark.rule("HR-02")
def test_a_building_is_given_to_another_keeper(cast: Cast) -> None:
    building = cast.town.building
    page = text_of(visitor(cast, "manager").get("/staff/E020/"))
    assert f"{building.name}(现由 蒋管 负责)" in page
    send(cast, "E020", "give-area", building_id=str(building.pk), from_on="2026-03-16")
    kept = Area.objects.get(building=building, until_on__isnull=True)
    assert kept.employee.code == "E020"


@pytest.mark.rule("HR-01")
def test_an_absence_with_a_delegate_is_set_and_ended(cast: Cast) -> None:
    code = cast.code("keeper")
    away = {"starts_at": "2026-03-16T08:00", "ends_at": "2026-03-18T18:00", "delegate": "E020"}
    send(cast, code, "set-absence", who="keeper", **away)
    found = Absence.objects.get()
    assert found.delegate
    assert found.delegate.code == "E020"
    page = text_of(visitor(cast, "manager").get(f"/staff/{code}/"))
    assert "离岗中" in page
    assert "不当值" in page
    send(cast, code, "end-absence", absence_id=str(found.pk), sure="on")
    found.refresh_from_db()
    assert found.ends_at == AT


def test_a_shift_is_planned_and_cancelled(cast: Cast) -> None:
    code = cast.code("guard")
    times = {"starts_at": "2026-03-17T08:00", "ends_at": "2026-03-17T20:00"}
    send(cast, code, "plan-shift", post="guard", **times)
    shift = Shift.objects.get()
    assert "明天 08:00" in text_of(visitor(cast, "manager").get(f"/staff/{code}/"))
    clash = send(cast, code, "plan-shift", post="guard", **times)
    assert clash.status_code == 422
    assert 'value="2026-03-17T20:00"' in text_of(clash)
    assert send(cast, code, "cancel-shift", shift_id=str(shift.pk)).status_code == 422
    send(cast, code, "cancel-shift", shift_id=str(shift.pk), sure="on")
    assert not Shift.objects.exists()


def test_a_shift_of_somebody_else_is_not_cancelled_here(cast: Cast) -> None:
    shift = Shift.objects.create(
        employee=cast.employee("cleaner"),
        community=cast.town.community,
        post="cleaner",
        starts_at=AT,
        ends_at=AT + timedelta(hours=8),
    )
    send(cast, cast.code("guard"), "cancel-shift", shift_id=str(shift.pk), sure="on")
    assert Shift.objects.exists()


@pytest.mark.rule("HR-02")
def test_who_leaves_hands_over_in_the_same_act(cast: Cast) -> None:
    number = cast.receive()
    code = cast.code("keeper")
    leaving = {"left_on": "2026-03-16", "to": "E020", "reason": "合同到期"}
    assert send(cast, code, "leave", **leaving).status_code == 422
    assert Employee.objects.get(code=code).left_on is None
    assert send(cast, code, "leave", **leaving, sure="on").status_code == 302
    found = matter(caller=cast.caller("manager"), number=number, at=AT)
    assert found.owner.code == "E020"
    page = text_of(visitor(cast, "manager").get(f"/staff/{code}/"))
    assert "已离职" in page
    assert "办理离职" not in page
    assert code in text_of(visitor(cast, "manager").get("/staff/"))


@pytest.mark.rule("HR-01")
def test_nobody_takes_a_superior_off_the_payroll(cast: Cast) -> None:
    code = cast.code("manager")
    leaving = {"left_on": "2026-03-16", "reason": "换人", "sure": "on"}
    refused = send(cast, code, "leave", **leaving)
    assert refused.status_code == 403
    assert 'value="换人"' in text_of(refused)
    assert send(cast, code, "reset-password", sure="on").status_code == 403


def test_a_password_is_reset_and_shown_once(cast: Cast) -> None:
    code = cast.code("guard")
    desk = visitor(cast, "supervisor")
    shown = desk.post(f"/staff/{code}/reset-password/", form("reset-password", sure="on"))
    assert "no-store" in shown["Cache-Control"]
    password = text_of(shown).partition("<code>")[2].partition("</code>")[0]
    assert User.objects.get(username=code.lower()).check_password(password)
    assert password not in text_of(desk.get(f"/staff/{code}/"))
    assert Entry.objects.filter(action="accounts.password_reset").count() == 1


def test_everybody_sees_their_own_page_and_may_only_say_they_are_away(cast: Cast) -> None:
    code = cast.code("guard")
    page = text_of(visitor(cast, "guard").get(f"/staff/{code}/"))
    assert "登记离岗" in page
    assert "办理离职" not in page
    assert send(cast, code, "leave", who="guard", sure="on").status_code == 403
    assert visitor(cast, "guard").get(f"/staff/{cast.code('keeper')}/").status_code == 403
    assert visitor(cast, "manager").get("/staff/E031/").status_code == 404
    assert visitor(cast, "manager").get("/staff/E999/").status_code == 404


def test_the_company_manages_its_own_people(cast: Cast) -> None:
    code = cast.code("company_service")
    assert "办理离职" not in text_of(visitor(cast, "manager").get(f"/staff/{code}/"))
    assert send(cast, code, "leave", who="manager", reason="换人", sure="on").status_code == 403
    assert "办理离职" in text_of(visitor(cast, "general_manager").get(f"/staff/{code}/"))


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "9999-12-31T23:59", "昨天"])
def test_a_moment_out_of_this_century_is_refused(cast: Cast, moment: str) -> None:
    answer = send(cast, cast.code("guard"), "set-absence", starts_at=moment)
    assert answer.status_code == 422


def test_a_refused_fragment_keeps_what_was_typed(cast: Cast) -> None:
    desk = visitor(cast, "supervisor")
    address = f"/staff/{cast.code('manager')}/leave/"
    given = form("leave", left_on="2026-03-16", reason="换人", sure="on")
    told = desk.post(address, given, htmx=True)
    assert told.status_code == 403
    assert told["Content-Type"].startswith("text/plain")
    refused = desk.post(address, form("leave", left_on="", reason="换人"), htmx=True)
    assert refused.status_code == 422
    assert text_of(refused).startswith('<div id="employee">')
    assert 'value="换人"' in text_of(refused)


def test_the_page_holds_its_query_count(
    cast: Cast, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    desk = visitor(cast, "manager")
    address = f"/staff/{cast.code('keeper')}/"
    desk.get(address)
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        desk.get(address)
