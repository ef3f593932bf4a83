"""Hiring, posts held from one day to another, leaving."""

import re
from datetime import date, datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiyin.accounts.actions import issue_token as make_token
from huiyin.accounts.actions import new_password, revoke_tokens_of, set_password
from huiyin.accounts.models import User
from huiyin.estate.pinyin import romanise
from huiyin.kernel.caller import POSTS, SYSTEM, Caller
from huiyin.kernel.errors import BadInput, WrongState
from huiyin.staff.actions.admission import (
    admit_to_post,
    admit_to_staff,
    admit_to_whole_person,
    is_company_post,
    locked_employee,
    places_of,
)
from huiyin.staff.models import Area, Employee, PostHolding
from huiyin.staff.queries import local_day
from huiyin.trail.actions import record

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")
LONGEST_NAME = 40


class UnableToHire(BadInput):
    """The code is taken or not a code, or the name is missing."""


class UnableToHoldPost(BadInput):
    """No such post, not there, not in that time, or held already."""


class UnableToEndPost(WrongState):
    """The employee does not hold that post then."""


class UnableToLeave(BadInput):
    """The day of leaving lies before the day of hiring."""


class UnableToIssueToken(WrongState):
    """The employee has left or cannot log in."""


class UnableToResetPassword(WrongState):
    """The employee has left or cannot log in."""


@transaction.atomic
def hire(
    *,
    by: Caller,
    at: datetime,
    code: str,
    name: str,
    community_id: int | None = None,
    phone: str = "",
    hired_on: date | None = None,
    password: str | None = None,
) -> int:
    """Put somebody on the payroll with an account to log in; return the employee's id.

    ``community_id`` is where the caller hires for. Without a password nobody can log in until
    one is set. Posts are given by :func:`hold_post`.
    """
    admit_to_staff(by, community_id)
    code, name = code.strip(), name.strip()
    if not _CODE.fullmatch(code):
        raise UnableToHire(_("工号应为 1 到 20 位字母、数字或短横线。"), field="code")
    if not name or len(name) > LONGEST_NAME:
        raise UnableToHire(_("请填写姓名(不超过 40 字)。"), field="name")
    taken = Employee.objects.filter(code__iexact=code).exists()
    if taken or User.objects.filter(username=code.lower()).exists():
        raise UnableToHire(_("工号“%(code)s”已被使用,请换一个。") % {"code": code}, field="code")
    if password is not None:
        _check_password(password)
    employee = Employee.objects.create(
        code=code,
        name=name,
        phone=phone.strip()[:24],
        pinyin=romanise(name)[0][:100],
        user=User.objects.create_user(code, password),
        hired_on=hired_on or local_day(at),
    )
    record(
        action="staff.hired",
        by=by,
        at=at,
        subject=f"employee:{code}",
        community_id=community_id,
        after={"name": name, "hired_on": employee.hired_on},
    )
    return employee.pk


def _check_password(password: str) -> None:
    try:
        validate_password(password)
    except ValidationError as error:
        raise UnableToHire(" ".join(error.messages), field="password") from error


@transaction.atomic
def hold_post(
    *,
    by: Caller,
    at: datetime,
    employee: str,
    post: str,
    community_id: int | None,
    from_on: date,
    until_on: date | None = None,
) -> int:
    """Give an employee a post from a day on (HR-01); return the id of the holding.

    A post of the company is held without a community, every other in one.
    """
    if post not in POSTS:
        raise UnableToHoldPost(_("没有这个岗位。"), field="post")
    if is_company_post(post) != (community_id is None):
        raise UnableToHoldPost(_("公司岗位不属于小区,其他岗位必须指定小区。"), field="post")
    admit_to_post(by, community_id, post)
    if until_on is not None and until_on <= from_on:
        raise UnableToHoldPost(_("结束日期必须晚于开始日期。"), field="until_on")
    person = locked_employee(by, employee, at)
    _check_payroll(person, from_on, until_on)
    same = person.holdings.filter(
        _place(community_id), Q(until_on__isnull=True) | Q(until_on__gt=from_on), post=post
    )
    if until_on is not None:
        same = same.filter(from_on__lt=until_on)
    if (held := same.order_by("from_on").first()) is not None:
        raise UnableToHoldPost(
            _("%(name)s 在这段时间已担任该岗位(自 %(day)s 起)。")
            % {"name": person.name, "day": held.from_on.isoformat()},
            field="from_on",
        )
    holding = PostHolding.objects.create(
        employee=person, community_id=community_id, post=post, from_on=from_on, until_on=until_on
    )
    record(
        action="staff.post_held",
        by=by,
        at=at,
        subject=f"employee:{person.code}",
        community_id=community_id,
        after={"post": post, "from_on": from_on, "until_on": until_on},
    )
    return holding.pk


def _place(community_id: int | None) -> Q:
    return Q(community__isnull=True) if community_id is None else Q(community_id=community_id)


def _check_payroll(person: Employee, from_on: date, until_on: date | None) -> None:
    if from_on < person.hired_on:
        raise UnableToHoldPost(
            _("%(name)s 于 %(day)s 入职,不能早于这一天。")
            % {"name": person.name, "day": person.hired_on.isoformat()},
            field="from_on",
        )
    if person.left_on is not None and (until_on is None or until_on > person.left_on):
        raise UnableToHoldPost(
            _("%(name)s 于 %(day)s 离职,不能任职到这一天之后。")
            % {"name": person.name, "day": person.left_on.isoformat()},
            field="until_on",
        )


@transaction.atomic
def end_post(
    *,
    by: Caller,
    at: datetime,
    employee: str,
    post: str,
    community_id: int | None,
    until_on: date,
    reason: str = "",
) -> None:
    """End a post; ``until_on`` is the first day no longer held.

    Open matters are moved by ``matters.actions.hand_over``, which goes first.
    """
    admit_to_post(by, community_id, post)
    person = locked_employee(by, employee, at)
    holding = (
        person.holdings.filter(
            _place(community_id), Q(until_on__isnull=True) | Q(until_on__gt=until_on), post=post
        )
        .order_by("from_on")
        .first()
    )
    if holding is None:
        raise UnableToEndPost(_("%(name)s 那时并不担任这个岗位。") % {"name": person.name})
    before = holding.until_on
    _cut(holding, until_on)
    if post == "keeper" and community_id is not None:
        _cut_areas(person, until_on, community_id)
    record(
        action="staff.post_ended",
        by=by,
        at=at,
        subject=f"employee:{person.code}",
        community_id=community_id,
        before={"post": post, "until_on": before},
        after={"post": post, "until_on": until_on},
        reason=reason,
    )


@transaction.atomic
def leave(*, by: Caller, at: datetime, employee: str, left_on: date, reason: str = "") -> None:
    """Take somebody off the payroll from a day on: posts and areas end, the account closes.

    Open matters are moved first, by ``matters.actions.hand_over``.
    """
    person = locked_employee(by, employee, at)
    admit_to_whole_person(by, person, at)
    if left_on <= person.hired_on:
        raise UnableToLeave(
            _("离职日期必须晚于入职日期 %(day)s。") % {"day": person.hired_on.isoformat()},
            field="left_on",
        )
    places = places_of(person, local_day(at))
    before, person.left_on = person.left_on, left_on
    person.save(update_fields=["left_on"])
    for holding in person.holdings.filter(Q(until_on__isnull=True) | Q(until_on__gt=left_on)):
        _cut(holding, left_on)
    _cut_areas(person, left_on)
    if person.user is not None:
        revoke_tokens_of(user_id=person.user.pk, at=at)
        if left_on <= local_day(at):
            person.user.is_active = False
            person.user.save(update_fields=["is_active"])
    for community_id in places or {None}:
        record(
            action="staff.left",
            by=by,
            at=at,
            subject=f"employee:{person.code}",
            community_id=community_id,
            before={"left_on": before},
            after={"left_on": left_on},
            reason=reason,
        )


def _cut(row: PostHolding | Area, until_on: date) -> None:
    """End a period on a day; one that had not begun by then never was."""
    if row.from_on >= until_on:
        row.delete()
        return
    row.until_on = until_on
    row.save(update_fields=["until_on"])


def _cut_areas(person: Employee, until_on: date, community_id: int | None = None) -> None:
    areas = person.areas.filter(Q(until_on__isnull=True) | Q(until_on__gt=until_on))
    if community_id is not None:
        areas = areas.filter(building__community_id=community_id)
    for area in areas:
        _cut(area, until_on)


@transaction.atomic
def take_on(
    *,
    by: Caller,
    at: datetime,
    code: str,
    name: str,
    community_id: int,
    post: str,
    from_on: date,
    phone: str = "",
) -> str:
    """Hire somebody into their first post; return an initial password, shown only once."""
    password = new_password()
    hire(
        by=by,
        at=at,
        code=code,
        name=name,
        community_id=community_id,
        phone=phone,
        hired_on=from_on,
        password=password,
    )
    hold_post(
        by=by,
        at=at,
        employee=code.strip(),
        post=post,
        community_id=community_id,
        from_on=from_on,
    )
    return password


@transaction.atomic
def reset_password(*, by: Caller, at: datetime, employee: str, reason: str = "") -> str:
    """Give an employee who cannot log in a new random password; it is shown only once.

    The old one stops at once, and so does whoever is logged in with it.
    """
    person = locked_employee(by, employee, at)
    admit_to_whole_person(by, person, at)
    if person.user is None or not _can_log_in(person, at):
        raise UnableToResetPassword(_("%(name)s 已离职或没有登录账号。") % {"name": person.name})
    password = new_password()
    set_password(user=person.user, password=password)
    for community_id in places_of(person, local_day(at)) or {None}:
        record(
            action="accounts.password_reset",
            by=by,
            at=at,
            subject=f"employee:{person.code}",
            community_id=community_id,
            reason=reason,
        )
    return password


def _can_log_in(person: Employee, at: datetime) -> bool:
    gone = person.left_on is not None and person.left_on <= local_day(at)
    return not gone and person.user is not None and person.user.is_active


@transaction.atomic
def issue_token(*, employee: str, at: datetime, label: str = "", by: Caller = SYSTEM) -> str:
    """Make an API token for an employee's account and return it; it is shown only once."""
    person = locked_employee(by, employee, at)
    if person.user is None or not _can_log_in(person, at):
        raise UnableToIssueToken(_("%(name)s 已离职或没有登录账号。") % {"name": person.name})
    token = make_token(user=person.user, at=at, label=label)
    record(
        action="accounts.token_issued",
        by=by,
        at=at,
        subject=f"employee:{person.code}",
        after={"label": label},
    )
    return token
