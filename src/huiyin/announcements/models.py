"""Announcements (通知公告): drafted, reviewed, published, put up, taken down (NOT-02, NOT-03)."""

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from huiyin.announcements.rules import AUDIENCES, CATEGORIES, CHANNELS, SLIP_KINDS, SLIP_STATES
from huiyin.estate.models import Building, Community, House, Unit
from huiyin.files.models import StoredFile
from huiyin.staff.models import Employee

# What may not change any more once it was published.
_PUBLISHED = (
    "number",
    "category",
    "urgent",
    "title",
    "body",
    "audience",
    "starts_on",
    "ends_on",
    "line",
    "area",
    "from_at",
    "until_at",
    "lifts",
    "precautions",
    "channels",
)


def _columns(of: str) -> str:
    return ", ".join(f"{of}.{name}" for name in _PUBLISHED)


class Announcement(models.Model):
    """What a community tells its owners, from the draft to the end of its display.

    ``line`` to ``precautions`` are the facts of a cut (EMG-04). ``version`` counts what was handed
    in for review. ``at_once`` is the reason why an emergency did not wait for a second person.
    ``households``, ``people`` and ``unreachable`` are counted at the moment of publishing.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        IN_REVIEW = "in_review"
        RETURNED = "returned"
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"
        ENDED = "ended"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    number = models.CharField(max_length=30, unique=True)
    category = models.CharField(max_length=12, choices=[(one, one) for one in CATEGORIES])
    urgent = models.BooleanField(default=False)
    title = models.CharField(max_length=60)
    body = models.TextField()
    audience = models.CharField(max_length=10, choices=[(one, one) for one in AUDIENCES])
    starts_on = models.DateField()
    ends_on = models.DateField()
    line = models.CharField(max_length=120, blank=True, default="")
    area = models.CharField(max_length=120, blank=True, default="")
    from_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField(null=True, blank=True)
    lifts = models.CharField(max_length=200, blank=True, default="")
    precautions = models.CharField(max_length=500, blank=True, default="")
    channels = ArrayField(
        models.CharField(max_length=8, choices=[(one, one) for one in CHANNELS]), default=list
    )
    source = models.CharField(max_length=30, blank=True, default="")  # number of the matter
    version = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    # The page's own name for the draft, so that the same one sent twice counts once.
    key = models.UUIDField(null=True, blank=True, unique=True)
    drafted_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    returned_reason = models.CharField(max_length=300, blank=True, default="")
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at_once = models.CharField(max_length=300, blank=True, default="")
    # When the tellings were written: with publishing, or on the first day of what comes later.
    told_at = models.DateTimeField(null=True, blank=True)
    households = models.PositiveIntegerField(default=0)
    people = models.PositiveIntegerField(default=0)
    unreachable = models.PositiveIntegerField(default=0)
    over_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="announcement_days_forward"
            ),
            models.CheckConstraint(
                condition=Q(from_at__isnull=True)
                | Q(until_at__isnull=True)
                | Q(until_at__gt=F("from_at")),
                name="cut_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("published", "ended"))
                | Q(published_at__isnull=False, published_by__isnull=False),
                name="published_has_hand_and_moment",
            ),
            # Two people, unless it was an emergency that could not wait, and why.
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | ~Q(published_by=F("drafted_by"))
                | Q(urgent=True) & ~Q(at_once=""),
                name="announcement_needs_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(withdrawn_reason=""),
                name="announcement_withdrawn_for_a_reason",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "-id"], name="announcement_newest"),
            models.Index(
                fields=["ends_on"], name="announcement_shown", condition=Q(state="published")
            ),
            models.Index(
                fields=["starts_on"],
                name="announcement_to_tell",
                condition=Q(state="published", told_at__isnull=True),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="what_was_published_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"OLD.published_at IS NOT NULL AND ({_columns('OLD')})"
                    f" IS DISTINCT FROM ({_columns('NEW')})"
                ),
                func="RAISE EXCEPTION 'announcement % is published', OLD.number;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Place(models.Model):
    """A building, entrance or house that an announcement is meant for; none for the whole place."""

    announcement = models.ForeignKey(
        Announcement, on_delete=models.CASCADE, related_name="places", db_index=False
    )
    building = models.ForeignKey(Building, null=True, blank=True, on_delete=models.PROTECT)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT)
    house = models.ForeignKey(House, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["announcement", "building", "unit", "house"],
                name="place_named_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(building__isnull=False, unit__isnull=True, house__isnull=True)
                | Q(building__isnull=True, unit__isnull=False, house__isnull=True)
                | Q(building__isnull=True, unit__isnull=True, house__isnull=False),
                name="place_is_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id}: {self.building_id or self.unit_id or self.house_id}"


class Version(models.Model):
    """What was handed in for review, as the deciders saw it; append-only."""

    announcement = models.ForeignKey(
        Announcement, on_delete=models.PROTECT, related_name="versions", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["announcement", "number"], name="one_row_per_version")
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id} v{self.number}"


class Posting(models.Model):
    """One poster in one hall: to be up by ``due_at``, proved by a photo, then taken down (NOT-02).

    ``unit`` is the entrance; a building without registered entrances has one posting of its own.
    ``dropped_at`` says that it was withdrawn before anybody put it up.
    """

    announcement = models.ForeignKey(
        Announcement, on_delete=models.PROTECT, related_name="postings", db_index=False
    )
    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_at = models.DateTimeField()
    take_down_on = models.DateField()
    posted_at = models.DateTimeField(null=True, blank=True)
    posted_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    photo = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_down_at = models.DateTimeField(null=True, blank=True)
    taken_down_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["announcement", "building", "unit"],
                name="one_poster_per_hall",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(posted_at__isnull=True, photo__isnull=True)
                | Q(posted_at__isnull=False, photo__isnull=False, posted_by__isnull=False),
                name="posted_is_proved",
            ),
            models.CheckConstraint(
                condition=Q(taken_down_at__isnull=True)
                | Q(posted_at__isnull=False, taken_down_by__isnull=False),
                name="taken_down_after_posting",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                name="posting_to_do",
                condition=Q(posted_at__isnull=True, dropped_at__isnull=True),
            ),
            models.Index(
                fields=["take_down_on"],
                name="posting_hanging",
                condition=Q(posted_at__isnull=False, taken_down_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id} at {self.unit_id or self.building_id}"


class Slip(models.Model):
    """A door notice or a letter for one household, with its proof (NOT-03).

    A door notice is proved by a photo, a letter by the number of its registered mail.
    """

    announcement = models.ForeignKey(
        Announcement, on_delete=models.PROTECT, related_name="slips", db_index=False
    )
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=[(one, one) for one in SLIP_KINDS])
    addressee = models.CharField(max_length=120, blank=True, default="")
    due_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=[(one, one) for one in SLIP_STATES], default="to_do"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    photo = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ems_number = models.CharField(max_length=20, blank=True, default="")
    arrived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["announcement", "house", "kind"], name="one_slip_per_household"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("to_do", "dropped"), done_at__isnull=True)
                | ~Q(state__in=("to_do", "dropped"))
                & Q(done_at__isnull=False, done_by__isnull=False),
                name="slip_done_has_hand_and_moment",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("to_do", "dropped"))
                | Q(kind="door", photo__isnull=False)
                | Q(kind="letter") & ~Q(ems_number=""),
                name="slip_is_proved",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="slip_to_do", condition=Q(state="to_do"))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.announcement_id} to {self.house_id}"
