"""What neighbours do together: surveys, gatherings with sign-up, a board to talk on (OWN-03)."""

from typing import ClassVar
from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import F, Q

from huiyin.estate.models import Community, House, Person
from huiyin.matters.models import Matter
from huiyin.staff.models import Employee


class Survey(models.Model):
    """Questions to every household of a community (问卷); what was asked stays as it was asked.

    ``questions`` are checked by ``rules.read_questions``. Both days are included.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        CLOSED = "closed"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    title = models.CharField(max_length=60)
    intro = models.TextField(blank=True, default="")
    questions = models.JSONField()
    opens_on = models.DateField()
    closes_on = models.DateField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    made_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(opens_on__lte=F("closes_on")), name="survey_forward")
        ]
        indexes: ClassVar = [models.Index(fields=["community", "-id"], name="survey_newest")]

    def __str__(self) -> str:
        return self.title


class Turnout(models.Model):
    """That a household has answered a survey; what it answered is not written here."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="turnout")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["survey", "house"], name="one_answer_per_household")
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}: {self.house_id}"


class Ballot(models.Model):
    """One answered sheet, without name, house or moment; the key is random, so is the order."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="ballots")
    answers = models.JSONField()
    words = models.TextField(blank=True, default="")

    class Meta:
        triggers: ClassVar = [
            pgtrigger.Protect(name="cast", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return str(self.id)


class Gathering(models.Model):
    """Something that takes place and to which households sign up (社区活动)."""

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    title = models.CharField(max_length=60)
    text = models.TextField(blank=True, default="")
    place = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    sign_up_until = models.DateTimeField()
    seats = models.PositiveSmallIntegerField(null=True, blank=True)
    made_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    called_off_at = models.DateTimeField(null=True, blank=True)
    called_off_why = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at"), sign_up_until__lte=F("ends_at")),
                name="gathering_forward",
            ),
            models.CheckConstraint(
                condition=Q(called_off_at__isnull=True, called_off_why="")
                | (Q(called_off_at__isnull=False) & ~Q(called_off_why="")),
                name="called_off_says_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "-starts_at", "-id"], name="gathering_newest")
        ]

    def __str__(self) -> str:
        return self.title


class SignUp(models.Model):
    """A household's places at a gathering; signed off, the row stays."""

    gathering = models.ForeignKey(Gathering, on_delete=models.PROTECT, related_name="sign_ups")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    heads = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=100, blank=True, default="")
    at = models.DateTimeField()
    signed_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["gathering", "house"],
                condition=Q(signed_off_at__isnull=True),
                name="one_sign_up_per_household",
            ),
            models.CheckConstraint(condition=Q(heads__gte=1), name="somebody_comes"),
        ]

    def __str__(self) -> str:
        return f"{self.gathering_id}: {self.house_id}"


class Post(models.Model):
    """Something written on the neighbours' board (邻里), by a person or a colleague.

    ``thread`` is none for what begins a conversation. A hidden post stays, with who hid it and why.
    What somebody has to see to became a matter (REC-06).
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    thread = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replies"
    )
    key = models.UUIDField(unique=True)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    employee = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author = models.CharField(max_length=60)
    title = models.CharField(max_length=60, blank=True, default="")
    text = models.TextField()
    at = models.DateTimeField()
    moved_at = models.DateTimeField()
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    hidden_why = models.CharField(max_length=200, blank=True, default="")
    matter = models.OneToOneField(
        Matter, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, employee__isnull=True)
                | Q(person__isnull=True, employee__isnull=False),
                name="post_has_one_author",
            ),
            models.CheckConstraint(
                condition=Q(hidden_at__isnull=True, hidden_why="")
                | (Q(hidden_at__isnull=False) & ~Q(hidden_why="")),
                name="hidden_says_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["community", "-moved_at", "-id"],
                name="thread_newest",
                condition=Q(thread__isnull=True),
            ),
            models.Index(fields=["person", "at"], name="post_of_person"),
        ]

    def __str__(self) -> str:
        return self.title or self.text[:20]
