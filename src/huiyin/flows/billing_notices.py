"""What people are told about their bills, each step of a bill once (BIL-08).

1. Issued: in the portal alone, on the day it is issued.
2. Due: so many days before it is due (the standard says how many) to who pays at the counter. Who
   has to pay several bills on a day hears of them in one message; the others stand in the portal.
3. Debit: so many days before a direct debit, and instead of step 2, to whoever agreed to one.
4. Offset: what of a prepayment went to bills, and what is left.
5. Cancelled: a bill that somebody was told of was reversed.

A step that was not done on its day is done the next time this is asked, while its day is not over;
the purpose of the telling names bill and step, so that it is never done twice. Nobody is told of a
bill that is settled or reversed: what waits to be handed over is taken back. Told is who pays: a
tenant who pays by agreement, and not the owner, who sees the bill in the portal all the same.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, islice
from string import digits
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import (
    CharField,
    DecimalField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from huiyin.billing import saying
from huiyin.billing.models import Allocation, Bill, OpenItem, Prepaid, Run
from huiyin.billing.queries.sheets import NOTHING
from huiyin.estate.rows import CommunityRow
from huiyin.notices.actions import NewTelling, tell, withdraw_tellings
from huiyin.notices.models import Telling
from huiyin.standards import queries as standards

CATEGORY: Final = "bill"
IN_APP: Final = ("in_app",)
CATCH_UP: Final = timedelta(days=7)  # what happened earlier is no news any more
YEAR: Final = timedelta(days=370)  # no debit of a run is later than that
BATCH: Final = 1000
MOST: Final = 5_000  # in one look, so that clocks go on ticking; the rest in the next one
_MONEY: Final = DecimalField(max_digits=14, decimal_places=2)

Household = tuple[int, int]  # a house and who pays for it


@dataclass(frozen=True, slots=True)
class _Due:
    """A bill to tell somebody about."""

    pk: int
    number: str
    house_id: int
    house: str
    payer_id: int
    period: str
    due_on: date
    amount: Decimal
    open: Decimal


def tell_about_bills(
    *, town: CommunityRow, at: datetime, debited: Collection[Household] = ()
) -> int:
    """Tell what is due to be told about bills of a community; return how many tellings there are.

    ``debited`` are the households that agreed to direct debits: none, until somebody can agree to
    one. Returns at least MOST when there may be more to tell.
    """
    today = at.astimezone(ZoneInfo(town.zone)).date()
    _version, standard = standards.current(community_id=town.id, at=at)
    before_due = timedelta(days=standard.billing.notice_before_due)
    before_debit = timedelta(days=standard.billing.notice_before_debit)
    told = 0
    for found in (
        _issued(town, at, today),
        _due(town, today, before_due, frozenset(debited)),
        _debits(town, today, before_debit, frozenset(debited)),
        _offsets(town, at),
        _cancelled(town, at),
    ):
        told += _tell(found, at, MOST - told)
    return told


def withdraw_settled(*, at: datetime) -> int:
    """Take back what waits to be told about bills that were paid or reversed meanwhile.

    A message that spoke for several bills is taken back when one of them is settled, and another
    one speaks for the rest.
    """
    waiting = list(
        Telling.objects.filter(due_at__isnull=False, settled_at__isnull=True, category=CATEGORY)
        .filter(about__startswith=_about(""))
        .exclude(template="bill.cancelled")
    )
    if not waiting:
        return 0
    families = _families(waiting)
    numbers = {_number(one.about) for one in waiting}.union(*families.values())
    bills = Bill.objects.filter(number__in=numbers).annotate(still=_open_of("pk"))
    over = set(
        bills.filter(Q(reversed_at__isnull=False) | Q(still=0)).values_list("number", flat=True)
    )
    stale = [
        one for one in waiting if _number(one.about) in over or families.get(one.pk, set()) & over
    ]
    if not stale:
        return 0
    with transaction.atomic():
        withdrawn = withdraw_tellings(at=at, purposes=[one.purpose for one in stale])
        again = [_spoken_anew(one, families[one.pk] - over) for one in stale if one.pk in families]
        tell(tellings=[one for one in again if one is not None], at=at)
    return withdrawn


def _families(waiting: Iterable[Telling]) -> dict[int, set[str]]:
    """Return, by the telling that speaks for several bills, the numbers of all of them."""
    leads = [one for one in waiting if "count" in one.values]
    if not leads:
        return {}
    found = Telling.objects.filter(
        person__in=[one.person_id for one in leads],
        at__in=[one.at for one in leads],
        category=CATEGORY,
    )
    told: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for one in found:
        told[_family(one)].add(_number(one.about))
    return {one.pk: told[_family(one)] for one in leads}


def _family(one: Telling) -> tuple[Any, ...]:
    day = one.values.get("day", one.values.get("due"))
    return one.person_id, one.at, one.template, day


def _spoken_anew(one: Telling, numbers: set[str]) -> NewTelling | None:
    """Word a message again for the bills of it that are still open; None when none is."""
    left = [bill for bill in _rows(Bill.objects.filter(number__in=numbers)) if bill.open]
    if not left:
        return None
    first, total = left[0], sum((bill.open for bill in left), NOTHING)
    step = one.purpose.rpartition(":")[2]
    said = {
        **_said(first, total),
        **{key: one.values[key] for key in ("day",) if key in one.values},
    }
    count = {"count": str(len(left))} if len(left) > 1 else {}
    told = _telling(one.community_id, first, step, {**said, **count})
    return replace(told, epoch=one.epoch + 1)


# -- the steps


def _issued(town: CommunityRow, at: datetime, today: date) -> Iterator[NewTelling]:
    runs = _posted(town).filter(
        Q(issued_on__gt=today - CATCH_UP) | Q(posted_at__gt=at - CATCH_UP), issued_on__lte=today
    )
    for one in _bills(runs, "issued"):
        if one.amount:
            yield replace(_telling(town.id, one, "issued", _said(one, one.amount)), channels=IN_APP)


def _due(
    town: CommunityRow, today: date, before: timedelta, debited: frozenset[Household]
) -> Iterator[NewTelling]:
    runs = _posted(town).filter(due_on__gte=today, due_on__lte=today + before, issued_on__lte=today)
    found = (
        one
        for one in _bills(runs, "due")
        if one.open and (one.house_id, one.payer_id) not in debited
    )
    yield from _together(town, found, "due")


def _debits(
    town: CommunityRow, today: date, before: timedelta, debited: frozenset[Household]
) -> Iterator[NewTelling]:
    """Tell of the debits to come; after the last one the bill is no business of a bank any more."""
    if not debited:
        return
    runs = _posted(town).filter(from_on__gt=today - YEAR).select_related("group")
    for run in runs:
        for nth, after in enumerate(run.group.debit_after, start=1):
            day = run.from_on + timedelta(days=after)
            if not today <= day <= today + before:
                continue
            bills = _bills(Run.objects.filter(pk=run.pk), f"debit{nth}")
            found = (one for one in bills if one.open and (one.house_id, one.payer_id) in debited)
            yield from _together(town, found, f"debit{nth}", day)


def _offsets(town: CommunityRow, at: datetime) -> Iterator[NewTelling]:
    """Tell of prepayments that were used, all that one offset took for a household together."""
    rows = (
        Allocation.objects.filter(
            community=town.id,
            at__gt=at - CATCH_UP,
            amount__gt=0,
            undone_by__isnull=True,
            journal__kind="offset",
        )
        .values("house", "person", "at")
        .annotate(first=Min("pk"), total=Sum("amount"))
        .order_by("first")
    )
    purposes = Concat(Value("offset:"), F("first"), output_field=CharField())
    left = Prepaid.objects.filter(house=OuterRef("house"), person=OuterRef("person"))
    still = (
        OpenItem.objects.filter(
            community=town.id, house=OuterRef("house"), payer=OuterRef("person"), open__gt=0
        )
        .order_by()
        .values("house")
        .annotate(total=Sum("open"))
        .values("total")
    )
    untold = rows.annotate(
        left=Coalesce(Subquery(left.values("balance")), Value(NOTHING), output_field=_MONEY),
        still=Coalesce(Subquery(still), Value(NOTHING), output_field=_MONEY),
        purpose=purposes,
    ).values_list("house__code", "person", "purpose", "total", "left", "still")
    for some in _batches(untold):
        told = set(
            Telling.objects.filter(purpose__in=[row[2] for row in some]).values_list(
                "purpose", flat=True
            )
        )
        for house, person, purpose, total, balance, remains in some:
            if purpose not in told:
                yield NewTelling(
                    community_id=town.id,
                    person_id=person,
                    purpose=purpose,
                    category=CATEGORY,
                    template="bill.offset",
                    values={
                        "house": house,
                        "amount": saying.money(total),
                        "balance": saying.money(balance),
                        **({"open": saying.money(remains)} if remains else {}),
                    },
                    link=reverse("my_bills"),
                )


def _cancelled(town: CommunityRow, at: datetime) -> Iterator[NewTelling]:
    heard = Telling.objects.filter(
        about=Concat(Value(_about("")), OuterRef("number"), output_field=CharField()),
        person=OuterRef("payer"),
        state__in=(Telling.State.TOLD, Telling.State.RINGING),
    )
    bills = Bill.objects.filter(
        Exists(heard),
        ~Exists(_told("cancelled")),
        run__in=Run.objects.filter(community=town.id, reversed_at__gt=at - CATCH_UP),
        reversed_at__isnull=False,
    )
    for one in _rows(bills):
        yield _telling(town.id, one, "cancelled", _said(one, one.amount))


# -- bills to be told of


def _posted(town: CommunityRow) -> QuerySet[Run]:
    """Return the runs that people were billed by; old arrears that were entered are no bills."""
    found = Run.objects.filter(community=town.id, state=Run.State.POSTED)
    return found.exclude(kind=Run.Kind.OPENING)


def _bills(runs: QuerySet[Run], step: str) -> Iterator[_Due]:
    """Return the bills of runs whose step was not done, by payer."""
    found = Bill.objects.filter(~Exists(_told(step)), run__in=runs, reversed_at__isnull=True)
    return _rows(found)


def _told(step: str) -> QuerySet[Telling]:
    purpose = Concat(
        Value("bill:"), OuterRef("number"), Value(f":{step}"), output_field=CharField()
    )
    return Telling.objects.filter(purpose=purpose, person=OuterRef("payer"))


def _rows(bills: QuerySet[Bill]) -> Iterator[_Due]:
    rows = (
        bills.annotate(still=_open_of("pk"))
        .order_by("payer_id", "due_on", "house__order_key", "id")
        .values_list(
            "id",
            "number",
            "house_id",
            "house__code",
            "payer_id",
            "period",
            "due_on",
            "amount",
            "still",
        )
    )
    return (_Due(*row) for row in rows[:MOST])


def _open_of(bill: str) -> Coalesce:
    items = OpenItem.objects.filter(line__bill=OuterRef(bill)).order_by()
    sums = items.values("line__bill").annotate(total=Sum("open")).values("total")
    return Coalesce(Subquery(sums), Value(NOTHING), output_field=_MONEY)


# -- tellings


def _together(
    town: CommunityRow, found: Iterable[_Due], step: str, day: date | None = None
) -> Iterator[NewTelling]:
    """Let one message speak for all bills that somebody pays on a day."""
    for (_payer, due_on), group in groupby(found, key=lambda one: (one.payer_id, one.due_on)):
        first, *others = group
        total = sum((one.open for one in others), first.open)
        count = {"count": str(len(others) + 1)} if others else {}
        when = {"day": _day(day)} if day else {"due": _day(due_on)}
        said = {**_said(first, total), **when, **count}
        yield _telling(town.id, first, step, said)
        for one in others:
            said = {**_said(one, one.open), **when}
            yield replace(_telling(town.id, one, step, said), channels=IN_APP)


def _telling(community_id: int, one: _Due, step: str, values: dict[str, str]) -> NewTelling:
    return NewTelling(
        community_id=community_id,
        person_id=one.payer_id,
        purpose=f"bill:{one.number}:{step}",
        category=CATEGORY,
        template=f"bill.{step.rstrip(digits)}",
        values=values,
        about=_about(one.number),
        link=reverse("my_bill", args=[one.number]),
    )


def _about(number: str) -> str:
    return f"bill:{number}"


def _number(about: str) -> str:
    return about.removeprefix(_about(""))


def _said(one: _Due, amount: Decimal) -> dict[str, str]:
    return {
        "house": one.house,
        "period": saying.period_title(one.period),
        "amount": saying.money(amount),
        "due": _day(one.due_on),
    }


def _day(day: date) -> str:
    return _("%(month)s月%(day)s日") % {"month": day.month, "day": day.day}


def _tell(found: Iterator[NewTelling], at: datetime, most: int) -> int:
    """Write tellings down by the batch, each in a transaction of its own; return how many."""
    told = 0
    for some in _batches(islice(found, max(most, 0))):
        with transaction.atomic():
            tell(tellings=some, at=at)
        told += len(some)
    return told


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while some := list(islice(left, BATCH)):
        yield some
