"""``/matters``: receiving, reading, and the verbs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from ninja import Query, Router, Schema, Status

from huiyin.doors.api import schemas as given
from huiyin.doors.api.gate import Request
from huiyin.doors.api.photos import file_ids
from huiyin.doors.api.schemas import (
    Code,
    Cursor,
    Kind,
    Limit,
    MatterOut,
    MattersOut,
    MaybeNothing,
    MessageOut,
    State,
    Word,
)
from huiyin.doors.api.shaping import moment, moment_or_none, person, person_or_none
from huiyin.estate.queries import CommunityRow, communities
from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound
from huiyin.matters import actions, queries
from huiyin.matters.queries import EventView, Filters, LinkedRow, MatterRow, MatterView, PromiseView
from huiyin.staff.queries import directory, first_posts

router = Router(tags=["matters"])


class MatterFilter(Schema):
    """Which matters to list."""

    community: Word = ""
    state: State | None = None
    owner: Word = ""
    kind: Kind | None = None
    house: Word = ""
    overdue: bool | None = None
    q: Word = ""
    cursor: Cursor = ""
    limit: Limit = 50


@router.post("/matters", response={201: MatterOut}, summary="Receive a matter")
def receive(request: Request, payload: given.NewMatter) -> Status[dict[str, Any]]:
    """Record a matter; it has an owner, a number and running clocks from the first second."""
    at = clock.now()
    number = actions.receive_matter(
        by=request.caller,
        at=at,
        community=payload.community,
        channel=payload.channel,
        kind=payload.kind,
        text=payload.text,
        house=payload.house or None,
        phone=payload.phone or "",
        caller=payload.caller or "",
        anonymous=payload.anonymous,
        important=payload.important,
        first_heard_by=payload.first_heard_by or None,
        about_employee=payload.about_employee or None,
        place=payload.place or "",
        photos=file_ids(request.caller, payload.photos),
    )
    return Status(201, _shown(request, number))


@router.get("/matters", response=MattersOut, summary="List matters, newest first")
def list_matters(request: Request, asked: Query[MatterFilter]) -> dict[str, Any]:
    """List the matters the caller may see; ``overdue=true`` keeps those with a promise broken."""
    at = clock.now()
    page = queries.list_matters(
        caller=request.caller,
        at=at,
        filters=Filters(
            community=asked.community,
            state=asked.state or "",
            owner=asked.owner,
            kind=asked.kind or "",
            house=asked.house,
            overdue=bool(asked.overdue),
            q=asked.q,
        ),
        cursor=asked.cursor,
        limit=asked.limit,
    )
    towns = {town.code: town for town in communities(caller=request.caller)}
    posts = first_posts(codes={row.owner_code for row in page.items}, at=at)
    items = [_row(row, towns[row.community], posts) for row in page.items]
    return {"items": items, "next": page.next}


@router.get("/matters/{number}", response=MatterOut, summary="Read a matter")
def read(request: Request, number: Code) -> dict[str, Any]:
    """Show a matter with its promises and events."""
    return _shown(request, number)


@router.get("/messages", response=list[MessageOut], summary="List the messages about a matter")
def messages(request: Request, matter: Annotated[Code, Query()]) -> list[dict[str, Any]]:
    """List every outgoing message about a matter, in the order they were written."""
    at = clock.now()
    view = queries.matter(caller=request.caller, number=matter, at=at)
    zone = ZoneInfo(view.zone)
    return [
        {
            "to": row.to,
            "name": row.to_name,
            "channel": row.channel,
            "purpose": row.purpose,
            "at": moment(row.at, zone),
            "state": row.state,
        }
        for row in queries.messages(caller=request.caller, number=matter)
    ]


# -- the verbs


@router.post("/matters/{number}/assign", response=MatterOut)
def assign(request: Request, number: Code, payload: given.Assignment) -> dict[str, Any]:
    """Hand the matter to an employee."""
    actions.assign_matter(
        by=request.caller, at=clock.now(), number=number, to=payload.to, note=payload.note or ""
    )
    return _shown(request, number)


@router.post("/matters/{number}/accept", response=MatterOut)
def accept(request: Request, number: Code, payload: MaybeNothing = None) -> dict[str, Any]:
    """Take the matter: of two who try, one wins and the other is told who."""
    actions.accept_matter(by=request.caller, at=clock.now(), number=number)
    return _shown(request, number)


@router.post("/matters/{number}/arrive", response=MatterOut)
def arrive(request: Request, number: Code, payload: MaybeNothing = None) -> dict[str, Any]:
    """Say that somebody is on site."""
    actions.arrive_at_matter(by=request.caller, at=clock.now(), number=number)
    return _shown(request, number)


@router.post("/matters/{number}/progress", response=MatterOut)
def progress(request: Request, number: Code, payload: given.Progress) -> dict[str, Any]:
    """Tell how it goes; a contact that reached the owner renews keep-in-touch (CMP-06)."""
    actions.record_progress(
        by=request.caller,
        at=clock.now(),
        number=number,
        text=payload.text,
        via=payload.via or "",
        reached=payload.reached,
        tell_linked=payload.tell_linked,
    )
    return _shown(request, number)


@router.post("/matters/{number}/promise", response=MatterOut)
def promise(request: Request, number: Code, payload: given.PromisedTime) -> dict[str, Any]:
    """Record the time and reason the owner was told (REC-03)."""
    actions.promise_time(
        by=request.caller,
        at=clock.now(),
        number=number,
        until=payload.until,
        reason=payload.reason,
        via=payload.via,
        tell_linked=payload.tell_linked,
    )
    return _shown(request, number)


@router.post("/matters/{number}/pause", response=MatterOut)
def pause(request: Request, number: Code, payload: given.PauseUntil) -> dict[str, Any]:
    """Pause the finish clocks, with a reason and an end."""
    actions.pause_matter(
        by=request.caller,
        at=clock.now(),
        number=number,
        reason=payload.reason,
        until=payload.until,
    )
    return _shown(request, number)


@router.post("/matters/{number}/resume", response=MatterOut)
def resume(request: Request, number: Code, payload: MaybeNothing = None) -> dict[str, Any]:
    """End a pause before its time."""
    actions.resume_matter(by=request.caller, at=clock.now(), number=number)
    return _shown(request, number)


@router.post("/matters/{number}/finish", response=MatterOut)
def finish(request: Request, number: Code, payload: given.Result) -> dict[str, Any]:
    """Report the result to the desk (REC-10)."""
    actions.finish_matter(
        by=request.caller,
        at=clock.now(),
        number=number,
        result=payload.result,
        cause=payload.cause or "",
    )
    return _shown(request, number)


@router.post("/matters/{number}/reply", response=MatterOut)
def reply(request: Request, number: Code, payload: given.Reply) -> dict[str, Any]:
    """Answer the owner (REC-05, REC-11)."""
    actions.reply_to_owner(
        by=request.caller,
        at=clock.now(),
        number=number,
        text=payload.text,
        via=payload.via,
        tell_linked=payload.tell_linked,
    )
    return _shown(request, number)


@router.post("/matters/{number}/sign", response=MatterOut)
def sign(request: Request, number: Code, payload: given.Signature) -> dict[str, Any]:
    """Record who signed for the work (WO-02)."""
    actions.sign_matter(by=request.caller, at=clock.now(), number=number, name=payload.name)
    return _shown(request, number)


@router.post("/matters/{number}/visit-back", response=MatterOut)
def visit_back(request: Request, number: Code, payload: given.VisitBack) -> dict[str, Any]:
    """Ask the owner what they think of it, from 1 to 5 (CMP-02)."""
    actions.visit_back(
        by=request.caller,
        at=clock.now(),
        number=number,
        satisfaction=payload.satisfaction,
        comment=payload.comment or "",
        via=payload.via,
    )
    return _shown(request, number)


@router.post("/matters/{number}/close", response=MatterOut)
def close(request: Request, number: Code, payload: MaybeNothing = None) -> dict[str, Any]:
    """Put the matter away: it is settled (STD-03)."""
    actions.close_matter(by=request.caller, at=clock.now(), number=number)
    return _shown(request, number)


@router.post("/matters/{number}/reopen", response=MatterOut)
def reopen(request: Request, number: Code, payload: given.Reason) -> dict[str, Any]:
    """Open it again: a new cycle of clocks, and no first-time pass any more."""
    actions.reopen_matter(by=request.caller, at=clock.now(), number=number, reason=payload.reason)
    return _shown(request, number)


@router.post("/matters/{number}/reclassify", response=MatterOut)
def reclassify(request: Request, number: Code, payload: given.NewKind) -> dict[str, Any]:
    """Change its kind: clocks that no longer apply are void, new ones count from reception."""
    actions.reclassify_matter(
        by=request.caller,
        at=clock.now(),
        number=number,
        kind=payload.kind,
        reason=payload.reason,
        important=payload.important,
    )
    return _shown(request, number)


@router.post("/matters/{number}/escalate", response=MatterOut)
def escalate(request: Request, number: Code, payload: given.Escalation) -> dict[str, Any]:
    """Pass it up by hand, before its ladder does (REC-09)."""
    actions.escalate_matter(
        by=request.caller,
        at=clock.now(),
        number=number,
        to=payload.to,
        reason=payload.reason,
    )
    return _shown(request, number)


@router.post("/matters/{number}/note", response=MatterOut)
def note(request: Request, number: Code, payload: given.Note) -> dict[str, Any]:
    """Write a note among staff; it is no contact with the owner and moves no clock."""
    actions.note_matter(by=request.caller, at=clock.now(), number=number, text=payload.text)
    return _shown(request, number)


@router.post("/matters/{number}/photos", response=MatterOut)
def add_photos(request: Request, number: Code, payload: given.Photos) -> dict[str, Any]:
    """Hang photos on the matter; the same photo twice stays one."""
    actions.add_photos(
        by=request.caller,
        at=clock.now(),
        number=number,
        photos=file_ids(request.caller, payload.photos),
        stage=payload.stage,
    )
    return _shown(request, number)


@router.post("/matters/{number}/mark-important", response=MatterOut)
def mark_important(request: Request, number: Code, payload: given.Reason) -> dict[str, Any]:
    """Mark it as important, so that the person in charge answers in person (CMP-04)."""
    actions.mark_important(by=request.caller, at=clock.now(), number=number, reason=payload.reason)
    return _shown(request, number)


@router.post("/matters/{number}/link", response=MatterOut)
def link(request: Request, number: Code, payload: given.Link) -> dict[str, Any]:
    """Link a report to the matter that tells of the same problem; it keeps its own clocks."""
    actions.link_matter(
        by=request.caller,
        at=clock.now(),
        number=number,
        to=payload.to,
        reason=payload.reason or "",
    )
    return _shown(request, number)


@router.post("/matters/{number}/unlink", response=MatterOut)
def unlink(request: Request, number: Code, payload: given.Reason) -> dict[str, Any]:
    """Take a report out again: what was finished with the other problem is opened again."""
    actions.unlink_matter(by=request.caller, at=clock.now(), number=number, reason=payload.reason)
    return _shown(request, number)


@router.post("/matters/{number}/give-back", response={200: MatterOut, 204: None})
def give_back(request: Request, number: Code, payload: given.Reason) -> Status[Any]:
    """Say that one cannot do it, and why: the superior sends another (REC-10).

    204 when the caller no longer sees the matter.
    """
    actions.give_back(by=request.caller, at=clock.now(), number=number, reason=payload.reason)
    try:
        return Status(200, _shown(request, number))
    except NotFound:
        return Status(204, None)


@router.post("/matters/{number}/take-back", response=MatterOut)
def take_back(request: Request, number: Code, payload: given.Reason) -> dict[str, Any]:
    """Take it from whoever has it in hand, to send another, and say why (REC-15)."""
    actions.take_back(by=request.caller, at=clock.now(), number=number, reason=payload.reason)
    return _shown(request, number)


# -- shapes


def _shown(request: Request, number: str) -> dict[str, Any]:
    at = clock.now()
    view = queries.matter(caller=request.caller, number=number, at=at)
    return _whole(view, ZoneInfo(view.zone), _people_told(view, at))


def _people_told(view: MatterView, at: datetime) -> dict[str, dict[str, Any]]:
    """Name, by employee code, everybody whom an escalation may have told."""
    if not any(one.kind == "escalated" for one in view.events):
        return {}
    staff_now = directory(community_id=view.community_id, at=at, zone=view.zone)
    return {one.code: person(one) for one in staff_now.people.values()}


def _whole(view: MatterView, zone: ZoneInfo, people: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Show a matter with everything that belongs to it."""
    return {
        "number": view.number,
        "community": view.community,
        "kind": view.kind,
        "state": view.state,
        "channel": view.channel,
        "house": view.house or None,
        "place": view.place,
        "text": view.text,
        "caller": view.caller_name,
        "phone": view.caller_phone,
        "anonymous": view.anonymous,
        "important": view.important,
        "owner": person(view.owner),
        "follower": person_or_none(view.follower),
        "received_at": moment(view.received_at, zone),
        "finished_at": moment_or_none(view.finished_at, zone),
        "result": view.result,
        "signed_by": view.signed_name,
        "satisfaction": view.satisfaction,
        "comment": view.comment,
        "first_time_pass": view.first_time_pass,
        "cycle": view.cycle,
        "photos": [f"/api/v1/matters/{view.number}/photos/{one}" for one in view.photos],
        "parent": view.parent or None,
        "linked": [_linked(one) for one in view.linked],
        "verbs": sorted(view.verbs),
        "promises": [_promise(one, zone) for one in view.promises],
        "events": [_event(one, zone, people) for one in view.events],
    }


def _row(
    row: MatterRow, town: CommunityRow, posts: Mapping[tuple[str, int | None], str]
) -> dict[str, Any]:
    """Show a matter as lists do."""
    zone = ZoneInfo(town.zone)
    code = row.owner_code
    post = posts.get((code, town.id)) or posts.get((code, None), "")
    return {
        "number": row.number,
        "community": row.community,
        "kind": row.kind,
        "state": row.state,
        "house": row.house or None,
        "text": row.text,
        "owner": {"code": code, "name": row.owner_name, "post": post},
        "important": row.important,
        "received_at": moment(row.received_at, zone),
        "first_time_pass": row.first_time_pass,
        "next_due_at": moment_or_none(row.nearest_due_at, zone),
        "overdue": row.overdue,
        "parent": row.parent or None,
        "linked_count": row.linked_count,
    }


def _linked(one: LinkedRow) -> dict[str, Any]:
    return {
        "number": one.number,
        "kind": one.kind,
        "state": one.state,
        "house": one.house or None,
        "place": one.place,
        "caller": one.caller_name,
        "anonymous": one.anonymous,
    }


def _promise(one: PromiseView, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "code": one.code,
        "rule": one.rule,
        "title": one.title,
        "cycle": one.cycle,
        "state": one.state,
        "started_at": moment(one.started_at, zone),
        "due_at": moment(one.due_at, zone),
        "closed_at": moment_or_none(one.closed_at, zone),
        "paused_seconds": one.paused_seconds,
        "provisional": one.provisional,
        "explanation": one.explanation,
    }


def _event(one: EventView, zone: ZoneInfo, people: dict[str, dict[str, Any]]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "at": moment(one.at, zone),
        "recorded_at": moment(one.recorded_at, zone),
        "kind": one.kind,
        "by": person_or_none(one.by),
        "by_name": one.by_name,
        "via": one.via,
        "text": one.text,
        "contact": one.contact,
        "data": one.data,
    }
    if one.kind == "escalated":
        shown["promise"], shown["rung"] = one.data.get("promise"), one.data.get("rung")
        left = {"name": "", "post": ""}  # whoever has left the company since
        shown["to"] = [people.get(it, {"code": it, **left}) for it in one.data.get("to", [])]
    return shown
