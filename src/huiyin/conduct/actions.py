"""Writes of conduct cases: facts, a time-limited correction, a penalty of two hands (CMP-05).

1. The case is opened once it is known about whom the complaint is.
2. The employee's own statement is taken down.
3. A correction is set: a matter of its own, owned by the employee, due on a day, that does not say
   who complained.
4. A penalty entry is proposed by one and approved by another.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.conduct.access import admit_leader, admit_penalty_approver
from huiyin.conduct.models import ConductCase
from huiyin.conduct.rules import forms_of_address, room_of, tells_who
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.matters.access import visible
from huiyin.matters.actions import assign_matter, note_matter, promise_time, receive_matter
from huiyin.matters.models import Matter
from huiyin.staff.queries import employee_model, local_day
from huiyin.staff.words import checked_text
from huiyin.trail.actions import record

ATTITUDE = "complaint.attitude"
TEXT_MOST = 4000
PENALTY_MOST = 300


class UnableToOpenCase(WrongState):
    """The matter is no complaint about an attitude, or nobody knows yet about whom."""


class UnableToCorrect(WrongState):
    """A correction was set already."""


class UnableToPunish(WrongState):
    """There is no penalty to approve, or it was approved already."""


@transaction.atomic
def open_case(*, by: Caller, at: datetime, number: str, employee: str = "") -> None:
    """Open the case of the employee complained of; opened already, it stays as it is.

    ``employee`` names by code whom the complaint is about, where reception could not tell.
    Raises NotFound, Forbidden, UnableToOpenCase, BadInput.
    """
    matter = _matter(by, number)
    if matter.kind != ATTITUDE:
        raise UnableToOpenCase(_("只有服务态度投诉才有员工处理记录。"))
    if employee:
        _name(matter, employee, by, at)
    if matter.about_employee_id is None:
        raise UnableToOpenCase(_("还没有登记被投诉的员工,请先登记。"))
    _made, is_new = ConductCase.objects.get_or_create(
        matter=matter, defaults={"employee_id": matter.about_employee_id}
    )
    if is_new:
        _trail("conduct.case_opened", by, at, matter)


@transaction.atomic
def take_statement(*, by: Caller, at: datetime, number: str, text: str) -> None:
    """Take down what the employee says; taken again, the trail keeps what was said before.

    Raises NotFound, Forbidden, BadInput.
    """
    matter = _matter(by, number)
    case = _case(matter)
    text = checked_text(text, "text", TEXT_MOST)
    before = {"statement": case.statement} if case.statement else None
    case.statement, case.statement_at = text, at
    case.save(update_fields=["statement", "statement_at"])
    note_matter(by=by, at=at, number=number, text=_("已听取当事员工的说明。"))
    _trail("conduct.statement_taken", by, at, matter, {"statement": text}, before=before)


@transaction.atomic
def set_correction(*, by: Caller, at: datetime, number: str, task: str, due_on: date) -> str:
    """Set what the employee is to correct, to be done by the end of a day; return its number.

    The correction is a matter owned by the employee. Its text must not say who complained.
    Raises NotFound, Forbidden, UnableToCorrect, BadInput.
    """
    matter = _matter(by, number)
    case = _case(matter)
    task = checked_text(task, "task", TEXT_MOST)
    if case.correction_id is not None:
        raise UnableToCorrect(_("已经下达过限期整改。"))
    if due_on < local_day(at, matter.community.zone):
        raise BadInput(_("整改期限不能早于今天。"), field="due_on")
    if tells_who(task, _who_complained(matter)):
        raise BadInput(_("整改要求里不能出现投诉人的姓名、电话或房号。"), field="task")
    employee = case.employee.code
    corrected = receive_matter(
        by=by,
        at=at,
        community=matter.community.code,
        channel="interview",
        kind="correction",
        text=task,
        owner=employee,
    )
    assign_matter(by=by, at=at, number=corrected, to=employee)
    promise_time(
        by=by,
        at=at,
        number=corrected,
        until=_end_of(due_on, matter.community.zone),
        reason=_("限期整改"),
        via="interview",
    )
    case.correction = Matter.objects.only("id", "number").get(number=corrected)
    case.correction_due_on = due_on
    case.save(update_fields=["correction", "correction_due_on"])
    _trail(
        "conduct.correction_set", by, at, matter, {"correction": corrected, "due_on": str(due_on)}
    )
    return corrected


@transaction.atomic
def propose_penalty(*, by: Caller, at: datetime, number: str, penalty: str) -> None:
    """Propose the penalty entry; until it is approved it may be proposed anew.

    Raises NotFound, Forbidden, UnableToPunish, BadInput.
    """
    matter = _matter(by, number)
    case = _case(matter)
    penalty = checked_text(penalty, "penalty", PENALTY_MOST)
    if case.approved_at is not None:
        raise UnableToPunish(_("处罚记录已经批准,不能再改。"))
    case.penalty, case.penalty_by_id, case.penalty_at = penalty, _employee_id(by), at
    case.save(update_fields=["penalty", "penalty_by", "penalty_at"])
    _trail("conduct.penalty_proposed", by, at, matter, {"penalty": penalty})


@transaction.atomic
def approve_penalty(*, by: Caller, at: datetime, number: str) -> None:
    """Approve the penalty that somebody else proposed; from then on it counts.

    Raises NotFound, Forbidden, UnableToPunish.
    """
    matter = _matter(by, number)
    case = _case(matter)
    admit_penalty_approver(by, matter.community_id, case.penalty_by_id)
    if not case.penalty:
        raise UnableToPunish(_("还没有人提出处罚。"))
    if case.approved_at is not None:
        raise UnableToPunish(_("处罚记录已经批准。"))
    case.approved_by_id, case.approved_at = _employee_id(by), at
    case.save(update_fields=["approved_by", "approved_at"])
    _trail("conduct.penalty_approved", by, at, matter, {"penalty": case.penalty})


def _matter(by: Caller, number: str) -> Matter:
    """Lock the complaint for whoever leads its case; it is not there for whom it is about."""
    matter = (
        visible(by)
        .select_related("community", "house", "person")
        .select_for_update(no_key=True, of=("self",))
        .filter(number=number)
        .first()
    )
    if matter is None:
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    admit_leader(by, matter.community_id)
    return matter


def _name(matter: Matter, code: str, by: Caller, at: datetime) -> None:
    """Write down whom the complaint is about; from now on it is hidden from them."""
    employee = employee_model(code=code, community_id=matter.community_id, at=at, field="employee")
    if matter.about_employee_id == employee.pk:
        return
    if matter.about_employee_id is not None:
        raise UnableToOpenCase(_("这件投诉已登记了另一位员工。"))
    if employee.pk == by.employee_id:
        raise Forbidden(_("关于自己的投诉要由别人处理。"))
    if employee.pk in (matter.owner_id, matter.follower_id):
        raise UnableToOpenCase(_("这件事正由该员工经办或跟进,请先改派给别人。"))
    matter.about_employee = employee
    matter.save(update_fields=["about_employee"])
    _trail("conduct.employee_named", by, at, matter, {"employee": code})


def _case(matter: Matter) -> ConductCase:
    case = ConductCase.objects.select_related("employee").filter(matter=matter).first()
    if case is None:
        raise UnableToOpenCase(_("还没有为这件投诉建立员工处理记录。"))
    return case


def _who_complained(matter: Matter) -> list[str]:
    """Return what would tell who complained: names and how they are said, telephone, house."""
    names = {matter.caller_name, matter.person.name if matter.person else ""}
    house = matter.house.code if matter.house else ""
    return [
        *sorted(names),
        *(said for name in sorted(names) for said in forms_of_address(name)),
        matter.caller_phone,
        house,
        room_of(house),
    ]


def _end_of(day: date, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(zone))


def _employee_id(by: Caller) -> int:
    if by.employee_id is None:
        raise Forbidden(_("处罚记录要由员工本人提出和批准。"))
    return by.employee_id


def _trail(
    action: str,
    by: Caller,
    at: datetime,
    matter: Matter,
    after: Mapping[str, str] | None = None,
    *,
    before: Mapping[str, str] | None = None,
) -> None:
    record(
        action=action,
        by=by,
        at=at,
        subject=f"matter:{matter.number}",
        community_id=matter.community_id,
        before=before,
        after=after,
    )
