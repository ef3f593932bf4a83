"""Papers: drawn from a form or taken in as a scan, numbered, kept, one day destroyed (PLN-04)."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from huiyin.documents.rules import DEPARTMENTS, LEVELS
from huiyin.estate.models import Community, House, Person
from huiyin.files.models import StoredFile
from huiyin.staff.models import Employee

# What never changes once a paper was issued; what it says goes only when it is destroyed.
_FACTS = (
    "community_id",
    "key",
    "number",
    "version",
    "replaces_id",
    "kind",
    "department",
    "form",
    "title",
    "subject",
    "house_id",
    "person_id",
    "about_id",
    "sha256",
    "made_at",
    "made_by_id",
    "made_by_name",
    "issued_at",
    "issued_by_id",
)
_WORDS = ("data", "summary", "words", "file_id")


def _row(of: str, names: tuple[str, ...]) -> str:
    return f"ROW({', '.join(f'{of}.{name}' for name in names)})"


_WAS_ISSUED = "OLD.state NOT IN ('draft', 'in_review', 'returned')"


class Paper(models.Model):
    """One version of a paper, from the draft to the day it is destroyed.

    ``form`` and ``data`` say how it was drawn; a scan has neither. ``sha256`` is that of its bytes.
    ``words`` is what a search looks through. ``readers`` are posts, for the level ``posts``. It is
    not there for whom its subject complains about (``about``). ``given_at`` says since when
    somebody outside may hold it: from then on it takes two people to void it.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        IN_REVIEW = "in_review"
        RETURNED = "returned"
        ISSUED = "issued"
        REPLACED = "replaced"
        VOID = "void"
        DESTROYED = "destroyed"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    key = models.UUIDField(null=True, blank=True, unique=True)
    number = models.CharField(max_length=40, blank=True, default="")
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    state = models.CharField(max_length=10, choices=State.choices)
    kind = models.CharField(max_length=30)
    department = models.CharField(max_length=12, choices=[(one, one) for one in DEPARTMENTS])
    form = models.CharField(max_length=40, blank=True, default="")
    title = models.CharField(max_length=120)
    subject = models.CharField(max_length=60, blank=True, default="")
    house = models.ForeignKey(
        House, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    about = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    level = models.CharField(
        max_length=8, choices=[(one, one) for one in LEVELS], default=LEVELS[0]
    )
    readers = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    data = models.JSONField(default=dict, blank=True)
    summary = models.TextField(blank=True, default="")
    words = models.TextField(blank=True, default="")
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sha256 = models.CharField(max_length=64, blank=True, default="")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_by_name = models.CharField(max_length=60)
    issued_at = models.DateTimeField(null=True, blank=True)
    issued_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    returned_why = models.CharField(max_length=300, blank=True, default="")
    given_at = models.DateTimeField(null=True, blank=True)
    keep_until = models.DateField(null=True, blank=True)
    # Voiding a paper that was given out, and destroying one, take two people.
    void_why = models.CharField(max_length=300, blank=True, default="")
    void_asked_at = models.DateTimeField(null=True, blank=True)
    void_asked_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    void_at = models.DateTimeField(null=True, blank=True)
    void_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    destroy_asked_at = models.DateTimeField(null=True, blank=True)
    destroy_asked_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    destroyed_at = models.DateTimeField(null=True, blank=True)
    destroyed_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["community", "number", "version"],
                condition=~Q(number=""),
                name="paper_numbered_once",
            ),
            models.UniqueConstraint(
                fields=["community", "number"],
                condition=Q(state="issued"),
                name="one_version_in_force",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "in_review", "returned", "void", "destroyed"))
                | ~Q(number="") & ~Q(sha256="") & Q(issued_at__isnull=False, file__isnull=False),
                name="issued_paper_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state="void")
                | Q(void_at__isnull=False, void_by__isnull=False) & ~Q(void_why=""),
                name="void_paper_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="void")
                | Q(given_at__isnull=True)
                | Q(void_asked_by__isnull=False) & ~Q(void_asked_by=F("void_by")),
                name="void_when_given_out_needs_two",
            ),
            models.CheckConstraint(
                condition=~Q(state="destroyed")
                | Q(destroyed_at__isnull=False, destroyed_by__isnull=False, file__isnull=True)
                & Q(destroy_asked_by__isnull=False)
                & ~Q(destroy_asked_by=F("destroyed_by")),
                name="destroyed_paper_needs_two",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "-made_at", "-id"], name="paper_newest"),
            models.Index(
                fields=["subject", "id"], name="paper_of_subject", condition=~Q(subject="")
            ),
            models.Index(
                fields=["community", "keep_until"],
                name="paper_over",
                condition=Q(keep_until__isnull=False) & ~Q(state="destroyed"),
            ),
            GinIndex(fields=["words"], name="paper_trigrams", opclasses=["gin_trgm_ops"]),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="undeletable", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="issued_is_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"{_WAS_ISSUED} AND ("
                    f"{_row('OLD', _FACTS)} IS DISTINCT FROM {_row('NEW', _FACTS)}"
                    f" OR NEW.state IN ('draft', 'in_review', 'returned')"
                    f" OR OLD.state <> 'issued' AND NEW.state NOT IN (OLD.state, 'destroyed')"
                    f" OR NEW.state <> 'destroyed' AND"
                    f" {_row('OLD', _WORDS)} IS DISTINCT FROM {_row('NEW', _WORDS)}"
                    f" OR OLD.state = 'destroyed')"
                ),
                func="RAISE EXCEPTION 'paper % was issued and stays as it is', OLD.id;",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"draft {self.pk}"
