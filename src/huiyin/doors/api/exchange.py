"""``/calls``: what the telephone exchange tells, with a token or signed with its own key (REC-01).

A signed message follows Standard Webhooks: the headers ``webhook-id``, ``webhook-timestamp`` and
``webhook-signature``. The same id again gets the same answer, whatever became of the call since.
"""

from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpRequest
from ninja import Query, Router, Schema

from huiyin.desk import actions, queries
from huiyin.desk.actions import Begun, UnableToBelieve
from huiyin.desk.queries import CallRow
from huiyin.doors.api.bearer import caller_of
from huiyin.doors.api.gate import Request
from huiyin.doors.api.problems import Problem
from huiyin.doors.api.schemas import CallEventGiven, CallOut, CallsOut, Code, Cursor, Limit
from huiyin.doors.api.shaping import moment_or_none
from huiyin.kernel import clock
from huiyin.kernel.caller import Caller

SIGNATURE = "webhook-signature"
HEADERS = ("webhook-id", "webhook-timestamp", SIGNATURE)

router = Router(tags=["calls"])


class CallFilter(Schema):
    """Which calls to list."""

    community: Code
    cursor: Cursor = ""
    limit: Limit = 50


@router.post("/calls", response=CallOut, summary="Tell of a call")
def tell(request: Request, payload: CallEventGiven) -> dict[str, Any]:
    """Record one event of a call; events may come late, repeated and in any order.

    A call abandoned before anybody answered becomes one call-back matter. The exchange may sign
    its message with its key (Standard Webhooks) instead of bearing an employee's token.
    """
    if not _is_signed(request):
        return _record(request.caller, payload)
    headers = {name: request.headers.get(name, "") for name in HEADERS}
    with transaction.atomic():
        begun = _believe(payload.community, headers, request.body)
        if begun.answer is not None:
            told: dict[str, Any] = begun.answer
            return told
        answer = _record(begun.caller, payload)
        actions.finish_delivery(delivery=begun.delivery, answer=answer)
    return answer


def _believe(community: str, headers: dict[str, str], body: bytes) -> Begun:
    try:
        return actions.believe(at=clock.now(), community=community, headers=headers, body=body)
    except UnableToBelieve as refusal:
        raise Problem(401, str(refusal), WWW_Authenticate="Webhook-Signature") from refusal


def _recognise(request: HttpRequest) -> Caller | None:
    return None if _is_signed(request) else caller_of(request)


tell.recognise = _recognise  # type: ignore[attr-defined]  # as the gate asks for it


def _is_signed(request: HttpRequest) -> bool:
    return SIGNATURE in request.headers and "Authorization" not in request.headers


def _record(by: Caller, payload: CallEventGiven) -> dict[str, Any]:
    row = actions.record_call(
        by=by,
        at=clock.now(),
        community=payload.community,
        call_id=payload.call_id,
        event=payload.event,
        moment=payload.at,
        number=payload.number,
        rings=payload.rings,
        extension=payload.extension,
    )
    return _shown(row, whole=payload.number.strip() == row.number)  # what the teller knows


@router.get("/calls", response=CallsOut, summary="List calls, newest first")
def calls(request: Request, asked: Query[CallFilter]) -> dict[str, Any]:
    """List the calls of a community.

    Telephone numbers stand in full for posts that may read them, which the trail records; masked
    for others.
    """
    whole = actions.reveal_numbers(by=request.caller, at=clock.now(), community=asked.community)
    page = queries.calls(
        caller=request.caller, community=asked.community, cursor=asked.cursor, limit=asked.limit
    )
    return {"items": [_shown(row, whole=whole) for row in page.items], "next": page.next}


def _shown(row: CallRow, *, whole: bool) -> dict[str, Any]:
    zone = ZoneInfo(row.zone)
    return {
        "community": row.community,
        "call_id": row.call_id,
        "number": row.number if whole else row.masked,
        "ringing_at": moment_or_none(row.ringing_at, zone),
        "answered_at": moment_or_none(row.answered_at, zone),
        "abandoned_at": moment_or_none(row.abandoned_at, zone),
        "ended_at": moment_or_none(row.ended_at, zone),
        "rings": row.rings,
        "extension": row.extension,
        "matter": row.matter,
    }
