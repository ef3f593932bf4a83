"""The incident report (突发事件处理表) after an emergency (CMP-03, EMG-07)."""

from django.db import models

from huiyin.matters.models import Matter
from huiyin.staff.models import Employee


class IncidentReport(models.Model):
    """Course, cause, losses and measures of an emergency, approved by the company and filed."""

    class State(models.TextChoices):
        SUBMITTED = "submitted"
        RETURNED = "returned"
        FILED = "filed"

    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="incident_report")
    course = models.TextField()
    cause = models.TextField()
    losses = models.TextField(blank=True, default="")
    measures = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.SUBMITTED)
    written_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    opinion = models.CharField(max_length=300, blank=True, default="")
    file_number = models.CharField(max_length=30, blank=True, default="")

    def __str__(self) -> str:
        return self.file_number or f"report on {self.matter_id}"
