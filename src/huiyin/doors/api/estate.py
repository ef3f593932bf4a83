"""``/communities``, ``/houses``, ``/callers``: the place, and who may be calling."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from ninja import Query, Router, Schema
from pydantic import StringConstraints

from huiyin.billing.queries.accounts import balance
from huiyin.doors.api.gate import Request
from huiyin.doors.api.schemas import (
    NO_NUL,
    CandidatesOut,
    Code,
    CommunitiesOut,
    Cursor,
    HouseOut,
    HousesOut,
    Limit,
    Word,
)
from huiyin.doors.api.shaping import amount_or_none, day_or_none, moment
from huiyin.estate import queries
from huiyin.estate.access import may_see_phones
from huiyin.kernel import clock
from huiyin.matters.queries import Filters, list_matters
from huiyin.staff.queries import keeper_of, local_day

router = Router(tags=["estate"])

PhoneAsked = Annotated[str, StringConstraints(min_length=3, max_length=40, pattern=NO_NUL)]
HouseCode = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=NO_NUL)]


class HouseFilter(Schema):
    """Which houses to list."""

    community: Code
    q: Word = ""
    cursor: Cursor = ""
    limit: Limit = 50


class CallerFilter(Schema):
    """Whose number it is."""

    phone: PhoneAsked
    community: Word = ""


@router.get("/communities", response=CommunitiesOut, summary="List the caller's communities")
def communities(request: Request) -> dict[str, Any]:
    """List the communities in which the caller works, in order of code."""
    rows = queries.communities(caller=request.caller)
    items = [
        {"code": row.code, "name": row.name, "zone": row.zone, "phone": row.phone} for row in rows
    ]
    return {"items": items, "next": None}


@router.get("/houses", response=HousesOut, summary="List the houses of a community")
def houses(request: Request, asked: Query[HouseFilter]) -> dict[str, Any]:
    """List houses in their order; ``q`` takes a house number in any spelling or a name."""
    page = queries.houses(
        caller=request.caller,
        community_code=asked.community,
        q=asked.q,
        cursor=asked.cursor,
        limit=asked.limit,
    )
    items = [
        {
            "house": row.code,
            "kind": row.kind,
            "area": amount_or_none(row.area),
            "building": row.building,
            "people": row.people_count,
            "vacant": row.vacant,
            "incomplete": list(row.incomplete),
        }
        for row in page.items
    ]
    return {"items": items, "next": page.next}


@router.get("/houses/{community}/{house}", response=HouseOut, summary="Read a household")
def house(request: Request, community: Code, house: HouseCode) -> dict[str, Any]:
    """Show a house, its people and its open matters.

    Telephone numbers stand in full for posts that may read them, which the trail records; masked
    for everybody else. The balance is what is unpaid less what is in advance, as text; null for
    posts that may not read accounts.
    """
    at = clock.now()
    caller = request.caller
    town = queries.community(caller=caller, code=community)
    zone = ZoneInfo(town.zone)
    card = queries.house_card(
        caller=caller,
        community_code=town.code,
        house_code=house,
        on=local_day(at, town.zone),
        reveal=may_see_phones(caller, town.id),
        at=at,
    )
    keeper = keeper_of(building_id=card.building_id, on=local_day(at, town.zone))
    open_matters = list_matters(
        caller=caller,
        at=at,
        filters=Filters(community=town.code, house=card.code, open_only=True),
    )
    return {
        "house": card.code,
        "kind": card.kind,
        "area": amount_or_none(card.area),
        "handed_over_on": day_or_none(card.handed_over_on),
        "vacant": card.vacant,
        "incomplete": list(card.incomplete),
        "keeper": keeper and {"code": keeper.code, "name": keeper.name, "post": "keeper"},
        "people": [
            {
                "name": one.name,
                "role": one.role,
                "phones": [{"number": it.number, "state": it.state} for it in one.phones],
            }
            for one in card.people
        ],
        "vehicles": list(card.vehicles),
        "spaces": list(card.spaces),
        "open_matters": [
            {
                "number": row.number,
                "kind": row.kind,
                "state": row.state,
                "text": row.text,
                "received_at": moment(row.received_at, zone),
            }
            for row in open_matters.items
        ],
        "balance": _balance(request, card.community_id, card.id),
    }


@router.get("/callers", response=CandidatesOut, summary="Tell who may be calling")
def callers(request: Request, asked: Query[CallerFilter]) -> dict[str, Any]:
    """List everybody known under a number: candidates, never a guess."""
    rows = queries.callers(
        caller=request.caller,
        phone=asked.phone,
        community_code=asked.community or None,
        on=local_day(clock.now()),
    )
    items = [
        {
            "community": row.community,
            "house": row.house_code,
            "name": row.name,
            "role": row.role,
            "phone_state": row.phone_state,
        }
        for row in rows
    ]
    return {"items": items, "next": None}


def _balance(request: Request, community_id: int, house_id: int) -> str | None:
    found = balance(caller=request.caller, community_id=community_id, house_id=house_id)
    return None if found is None else f"{found:.2f}"
