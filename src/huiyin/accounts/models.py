"""Who may log in, and with what. No roles live here: those follow from posts held (HR-01)."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


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
