"""When someone leaves or hands over: their open matters move in one action (HR-02)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.matters.actions.core import (
    LOCK_ORDER,
    finish_work,
    give_to,
    hold_links,
    open_work,
    record,
    tell,
)
from huiyin.matters.models import Matter
from huiyin.staff import queries as staff
from huiyin.staff.access import may_manage_staff
from huiyin.staff.models import Employee
from huiyin.staff.rules import SUPERIOR, Directory, Duty
from huiyin.trail import actions as trail


class UnableToHandOver(BadInput):
    """There is nobody who could take the matters."""


@transaction.atomic
def hand_over(
    *,
    by: Caller,
    at: datetime,
    employee: str,
    reason: str,
    to: str | None = None,
    community_id: int | None = None,
) -> int:
    """Move every open matter of an employee to another, clocks unchanged; return how many.

    1. ``to`` names who takes them; without it each goes to who holds the same post and is on duty,
       else to the superior, else to the assistant or the manager: never to nobody.
    2. Matters the employee follows as first-asked (STD-05) pass to the same person.
    3. One transaction: all of them move or none.
    """
    leaving = Employee.objects.filter(code=employee).first()
    if leaving is None:
        raise NotFound(_("没有工号为“%(code)s”的员工。") % {"code": employee})
    reason = reason.strip()
    if not reason:
        raise BadInput(_("请填写交接原因。"), field="reason")
    matters = Matter.objects.filter(owner=leaving, closed_at__isnull=True)
    followed = Matter.objects.filter(follower=leaving, closed_at__isnull=True)
    if community_id is not None:
        matters = matters.filter(community_id=community_id)
        followed = followed.filter(community_id=community_id)
    communities = set(matters.values_list("community_id", flat=True))
    communities |= set(followed.values_list("community_id", flat=True))
    if community_id is not None and leaving.holdings.filter(community_id=community_id).exists():
        communities.add(community_id)
    if not communities and not _is_known(by, leaving):
        raise NotFound(_("没有工号为“%(code)s”的员工。") % {"code": employee})
    moved = 0
    for one in sorted(communities):
        if not by.works_in(one):
            raise NotFound(_("没有工号为“%(code)s”的员工。") % {"code": employee})
        if not may_manage_staff(by, one):
            raise Forbidden(_("只有主管、经理助理或经理可以办理交接。"))
        taker = _taker(leaving, to, one, at)
        hold_links(one)
        in_turn = matters.filter(community_id=one).order_by(*LOCK_ORDER)
        numbers = in_turn.values_list("number", flat=True)
        for number in list(numbers):
            moved += _move(
                by=by, at=at, number=number, to=taker, leaving_id=leaving.pk, reason=reason
            )
        followed.filter(community_id=one).update(follower_id=taker.id)
        trail.record(
            action="matters.handed_over",
            by=by,
            at=at,
            subject=f"employee:{leaving.code}",
            community_id=one,
            after={"to": taker.code, "moved": moved},
            reason=reason,
        )
    return moved


def _is_known(by: Caller, leaving: Employee) -> bool:
    """Tell whether the caller may know that there is such an employee, who has nothing in hand."""
    places = set(leaving.holdings.values_list("community_id", flat=True))
    return by.everywhere or not places or any(one and by.works_in(one) for one in places)


def _move(*, by: Caller, at: datetime, number: str, to: Duty, leaving_id: int, reason: str) -> bool:
    """Give one open matter to another employee with its clocks unchanged.

    False when somebody else gave it away or closed it while this waited for its lock.
    """
    still = Matter.objects.select_for_update(no_key=True).filter(
        number=number, owner_id=leaving_id, closed_at__isnull=True
    )
    if not still:
        return False
    work = open_work(number=number, by=by, at=at, verb="hand-over", admitted=True)
    if to.id == work.matter.about_employee_id:
        # Nobody gets the complaint about themselves.
        others = (successor(work.staff, to.id), work.staff.stand_in(None))
        to = next((one for one in others if one and one.id not in (to.id, leaving_id)), to)
    give_to(work, to)
    event = record(work, "handed_over", text=reason, data={"to": to.code, "to_name": to.name})
    subject = _("%(number)s 交接给您,时限不变") % {"number": number}
    tell(work, to, f"handed_over:{event.pk}", subject)
    finish_work(work)
    return True


def _taker(leaving: Employee, to: str | None, community_id: int, at: datetime) -> Duty:
    staff_now = staff.directory(community_id=community_id, at=at)
    if to:
        wanted = staff.employee_model(code=to, community_id=community_id, at=at)
        if wanted.pk == leaving.pk:
            raise BadInput(_("不能交接给本人。"), field="to")
        return staff_now.people[wanted.pk]
    found = successor(staff_now, leaving.pk)
    if found is None:
        raise UnableToHandOver(_("没有可以接手的人,请先指定接手人。"), field="to")
    return found


def successor(staff_now: Directory, leaving_id: int) -> Duty | None:
    """Return who takes over from someone: same post, else the superior, else the manager."""
    person = staff_now.people.get(leaving_id)
    posts = [person.post, SUPERIOR.get(person.post, "manager")] if person else []
    for post in (*posts, "assistant", "manager", "supervisor", "company_service"):
        others = [one for one in staff_now.on_duty(post) if one.id != leaving_id]
        others = others or [one for one in staff_now.holders(post) if one.id != leaving_id]
        if others:
            return others[0]
    return None
