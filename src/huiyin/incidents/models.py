"""Emergencies (突发事件): the alarm, the plan being worked off, outside help, review, report."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from huiyin.checklists.models import Run
from huiyin.estate.models import Community, House, Unit
from huiyin.incidents.plans import PLANS
from huiyin.incidents.rules import SERVICES, WAYS
from huiyin.matters.models import Matter
from huiyin.staff.models import Employee


class Incident(models.Model):
    """A matter whose plan was opened: its steps are the checklist run, its life is told here.

    ``raised_at`` is the first tap on the red button, ``opened_at`` when we heard of it.
    ``begins_at`` and ``ends_at`` belong to what was announced beforehand, a planned power cut.
    ``came_of`` is the incident in whose plan this one was found: somebody in a lift after a cut.
    """

    class State(models.TextChoices):
        OPEN = "open"
        OVER = "over"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="incident")
    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    plan = models.CharField(max_length=30, choices=[(code, code) for code in PLANS])
    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    raised_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    begins_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    came_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="led_to"
    )
    over_at = models.DateTimeField(null=True, blank=True)
    over_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    over_note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="open", over_at__isnull=True)
                | Q(state="over", over_at__isnull=False),
                name="incident_over_has_a_moment",
            ),
            models.CheckConstraint(
                # Compared with nothing is unknown, which a check lets pass: hence isnull.
                condition=Q(begins_at__isnull=True)
                | Q(ends_at__isnull=False, ends_at__gt=F("begins_at")),
                name="incident_ends_after_it_begins",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "-raised_at", "-id"], name="incident_newest")
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.matter_id}"


class Alarm(models.Model):
    """One press of the red button; all but the first joined an incident that was open already."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="alarms")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.PROTECT)
    by_name = models.CharField(max_length=60)
    text = models.CharField(max_length=300)
    # The page's own name for the press, so that the same one sent twice counts once.
    key = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.text


class Attendance(models.Model):
    """Somebody on site, from when (EMG-03)."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="attendances")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    post = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "employee"], name="on_site_once")
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} at {self.incident_id}"


class LeftOut(models.Model):
    """A step of the plan that does not apply, and why; taken back when it is done after all."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="left_out")
    item = models.CharField(max_length=40)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.PROTECT)
    by_name = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "item"], name="left_out_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="left_out_for_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.item}"


class OutsideCall(models.Model):
    """Outside help: consent asked, given, the call, arrival, leaving (EMG-02, EMG-03).

    Where the plan wants a leader's consent, the database refuses a call that has neither a consent
    from before it nor the reason why nobody waited for one.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="calls")
    service = models.CharField(max_length=8, choices=[(one, one) for one in SERVICES])
    name = models.CharField(max_length=60, blank=True, default="")
    phone = models.CharField(max_length=24, blank=True, default="")
    needs_consent = models.BooleanField(default=False)
    why = models.CharField(max_length=300, blank=True, default="")  # what for, as told to them
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    consent_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    consent_at = models.DateTimeField(null=True, blank=True)
    consent_way = models.CharField(
        max_length=10, choices=[(one, one) for one in WAYS], blank=True, default=""
    )
    # Who wrote the consent down; the leader in person where the way is "page".
    consent_noted_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    without_consent = models.CharField(max_length=300, blank=True, default="")
    called_at = models.DateTimeField(null=True, blank=True)
    called_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    arrived_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    vehicles = models.CharField(max_length=120, blank=True, default="")
    hospital = models.CharField(max_length=120, blank=True, default="")
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_why = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(called_at__isnull=True)
                | Q(needs_consent=False)
                | Q(consent_at__isnull=False, consent_at__lte=F("called_at"))
                | ~Q(without_consent=""),
                name="called_with_consent_or_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(consent_at__isnull=True, consent_by__isnull=True, consent_way="")
                | Q(consent_at__isnull=False, consent_by__isnull=False) & ~Q(consent_way=""),
                name="consent_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(called_at__isnull=False) | Q(asked_at__isnull=False),
                name="asked_or_called",
            ),
            models.CheckConstraint(
                condition=Q(arrived_at__isnull=True)
                | Q(called_at__isnull=False, arrived_at__gte=F("called_at")),
                name="arrived_after_the_call",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True)
                | Q(arrived_at__isnull=False, left_at__gte=F("arrived_at")),
                name="left_after_arriving",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True) | ~Q(dropped_why=""),
                name="dropped_for_a_reason",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="undeletable", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="what_was_called_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.called_at IS NOT NULL AND (OLD.service, OLD.called_at, OLD.called_by_id,"
                    " OLD.needs_consent, OLD.without_consent)"
                    " IS DISTINCT FROM (NEW.service, NEW.called_at, NEW.called_by_id,"
                    " NEW.needs_consent, NEW.without_consent)"
                ),
                func="RAISE EXCEPTION 'call % is history', OLD.id;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} for {self.incident_id}"


class Telling(models.Model):
    """A household or an entrance that was told, how and when (EMG-04)."""

    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="tellings", db_index=False
    )
    house = models.ForeignKey(House, null=True, blank=True, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT)
    way = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "house"], name="household_told_once"),
            models.UniqueConstraint(fields=["incident", "unit"], name="entrance_told_once"),
            models.CheckConstraint(
                condition=Q(house__isnull=True, unit__isnull=False)
                | Q(house__isnull=False, unit__isnull=True),
                name="told_a_house_or_an_entrance",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.house_id or self.unit_id}"


class Review(models.Model):
    """The meeting afterwards: when, who, what caused it, what was learnt (EMG-06, EMG-07)."""

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="review")
    held_at = models.DateTimeField()
    people = models.CharField(max_length=300)
    causes = models.TextField()
    lessons = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(people="") & ~Q(causes="") & ~Q(lessons=""), name="review_is_whole"
            )
        ]

    def __str__(self) -> str:
        return f"review of {self.incident_id}"


class Measure(models.Model):
    """What the review decided: a matter of its own with an owner and a last day (EMG-07)."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="measures")
    text = models.CharField(max_length=500)
    owner = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.text


class EmergencyContact(models.Model):
    """A number on the call list of a community: police, lift company, waterworks (EMG-01)."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE)
    service = models.CharField(max_length=8, choices=[(one, one) for one in SERVICES])
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=24)
    note = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["community", "service", "phone"], name="contact_listed_once"
            ),
            models.CheckConstraint(condition=~Q(phone="") & ~Q(name=""), name="contact_is_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.phone}"


class IncidentReport(models.Model):
    """The incident report (突发事件处理表), approved by the company and filed (CMP-03, EMG-07).

    The fields are those of the paper; a filed report never changes again.
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted"
        RETURNED = "returned"
        FILED = "filed"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="incident_report")
    category = models.CharField(max_length=30, blank=True, default="")
    happened_at = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=120, blank=True, default="")
    received = models.CharField(max_length=300, blank=True, default="")
    attended = models.TextField(blank=True, default="")
    course = models.TextField()
    losses = models.TextField(blank=True, default="")
    handling = models.TextField(blank=True, default="")
    cause = models.TextField()
    responsibility = models.TextField(blank=True, default="")
    measures = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.SUBMITTED)
    written_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    # The opinion of the site (管理处意见), then that of the company.
    site_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    site_at = models.DateTimeField(null=True, blank=True)
    site_opinion = models.CharField(max_length=300, blank=True, default="")
    decided_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    opinion = models.CharField(max_length=300, blank=True, default="")
    file_number = models.CharField(max_length=30, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state="filed")
                | ~Q(file_number="") & Q(decided_at__isnull=False, decided_by__isnull=False),
                name="filed_has_number_and_hand",
            )
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="filed_is_final",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="filed"),
            )
        ]

    def __str__(self) -> str:
        return self.file_number or f"report on {self.matter_id}"
