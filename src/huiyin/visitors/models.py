"""Appointments with managers, and what became of each visitor (REC-08)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiyin.estate.models import Community, House
from huiyin.matters.models import Matter
from huiyin.staff.models import Employee


class Appointment(models.Model):
    """A visitor who asks for a manager: wished for, arrived, received, declined or re-arranged.

    From arrival on there is a ``matter`` with a clock. Re-arranged, another appointment follows,
    which names this one as ``instead_of``.
    """

    class State(models.TextChoices):
        BOOKED = "booked"
        ARRIVED = "arrived"
        RECEIVED = "received"
        DECLINED = "declined"
        REARRANGED = "rearranged"
        CANCELLED = "cancelled"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    visitor = models.CharField(max_length=40)
    organisation = models.CharField(max_length=60, blank=True, default="")
    phone = models.CharField(max_length=24, blank=True, default="")
    house = models.ForeignKey(
        House, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    host = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="appointments")
    purpose = models.CharField(max_length=200)
    agitated = models.BooleanField(default=False)
    wished_at = models.DateTimeField()
    walk_in = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.BOOKED)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    arrived_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True, default="")
    told = models.CharField(max_length=12, blank=True, default="")
    matter = models.OneToOneField(
        Matter, null=True, blank=True, on_delete=models.PROTECT, related_name="appointment"
    )
    instead_of = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="booked", arrived_at__isnull=True, decided_at__isnull=True)
                | Q(state="arrived", arrived_at__isnull=False, decided_at__isnull=True)
                | Q(state__in=["received", "declined", "rearranged", "cancelled"])
                & Q(decided_at__isnull=False),
                name="appointment_state_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["declined", "rearranged", "cancelled"]) | ~Q(reason=""),
                name="a_refusal_has_a_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "wished_at", "id"], name="appointment_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.visitor}: {self.state}"
