"""The place and its people: communities, buildings, houses, persons and their roles in time.

A household (户) is a house together with the people who hold a role in it on a day; it is read
from ``Occupancy`` and has no table of its own.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Community(models.Model):
    """A residential community or tower (小区/大厦) run by one service centre."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=60)
    zone = models.CharField(max_length=40, default="Asia/Shanghai")
    phone = models.CharField(max_length=30, blank=True, default="")
    address = models.CharField(max_length=120, blank=True, default="")
    # Rises with every change of the working calendar that counts here, so that caches notice.
    calendar_version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "communities"

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Counter(models.Model):
    """The last number given out in a series of a community, such as the matters of one day."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE)
    series = models.CharField(max_length=30)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "series"], name="one_counter_per_series")
        ]

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class Building(models.Model):
    """A building (栋); ``code`` as spelt in house codes, ``order`` sorts 2 before 10."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="buildings")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "code"], name="one_building_per_code")
        ]

    def __str__(self) -> str:
        return self.name


class Unit(models.Model):
    """An entrance of a building (单元)."""

    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="units")
    code = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["building", "code"], name="one_unit_per_code")
        ]

    def __str__(self) -> str:
        return f"{self.building_id}-{self.code}"


class House(models.Model):
    """Anything that is owned or let: a flat, shop, office or parking space (房屋/车位).

    ``area`` is in m². ``incomplete`` names what the roster could not give, such as ``phone``.
    """

    class Kind(models.TextChoices):
        FLAT = "flat"
        SHOP = "shop"
        OFFICE = "office"
        PARKING = "parking"

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="houses")
    building = models.ForeignKey(
        Building, null=True, blank=True, on_delete=models.PROTECT, related_name="houses"
    )
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="houses"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.FLAT)
    code = models.CharField(max_length=40)
    order_key = models.CharField(max_length=60)
    area = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    floor = models.SmallIntegerField(null=True, blank=True)
    handed_over_on = models.DateField(null=True, blank=True)
    vacant = models.BooleanField(default=False)
    incomplete = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    remark = models.CharField(max_length=500, blank=True, default="")
    # Parking spaces only: owned (产权), leased (租赁)…, and the flat they go with.
    tenure = models.CharField(max_length=20, blank=True, default="")
    goes_with = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="spaces"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "code"], name="one_house_per_code"),
            models.CheckConstraint(
                condition=Q(area__isnull=True) | Q(area__gt=0), name="house_area_positive"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "order_key", "id"], name="house_in_order")
        ]

    def __str__(self) -> str:
        return self.code


class Person(models.Model):
    """A person or company known to one community; two communities never share a row."""

    class Kind(models.TextChoices):
        PERSON = "person"
        COMPANY = "company"

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="people")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(max_length=80)
    # Pinyin of the name without blanks and its initials, both editable: 单 is not always "dan".
    pinyin = models.CharField(max_length=200, blank=True, default="")
    initials = models.CharField(max_length=40, blank=True, default="")
    # Month and day ("03-16"), for a greeting (NOT-01); the year is nobody's business.
    birthday = models.CharField(max_length=5, blank=True, default="")

    class Meta:
        verbose_name_plural = "people"
        indexes: ClassVar = [
            models.Index(fields=["community", "name"], name="person_by_name"),
            models.Index(fields=["community", "initials"], name="person_by_initials"),
        ]

    def __str__(self) -> str:
        return self.name


class Phone(models.Model):
    """A telephone number of a person, digits only (a landline keeps its area code).

    ``rank`` 0 is the one to call first. The state is what the last calls found (DUN-05).
    """

    class State(models.TextChoices):
        GOOD = "good"
        OUT_OF_SERVICE = "out_of_service"
        WRONG = "wrong"
        UNREACHABLE = "unreachable"

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="phones")
    number = models.CharField(max_length=24)
    label = models.CharField(max_length=20, blank=True, default="")
    state = models.CharField(max_length=16, choices=State.choices, default=State.GOOD)
    rank = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "number"], name="one_row_per_number")
        ]
        indexes: ClassVar = [models.Index(fields=["number"], name="phone_by_number")]

    def __str__(self) -> str:
        return f"…{self.number[-4:]}"


class Occupancy(models.Model):
    """A role of a person in a house during a half-open period of days (OWN-05)."""

    class Role(models.TextChoices):
        OWNER = "owner"
        CO_OWNER = "co_owner"
        TENANT = "tenant"
        COMPANY = "company"
        DEVELOPER = "developer"

    house = models.ForeignKey(House, on_delete=models.CASCADE, related_name="occupancies")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="occupancies")
    role = models.CharField(max_length=12, choices=Role.choices)
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "occupancies"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["house", "person", "role"],
                condition=Q(until_on__isnull=True),
                name="one_open_role",
            ),
            models.CheckConstraint(
                condition=Q(from_on__isnull=True)
                | Q(until_on__isnull=True)
                | Q(from_on__lt=F("until_on")),
                name="occupancy_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.role}"


class Vehicle(models.Model):
    """A car known by its plate (车牌), going with a house."""

    community = models.ForeignKey(Community, on_delete=models.CASCADE, related_name="vehicles")
    house = models.ForeignKey(House, on_delete=models.CASCADE, related_name="vehicles")
    plate = models.CharField(max_length=12)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["community", "house", "plate"], name="one_plate")
        ]

    def __str__(self) -> str:
        return self.plate
