"""Telephone calls as the exchange tells of them (REC-01)."""

from typing import ClassVar

from django.db import models

from huiyin.estate.models import Community
from huiyin.matters.models import Matter


class Call(models.Model):
    """One call: ringing, answered or abandoned, ended. The same event twice changes nothing."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT)
    call_id = models.CharField(max_length=60)
    number = models.CharField(max_length=24, blank=True, default="")
    ringing_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    abandoned_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    rings = models.PositiveSmallIntegerField(default=0)
    matter = models.ForeignKey(Matter, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "call_id"], name="one_row_per_call")
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "-ringing_at", "-id"], name="call_newest")
        ]

    def __str__(self) -> str:
        return self.call_id
