"""Areas, shifts and absences: who keeps what, who is on duty, who acts (HR-02, HR-03)."""

from datetime import date, datetime, timedelta

import pytest

from huiyin.estate.tests.cast import AT, TODAY, Town, caller_with, make_town
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.staff.actions import (
    UnableToGiveArea,
    UnableToPlanShift,
    UnableToSetAbsence,
    cancel_shift,
    end_absence,
    give_area,
    hire,
    hold_post,
    plan_shift,
    set_absence,
)
from huiyin.staff.models import Absence, Area, Employee, Shift
from huiyin.staff.queries import directory, keeper_id_of
from huiyin.trail.models import Entry

pytestmark = pytest.mark.django_db
COMPANY = caller_with(None, "company_service")
HIRED = date(2026, 1, 1)
APRIL = date(2026, 4, 1)
HOUR = timedelta(hours=1)


@pytest.fixture
def town() -> Town:
    town = make_town()
    for code in ("E001", "E002"):
        recruit(town, code)
    return town


@pytest.fixture
def manager(town: Town) -> Caller:
    return town.caller("manager")


def recruit(town: Town, code: str, post: str = "keeper") -> Employee:
    hire(by=COMPANY, at=AT, code=code, name=f"冯{code}", hired_on=HIRED)
    hold_post(
        by=COMPANY, at=AT, employee=code, post=post, community_id=town.community.pk, from_on=HIRED
    )
    return Employee.objects.get(code=code)


def pk(code: str) -> int:
    return Employee.objects.get(code=code).pk


@pytest.mark.rule("HR-02")
def test_an_area_passes_from_one_keeper_to_the_next(town: Town, manager: Caller) -> None:
    give = {"by": manager, "at": AT, "building_id": town.building.pk}
    first = give_area(**give, employee="E001", from_on=HIRED)  # type: ignore[arg-type]
    assert give_area(**give, employee="E001", from_on=TODAY) == first  # type: ignore[arg-type]
    give_area(**give, employee="E002", from_on=APRIL)  # type: ignore[arg-type]
    assert keeper_id_of(building_id=town.building.pk, on=TODAY) == pk("E001")
    assert keeper_id_of(building_id=town.building.pk, on=APRIL) == pk("E002")
    assert Entry.objects.filter(action="staff.area_given").count() == 2
    with pytest.raises(UnableToGiveArea, match="2026-04-01"):
        give_area(**give, employee="E001", from_on=TODAY)  # type: ignore[arg-type]


def test_a_plan_of_ones_own_is_brought_forward(town: Town, manager: Caller) -> None:
    give = {"by": manager, "at": AT, "building_id": town.building.pk, "employee": "E001"}
    give_area(**give, from_on=APRIL)  # type: ignore[arg-type]
    give_area(**give, from_on=TODAY)  # type: ignore[arg-type]
    assert Area.objects.get().from_on == TODAY


@pytest.mark.rule("HR-02")
def test_only_a_keeper_keeps_a_building(town: Town, manager: Caller) -> None:
    recruit(town, "E003", "guard")
    give = {"at": AT, "building_id": town.building.pk, "from_on": TODAY}
    with pytest.raises(UnableToGiveArea):
        give_area(by=manager, employee="E003", **give)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        give_area(by=town.caller("keeper"), employee="E001", **give)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        give_area(by=manager, employee="E404", **give)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        give_area(by=manager, employee="E001", **{**give, "building_id": 10**9})  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        give_area(by=make_town("CH").caller("manager"), employee="E001", **give)  # type: ignore[arg-type]


def test_a_shift_decides_who_is_on_duty(town: Town, manager: Caller) -> None:
    shift = {"at": AT, "employee": "E001", "community_id": town.community.pk, "post": "keeper"}
    made = plan_shift(by=manager, starts_at=AT, ends_at=AT + 8 * HOUR, **shift)  # type: ignore[arg-type]
    staff = directory(community_id=town.community.pk, at=AT)
    assert [one.code for one in staff.on_duty("keeper")] == ["E001"]
    with pytest.raises(UnableToPlanShift):
        plan_shift(by=manager, starts_at=AT + HOUR, ends_at=AT + 2 * HOUR, **shift)  # type: ignore[arg-type]
    plan_shift(by=manager, starts_at=AT + 8 * HOUR, ends_at=AT + 9 * HOUR, **shift)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        cancel_shift(by=make_town("CH").caller("manager"), at=AT, shift_id=made)
    cancel_shift(by=manager, at=AT, shift_id=made, reason="换班")
    with pytest.raises(NotFound):
        cancel_shift(by=manager, at=AT, shift_id=made)
    assert Shift.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"ends_at": AT}, "ends_at"),
        ({"ends_at": AT + 37 * HOUR}, "ends_at"),
        ({"post": "guard"}, "post"),
    ],
)
def test_a_shift_that_cannot_be_is_refused(
    town: Town, manager: Caller, given: dict[str, object], field: str
) -> None:
    shift = {"post": "keeper", "starts_at": AT, "ends_at": AT + 8 * HOUR, **given}
    with pytest.raises(UnableToPlanShift) as refusal:
        plan_shift(
            by=manager,
            at=AT,
            employee="E001",
            community_id=town.community.pk,
            **shift,  # type: ignore[arg-type]
        )
    assert refusal.value.field == field


@pytest.mark.rule("HR-01")
def test_the_delegate_acts_for_who_is_away(town: Town, manager: Caller) -> None:
    made = set_absence(
        by=manager,
        at=AT,
        employee="E001",
        starts_at=AT,
        ends_at=AT + 24 * HOUR,
        delegate="E002",
        reason="培训",
    )
    acting = directory(community_id=town.community.pk, at=AT).stand_in(pk("E001"))
    assert acting
    assert acting.code == "E002"
    end_absence(by=manager, at=AT + HOUR, absence_id=made)
    later = directory(community_id=town.community.pk, at=AT + HOUR).stand_in(pk("E001"))
    assert later
    assert later.code == "E001"
    assert [one.action for one in Entry.objects.order_by("-id")[:2]] == [
        "staff.absence_ended",
        "staff.absence_set",
    ]


def test_everybody_may_be_away_by_their_own_word(town: Town) -> None:
    own = Caller(
        user_id=None,
        employee_id=pk("E001"),
        name="冯",
        posts={town.community.pk: frozenset({"keeper"})},
    )
    made = set_absence(by=own, at=AT, employee="E001", starts_at=AT + HOUR)
    with pytest.raises(Forbidden):
        set_absence(by=own, at=AT, employee="E002", starts_at=AT)
    with pytest.raises(NotFound):
        end_absence(by=make_town("CH").caller("manager"), at=AT, absence_id=made)
    with pytest.raises(Forbidden):
        end_absence(by=town.caller("guard"), at=AT, absence_id=made)
    end_absence(by=own, at=AT, absence_id=made)
    assert not Absence.objects.exists()
    with pytest.raises(NotFound):
        end_absence(by=own, at=AT, absence_id=made)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"ends_at": AT}, "ends_at"),
        ({"delegate": "E001"}, "delegate"),
        ({"delegate": "E404"}, "delegate"),
        ({"delegate": "E033"}, "delegate"),
        ({"delegate": "E002"}, "delegate"),
        ({"starts_at": AT + 100 * HOUR, "ends_at": AT + 200 * HOUR}, "starts_at"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(
    town: Town, manager: Caller, given: dict[str, object], field: str
) -> None:
    recruit(make_town("CH"), "E033")
    set_absence(by=manager, at=AT, employee="E002", starts_at=AT, ends_at=AT + HOUR)
    set_absence(by=manager, at=AT, employee="E001", starts_at=AT + 150 * HOUR)
    absence: dict[str, object] = {"starts_at": AT, "ends_at": AT + 2 * HOUR, **given}
    with pytest.raises(UnableToSetAbsence) as refusal:
        set_absence(by=manager, at=AT, employee="E001", **absence)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_nobody_is_away_after_leaving(town: Town, manager: Caller) -> None:
    Employee.objects.filter(code="E001").update(left_on=TODAY)
    with pytest.raises(UnableToSetAbsence):
        set_absence(
            by=manager, at=AT, employee="E001", starts_at=datetime.fromisoformat("2026-03-16T12+08")
        )
