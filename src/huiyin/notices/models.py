"""What people are told: tellings, the messages of the outbox, owners' wishes, templates (NOT-04).

A *telling* (告知) is what an owner must be told, written with the change that caused it. The
courier makes messages of it, one for each channel; a message is what really leaves the house.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from huiyin.estate.models import Community, Person
from huiyin.staff.models import Employee


class Telling(models.Model):
    """Something that one person is to be told, once for each purpose and epoch.

    ``due_at`` is when the courier has to look at it next; none once it is settled. What is told
    about matters shortly after one another goes out with the first of them, its ``lead``, and is
    settled with it. A one-time code goes to ``address`` alone and may belong to nobody known (no
    ``person``).
    """

    class State(models.TextChoices):
        NEW = "new"
        HELD = "held"
        RINGING = "ringing"
        TOLD = "told"
        FAILED = "failed"
        DROPPED = "dropped"

    community = models.ForeignKey(Community, on_delete=models.CASCADE, db_index=False)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    purpose = models.CharField(max_length=80)
    epoch = models.PositiveIntegerField(default=0)
    category = models.CharField(max_length=10)
    template = models.CharField(max_length=40)
    values = models.JSONField(default=dict)
    about = models.CharField(max_length=40, blank=True, default="")
    link = models.CharField(max_length=200, blank=True, default="")
    address = models.CharField(max_length=120, blank=True, default="")
    # The ways out of the house that whoever tells allows; none: all of them.
    channels = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    # Why it waits, or why it went no further than the app: a code of titles.NOTES.
    note = models.CharField(max_length=30, blank=True, default="")
    lead = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="followers",
        db_index=False,
    )
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose", "person", "epoch"], name="told_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | ~Q(address=""), name="telling_to_somebody"
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=False, settled_at__isnull=True, lead__isnull=True)
                | Q(due_at__isnull=True, settled_at__isnull=False)
                | Q(due_at__isnull=True, lead__isnull=False),
                name="telling_awaits_or_settled",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "id"], name="telling_due", condition=Q(due_at__isnull=False)
            ),
            models.Index(
                fields=["due_at", "id"],
                name="telling_due_urgent",
                condition=Q(due_at__isnull=False, urgent=True),
            ),
            models.Index(fields=["person", "id"], name="telling_held", condition=Q(state="held")),
            models.Index(fields=["about", "id"], name="telling_about", condition=~Q(about="")),
            models.Index(fields=["person", "-id"], name="telling_person"),
            models.Index(fields=["lead"], name="telling_lead", condition=Q(lead__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.purpose


class Message(models.Model):
    """One message to one recipient on one channel: to an employee, or a telling to a person.

    The unique keys say what "once" means. ``fence`` names the clock that asked for it and
    ``epoch`` that clock's epoch; when they no longer match just before delivery, the message is
    dropped as superseded, so that nothing rings after the answer.

    What leaves the house carries our ``reference``, the same at every try. While a courier has it
    in hand it is ``sending``, claimed under ``claim`` until ``lease_until``.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        DELIVERED = "delivered"
        FAILED = "failed"
        SUPERSEDED = "superseded"

    community = models.ForeignKey(Community, on_delete=models.CASCADE, db_index=False)
    recipient = models.ForeignKey(
        Employee,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="messages",
        db_index=False,
    )
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    telling = models.ForeignKey(
        Telling,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="messages",
        db_index=False,
    )
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=120, blank=True, default="", db_default="")
    reference = models.UUIDField(null=True, blank=True)
    purpose = models.CharField(max_length=80)
    epoch = models.PositiveIntegerField(default=0)
    fence = models.BigIntegerField(null=True)
    about = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    text = models.TextField(blank=True, default="")
    template = models.CharField(max_length=40, blank=True, default="", db_default="")
    values = models.JSONField(null=True, blank=True)
    vendor_ids = models.JSONField(null=True, blank=True)
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    at = models.DateTimeField()
    next_try_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    provider = models.CharField(max_length=20, blank=True, default="", db_default="")
    provider_id = models.CharField(max_length=80, blank=True, default="", db_default="")
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose", "recipient", "channel", "epoch"], name="sent_once"
            ),
            models.UniqueConstraint(
                fields=["telling", "channel", "epoch"],
                name="one_channel_once",
                condition=Q(telling__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["reference"], name="one_reference", condition=Q(reference__isnull=False)
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, person__isnull=True, telling__isnull=True)
                | Q(recipient__isnull=True, telling__isnull=False),
                name="message_of_one",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", claim__isnull=False, lease_until__isnull=False)
                | (~Q(state="sending") & Q(claim__isnull=True, lease_until__isnull=True)),
                name="message_in_hand",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-urgent", "id"],
                name="message_queued",
                condition=Q(state="queued", recipient__isnull=False),
            ),
            models.Index(
                fields=["channel", "-urgent", "next_try_at", "id"],
                name="message_to_send",
                condition=Q(state="queued", recipient__isnull=True),
            ),
            models.Index(
                fields=["lease_until"], name="message_lease", condition=Q(state="sending")
            ),
            models.Index(fields=["about", "id"], name="message_about"),
            models.Index(
                fields=["recipient", "-id"],
                name="message_inbox",
                condition=Q(channel="in_app"),
            ),
            models.Index(
                fields=["person", "-id"],
                name="message_told",
                condition=Q(channel="in_app", person__isnull=False),
            ),
            models.Index(
                fields=["address", "at"], name="message_address", condition=~Q(address="")
            ),
            models.Index(
                fields=["community", "-id"],
                name="message_log",
                condition=Q(recipient__isnull=True),
            ),
            models.Index(
                fields=["provider", "provider_id"],
                name="message_at_provider",
                condition=~Q(provider_id=""),
            ),
        ]

    def __str__(self) -> str:
        return self.purpose


class Report(models.Model):
    """What a provider told about a message afterwards, kept as it came, each thing once.

    ``message`` is none while nobody here knows the reference: the report may be faster than our
    own note of having sent, or not ours at all.
    """

    provider = models.CharField(max_length=20)
    reference = models.CharField(max_length=80, blank=True, default="")
    provider_id = models.CharField(max_length=80, blank=True, default="")
    delivered = models.BooleanField()
    problem = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField()
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.CASCADE)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["provider", "reference", "provider_id", "delivered"], name="reported_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["provider", "provider_id"],
                name="report_unmatched",
                condition=Q(message__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.reference or self.provider_id}"


class Preference(models.Model):
    """The channels on which a person wants to hear of a category, first choice first.

    None at all means: only in the app. Without a row the usual ladder counts.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="preferences")
    category = models.CharField(max_length=10)
    channels = ArrayField(models.CharField(max_length=10), default=list, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "category"], name="one_preference")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.category}"


class Language(models.Model):
    """The language in which a person is told things."""

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, primary_key=True, related_name="told_in"
    )
    language = models.CharField(max_length=10)

    def __str__(self) -> str:
        return self.language


class Address(models.Model):
    """Where a person is reached on a channel other than the telephone: e-mail, WeChat, WeCom.

    Only one that was proved (``verified_at``) is written to.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="addresses")
    channel = models.CharField(max_length=10)
    value = models.CharField(max_length=120)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "addresses"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "channel"], name="one_address")
        ]
        indexes: ClassVar = [models.Index(fields=["channel", "value"], name="address_by_value")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.channel}"


class TemplateVersion(models.Model):
    """A community's own wording of a template, once approved never changed again.

    ``texts`` holds title, text and short text for each language, ``vendor_ids`` under which id
    each provider of short messages knows this wording. ``request_id`` is the approval it awaits.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        IN_REVIEW = "in_review"
        APPROVED = "approved"
        RETURNED = "returned"
        RETIRED = "retired"

    community = models.ForeignKey(Community, on_delete=models.CASCADE)
    code = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=60)
    texts = models.JSONField()
    vendor_ids = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    request_id = models.BigIntegerField(null=True, blank=True)
    opinion = models.CharField(max_length=300, blank=True, default="")
    made_at = models.DateTimeField()
    made_by_name = models.CharField(max_length=60)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["community", "code", "number"], name="one_template_number"
            ),
            models.UniqueConstraint(
                fields=["community", "code"],
                name="one_open_template",
                condition=Q(state__in=["draft", "in_review", "returned"]),
            ),
            models.UniqueConstraint(
                fields=["community", "code"],
                name="one_template_in_use",
                condition=Q(state="approved"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"
