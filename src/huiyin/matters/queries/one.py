"""One matter whole: its promises, timeline, photos, and what may be done with it now."""

from datetime import datetime
from typing import Any, TypeAlias

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiyin.estate.rules import masked
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.matters import rules, titles
from huiyin.matters.access import knows_caller, may_do, sees
from huiyin.matters.models import Event, Matter, Promise
from huiyin.matters.queries.rows import (
    EventView,
    LinkedRow,
    MatterView,
    PersonRef,
    PromiseView,
)
from huiyin.matters.stored import pauses_of, standing_of, state_of
from huiyin.standards import queries as standards
from huiyin.standards import react as engine
from huiyin.standards.document import Clause
from huiyin.standards.explain import explain
from huiyin.standards.react import Fact

# Read by hand, because every page and every answer about a matter begins here: three statements
# bring what the query builder would ask in seven. Who may see it is decided on the row in hand.
_POST = """(SELECT h.post FROM staff_postholding h
          WHERE h.employee_id = {employee}
            AND (h.community_id = m.community_id OR h.community_id IS NULL)
          ORDER BY h.until_on DESC NULLS FIRST, h.id LIMIT 1)"""
_MATTER = f"""
SELECT m.*, c.code AS community_code, c.zone AS community_zone,
       c.calendar_version AS community_calendar, h.code AS house_code,
       o.code AS owner_code, o.name AS owner_name, {_POST.format(employee="o.id")} AS owner_post,
       f.code AS follower_code, f.name AS follower_name,
       {_POST.format(employee="f.id")} AS follower_post,
       a.code AS about_code, a.name AS about_name, {_POST.format(employee="a.id")} AS about_post,
       ARRAY(SELECT p.file_id FROM matters_photo p WHERE p.matter_id = m.id ORDER BY p.id)
         AS photo_files,
       ARRAY(SELECT p.stage FROM matters_photo p WHERE p.matter_id = m.id ORDER BY p.id)
         AS photo_stages,
       (SELECT p.number FROM matters_matter p WHERE p.id = m.parent_id) AS parent_number,
       EXISTS (SELECT FROM matters_matter l WHERE l.parent_id = m.id) AS has_linked
  FROM matters_matter m
  JOIN estate_community c ON c.id = m.community_id
  JOIN staff_employee o ON o.id = m.owner_id
  LEFT JOIN staff_employee f ON f.id = m.follower_id
  LEFT JOIN staff_employee a ON a.id = m.about_employee_id
  LEFT JOIN estate_house h ON h.id = m.house_id
 WHERE m.number = %s
"""  # noqa: S608 nothing of a caller's is in the statement
_LINKED = """
SELECT m.*, h.code AS house_code FROM matters_matter m
  LEFT JOIN estate_house h ON h.id = m.house_id
 WHERE m.parent_id = %s ORDER BY m.id
"""
_EVENTS = f"""
SELECT v.*, e.code AS by_code, e.name AS by_person, {_POST.format(employee="e.id")} AS by_post
  FROM matters_event v
  JOIN matters_matter m ON m.id = v.matter_id
  LEFT JOIN staff_employee e ON e.id = v.by_id
 WHERE v.matter_id = %s ORDER BY v.at, v.id
"""  # noqa: S608
_PROMISES = """
SELECT p.*, EXISTS (SELECT 1 FROM matters_pause s WHERE s.promise_id = p.id) AS was_paused
  FROM matters_promise p WHERE p.matter_id = %s ORDER BY p.id
"""


def matter(*, caller: Caller, number: str, at: datetime) -> MatterView:
    """Return one matter with its promises, timeline, photos and the verbs allowed now.

    Raises NotFound to those who may not see it. Who raised it is blank unless the caller handles
    the matter (CMP-11).
    """
    row: Any = next(iter(Matter.objects.raw(_MATTER, [number.replace("\x00", "")])), None)
    if row is None or not sees(caller, row):
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    return _matter_view(row, caller, at)


def _matter_view(row: Any, caller: Caller, at: datetime) -> MatterView:
    events: list[Any] = list(Event.objects.raw(_EVENTS, [row.pk]))
    promises: list[Any] = list(Promise.objects.raw(_PROMISES, [row.pk]))
    identity = knows_caller(caller, row) and not row.anonymous
    phone = row.caller_phone if identity else masked(row.caller_phone)
    return MatterView(
        number=row.number,
        community=row.community_code,
        community_id=row.community_id,
        zone=row.community_zone,
        kind=row.kind,
        kind_title=str(titles.KINDS[row.kind]),
        state=row.state,
        state_title=str(titles.STATES[row.state]),
        text=row.text,
        channel=row.channel,
        channel_title=str(titles.CHANNELS[row.channel]),
        house=row.house_code if row.house_code and (identity or not _hides(row)) else "",
        place=row.place,
        caller_name=row.caller_name if identity else "",
        caller_phone=phone if identity else "",
        identity_visible=identity,
        anonymous=row.anonymous,
        important=row.important,
        owner=PersonRef(row.owner_code, row.owner_name, row.owner_post or ""),
        follower=_ref(row.follower_code, row.follower_name, row.follower_post),
        about_employee=_ref(row.about_code, row.about_name, row.about_post),
        received_at=row.received_at,
        nearest_due_at=row.nearest_due_at,
        finished_at=row.finished_at,
        closed_at=row.closed_at,
        result=row.result,
        signed_name=row.signed_name if identity else "",
        satisfaction=row.satisfaction,
        comment=row.comment,
        first_time_pass=row.first_time_pass,
        cycle=row.cycle,
        chases=row.chases,
        is_mine=caller.employee_id == row.owner_id,
        promises=_promise_views(row, promises, _kinds_held(row, events), at),
        events=tuple(
            EventView(
                at=one.at,
                recorded_at=one.recorded_at,
                kind=one.kind,
                kind_title=str(titles.EVENTS[one.kind]),
                by=_ref(one.by_code, one.by_person, one.by_post),
                by_name=one.by_name,
                via=one.via,
                via_title=str(titles.CHANNELS.get(one.via, "")),
                contact=one.contact,
                text=one.text if identity or one.kind != "signed" else "",
                data=one.data,
            )
            for one in events
        ),
        photos=tuple(row.photo_files),
        photo_stages=tuple(row.photo_stages),
        parent=row.parent_number or "",
        linked=_linked(row, caller) if row.has_linked else (),
        verbs=_verbs(row, promises, caller),
    )


def _linked(row: Any, caller: Caller) -> tuple[LinkedRow, ...]:
    """Return the linked reports the caller may see, each as far as they may know who it was."""
    reports: list[Any] = list(Matter.objects.raw(_LINKED, [row.pk]))
    return tuple(_linked_row(one, caller) for one in reports if sees(caller, one))


def _linked_row(one: Any, caller: Caller) -> LinkedRow:
    identity = knows_caller(caller, one) and not one.anonymous
    return LinkedRow(
        number=one.number,
        kind=one.kind,
        kind_title=str(titles.KINDS[one.kind]),
        state=one.state,
        state_title=str(titles.STATES[one.state]),
        house=one.house_code if one.house_code and (identity or not _hides(one)) else "",
        place=one.place,
        caller_name=one.caller_name if identity else "",
        caller_phone=one.caller_phone if identity else "",
        anonymous=one.anonymous,
        text=one.text,
    )


def _ref(code: str | None, name: str | None, post: str | None) -> PersonRef | None:
    return PersonRef(code, name or "", post or "") if code else None


def _hides(row: Matter) -> bool:
    """A complaint shows its house only to those who may know who complained (CMP-11)."""
    return row.kind.startswith("complaint")


_Kinds: TypeAlias = tuple[tuple[str, bool], ...]


def _kinds_held(row: Matter, events: list[Any]) -> _Kinds:
    """Return the kinds the matter has had, with their importance, the present one first."""
    changes = [one.data for one in reversed(events) if one.kind == "reclassified"]
    before = ((one["from"], one["was_important"]) for one in changes)
    return ((row.kind, row.important), *before)


def _kind_of(clause: Clause, held: _Kinds) -> str:
    """Return the latest kind of the matter that a clause held for: what its promise was about."""
    return next((kind for kind, important in held if clause.applies(kind, important)), held[0][0])


def _promise_views(
    row: Any, promises: list[Any], held: _Kinds, at: datetime
) -> tuple[PromiseView, ...]:
    paused_ids = [one.pk for one in promises if one.was_paused]
    pauses = pauses_of(paused_ids) if paused_ids else {}
    lang = "en" if (get_language() or "").startswith("en") else "zh"
    calendars: dict[int, Any] = {}
    views: list[PromiseView] = []
    for one in promises:
        if one.standard_id not in calendars:
            standard = standards.by_id(one.standard_id)
            calendars[one.standard_id] = (
                standard,
                standards.calendar(
                    (row.community_id, row.community_zone, row.community_calendar), standard
                ),
            )
        standard, calendar = calendars[one.standard_id]
        state = state_of(one, pauses.get(one.pk, ()))
        # Time goes on between two sweeps: show what it already did.
        if state.is_owed:
            settled = engine.apply([state], engine.settle(standard, [state], at, calendar))
            state = settled[0]
        clause = standard.clause(one.clause)
        open_pause = state.open_pause
        paused = sum(
            int(((span.to_at or at) - span.from_at).total_seconds()) for span in state.pauses
        )
        views.append(
            PromiseView(
                code=state.code,
                title=clause.title if clause and lang == "zh" else str(titles.PROMISES[one.code]),
                rule=state.rule,
                cycle=state.cycle,
                state=state.state,
                state_title=str(titles.PROMISE_STATES[state.state]),
                started_at=state.started_at,
                due_at=state.due_at,
                closed_at=state.closed_at,
                paused_seconds=max(0, paused),
                paused_until=open_pause.until_at if open_pause else None,
                pause_reason=open_pause.reason if open_pause else "",
                provisional=state.provisional,
                overdue=state.is_owed and state.state == "broken",
                share=rules.share(state.started_at, state.due_at, state.closed_at or at),
                void_reason=str(titles.VOID_REASONS.get(state.reason, state.reason)),
                explanation=explain(
                    clause, state, calendar, str(titles.KINDS[_kind_of(clause, held)]), lang
                )
                if clause
                else "",
            )
        )
    return tuple(views)


def _verbs(row: Matter, promises: list[Promise], caller: Caller) -> frozenset[str]:
    standard = standards.by_id(row.standard_id)
    standing = standing_of(row, [state_of(one, ()) for one in promises], standard)
    allowed = {
        verb
        for verb in rules.ALLOWED.keys() - rules.NO_BUTTON
        if rules.refusal(verb, standing) is None and may_do(caller, row, verb)
    }
    if "accept" in allowed and row.state == "assigned" and row.owner_id != caller.employee_id:
        allowed.discard("accept")
    if row.owner_id == caller.employee_id:
        allowed.discard("take-back")
    if row.kind != "complaint.emergency":
        allowed.discard("report")
    if row.important:
        allowed.discard("mark-important")
    return frozenset(allowed)


def facts_of(row: Matter) -> tuple[Fact, ...]:
    """Return a matter's events as the engine's facts, to be replayed."""
    facts: list[Fact] = []
    cycle = 1
    for one in Event.objects.filter(matter=row).order_by("at", "id"):
        if one.kind == "reopened":
            cycle += 1
        until = one.data.get("until")
        facts.append(
            Fact(
                kind=one.kind,
                at=one.at,
                matter_kind=row.kind,
                important=row.important,
                cycle=cycle,
                via=one.via,
                contact=one.contact,
                by_posts=tuple(one.data.get("posts", ())),
                until=datetime.fromisoformat(until) if until else None,
                reason=one.text,
                data=one.data,
            )
        )
    return tuple(facts)
