"""My matters: the list, one whole, and its photos (OWN-01)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from huiyin.files import queries as files
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.clock import BadMoment, parse
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page
from huiyin.matters.actions.said import chase_again_at
from huiyin.matters.models import Event, Matter, Photo, Promise
from huiyin.matters.titles import POSTS
from huiyin.owners import rules, titles
from huiyin.owners.access import admit_household, is_mine, may_use, reads_texts, visible
from huiyin.owners.models import Look
from huiyin.owners.rows import MyMatterRow, MyMatterView, OwnPromise, OwnStep
from huiyin.owners.steps import NEWS, Happened, is_own, said
from huiyin.staff import queries as staff
from huiyin.standards import queries as standards

_SHORT = 60
_LINES = 20


def my_matters(
    *,
    caller: Caller,
    at: datetime,
    house_id: int | None = None,
    show: str = "open",
    cursor: str = "",
    limit: int = _LINES,
) -> Page[MyMatterRow]:
    """Return a page of the caller's matters, newest first: what goes on, or with ``all`` all.

    A house that is not the caller's is NotFound.
    """
    rows = visible(caller, at).select_related("community", "house")
    if house_id is not None:
        admit_household(caller, house_id)
        rows = rows.filter(house_id=house_id)
    if show == "open":
        rows = rows.filter(state__in=(*rules.OPEN, "finished"))
    elif show != "all":
        raise BadInput(_("没有这种列表。"), field="show")
    rows = _with_news(_after(rows, cursor), caller).order_by("-received_at", "-id")
    found = list(rows[: limit + 1])
    owed = _promises(found)
    return paging.page_of(
        found,
        limit,
        lambda one: _row(one, owed[one.pk], caller, at),
        lambda one: (one.received_at.isoformat(), one.pk),
    )


def _after(rows: QuerySet[Matter], cursor: str) -> QuerySet[Matter]:
    if not cursor:
        return rows
    try:
        stamp, last = paging.read_cursor(cursor, str, int)
        moment = parse(str(stamp))
    except (paging.BadCursor, BadMoment) as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
    return rows.filter(Q(received_at__lt=moment) | Q(received_at=moment, id__lt=last))


def _with_news(rows: QuerySet[Matter], caller: Caller) -> QuerySet[Any]:
    """Say of each matter whether there is something the caller has not read."""
    look = Look.objects.filter(user_id=caller.user_id or 0, matter_id=OuterRef("pk"))
    news = Event.objects.filter(matter_id=OuterRef("pk"), kind__in=NEWS, id__gt=OuterRef("seen"))
    told = ~Q(kind="progressed") | ~Q(via="")
    return rows.annotate(seen=Coalesce(Subquery(look.values("last_event")[:1]), Value(0))).annotate(
        unread=Exists(news.filter(told))
    )


def _promises(matters: Iterable[Matter]) -> dict[int, list[Promise]]:
    """Return what owners may know of the promises of some matters, in one query."""
    found: dict[int, list[Promise]] = defaultdict(list)
    rows = Promise.objects.filter(
        matter__in=[one.pk for one in matters], code__in=list(titles.DEEDS)
    ).exclude(state=Promise.State.VOID)
    for row in rows.order_by("due_at", "id"):
        found[row.matter_id].append(row)
    return found


def _own_promise(row: Promise, at: datetime, zone: ZoneInfo) -> OwnPromise:
    standing = rules.standing(row.state, row.due_at, row.closed_at, at)
    words = titles.promise(row.code, standing, row.due_at, at, zone)
    return OwnPromise(words, row.due_at, standing)


def _row(one: Any, promises: Sequence[Promise], caller: Caller, at: datetime) -> MyMatterRow:
    zone = ZoneInfo(one.community.zone)
    said_of = [_own_promise(row, at, zone) for row in promises if row.cycle == one.cycle]
    first = rules.next_of((row.state, row.due_at) for row in said_of)
    return MyMatterRow(
        number=one.number,
        kind=one.kind,
        kind_title=titles.kind_title(one.kind),
        text=one.text[:_SHORT] if reads_texts(caller, one) else "",
        place=one.place,
        state=one.state,
        state_title=str(titles.STATES[one.state]),
        next=said_of[first] if first is not None else None,
        received_at=one.received_at,
        house=one.house.code if one.house else "",
        unread=one.unread,
    )


def my_matter(*, caller: Caller, at: datetime, number: str) -> MyMatterView:
    """Return one of the caller's matters whole; NotFound for any other."""
    one: Any = (
        _with_news(_numbered(caller, at, number), caller)
        .select_related("community", "house", "owner")
        .first()
    )
    if one is None:
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    zone = ZoneInfo(one.community.zone)
    promises = _promises([one])[one.pk]
    events = list(Event.objects.filter(matter=one).order_by("at", "id"))
    reads = reads_texts(caller, one)
    rated = _rated(events) if reads else None
    row = _row(one, promises, caller, at)
    return MyMatterView(
        row=_whole(row, one, reads),
        mine=is_mine(caller, one),
        who=_who(one, at),
        phone=one.community.phone,
        result=one.result if reads and one.finished_at else "",
        promises=tuple(
            shown
            for promise in promises
            if promise.cycle == one.cycle and (shown := _own_promise(promise, at, zone)).words
        ),
        steps=_steps(one, events, caller, at, zone),
        may=frozenset(
            verb
            for verb in rules.ALLOWED
            if may_use(caller, one, verb)
            and not rules.refusal(
                verb, one.state, signed=one.signed_at is not None, rated=rated is not None
            )
        ),
        chase_again_at=_chase_again(one, at),
        rated=rated,
        signed=one.signed_at is not None,
    )


def _numbered(caller: Caller, at: datetime, number: str) -> QuerySet[Matter]:
    if "\0" in number:
        return Matter.objects.none()
    return visible(caller, at).filter(number=number)


def _whole(row: MyMatterRow, one: Matter, reads: bool) -> MyMatterRow:
    """Return the row with its text in full."""
    values = {name: getattr(row, name) for name in row.__slots__}
    return MyMatterRow(**{**values, "text": one.text if reads else ""})


def _chase_again(one: Matter, at: datetime) -> datetime | None:
    again = chase_again_at(one.pk, standards.by_id(one.standard_id).owners.chase_every)
    return again if again is not None and again > at else None


def rated_in_this_cycle(matter: Matter) -> bool:
    """Tell whether the owner has rated the matter since it was last opened."""
    events = Event.objects.filter(matter=matter, kind__in=["reopened", "rated", "visited_back"])
    return _rated(events.order_by("at", "id")) is not None


def _rated(events: Iterable[Event]) -> int | None:
    """Return the owner's own last rating since the matter was last opened."""
    points: int | None = None
    for one in events:
        if one.kind == "reopened":
            points = None
        elif one.kind in {"rated", "visited_back"} and is_own(one.via, one.by_id):
            points = one.data.get("satisfaction")
    return points


def _who(one: Matter, at: datetime) -> str:
    """Return who has it in hand, by name and post; empty while nobody is sent."""
    if one.state in {"received", "reopened"}:
        return ""
    return _named([one.owner.code], {one.owner.code: one.owner.name}, one, at)[one.owner.code]


def _named(
    codes: Iterable[str], names: dict[str, str], one: Matter, at: datetime
) -> dict[str, str]:
    """Return name and post of employees, and nothing else of them."""
    asked = [code for code in codes if code]
    posts = staff.first_posts(codes=asked, at=at) if asked else {}
    found = {}
    for code in asked:
        post = posts.get((code, one.community_id)) or posts.get((code, None)) or ""
        title = str(POSTS[post]) if post else ""
        found[code] = f"{names.get(code, '')} {title}".strip()
    return found


def _steps(
    one: Matter, events: Sequence[Event], caller: Caller, at: datetime, zone: ZoneInfo
) -> tuple[OwnStep, ...]:
    reads, mine = reads_texts(caller, one), is_mine(caller, one)
    names = {event.data["to"]: event.data.get("to_name", "") for event in events if _sends(event)}
    who = _named(names, names, one, at)
    photos = _photos_by_step(events, *_photos(one)) if reads else {}
    steps = []
    for event in events:
        shown = said(
            Happened(
                kind=event.kind,
                at=event.at,
                via=event.via,
                is_own=is_own(event.via, event.by_id),
                text=event.text if reads else "",
                data=event.data,
                who=who.get(event.data["to"], "") if _sends(event) else "",
                mine=mine,
                now=at,
                zone=zone,
            )
        )
        if shown is not None:
            steps.append(OwnStep(event.at, *shown, photos=photos.get(event.pk, ())))
    return tuple(steps)


def _sends(event: Event) -> bool:
    return event.kind in {"assigned", "accepted"} and isinstance(event.data.get("to"), str)


def _photos(one: Matter) -> tuple[set[int], tuple[int, ...]]:
    """Return the photos an owner may see: their own, and those of the work before and after."""
    rows = list(Photo.objects.filter(matter=one).order_by("id"))
    own = {row.file_id for row in rows if row.by_id is None and not row.stage}
    return own, tuple(row.file_id for row in rows if row.stage)


def _photos_by_step(
    events: Sequence[Event], own: set[int], staged: tuple[int, ...]
) -> dict[int, tuple[int, ...]]:
    """Hang each photo on the step it came with: added later, at the beginning, or at the end."""
    found: dict[int, tuple[int, ...]] = {}
    left = dict.fromkeys(sorted(own))
    for event in events:
        if event.kind == "added":
            found[event.pk] = tuple(one for one in event.data.get("photos", ()) if one in left)
            for one in found[event.pk]:
                del left[one]
    first = next((event for event in events if event.kind == "received"), None)
    last = next((event for event in reversed(events) if event.kind == "finished"), None)
    if first is not None:
        found[first.pk] = tuple(left)
    if last is not None:
        found[last.pk] = staged
    return found


def photo(*, caller: Caller, at: datetime, number: str, photo_id: int) -> tuple[bytes, str]:
    """Return a photo of one of the caller's matters and its media type; NotFound for any other."""
    one = _numbered(caller, at, number).first()
    if one is None or not reads_texts(caller, one):
        raise NotFound(_("没有这张照片。"))
    own, staged = _photos(one)
    if photo_id not in own and photo_id not in staged:
        raise NotFound(_("没有这张照片。"))
    return files.read(photo_id)
