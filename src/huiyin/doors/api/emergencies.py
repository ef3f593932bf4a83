"""Emergencies for other programs: raise the alarm, read how it stands, do a step, report a call.

A fire panel or a lift controller presses the same red button as people do (EMG-01, CMP-03).
"""

from typing import Any
from zoneinfo import ZoneInfo

from ninja import Body, Router, Status

from huiyin.doors.api import schemas as given
from huiyin.doors.api.gate import Request
from huiyin.doors.api.schemas import Code, EmergencyOut, MaybeNothing
from huiyin.doors.api.shaping import moment, moment_or_none
from huiyin.incidents import actions, queries
from huiyin.kernel import clock

router = Router()
TAGS = ["incidents"]


@router.post("/emergencies", response={201: EmergencyOut}, tags=TAGS)
def raise_alarm(request: Request, payload: given.Alarm) -> Status[dict[str, Any]]:
    """Raise the alarm: the plan opens as a live checklist and everybody on duty hears of it."""
    at = clock.now()
    number = actions.raise_alarm(
        by=request.caller,
        at=at,
        community=payload.community,
        plan=payload.plan,
        text=payload.text,
        house=payload.house or None,
        place=payload.place or "",
        tapped_at=payload.noticed_at,
        begins_at=payload.begins_at,
        ends_at=payload.ends_at,
    )
    return Status(201, _shown(request, number))


@router.get("/matters/{number}/emergency", response=EmergencyOut, tags=TAGS)
def emergency(request: Request, number: Code) -> dict[str, Any]:
    """Show an emergency as it stands: its steps, who is on site, who was called."""
    return _shown(request, number)


@router.post("/matters/{number}/emergency/attend", response=EmergencyOut, tags=TAGS)
def attend(request: Request, number: Code, payload: Body[MaybeNothing] = None) -> dict[str, Any]:
    """Say that one is on site; the first keeps the five minutes."""
    actions.attend(by=request.caller, at=clock.now(), number=number)
    return _shown(request, number)


@router.post("/matters/{number}/emergency/steps/{item}", response=EmergencyOut, tags=TAGS)
def mark_step(
    request: Request, number: Code, item: Code, payload: given.StepDone
) -> dict[str, Any]:
    """Do a step of the plan, with the value its kind takes."""
    value = payload.value
    actions.mark_step(
        by=request.caller,
        at=clock.now(),
        number=number,
        item=item,
        value=value.as_told() if isinstance(value, given.PersonAndTime) else value,
        note=payload.note or "",
    )
    return _shown(request, number)


@router.post("/matters/{number}/emergency/calls", response=EmergencyOut, tags=TAGS)
def call_outside(request: Request, number: Code, payload: given.OutsideCall) -> dict[str, Any]:
    """Report that outside help is being called.

    Where the plan wants a leader's consent and there is none yet, a reason is needed.
    """
    actions.call_outside(
        by=request.caller,
        at=clock.now(),
        number=number,
        service=payload.service,
        phone=payload.phone or "",
        why=payload.why or "",
        without_consent=payload.without_consent or "",
    )
    return _shown(request, number)


def _shown(request: Request, number: str) -> dict[str, Any]:
    live = queries.live(caller=request.caller, number=number, at=clock.now())
    zone = ZoneInfo(live.zone)
    return {
        "matter": live.number,
        "plan": live.plan,
        "state": live.state,
        "place": live.place,
        "raised_at": moment(live.raised_at, zone),
        "over_at": moment_or_none(live.over_at, zone),
        "came_of": live.came_of or None,
        "led_to": list(live.led_to),
        "steps": [
            {
                "key": one.view.item.key,
                "title": one.view.item.title,
                "post": one.view.item.who,
                "due_at": moment_or_none(one.view.due_at, zone),
                "done_at": moment_or_none(one.view.mark.at if one.view.mark else None, zone),
                "done_by": one.view.mark.by_name if one.view.mark else None,
                "said": one.said,
                "late": one.is_late,
                "left_out": one.left_out or None,
            }
            for one in live.steps
        ],
        "on_site": [{"name": one.name, "at": moment(one.at, zone)} for one in live.on_site],
        "calls": [
            {
                "service": one.service,
                "state": one.state,
                "called_at": moment_or_none(one.called_at, zone),
                "consent_by": one.consent_by or None,
                "without_consent": one.without_consent or None,
                "arrived_at": moment_or_none(one.arrived_at, zone),
                "left_at": moment_or_none(one.left_at, zone),
            }
            for one in live.calls
        ],
    }
