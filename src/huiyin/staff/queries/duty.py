"""Who is asking, who holds a post, who keeps a building, who is on duty now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from huiyin.accounts.actions import digest
from huiyin.accounts.models import User
from huiyin.kernel.caller import POSTS, Caller
from huiyin.kernel.errors import BadInput
from huiyin.staff.models import Employee, PostHolding
from huiyin.staff.rules import Directory, Duty

_RANK = {post: rank for rank, post in enumerate(POSTS)}
_HOME_ZONE = ZoneInfo("Asia/Shanghai")

# One statement, because every intake and every sweep asks it. A roster is "kept" for a post when
# any shift of it lies within a day of the moment; where none is kept, holders count as on duty.
_DIRECTORY = """
  WITH near AS MATERIALIZED (
       SELECT s.post, s.employee_id, s.starts_at <= %(at)s AND s.ends_at > %(at)s AS now
         FROM staff_shift s
        WHERE s.community_id = %(community)s AND s.ends_at > %(at)s - interval '1 day'
          AND s.starts_at < %(at)s + interval '1 day')
SELECT e.id, e.code, e.name, e.user_id IS NOT NULL AS can_log_in, h.post,
       EXISTS (SELECT 1 FROM staff_absence a
                WHERE a.employee_id = e.id AND a.starts_at <= %(at)s
                  AND (a.ends_at IS NULL OR a.ends_at > %(at)s)) AS away,
       (SELECT a.delegate_id FROM staff_absence a
         WHERE a.employee_id = e.id AND a.starts_at <= %(at)s
           AND (a.ends_at IS NULL OR a.ends_at > %(at)s)
           AND a.delegate_id IS NOT NULL
         ORDER BY a.starts_at DESC, a.id DESC LIMIT 1) AS delegate_id,
       NOT EXISTS (SELECT 1 FROM near WHERE near.post = h.post)
       OR EXISTS (SELECT 1 FROM near
                   WHERE near.post = h.post AND near.employee_id = e.id AND near.now)
         AS on_shift
  FROM staff_postholding h JOIN staff_employee e ON e.id = h.employee_id
 WHERE (h.community_id = %(community)s OR h.community_id IS NULL)
   AND h.from_on <= %(day)s AND (h.until_on IS NULL OR h.until_on > %(day)s)
   AND e.hired_on <= %(day)s AND (e.left_on IS NULL OR e.left_on > %(day)s)
 ORDER BY e.code, h.id
"""


@dataclass(frozen=True, slots=True)
class EmployeeRow:
    """An employee as lists show one."""

    id: int
    code: str
    name: str
    phone: str
    posts: tuple[str, ...]
    buildings: tuple[str, ...]
    present: bool
    delegate: str


def local_day(at: datetime, zone: str = "") -> date:
    """Return the calendar day of a moment in a community's zone."""
    return at.astimezone(ZoneInfo(zone) if zone else _HOME_ZONE).date()


def caller_for(user: User, at: datetime) -> Caller:
    """Build the caller for a logged-in user from the posts held at the moment (HR-01)."""
    day = local_day(at)
    rows = (
        PostHolding.objects.filter(
            Q(until_on__isnull=True) | Q(until_on__gt=day),
            Q(employee__left_on__isnull=True) | Q(employee__left_on__gt=day),
            employee__user_id=user.pk,
            from_on__lte=day,
        )
        .order_by("id")
        .values_list("employee_id", "employee__name", "community_id", "post")
    )
    posts: dict[int | None, set[str]] = defaultdict(set)
    employee_id, name = None, user.username
    for employee_id, name, community_id, post in rows:  # noqa: B007 the same on every row
        posts[community_id].add(post)
    return Caller(
        user_id=user.pk,
        employee_id=employee_id,
        name=name,
        posts={key: frozenset(value) for key, value in posts.items()},
    )


# One statement for every call of the API: whose token it is, and which posts they hold today.
_WHOSE = """
SELECT u.id, u.username, e.id, e.name, h.community_id, h.post
  FROM accounts_apitoken t
  JOIN accounts_user u ON u.id = t.user_id AND u.is_active
  LEFT JOIN staff_employee e
         ON e.user_id = u.id AND (e.left_on IS NULL OR e.left_on > %(day)s)
  LEFT JOIN staff_postholding h
         ON h.employee_id = e.id AND h.from_on <= %(day)s
        AND (h.until_on IS NULL OR h.until_on > %(day)s)
 WHERE t.digest = %(digest)s AND t.revoked_at IS NULL
 ORDER BY h.id
"""


def caller_for_token(token: str, at: datetime) -> Caller | None:
    """Build the caller behind a bearer token, or None when it opens nothing.

    The lookup is by digest, so its time tells nothing about a token nearly right.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WHOSE, {"digest": digest(token), "day": local_day(at)})
        rows = cursor.fetchall()
    if not rows:
        return None
    user_id, username, employee_id, name, _community_id, first_post = rows[0]
    posts: dict[int | None, set[str]] = defaultdict(set)
    for *_whose, community_id, post in rows:
        if post is not None:
            posts[community_id].add(post)
    return Caller(
        user_id=user_id,
        employee_id=employee_id if first_post else None,
        name=name if first_post else username,
        posts={key: frozenset(value) for key, value in posts.items()},
    )


def directory(*, community_id: int, at: datetime, zone: str = "") -> Directory:
    """Return the staff of a community as they stand at the moment, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _DIRECTORY, {"at": at, "community": community_id, "day": local_day(at, zone)}
        )
        rows = cursor.fetchall()
    posts: dict[int, list[str]] = defaultdict(list)
    present: dict[int, bool] = {}
    facts: dict[int, tuple[str, str, bool, int | None]] = {}
    for employee_id, code, name, can_log_in, post, away, delegate_id, on_shift in rows:
        posts[employee_id].append(post)
        present[employee_id] = not away and (present.get(employee_id, False) or on_shift)
        facts[employee_id] = (code, name, can_log_in, delegate_id)
    people = {
        one: Duty(
            id=one,
            code=facts[one][0],
            name=facts[one][1],
            posts=tuple(sorted(set(held), key=lambda post: _RANK[post])),
            present=present[one],
            delegate_id=facts[one][3],
            can_log_in=facts[one][2],
        )
        for one, held in posts.items()
    }
    by_post: dict[str, list[int]] = defaultdict(list)
    for one, duty in people.items():
        for post in duty.posts:
            by_post[post].append(one)
    return Directory(people, {post: tuple(ids) for post, ids in by_post.items()})


def on_duty(*, community_id: int, posts: tuple[str, ...], at: datetime) -> tuple[Duty, ...]:
    """Return who acts in any of the posts now."""
    staff = directory(community_id=community_id, at=at)
    return staff.told(posts, owner_id=0)


def first_posts(*, codes: Iterable[str], at: datetime) -> dict[tuple[str, int | None], str]:
    """Return the first post held today by employee code and community (None: the company)."""
    day = local_day(at)
    held = PostHolding.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gt=day),
        employee__code__in=list(codes),
        from_on__lte=day,
    ).values_list("employee__code", "community_id", "post")
    found: dict[tuple[str, int | None], str] = {}
    for code, community_id, post in sorted(held, key=lambda row: _RANK[row[2]]):
        found.setdefault((code, community_id), post)
    return found


_KEEPER = """
SELECT employee_id FROM staff_area
 WHERE building_id = %(building)s AND from_on <= %(day)s
   AND (until_on IS NULL OR until_on > %(day)s)
 ORDER BY id LIMIT 1
"""


def keeper_id_of(*, building_id: int | None, on: date) -> int | None:
    """Return the employee who keeps a building on a day (责任区, HR-02), or None."""
    if building_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_KEEPER, {"building": building_id, "day": on})
        found = cursor.fetchone()
    return found[0] if found else None


def keeper_of(*, building_id: int | None, on: date) -> EmployeeRow | None:
    """Return the keeper of a building as a row for a page, or None."""
    found = keeper_id_of(building_id=building_id, on=on)
    if found is None:
        return None
    employee = Employee.objects.get(pk=found)
    return EmployeeRow(
        employee.pk, employee.code, employee.name, employee.phone, ("keeper",), (), True, ""
    )


def employee_model(*, code: str, community_id: int, at: datetime, field: str = "to") -> Employee:
    """Return the employee with a code who works in the community now, for rooms above.

    Raises BadInput naming the field when there is none.
    """
    day = local_day(at)
    employee = (
        Employee.objects.filter(
            Q(holdings__community_id=community_id) | Q(holdings__community_id__isnull=True),
            Q(holdings__until_on__isnull=True) | Q(holdings__until_on__gt=day),
            Q(left_on__isnull=True) | Q(left_on__gt=day),
            holdings__from_on__lte=day,
            code=code,
        )
        .distinct()
        .first()
    )
    if employee is None:
        raise BadInput(
            _("本小区没有工号为“%(code)s”的在岗员工,请从名单里选择。") % {"code": code}, field=field
        )
    return employee
