"""Reads of the trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.clock import BadMoment, parse
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.kernel.paging import Page
from huiyin.trail.access import READERS, may_read_trail
from huiyin.trail.models import Entry


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One act as the history shows it."""

    id: int
    at: datetime
    action: str
    community_id: int | None
    by_name: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str


def entries(
    *,
    caller: Caller,
    community_id: int | None = None,
    subject: str = "",
    cursor: str = "",
    limit: int = 50,
) -> Page[EntryRow]:
    """Return what was done, newest first, in a community or to one subject.

    Without ``community_id`` it is narrowed to the communities whose trail the caller may read.
    Raises NotFound to strangers, Forbidden to colleagues who may not read the trail.
    """
    rows = _visible(caller, community_id)
    if subject:
        rows = rows.filter(subject=subject)
    if cursor:
        at, last = _read(cursor)
        rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=last))
    found = list(rows.order_by("-at", "-id")[: limit + 1])
    return paging.page_of(found, limit, _row, lambda entry: (entry.at.isoformat(), entry.pk))


def _visible(caller: Caller, community_id: int | None) -> QuerySet[Entry]:
    if community_id is not None:
        if not caller.works_in(community_id):
            raise NotFound(_("没有这个小区,或您不在该小区任职。"))
        if not may_read_trail(caller, community_id):
            raise Forbidden(_("您的岗位不能查看操作记录,请找经理。"))
        return Entry.objects.filter(community_id=community_id)
    if caller.holds(None, *READERS):
        return Entry.objects.all()
    readable = [one for one in caller.community_ids if may_read_trail(caller, one)]
    return Entry.objects.filter(community_id__in=readable)


def _read(cursor: str) -> tuple[datetime, int]:
    try:
        at, last = paging.read_cursor(cursor, str, int)
        return parse(str(at)), int(last)
    except (paging.BadCursor, BadMoment) as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error


def _row(entry: Entry) -> EntryRow:
    return EntryRow(
        entry.pk,
        entry.at,
        entry.action,
        entry.community_id,
        entry.by_name,
        entry.subject,
        entry.before,
        entry.after,
        entry.reason,
    )
