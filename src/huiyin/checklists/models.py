"""Checklists (检查表): templates as versioned data, and the runs in which they are filled in."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from huiyin.estate.models import Community
from huiyin.staff.models import Employee


class Template(models.Model):
    """A procedure to go through item by item; without a community it is the company's own."""

    community = models.ForeignKey(Community, null=True, blank=True, on_delete=models.CASCADE)
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["community", "code"], name="one_template_per_code", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.code


class Version(models.Model):
    """The items of a template as somebody wrote them; never changed, only followed by another.

    ``items`` is a list of objects as ``rules.Item`` reads them.
    """

    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    items = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["template", "number"], name="one_version_per_number")
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"


class Run(models.Model):
    """A template being filled in by somebody about something; it keeps the version it began with.

    ``subject`` names what it is about as ``matter:YG-20260316-0007`` or ``shift:12``; of one code
    a subject of a community has one open run at a time.
    """

    class State(models.TextChoices):
        OPEN = "open"
        DONE = "done"
        DROPPED = "dropped"

    version = models.ForeignKey(Version, on_delete=models.PROTECT)
    community = models.ForeignKey(Community, on_delete=models.PROTECT)
    code = models.CharField(max_length=40)
    subject = models.CharField(max_length=60)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | ~Q(state="open") & Q(ended_at__isnull=False),
                name="ended_run_has_a_moment",
            ),
            models.UniqueConstraint(
                fields=["community", "subject", "code"],
                condition=Q(state="open"),
                name="one_open_run",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject", "id"], name="run_of_subject"),
            models.Index(fields=["community", "-started_at", "-id"], name="run_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.version_id}"


class Mark(models.Model):
    """What somebody put at one item of a run; the last mark of an item counts, all are kept.

    ``at`` is when it was done, ``recorded_at`` when we heard of it. ``key`` is the phone's own
    name for the act, so that the same mark sent twice counts once. ``raised`` is the number of the
    matter that a failed item brought about.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="marks", db_index=False)
    item = models.CharField(max_length=40)
    value = models.JSONField()
    note = models.CharField(max_length=300, blank=True, default="")
    failed = models.BooleanField(default=False)
    raises = models.CharField(max_length=24, blank=True, default="")
    raised = models.CharField(max_length=30, blank=True, default="")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.PROTECT)
    by_name = models.CharField(max_length=60)
    key = models.UUIDField(null=True, blank=True, unique=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["run", "item", "id"], name="mark_in_order"),
            models.Index(
                fields=["id"], name="mark_to_raise", condition=~Q(raises="") & Q(raised="")
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="undeletable", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="only_raised_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.run_id, OLD.item, OLD.value, OLD.note, OLD.failed, OLD.raises, OLD.at,"
                    " OLD.recorded_at, OLD.by_id, OLD.by_name, OLD.key)"
                    " IS DISTINCT FROM ROW(NEW.run_id, NEW.item, NEW.value, NEW.note, NEW.failed,"
                    " NEW.raises, NEW.at, NEW.recorded_at, NEW.by_id, NEW.by_name, NEW.key)"
                    " OR OLD.raised <> ''"
                ),
                func="RAISE EXCEPTION 'mark % is history', OLD.id;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.item}"
