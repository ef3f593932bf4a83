"""Writes of appointments: book, arrive, decide, cancel (REC-08).

1. An appointment is booked, or the visitor simply comes.
2. On arrival the manager, or who acts for them, is told at once: a matter with a clock.
3. Received, declined or re-arranged, with a reason: the matter is settled; nobody decides twice.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate import queries as estate
from huiyin.estate.queries import CommunityRow
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.matters import rules as matter_rules
from huiyin.matters.actions import assign_matter, close_matter, finish_matter, receive_matter
from huiyin.matters.kinds import CHANNELS
from huiyin.matters.models import Matter
from huiyin.staff import queries as staff
from huiyin.staff.models import Employee
from huiyin.trail.actions import record
from huiyin.visitors import queries
from huiyin.visitors.access import HOSTS, admit_to_decide, admit_to_visitors
from huiyin.visitors.models import Appointment
from huiyin.visitors.rules import NEEDS_REASON, OUTCOMES, masked_name, may_become

LONGEST = {"visitor": 40, "organisation": 60, "phone": 24, "purpose": 200, "reason": 300}


class UnableToBook(BadInput):
    """Something about the appointment cannot be taken."""


class TooClose(WrongState):
    """The manager has somebody else then, or is away; say that it should be so all the same."""


class UnableToDecide(WrongState):
    """The appointment was decided already, or the visitor has not come."""


@transaction.atomic
def book(
    *,
    by: Caller,
    at: datetime,
    community: str,
    visitor: str,
    host: str,
    purpose: str,
    wished_at: datetime,
    organisation: str = "",
    phone: str = "",
    house: str = "",
    agitated: bool = False,
    sure: bool = False,
) -> int:
    """Book an appointment; what stands in its way is told once, then ``sure`` books it anyway.

    Raises NotFound, Forbidden, UnableToBook, TooClose.
    """
    if wished_at < at:
        raise UnableToBook(_("预约时间不能早于现在;客人已到请用“直接来访”。"), field="wished_at")
    town = _town(by, community)
    made = _appointment(
        by=by,
        at=at,
        town=town,
        visitor=visitor,
        host=host,
        purpose=purpose,
        organisation=organisation,
        phone=phone,
        house=house,
        agitated=agitated,
    )
    made.wished_at = wished_at
    _check_time(made, sure=sure)
    made.save()
    _trail("visitors.booked", by, at, made, {"wished_at": wished_at})
    return made.pk


@transaction.atomic
def walk_in(
    *,
    by: Caller,
    at: datetime,
    community: str,
    visitor: str,
    host: str,
    purpose: str,
    organisation: str = "",
    phone: str = "",
    house: str = "",
    agitated: bool = False,
) -> int:
    """Receive a visitor who comes without an appointment; the manager is told at once.

    Raises NotFound, Forbidden, UnableToBook.
    """
    town = _town(by, community)
    made = _appointment(
        by=by,
        at=at,
        town=town,
        visitor=visitor,
        host=host,
        purpose=purpose,
        organisation=organisation,
        phone=phone,
        house=house,
        agitated=agitated,
    )
    made.wished_at, made.walk_in = at, True
    made.save()
    _come(by, at, made)
    return made.pk


@transaction.atomic
def arrive(*, by: Caller, at: datetime, appointment: int, agitated: bool | None = None) -> str:
    """Say that the visitor has come, and how; return the number of the matter that tells of it.

    Raises NotFound, Forbidden, UnableToDecide.
    """
    row = _locked(by, appointment)
    admit_to_visitors(by, row.community_id)
    if not may_become(row.state, "arrived"):
        raise UnableToDecide(_("这位客人已经到访或已有结果,请刷新名单。"))
    if agitated is not None and agitated != row.agitated:
        row.agitated = agitated
        row.save(update_fields=["agitated"])
    return _come(by, at, row)


@transaction.atomic
def decide(
    *,
    by: Caller,
    at: datetime,
    appointment: int,
    outcome: str,
    reason: str = "",
    new_at: datetime | None = None,
    told: str = "",
    sure: bool = False,
) -> int | None:
    """Record what became of a visitor; re-arranged, return the appointment that follows.

    ``reason`` says why, ``told`` by which channel the visitor heard of the new time. The matter
    is finished with the outcome and closed.

    Raises NotFound, Forbidden, UnableToDecide, UnableToBook, TooClose.
    """
    row = _locked(by, appointment)
    admit_to_decide(by, row.community_id, _acting(row))
    if outcome not in OUTCOMES:
        raise UnableToBook(_("请选择接待结果。"), field="outcome")
    if not may_become(row.state, outcome):
        raise UnableToDecide(_refusal(row))
    reason = _words(reason, "reason", required=outcome in NEEDS_REASON)
    following = (
        _rearranged(by, at, row, new_at, told, sure=sure) if outcome == "rearranged" else None
    )
    row.state, row.decided_at, row.decided_by_id = outcome, at, by.employee_id
    row.reason, row.told = reason, told if following else ""
    row.save(update_fields=["state", "decided_at", "decided_by", "reason", "told"])
    if following is not None:
        following.save()
    _settle(by, at, row, following)
    _trail("visitors.decided", by, at, row, {"outcome": outcome, "reason": reason})
    return following.pk if following else None


@transaction.atomic
def cancel(*, by: Caller, at: datetime, appointment: int, reason: str) -> None:
    """Strike out an appointment whose visitor will not come. Raises NotFound, UnableToDecide."""
    row = _locked(by, appointment)
    admit_to_visitors(by, row.community_id)
    if not may_become(row.state, "cancelled"):
        raise UnableToDecide(_refusal(row))
    row.reason = _words(reason, "reason", required=True)
    row.state, row.decided_at, row.decided_by_id = "cancelled", at, by.employee_id
    row.save(update_fields=["state", "decided_at", "decided_by", "reason"])
    _trail("visitors.cancelled", by, at, row, {"reason": row.reason})


# -- the steps of the procedures above


def _town(by: Caller, community: str) -> CommunityRow:
    town = estate.community(caller=by, code=community)
    admit_to_visitors(by, town.id)
    return town


def _appointment(
    *,
    by: Caller,
    at: datetime,
    town: CommunityRow,
    visitor: str,
    host: str,
    purpose: str,
    organisation: str,
    phone: str,
    house: str,
    agitated: bool,
) -> Appointment:
    """Build the row of a new appointment from what was given by code and by word."""
    home = None
    if house.strip():
        home = estate.house_model(caller=by, community_id=town.id, code=house.strip())
    return Appointment(
        community_id=town.id,
        visitor=_words(visitor, "visitor", required=True),
        organisation=_words(organisation, "organisation"),
        phone=_words(phone, "phone"),
        house=home,
        host=_host(host, town.id, at),
        purpose=_words(purpose, "purpose", required=True),
        agitated=agitated,
        made_at=at,
        made_by_id=by.employee_id,
    )


def _host(code: str, community_id: int, at: datetime) -> Employee:
    host = staff.employee_model(code=code, community_id=community_id, at=at, field="host")
    person = staff.directory(community_id=community_id, at=at).people.get(host.pk)
    if person is None or not set(HOSTS) & set(person.posts):
        raise UnableToBook(_("只能预约经理、主管和班长。"), field="host")
    return host


def _check_time(made: Appointment, *, sure: bool) -> None:
    """Tell what stands in the way of the wished time, unless it is known and should be so."""
    found = queries.obstacles(
        community_id=made.community_id,
        host_id=made.host_id,
        wished_at=made.wished_at,
        but=made.instead_of_id,
    )
    if found and not sure:
        raise TooClose(
            _("%(name)s 那时%(why)s。请换个时间;确定要这样安排,请勾选“时间冲突也照样预约”。")
            % {"name": made.host.name, "why": ";".join(found)},
            field="sure",
        )


def _come(by: Caller, at: datetime, row: Appointment) -> str:
    """Make the matter that tells the manager, or who acts for them, that somebody waits."""
    who = masked_name(row.visitor) + (f"({row.organisation})" if row.organisation else "")
    text = _("客人 %(who)s 已到,求见 %(host)s:%(purpose)s") % {
        "who": who,
        "host": row.host.name,
        "purpose": row.purpose,
    }
    if row.agitated:
        text += _("。客人情绪激动,已请到会客室。")
    number = receive_matter(
        by=by,
        at=at,
        community=row.community.code,
        channel="visit",
        kind="appointment",
        text=text,
        house=row.house.code if row.house else None,
        phone=row.phone,
        caller=row.visitor,
        owner=row.host.code,
    )
    matter = Matter.objects.select_related("owner").get(number=number)
    assign_matter(by=SYSTEM, at=at, number=number, to=matter.owner.code)
    row.matter, row.state, row.arrived_at = matter, "arrived", at
    row.save(update_fields=["matter", "state", "arrived_at"])
    _trail("visitors.arrived", by, at, row, {"matter": number})
    return number


def _rearranged(
    by: Caller, at: datetime, row: Appointment, new_at: datetime | None, told: str, *, sure: bool
) -> Appointment:
    """Return the appointment that follows, at the new time of which the visitor was told."""
    if new_at is None or new_at <= at:
        raise UnableToBook(_("请填写改到什么时间,要晚于现在。"), field="new_at")
    if told not in CHANNELS:
        raise UnableToBook(_("请选择用什么方式告诉客人新的时间。"), field="told")
    following = Appointment(
        community_id=row.community_id,
        visitor=row.visitor,
        organisation=row.organisation,
        phone=row.phone,
        house_id=row.house_id,
        host=row.host,
        purpose=row.purpose,
        wished_at=new_at,
        made_at=at,
        made_by_id=by.employee_id,
        instead_of=row,
    )
    _check_time(following, sure=sure)
    return following


def _settle(by: Caller, at: datetime, row: Appointment, following: Appointment | None) -> None:
    """Finish and close the matter with the outcome, if the visitor had come and it is open."""
    matter = row.matter
    if matter is None or matter.state not in matter_rules.OPEN:
        return
    said = {"received": _("已接待"), "declined": _("婉拒"), "rearranged": _("改期")}[row.state]
    if following is not None:
        local = following.wished_at.astimezone(queries.zone_of(row.community))
        said += f" {local:%Y-%m-%d %H:%M}"
    result = f"{said}:{row.reason}" if row.reason else said
    finish_matter(by=by, at=at, number=matter.number, result=result, settled=True)
    close_matter(by=SYSTEM, at=at, number=matter.number)


def _acting(row: Appointment) -> tuple[int | None, ...]:
    """Return who may speak for the host: the host, and who owns the matter in their stead."""
    return row.host_id, row.matter.owner_id if row.matter else None


def _refusal(row: Appointment) -> str:
    if row.state == "booked":
        return _("客人还没有到,请先登记到访。")
    who = row.decided_by.name if row.decided_by else _("同事")
    return _("这位客人已经由 %(who)s 记录了结果,不能再记一次。") % {"who": who}


def _locked(by: Caller, pk: int) -> Appointment:
    rows = Appointment.objects.select_for_update(of=("self",)).select_related(
        "community", "host", "house", "matter", "decided_by"
    )
    row = rows.filter(pk=pk).first()
    if row is None or not by.works_in(row.community_id):
        raise NotFound(_("没有这个预约。"))
    return row


def _words(text: str, field: str, *, required: bool = False) -> str:
    text = text.strip()
    most = LONGEST[field]
    if required and not text:
        raise UnableToBook(_("请填写内容。"), field=field)
    if len(text) > most or "\0" in text:
        raise UnableToBook(_("内容最多 %(n)d 字,且不能含无效字符。") % {"n": most}, field=field)
    return text


def _trail(
    action: str, by: Caller, at: datetime, row: Appointment, after: Mapping[str, Any]
) -> None:
    record(
        action=action,
        by=by,
        at=at,
        subject=f"appointment:{row.pk}",
        community_id=row.community_id,
        after={"host": row.host.code, **after},
    )
