"""What may be charged and to which houses: groups, items, tariffs, assignments, reliefs."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Q

from huiyin.estate.models import Community, House, Person
from huiyin.staff.models import Employee, days


class Terms(models.Model):
    """How a community bills: who answers for what is unsold, and how owners may pay (BIL-15).

    ``ways`` is what a bill says about paying: counter hours, bank account, telephone.
    """

    community = models.OneToOneField(Community, on_delete=models.PROTECT, related_name="terms")
    developer = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ways = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name_plural = "terms"

    def __str__(self) -> str:
        return f"terms of {self.community_id}"


class ChargeGroup(models.Model):
    """Charges that are billed together, and the calendar they follow (收费批次).

    ``months`` is the length of a period: 1, 3, 6 or 12. The other figures are days counted from
    the first day of the period, negative before it: when the bills are drafted, issued and due,
    when prepayments are offset and when direct debits are drawn (BIL-05).
    """

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    months = models.PositiveSmallIntegerField(choices=[(one, str(one)) for one in (1, 3, 6, 12)])
    draft_after = models.SmallIntegerField()
    issue_after = models.SmallIntegerField()
    due_after = models.SmallIntegerField()
    offset_after = models.SmallIntegerField()
    debit_after = ArrayField(models.SmallIntegerField(), default=list, blank=True)
    in_use = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "code"], name="one_group_per_code"),
            models.CheckConstraint(
                condition=Q(months__in=(1, 3, 6, 12)), name="group_of_whole_months"
            ),
            models.CheckConstraint(
                condition=Q(draft_after__lte=F("issue_after"), issue_after__lte=F("due_after")),
                name="group_days_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ChargeItem(models.Model):
    """Something a household pays for (收费项目), and how its amount comes about (BIL-01…BIL-04).

    ``way`` is by area, fixed, metered, apportioned, by slip or by contract. ``phase`` says whether
    a run bills the period it is named after or the one before. ``split`` is what happens when the
    payer changes: by day, or the whole month to whoever begins it. What is collected for others
    (代收代付, ``agency``) never becomes income (BIL-16).
    """

    class Way(models.TextChoices):
        AREA = "area"
        FIXED = "fixed"
        METERED = "metered"
        APPORTIONED = "apportioned"
        SLIP = "slip"
        CONTRACT = "contract"

    class Phase(models.TextChoices):
        ADVANCE = "advance"
        ARREARS = "arrears"

    class Split(models.TextChoices):
        DAY = "day"
        MONTH = "month"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    group = models.ForeignKey(ChargeGroup, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    way = models.CharField(max_length=11, choices=Way.choices)
    phase = models.CharField(max_length=7, choices=Phase.choices, default=Phase.ADVANCE)
    split = models.CharField(max_length=5, choices=Split.choices, default=Split.DAY)
    unit = models.CharField(max_length=20, blank=True, default="")
    meter_kind = models.CharField(max_length=12, blank=True, default="")
    # The kinds of matters whose signed slips become this charge (WO-04).
    matters = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    # The account credited: income, or what is owed to a utility.
    account = models.CharField(max_length=12)
    agency = models.BooleanField(default=False)
    prepayable = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=0)
    in_use = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "code"], name="one_item_per_code"),
            models.CheckConstraint(
                condition=Q(way="metered") & ~Q(meter_kind="")
                | ~Q(way="metered") & Q(meter_kind=""),
                name="metered_item_names_its_meters",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Tariff(models.Model):
    """The price of an item during half-open days (收费标准), for one kind of house or for all.

    Yuan, four places: per m² and month, per month, or per unit of a meter. ``tiers`` are steps of a
    metered price: ``[[upper bound or null, price], …]`` per month, and then ``price`` is that of
    the first. ``least`` is the least a month costs. Only what was approved counts (BIL-01).
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        IN_REVIEW = "in_review"
        APPROVED = "approved"
        RETURNED = "returned"
        DROPPED = "dropped"

    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="tariffs")
    house_kind = models.CharField(max_length=10, choices=House.Kind.choices, blank=True, default="")
    price = models.DecimalField(max_digits=12, decimal_places=4)
    tiers = models.JSONField(default=list, blank=True)
    least = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    basis = models.CharField(max_length=200)
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    version = models.PositiveSmallIntegerField(default=0)
    drafted_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    returned_reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_tariff_per_day",
                expressions=[
                    ("item", RangeOperators.EQUAL),
                    ("house_kind", RangeOperators.EQUAL),
                    (days("from_on", "until_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="approved"),
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(from_on__lt=F("until_on")),
                name="tariff_forward",
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, least__gte=0), name="tariff_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(approved_at__isnull=False, approved_by__isnull=False)
                & ~Q(approved_by=F("drafted_by")),
                name="tariff_needs_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.price}"


class Assignment(models.Model):
    """A charge that a house bears during half-open days, and who pays it (BIL-01, BIL-15).

    ``pays`` is the role whose holder is billed: the owner, the tenant by agreement, the developer,
    or one ``payer`` named here. The owner stays liable. ``quantity`` counts what is charged (1
    space, 2 cards) or weighs an apportioned share; ``price`` is that of a contract, per month.
    ``label`` tells two of the same kind apart.
    """

    class Pays(models.TextChoices):
        OWNER = "owner"
        TENANT = "tenant"
        DEVELOPER = "developer"
        PERSON = "person"

    community = models.ForeignKey(Community, on_delete=models.PROTECT, db_index=False)
    house = models.ForeignKey(
        House, on_delete=models.PROTECT, related_name="assignments", db_index=False
    )
    item = models.ForeignKey(ChargeItem, on_delete=models.PROTECT, related_name="assignments")
    label = models.CharField(max_length=30, blank=True, default="")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    pays = models.CharField(max_length=9, choices=Pays.choices, default=Pays.OWNER)
    payer = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    quantity = models.DecimalField(max_digits=10, decimal_places=2, default=1)
    price = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    contract = models.CharField(max_length=60, blank=True, default="")
    made_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_assignment_per_day",
                expressions=[
                    ("house", RangeOperators.EQUAL),
                    ("item", RangeOperators.EQUAL),
                    ("label", RangeOperators.EQUAL),
                    (days("from_on", "until_on"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(from_on__lt=F("until_on")),
                name="assignment_forward",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=0) & (Q(price__isnull=True) | Q(price__gte=0)),
                name="assignment_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(pays="person", payer__isnull=False)
                | ~Q(pays="person") & Q(payer__isnull=True),
                name="assignment_names_its_payer",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "house", "id"], name="assignments_by_house")
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.item_id}"


class Relief(models.Model):
    """Less to pay for a reason (减免): a share or an amount a month off, once approved (PLN-02).

    Exactly one of ``percent`` (0 to 100; 100 is an exemption) and ``monthly`` (yuan) is given.
    """

    class State(models.TextChoices):
        IN_REVIEW = "in_review"
        APPROVED = "approved"
        REFUSED = "refused"

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="reliefs")
    from_on = models.DateField()
    until_on = models.DateField()
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    monthly = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=9, choices=State.choices, default=State.IN_REVIEW)
    version = models.PositiveSmallIntegerField(default=1)
    asked_by = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_relief_per_day",
                expressions=[
                    ("assignment", RangeOperators.EQUAL),
                    (days("from_on", "until_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="approved"),
            ),
            models.CheckConstraint(condition=Q(from_on__lt=F("until_on")), name="relief_forward"),
            models.CheckConstraint(
                condition=Q(percent__gt=0, percent__lte=100, monthly__isnull=True)
                | Q(percent__isnull=True, monthly__gt=0),
                name="relief_of_one_measure",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by")),
                name="relief_needs_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment_id} {self.percent or self.monthly}"
