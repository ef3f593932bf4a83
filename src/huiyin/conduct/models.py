"""What follows a complaint about an attitude (CMP-05): the facts, a correction, a penalty."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from huiyin.matters.models import Matter
from huiyin.staff.models import Employee


class ConductCase(models.Model):
    """The case of one employee complained of: own statement, time-limited correction, penalty.

    The correction itself is a matter with a clock (``correction``). A penalty counts only once a
    second person has approved it.
    """

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="conduct_case")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    statement = models.TextField(blank=True, default="")
    statement_at = models.DateTimeField(null=True, blank=True)
    correction = models.OneToOneField(
        Matter, null=True, blank=True, on_delete=models.PROTECT, related_name="corrects"
    )
    correction_due_on = models.DateField(null=True, blank=True)
    penalty = models.CharField(max_length=300, blank=True, default="")
    penalty_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    penalty_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("penalty_by")),
                name="penalty_needs_two_people",
            )
        ]

    def __str__(self) -> str:
        return f"conduct in {self.matter_id}"
