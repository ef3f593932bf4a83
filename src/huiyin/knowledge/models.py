"""Answers to owners' questions (REC-13) and the guides of the desk (REC-07)."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from huiyin.estate.models import Community
from huiyin.staff.models import Employee


class Answer(models.Model):
    """A question owners ask and what they are told; without a community it is the company's.

    ``words`` are further words somebody may type. ``pieces`` are the pairs of characters and
    ``initials`` the first letters in pinyin by which it is found. Owners may be shown it only when
    ``owner_visible`` and a second person has looked at it (``checked_by``); every change of what
    it says takes that look back. What stood there before is in the trail.
    """

    community = models.ForeignKey(
        Community, null=True, blank=True, on_delete=models.CASCADE, db_index=False
    )
    question = models.CharField(max_length=120)
    answer = models.TextField()
    words = models.CharField(max_length=200, blank=True, default="")
    owner_visible = models.BooleanField(default=False)
    review_on = models.DateField(null=True, blank=True)
    used_count = models.PositiveIntegerField(default=0)
    from_matter = models.CharField(max_length=30, blank=True, default="")
    author = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()
    checked_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    pieces = ArrayField(models.CharField(max_length=8))
    initials = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True, checked_at__isnull=True)
                | Q(checked_by__isnull=False, checked_at__isnull=False),
                name="second_look_has_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("author")),
                name="second_look_is_another_person",
            ),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["pieces"], name="answer_pieces"),
            GinIndex(
                fields=["question", "words", "answer", "initials"],
                name="answer_trigrams",
                opclasses=["gin_trgm_ops"] * 4,
            ),
            models.Index(fields=["community", "-changed_at", "-id"], name="answer_newest"),
            models.Index(
                fields=["community", "review_on"],
                name="answer_to_review",
                condition=Q(retired_at__isnull=True, review_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.question


class GuideVersion(models.Model):
    """The guides of a community as somebody wrote them; never changed, only followed by another.

    Until a community has one, the guides shipped in ``guides.toml`` count.
    """

    community = models.ForeignKey(Community, on_delete=models.CASCADE, db_index=False)
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Employee, null=True, blank=True, on_delete=models.PROTECT)
    reason = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["community", "number"], name="one_guide_version_per_number"
            )
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.community_id} v{self.number}"
