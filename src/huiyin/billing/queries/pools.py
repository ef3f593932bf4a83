"""Reads of shared costs: the list, one with its working, the scopes (BIL-02)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from huiyin.billing import consumption, sharing
from huiyin.billing.access import BILLERS, admit_to_read
from huiyin.billing.actions.pools import MOST_NAMED, refuse_weightless
from huiyin.billing.models import ChargeItem, Line, Pool, Scope, Share
from huiyin.billing.sharing import Portion
from huiyin.estate.models import Building, House, Unit
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, Refused
from huiyin.kernel.paging import Page

PAGE = 50


@dataclass(frozen=True, slots=True)
class PoolRow:
    """A shared cost as the list shows it; ``last_on`` is its last day."""

    id: int
    name: str
    item: str
    scope: str
    from_on: date
    last_on: date
    amount: Decimal
    basis: str
    state: str


@dataclass(frozen=True, slots=True)
class PoolView:
    """A shared cost with everything it was made of, and how it is shared.

    ``problem`` says in words why it cannot be shared out as things stand.
    """

    row: PoolRow
    vacant: str
    paper: str
    scan_id: int | None
    meter: str
    quantity: Decimal | None
    price: Decimal | None
    meter_kind: str
    made_by: str
    made_at: datetime
    houses: int
    weightless: int
    weight: Decimal
    shared: Decimal
    billed: int
    problem: str
    may_share: bool
    may_drop: bool


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """Houses that share costs: how many they are, and what was chosen."""

    id: int
    name: str
    houses: int
    kinds: tuple[str, ...]
    buildings: tuple[int, ...]
    units: tuple[int, ...]
    house_codes: tuple[str, ...]
    but_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """What a scope may be chosen from: buildings, and units with the name of their building."""

    buildings: tuple[tuple[int, str], ...]
    units: tuple[tuple[int, str], ...]


def pools(*, caller: Caller, community_id: int, cursor: str = "") -> Page[PoolRow]:
    """Return the shared costs of a community, the latest days first. One query."""
    admit_to_read(caller, community_id)
    rows = Pool.objects.filter(community_id=community_id).select_related("item", "scope")
    if cursor:
        rows = rows.filter(_before(cursor))
    found = list(rows.order_by("-from_on", "-id")[: PAGE + 1])
    return paging.page_of(found, PAGE, _row, lambda one: (one.from_on.isoformat(), one.pk))


def pool(*, caller: Caller, pool_id: int, at: datetime) -> PoolView:
    """Return one shared cost and how its sharing stands; NotFound to strangers."""
    found = _found(caller, pool_id)
    may = caller.holds(found.community_id, *BILLERS)
    is_open = found.state == Pool.State.OPEN
    if is_open:
        summed = _planned(found, at)
    else:
        shares = found.shares.aggregate(n=Count("pk"), sum=Sum("amount"))
        summed = _Sums(shares["n"], 0, found.weight or Decimal(0), shares["sum"] or Decimal(0), "")
    billed = Line.objects.filter(share__pool=found, reversed_at__isnull=True).count()
    return PoolView(
        row=_row(found),
        vacant=found.vacant,
        paper=found.paper,
        scan_id=found.scan_id,
        meter=found.meter.code if found.meter else "",
        quantity=found.quantity,
        price=found.price,
        meter_kind=found.meter_kind,
        made_by=found.made_by.name,
        made_at=found.made_at,
        houses=summed.houses,
        weightless=summed.weightless,
        weight=summed.weight,
        shared=summed.shared,
        billed=billed,
        problem=summed.problem,
        may_share=may and is_open and not summed.problem,
        may_drop=may and found.state != Pool.State.DROPPED and not billed,
    )


def working(*, caller: Caller, pool_id: int, at: datetime, cursor: str = "") -> Page[Portion]:
    """Return what each house bears, as it was shared out or as it would be now, page by page."""
    found = _found(caller, pool_id)
    after = _after(cursor)
    if found.state == Pool.State.OPEN:
        given = consumption.given_weights(found, at)
        rows = sharing.portions(found, given, after=after, most=PAGE + 1)
    else:
        rows = _shared(found, after)
    return paging.page_of(rows, PAGE, lambda one: one, lambda one: (one.order_key, one.house_id))


def apportioned(*, caller: Caller, community_id: int) -> tuple[tuple[str, str], ...]:
    """Return the items whose cost is shared: code and name. One query."""
    admit_to_read(caller, community_id)
    rows = ChargeItem.objects.filter(community_id=community_id, way="apportioned", in_use=True)
    return tuple(rows.order_by("order", "id").values_list("code", "name"))


def scopes(*, caller: Caller, community_id: int) -> tuple[ScopeRow, ...]:
    """Return the scopes of a community by name; two queries and one for each scope."""
    admit_to_read(caller, community_id)
    found = list(Scope.objects.filter(community_id=community_id).order_by("name"))
    named = {one for scope in found for one in (*_ids(scope, "houses"), *_ids(scope, "but"))}
    codes = dict(House.objects.filter(pk__in=named).values_list("pk", "code"))
    return tuple(
        ScopeRow(
            id=one.pk,
            name=one.name,
            houses=len(sharing.houses_of(one)),
            kinds=tuple(one.places.get("kinds", ())),
            buildings=_ids(one, "buildings"),
            units=_ids(one, "units"),
            house_codes=tuple(codes[pk] for pk in _ids(one, "houses") if pk in codes),
            but_codes=tuple(codes[pk] for pk in _ids(one, "but") if pk in codes),
        )
        for one in found
    )


def places(*, caller: Caller, community_id: int) -> Places:
    """Return what the houses of a scope may be chosen from. Two queries."""
    admit_to_read(caller, community_id)
    buildings = Building.objects.filter(community_id=community_id).order_by("order", "code")
    units = Unit.objects.filter(building__community_id=community_id)
    named = units.order_by("building__order", "code").values_list("pk", "building__name", "code")
    return Places(
        tuple(buildings.values_list("pk", "name")),
        tuple(
            (pk, _("%(building)s%(unit)s单元") % {"building": b, "unit": u}) for pk, b, u in named
        ),
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    houses: int
    weightless: int
    weight: Decimal
    shared: Decimal
    problem: str


def _planned(found: Pool, at: datetime) -> _Sums:
    given = consumption.given_weights(found, at)
    weighed = sharing.weigh(found, given, most_named=MOST_NAMED)
    problem = ""
    try:
        refuse_weightless(found, weighed)
    except Refused as refusal:
        problem = str(refusal)
    sharing_now = weighed.houses - weighed.weightless - weighed.unknown
    shared = Decimal(0) if problem else found.amount
    return _Sums(sharing_now, weighed.weightless, weighed.weight, shared, problem)


def _shared(found: Pool, after: tuple[str, int]) -> list[Portion]:
    key, last = after
    rows = (
        Share.objects.filter(pool=found)
        .filter(Q(house__order_key__gt=key) | Q(house__order_key=key, house__id__gt=last))
        .order_by("house__order_key", "house__id")
        .values_list("house__code", "house__order_key", "house_id", "weight", "amount")
    )
    whole = Fraction(found.weight or 1)
    return [_portion(found.amount, whole, one) for one in rows[: PAGE + 1]]


def _portion(
    total: Decimal, whole: Fraction, row: tuple[str, str, int, Decimal, Decimal]
) -> Portion:
    code, order_key, house_id, weight, amount = row
    floor = Decimal(int(Fraction(total) * 100 * Fraction(weight) / whole)) / 100
    return Portion(code, order_key, house_id, weight, floor, amount > floor)


def _found(caller: Caller, pool_id: int) -> Pool:
    found = (
        Pool.objects.select_related("item", "scope", "meter", "made_by").filter(pk=pool_id).first()
    )
    if found is None or not caller.works_in(found.community_id):
        raise NotFound(_("没有这笔公摊。"))
    admit_to_read(caller, found.community_id)
    return found


def _row(one: Pool) -> PoolRow:
    return PoolRow(
        id=one.pk,
        name=one.name,
        item=one.item.name,
        scope=one.scope.name,
        from_on=one.from_on,
        last_on=one.until_on - timedelta(days=1),
        amount=one.amount,
        basis=one.basis,
        state=one.state,
    )


def _ids(scope: Scope, name: str) -> tuple[int, ...]:
    return tuple(scope.places.get(name, ()))


def _before(cursor: str) -> Q:
    day, last = _read(cursor, str, int)
    try:
        from_on = date.fromisoformat(str(day))
    except ValueError as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
    return Q(from_on__lt=from_on) | Q(from_on=from_on, id__lt=last)


def _after(cursor: str) -> tuple[str, int]:
    if not cursor:
        return "", 0
    key, last = _read(cursor, str, int)
    return str(key), int(last)


def _read(cursor: str, *kinds: type[str] | type[int]) -> tuple[str | int, ...]:
    try:
        return paging.read_cursor(cursor, *kinds)
    except paging.BadCursor as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
