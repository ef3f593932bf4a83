"""What comes in without a telephone: e-mails as they arrived, batches written down, stickers."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from huiyin.estate.models import Building, Community
from huiyin.matters.kinds import CHANNELS, KINDS
from huiyin.matters.models import Matter
from huiyin.staff.models import Employee


class Mailbox(models.Model):
    """How far the mailbox of a community was read; address and password stay with the machine.

    ``last_uid`` counts within ``uidvalidity``: a server that renumbers its mail names another one,
    and then everything is looked at again. ``opened_at`` is the first look: what was already read
    by people before it is none of ours.
    """

    community = models.OneToOneField(Community, on_delete=models.PROTECT)
    uidvalidity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        verbose_name_plural = "mailboxes"

    def __str__(self) -> str:
        return f"mailbox of {self.community_id}"


class RawMail(models.Model):
    """An e-mail as it arrived, kept before anybody reads it, and what became of it.

    ``fingerprint`` knows the same message again, whatever number a server gives it. ``whole`` is
    false where only the head was taken, because the mail was too long. The sender's address lives
    here and nowhere else.
    """

    class State(models.TextChoices):
        STORED = "stored"
        MATTER = "matter"
        REPLY = "reply"
        BOUNCE = "bounce"
        AUTO = "auto"
        HELD = "held"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    mailbox = models.CharField(max_length=200)
    uidvalidity = models.BigIntegerField()
    uid = models.BigIntegerField()
    fingerprint = models.CharField(max_length=64)
    raw = models.BinaryField()
    size = models.BigIntegerField()
    whole = models.BooleanField(default=True)
    taken_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.STORED)
    why = models.CharField(max_length=20, blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    message_id = models.CharField(max_length=250, blank=True, default="")
    sender = models.CharField(max_length=254, blank=True, default="")
    sender_name = models.CharField(max_length=80, blank=True, default="")
    subject = models.CharField(max_length=300, blank=True, default="")
    matter = models.ForeignKey(
        Matter, null=True, blank=True, on_delete=models.PROTECT, related_name="mails"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["community", "mailbox", "uidvalidity", "uid"], name="one_mail_per_uid"
            ),
            models.UniqueConstraint(
                fields=["community", "fingerprint"], name="one_mail_per_fingerprint"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["matter", "reply"], matter__isnull=False)
                | Q(state__in=["stored", "bounce", "auto", "held"], matter__isnull=True),
                name="mail_settled_somewhere",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "-id"], name="mail_newest"),
            models.Index(fields=["tries", "id"], name="mail_to_read", condition=Q(state="stored")),
            models.Index(fields=["community", "message_id"], name="mail_by_message_id"),
            models.Index(fields=["community", "sender", "taken_at"], name="mail_of_sender"),
            models.Index(fields=["community", "taken_at"], name="mail_lately"),
        ]

    def __str__(self) -> str:
        return f"mail {self.pk}"


class Batch(models.Model):
    """What one sheet of a quick form brought: a letter, or all slips of one opening of the box.

    The same ``key`` with the same content is the same sheet sent twice.
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    key = models.UUIDField()
    fingerprint = models.CharField(max_length=64)
    channel = models.CharField(max_length=12, choices=[(name, name) for name in CHANNELS])
    at = models.DateTimeField()
    by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Channel by channel different, such as who opened the box and when.
    facts = models.JSONField(default=dict, blank=True)
    matters = models.ManyToManyField(Matter, related_name="batches")

    class Meta:
        verbose_name_plural = "batches"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "fingerprint"], name="one_batch_per_sheet")
        ]
        indexes: ClassVar = [models.Index(fields=["community", "-id"], name="batch_newest")]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"


class Sticker(models.Model):
    """A QR code on a wall or a machine: who scans it reports without logging in.

    The token says nothing of the place and cannot be guessed. A place has one live sticker.
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    building = models.ForeignKey(Building, null=True, blank=True, on_delete=models.PROTECT)
    place = models.CharField(max_length=60)
    kind = models.CharField(max_length=24, choices=[(kind, kind) for kind in KINDS])
    token = models.CharField(max_length=40, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)
    replaced_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaces"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["community", "building", "place"],
                condition=Q(retired_at__isnull=True),
                nulls_distinct=False,
                name="one_live_sticker_per_place",
            ),
            models.CheckConstraint(condition=~Q(place=""), name="sticker_has_a_place"),
        ]

    def __str__(self) -> str:
        return f"sticker {self.pk}"


class Report(models.Model):
    """A report somebody sent from the page behind a sticker, once however often it was sent."""

    sticker = models.ForeignKey(Sticker, on_delete=models.PROTECT, related_name="reports")
    key = models.UUIDField()
    fingerprint = models.CharField(max_length=64)
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sticker", "key", "fingerprint"], name="one_report_per_sheet"
            )
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"
