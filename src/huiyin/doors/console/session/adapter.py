"""Who may come in by which door: employees by password, owners by a code to their number.

Nobody signs up: accounts of employees are made by the company, those of owners when a number that
is on a roster is proved (`doors.portal.login`).
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

BY_CODE = "code"


class EmployeesOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Lets employees log in by password and nobody sign up; an owner's account needs a code."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Answer that nobody may sign up."""
        return False

    def pre_login(
        self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any
    ) -> HttpResponse | None:
        """Refuse a code for an employee's account and anything else for an owner's.

        Neither flow leads there; this holds should one ever be changed so that it does.
        """
        proofs = get_authentication_records(request, user)
        by_code = bool(proofs) and proofs[-1]["method"] == BY_CODE
        if by_code != bool(getattr(user, "phone", None)):
            clear_login(request)
            raise PermissionDenied
        return super().pre_login(request, user, **kwargs)  # type: ignore[no-any-return]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the first page of whoever has just logged in, or is logged in already."""
        if getattr(request.user, "phone", None):
            return reverse("my_home")
        return str(super().get_login_redirect_url(request))
