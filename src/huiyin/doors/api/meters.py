"""``/meters``, ``/meter-readings``: what meters showed, told by another system (BIL-03)."""

from typing import Annotated, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from ninja import Query, Router, Schema, Status
from pydantic import StringConstraints

from huiyin.doors.api.gate import Request
from huiyin.doors.api.schemas import Code, Cursor, Day, Given, Limit, Remark, Word
from huiyin.doors.api.shaping import day_or_none, moment
from huiyin.estate import queries as estate
from huiyin.kernel import clock
from huiyin.meters import actions, queries
from huiyin.meters.actions.reading import plain
from huiyin.meters.queries import MeterFilters
from huiyin.meters.rows import MeterRow
from huiyin.staff.queries import local_day

router = Router(tags=["meters"])

Shown = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{1,9}(\.[0-9]{1,3})?$")
]


class MeterFilter(Schema):
    """Which meters to list."""

    community: Code
    kind: Word = ""
    route: Word = ""
    cursor: Cursor = ""
    limit: Limit = 50


class ReadingGiven(Given):
    """What a meter showed on a day; the value is text, so that no reader makes a float of it."""

    community: Code
    meter: Code
    read_on: Day
    value: Shown
    note: Remark = ""


class ReadingOut(Schema):
    """A reading; ``held`` says why it waits to be settled and counts for nothing until then."""

    id: int
    meter: str
    read_on: str
    value: str
    held: str
    recorded_at: str


class MeterOut(Schema):
    """A meter that hangs there, with the last reading that counts."""

    meter: str
    kind: str
    house: str | None
    place: str
    route: str
    step: int
    factor: str
    digits: int
    from_on: str
    last_on: str | None
    last_value: str | None
    held: bool


class MetersOut(Schema):
    """A page of meters."""

    items: list[MeterOut]
    next: str | None


@router.get("/meters", response=MetersOut, summary="List the meters of a community")
def meters(request: Request, asked: Query[MeterFilter]) -> dict[str, Any]:
    """List the meters that hang there, in the order in which they are read."""
    town = estate.community(caller=request.caller, code=asked.community)
    page = queries.meters(
        caller=request.caller,
        community_id=town.id,
        on=local_day(clock.now(), town.zone),
        filters=MeterFilters(kind=asked.kind, route=asked.route),
        cursor=asked.cursor,
        limit=asked.limit,
    )
    return {"items": [_meter(row) for row in page.items], "next": page.next}


@router.post("/meter-readings", response={201: ReadingOut}, summary="Tell what a meter showed")
def read_meter(request: Request, payload: ReadingGiven) -> Status[dict[str, Any]]:
    """Write down a reading. One that nobody can believe is kept, but held until it is settled.

    The same value on the same day is the same reading; another value is refused (409).
    """
    town = estate.community(caller=request.caller, code=payload.community)
    row = actions.read(
        by=request.caller,
        at=clock.now(),
        community_id=town.id,
        meter=payload.meter,
        read_on=payload.read_on,
        value=payload.value,
        key=uuid4(),
        note=payload.note,
    )
    return Status(
        201,
        {
            "id": row.id,
            "meter": row.meter,
            "read_on": row.read_on.isoformat(),
            "value": plain(row.value),
            "held": row.held,
            "recorded_at": moment(row.recorded_at, ZoneInfo(town.zone)),
        },
    )


def _meter(row: MeterRow) -> dict[str, Any]:
    return {
        "meter": row.code,
        "kind": row.kind,
        "house": row.house or None,
        "place": row.place,
        "route": row.route,
        "step": row.step,
        "factor": plain(row.factor),
        "digits": row.digits,
        "from_on": row.from_on.isoformat(),
        "last_on": day_or_none(row.last_on),
        "last_value": None if row.last_value is None else plain(row.last_value),
        "held": row.held,
    }
