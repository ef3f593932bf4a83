"""What follows a request: which ones have moved since the matter that reminds of them was made."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from huiyin.approvals import titles
from huiyin.approvals.models import Request
from huiyin.approvals.rules import standing
from huiyin.staff.queries import directory
from huiyin.staff.rules import Directory

MOST = 200  # of one round; the next follows a few seconds later
# By hand, for every tick asks it.
_TO_FOLLOW = "SELECT id FROM approvals_request WHERE to_follow ORDER BY id LIMIT %s"


@dataclass(frozen=True, slots=True)
class ToFollow:
    """A request that moved: the matter made before, and for whom the next one is, if it waits.

    ``decider`` is the code of who may decide now, on duty first; "" when nobody can. ``about`` is
    the code of whom the subject complains about; "" when nobody who works there.
    """

    id: int
    community: str
    kind_title: str
    title: str
    state: str
    moved_at: datetime
    followed: str
    is_waiting: bool
    decider: str
    about: str


@dataclass(frozen=True, slots=True)
class Waits:
    """A request that waits: the matter that reminds of it, who may decide as things are now.

    ``first`` is the code of whom the reminder belongs to if its owner is not among them.
    """

    number: str
    deciders: tuple[str, ...]
    first: str


def waiting_for(at: datetime) -> tuple[Waits, ...]:
    """Return for whom the requests wait that somebody on duty may decide now."""
    staff: dict[int, Directory] = {}
    found: list[Waits] = []
    for request in Request.objects.filter(state=Request.State.WAITING, to_follow=False):
        place = request.community_id
        if place not in staff:
            staff[place] = directory(community_id=place, at=at)
        people = staff[place].without(request.about_id)
        where = standing(request.steps, request.step, request.asked_by_id, people)
        if where is not None and where.deciders[0].person.present:
            codes = tuple(one.person.code for one in where.deciders)
            found.append(Waits(request.followed, codes, codes[0]))
    return tuple(found)


def to_follow() -> list[int]:
    """Return the requests that moved, oldest first. One look at an index that is mostly empty."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_FOLLOW, [MOST])
        return [pk for (pk,) in cursor.fetchall()]


def claim(*, request_id: int, at: datetime) -> ToFollow | None:
    """Lock a request that moved, or return None where somebody else follows it already.

    Must run inside the transaction that ends with :func:`follow`.
    """
    request = (
        Request.objects.select_related("community")
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(pk=request_id, to_follow=True)
        .first()
    )
    if request is None:
        return None
    is_waiting = request.state == Request.State.WAITING
    everybody = directory(community_id=request.community_id, at=at)
    about = everybody.people.get(request.about_id or 0)
    last = request.decisions.order_by("-step").values_list("at", flat=True).first()
    return ToFollow(
        id=request.pk,
        community=request.community.code,
        kind_title=str(titles.KINDS.get(request.kind, request.kind)),
        title=request.title,
        state=str(titles.STATES[request.state]),
        moved_at=request.decided_at or last or request.asked_at,
        followed=request.followed,
        is_waiting=is_waiting,
        decider=_decider(request, everybody) if is_waiting else "",
        about=about.code if about else "",
    )


def _decider(request: Request, everybody: Directory) -> str:
    people = everybody.without(request.about_id)
    where = standing(request.steps, request.step, request.asked_by_id, people)
    return where.deciders[0].person.code if where else ""


def follow(*, request_id: int, number: str) -> None:
    """Remember the matter that reminds of a request; it has been followed as it stands now."""
    Request.objects.filter(pk=request_id).update(followed=number, to_follow=False)
