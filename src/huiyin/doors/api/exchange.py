"""``/calls``: what the telephone exchange tells (REC-01)."""

from typing import Any
from zoneinfo import ZoneInfo

from ninja import Query, Router, Schema

from huiyin.desk import actions, queries
from huiyin.desk.queries import CallRow
from huiyin.doors.api.gate import Request
from huiyin.doors.api.schemas import CallEventGiven, CallOut, CallsOut, Code, Cursor, Limit
from huiyin.doors.api.shaping import moment_or_none
from huiyin.kernel import clock

router = Router(tags=["calls"])


class CallFilter(Schema):
    """Which calls to list."""

    community: Code
    cursor: Cursor = ""
    limit: Limit = 50


@router.post("/calls", response=CallOut, summary="Tell of a call")
def tell(request: Request, payload: CallEventGiven) -> dict[str, Any]:
    """Record one event of a call; events may come late, repeated and in any order.

    A call abandoned before anybody answered becomes one call-back matter.
    """
    row = actions.record_call(
        by=request.caller,
        at=clock.now(),
        community=payload.community,
        call_id=payload.call_id,
        event=payload.event,
        moment=payload.at,
        number=payload.number,
        rings=payload.rings,
    )
    return _shown(row)


@router.get("/calls", response=CallsOut, summary="List calls, newest first")
def calls(request: Request, asked: Query[CallFilter]) -> dict[str, Any]:
    """List the calls of a community."""
    page = queries.calls(
        caller=request.caller, community=asked.community, cursor=asked.cursor, limit=asked.limit
    )
    return {"items": [_shown(row) for row in page.items], "next": page.next}


def _shown(row: CallRow) -> dict[str, Any]:
    zone = ZoneInfo(row.zone)
    return {
        "community": row.community,
        "call_id": row.call_id,
        "number": row.number,
        "ringing_at": moment_or_none(row.ringing_at, zone),
        "answered_at": moment_or_none(row.answered_at, zone),
        "abandoned_at": moment_or_none(row.abandoned_at, zone),
        "ended_at": moment_or_none(row.ended_at, zone),
        "rings": row.rings,
        "matter": row.matter,
    }
