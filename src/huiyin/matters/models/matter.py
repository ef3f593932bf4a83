"""A matter (事项), its append-only events, its photos, and what was dropped."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from huiyin.estate.models import Community, House, Person
from huiyin.files.models import StoredFile
from huiyin.matters.kinds import CAUSES, CHANNELS, EVENT_KINDS, KINDS, STATES
from huiyin.staff.models import Employee
from huiyin.standards.models import StandardVersion


class Matter(models.Model):
    """Anything that must be settled: one number, one owner, one list of events (STD-03).

    ``owner`` is never null: from the first second somebody answers for it. ``nearest_due_at`` is
    the earliest due moment among the promises still owed, kept here so that a queue of a million
    sorts by index; null once nothing is owed.
    """

    # db_index=False throughout: an index of ours begins with that column, or nobody asks by it.
    community = models.ForeignKey(
        Community, on_delete=models.PROTECT, related_name="matters", db_index=False
    )
    number = models.CharField(max_length=30, unique=True)
    kind = models.CharField(max_length=24, choices=[(kind, kind) for kind in KINDS])
    state = models.CharField(
        max_length=12, choices=[(state, state) for state in STATES], default="received"
    )
    channel = models.CharField(max_length=12, choices=[(name, name) for name in CHANNELS])
    text = models.TextField()
    house = models.ForeignKey(
        House,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="matters",
        db_index=False,
    )
    place = models.CharField(max_length=80, blank=True, default="")
    # Who raised it (REC-02); empty when anonymous (CMP-11).
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="matters"
    )
    caller_name = models.CharField(max_length=40, blank=True, default="")
    caller_phone = models.CharField(max_length=24, blank=True, default="")
    anonymous = models.BooleanField(default=False)
    important = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # First-asked responsibility (首问责任制, STD-05): who heard it first follows it to the end.
    follower = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="followed"
    )
    owner = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="owned")
    # Complaints about an attitude (CMP-05): the employee complained of never sees who complained.
    about_employee = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Several reports of one problem, a burst pipe: each keeps its own clocks, one is worked on.
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="linked",
        db_index=False,
    )
    standard = models.ForeignKey(StandardVersion, on_delete=models.PROTECT, db_index=False)
    cycle = models.PositiveSmallIntegerField(default=1)
    first_time_pass = models.BooleanField(null=True, blank=True)
    nearest_due_at = models.DateTimeField(null=True, blank=True)
    # When somebody last did something about it, or when its pause ends: what stands still since.
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.TextField(blank=True, default="")
    cause = models.CharField(
        max_length=14, choices=[(cause, cause) for cause in CAUSES], blank=True, default=""
    )
    signed_name = models.CharField(max_length=40, blank=True, default="")
    signed_at = models.DateTimeField(null=True, blank=True)
    visited_back_at = models.DateTimeField(null=True, blank=True)
    satisfaction = models.PositiveSmallIntegerField(null=True, blank=True)
    comment = models.TextField(blank=True, default="")
    # How often the owner chased it (催办) since it was last opened (OWN-01).
    chases = models.PositiveSmallIntegerField(default=0, db_default=0)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__range=(1, 5)),
                name="satisfaction_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | ~Q(state="closed") & Q(closed_at__isnull=True),
                name="closed_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(anonymous=False)
                | Q(person__isnull=True, caller_name="", caller_phone=""),
                name="anonymous_keeps_no_name",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=models.F("id")),
                name="no_parent_of_itself",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["community", "nearest_due_at", "id"],
                name="matter_queue",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["owner", "nearest_due_at", "id"],
                name="matter_of_owner",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["community", "nearest_due_at", "id"],
                name="matter_unassigned",
                condition=Q(state__in=["received", "reopened"]),
            ),
            models.Index(
                fields=["community", "moved_at", "id"],
                name="matter_stalled",
                condition=Q(state__in=["assigned", "accepted", "on_site"]),
            ),
            models.Index(fields=["community", "-received_at", "-id"], name="matter_newest"),
            models.Index(fields=["house", "-received_at"], name="matter_of_house"),
            models.Index(
                fields=["parent", "id"],
                name="matter_linked",
                condition=Q(parent__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Event(models.Model):
    """One thing that happened to a matter. Append-only (invariant 3 of the design).

    ``at`` is when it happened, ``recorded_at`` when it was written. ``contact`` is true for a real
    two-way contact with the owner: only that renews keep-in-touch (CMP-06).
    """

    matter = models.ForeignKey(
        Matter, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    kind = models.CharField(max_length=14, choices=[(kind, kind) for kind in EVENT_KINDS])
    by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    by_name = models.CharField(max_length=60)
    via = models.CharField(max_length=12, blank=True, default="")
    contact = models.BooleanField(default=False)
    text = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["matter", "at", "id"], name="event_in_order")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.kind


class Photo(models.Model):
    """A photo of a matter; ``stage`` says whether it shows it before or after the work (WO-07)."""

    class Stage(models.TextChoices):
        UNTOLD = ""
        BEFORE = "before"
        AFTER = "after"

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="photos")
    stage = models.CharField(max_length=6, choices=Stage.choices, blank=True, default=Stage.UNTOLD)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT)
    at = models.DateTimeField()
    by = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["matter", "file"], name="one_photo_per_file")
        ]

    def __str__(self) -> str:
        return f"photo {self.pk}"


class NonConformity(models.Model):
    """A quality non-conformity of the follower who dropped a matter (首问责任制, STD-05)."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="non_conformities")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT)
    promise = models.OneToOneField("matters.Promise", on_delete=models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "non-conformities"

    def __str__(self) -> str:
        return f"{self.matter_id}: {self.employee_id}"
