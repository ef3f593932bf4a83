"""The outbox: every message, written with the change that caused it, sent at most once (NOT-04)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiyin.estate.models import Community
from huiyin.staff.models import Employee


class Message(models.Model):
    """One message to one recipient on one channel.

    The unique key says what "once" means. ``fence`` names the clock that asked for it and
    ``epoch`` that clock's epoch; when they no longer match just before delivery, the message is
    dropped as superseded, so that nothing rings after the answer.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SENT = "sent"
        FAILED = "failed"
        SUPERSEDED = "superseded"

    community = models.ForeignKey(Community, on_delete=models.CASCADE, db_index=False)
    recipient = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    channel = models.CharField(max_length=10)
    purpose = models.CharField(max_length=80)
    epoch = models.PositiveIntegerField(default=0)
    fence = models.BigIntegerField(null=True)
    about = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    text = models.TextField(blank=True, default="")
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose", "recipient", "channel", "epoch"], name="sent_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-urgent", "id"], name="message_queued", condition=Q(state="queued")
            ),
            models.Index(fields=["about", "id"], name="message_about"),
            models.Index(
                fields=["recipient", "-id"],
                name="message_inbox",
                condition=Q(channel="in_app"),
            ),
        ]

    def __str__(self) -> str:
        return self.purpose
