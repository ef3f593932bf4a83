"""Whatever happens in whatever order, bills and books stay sound (money invariants I1 to I12)."""

import contextlib
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from django.db.models import Count, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from huiyin.billing.actions import runs
from huiyin.billing.actions.due import draft_due
from huiyin.billing.models import Bill, Line, Run
from huiyin.billing.queries import proofs
from huiyin.billing.rules.periods import following, period_of, previous
from huiyin.billing.tests.cast import Estate
from huiyin.billing.tests.running import begin, offset, pay_ahead, pool, post, reverse, slip
from huiyin.billing.tests.sound import check_sound
from huiyin.estate.models import Occupancy, Person
from huiyin.kernel.errors import Refused
from huiyin.ledger import actions as ledger
from huiyin.ledger import proofs as ledger_proofs
from huiyin.ledger.models import Journal, Posting
from huiyin.matters.tests.cast import AT

EXAMPLES, STEPS = 10, 20
GROUPS = st.sampled_from("AB")
HOUSES = st.sampled_from(("flat", "let", "bare", "shop", "unsold", "sold"))
AREAS = st.decimals("20", "300", places=2)
PRICES = st.decimals("0.5", "20", places=4)
PROOFS = (
    ledger_proofs.balanced,
    proofs.open_items,
    proofs.receivables,
    proofs.prepaid,
    proofs.days,
    proofs.shares,
)
# Days of one assignment and period between its live lines that nobody billed.
_GAPS = """
SELECT assignment_id FROM (
    SELECT line.assignment_id, line.from_on, max(line.until_on) OVER (
               PARTITION BY line.assignment_id, run.period ORDER BY line.from_on
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
      FROM billing_line line JOIN billing_bill bill ON bill.id = line.bill_id
      JOIN billing_run run ON run.id = bill.run_id
     WHERE line.kind = 'regular' AND line.reversed_at IS NULL AND line.share_id IS NULL
       AND line.slip_id IS NULL AND NOT EXISTS (
           SELECT FROM billing_run other
            WHERE other.group_id = run.group_id AND other.period = run.period
              AND other.state = 'reversed')) lines
 WHERE from_on > before
"""


class Life(RuleBasedStateMachine):
    """People bill, correct, reverse, pay and change their minds while time goes by."""

    estate: ClassVar[Estate]

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.at = AT
        self.locked: dict[date, Any] = {}

    def teardown(self) -> None:
        """Check what is checked at a commit, then take all of it back."""
        connection.check_constraints()
        for proof in PROOFS:
            assert not proof().broken
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @property
    def today(self) -> date:
        return self.at.date()

    @initialize()
    def begin_with_bills(self) -> None:
        """A life without a bill shows nothing."""
        pool(self.estate)
        for group in "AB":
            self.bill(group, -1)
        pay_ahead(self.estate, "300.00")

    @rule(group=GROUPS, ahead=st.integers(-1, 1))
    def bill(self, group: str, ahead: int) -> None:
        self.draft(group, ahead, "regular")
        self.post(group)

    @rule(group=GROUPS, ahead=st.integers(-1, 1))
    def correct(self, group: str, ahead: int) -> None:
        self.draft(group, ahead, "correction")
        self.post(group)

    @rule(group=GROUPS, ahead=st.integers(-1, 1), kind=st.sampled_from(("regular", "correction")))
    def draft(self, group: str, ahead: int, kind: str) -> None:
        """Begin a run of the period before, the present or the next one."""
        months = self.estate.groups[group].months
        one = period_of(self.today, months)
        one = {-1: previous, 0: lambda same: same, 1: following}[ahead](one)
        with contextlib.suppress(Refused):
            begin(self.estate, one.name, group, at=self.at, kind=kind)

    @rule(group=GROUPS)
    def post(self, group: str) -> None:
        for run in Run.objects.filter(group__code=group, state="drafted"):
            with contextlib.suppress(Refused), transaction.atomic():
                post(self.estate, run, self.at)

    @rule(group=GROUPS, again=st.booleans())
    def drop(self, group: str, again: bool) -> None:
        for run in Run.objects.filter(group__code=group, state="drafted"):
            act = runs.redraft if again else runs.drop_run
            act(by=self.estate.caller("collector"), at=self.at, run_id=run.pk)

    @precondition(lambda self: Run.objects.filter(state="posted").exists())
    @rule(which=st.integers(0, 5))
    def reverse(self, which: int) -> None:
        posted = list(Run.objects.filter(state="posted").order_by("id"))
        with contextlib.suppress(Refused), transaction.atomic():
            reverse(self.estate, posted[which % len(posted)], self.at)

    @rule(amount=st.decimals("0.01", "2000", places=2))
    def pay_ahead(self, amount: Decimal) -> None:
        with contextlib.suppress(Refused), transaction.atomic():
            pay_ahead(self.estate, str(amount))

    @rule()
    def offset(self) -> None:
        with contextlib.suppress(Refused), transaction.atomic():
            offset(self.estate, self.at)

    @rule(price=PRICES)
    def change_tariff(self, price: Decimal) -> None:
        tariff = self.estate.items["management"].tariffs.filter(house_kind="flat").last()
        if tariff is not None and tariff.from_on < self.today:
            tariff.until_on = self.today
            tariff.save(update_fields=["until_on"])
            self.estate.price("management", str(price), kind="flat", from_on=self.today)

    @rule(house=HOUSES, area=AREAS)
    def change_area(self, house: str, area: Decimal) -> None:
        self.estate.houses[house].area = area
        self.estate.houses[house].save(update_fields=["area"])

    @rule(house=st.sampled_from(("flat", "let", "shop")), back=st.integers(0, 60))
    def change_owner(self, house: str, back: int) -> None:
        day = self.today - timedelta(days=back)
        held = Occupancy.objects.filter(
            house=self.estate.houses[house], role="owner", until_on=None
        ).first()
        if held is None or (held.from_on is not None and held.from_on >= day):
            return
        held.until_on = day
        held.save(update_fields=["until_on"])
        buyer = Person.objects.create(community=self.estate.community, name="买家")
        Occupancy.objects.create(house=held.house, person=buyer, role="owner", from_on=day)

    @rule()
    def write_slip(self) -> None:
        slip(self.estate)

    @rule()
    def lock(self) -> None:
        until_on = self.today - timedelta(days=1)
        with contextlib.suppress(Refused), transaction.atomic():
            ledger.lock(
                by=self.estate.caller("finance"),
                at=self.at,
                community_id=self.estate.community.pk,
                until_on=until_on,
            )
            self.locked[until_on] = self.written_until(until_on)

    @rule(days=st.integers(1, 40))
    def clock(self, days: int) -> None:
        """Time goes by, and the calendar drafts what is due."""
        self.at += timedelta(days=days)
        draft_due(at=self.at)

    @invariant()
    def bills_and_books_are_sound(self) -> None:
        check_sound()
        with connection.cursor() as cursor:
            cursor.execute(_GAPS)
            assert not cursor.fetchall(), "I7 no uncovered day"

    @invariant()
    def locked_days_stay_as_they_were(self) -> None:
        for day, written in self.locked.items():
            assert self.written_until(day) == written, "I12"

    @rule(group=GROUPS)
    def bill_once_more(self, group: str) -> None:
        """I8: what is posted is posted; the same period again bills nothing twice."""
        run = Run.objects.filter(group__code=group, state="posted", kind="regular").last()
        if run is None:
            return
        before = set(Line.objects.values_list("pk", flat=True))
        with contextlib.suppress(Refused), transaction.atomic():
            again = begin(self.estate, run.period, group, at=self.at)
            if again.state == "drafted":
                post(self.estate, again, self.at)
        if run.held == 0 and not Run.objects.filter(group=run.group, state="reversed").exists():
            fresh = Line.objects.exclude(pk__in=before).filter(assignment__isnull=False)
            assert not fresh.filter(bill__run__period=run.period, share=None).exists()

    @staticmethod
    def written_until(day: date) -> Any:
        legs = Posting.objects.filter(business_on__lte=day)
        return (
            Journal.objects.filter(business_on__lte=day).count(),
            sorted(legs.values_list("account").annotate(sum=Sum("amount"), n=Count("pk"))),
        )


@pytest.mark.slow
@pytest.mark.rule("BIL-06")
@pytest.mark.rule("BIL-14")
def test_whatever_happens_bills_and_books_stay_sound(estate: Estate) -> None:
    Life.estate = estate
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not Bill.objects.exists(), "every life was taken back"
