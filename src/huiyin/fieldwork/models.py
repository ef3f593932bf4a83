"""Work at the door: the price list, the service sheet, the store, charge slips, the phone's acts.

What was done, drawn, signed or sent is never changed; it is dropped, moved back or voided by a
further fact.
"""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from huiyin.checklists.models import Run
from huiyin.estate.models import Community, House
from huiyin.files.models import StoredFile
from huiyin.matters.models import Matter
from huiyin.staff.models import Employee, days


class PriceItem(models.Model):
    """A material, a kind of labour or a paid service and its price during half-open days (WO-08).

    A new price is a further row under the same code; the one before ends on the day it begins.
    """

    class Kind(models.TextChoices):
        MATERIAL = "material"
        LABOUR = "labour"
        SERVICE = "service"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    unit = models.CharField(max_length=10)
    price = models.DecimalField(max_digits=12, decimal_places=4)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_price_per_day",
                expressions=[
                    ("community", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (days("from_on", "until_on"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(from_on__lt=F("until_on")),
                name="price_forward",
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.price}"


class Sheet(models.Model):
    """The service sheet (服务工作单) of a matter: what was found, agreed, done and signed.

    ``signed_cycle`` says which cycle of the matter the signature stands under: a matter opened
    again is signed again.
    """

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="sheet")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    run = models.ForeignKey(Run, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=300, blank=True, default="")
    consent_name = models.CharField(max_length=40, blank=True, default="")
    consent_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    consent_at = models.DateTimeField(null=True, blank=True)
    signature = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_name = models.CharField(max_length=40, blank=True, default="")
    signed_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_cycle = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_amount__isnull=True)
                | Q(signed_at__isnull=False, signed_amount__isnull=False),
                name="signed_with_an_amount",
            )
        ]

    def __str__(self) -> str:
        return f"sheet of {self.matter_id}"


class ChargeSlip(models.Model):
    """What a household owes for one service, as it was signed; billing picks it up (WO-04).

    It never changes. ``billed_at`` says that it became a charge; a slip not yet billed may be
    voided by two people, for a reason.
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    number = models.CharField(max_length=30, unique=True)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="slips")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="charge_slips")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    lines = models.JSONField()
    payer_name = models.CharField(max_length=40)
    signature = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    made_at = models.DateTimeField()
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(max_length=60)
    billed_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True, default="")
    void_asked_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    void_asked_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="slip_of_an_amount"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True)
                | Q(billed_at__isnull=True, void_asked_by__isnull=False, voided_by__isnull=False)
                & ~Q(void_asked_by=F("voided_by"))
                & ~Q(void_reason=""),
                name="void_needs_two_people",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "-made_at", "-id"], name="slip_newest"),
            models.Index(
                fields=["community", "id"],
                name="slip_to_bill",
                condition=Q(billed_at__isnull=True, voided_at__isnull=True),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="undeletable", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="a_paper_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.community_id, OLD.number, OLD.sheet_id, OLD.house_id, OLD.amount,"
                    " OLD.lines, OLD.payer_name, OLD.signature_id, OLD.signed_at, OLD.made_at,"
                    " OLD.by_id, OLD.by_name)"
                    " IS DISTINCT FROM ROW(NEW.community_id, NEW.number, NEW.sheet_id,"
                    " NEW.house_id, NEW.amount, NEW.lines, NEW.payer_name, NEW.signature_id,"
                    " NEW.signed_at,"
                    " NEW.made_at, NEW.by_id, NEW.by_name)"
                    " OR OLD.voided_at IS NOT NULL"
                    " OR OLD.billed_at IS NOT NULL AND NEW.billed_at IS DISTINCT FROM OLD.billed_at"
                ),
                func="RAISE EXCEPTION 'slip % is issued', OLD.number;",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Line(models.Model):
    """One thing used or done, at its price; dropped it stays, with who and when (WO-04).

    ``slip`` is the paper the line was charged with: null while it is not signed yet.
    """

    class Kind(models.TextChoices):
        MATERIAL = "material"
        LABOUR = "labour"
        SERVICE = "service"

    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey(
        PriceItem, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.CharField(max_length=60)
    unit = models.CharField(max_length=10, blank=True, default="")
    quantity = models.DecimalField(max_digits=10, decimal_places=2)
    price = models.DecimalField(max_digits=12, decimal_places=4)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(max_length=60)
    key = models.UUIDField(unique=True)
    slip = models.ForeignKey(
        ChargeSlip, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    drop_reason = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0, price__gte=0, amount__gte=0), name="line_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True) | Q(slip__isnull=True),
                name="charged_line_stays",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="undeletable", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="a_fact_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.sheet_id, OLD.item_id, OLD.kind, OLD.text, OLD.unit, OLD.quantity,"
                    " OLD.price, OLD.amount, OLD.at, OLD.recorded_at, OLD.by_id, OLD.key)"
                    " IS DISTINCT FROM ROW(NEW.sheet_id, NEW.item_id, NEW.kind, NEW.text, NEW.unit,"
                    " NEW.quantity, NEW.price, NEW.amount, NEW.at, NEW.recorded_at, NEW.by_id,"
                    " NEW.key) OR OLD.dropped_at IS NOT NULL"
                ),
                func="RAISE EXCEPTION 'line % is history', OLD.id;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.text} {self.amount}"


class StockMove(models.Model):
    """Material in or out of the store; what lies there is the sum of its moves (WO-09).

    A count writes the difference between what was found and what the moves say.
    """

    class Kind(models.TextChoices):
        IN = "in"
        OUT = "out"
        BACK = "back"
        COUNT = "count"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    code = models.CharField(max_length=20)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    quantity = models.DecimalField(max_digits=10, decimal_places=2)
    reason = models.CharField(max_length=200, blank=True, default="")
    line = models.ForeignKey(
        Line, null=True, blank=True, on_delete=models.PROTECT, related_name="moves"
    )
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "kind"], name="line_draws_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["in", "back"], quantity__gt=0)
                | Q(kind="out", quantity__lt=0)
                | Q(kind="count"),
                name="move_by_its_kind",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "code", "-id"], name="moves_of_material")
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.quantity}"


class FieldAct(models.Model):
    """One act of a phone as it came in, and what became of it.

    ``phone_at`` is what the phone's clock said, ``skew_seconds`` by how much that clock was behind
    ours when it sent, ``used_at`` the moment taken. ``state`` taken is a claim whose transaction
    has not ended; it is never seen by anybody else.
    """

    class State(models.TextChoices):
        TAKEN = "taken"
        DONE = "done"
        CONFLICT = "conflict"
        REFUSED = "refused"

    key = models.UUIDField(unique=True)
    fingerprint = models.CharField(max_length=64)
    device = models.CharField(max_length=64)
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    matter = models.ForeignKey(
        Matter, null=True, blank=True, on_delete=models.PROTECT, related_name="field_acts"
    )
    number = models.CharField(max_length=30)
    act = models.CharField(max_length=10)
    given = models.JSONField()
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    phone_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField()
    skew_seconds = models.BigIntegerField()
    used_at = models.DateTimeField()
    flags = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=8, choices=State.choices, default=State.TAKEN)
    told = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["employee", "-received_at"], name="acts_of_employee"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="undeletable", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="answered_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.state <> 'taken'"),
                func="RAISE EXCEPTION 'act % was answered', OLD.key;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.number}"
