"""Writes about calls: what the exchange tells, who sits at which telephone (REC-01, REC-02)."""

import re
import secrets
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.desk.access import admit_to_calls
from huiyin.desk.models import Call, Extension
from huiyin.desk.queries.calls import CallRow, call_row
from huiyin.desk.rules import EVENTS, RINGS_MOST, CallState, hear, wants_call_back
from huiyin.estate import queries as estate
from huiyin.estate.access import admit_to_phones, may_see_phones
from huiyin.estate.queries import CommunityRow
from huiyin.estate.rules import masked
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.matters.access import visible
from huiyin.matters.actions import note_matter, receive_matter
from huiyin.matters.models import Matter
from huiyin.staff.queries import local_day
from huiyin.trail.actions import record

CALL_ID_MOST = 60
LABEL_MOST = 40
_EXTENSION = re.compile(r"[0-9*#]{1,12}")


class UnableToRecordCall(BadInput):
    """Something the exchange told cannot be taken."""


class UnableToTakeExtension(BadInput):
    """The number is no extension, or whoever asks can sit at none."""


@transaction.atomic
def record_call(
    *,
    by: Caller,
    at: datetime,
    community: str,
    call_id: str,
    event: str,
    moment: datetime,
    number: str = "",
    rings: int = 0,
    extension: str = "",
) -> CallRow:
    """Record one event of a call, whatever came before it, and return the call.

    1. Make the call's row if this is the first event heard of it, and lock it.
    2. Let the event say what is new; the same event again says nothing.
    3. Answered: whoever sits at the extension took it.
    4. Given up before anybody answered: one call-back matter, once per call. An answer told of
       only afterwards is noted there, for somebody should look.

    Raises NotFound, Forbidden, UnableToRecordCall.
    """
    town = estate.community(caller=by, code=community)
    admit_to_calls(by, town.id)
    call_id, extension = call_id.strip(), extension.strip()
    _check(call_id, event, rings, extension)
    Call.objects.bulk_create([Call(community_id=town.id, call_id=call_id)], ignore_conflicts=True)
    call = Call.objects.select_for_update().get(community_id=town.id, call_id=call_id)
    before = _state(call)
    after = hear(
        before,
        event=event,
        moment=moment,
        number=number.strip(),
        rings=rings,
        extension=extension,
    )
    changed = [name for name, value in asdict(after).items() if getattr(before, name) != value]
    for name in changed:
        setattr(call, name, getattr(after, name))
    if after.answered_at and {"answered_at", "extension"} & set(changed):
        call.taken_by_id = _sitting_at(town.id, after.extension) or call.taken_by_id
        changed.append("taken_by")
    if wants_call_back(after) and call.matter_id is None:
        call.matter = _call_back(by, at, town, after)
        changed.append("matter")
    elif call.matter and wants_call_back(before) and not wants_call_back(after):
        note_matter(by=by, at=at, number=call.matter.number, text=_answered_after_all(after, town))
    if changed:
        call.save(update_fields=changed)
    return call_row(call, town)


@transaction.atomic
def write_down_call(
    *,
    by: Caller,
    at: datetime,
    community: str,
    number: str,
    moment: datetime,
    rings: int,
    answered: bool,
) -> CallRow:
    """Write down by hand a call that no exchange told of; whoever writes an answered one took it.

    Raises NotFound, Forbidden, UnableToRecordCall.
    """
    if moment > at:
        raise UnableToRecordCall(_("来电时间不能晚于现在。"), field="moment")
    row = record_call(
        by=by,
        at=at,
        community=community,
        call_id=f"hand-{secrets.token_hex(8)}",
        event="answered" if answered else "abandoned",
        moment=moment,
        number=number,
        rings=rings,
    )
    Call.objects.filter(pk=row.id).update(
        ringing_at=moment, put_away_at=at, taken_by_id=by.employee_id if answered else None
    )
    return row


@transaction.atomic
def tie_call(*, by: Caller, at: datetime, call: int, number: str) -> None:
    """Say which matter came of a call (REC-02); said already, it stays as it is.

    Raises NotFound, Forbidden.
    """
    row = _call(by, call)
    if row.raised_id is None:
        row.raised = visible(by).only("id").filter(number=number).first()
        row.put_away_at = row.put_away_at or at
        row.save(update_fields=["raised", "put_away_at"])


@transaction.atomic
def put_call_away(*, by: Caller, at: datetime, call: int) -> None:
    """Take the card of a call off the screen. Raises NotFound, Forbidden."""
    row = _call(by, call)
    if row.put_away_at is None:
        row.put_away_at = at
        row.save(update_fields=["put_away_at"])


@transaction.atomic
def reveal_number(*, by: Caller, at: datetime, call: int) -> str:
    """Return the whole number of a call to who may read it; the trail keeps that it was read.

    Raises NotFound, Forbidden.
    """
    row = _call(by, call)
    admit_to_phones(by, row.community_id)
    record(
        action="personal.read",
        by=by,
        at=at,
        subject=f"call:{row.pk}",
        community_id=row.community_id,
    )
    return row.number


@transaction.atomic
def reveal_numbers(*, by: Caller, at: datetime, community: str) -> bool:
    """Tell whether somebody may read the numbers of a list in full; the trail keeps that they did.

    Raises NotFound, Forbidden.
    """
    town = estate.community(caller=by, code=community)
    admit_to_calls(by, town.id)
    if not may_see_phones(by, town.id):
        return False
    record(
        action="personal.read",
        by=by,
        at=at,
        subject=f"calls:{town.code}",
        community_id=town.id,
    )
    return True


@transaction.atomic
def take_extension(
    *, by: Caller, at: datetime, community: str, number: str, label: str = ""
) -> None:
    """Sit down at a telephone; whoever sat there gets up, and so do you where you sat before.

    An extension nobody used before is added. Raises NotFound, Forbidden, UnableToTakeExtension.
    """
    town = estate.community(caller=by, code=community)
    admit_to_calls(by, town.id)
    if by.employee_id is None:
        raise Forbidden(_("只有员工本人可以坐到分机前。"))
    number, label = number.strip(), label.strip()
    if not _EXTENSION.fullmatch(number):
        raise UnableToTakeExtension(_("分机号应为 1 到 12 位数字。"), field="number")
    if len(label) > LABEL_MOST or "\0" in label:
        raise UnableToTakeExtension(_("名称最多 40 个字。"), field="label")
    _sit_down(by.employee_id, town.id, number, label, at)
    record(
        action="desk.extension_taken",
        by=by,
        at=at,
        subject=f"extension:{number}",
        community_id=town.id,
        after={"employee": by.employee_id},
    )


@transaction.atomic
def leave_extension(*, by: Caller, at: datetime, community: str) -> None:
    """Get up from the telephone; sitting at none is no mistake. Raises NotFound, Forbidden."""
    town = estate.community(caller=by, code=community)
    admit_to_calls(by, town.id)
    seat = Extension.objects.select_for_update().filter(
        community_id=town.id, employee_id=by.employee_id or 0
    )
    for one in seat:
        one.employee, one.since = None, at
        one.save(update_fields=["employee", "since"])
        record(
            action="desk.extension_left",
            by=by,
            at=at,
            subject=f"extension:{one.number}",
            community_id=town.id,
        )


def _sit_down(employee_id: int, community_id: int, number: str, label: str, at: datetime) -> None:
    Extension.objects.bulk_create(
        [Extension(community_id=community_id, number=number)], ignore_conflicts=True
    )
    # Locked in order of id, so that two who change places do not wait for each other for ever.
    seats = list(
        Extension.objects.select_for_update().filter(community_id=community_id).order_by("id")
    )
    for one in seats:
        if one.number != number and one.employee_id == employee_id:
            one.employee_id, one.since = None, at
            one.save(update_fields=["employee", "since"])
    seat = next(one for one in seats if one.number == number)
    seat.employee_id, seat.since, seat.label = employee_id, at, label or seat.label
    seat.save(update_fields=["employee", "since", "label"])


def _call(by: Caller, call: int) -> Call:
    row = Call.objects.select_for_update(of=("self",)).filter(pk=call).first()
    if row is None or not by.works_in(row.community_id):
        raise NotFound(_("没有这个来电。"))
    admit_to_calls(by, row.community_id)
    return row


def _check(call_id: str, event: str, rings: int, extension: str) -> None:
    if not call_id or "\0" in call_id or len(call_id) > CALL_ID_MOST:
        raise UnableToRecordCall(_("通话编号应为 1 到 60 个字符。"), field="call_id")
    if event not in EVENTS:
        raise UnableToRecordCall(_("没有“%(it)s”这种通话事件。") % {"it": event}, field="event")
    if not 0 <= rings <= RINGS_MOST:
        raise UnableToRecordCall(_("铃声次数应在 0 到 200 之间。"), field="rings")
    if extension and not _EXTENSION.fullmatch(extension):
        raise UnableToRecordCall(_("分机号应为 1 到 12 位数字。"), field="extension")


def _state(call: Call) -> CallState:
    return CallState(
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
        abandoned_at=call.abandoned_at,
        ended_at=call.ended_at,
        number=call.number,
        rings=call.rings,
        extension=call.extension,
    )


def _sitting_at(community_id: int, extension: str) -> int | None:
    if not extension:
        return None
    seats = Extension.objects.filter(community_id=community_id, number=extension)
    return seats.values_list("employee_id", flat=True).first()


def _call_back(by: Caller, at: datetime, town: CommunityRow, call: CallState) -> Matter:
    """Receive the matter that brings the caller an echo; the household only if there is one."""
    candidates = (
        estate.callers(
            caller=by,
            phone=call.number,
            community_code=town.code,
            on=local_day(at, town.zone),
        )
        if call.number
        else ()
    )
    houses = sorted({one.house_code for one in candidates})
    people = {one.person_id: one.name for one in candidates}
    matter_number = receive_matter(
        by=by,
        at=at,
        community=town.code,
        channel="phone",
        kind="callback",
        text=_call_back_text(at, town, call, houses),
        house=houses[0] if len(houses) == 1 else None,
        phone=call.number,
        caller=next(iter(people.values())) if len(people) == 1 else "",
    )
    return Matter.objects.only("id", "number").get(number=matter_number)


def _call_back_text(at: datetime, town: CommunityRow, call: CallState, houses: list[str]) -> str:
    """Say who called and when; several households are named as candidates, never as a guess."""
    called_at = call.ringing_at or call.abandoned_at or at
    told = {
        "who": masked(call.number) if call.number else _("未显示号码"),
        "at": f"{called_at.astimezone(ZoneInfo(town.zone)):%Y-%m-%d %H:%M}",
    }
    text = _("未接来电:%(who)s,%(at)s 来电,无人接听即挂断,请回电。") % told
    if len(houses) > 1:
        text += _("该号码登记在多户(%(houses)s),请先核实是哪一户。") % {"houses": "、".join(houses)}
    return text


def _answered_after_all(call: CallState, town: CommunityRow) -> str:
    assert call.answered_at is not None  # noqa: S101 the caller has just seen it
    moment = call.answered_at.astimezone(ZoneInfo(town.zone))
    return _("总机后来报告:这个来电已于 %(at)s 接听,请核实后办结。") % {"at": f"{moment:%H:%M:%S}"}
