"""What a community promises in public, and how well it was kept last month (STD-01, RPT-03)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from huiyin.estate import queries as estate
from huiyin.kernel.caller import SYSTEM
from huiyin.reports import kpis
from huiyin.staff.queries import local_day
from huiyin.standards import queries as standards


@dataclass(frozen=True, slots=True)
class KeptPromise:
    """A promise in words and the share of matters in which it was kept, None when none was owed."""

    text: str
    value: Decimal | None
    target: Decimal | None
    numerator: int
    denominator: int
    met: bool | None


@dataclass(frozen=True, slots=True)
class PromiseBoard:
    """The page of promises of a community for one calendar month, ``month`` its first day."""

    community: str
    name: str
    phone: str
    zone: str
    month: date
    promises: tuple[KeptPromise, ...]
    note: str
    published_at: datetime


def promise_board(*, community: str, at: datetime) -> PromiseBoard:
    """Return the published promises with the figures of the last whole calendar month.

    They are the figures of the board of the staff, counted over every matter. A promise whose
    target has left the standard since shows no figure. Raises NotFound when nothing is published.
    """
    said = standards.publication(community=community)
    town = estate.community(caller=SYSTEM, code=said.community)
    until = local_day(at, town.zone).replace(day=1) - timedelta(days=1)
    since = until.replace(day=1)
    found = kpis.kpis(caller=SYSTEM, at=at, community=town.code, since=since, until=until)
    figures = {one.code: one for one in found}

    def kept(code: str, text: str) -> KeptPromise:
        figure = figures.get(code)
        if figure is None:
            return KeptPromise(text, None, None, 0, 0, None)
        return KeptPromise(
            text=text,
            value=figure.value,
            target=figure.target,
            numerator=figure.numerator,
            denominator=figure.denominator,
            met=figure.met,
        )

    return PromiseBoard(
        community=town.code,
        name=town.name,
        phone=town.phone,
        zone=town.zone,
        month=since,
        promises=tuple(kept(one.code, one.text) for one in said.promises),
        note=said.note,
        published_at=said.published_at,
    )
