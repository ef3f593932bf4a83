"""Writes of the desk: what the telephone exchange tells (REC-01)."""

from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.desk.access import admit_to_calls
from huiyin.desk.models import Call
from huiyin.desk.queries import CallRow, call_row
from huiyin.desk.rules import EVENTS, RINGS_MOST, CallState, hear, wants_call_back
from huiyin.estate import queries as estate
from huiyin.estate.queries import CommunityRow
from huiyin.estate.rules import masked
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.matters.actions import receive_matter
from huiyin.matters.models import Matter
from huiyin.staff.queries import local_day

CALL_ID_MOST = 60


class UnableToRecordCall(BadInput):
    """Something the exchange told cannot be taken."""


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
) -> CallRow:
    """Record one event of a call, whatever came before it, and return the call.

    1. Make the call's row if this is the first event heard of it, and lock it.
    2. Let the event say what is new; the same event again says nothing.
    3. Given up before anybody answered: one call-back matter, once per call.

    Raises NotFound, Forbidden, UnableToRecordCall.
    """
    town = estate.community(caller=by, code=community)
    admit_to_calls(by, town.id)
    call_id = call_id.strip()
    _check(call_id, event, rings)
    Call.objects.bulk_create([Call(community_id=town.id, call_id=call_id)], ignore_conflicts=True)
    call = Call.objects.select_for_update().get(community_id=town.id, call_id=call_id)
    before = _state(call)
    after = hear(before, event=event, moment=moment, number=number.strip(), rings=rings)
    changed = [name for name, value in asdict(after).items() if getattr(before, name) != value]
    for name in changed:
        setattr(call, name, getattr(after, name))
    if wants_call_back(after) and call.matter_id is None:
        call.matter = _call_back(by, at, town, after)
        changed.append("matter")
    if changed:
        call.save(update_fields=changed)
    return call_row(call, town)


def _check(call_id: str, event: str, rings: int) -> None:
    if not call_id or "\0" in call_id or len(call_id) > CALL_ID_MOST:
        raise UnableToRecordCall(_("通话编号应为 1 到 60 个字符。"), field="call_id")
    if event not in EVENTS:
        raise UnableToRecordCall(_("没有“%(it)s”这种通话事件。") % {"it": event}, field="event")
    if not 0 <= rings <= RINGS_MOST:
        raise UnableToRecordCall(_("铃声次数应在 0 到 200 之间。"), field="rings")


def _state(call: Call) -> CallState:
    return CallState(
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
        abandoned_at=call.abandoned_at,
        ended_at=call.ended_at,
        number=call.number,
        rings=call.rings,
    )


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
