"""A promise (承诺时限): one time limit of one matter, and the ledger of its pauses."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from huiyin.estate.models import Community
from huiyin.matters.models.matter import Matter
from huiyin.staff.models import Employee
from huiyin.standards.models import StandardVersion


class Promise(models.Model):
    """A clock of a matter: when it started, when it is due, what became of it.

    ``used_seconds`` plus the time since ``running_since`` is the time used (working time for
    limits in working days). ``closed_at`` null means still owed, also when broken. ``epoch`` rises
    with every pause, stop and change of owner; a message written under an older epoch is dropped.
    A verdict (kept, broken, void) is final: the database refuses to rewrite it.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        KEPT = "kept"
        BROKEN = "broken"
        VOID = "void"

    # Every rung writes a row anew, into every index: none is here that another begins with.
    matter = models.ForeignKey(
        Matter, on_delete=models.PROTECT, related_name="promises", db_index=False
    )
    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    standard = models.ForeignKey(StandardVersion, on_delete=models.PROTECT, db_index=False)
    clause = models.CharField(max_length=40)
    code = models.CharField(max_length=16)
    rule = models.CharField(max_length=8)
    cycle = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    base_at = models.DateTimeField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    used_seconds = models.PositiveIntegerField(default=0)
    running_since = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    next_alarm_at = models.DateTimeField(null=True, blank=True)
    rung = models.PositiveSmallIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=0)
    provisional = models.BooleanField(default=False)
    void_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="running", running_since__isnull=False, closed_at__isnull=True)
                | Q(state="paused", running_since__isnull=True, closed_at__isnull=True)
                | Q(state="kept", running_since__isnull=True, closed_at__isnull=False)
                & Q(closed_at__lt=F("due_at"))
                | Q(state="broken", running_since__isnull=True)
                | Q(state="void", running_since__isnull=True, closed_at__isnull=False)
                & ~Q(void_reason=""),
                name="promise_state_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(next_alarm_at__isnull=True),
                name="closed_promise_is_silent",
            ),
            models.CheckConstraint(
                condition=Q(started_at__lte=F("due_at")), name="promise_forward"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_alarm_at", "id"],
                name="promise_alarm",
                condition=Q(next_alarm_at__isnull=False),
            ),
            models.Index(fields=["matter", "id"], name="promise_of_matter"),
            models.Index(fields=["community", "code", "due_at"], name="promise_figures"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="verdict_is_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                # What was done in time and heard of late, from a phone without signal, was in time.
                condition=pgtrigger.Condition(
                    "OLD.state IN ('kept', 'broken', 'void')"
                    " AND (NEW.state IS DISTINCT FROM OLD.state"
                    " OR NEW.due_at IS DISTINCT FROM OLD.due_at)"
                    " AND NOT (OLD.state = 'broken' AND OLD.closed_at IS NULL"
                    " AND NEW.state IN ('kept', 'void') AND NEW.due_at = OLD.due_at"
                    " AND coalesce(NEW.closed_at < OLD.due_at, false))"
                ),
                func="RAISE EXCEPTION 'the verdict of promise % is final', OLD.id;",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"


class Pause(models.Model):
    """One pause of a promise: from when, until when it was meant, and when it really ended."""

    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="pauses")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(from_at__lt=F("until_at")), name="pause_forward"),
            models.CheckConstraint(condition=~Q(reason=""), name="pause_has_a_reason"),
            models.UniqueConstraint(
                fields=["promise"], condition=Q(to_at__isnull=True), name="one_pause_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class Pulse(models.Model):
    """A mark that changes whenever a matter of the community does, so that a screen asks cheaply.

    The table is unlogged: after a crash it is empty, and the next change gives a new mark.
    """

    community = models.OneToOneField(Community, primary_key=True, on_delete=models.CASCADE)
    mark = models.UUIDField()

    def __str__(self) -> str:
        return str(self.mark)


class Heartbeat(models.Model):
    """When a loop last ran, so that its silence is noticed (clocks must not die quietly)."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
    seconds = models.FloatField()
    fired = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.name
