"""Taking somebody on with a password, and giving another to who forgot theirs."""

import re
from datetime import date

import pytest

from huiyin.estate.tests.cast import AT, TODAY, Town, caller_with, make_town
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.staff.actions import (
    UnableToHire,
    UnableToHoldPost,
    UnableToResetPassword,
    hire,
    hold_post,
    leave,
    reset_password,
    take_on,
)
from huiyin.staff.models import Employee
from huiyin.staff.queries import caller_for
from huiyin.trail.models import Entry

pytestmark = pytest.mark.django_db
COMPANY = caller_with(None, "general_manager")


@pytest.fixture
def town() -> Town:
    return make_town()


def taken_on(town: Town, code: str = "E001", post: str = "guard") -> tuple[Employee, str]:
    password = take_on(
        by=COMPANY,
        at=AT,
        code=code,
        name="冯远",
        community_id=town.community.pk,
        post=post,
        from_on=TODAY,
    )
    return Employee.objects.select_related("user").get(code=code), password


@pytest.mark.rule("HR-01")
def test_somebody_taken_on_can_log_in_and_holds_the_post(town: Town) -> None:
    person, password = taken_on(town)
    assert person.user
    assert person.user.check_password(password)
    assert re.fullmatch(r"([a-z2-9]{4}-){2}[a-z2-9]{4}", password)
    assert caller_for(person.user, AT).posts_in(town.community.pk) == {"guard"}
    assert not Entry.objects.filter(after__icontains=password).exists()


@pytest.mark.parametrize(
    ("given", "refusal"),
    [({"code": "E 1"}, UnableToHire), ({"post": "general_manager"}, UnableToHoldPost)],
)
def test_nobody_is_taken_on_by_halves(
    town: Town, given: dict[str, str], refusal: type[Exception]
) -> None:
    words = {"code": "E001", "post": "guard", **given}
    with pytest.raises(refusal):
        taken_on(town, **words)
    assert not Employee.objects.exists()


def test_a_new_password_ends_the_old_one_and_leaves_a_trail(town: Town) -> None:
    person, old = taken_on(town)
    new = reset_password(by=town.caller("supervisor"), at=AT, employee="E001", reason="忘记密码")
    assert new != old
    assert person.user
    person.user.refresh_from_db()
    assert person.user.check_password(new)
    entry = Entry.objects.get(action="accounts.password_reset")
    assert (entry.subject, entry.reason) == ("employee:E001", "忘记密码")
    assert new not in str((entry.before, entry.after))


@pytest.mark.rule("HR-01")
def test_nobody_becomes_their_superior_by_a_new_password(town: Town) -> None:
    taken_on(town, post="manager")
    supervisor = town.caller("supervisor")
    with pytest.raises(Forbidden):
        reset_password(by=supervisor, at=AT, employee="E001")
    with pytest.raises(Forbidden):
        leave(by=supervisor, at=AT, employee="E001", left_on=date(2026, 12, 1))
    with pytest.raises(Forbidden):
        reset_password(by=town.caller("keeper"), at=AT, employee="E001")
    hold_post(
        by=COMPANY,
        at=AT,
        employee="E001",
        post="company_service",
        community_id=None,
        from_on=TODAY,
    )
    with pytest.raises(Forbidden):
        reset_password(by=town.caller("assistant"), at=AT, employee="E001")


def test_a_password_is_for_who_works_here(town: Town) -> None:
    person, _password = taken_on(town)
    with pytest.raises(NotFound):
        reset_password(by=caller_with(make_town("CH").community, "manager"), at=AT, employee="E001")
    assert person.user
    person.user.is_active = False
    person.user.save(update_fields=["is_active"])
    with pytest.raises(UnableToResetPassword):
        reset_password(by=COMPANY, at=AT, employee="E001")


def test_somebody_without_a_post_gets_one_from_who_hires(town: Town) -> None:
    hire(by=COMPANY, at=AT, code="E005", name="新人")
    assert reset_password(by=town.caller("manager"), at=AT, employee="E005")
    with pytest.raises(Forbidden):
        reset_password(by=town.caller("keeper"), at=AT, employee="E005")
