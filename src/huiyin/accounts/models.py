"""Who may log in, and with what. No roles live here: those follow from posts held (HR-01)."""

import uuid
from typing import ClassVar

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q


class UserManager(BaseUserManager["User"]):
    """Makes users whose password is stored as a hash only."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        """Create a user, its name in lower case; without a password nobody can log in with it."""
        user = self.model(username=username.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account that can log in: the employee's code and a password, a second factor if wanted."""

    username = models.CharField(max_length=40, unique=True)
    email = models.EmailField(blank=True, default="")
    # Owners log in by it: digits only, proved by a code. Employees have none here.
    phone = models.CharField(max_length=24, null=True, blank=True, unique=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True, default="")

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints: ClassVar = [
            # Who comes in by code has no password, and who has a password never comes in by code.
            models.CheckConstraint(
                condition=Q(phone__isnull=True) | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX),
                name="phone_or_password",
            )
        ]

    def __str__(self) -> str:
        return self.username


class ApiToken(models.Model):
    """A bearer token of the API, kept as a SHA-256 digest so that a stolen table opens nothing."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"token of {self.user_id}"


class OneTimeCode(models.Model):
    """A code sent to prove a number or an address: kept as a keyed digest, gone once it is over.

    A code that was never sent (the number is nobody's) looks the same and matches nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=10)
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.purpose} code"


class Tally(models.Model):
    """How often one thing was asked within one window of time.

    ``who`` is a keyed hash: the table tells nobody who asked. Windows past are forgotten.
    """

    who = models.CharField(max_length=64)
    ends = models.BigIntegerField(db_index=True)
    times = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "tallies"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["who", "ends"], name="one_tally_per_window")
        ]

    def __str__(self) -> str:
        return f"{self.ends}: {self.times}"
