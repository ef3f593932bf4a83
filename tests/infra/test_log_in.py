"""Logging in: the pages of allauth that are there work, the others are not there."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from huiyin.accounts.models import User

PASSWORD = "echo-of-every-voice"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_was_refused_before() -> None:
    """Forget the counters of the rate limits."""
    cache.clear()


@pytest.fixture
def user() -> User:
    return User.objects.create_user("e001", PASSWORD)


def log_in(client: Client, password: str) -> int:
    return client.post("/accounts/login/", {"login": "E001", "password": password}).status_code


def test_a_password_opens_the_door(client: Client, user: User) -> None:
    assert log_in(client, "wrong") == 200
    assert "_auth_user_id" not in client.session
    assert log_in(client, PASSWORD) == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_guessing_is_slowed_down(client: Client, user: User) -> None:
    assert [log_in(client, "wrong") for _ in range(6)][-1] in {200, 429}
    log_in(client, PASSWORD)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    "page",
    ["password/change/", "2fa/", "2fa/totp/activate/", "2fa/recovery-codes/", "reauthenticate/"],
)
def test_pages_for_those_who_are_in(client: Client, user: User, page: str) -> None:
    log_in(client, PASSWORD)
    response = client.get(f"/accounts/{page}", follow=True)
    assert response.status_code in {200, 404}
    text = response.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son\w+=", text)


@pytest.mark.parametrize("page", ["password/reset/", "email/", "login/code/confirm/"])
def test_what_needs_mail_is_not_there(client: Client, page: str) -> None:
    assert client.get(f"/accounts/{page}").status_code == 404


def test_nobody_signs_up(client: Client) -> None:
    client.post(
        "/accounts/signup/", {"username": "x", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert not User.objects.filter(username="x").exists()
