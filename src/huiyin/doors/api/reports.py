"""``/kpis``: the figures beside their targets, and the matters behind each (RPT-03, RPT-07)."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from ninja import Query, Router, Schema
from pydantic import Field

from huiyin.doors.api.gate import Request
from huiyin.doors.api.schemas import Code, Cursor, Day, KpiOut, KpiRowsOut, Limit
from huiyin.doors.api.shaping import amount_or_none, moment, moment_or_none
from huiyin.estate.queries import CommunityRow
from huiyin.estate.queries import community as community_row
from huiyin.kernel import clock
from huiyin.reports import kpis as figures
from huiyin.staff.queries import local_day

router = Router(tags=["reports"])


class Period(Schema):
    """Which community and which days, both included; left out: this month so far."""

    community: Code
    since: Day | None = Field(None, alias="from")
    until: Day | None = Field(None, alias="to")


class PeriodPage(Period):
    """A period and a page of the rows behind a figure."""

    cursor: Cursor = ""
    limit: Limit = 50


@router.get("/kpis", response=list[KpiOut], summary="List the figures beside their targets")
def kpis(request: Request, asked: Query[Period]) -> list[dict[str, Any]]:
    """List every figure of a period; ``value`` is null while there is nothing to judge."""
    town = community_row(caller=request.caller, code=asked.community)
    since, until = _days(asked, town)
    found = figures.kpis(
        caller=request.caller, at=clock.now(), community=town.code, since=since, until=until
    )
    return [
        {
            "code": one.code,
            "rule": one.rule,
            "title": one.title,
            "target": amount_or_none(one.target),
            "value": amount_or_none(one.value),
            "numerator": one.numerator,
            "denominator": one.denominator,
            "met": one.met,
        }
        for one in found
    ]


@router.get("/kpis/{rule}/rows", response=KpiRowsOut, summary="List the matters behind a figure")
def kpi_rows(request: Request, rule: Code, asked: Query[PeriodPage]) -> dict[str, Any]:
    """List what a figure counts: a rule, or a figure's code where a rule has several."""
    town = community_row(caller=request.caller, code=asked.community)
    since, until = _days(asked, town)
    zone = ZoneInfo(town.zone)
    page = figures.rows(
        caller=request.caller,
        at=clock.now(),
        community=town.code,
        since=since,
        until=until,
        name=rule,
        cursor=asked.cursor,
        limit=asked.limit,
    )
    items = [
        {
            "number": row.number,
            "kind": row.kind,
            "state": row.state,
            "owner": {"code": row.owner_code, "name": row.owner_name},
            "received_at": moment(row.received_at, zone),
            "promise": row.promise or None,
            "due_at": moment_or_none(row.due_at, zone),
            "closed_at": moment_or_none(row.closed_at, zone),
            "good": row.good,
        }
        for row in page.items
    ]
    return {"items": items, "next": page.next}


def _days(asked: Period, town: CommunityRow) -> tuple[date, date]:
    until = asked.until or local_day(clock.now(), town.zone)
    return asked.since or until.replace(day=1), until
