"""Reads of the catalogue: groups with their next days, items, prices, terms, the price board."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from huiyin.billing import naming, saying
from huiyin.billing.access import admit_to_read
from huiyin.billing.actions.tariffs import PRICED
from huiyin.billing.models import Assignment, ChargeGroup, ChargeItem, Line, Run, Tariff, Terms
from huiyin.billing.rules.periods import Period, following, period_of
from huiyin.estate.models import Person
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.kernel.money import say_price
from huiyin.ledger.chart import AGENCY_PAYABLE
from huiyin.ledger.models import Account, Book
from huiyin.standards import queries as standards

State = Tariff.State
IN_HAND = (State.DRAFT, State.IN_REVIEW, State.RETURNED)


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which something happens for one period of a group (BIL-05)."""

    period: str
    title: str
    draft_on: date
    issue_on: date
    due_on: date
    offset_on: date
    debit_on: tuple[date, ...]

    @property
    def last(self) -> date:
        """The last of them."""
        return max(self.due_on, self.offset_on, *self.debit_on)


@dataclass(frozen=True, slots=True)
class TariffRow:
    """A price with its days; ``when`` is now, later or past for an approved one, else ""."""

    id: int
    item_id: int
    item: str
    way: str
    unit: str
    house_kind: str
    kind_title: str
    price: Decimal
    tiers: tuple[tuple[Decimal | None, Decimal], ...]
    least: Decimal
    from_on: date
    until_on: date | None
    basis: str
    state: str
    state_title: str
    when: str
    drafted_by: str
    approved_by: str
    returned_reason: str

    @property
    def said(self) -> str:
        """The price as people write it; of one with steps, the first."""
        return say_price(self.price)

    @property
    def days(self) -> str:
        """The days it holds, the last one included."""
        return saying.days_of(self.from_on, self.until_on)

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of a price, each in words."""
        said, lower = [], Decimal(0)
        for upper, price in self.tiers:
            span = (
                _("%(lower)s 以上") % {"lower": saying.plain(lower)}
                if upper is None
                else f"{saying.plain(lower)}–{saying.plain(upper)}"
            )
            said.append(f"{span}: {say_price(price)}")
            lower = upper or lower
        return tuple(said)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """Something a household pays for; ``prices`` are those in force and to come."""

    id: int
    group_id: int
    code: str
    name: str
    way: str
    way_title: str
    phase: str
    split: str
    unit: str
    price_unit: str
    meter_kind: str
    account: str
    account_name: str
    agency: bool
    prepayable: bool
    order: int
    matters: tuple[str, ...]
    in_use: bool
    is_priced: bool
    houses: int
    in_hand: int
    prices: tuple[TariffRow, ...]

    @property
    def lacks_price(self) -> bool:
        """True for an item that needs a price and has none today."""
        return self.is_priced and not any(one.when == "now" for one in self.prices)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Charges that are billed together; ``days`` are those of the period at work."""

    id: int
    code: str
    name: str
    months: int
    months_title: str
    draft_after: int
    issue_after: int
    due_after: int
    offset_after: int
    debit_after: tuple[int, ...]
    in_use: bool
    days: Days
    items: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True)
class Setup:
    """How far a community has come: books, groups, items, prices, houses charged."""

    books: bool
    groups: bool
    items: bool
    prices: bool
    houses: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything a community may charge, and what is still to be set up."""

    groups: tuple[GroupRow, ...]
    setup: Setup


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item with all its prices: in hand, approved newest first, and given up."""

    row: ItemRow
    group: str
    in_hand: tuple[TariffRow, ...]
    history: tuple[TariffRow, ...]
    uncovered: tuple[TariffRow, ...]


@dataclass(frozen=True, slots=True)
class TariffView:
    """One price, the one it follows, and how many billed lines its days touch."""

    row: TariffRow
    item_code: str
    before: TariffRow | None
    is_odd: bool
    touched: int
    is_mine: bool


@dataclass(frozen=True, slots=True)
class TermsRow:
    """How a community bills (BIL-15)."""

    developer_id: int | None
    developer: str
    ways: str


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account that a charge may be credited to."""

    code: str
    name: str
    agency: bool


def catalogue(*, caller: Caller, community_id: int, on: date) -> Catalogue:
    """Return the groups of a community with their items. Raises NotFound, Forbidden."""
    admit_to_read(caller, community_id)
    items = defaultdict(list)
    for one in _items(community_id, on):
        items[one.group_id].append(one)
    rows = ChargeGroup.objects.filter(community_id=community_id).order_by("-in_use", "code")
    groups = tuple(_group(one, on, items[one.pk]) for one in rows)
    flat = [one for group in groups for one in group.items]
    setup = Setup(
        books=Book.objects.filter(community_id=community_id).exists(),
        groups=bool(groups),
        items=bool(flat),
        prices=any(one.prices for one in flat),
        houses=any(one.houses for one in flat),
    )
    return Catalogue(groups, setup)


def group(*, caller: Caller, community_id: int, code: str, on: date) -> GroupRow:
    """Return one group. Raises NotFound, Forbidden."""
    admit_to_read(caller, community_id)
    found = ChargeGroup.objects.filter(community_id=community_id, code=code).first()
    if found is None:
        raise NotFound(_("没有这个收费批次。"))
    return _group(found, on, [])


def groups(*, caller: Caller, community_id: int) -> tuple[tuple[int, str], ...]:
    """Return the groups in use as choices."""
    admit_to_read(caller, community_id)
    rows = ChargeGroup.objects.filter(community_id=community_id, in_use=True).order_by("code")
    return tuple(
        (pk, f"{code} {name}") for pk, code, name in rows.values_list("id", "code", "name")
    )


def item(*, caller: Caller, community_id: int, code: str, on: date) -> ItemView:
    """Return an item and its prices through time. Raises NotFound, Forbidden."""
    admit_to_read(caller, community_id)
    (row,) = _items(community_id, on, code=code) or (None,)
    if row is None:
        raise NotFound(_("没有这个收费项目。"))
    tariffs = [_tariff(one, on) for one in _tariffs().filter(item_id=row.id)]
    tariffs.sort(key=lambda one: (one.from_on, one.id), reverse=True)
    approved = [one for one in tariffs if one.state == State.APPROVED]
    last: dict[str, TariffRow] = {}
    for one in approved:
        last.setdefault(one.house_kind, one)
    return ItemView(
        row=row,
        group=ChargeGroup.objects.values_list("name", flat=True).get(pk=row.group_id),
        in_hand=tuple(one for one in tariffs if one.state in IN_HAND),
        history=tuple(one for one in tariffs if one.state not in IN_HAND),
        uncovered=tuple(one for one in last.values() if one.until_on is not None),
    )


def tariff(*, caller: Caller, tariff_id: int, on: date, at: datetime) -> TariffView:
    """Return one price beside the one before it, and whether it is oddly far from that.

    What is odd the standard in force says. Raises NotFound, Forbidden.
    """
    found = _tariffs().filter(pk=tariff_id).first()
    if found is None or not caller.works_in(found.item.community_id):
        raise NotFound(_("没有这条收费标准。"))
    admit_to_read(caller, found.item.community_id)
    before = (
        _tariffs()
        .filter(item_id=found.item_id, house_kind=found.house_kind, state=State.APPROVED)
        .filter(from_on__lte=found.from_on)
        .exclude(pk=found.pk)
        .order_by("-from_on")
        .first()
    )
    _version, standard = standards.current(community_id=found.item.community_id, at=at)
    unusual = standard.billing.unusual
    return TariffView(
        row=_tariff(found, on),
        item_code=found.item.code,
        before=_tariff(before, on) if before else None,
        is_odd=before is not None
        and not before.price / unusual < found.price < before.price * unusual,
        touched=touched(found),
        is_mine=found.drafted_by_id == caller.employee_id,
    )


def touched(found: Tariff) -> int:
    """Return how many live lines were billed for days of a price by another one."""
    runs = Run.objects.filter(group_id=found.item.group_id, until_on__gt=found.from_on)
    if not runs.filter(posted_at__isnull=False, reversed_at=None).exists():
        return 0
    lines = Line.objects.filter(
        assignment__item_id=found.item_id,
        kind=Line.Kind.REGULAR,
        reversed_at=None,
        until_on__gt=found.from_on,
    ).exclude(tariff=found.pk)
    if found.until_on is not None:
        lines = lines.filter(from_on__lt=found.until_on)
    if found.house_kind:
        return lines.filter(house__kind=found.house_kind).count()
    own = Tariff.objects.filter(item_id=found.item_id, state=State.APPROVED).exclude(house_kind="")
    return lines.exclude(house__kind__in=own.values("house_kind")).count()


def terms(*, caller: Caller, community_id: int) -> TermsRow:
    """Return the terms of a community, empty ones where nobody wrote any."""
    admit_to_read(caller, community_id)
    found = Terms.objects.filter(community_id=community_id).select_related("developer").first()
    if found is None:
        return TermsRow(None, "", "")
    return TermsRow(found.developer_id, found.developer.name if found.developer else "", found.ways)


def developers(*, caller: Caller, community_id: int) -> tuple[tuple[int, str], ...]:
    """Return who could be the developer: companies, and whoever holds that role in a house."""
    admit_to_read(caller, community_id)
    people = Person.objects.filter(community_id=community_id).filter(
        Q(kind=Person.Kind.COMPANY) | Q(occupancies__role="developer")
    )
    return tuple(people.distinct().order_by("name", "id").values_list("id", "name"))


def accounts(*, caller: Caller, community_id: int) -> tuple[AccountRow, ...]:
    """Return the accounts a charge may be credited to; none before the books are open."""
    admit_to_read(caller, community_id)
    rows = Account.objects.filter(
        Q(kind=Account.Kind.INCOME) | Q(code=AGENCY_PAYABLE), community_id=community_id
    )
    return tuple(
        AccountRow(code, name, code == AGENCY_PAYABLE)
        for code, name in rows.order_by("code").values_list("code", "name")
    )


def days_of(found: ChargeGroup, period: Period) -> Days:
    """Return the days of a period by the calendar of a group."""

    def after(number: int) -> date:
        return period.from_on + timedelta(days=number)

    return Days(
        period=period.name,
        title=saying.period_title(period.name),
        draft_on=after(found.draft_after),
        issue_on=after(found.issue_after),
        due_on=after(found.due_after),
        offset_on=after(found.offset_after),
        debit_on=tuple(after(one) for one in sorted(found.debit_after)),
    )


def _days_at_work(found: ChargeGroup, on: date) -> Days:
    """Return the days of the first period of which something is still to come."""
    period = period_of(on - timedelta(days=366), found.months)
    while (days := days_of(found, period)).last < on:
        period = following(period)
    return days


def _group(found: ChargeGroup, on: date, items: Sequence[ItemRow]) -> GroupRow:
    return GroupRow(
        id=found.pk,
        code=found.code,
        name=found.name,
        months=found.months,
        months_title=str(naming.PERIODS[found.months]),
        draft_after=found.draft_after,
        issue_after=found.issue_after,
        due_after=found.due_after,
        offset_after=found.offset_after,
        debit_after=tuple(found.debit_after),
        in_use=found.in_use,
        days=_days_at_work(found, on),
        items=tuple(items),
    )


def _items(
    community_id: int, on: date, code: str = "", *, counted: bool = True
) -> tuple[ItemRow, ...]:
    """Return the items of a community in order, each with its prices and houses. Four queries."""
    rows = ChargeItem.objects.filter(community_id=community_id)
    if code:
        rows = rows.filter(code=code)
    found = list(rows.order_by("-in_use", "order", "code"))
    ids = [one.pk for one in found]
    prices: dict[int, list[TariffRow]] = defaultdict(list)
    in_hand: dict[int, int] = defaultdict(int)
    current = Q(state=State.APPROVED) & (Q(until_on=None) | Q(until_on__gt=on))
    for one in _tariffs().filter(current | Q(state__in=IN_HAND), item_id__in=ids):
        if one.state == State.APPROVED:
            prices[one.item_id].append(_tariff(one, on))
        else:
            in_hand[one.item_id] += 1
    houses = _houses(community_id, ids, on) if counted else {}
    names = dict(Account.objects.filter(community_id=community_id).values_list("code", "name"))
    return tuple(
        ItemRow(
            id=one.pk,
            group_id=one.group_id,
            code=one.code,
            name=one.name,
            way=one.way,
            way_title=str(naming.WAYS[one.way]),
            phase=one.phase,
            split=one.split,
            unit=one.unit,
            price_unit=naming.unit_of(one.way, one.unit),
            meter_kind=one.meter_kind,
            account=one.account,
            account_name=names.get(one.account, ""),
            agency=one.agency,
            prepayable=one.prepayable,
            order=one.order,
            matters=tuple(one.matters),
            in_use=one.in_use,
            is_priced=one.way in PRICED,
            houses=houses.get(one.pk, 0),
            in_hand=in_hand[one.pk],
            prices=tuple(sorted(prices[one.pk], key=_in_order)),
        )
        for one in found
    )


def _houses(community_id: int, item_ids: Sequence[int], on: date) -> dict[int, int]:
    """Count what is charged now or later, by item."""
    held = Assignment.objects.filter(
        Q(until_on=None) | Q(until_on__gt=on), community_id=community_id, item_id__in=item_ids
    )
    return dict(held.values_list("item_id").annotate(n=Count("id")))


def _tariffs() -> Any:
    return Tariff.objects.select_related("item", "drafted_by", "approved_by").order_by("from_on")


def _in_order(one: TariffRow) -> tuple[str, date]:
    return one.house_kind, one.from_on


def _tariff(one: Tariff, on: date) -> TariffRow:
    return TariffRow(
        id=one.pk,
        item_id=one.item_id,
        item=one.item.name,
        way=one.item.way,
        unit=naming.unit_of(one.item.way, one.item.unit),
        house_kind=one.house_kind,
        kind_title=naming.house_kind(one.house_kind),
        price=one.price,
        tiers=_steps(one.tiers),
        least=one.least,
        from_on=one.from_on,
        until_on=one.until_on,
        basis=one.basis,
        state=one.state,
        state_title=str(naming.TARIFF_STATES[one.state]),
        when=_when(one, on),
        drafted_by=one.drafted_by.name,
        approved_by=one.approved_by.name if one.approved_by else "",
        returned_reason=one.returned_reason,
    )


def _steps(tiers: Iterable[Sequence[Any]]) -> tuple[tuple[Decimal | None, Decimal], ...]:
    return tuple(
        (None if bound is None else Decimal(str(bound)), Decimal(str(price)))
        for bound, price in tiers
    )


def _when(one: Tariff, on: date) -> str:
    if one.state != State.APPROVED:
        return ""
    if one.from_on > on:
        return "later"
    return "now" if one.until_on is None or on < one.until_on else "past"


# -- the price board, for everybody


@dataclass(frozen=True, slots=True)
class BoardPrice:
    """A price as anybody may read it: for which houses, since when, resting on what."""

    kind_title: str
    price: str
    steps: tuple[str, ...]
    least: Decimal
    from_on: date
    until_on: date | None
    basis: str
    is_coming: bool

    @property
    def last_on(self) -> date | None:
        """The last day it holds."""
        return self.until_on - timedelta(days=1) if self.until_on else None


@dataclass(frozen=True, slots=True)
class BoardLine:
    """Something owners pay for, how, and its prices in force and to come."""

    name: str
    way_title: str
    unit: str
    agency: bool
    prices: tuple[BoardPrice, ...]


@dataclass(frozen=True, slots=True)
class BoardGroup:
    """Charges that come on one bill."""

    name: str
    months_title: str
    lines: tuple[BoardLine, ...]


@dataclass(frozen=True, slots=True)
class PriceBoard:
    """What a community charges, as it must be published: public facts, nobody's data."""

    groups: tuple[BoardGroup, ...]
    ways: str

    @property
    def is_empty(self) -> bool:
        """True before any price was approved."""
        return not any(line.prices for group in self.groups for line in group.lines)


def price_board(*, community_id: int, on: date) -> PriceBoard:
    """Return what owners pay and on which grounds; for everybody, so it asks for no caller.

    Only approved prices that hold or are to come, and only items in use (Civil Code art. 943).
    """
    lines = defaultdict(list)
    for one in _items(community_id, on, counted=False):
        if one.in_use and (one.prices or not one.is_priced):
            lines[one.group_id].append(_board_line(one))
    rows = ChargeGroup.objects.filter(community_id=community_id, in_use=True).order_by("code")
    ways = Terms.objects.filter(community_id=community_id).values_list("ways", flat=True).first()
    return PriceBoard(
        tuple(
            BoardGroup(one.name, str(naming.PERIODS[one.months]), tuple(lines[one.pk]))
            for one in rows
            if lines[one.pk]
        ),
        ways or "",
    )


def _board_line(one: ItemRow) -> BoardLine:
    return BoardLine(
        name=one.name,
        way_title=one.way_title,
        unit=one.price_unit if one.is_priced else "",
        agency=one.agency,
        prices=tuple(
            BoardPrice(
                kind_title=price.kind_title,
                price=say_price(price.price),
                steps=price.steps,
                least=price.least,
                from_on=price.from_on,
                until_on=price.until_on,
                basis=price.basis,
                is_coming=price.when == "later",
            )
            for price in one.prices
        ),
    )
