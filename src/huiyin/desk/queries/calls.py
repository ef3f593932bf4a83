"""Reads about calls: lists, what rings now, how fast they were answered (REC-01, REC-02)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from huiyin.desk.access import admit_to_calls
from huiyin.desk.models import Call, Exchange, Extension
from huiyin.desk.rules import CallState, standing
from huiyin.estate import queries as estate
from huiyin.estate.access import may_see_phones
from huiyin.estate.queries import CallerRow, CommunityRow
from huiyin.estate.rules import masked
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page
from huiyin.staff.queries import local_day

ON_SCREEN = timedelta(minutes=30)  # a card nobody put away goes by itself
OUTCOMES = ("answered", "abandoned", "open")


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call as lists and the API show it; ``matter`` is the number of its call-back."""

    id: int
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
    extension: str
    taken_by: str
    raised: str | None
    standing: str

    @property
    def masked(self) -> str:
        """The number with its middle hidden."""
        return masked(self.number) if self.number else ""

    @property
    def began_at(self) -> datetime | None:
        """The first moment heard of."""
        return self.ringing_at or self.answered_at or self.abandoned_at or self.ended_at


@dataclass(frozen=True, slots=True)
class AnswerFigure:
    """How many calls were answered in time, of all that were answered or given up."""

    in_time: int
    of: int

    @property
    def rate(self) -> float | None:
        """The share in time, None when there was no call to judge."""
        return self.in_time / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class ExtensionRow:
    """A telephone and who sits at it."""

    number: str
    label: str
    employee_id: int | None
    employee: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Ringing:
    """What the screens of a desk need to know every two seconds."""

    id: int
    standing: str

    @property
    def stamp(self) -> str:
        """What changes when the card changes."""
        return f"{self.id}.{self.standing}"


@dataclass(frozen=True, slots=True)
class Household:
    """A house from which the call may come, and who of it has the number."""

    house: str
    people: tuple[CallerRow, ...]

    @property
    def caller(self) -> str:
        """The one person with the number; nothing where there are several."""
        names = {one.name for one in self.people}
        return names.pop() if len(names) == 1 else ""


@dataclass(frozen=True, slots=True)
class CallCard:
    """A call with the households it may come from: one, several to choose from, or none."""

    call: CallRow
    households: tuple[Household, ...]
    may_reveal: bool

    @property
    def only(self) -> Household | None:
        """The household, when there is exactly one."""
        return self.households[0] if len(self.households) == 1 else None


def call_row(call: Call, town: CommunityRow) -> CallRow:
    """Return a call as a row."""
    state = CallState(
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
        abandoned_at=call.abandoned_at,
        ended_at=call.ended_at,
    )
    return CallRow(
        id=call.pk,
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
        extension=call.extension,
        taken_by=call.taken_by.name if call.taken_by else "",
        raised=call.raised.number if call.raised else None,
        standing=standing(state),
    )


def _all() -> QuerySet[Call]:
    return Call.objects.select_related("matter", "raised", "taken_by")


def calls(
    *, caller: Caller, community: str, outcome: str = "", cursor: str = "", limit: int = 50
) -> Page[CallRow]:
    """Return the calls of a community, the last one heard of first.

    ``outcome`` narrows to ``answered``, ``abandoned``, or ``open``: given up and not called back
    yet.
    """
    town = estate.community(caller=caller, code=community)
    admit_to_calls(caller, town.id)
    rows = _all().filter(community_id=town.id)
    if outcome:
        rows = _with_outcome(rows, outcome)
    if cursor:
        try:
            (last,) = paging.read_cursor(cursor, int)
        except paging.BadCursor as error:
            raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
        rows = rows.filter(pk__lt=last)
    found = list(rows.order_by("-pk")[: limit + 1])
    return paging.page_of(found, limit, lambda call: call_row(call, town), lambda call: (call.pk,))


def _with_outcome(rows: QuerySet[Call], outcome: str) -> QuerySet[Call]:
    given_up = Q(abandoned_at__isnull=False, answered_at__isnull=True)
    known = {
        "answered": Q(answered_at__isnull=False),
        "abandoned": given_up,
        "open": given_up & Q(matter__closed_at__isnull=True, matter__finished_at__isnull=True),
    }
    if outcome not in known:
        raise BadInput(_("没有“%(it)s”这种来电。") % {"it": outcome}, field="outcome")
    return rows.filter(known[outcome])


def call(*, caller: Caller, call: int) -> CallRow:
    """Return one call. Raises NotFound to strangers, Forbidden to colleagues not of the desk."""
    return call_row(*_found(caller, call))


def _found(caller: Caller, call: int) -> tuple[Call, CommunityRow]:
    row = _all().select_related("community").filter(pk=call).first()
    if row is None or not caller.works_in(row.community_id):
        raise NotFound(_("没有这个来电。"))
    admit_to_calls(caller, row.community_id)
    return row, estate.community(caller=caller, code=row.community.code)


def card_of(*, caller: Caller, call: int, at: datetime) -> CallCard:
    """Return a call with every household it may come from; an unknown caller is not guessed."""
    row, town = _found(caller, call)
    known = (
        estate.callers(
            caller=caller,
            phone=row.number,
            community_code=town.code,
            on=local_day(at, town.zone),
        )
        if row.number
        else ()
    )
    houses: dict[str, list[CallerRow]] = {}
    for one in known:
        houses.setdefault(one.house_code, []).append(one)
    return CallCard(
        call=call_row(row, town),
        households=tuple(Household(house, tuple(people)) for house, people in houses.items()),
        may_reveal=may_see_phones(caller, town.id),
    )


# Asked every two seconds by every screen of the desk: one statement, two index probes.
_RINGING = """
SELECT c.id, c.answered_at IS NOT NULL, c.abandoned_at IS NOT NULL, c.ended_at IS NOT NULL
  FROM desk_extension e
  LEFT JOIN desk_call c
         ON c.community_id = e.community_id AND c.extension IN (e.number, '')
        AND c.ringing_at > %(since)s AND c.ringing_at <= %(at)s AND c.put_away_at IS NULL
 WHERE e.community_id = %(community)s AND e.employee_id = %(me)s
 ORDER BY c.ringing_at DESC NULLS LAST, c.id DESC LIMIT 1
"""


def ringing(*, caller: Caller, community_id: int, at: datetime) -> Ringing | None:
    """Return the call on the caller's extension that no one has put away; id 0 when none rings.

    None: the caller sits at no extension, somebody else having taken it. A call of which the
    exchange names no extension rings for everybody who sits at one.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _RINGING,
            {
                "community": community_id,
                "me": caller.employee_id,
                "since": at - ON_SCREEN,
                "at": at + timedelta(minutes=5),
            },
        )
        found = cursor.fetchone()
    if found is None:
        return None
    call_id, answered, abandoned, ended = found
    if call_id is None:
        return Ringing(0, "")
    if abandoned and not answered:
        return Ringing(call_id, "abandoned")
    if ended or abandoned:
        return Ringing(call_id, "ended")
    return Ringing(call_id, "talking" if answered else "ringing")


def extensions(*, caller: Caller, community_id: int) -> tuple[ExtensionRow, ...]:
    """Return the community's telephones and who sits at them, in order of number."""
    admit_to_calls(caller, community_id)
    rows = Extension.objects.filter(community_id=community_id).select_related("employee")
    return tuple(
        ExtensionRow(
            one.number,
            one.label,
            one.employee_id,
            one.employee.name if one.employee else "",
            one.since,
        )
        for one in rows.order_by("number")
    )


def my_extension(*, caller: Caller, community_id: int) -> str:
    """Return the number of the extension at which the caller sits, "" for none."""
    if caller.employee_id is None:
        return ""
    seats = Extension.objects.filter(community_id=community_id, employee_id=caller.employee_id)
    return seats.values_list("number", flat=True).first() or ""


def exchange_since(*, caller: Caller, community_id: int) -> datetime | None:
    """Return since when the exchange has its key, None when it has none."""
    admit_to_calls(caller, community_id)
    made = Exchange.objects.filter(community_id=community_id)
    return made.values_list("made_at", flat=True).first()


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
