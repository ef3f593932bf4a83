"""Hiring, posts, leaving: what a person may do follows from posts held (HR-01)."""

from datetime import date

import pytest

from huiyin.accounts.models import User
from huiyin.accounts.queries import user_for_token
from huiyin.estate.tests.cast import AT, TODAY, Town, caller_with, make_town
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.staff import command
from huiyin.staff.actions import (
    UnableToEndPost,
    UnableToHire,
    UnableToHoldPost,
    UnableToIssueToken,
    UnableToLeave,
    end_post,
    give_area,
    hire,
    hold_post,
    issue_token,
    leave,
)
from huiyin.staff.models import Area, Employee, PostHolding
from huiyin.staff.queries import caller_for, keeper_id_of
from huiyin.trail.models import Entry

pytestmark = pytest.mark.django_db
COMPANY = caller_with(None, "general_manager")
HIRED = date(2026, 1, 1)
APRIL = date(2026, 4, 1)


@pytest.fixture
def town() -> Town:
    return make_town()


@pytest.fixture
def manager(town: Town) -> Caller:
    return town.caller("manager")


def recruit(town: Town, code: str = "E001", post: str = "keeper") -> Employee:
    hire(by=COMPANY, at=AT, code=code, name="冯远", hired_on=HIRED, password="a-long-password")
    hold_post(
        by=COMPANY,
        at=AT,
        employee=code,
        post=post,
        community_id=town.community.pk,
        from_on=HIRED,
    )
    return Employee.objects.get(code=code)


@pytest.mark.rule("HR-01")
def test_posts_held_decide_what_the_caller_is(town: Town, manager: Caller) -> None:
    person = recruit(town)
    assert person.user
    assert person.user.username == "e001"
    assert person.user.check_password("a-long-password")
    caller = caller_for(person.user, AT)
    assert caller.posts_in(town.community.pk) == {"keeper"}
    end_post(
        by=manager,
        at=AT,
        employee="E001",
        post="keeper",
        community_id=town.community.pk,
        until_on=TODAY,
        reason="调岗",
    )
    assert not caller_for(person.user, AT).works_in(town.community.pk)
    actions = [one.action for one in Entry.objects.order_by("id")]
    assert actions == ["staff.hired", "staff.post_held", "staff.post_ended"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "工号"}, "code"),
        ({"code": "X" * 21}, "code"),
        ({"code": "e001"}, "code"),
        ({"code": "login"}, "code"),
        ({"name": " "}, "name"),
        ({"name": "长" * 41}, "name"),
        ({"password": "12345678"}, "password"),
    ],
)
def test_hiring_that_cannot_be_is_refused(town: Town, given: dict[str, str], field: str) -> None:
    recruit(town)
    User.objects.create_user("login")
    with pytest.raises(UnableToHire) as refusal:
        hire(by=COMPANY, at=AT, **{"code": "E002", "name": "冯远", **given})  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert Employee.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"post": "king"}, "post"),
        ({"community_id": None}, "post"),
        ({"post": "company_service"}, "post"),
        ({"from_on": TODAY, "until_on": TODAY}, "until_on"),
        ({"from_on": date(2025, 12, 31), "post": "collector"}, "from_on"),
        ({"from_on": TODAY}, "from_on"),
        ({"from_on": HIRED, "until_on": TODAY}, "from_on"),
    ],
)
def test_a_post_that_cannot_be_held_is_refused(
    town: Town, given: dict[str, object], field: str
) -> None:
    recruit(town)
    post = {"post": "keeper", "community_id": town.community.pk, "from_on": TODAY, **given}
    with pytest.raises(UnableToHoldPost) as refusal:
        hold_post(by=COMPANY, at=AT, employee="E001", **post)  # type: ignore[arg-type]
    assert refusal.value.field == field
    assert PostHolding.objects.count() == 1


def test_a_post_ended_can_be_held_again(town: Town, manager: Caller) -> None:
    recruit(town)
    post = {"by": manager, "at": AT, "employee": "E001", "community_id": town.community.pk}
    end_post(**post, post="keeper", until_on=TODAY)  # type: ignore[arg-type]
    hold_post(**post, post="keeper", from_on=TODAY)  # type: ignore[arg-type]
    end_post(**post, post="keeper", until_on=TODAY)  # type: ignore[arg-type]
    assert PostHolding.objects.count() == 1
    with pytest.raises(UnableToEndPost):
        end_post(**post, post="keeper", until_on=APRIL)  # type: ignore[arg-type]


@pytest.mark.rule("HR-01")
def test_company_posts_are_given_by_the_company(town: Town, manager: Caller) -> None:
    recruit(town)
    post = {"at": AT, "employee": "E001", "community_id": None, "from_on": TODAY}
    with pytest.raises(Forbidden):
        hold_post(by=manager, post="company_service", **post)  # type: ignore[arg-type]
    hold_post(by=COMPANY, post="company_service", **post)  # type: ignore[arg-type]
    with pytest.raises(UnableToHoldPost):
        hold_post(by=COMPANY, post="company_service", **post)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        leave(by=manager, at=AT, employee="E001", left_on=APRIL)


@pytest.mark.rule("HR-01")
def test_a_supervisor_cannot_make_a_manager(town: Town) -> None:
    recruit(town)
    post = {"at": AT, "employee": "E001", "community_id": town.community.pk, "from_on": TODAY}
    supervisor = town.caller("supervisor")
    with pytest.raises(Forbidden):
        hold_post(by=supervisor, post="manager", **post)  # type: ignore[arg-type]
    hold_post(by=supervisor, post="collector", **post)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        hold_post(by=town.caller("keeper"), post="guard", **post)  # type: ignore[arg-type]


def test_walls_between_communities_hold(town: Town) -> None:
    recruit(town)
    stranger = make_town("CH").caller("manager")
    with pytest.raises(NotFound):
        leave(by=stranger, at=AT, employee="E001", left_on=APRIL)
    with pytest.raises(NotFound):
        hold_post(
            by=stranger,
            at=AT,
            employee="E001",
            post="guard",
            community_id=town.community.pk,
            from_on=TODAY,
        )
    with pytest.raises(Forbidden):
        hire(by=stranger, at=AT, code="E009", name="外人")


def test_leaving_one_of_two_communities_needs_both(town: Town, manager: Caller) -> None:
    other = make_town("CH")
    recruit(town)
    hold_post(
        by=COMPANY,
        at=AT,
        employee="E001",
        post="keeper",
        community_id=other.community.pk,
        from_on=TODAY,
    )
    with pytest.raises(NotFound):
        leave(by=manager, at=AT, employee="E001", left_on=APRIL)
    leave(by=COMPANY, at=AT, employee="E001", left_on=APRIL)
    assert Entry.objects.filter(action="staff.left").count() == 2


@pytest.mark.rule("HR-02")
def test_leaving_ends_posts_areas_and_the_account(town: Town, manager: Caller) -> None:
    person = recruit(town)
    give_area(by=manager, at=AT, employee="E001", building_id=town.building.pk, from_on=HIRED)
    token = issue_token(employee="E001", at=AT)
    assert user_for_token(token) == person.user
    leave(by=manager, at=AT, employee="E001", left_on=TODAY, reason="离职")
    person.refresh_from_db()
    assert person.left_on == TODAY
    assert person.user
    assert not person.user.is_active
    assert user_for_token(token) is None
    assert keeper_id_of(building_id=town.building.pk, on=TODAY) is None
    assert not caller_for(person.user, AT).works_in(town.community.pk)
    with pytest.raises(UnableToHoldPost):
        hold_post(
            by=COMPANY,
            at=AT,
            employee="E001",
            post="guard",
            community_id=town.community.pk,
            from_on=TODAY,
        )
    with pytest.raises(UnableToIssueToken):
        issue_token(employee="E001", at=AT)


def test_leaving_later_keeps_the_account_until_then(town: Town, manager: Caller) -> None:
    person = recruit(town)
    leave(by=manager, at=AT, employee="E001", left_on=APRIL)
    person.refresh_from_db()
    assert person.user
    assert person.user.is_active
    assert PostHolding.objects.get().until_on == APRIL
    with pytest.raises(UnableToLeave):
        leave(by=manager, at=AT, employee="E001", left_on=HIRED)


def test_somebody_without_a_post(town: Town, manager: Caller) -> None:
    hire(by=manager, at=AT, code="E005", name="新人", community_id=town.community.pk)
    person = Employee.objects.get(code="E005")
    assert (person.hired_on, person.pinyin) == (TODAY, "xinren")
    assert person.user
    assert not person.user.has_usable_password()
    with pytest.raises(Forbidden):
        leave(by=town.caller("guard"), at=AT, employee="E005", left_on=APRIL)
    leave(by=manager, at=AT, employee="E005", left_on=APRIL)


def test_ending_the_keepers_post_ends_the_areas_there(town: Town, manager: Caller) -> None:
    recruit(town)
    give_area(by=manager, at=AT, employee="E001", building_id=town.building.pk, from_on=TODAY)
    end_post(
        by=manager,
        at=AT,
        employee="E001",
        post="keeper",
        community_id=town.community.pk,
        until_on=TODAY,
    )
    assert not Area.objects.exists()


def test_the_command_prints_a_token(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    person = recruit(town)
    assert command.token("E001") == 0
    assert user_for_token(capsys.readouterr().out.strip()) == person.user
    assert command.token("E404") == 2
    assert "E404" in capsys.readouterr().err


def test_every_refusal_has_its_class() -> None:
    assert issubclass(UnableToHire, BadInput)
    assert issubclass(UnableToEndPost, WrongState)
