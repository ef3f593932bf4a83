"""What owners do on the phone beside their matters: what was sent once, seen, asked to verify."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiyin.accounts.models import User
from huiyin.estate.models import Community, Person
from huiyin.matters.models import Matter
from huiyin.staff.models import Employee


class Submission(models.Model):
    """A form an owner sent, once per key: the same form again gives the same matter.

    What is sent anonymously keeps no user here either (CMP-11).
    """

    key = models.UUIDField(unique=True)
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.CASCADE)
    fingerprint = models.CharField(max_length=64)
    number = models.CharField(max_length=30, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="submission_by_age")]

    def __str__(self) -> str:
        return str(self.key)


class Look(models.Model):
    """How far somebody has read a matter: the last event that was there."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="+")
    last_event = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "matter"], name="one_look_per_matter")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.matter_id}"


class Verification(models.Model):
    """Somebody whose number is not on the roster says who they are; the desk looks it up.

    A matter of the desk carries the clock; here is what was said and what became of it.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        DECLINED = "declined"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    key = models.UUIDField(unique=True)
    phone = models.CharField(max_length=24)
    name = models.CharField(max_length=40)
    house = models.CharField(max_length=60)
    note = models.CharField(max_length=500, blank=True, default="")
    at = models.DateTimeField()
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True, default="")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["community", "phone"],
                condition=Q(state="waiting"),
                name="one_waiting_per_number",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at__isnull=True, person__isnull=True)
                | Q(state="accepted", settled_at__isnull=False, person__isnull=False)
                | Q(state="declined", settled_at__isnull=False, person__isnull=True)
                & ~Q(reason=""),
                name="verification_is_whole",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["community", "-id"], name="verification_newest")]

    def __str__(self) -> str:
        return f"verification {self.pk}"
