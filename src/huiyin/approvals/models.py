"""Approvals (审批): chains by kind and amount, what waits for whom, what was decided (PLN-02)."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from huiyin.estate.models import Community
from huiyin.staff.models import Employee


class Chain(models.Model):
    """Who decides one after the other on a kind of request from an amount on; never changed.

    ``steps`` is a list of steps, each a list of posts of which one holder decides. The last chain
    made for a kind and amount counts; one of the community comes before the company's.
    """

    community = models.ForeignKey(Community, null=True, blank=True, on_delete=models.CASCADE)
    kind = models.CharField(max_length=30)
    from_amount = models.DecimalField(max_digits=14, decimal_places=2, default=0)  # yuan
    steps = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["kind", "community"], name="chain_by_kind")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.from_amount}"


class Request(models.Model):
    """Something that waits for decisions; it keeps the steps it was asked under.

    ``subject`` names what it is about as ``matter:YG-20260316-0007``; ``step`` counts from 0, and
    ``skipped`` lists the steps passed over because nobody could decide there. ``followed`` is the
    number of the matter that reminds whoever decides the present step; ``to_follow`` says that the
    request has moved since that matter was made.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        RETURNED = "returned"
        WITHDRAWN = "withdrawn"

    community = models.ForeignKey(Community, on_delete=models.PROTECT)
    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)  # yuan
    steps = models.JSONField()
    step = models.PositiveSmallIntegerField(default=0)
    skipped = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Whom the subject complains about: decides nothing, is not shown it.
    about = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="+", null=True, blank=True, db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    followed = models.CharField(max_length=30, blank=True, default="")
    to_follow = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | ~Q(state="waiting") & Q(decided_at__isnull=False),
                name="decided_has_a_moment",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(state="waiting"),
                name="one_waiting_request_per_subject",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["community", "id"], name="request_waiting", condition=Q(state="waiting")
            ),
            models.Index(fields=["id"], name="request_to_follow", condition=Q(to_follow=True)),
            models.Index(fields=["asked_by", "-id"], name="request_of_asker"),
            models.Index(
                fields=["followed"], name="request_by_reminder", condition=~Q(followed="")
            ),
            models.Index(fields=["subject", "-id"], name="request_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Decision(models.Model):
    """What one person decided on one step, when and why; append-only."""

    class Verdict(models.TextChoices):
        APPROVED = "approved"
        RETURNED = "returned"

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="decisions")
    step = models.PositiveSmallIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    # Who should have decided and was represented by the delegate.
    on_behalf_of = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "step"], name="one_decision_per_step"),
            models.CheckConstraint(
                condition=Q(verdict="approved") | ~Q(reason=""), name="return_has_a_reason"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.request_id} step {self.step}: {self.verdict}"
