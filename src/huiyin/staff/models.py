"""Employees, the posts they hold, the buildings they keep, their shifts and absences (HR-01…03)."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from huiyin.estate.models import Building, Community
from huiyin.kernel.caller import COMPANY_POSTS, POSTS


def days(from_field: str, until_field: str) -> Func:
    """SQL ``daterange(from, until, '[)')``, for exclusion constraints over half-open days."""
    return Func(
        from_field,
        until_field,
        RangeBoundary(),
        function="DATERANGE",
        output_field=DateRangeField(),
    )


class Employee(models.Model):
    """Someone who works for the company; ``left_on`` is the first day no longer on the payroll."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=40)
    phone = models.CharField(max_length=24, blank=True, default="")
    pinyin = models.CharField(max_length=100, blank=True, default="")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT
    )
    hired_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PostHolding(models.Model):
    """A post (岗位) held during half-open days; ``community`` null is a post of the company."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="holdings")
    community = models.ForeignKey(Community, null=True, blank=True, on_delete=models.CASCADE)
    post = models.CharField(max_length=24, choices=[(post, post) for post in POSTS])
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(community__isnull=True, post__in=sorted(COMPANY_POSTS))
                | Q(community__isnull=False) & ~Q(post__in=sorted(COMPANY_POSTS)),
                name="company_posts_have_no_community",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(from_on__lt=F("until_on")),
                name="holding_forward",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "post"], name="holding_by_post"),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} {self.post}"


class Area(models.Model):
    """A keeper's responsibility (责任区) for a building; one keeper a building and day (HR-02)."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="areas")
    building = models.ForeignKey(Building, on_delete=models.CASCADE, related_name="areas")
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_keeper_per_building",
                expressions=[
                    ("building", RangeOperators.EQUAL),
                    (days("from_on", "until_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.building_id}: {self.employee_id}"


class Shift(models.Model):
    """A duty of an employee in a community from one moment to another (排班)."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="shifts")
    community = models.ForeignKey(Community, on_delete=models.CASCADE)
    post = models.CharField(max_length=24, choices=[(post, post) for post in POSTS])
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="shift_forward")
        ]
        indexes: ClassVar = [
            models.Index(fields=["community", "post", "starts_at"], name="shift_by_post"),
            # The roster of now is at its end; what is over is never read again.
            models.Index(fields=["community", "ends_at"], name="shift_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} {self.starts_at:%m-%d %H:%M}"


class Absence(models.Model):
    """A time in which an employee is away and, if named, a delegate acts (代理人)."""

    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="absences")
    delegate = models.ForeignKey(
        Employee, null=True, blank=True, on_delete=models.SET_NULL, related_name="stands_in"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(starts_at__lt=F("ends_at")),
                name="absence_forward",
            ),
            models.CheckConstraint(
                condition=Q(delegate__isnull=True) | ~Q(delegate=F("employee")),
                name="delegate_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} away"
