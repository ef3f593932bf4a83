"""Where amounts come from that no tariff gives, and where those collected for others go."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from huiyin.billing.models.catalogue import ChargeItem
from huiyin.estate.models import Community, House
from huiyin.files.models import StoredFile
from huiyin.meters.models import Meter
from huiyin.staff.models import Employee


class Scope(models.Model):
    """The houses that share a cost (分摊范围): ``places`` names buildings, units or single houses.

    ``{"kinds": ["flat"], "buildings": [1], "units": [], "houses": [], "but": []}``; an empty one is
    the whole community. Empty and unsold houses always share (BIL-02).
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    name = models.CharField(max_length=40)
    places = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "name"], name="one_scope_per_name")
        ]

    def __str__(self) -> str:
        return self.name


class Pool(models.Model):
    """A shared cost of past days to be apportioned among the houses of a scope (公摊, BIL-02).

    ``amount`` in yuan, by ``basis``: area, household, weight or sub-meter. ``vacant`` says who
    bears the share of a house not handed over or empty: the developer, or its owner.
    """

    class Basis(models.TextChoices):
        AREA = "area"
        HOUSEHOLD = "household"
        WEIGHT = "weight"
        METER = "meter"

    class State(models.TextChoices):
        OPEN = "open"
        SHARED = "shared"
        DROPPED = "dropped"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="pools")
    scope = models.ForeignKey(Scope, on_delete=models.PROTECT, related_name="pools")
    name = models.CharField(max_length=60)
    from_on = models.DateField()
    until_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    basis = models.CharField(max_length=9, choices=Basis.choices)
    vacant = models.CharField(max_length=9, default="developer")
    # The kind of the houses' own meters, whose consumption weighs.
    meter_kind = models.CharField(max_length=12, choices=Meter.Kind.choices, blank=True, default="")
    # Weights entered by hand, by house id as text; before those of the assignments.
    weights = models.JSONField(default=dict, blank=True)
    meter = models.ForeignKey(
        Meter, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    quantity = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    paper = models.CharField(max_length=60, blank=True, default="")
    scan = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # What all houses weigh together, once it was shared out.
    weight = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    key = models.UUIDField(null=True, blank=True, unique=True)
    made_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(from_on__lt=F("until_on")), name="pool_forward"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="pool_of_an_amount"),
            models.CheckConstraint(
                condition=Q(basis="meter") & ~Q(meter_kind="")
                | ~Q(basis="meter") & Q(meter_kind=""),
                name="pool_by_meters_names_them",
            ),
            models.UniqueConstraint(
                fields=["item", "scope", "from_on", "until_on", "paper"],
                condition=~Q(state="dropped"),
                name="one_pool_for_the_days",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "-from_on", "-id"], name="pools_newest")
        ]

    def __str__(self) -> str:
        return self.name


class Share(models.Model):
    """What one house bears of a shared cost; the shares of a pool add up to it, to the cent.

    All of a pool are written by one statement that holds the pool and reads the houses: neither
    reference is checked once more for each of a hundred thousand rows.
    """

    pool = models.ForeignKey(
        Pool, on_delete=models.CASCADE, related_name="shares", db_index=False, db_constraint=False
    )
    house = models.ForeignKey(
        House, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    weight = models.DecimalField(max_digits=14, decimal_places=4)
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pool", "house"], name="one_share_per_house"),
            models.CheckConstraint(
                condition=Q(weight__gte=0, amount__gte=0), name="share_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.amount}"


class Slip(models.Model):
    """A signed slip (单据) for water, the club, cleaning, cards, a repair, to be charged (BIL-04).

    ``source`` names the paper of another room once, such as ``slip:YG-F-…``. It never changes; one
    that is not billed yet may be voided by two people.
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    number = models.CharField(max_length=30, unique=True)
    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="slips")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="slips")
    done_on = models.DateField()
    lines = models.JSONField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    signed_name = models.CharField(max_length=40)
    scan = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source = models.CharField(max_length=60, null=True, blank=True, unique=True)
    key = models.UUIDField(null=True, blank=True, unique=True)
    made_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()
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
            models.CheckConstraint(condition=Q(amount__gt=0), name="charge_slip_of_an_amount"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True)
                | Q(void_asked_by__isnull=False, voided_by__isnull=False)
                & ~Q(void_asked_by=F("voided_by"))
                & ~Q(void_reason=""),
                name="charge_slip_voided_by_two",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "-made_at", "-id"], name="slips_newest"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="undeletable", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="a_paper_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.community_id, OLD.number, OLD.item_id, OLD.house_id, OLD.done_on,"
                    " OLD.lines, OLD.amount, OLD.signed_name, OLD.scan_id, OLD.source, OLD.made_at)"
                    " IS DISTINCT FROM ROW(NEW.community_id, NEW.number, NEW.item_id, NEW.house_id,"
                    " NEW.done_on, NEW.lines, NEW.amount, NEW.signed_name, NEW.scan_id, NEW.source,"
                    " NEW.made_at) OR OLD.voided_at IS NOT NULL"
                ),
                func="RAISE EXCEPTION 'slip % is issued', OLD.number;",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class HandOver(models.Model):
    """Money collected for a utility and paid on to it (代收代付, BIL-16).

    One person enters it, another confirms; only then it is in the books, and stays.
    """

    class State(models.TextChoices):
        ENTERED = "entered"
        CONFIRMED = "confirmed"
        DROPPED = "dropped"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="hand_overs")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    paid_on = models.DateField()
    paper = models.CharField(max_length=60)
    scan = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.ENTERED)
    key = models.UUIDField(unique=True)
    made_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    settled_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="hand_over_of_an_amount"),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | Q(settled_by__isnull=False) & ~Q(settled_by=F("made_by")),
                name="hand_over_confirmed_by_another",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "-paid_on", "-id"], name="hand_overs_newest")
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="undeletable", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="a_payment_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'entered' OR to_jsonb(OLD) - 'state' - 'settled_by_id'"
                    " - 'settled_at' IS DISTINCT FROM to_jsonb(NEW) - 'state' - 'settled_by_id'"
                    " - 'settled_at'"
                ),
                func="RAISE EXCEPTION 'hand-over % is in the books', OLD.id;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.amount}"
