"""Tokens are shown once and kept as a digest; accounts remember a language."""

from datetime import UTC, datetime

import pytest

from huiyin.accounts import actions, queries
from huiyin.accounts.models import ApiToken, User

AT = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create_user("E001", "a-long-password")


def test_a_token_opens_and_is_not_kept(user: User) -> None:
    token = actions.issue_token(user=user, at=AT, label="exchange")
    assert queries.user_for_token(token) == user
    assert queries.user_for_token(token + "x") is None
    row = ApiToken.objects.get()
    assert token not in (row.digest, row.label)
    assert [one.label for one in queries.tokens(user_id=user.pk)] == ["exchange"]


def test_a_token_ends_with_its_account(user: User) -> None:
    token = actions.issue_token(user=user, at=AT)
    User.objects.update(is_active=False)
    assert queries.user_for_token(token) is None


def test_only_ones_own_token_can_be_ended(user: User) -> None:
    token = actions.issue_token(user=user, at=AT)
    stranger = User.objects.create_user("e002")
    pk = ApiToken.objects.get().pk
    with pytest.raises(actions.UnableToRevokeToken):
        actions.revoke_token(user_id=stranger.pk, at=AT, token_id=pk)
    actions.revoke_token(user_id=user.pk, at=AT, token_id=pk)
    assert queries.user_for_token(token) is None
    with pytest.raises(actions.UnableToRevokeToken):
        actions.revoke_token(user_id=user.pk, at=AT, token_id=pk)


def test_user_names_are_lower_case_and_passwords_hashed(user: User) -> None:
    assert user.username == "e001"
    assert user.password != "a-long-password"
    assert user.check_password("a-long-password")
    assert not User.objects.create_user("e002").has_usable_password()


def test_a_language_is_remembered(user: User) -> None:
    actions.set_language(user_id=user.pk, language="en")
    user.refresh_from_db()
    assert user.language == "en"
    actions.set_language(user_id=user.pk, language="")
    with pytest.raises(actions.UnableToSetLanguage):
        actions.set_language(user_id=user.pk, language="xx")
