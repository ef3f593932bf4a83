"""A service centre that does everything in any order for two years, and books that still balance.

Every step is one action as somebody at a desk would try it: many are refused, none may fail in
another way. What must hold is proved by ``huiyin audit`` on the way and at the end.
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from huiyin.billing.actions import assigning, pools, prepaid, reversing, runs, scopes, slips
from huiyin.billing.models import Allocation, Assignment, Line, OpenItem, Pool, Run, Scope
from huiyin.billing.opening.apply import import_opening, read_opening
from huiyin.billing.rules.periods import period_of, previous
from huiyin.billing.tests.cast import SINCE, Estate, make_estate
from huiyin.estate.models import House, Occupancy, Person
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Refused
from huiyin.ledger import actions as ledger
from huiyin.ledger import chart
from huiyin.ledger.models import Journal
from huiyin.matters.tests.cast import AT, Cast
from huiyin.meters import actions as meters
from huiyin.meters.models import Meter, Reading
from huiyin.reports.audit import audit

STEPS = int(os.environ.get("RANDOM_STEPS", "1000"))
PROVED_EVERY = 250
MONEY = {3, 4, 5, 6}
LIFE = timedelta(days=580)  # the working calendar of the cast goes to the end of 2027


@dataclass
class Office:
    """People who try things, and the day it is."""

    estate: Estate
    rng: Random
    at: datetime = AT
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    keys: list[tuple[dict[str, Any], Caller]] = field(default_factory=list)
    names: int = 0

    @property
    def today(self) -> date:
        return (self.at + timedelta(hours=8)).date()

    @property
    def here(self) -> int:
        return self.estate.community.pk

    def who(self, *posts: str) -> Caller:
        return self.estate.caller(self.rng.choice(posts))

    def key(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def yuan(self, most: int) -> Decimal:
        return Decimal(self.rng.randrange(1, most * 100)) / 100

    def one_of(self, rows: Any) -> Any:
        """Return one row of a query, or refuse as a page does that has nothing to show."""
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        if not keys:
            raise Refused("nothing there")
        return rows.model.objects.get(pk=self.rng.choice(keys))

    def house(self) -> House:
        return self.rng.choice(list(self.estate.houses.values()))

    # -- what people do

    def time_passes(self) -> None:
        self.at += timedelta(minutes=self.rng.randrange(PACE))

    def begin(self) -> None:
        code, months = self.rng.choice((("A", 3), ("B", 1)))
        period = period_of(self.today, months)
        for _ in range(self.rng.choice((0, 0, 0, 1, 2))):
            period = previous(period)
        runs.begin_run(
            by=self.who("finance", "collector"),
            at=self.at,
            community_id=self.here,
            group_code=code,
            period=period.name,
            kind=self.rng.choice(("regular", "regular", "regular", "correction")),
            key=self.rng.choice((None, self.key())),
        )

    def post(self) -> None:
        run = self.one_of(Run.objects.exclude(state__in=("dropped", "reversed")))
        runs.post_run(by=self.who("finance", "manager"), at=self.at, run_id=run.pk)

    def confirm(self) -> None:
        run = self.one_of(Run.objects.filter(state="drafted"))
        runs.confirm_run(by=self.who("finance", "manager"), at=self.at, run_id=run.pk)

    def redraft(self) -> None:
        run = self.one_of(Run.objects.filter(state="drafted"))
        runs.redraft(by=self.who("finance", "collector"), at=self.at, run_id=run.pk)

    def drop(self) -> None:
        run = self.one_of(Run.objects.filter(state="drafted"))
        runs.drop_run(by=self.who("finance"), at=self.at, run_id=run.pk)

    def ask_reversal(self) -> None:
        run = self.one_of(Run.objects.filter(state="posted"))
        reversing.ask_reversal(
            by=self.who("finance", "manager"), at=self.at, run_id=run.pk, reason="单价录错"
        )

    def agree_reversal(self) -> None:
        run = self.one_of(Run.objects.filter(reversal_asked_by__isnull=False))
        reversing.agree_reversal(by=self.who("finance", "manager"), at=self.at, run_id=run.pk)

    def read(self) -> None:
        meter = self.one_of(Meter.objects.filter(until_on__isnull=True))
        last = meter.readings.filter(voided_at__isnull=True).order_by("-read_on", "-id").first()
        shown = last.value if last else Decimal(100)
        step = self.rng.choice((3, 5, 8, 8, 8, 0, 900, -20))
        meters.read(
            by=self.who("technician", "collector"),
            at=self.at,
            community_id=self.here,
            meter=meter.code,
            read_on=self.today - timedelta(days=self.rng.choice((0, 0, 0, 1, 40))),
            value=max(Decimal(0), shown + step),
            key=self.key(),
        )

    def estimate(self) -> None:
        meter = self.one_of(Meter.objects.filter(until_on__isnull=True))
        meters.estimate(
            by=self.who("collector"),
            at=self.at,
            community_id=self.here,
            meter=meter.code,
            read_on=self.today,
            key=self.key(),
            reason="家中无人",
        )

    def replace(self) -> None:
        meter = self.one_of(Meter.objects.filter(until_on__isnull=True))
        last = meter.readings.filter(voided_at__isnull=True).order_by("-read_on", "-id").first()
        self.names += 1
        meters.replace(
            by=self.who("maintenance_foreman", "manager"),
            at=self.at,
            community_id=self.here,
            meter=meter.code,
            on=self.today,
            final=(last.value if last else Decimal(100)) + 2,
            code=f"N-{self.names}",
            initial=Decimal(0),
            key=self.key(),
        )

    def settle(self) -> None:
        held = Reading.objects.filter(settled_at__isnull=True, voided_at__isnull=True)
        reading = self.one_of(held.exclude(held=""))
        meters.settle(
            by=self.who("collector", "manager", "finance"),
            at=self.at,
            community_id=self.here,
            reading=reading.pk,
            how=self.rng.choice(("accept", "rolled")),
            reason="现场核对过",
        )

    def void_reading(self) -> None:
        reading = self.one_of(Reading.objects.filter(voided_at__isnull=True))
        meters.void(
            by=self.who("collector", "manager"),
            at=self.at,
            community_id=self.here,
            reading=reading.pk,
            reason="抄错了",
        )

    def enter_pool(self) -> None:
        past = previous(period_of(self.today, 3))
        scope = self.one_of(Scope.objects.all())
        self.names += 1
        pool = pools.enter_pool(
            by=self.who("collector", "finance"),
            at=self.at,
            community_id=self.here,
            item="shared_water",
            scope_id=scope.pk,
            name=f"公摊 {self.names}",
            from_on=past.from_on,
            until_on=past.until_on,
            basis=self.rng.choice(("area", "household")),
            vacant=self.rng.choice(("developer", "owner")),
            amount=self.yuan(9000),
            paper=f"水费 {self.names}",
            again=self.rng.random() < 0.3,
            key=self.key(),
        )
        pools.share_out(by=self.who("collector"), at=self.at, pool_id=pool)

    def drop_pool(self) -> None:
        pool = self.one_of(Pool.objects.exclude(state="dropped"))
        pools.drop_pool(by=self.who("finance"), at=self.at, pool_id=pool.pk, reason="重复")

    def pay_ahead(self) -> None:
        house = self.house()
        role = self.one_of(Occupancy.objects.filter(house=house))
        given = {
            "house_id": house.pk,
            "person_id": role.person_id,
            "amount": self.yuan(3000),
            "account": self.rng.choice(chart.MONEY),
            "business_on": self.today - timedelta(days=self.rng.choice((0, 0, 3, 60))),
            "key": self.key(),
        }
        by = self.who("finance", "manager")
        prepaid.take(by=by, at=self.at, **given)
        self.keys.append((given, by))

    def pay_ahead_again(self) -> None:
        """Send a form that was sent before, as it was or with another amount."""
        if not self.keys:
            raise Refused("nothing there")
        given, by = self.rng.choice(self.keys)
        before = Journal.objects.count()
        try:
            with transaction.atomic():
                more = Decimal(self.rng.choice((0, 1)))
                prepaid.take(by=by, at=self.at, **{**given, "amount": given["amount"] + more})
        finally:
            assert Journal.objects.count() == before

    def offset(self) -> None:
        prepaid.offset(
            by=self.who("finance", "manager"),
            at=self.at,
            community_id=self.here,
            business_on=self.today,
        )

    def undo(self) -> None:
        made = self.one_of(Allocation.objects.filter(amount__gt=0))
        prepaid.undo(by=self.who("finance"), at=self.at, allocation_id=made.pk, reason="冲错户")

    def sell(self) -> None:
        house = self.estate.houses[self.rng.choice(("sold", "flat", "let", "shop"))]
        on = self.today + timedelta(days=self.rng.randrange(-60, 20))
        now = house.occupancies.filter(role="owner", until_on__isnull=True).first()
        if now is None or (now.from_on and now.from_on >= on):
            raise Refused("just bought")
        self.names += 1
        now.until_on = on
        now.save(update_fields=["until_on"])
        buyer = Person.objects.create(community_id=self.here, name=f"买家{self.names}")
        Occupancy.objects.create(house=house, person=buyer, role="owner", from_on=on)

    def hand_over(self) -> None:
        house = self.estate.houses["unsold"]
        if house.occupancies.filter(role="owner").exists():
            raise Refused("handed over")
        self.names += 1
        buyer = Person.objects.create(community_id=self.here, name=f"买家{self.names}")
        house.occupancies.filter(role="developer").update(until_on=self.today)
        Occupancy.objects.create(house=house, person=buyer, role="owner", from_on=self.today)

    def survey(self) -> None:
        house = self.estate.houses[self.rng.choice(("flat", "let", "bare", "shop", "sold"))]
        house.area = self.rng.choice((None, self.yuan(200), self.yuan(200), self.yuan(200)))
        house.save(update_fields=["area"])

    def price(self) -> None:
        code, kind = self.rng.choice(list(self.estate.tariffs))
        from_on = self.today + timedelta(days=self.rng.randrange(-50, 40))
        rows = self.estate.items[code].tariffs.filter(house_kind=kind, until_on__isnull=True)
        last = rows.filter(state="approved").get()
        if from_on <= last.from_on:
            raise Refused("there is a later price")
        last.until_on = from_on
        last.save(update_fields=["until_on"])
        self.estate.price(code, str(self.yuan(9)), kind=kind, from_on=from_on)

    def end_charge(self) -> None:
        row = self.one_of(Assignment.objects.filter(until_on__isnull=True))
        assigning.end_assignment(
            by=self.who("collector", "finance"),
            at=self.at,
            assignment_id=row.pk,
            until_on=self.today,
            reason="不再使用",
        )

    def charge(self) -> None:
        assigning.assign(
            by=self.who("collector", "finance"),
            at=self.at,
            house_id=self.house().pk,
            item_id=self.estate.items[self.rng.choice(("management", "parking", "garden"))].pk,
            from_on=self.rng.choice((SINCE, self.today)),
            pays=self.rng.choice(("owner", "tenant", "developer")),
            price=self.rng.choice((None, self.yuan(300))),
            contract=self.rng.choice(("", "合同 9 号")),
        )

    def slip(self) -> None:
        slips.write_slip(
            by=self.who("collector", "finance"),
            at=self.at,
            community_id=self.here,
            house=self.house().code,
            item="slips",
            done_on=self.today,
            lines=[{"text": "桶装水", "unit": "桶", "quantity": "2", "price": str(self.yuan(20))}],
            signed_name="王丽",
            key=self.key(),
        )

    def lock(self) -> None:
        ledger.lock(
            by=self.who("finance", "manager"),
            at=self.at,
            community_id=self.here,
            until_on=self.today - timedelta(days=self.rng.randrange(20, 90)),
        )

    def bring_in(self) -> None:
        house = self.house()
        cells = [house.code, "物业费", f"2024-{self.rng.randrange(1, 13)}"]
        cells += [str(self.yuan(900)), str(self.yuan(90))]
        text = "房号,收费项目,账期,欠费金额,预存余额\n" + ",".join(cells)
        import_opening(
            by=self.who("finance"),
            at=self.at,
            community_id=self.here,
            parsed=read_opening(text.encode(), "期初.csv"),
            as_of=self.today - timedelta(days=self.rng.randrange(3)),
        )


WEIGHTS: dict[str, int] = {
    "time_passes": 14,
    "begin": 12,
    "post": 12,
    "confirm": 5,
    "redraft": 2,
    "drop": 2,
    "ask_reversal": 2,
    "agree_reversal": 3,
    "read": 12,
    "estimate": 2,
    "replace": 1,
    "settle": 4,
    "void_reading": 1,
    "enter_pool": 3,
    "drop_pool": 1,
    "pay_ahead": 8,
    "pay_ahead_again": 3,
    "offset": 5,
    "undo": 3,
    "sell": 2,
    "hand_over": 1,
    "survey": 2,
    "price": 2,
    "end_charge": 1,
    "charge": 2,
    "slip": 4,
    "lock": 1,
    "bring_in": 2,
}


# As many minutes at most as let a life of any number of steps last so long.
PACE = int(2 * LIFE / timedelta(minutes=1) * sum(WEIGHTS.values()) / WEIGHTS["time_passes"] / STEPS)


def prove(at: datetime) -> None:
    """Prove what `huiyin audit` proves about money."""
    lines = [line for line in audit(at) if line.invariant in MONEY]
    assert {line.invariant for line in lines} == MONEY
    assert not [line.broken for line in lines if not line.ok]


@pytest.mark.slow
@pytest.mark.rule("BIL-14")
@pytest.mark.rule("FIN-13")
def test_the_books_balance_whatever_is_done_in_whatever_order(cast: Cast) -> None:
    office = Office(make_estate(cast), Random(f"books {STEPS}"))  # noqa: S311
    scopes.save_scope(
        by=office.who("finance"),
        at=AT,
        community_id=office.here,
        name="全部",
        kinds=["flat", "shop"],
    )
    acts: dict[str, Callable[[], None]] = {name: getattr(office, name) for name in WEIGHTS}
    for step, name in enumerate(
        office.rng.choices(list(WEIGHTS), list(WEIGHTS.values()), k=STEPS), start=1
    ):
        office.at += timedelta(minutes=1)  # no two acts share a moment
        try:
            with transaction.atomic():
                acts[name]()
            office.done[name] += 1
        except Refused as refusal:
            office.refused[f"{name}: {refusal}"] += 1
        if step % PROVED_EVERY == 0:
            prove(office.at)
    prove(office.at)
    assert not sorted(set(WEIGHTS) - set(office.done)), office.refused.most_common(20)
    assert Line.objects.count() > STEPS / 20
    assert OpenItem.objects.filter(open__gt=0).exists()
