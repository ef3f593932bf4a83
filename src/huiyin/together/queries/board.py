"""Reads of the neighbours' board: conversations, and one of them with its answers (OWN-03)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.clock import BadMoment, parse
from huiyin.kernel.errors import NotFound
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.together.access import MODERATORS, reads
from huiyin.together.models import Post

PAGE = 20


@dataclass(frozen=True, slots=True)
class PostRow:
    """Something on the board; neighbours never get the text of what is hidden.

    ``author`` is building and surname, or the colleague. ``matter`` is for the staff alone.
    """

    id: int
    author: str
    is_staff: bool
    is_mine: bool
    title: str
    text: str
    at: datetime
    replies: int
    is_hidden: bool
    hidden_why: str
    matter: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with its answers, oldest first."""

    first: PostRow
    replies: tuple[PostRow, ...]
    may_moderate: bool


def threads(
    *, caller: Caller, community_id: int, cursor: str = "", limit: int = PAGE
) -> Page[PostRow]:
    """Return the conversations of a community, the one last written in first.

    Hidden ones only for the staff. Raises NotFound to strangers.
    """
    if not reads(caller, community_id):
        raise NotFound(_("没有这个小区,或您目前不是这里的住户。"))
    found = Post.objects.filter(community_id=community_id, thread=None)
    if not caller.works_in(community_id):
        found = found.filter(hidden_at=None)
    found = found.select_related("matter").annotate(
        answers=Count("replies", filter=Q(replies__hidden_at=None))
    )
    try:
        moved, last = read_cursor(cursor, str, int) if cursor else (None, None)
        moment = parse(str(moved)) if moved else None
    except (BadCursor, BadMoment):
        moment = last = None
    if moment is not None and last is not None:
        found = found.filter(Q(moved_at__lt=moment) | Q(moved_at=moment, pk__lt=last))
    rows = list(found.order_by("-moved_at", "-id")[: limit + 1])
    return page_of(
        rows, limit, lambda one: _row(one, caller), lambda one: (one.moved_at.isoformat(), one.pk)
    )


def thread(*, caller: Caller, thread_id: int) -> Thread:
    """Return a conversation; NotFound to strangers, and for a hidden one to neighbours."""
    first = Post.objects.select_related("matter").filter(pk=thread_id, thread=None).first()
    if first is None or not reads(caller, first.community_id):
        raise NotFound(_("没有这条留言。"))
    is_staff = caller.works_in(first.community_id)
    if first.hidden_at is not None and not is_staff:
        raise NotFound(_("这条留言已被隐藏。"))
    replies = first.replies.select_related("matter").order_by("id")
    return Thread(
        first=_row(first, caller),
        replies=tuple(_row(one, caller) for one in replies),
        may_moderate=caller.holds(first.community_id, *MODERATORS),
    )


def _row(one: Post, caller: Caller) -> PostRow:
    is_staff = caller.works_in(one.community_id)
    blank = one.hidden_at is not None and not is_staff
    return PostRow(
        id=one.pk,
        author=one.author,
        is_staff=one.employee_id is not None,
        is_mine=one.person_id in caller.people,
        title="" if blank else one.title,
        text="" if blank else one.text,
        at=one.at,
        replies=getattr(one, "answers", 0),
        is_hidden=one.hidden_at is not None,
        hidden_why=one.hidden_why,
        matter=one.matter.number if one.matter and is_staff else "",
    )
