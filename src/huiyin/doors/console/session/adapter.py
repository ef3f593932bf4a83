"""Accounts are made by the company for its employees; nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class EmployeesOnly(DefaultAccountAdapter):  # type: ignore[misc]
    """Lets employees log in and nobody sign up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Answer that nobody may sign up."""
        return False
