"""The desk's telephone, and the log of its shifts (REC-01, REC-12, HR-03)."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from huiyin.estate.models import Community
from huiyin.matters.models import Matter
from huiyin.staff.models import Employee


class Call(models.Model):
    """One call: ringing, answered or abandoned, ended. The same event twice changes nothing.

    ``matter`` is its call-back, ``raised`` the matter that somebody made of what was said.
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT)
    call_id = models.CharField(max_length=60)
    number = models.CharField(max_length=24, blank=True, default="")
    extension = models.CharField(max_length=12, blank=True, default="")
    ringing_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    abandoned_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    rings = models.PositiveSmallIntegerField(default=0)
    taken_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    put_away_at = models.DateTimeField(null=True, blank=True)
    matter = models.ForeignKey(Matter, null=True, blank=True, on_delete=models.PROTECT)
    raised = models.ForeignKey(
        Matter, null=True, blank=True, on_delete=models.PROTECT, related_name="told_by_call"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "call_id"], name="one_row_per_call")
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "-ringing_at", "-id"], name="call_newest")
        ]

    def __str__(self) -> str:
        return self.call_id


class Extension(models.Model):
    """A telephone of the community and who sits at it now; nobody sits at two at once."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE)
    number = models.CharField(max_length=12)
    label = models.CharField(max_length=40, blank=True, default="")
    employee = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.SET_NULL)
    since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "number"], name="one_row_per_extension"),
            models.UniqueConstraint(
                fields=["community", "employee"], name="one_extension_per_person"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Exchange(models.Model):
    """The key of a community's telephone exchange, as the salt from which its secret is derived.

    The secret itself is nowhere: whoever reads this table alone can sign nothing. After a change
    the former one may hold a while, so that no call is lost.
    """

    community = models.OneToOneField(Community, on_delete=models.CASCADE)
    salt = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    former_salt = models.CharField(max_length=40, blank=True, default="")
    former_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"exchange of {self.community_id}"


class Delivery(models.Model):
    """A signed message that was answered, so that the same one gets the same answer."""

    exchange = models.ForeignKey(Exchange, on_delete=models.CASCADE, db_index=False)
    webhook_id = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    at = models.DateTimeField()
    answer = models.JSONField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["exchange", "webhook_id"], name="one_answer_per_message"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["exchange", "at"], name="delivery_by_time")]

    def __str__(self) -> str:
        return self.webhook_id


class DutyLog(models.Model):
    """The log of one shift of the desk (值班记录表): open, handed over, signed by the supervisor.

    While it is open its figures are read live; ``facts`` is what they were when it was handed
    over, and from then on the paper stays as it is. ``after_event`` is an event of a matter from
    before the shift, so that those of the shift are found without reading all of them.
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    day = models.DateField()
    period = models.CharField(max_length=11)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    after_event = models.BigIntegerField(default=0)
    facts = models.JSONField(null=True, blank=True)
    handed_at = models.DateTimeField(null=True, blank=True)
    handed_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    excuse = models.CharField(max_length=200, blank=True, default="")
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    opinion = models.CharField(max_length=300, blank=True, default="")
    matter = models.ForeignKey(Matter, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "starts_at"], name="one_log_per_shift"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="duty_forward"),
            models.CheckConstraint(
                condition=Q(handed_at__isnull=True, facts__isnull=True, handed_by__isnull=True)
                | Q(handed_at__isnull=False, facts__isnull=False, handed_by__isnull=False),
                name="handed_over_has_facts",
            ),
            models.CheckConstraint(
                condition=Q(taken_by__isnull=True) | ~Q(taken_by=F("handed_by")),
                name="taken_over_by_another",
            ),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("handed_by")),
                name="signed_by_another",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="undeletable", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="handed_over_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.handed_at IS NOT NULL AND ROW(OLD.facts, OLD.handed_at, OLD.handed_by_id,"
                    " OLD.excuse, OLD.day, OLD.period, OLD.starts_at, OLD.ends_at)"
                    " IS DISTINCT FROM ROW(NEW.facts, NEW.handed_at, NEW.handed_by_id,"
                    " NEW.excuse, NEW.day, NEW.period, NEW.starts_at, NEW.ends_at)"
                ),
                func="RAISE EXCEPTION 'duty log % was handed over', OLD.id;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.period}"


class Attendance(models.Model):
    """Somebody on a shift: signed in, signed off after the four checks or with a reason (HR-03)."""

    log = models.ForeignKey(DutyLog, on_delete=models.PROTECT, related_name="people")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    signed_in_at = models.DateTimeField()
    signed_off_at = models.DateTimeField(null=True, blank=True)
    excuse = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["log", "employee"], name="once_on_a_shift")
        ]

    def __str__(self) -> str:
        return f"{self.log_id}: {self.employee_id}"


class DutyNote(models.Model):
    """A line of the log, of the shift or about keys and equipment. Append-only."""

    class About(models.TextChoices):
        SHIFT = "shift"
        KEYS = "keys"

    log = models.ForeignKey(DutyLog, on_delete=models.PROTECT, related_name="notes")
    about = models.CharField(max_length=5, choices=About.choices, default=About.SHIFT)
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)

    class Meta:
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.text[:30]


class OpenItem(models.Model):
    """Something unfinished, handed to a named person, who accepts it (REC-12).

    ``moves`` says that the matter itself changes hands when it is accepted; without it the person
    only keeps an eye on it.
    """

    log = models.ForeignKey(DutyLog, on_delete=models.PROTECT, related_name="items")
    matter = models.ForeignKey(Matter, null=True, blank=True, on_delete=models.PROTECT)
    text = models.CharField(max_length=300)
    to = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    moves = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.ForeignKey(Employee, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(moves=False) | Q(matter__isnull=False), name="only_a_matter_moves"
            ),
            models.UniqueConstraint(fields=["log", "matter"], name="a_matter_once_in_a_log"),
        ]

    def __str__(self) -> str:
        return self.text[:30]
