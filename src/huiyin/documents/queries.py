"""Reads of papers, each narrowed to who may read them; opening a confidential one is noted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.documents import titles, typesetting
from huiyin.documents.access import (
    UNFINISHED,
    WRITERS,
    admit_leader,
    admit_reader,
    is_about,
    is_leader,
    readable,
    reads,
)
from huiyin.documents.actions.common import bytes_of
from huiyin.documents.actions.giving import mark_given
from huiyin.documents.actions.issuing import numbered, preview
from huiyin.documents.models import Paper
from huiyin.documents.rules import CONFIDENTIAL, asked_words
from huiyin.estate.models import Occupancy
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.staff.access import admit_to_community
from huiyin.staff.models import Employee
from huiyin.staff.queries import local_day
from huiyin.trail.actions import record
from huiyin.trail.models import Entry

PAGE = 25
OWNING = ("owner", "co_owner")  # roles whose household a house is
MOST_OF_A_SUBJECT = 100
MOST_READINGS = 50
HOME_ZONE = "Asia/Shanghai"
READ = "documents.paper_read"
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f/\\:*?"<>|]+')
State = Paper.State


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper as lists show one; ``number`` says which version from the second on."""

    id: int
    number: str
    title: str
    kind: str
    kind_title: str
    department_title: str
    state: str
    state_title: str
    level: str
    level_title: str
    house: str
    person: str
    subject: str
    made_at: datetime
    made_by: str
    issued_at: datetime | None
    keep_until: date | None
    destroy_asked_by: str
    may_print: bool


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a paper; ``shown`` is the one the page is about."""

    id: int
    version: int
    state_title: str
    made_at: datetime
    made_by: str
    shown: bool


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """Somebody opened a confidential paper."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper with its versions, its end, who read it, and what the caller may do now.

    ``is_noted``: who opens it is written down, so no page shows what it says.
    """

    row: PaperRow
    community_id: int
    zone: str
    version: int
    form: str
    data: dict[str, Any]
    summary: str
    is_noted: bool
    readers: tuple[str, ...]
    sha256: str
    issued_by: str
    returned_why: str
    given_at: datetime | None
    void_why: str
    void_asked_by: str
    void_at: datetime | None
    void_by: str
    destroyed_at: datetime | None
    destroyed_by: str
    versions: tuple[VersionRow, ...]
    readings: tuple[ReadingRow, ...]
    may: frozenset[str]


@dataclass(frozen=True, slots=True)
class OwnerPaper:
    """A paper that is meant for a household."""

    id: int
    number: str
    title: str
    kind_title: str
    house: str
    issued_at: datetime


def papers(
    *,
    caller: Caller,
    community_id: int,
    department: str = "",
    kind: str = "",
    state: str = "",
    q: str = "",
    since: date | None = None,
    until: date | None = None,
    zone: str = HOME_ZONE,
    cursor: str = "",
) -> Page[PaperRow]:
    """Return the papers the caller may read, newest first, page by page. One query.

    ``q`` are words that must all stand somewhere in a paper: number, title, house, name or text.
    ``since`` and ``until`` are days of the community, both counted in. Raises NotFound, BadInput.
    """
    admit_to_community(caller, community_id)
    found = _named(readable(caller, community_id))
    if department:
        found = found.filter(department=department)
    if kind:
        found = found.filter(kind=kind)
    found = found.filter(state=state) if state else found.exclude(state=State.DESTROYED)
    for word in asked_words(q):
        found = found.filter(words__contains=word)
    found = _between(found, since, until, zone)
    return _page(caller, found, cursor)


def over(*, caller: Caller, community_id: int, at: datetime, cursor: str = "") -> Page[PaperRow]:
    """Return the papers whose time is over, for whoever may destroy them. One query.

    Raises NotFound, Forbidden, BadInput.
    """
    admit_leader(caller, community_id)
    found = _named(readable(caller, community_id)).exclude(state=State.DESTROYED)
    found = found.exclude(state__in=UNFINISHED)
    today = local_day(at)
    return _page(caller, found.filter(keep_until__lte=today), cursor)


def paper(*, caller: Caller, paper_id: int) -> PaperView:
    """Return one paper with its versions. Raises NotFound, Forbidden."""
    found = admit_reader(caller, _all().filter(pk=paper_id).first())
    return _view(caller, found)


def papers_of(*, caller: Caller, subject: str) -> tuple[PaperRow, ...]:
    """Return the papers about a subject that the caller may read, newest first. One query.

    The procedure that asks has admitted the caller to the subject.
    """
    if not subject or "\0" in subject:
        return ()
    found = _all().filter(subject=subject).exclude(state=State.DESTROYED).order_by("-id")
    rows = found[:MOST_OF_A_SUBJECT]
    return tuple(_row(caller, one) for one in rows if _may_list(caller, one))


@transaction.atomic
def paper_bytes(*, caller: Caller, paper_id: int, at: datetime) -> tuple[bytes, str]:
    """Return a paper as PDF and the name to save it under, without an ending.

    Opening one that is confidential, or about a household, leaves an entry in the trail. A draft is
    drawn as it stands, without a number. Raises NotFound, Forbidden, MissingGlyph.
    """
    found = admit_reader(caller, _all().filter(pk=paper_id).first())
    if found.state == State.DESTROYED:
        raise NotFound(_("这份文件已到期销毁,只保留登记信息。"))
    if _is_noted(found):
        _note_reading(found, caller, at)
    return _content(found), _file_name(found)


def owner_papers(*, caller: Caller, at: datetime, cursor: str = "") -> Page[OwnerPaper]:
    """Return the papers meant for an owner or their household, newest first. One query.

    A paper about a house is its owners', from the day their own role there began (OWN-05); whoever
    rents it reads only what names them.
    """
    found = _of_owner(caller, at).defer("data", "words", "summary").order_by("-id")
    last = _read_cursor(cursor)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found[: PAGE + 1])
    return page_of(rows, PAGE, _owner_row, lambda one: (one.pk,))


@transaction.atomic
def owner_paper_bytes(*, caller: Caller, paper_id: int, at: datetime) -> tuple[bytes, str]:
    """Return a paper to the owner it is meant for, who from now on holds it; NotFound to others."""
    found = _of_owner(caller, at).filter(pk=paper_id).first()
    if found is None:
        raise NotFound(_("没有这份文件。"))
    _note_reading(found, caller, at)
    mark_given(found, at)
    return _content(found), _file_name(found)


def _of_owner(caller: Caller, at: datetime) -> QuerySet[Paper]:
    today = local_day(at)
    lives = Occupancy.objects.filter(
        Q(from_on__isnull=True) | Q(from_on__lte=OuterRef("issued_at__date")),
        Q(until_on__isnull=True) | Q(until_on__gt=today),
        house=OuterRef("house_id"),
        person_id__in=caller.people,
        role__in=OWNING,
    )
    of_household = Q(person__isnull=True, house_id__in=tuple(caller.households)) & Exists(lives)
    return (
        _all()
        .filter(level="owner", state=State.ISSUED)
        .filter(Q(person_id__in=caller.people) | of_household)
    )


def _all() -> QuerySet[Paper]:
    return Paper.objects.select_related(
        "community",
        "house",
        "person",
        "issued_by",
        "destroy_asked_by",
        "destroyed_by",
        "void_asked_by",
        "void_by",
    )


def _named(found: QuerySet[Paper]) -> QuerySet[Paper]:
    return found.select_related("community", "house", "person", "destroy_asked_by").defer(
        "data", "words", "summary"
    )


def _between(
    found: QuerySet[Paper], since: date | None, until: date | None, zone: str
) -> QuerySet[Paper]:
    """Keep what was made from one day to another, both counted in, by the community's calendar."""
    place = ZoneInfo(zone)
    if since is not None:
        found = found.filter(made_at__gte=datetime.combine(since, time(0), place))
    if until is not None:
        end = datetime.combine(until + timedelta(days=1), time(0), place)
        found = found.filter(made_at__lt=end)
    return found


def _page(caller: Caller, found: QuerySet[Paper], cursor: str) -> Page[PaperRow]:
    last = _read_cursor(cursor)
    if last is not None:
        found = found.filter(pk__lt=last)
    rows = list(found.order_by("-id")[: PAGE + 1])
    return page_of(rows, PAGE, lambda one: _row(caller, one), lambda one: (one.pk,))


def _read_cursor(cursor: str) -> int | None:
    if not cursor:
        return None
    try:
        (last,) = read_cursor(cursor, int)
    except BadCursor as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
    return int(last)


def _may_list(caller: Caller, one: Paper) -> bool:
    if not caller.works_in(one.community_id) or is_about(caller, one):
        return False
    return reads(caller, one)


def _row(caller: Caller, one: Paper) -> PaperRow:
    return PaperRow(
        id=one.pk,
        number=numbered(one),
        title=one.title,
        kind=one.kind,
        kind_title=str(titles.KINDS.get(one.kind, one.kind)),
        department_title=str(titles.DEPARTMENTS[one.department]),
        state=one.state,
        state_title=str(titles.STATES[one.state]),
        level=one.level,
        level_title=str(titles.LEVELS[one.level]),
        house=one.house.code if one.house else "",
        person=one.person.name if one.person else "",
        subject=one.subject,
        made_at=one.made_at,
        made_by=one.made_by_name,
        issued_at=one.issued_at,
        keep_until=one.keep_until,
        destroy_asked_by=one.destroy_asked_by.name if one.destroy_asked_by else "",
        may_print=one.state == State.ISSUED,
    )


def _owner_row(one: Paper) -> OwnerPaper:
    return OwnerPaper(
        id=one.pk,
        number=numbered(one),
        title=one.title,
        kind_title=str(titles.KINDS.get(one.kind, one.kind)),
        house=one.house.code if one.house else "",
        issued_at=one.issued_at or one.made_at,
    )


def _view(caller: Caller, found: Paper) -> PaperView:
    leads = is_leader(caller, found.community_id)
    return PaperView(
        row=_row(caller, found),
        community_id=found.community_id,
        zone=found.community.zone,
        version=found.version,
        form=found.form,
        data=found.data,
        summary=found.summary,
        is_noted=_is_noted(found) and found.state not in UNFINISHED,
        readers=tuple(found.readers),
        sha256=found.sha256,
        issued_by=_name(found.issued_by),
        returned_why=found.returned_why,
        given_at=found.given_at,
        void_why=found.void_why,
        void_asked_by=_name(found.void_asked_by),
        void_at=found.void_at,
        void_by=_name(found.void_by),
        destroyed_at=found.destroyed_at,
        destroyed_by=_name(found.destroyed_by),
        versions=_versions(caller, found),
        readings=_readings(found) if leads else (),
        may=frozenset(_may(caller, found, leads)),
    )


def _name(employee: Employee | None) -> str:
    return employee.name if employee else ""


def _versions(caller: Caller, found: Paper) -> tuple[VersionRow, ...]:
    """Return every version the caller may see, newest first, and the draft of the next."""
    same = Q(pk=found.pk) | Q(replaces=found.pk)
    if found.number:
        same |= Q(community_id=found.community_id, number=found.number)
    if found.replaces_id is not None:
        same |= Q(pk=found.replaces_id)
    rows = Paper.objects.filter(same).defer("data", "words", "summary").order_by("-id")
    return tuple(
        VersionRow(
            id=one.pk,
            version=one.version,
            state_title=str(titles.STATES[one.state]),
            made_at=one.made_at,
            made_by=one.made_by_name,
            shown=one.pk == found.pk,
        )
        for one in rows
        if _may_list(caller, one)
    )


def _readings(found: Paper) -> tuple[ReadingRow, ...]:
    entries = Entry.objects.filter(subject=f"paper:{found.pk}", action=READ).order_by("-at", "-id")
    return tuple(ReadingRow(one.at, one.by_name) for one in entries[:MOST_READINGS])


def _may(caller: Caller, found: Paper, leads: bool) -> Iterator[str]:
    """Walk what the caller may do with a paper as it stands."""
    mine = caller.employee_id is not None and caller.employee_id == found.made_by_id
    if found.state != State.DESTROYED:
        yield "open"
    if leads and found.state != State.DESTROYED:
        yield "classify"
    if found.state in {State.DRAFT, State.RETURNED} and (mine or leads):
        yield from ("edit", "submit", "drop")
    if found.state == State.IN_REVIEW and (mine or leads):
        yield "take_back"
    if found.state == State.ISSUED:
        yield from _may_in_force(caller, found, leads, mine)


def _may_in_force(caller: Caller, found: Paper, leads: bool, mine: bool) -> Iterator[str]:
    if found.given_at is None:
        yield "give_out"
    if caller.holds(found.community_id, *WRITERS):
        yield "revise"
    if found.void_asked_at is None:
        if mine or leads:
            yield "void"
        return
    asked = caller.employee_id == found.void_asked_by_id
    if leads and not asked:
        yield "confirm_void"
    if leads or asked:
        yield "refuse_void"


def _is_noted(found: Paper) -> bool:
    """Tell whether it is written down who opens the paper: confidential, or about a household."""
    return bool(found.level in CONFIDENTIAL or found.house_id or found.person_id)


def _note_reading(found: Paper, caller: Caller, at: datetime) -> None:
    record(
        action=READ,
        by=caller,
        at=at,
        subject=f"paper:{found.pk}",
        community_id=found.community_id,
        after={"number": found.number, "title": found.title},
    )


def _content(found: Paper) -> bytes:
    if found.file_id is not None:
        return bytes_of(found)
    return typesetting.pdf(found.form, {**preview(found), **found.data})


def _file_name(found: Paper) -> str:
    return _NOT_IN_NAMES.sub("_", f"{numbered(found)} {found.title}".strip())
