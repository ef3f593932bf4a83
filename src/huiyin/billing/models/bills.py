"""What was billed, and what became of it: bills, lines, open items, reductions, prepayments.

Bills, lines, reductions and allocations are facts: written once, each with its journal. Open items
and prepaid balances are kept up in the same transaction and proved against the facts (FIN-13).
"""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from huiyin.billing.models.catalogue import Assignment, ChargeItem, Tariff
from huiyin.billing.models.sources import Share, Slip
from huiyin.estate.models import Community, House, Person
from huiyin.ledger.models import Journal
from huiyin.staff.models import Employee, days


class Bill(models.Model):
    """What one payer owes for one house by one run (账单); its lines say why.

    ``run`` is the id of the billing run, null for an opening balance. ``amount`` is the sum of the
    lines as they were posted.
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    number = models.CharField(max_length=30, unique=True)
    run = models.ForeignKey(
        "billing.Run", null=True, blank=True, on_delete=models.PROTECT, related_name="bills"
    )
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+", db_index=False)
    payer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    liable = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    period = models.CharField(max_length=7)
    issued_on = models.DateField()
    due_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    made_at = models.DateTimeField()
    reversed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "house", "payer", "liable"], name="one_bill_per_payer"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="bill_not_negative"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["house", "-issued_on", "-id"], name="bills_of_house"),
            models.Index(fields=["payer", "-issued_on", "-id"], name="bills_of_payer"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="undeletable", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="a_fact_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.reversed_at IS NOT NULL OR to_jsonb(OLD) - 'reversed_at'"
                    " IS DISTINCT FROM to_jsonb(NEW) - 'reversed_at'"
                ),
                func="RAISE EXCEPTION 'bill % is issued', OLD.number;",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Line(models.Model):
    """One line of a bill with everything it was computed from (BIL-14).

    ``from_on`` to ``until_on`` are half-open days; no two live regular lines of an assignment
    share a day. ``working`` freezes area, readings, months, steps and relief as plain values.
    A line of nothing is written too: it says that the days were billed.
    """

    class Kind(models.TextChoices):
        REGULAR = "regular"
        CORRECTION = "correction"
        SLIP = "slip"
        OPENING = "opening"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="lines")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.REGULAR)
    from_on = models.DateField()
    until_on = models.DateField()
    assignment = models.ForeignKey(
        Assignment,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lines",
        db_index=False,
    )
    share = models.ForeignKey(
        Share, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    slip = models.ForeignKey(
        Slip, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    tariff = models.ForeignKey(
        Tariff, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    price = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    working = models.JSONField()
    reversed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="no_day_billed_twice",
                expressions=[
                    ("assignment", RangeOperators.EQUAL),
                    (days("from_on", "until_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind="regular", reversed_at__isnull=True, assignment__isnull=False),
            ),
            ExclusionConstraint(
                name="no_old_day_twice",
                expressions=[
                    ("house", RangeOperators.EQUAL),
                    ("item", RangeOperators.EQUAL),
                    (days("from_on", "until_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind="opening", reversed_at__isnull=True),
            ),
            # A share is cut by days where the payer changes; its lines begin on different days.
            models.UniqueConstraint(
                fields=["share", "from_on"],
                condition=Q(share__isnull=False, kind="regular", reversed_at__isnull=True),
                name="share_billed_once",
            ),
            models.UniqueConstraint(
                fields=["slip"],
                condition=Q(slip__isnull=False, reversed_at__isnull=True),
                name="slip_billed_once",
            ),
            models.CheckConstraint(condition=Q(from_on__lt=F("until_on")), name="line_forward"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="line_amount_not_negative"),
        ]
        indexes: ClassVar = [
            # Lines are written period by period and house by house: this finds those of a period,
            # and of some houses in it, at next to no cost for whoever writes them.
            BrinIndex(
                fields=["house", "from_on", "until_on"],
                name="lines_of_houses_and_days",
                pages_per_range=32,
                autosummarize=True,
            )
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="undeletable", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="a_fact_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.reversed_at IS NOT NULL OR to_jsonb(OLD) - 'reversed_at'"
                    " IS DISTINCT FROM to_jsonb(NEW) - 'reversed_at'"
                ),
                func="RAISE EXCEPTION 'line % is issued', OLD.id;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.amount}"


class OpenItem(models.Model):
    """What is still unpaid of a line; ``amount`` less allocations and reductions (欠费).

    Community, house and payer are those of the line and its bill, whose references are checked.
    """

    line = models.OneToOneField(
        Line, primary_key=True, on_delete=models.PROTECT, related_name="open_item"
    )
    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    house = models.ForeignKey(
        House, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    payer = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    due_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    open = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(open__gte=0, open__lte=F("amount")), name="open_within_the_amount"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["community", "house", "due_on", "line"],
                include=["payer", "open"],
                name="open_items",
                condition=Q(open__gt=0),
            )
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.open}"


class Reduction(models.Model):
    """What was taken back from a line (冲减): reversed with its run, or corrected (BIL-14).

    What had been paid of it already becomes a prepayment. Together never more than the line.
    """

    class Kind(models.TextChoices):
        REVERSAL = "reversal"
        CORRECTION = "correction"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="reductions")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    run = models.ForeignKey(
        "billing.Run", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+", db_index=False)
    business_on = models.DateField()
    at = models.DateTimeField()
    working = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="reduction_of_an_amount")
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.amount}"


class Prepaid(models.Model):
    """What a payer has in advance for a house (预存余额), never below zero (BIL-09)."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    balance = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["house", "person"], name="one_prepaid_per_payer"),
            models.CheckConstraint(condition=Q(balance__gte=0), name="prepaid_not_negative"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["community", "house"],
                name="prepaid_to_offset",
                condition=Q(balance__gt=0),
            )
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.balance}"


class Allocation(models.Model):
    """Part of a prepayment that went to a line (冲抵); a negative one ``undoes`` it.

    The prepayment is that of ``person`` for ``house``; its balance is what the ledger says less
    nothing: every allocation has its journal.
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="allocations")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+", db_index=False)
    business_on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, undoes__isnull=True)
                | Q(amount__lt=0, undoes__isnull=False),
                name="allocation_by_its_sign",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["house", "business_on", "id"], name="allocations_of_house")
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.amount}"
