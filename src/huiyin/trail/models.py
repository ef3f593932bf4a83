"""Who changed or read what, when, before and after; and which calls were already answered."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models


class Entry(models.Model):
    """One act worth remembering. Append-only: the database refuses change and deletion (BIL-14).

    A matter's own events are its trail and are not repeated here. ``community_id`` is a plain
    number because the trail stands below the estate.
    """

    at = models.DateTimeField()
    action = models.CharField(max_length=60)
    community_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    by_name = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["community_id", "-at", "-id"], name="entry_by_community"),
            models.Index(fields=["subject", "-at", "-id"], name="entry_by_subject"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class AnsweredCall(models.Model):
    """An API call that carried an ``Idempotency-Key``, with the answer it got.

    The row is inserted inside the call's own transaction, so key and effect commit together.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    status = models.SmallIntegerField(null=True)
    body = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")
        ]

    def __str__(self) -> str:
        return self.key
