"""A billing run (计费批次) from its draft to its posting, in parts that can be done one by one."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiyin.billing.models.bills import Line
from huiyin.billing.models.catalogue import Assignment, ChargeGroup, ChargeItem, Tariff
from huiyin.billing.models.sources import Share, Slip
from huiyin.estate.models import Community, House, Person
from huiyin.staff.models import Employee


class Run(models.Model):
    """One billing of a group of charges for a period (BIL-06).

    ``period`` is 2026-03, 2026Q1, 2026H1 or 2026; ``from_on`` to ``until_on`` its half-open days.
    A run drafts, waits for eyes, posts once, and may be reversed as a whole. A second run of the
    same period bills only what is missing; ``kind`` correction bills what a change of facts made
    of what was billed before, ``opening`` is an import of old arrears.
    """

    class Kind(models.TextChoices):
        REGULAR = "regular"
        CORRECTION = "correction"
        OPENING = "opening"

    class State(models.TextChoices):
        DRAFTING = "drafting"
        DRAFTED = "drafted"
        POSTING = "posting"
        POSTED = "posted"
        DROPPED = "dropped"
        REVERSING = "reversing"
        REVERSED = "reversed"

    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="billing_runs", db_index=False
    )
    group = models.ForeignKey(ChargeGroup, on_delete=models.PROTECT, related_name="runs")
    period = models.CharField(max_length=7)
    from_on = models.DateField()
    until_on = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.REGULAR)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFTING)
    issued_on = models.DateField()
    due_on = models.DateField()
    key = models.UUIDField(null=True, blank=True, unique=True)
    # What the draft, later the posting comes to: houses billed, lines, yuan, houses held back.
    houses = models.PositiveIntegerField(default=0)
    lines = models.PositiveIntegerField(default=0)
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    held = models.PositiveIntegerField(default=0)
    # The same by item, its id as text: lines and yuan.
    totals = models.JSONField(default=dict, blank=True)
    # The share by which it differs from the last period, signed; null without one.
    deviation = models.DecimalField(max_digits=9, decimal_places=4, null=True, blank=True)
    # Nobody, when the calendar drafted it by itself.
    drafted_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    drafted_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    posted_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    posted_at = models.DateTimeField(null=True, blank=True)
    reversal_asked_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reversal_asked_at = models.DateTimeField(null=True, blank=True)
    reversed_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reversed_at = models.DateTimeField(null=True, blank=True)
    # When prepayments were offset against it by the finance calendar (BIL-09).
    offset_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["community", "group"],
                condition=Q(state__in=("drafting", "drafted", "posting", "reversing")),
                name="one_run_at_work",
            ),
            models.CheckConstraint(condition=Q(from_on__lt=F("until_on")), name="run_forward"),
            models.CheckConstraint(condition=Q(issued_on__lte=F("due_on")), name="run_due_later"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True)
                | Q(drafted_by__isnull=False) & ~Q(confirmed_by=F("drafted_by"))
                | Q(drafted_by__isnull=True)
                & (Q(posted_by__isnull=True) | ~Q(confirmed_by=F("posted_by"))),
                name="run_seen_by_another",
            ),
            models.CheckConstraint(
                condition=Q(reversed_by__isnull=True)
                | Q(reversal_asked_by__isnull=False) & ~Q(reversed_by=F("reversal_asked_by")),
                name="run_reversed_by_two",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "-from_on", "-id"], name="runs_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.period}"


class Part(models.Model):
    """A slice of a run: the houses with ids from ``first`` to ``last``, done in one transaction."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DRAFTED = "drafted"
        POSTED = "posted"
        REVERSED = "reversed"

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    houses = models.PositiveIntegerField(default=0)
    lines = models.PositiveIntegerField(default=0)
    amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    held = models.PositiveIntegerField(default=0)
    # When it was tried last, in vain; none once it is done.
    failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "number"], name="one_part_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class DraftLine(models.Model):
    """A line as it would be posted; it goes when its part is posted or drafted again.

    ``amount`` below zero takes that much back from the line it ``corrects``. Its references are
    checked once, when it becomes a line.
    """

    run = models.ForeignKey(
        Run, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    part = models.ForeignKey(Part, on_delete=models.CASCADE, related_name="+", db_index=False)
    house = models.ForeignKey(
        House, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    item = models.ForeignKey(
        ChargeItem, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=10, choices=Line.Kind.choices, default=Line.Kind.REGULAR)
    from_on = models.DateField()
    until_on = models.DateField()
    assignment = models.ForeignKey(
        Assignment,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    share = models.ForeignKey(
        Share,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    slip = models.ForeignKey(
        Slip,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    corrects = models.ForeignKey(
        Line,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    payer = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    liable = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    tariff = models.ForeignKey(
        Tariff,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    price = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    working = models.JSONField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["part", "house", "id"], name="draft_lines_of_part"),
            models.Index(fields=["run", "item"], name="draft_lines_of_run"),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.amount}"


class Snag(models.Model):
    """What is wrong or odd about a house in a run; a blocking one keeps the house out of it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="snags", db_index=False)
    part = models.ForeignKey(
        Part, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    house = models.ForeignKey(House, on_delete=models.CASCADE, related_name="+", db_index=False)
    item = models.ForeignKey(
        ChargeItem, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    code = models.CharField(max_length=20)
    blocking = models.BooleanField()
    values = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["run", "-blocking", "id"], name="snags_of_run"),
            models.Index(fields=["part", "house"], name="snags_of_part"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.house_id}"
