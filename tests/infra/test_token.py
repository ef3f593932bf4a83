"""The caller behind a token is the caller of a log-in, asked in one statement."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.accounts.actions import issue_token, revoke_token
from huiyin.accounts.models import User
from huiyin.matters.tests.cast import AT, make_cast
from huiyin.staff.models import Employee, PostHolding
from huiyin.staff.queries import caller_for, caller_for_token


@pytest.mark.django_db
@pytest.mark.rule("HR-01")
def test_a_token_speaks_for_its_user() -> None:
    cast = make_cast()
    PostHolding.objects.create(
        employee=cast.employee("keeper"),
        community=cast.neighbour.community,
        post="collector",
        from_on=date(2026, 1, 1),
    )
    for post in ("keeper", "general_manager", "guard"):
        user = cast.employee(post).user
        assert user is not None
        token = issue_token(user=user, at=AT)
        with CaptureQueriesContext(connection) as asked:
            caller = caller_for_token(token, AT)
        assert caller == caller_for(user, AT)
        assert len(asked) == 1


@pytest.mark.django_db
def test_without_a_post_nobody_is_left_but_a_name() -> None:
    cast = make_cast()
    user = cast.employee("guard").user
    assert user is not None
    token = issue_token(user=user, at=AT)
    PostHolding.objects.filter(employee__user=user).update(until_on=date(2026, 3, 1))
    assert caller_for_token(token, AT) == caller_for(user, AT)
    Employee.objects.filter(user=user).update(left_on=date(2026, 3, 1))
    caller = caller_for_token(token, AT)
    assert caller == caller_for(user, AT)
    assert caller is not None
    assert caller.employee_id is None
    assert not caller.posts


@pytest.mark.django_db
def test_a_token_that_opens_nothing() -> None:
    cast = make_cast()
    user = cast.employee("guard").user
    assert user is not None
    token = issue_token(user=user, at=AT)
    assert caller_for_token("nonsense", AT) is None
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert caller_for_token(token, AT) is None
    User.objects.filter(pk=user.pk).update(is_active=True)
    revoke_token(user_id=user.pk, at=AT, token_id=user.tokens.get().pk)
    assert caller_for_token(token, AT) is None
