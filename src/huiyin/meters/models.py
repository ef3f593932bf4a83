"""Meters and their readings (仪表与抄表, BIL-03)."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from huiyin.estate.models import Building, Community, House, Unit
from huiyin.files.models import StoredFile
from huiyin.staff.models import Employee


class Meter(models.Model):
    """A meter of a house, or a shared one (house null), while it hangs there.

    ``factor`` multiplies what it shows; it rolls over after ``digits`` whole places. ``route`` and
    ``step`` are the walk in which it is read. ``replaces`` is the meter that hung there before.
    """

    class Kind(models.TextChoices):
        WATER = "water"
        HOT_WATER = "hot_water"
        ELECTRICITY = "electricity"
        GAS = "gas"
        HEAT = "heat"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    house = models.ForeignKey(
        House, null=True, blank=True, on_delete=models.PROTECT, related_name="meters"
    )
    building = models.ForeignKey(
        Building, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    place = models.CharField(max_length=80, blank=True, default="")
    factor = models.DecimalField(max_digits=8, decimal_places=2, default=1)
    digits = models.PositiveSmallIntegerField(default=5)
    route = models.CharField(max_length=40, blank=True, default="")
    step = models.PositiveIntegerField(default=0)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "code"], name="one_meter_per_code"),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(from_on__lte=F("until_on")),
                name="meter_forward",
            ),
            models.CheckConstraint(condition=Q(factor__gt=0), name="meter_factor_positive"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "route", "step", "id"], name="meters_on_the_walk")
        ]

    def __str__(self) -> str:
        return self.code


class Reading(models.Model):
    """What a meter showed on a day; append-only, a wrong one is voided and read anew.

    ``held`` is why it waits for somebody's eyes (lower, too much…) and counts for nothing until
    ``settled``; ``rolled`` says that the meter passed its last digit since the reading before.
    """

    class Kind(models.TextChoices):
        FIRST = "first"
        READ = "read"
        ESTIMATED = "estimated"
        LAST = "last"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    meter = models.ForeignKey(
        Meter, on_delete=models.PROTECT, related_name="readings", db_index=False
    )
    kind = models.CharField(max_length=9, choices=Kind.choices, default=Kind.READ)
    read_on = models.DateField()
    value = models.DecimalField(max_digits=12, decimal_places=3)
    rolled = models.BooleanField(default=False)
    photo = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=200, blank=True, default="")
    key = models.UUIDField(unique=True)
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()
    held = models.CharField(max_length=12, blank=True, default="")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_note = models.CharField(max_length=200, blank=True, default="")
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    void_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meter", "read_on", "kind"],
                condition=Q(voided_at__isnull=True),
                name="one_reading_a_day",
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="reading_not_negative"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["meter", "-read_on", "-id"], name="readings_newest"),
            models.Index(
                fields=["community", "id"],
                name="readings_held",
                condition=~Q(held="") & Q(settled_at__isnull=True, voided_at__isnull=True),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="undeletable", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="a_fact_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.meter_id, OLD.kind, OLD.read_on, OLD.value, OLD.photo_id, OLD.by_id,"
                    " OLD.recorded_at, OLD.held) IS DISTINCT FROM ROW(NEW.meter_id, NEW.kind,"
                    " NEW.read_on, NEW.value, NEW.photo_id, NEW.by_id, NEW.recorded_at, NEW.held)"
                    " OR OLD.voided_at IS NOT NULL"
                ),
                func="RAISE EXCEPTION 'reading % is history', OLD.id;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.meter_id} {self.value}"


class Skip(models.Model):
    """A meter passed over on a day's walk, and why: nobody at home, the glass broken…"""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    meter = models.ForeignKey(Meter, on_delete=models.PROTECT, related_name="skips", db_index=False)
    skipped_on = models.DateField()
    reason = models.CharField(max_length=100)
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by_name = models.CharField(max_length=60)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["meter", "skipped_on"], name="one_skip_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.meter_id} {self.skipped_on}"
