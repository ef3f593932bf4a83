"""One matter whole: its promises, timeline, photos, and what may be done with it now."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiyin.estate.rules import masked
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.matters import rules, titles
from huiyin.matters.access import knows_caller, may_do, visible
from huiyin.matters.models import Event, Matter, Promise
from huiyin.matters.queries.rows import EventView, MatterView, PersonRef, PromiseView
from huiyin.matters.stored import pauses_of, standing_of, state_of
from huiyin.staff.models import PostHolding
from huiyin.standards import queries as standards
from huiyin.standards import react as engine
from huiyin.standards.explain import explain
from huiyin.standards.react import Fact


def matter(*, caller: Caller, number: str, at: datetime) -> MatterView:
    """Return one matter with its promises, timeline, photos and the verbs allowed now.

    Raises NotFound to those who may not see it. Who raised it is blank unless the caller handles
    the matter (CMP-11).
    """
    row = (
        visible(caller)
        .select_related("community", "owner", "follower", "about_employee", "house")
        .filter(number=number)
        .first()
    )
    if row is None:
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    return _matter_view(row, caller, at)


def _matter_view(row: Matter, caller: Caller, at: datetime) -> MatterView:
    events = list(row.events.select_related("by").order_by("at", "id"))
    promises = list(row.promises.order_by("id"))
    people = {one.by_id for one in events if one.by_id} | {row.owner_id}
    people |= {one for one in (row.follower_id, row.about_employee_id) if one}
    posts = _posts(people, row.community_id)
    identity = knows_caller(caller, row) and not row.anonymous

    def ref(employee: Any) -> PersonRef | None:
        if employee is None:
            return None
        return PersonRef(employee.code, employee.name, posts.get(employee.pk, ""))

    owner = ref(row.owner)
    if owner is None:
        raise RuntimeError(f"matter {row.number} belongs to nobody")
    phone = row.caller_phone if identity else masked(row.caller_phone)
    return MatterView(
        number=row.number,
        community=row.community.code,
        community_id=row.community_id,
        zone=row.community.zone,
        kind=row.kind,
        kind_title=str(titles.KINDS[row.kind]),
        state=row.state,
        state_title=str(titles.STATES[row.state]),
        text=row.text,
        channel=row.channel,
        channel_title=str(titles.CHANNELS[row.channel]),
        house=row.house.code if row.house and (identity or not _hides(row)) else "",
        place=row.place,
        caller_name=row.caller_name if identity else "",
        caller_phone=phone if identity else "",
        identity_visible=identity,
        anonymous=row.anonymous,
        important=row.important,
        owner=owner,
        follower=ref(row.follower),
        about_employee=ref(row.about_employee),
        received_at=row.received_at,
        nearest_due_at=row.nearest_due_at,
        finished_at=row.finished_at,
        closed_at=row.closed_at,
        result=row.result,
        signed_name=row.signed_name,
        satisfaction=row.satisfaction,
        comment=row.comment,
        first_time_pass=row.first_time_pass,
        cycle=row.cycle,
        is_mine=caller.employee_id == row.owner_id,
        promises=_promise_views(row, promises, at),
        events=tuple(
            EventView(
                at=one.at,
                recorded_at=one.recorded_at,
                kind=one.kind,
                kind_title=str(titles.EVENTS[one.kind]),
                by=ref(one.by),
                by_name=one.by_name,
                via=one.via,
                via_title=str(titles.CHANNELS.get(one.via, "")),
                contact=one.contact,
                text=one.text,
                data=one.data,
            )
            for one in events
        ),
        photos=tuple(row.photos.order_by("id").values_list("file_id", flat=True)),
        verbs=_verbs(row, promises, caller),
    )


def _hides(row: Matter) -> bool:
    """A complaint shows its house only to those who may know who complained (CMP-11)."""
    return row.kind.startswith("complaint")


def _posts(employee_ids: Iterable[int], community_id: int) -> dict[int, str]:
    found: dict[int, str] = {}
    rows = (
        PostHolding.objects.filter(
            Q(community_id=community_id) | Q(community_id__isnull=True),
            employee_id__in=list(employee_ids),
        )
        .order_by("until_on", "id")
        .values_list("employee_id", "post")
    )
    for employee_id, post in rows:
        found.setdefault(employee_id, post)
    return found


def _promise_views(row: Matter, promises: list[Promise], at: datetime) -> tuple[PromiseView, ...]:
    pauses = pauses_of(one.pk for one in promises)
    lang = "en" if (get_language() or "").startswith("en") else "zh"
    calendars: dict[int, Any] = {}
    views: list[PromiseView] = []
    for one in promises:
        if one.standard_id not in calendars:
            standard = standards.by_id(one.standard_id)
            community = row.community
            calendars[one.standard_id] = (
                standard,
                standards.calendar(
                    (community.pk, community.zone, community.calendar_version), standard
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
                explanation=explain(clause, state, calendar, str(titles.KINDS[row.kind]), lang)
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
