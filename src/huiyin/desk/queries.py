"""Reads of the desk: calls, and how fast they were answered (REC-01)."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from huiyin.desk.access import admit_to_calls
from huiyin.desk.models import Call
from huiyin.estate import queries as estate
from huiyin.estate.queries import CommunityRow
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.kernel.paging import Page


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call as lists and the API show it; ``matter`` is the number of its call-back."""

    community: str
    zone: str
    call_id: str
    number: str
    ringing_at: datetime | None
    answered_at: datetime | None
    abandoned_at: datetime | None
    ended_at: datetime | None
    rings: int
    matter: str | None


@dataclass(frozen=True, slots=True)
class AnswerFigure:
    """How many calls were answered in time, of all that were answered or given up."""

    in_time: int
    of: int

    @property
    def rate(self) -> float | None:
        """The share in time, None when there was no call to judge."""
        return self.in_time / self.of if self.of else None


def call_row(call: Call, town: CommunityRow) -> CallRow:
    """Return a call as a row."""
    return CallRow(
        community=town.code,
        zone=town.zone,
        call_id=call.call_id,
        number=call.number,
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
        abandoned_at=call.abandoned_at,
        ended_at=call.ended_at,
        rings=call.rings,
        matter=call.matter.number if call.matter else None,
    )


def calls(*, caller: Caller, community: str, cursor: str = "", limit: int = 50) -> Page[CallRow]:
    """Return the calls of a community, the last one heard of first."""
    town = estate.community(caller=caller, code=community)
    admit_to_calls(caller, town.id)
    rows = Call.objects.filter(community_id=town.id).select_related("matter")
    if cursor:
        try:
            (last,) = paging.read_cursor(cursor, int)
        except paging.BadCursor as error:
            raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
        rows = rows.filter(pk__lt=last)
    found = list(rows.order_by("-pk")[: limit + 1])
    return paging.page_of(found, limit, lambda call: call_row(call, town), lambda call: (call.pk,))


def answered_in_time(
    *, caller: Caller, community: str, since: datetime, until: datetime, rings: int
) -> AnswerFigure:
    """Count the calls answered within so many rings, of those from ``since`` to ``until``.

    A call given up counts as not answered in time. A call still ringing, or answered after nobody
    knows how many rings, counts on neither side. ``rings`` comes from the service standard.
    """
    town = estate.community(caller=caller, code=community)
    admit_to_calls(caller, town.id)
    answered = Q(answered_at__isnull=False)
    in_time = answered & Q(rings__range=(1, rings))
    judged = answered & Q(rings__gte=1) | Q(answered_at__isnull=True, abandoned_at__isnull=False)
    found = (
        Call.objects.annotate(began_at=Coalesce("ringing_at", "answered_at", "abandoned_at"))
        .filter(community_id=town.id, began_at__gte=since, began_at__lt=until)
        .aggregate(in_time=Count("pk", filter=in_time), of=Count("pk", filter=judged))
    )
    return AnswerFigure(found["in_time"], found["of"])
