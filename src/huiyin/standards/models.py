"""The written service standards as versioned data, the working calendar as dated rows (STD-01)."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from huiyin.estate.models import Community


class StandardVersion(models.Model):
    """One version of a community's service standards, in force from ``effective_at``.

    ``text`` is the whole TOML document, so that a version means the same for ever even when a
    profile it was made from changes. Rows are never updated: a change is a new version.
    """

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="standards")
    number = models.PositiveIntegerField()
    profile = models.CharField(max_length=30)
    text = models.TextField()
    effective_at = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    made_by_name = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "number"], name="one_standard_per_number")
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "-effective_at", "-number"], name="standard_in_force")
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="frozen", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.community_id} v{self.number}"


class Publication(models.Model):
    """What a community promises its owners in public, from one moment to another (服务承诺公示).

    ``words`` are the promises in the order of the page: the code of a target and the sentence that
    owners read. A change is a new row; what was once promised stays to be read.
    """

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="publications")
    words = models.JSONField()
    note = models.CharField(max_length=300, blank=True, default="")
    published_at = models.DateTimeField()
    published_by_name = models.CharField(max_length=60)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["community"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_publication_at_a_time",
            )
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="not_unsaid", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="only_withdrawn", exclude=["withdrawn_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.community_id} {self.published_at:%Y-%m-%d}"


class CalendarYear(models.Model):
    """A year whose holidays are known: published by decree, or entered by hand.

    A year without a row is provisional: weekdays are assumed and deadlines in it say so.
    """

    year = models.PositiveSmallIntegerField(unique=True)
    source = models.CharField(max_length=60)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A day that differs from its weekday: a holiday, or a make-up workday (调休上班).

    ``community`` null means everywhere; a community's own row for the day wins. ``spans`` are the
    opening hours of a make-up day such as ``["09:00-12:00", "13:00-18:00"]``; null takes the
    standard's hours.
    """

    community = models.ForeignKey(Community, null=True, blank=True, on_delete=models.CASCADE)
    day = models.DateField()
    is_working = models.BooleanField()
    spans = models.JSONField(null=True, blank=True)
    name = models.CharField(max_length=40, blank=True, default="")
    source = models.CharField(max_length=60)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["community", "day"], name="one_row_per_day", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {'+' if self.is_working else '-'}"
