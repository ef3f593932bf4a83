"""The one way a matter changes: lock, let time settle, check, record, react, write (STD-03).

Every action opens its transaction, calls :func:`open_work`, records events through
:func:`record` and ends with :func:`finish_work`. Nothing else writes matters, events or promises,
except the sweeper, which follows the same recipe in bulk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.kernel import limits
from huiyin.kernel.calendar import WorkingCalendar
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import NotFound, WrongState
from huiyin.matters import firing, lateness, rules, titles
from huiyin.matters.access import admit_verb, sees
from huiyin.matters.actions import telling
from huiyin.matters.models import Event, Matter, NonConformity, Pause, Promise
from huiyin.matters.pulse import beat_pulse
from huiyin.matters.stored import locked_promises, rewrite_promises, standing_of
from huiyin.notices import actions as notices
from huiyin.notices.actions import Fence
from huiyin.staff import queries as staff
from huiyin.staff.rules import Directory, Duty
from huiyin.standards import queries as standards
from huiyin.standards import react as engine
from huiyin.standards.document import Standard
from huiyin.standards.react import Change, Fact, PromiseState, Span
from huiyin.standards.states import Amendment

# Who locks many matters locks those first to which others are linked, as whoever acts on one does.
LOCK_ORDER = (F("parent_id").asc(nulls_first=True), "id")
_LINKING = 0x6C696E6B  # "link": the class of the advisory locks, one for each community
_MOST_SECONDS = 2**31 - 1  # what the column holds: 68 years
# Every verb asks these, so they are written by hand: the query builder costs more than their rows.
_LOCK = "SELECT * FROM matters_matter WHERE number = %s FOR NO KEY UPDATE"
_COMMUNITY = "SELECT * FROM estate_community WHERE id = %s"


class UnableToChangeMatter(WrongState):
    """The matter's state does not allow the verb."""


@dataclass
class Work:
    """A locked matter with everything needed to change it, and what has been changed so far."""

    matter: Matter
    standard: Standard
    calendar: WorkingCalendar
    by: Caller
    at: datetime
    promises: list[PromiseState] = field(default_factory=list)
    rows: dict[str, Promise] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    matter_fields: set[str] = field(default_factory=set)
    messages: list[notices.NewMessage] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    """Events that the owner of the house is to be told of."""
    phone: str | None = None
    """The telephone of the desk, where it is known already."""
    _staff: Directory | None = None

    @property
    def staff(self) -> Directory:
        """The community's staff at this moment, read once, less whom the complaint is about."""
        if self._staff is None:
            self._staff = staff.directory(
                community_id=self.matter.community_id,
                at=self.at,
                zone=self.matter.community.zone,
            ).without(self.matter.about_employee_id)
        return self._staff

    def standing(self) -> rules.Standing:
        """What the rules need to know to allow or refuse a verb."""
        return standing_of(self.matter, self.promises, self.standard)

    def set(self, **values: object) -> None:
        """Change fields of the matter; they are saved by name at the end."""
        for name, value in values.items():
            setattr(self.matter, name, value)
            self.matter_fields.add(name)


def open_work(*, number: str, by: Caller, at: datetime, verb: str, admitted: bool = False) -> Work:
    """Lock a matter for a verb and bring its promises up to the moment.

    Raises NotFound to strangers, Forbidden to those who may only read, UnableToChangeMatter when
    the state does not allow the verb. ``admitted`` says that the procedure calling it has already
    decided who may. Must run inside a transaction.
    """
    # The owner is read afterwards: joined here, a row whose owner changed while this waited for
    # the lock would no longer match its join and would seem not to exist.
    matter = next(iter(Matter.objects.raw(_LOCK, [number.replace("\0", "")])), None)
    if matter is None or not (admitted or sees(by, matter)):
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    if not admitted:
        admit_verb(by, matter, verb)
    (matter.community,) = Community.objects.raw(_COMMUNITY, [matter.community_id])
    work = load_work(matter=matter, by=by, at=at)
    code = rules.refusal(verb, work.standing(), by_procedure=admitted or by.is_system)
    if code is not None:
        raise UnableToChangeMatter(refusal_sentence(code, matter, verb))
    if at < matter.received_at:
        raise UnableToChangeMatter(_("这个时间早于事项的受理时间,请检查时间。"))
    return work


def hold_links(community_id: int) -> None:
    """Let nobody else link matters of a community until this transaction ends.

    Whoever locks several matters in one transaction asks this first: what is linked to what decides
    the order (``LOCK_ORDER``). Who acts on one matter and the reports linked to it need not.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LINKING, community_id])


def load_work(*, matter: Matter, by: Caller, at: datetime) -> Work:
    """Read the promises of a locked matter and let time do what it already did."""
    standard = standards.by_id(matter.standard_id)
    community = matter.community
    calendar = standards.calendar(
        (community.pk, community.zone, community.calendar_version), standard
    )
    work = Work(matter=matter, standard=standard, calendar=calendar, by=by, at=at)
    for row, state in locked_promises(matter.pk):
        work.promises.append(state)
        work.rows[state.key] = row
    apply_changes(work, engine.settle(standard, work.promises, at, calendar))
    return work


def refusal_sentence(code: str, matter: Matter, verb: str) -> str:
    """Return the sentence for a refusal, naming who was faster where that is the reason."""
    if verb == "accept" and matter.state in ("accepted", "on_site"):
        return _("%(name)s 已经接了这件事。") % {"name": matter.owner.name}
    if code in titles.REFUSALS:
        return str(titles.REFUSALS[code])
    return str(titles.WRONG_STATE) % {
        "state": titles.STATES[matter.state],
        "verb": titles.VERBS[verb],
    }


def record(
    work: Work,
    kind: str,
    *,
    text: str = "",
    via: str = "",
    contact: bool = False,
    until: datetime | None = None,
    data: Mapping[str, object] | None = None,
    by: Caller | None = None,
    at: datetime | None = None,
) -> Event:
    """Write one event and carry out what it does to the promises.

    An ``at`` before the work's own moment is a fact heard of late: it counts at that moment as far
    as nothing contradicts it (:mod:`huiyin.matters.lateness`), and the event says when it counts.
    """
    by, at = by or work.by, min(at or work.at, work.at)
    posts = acting_posts(work, by)
    if any(clause.by and kind in clause.kept_by for clause in work.standard.clauses):
        # In which post somebody acted decides a leader's answer, also when replayed (CMP-04).
        data = {**(data or {}), "posts": posts}
    fact = Fact(
        kind=kind,
        at=at,
        matter_kind=work.matter.kind,
        important=work.matter.important,
        cycle=work.matter.cycle,
        via=via,
        contact=contact,
        by_posts=posts,
        until=until,
        reason=text,
    )
    if at < work.at:
        counts_at, changes = lateness.hear(
            matter=work.matter,
            standard=work.standard,
            promises=work.promises,
            fact=fact,
            at=work.at,
            calendar=work.calendar,
        )
        if counts_at != at:
            data = {**(data or {}), "told_at": at.isoformat()}
            at = counts_at
    else:
        changes = engine.react(work.standard, work.promises, fact, work.calendar)
    event = write_event(work, kind, by=by, at=at, text=text, via=via, contact=contact, data=data)
    apply_changes(work, changes)
    if not by.is_system:
        _note_movement(work, kind, until if kind == "paused" and until else at)
    return event


def _note_movement(work: Work, kind: str, since: datetime) -> None:
    """Remember that somebody did something, so that what stands still is seen (REC-15)."""
    if since > work.matter.moved_at or kind == "resumed":
        work.set(moved_at=since)


def write_event(
    work: Work,
    kind: str,
    *,
    by: Caller,
    at: datetime,
    text: str = "",
    via: str = "",
    contact: bool = False,
    data: Mapping[str, object] | None = None,
) -> Event:
    """Write one event, which the owner of the house may be told of, and nothing else."""
    event = Event.objects.create(
        matter=work.matter,
        at=at,
        recorded_at=work.at,
        kind=kind,
        by_id=by.employee_id,
        by_name=_("系统") if by.is_system else by.name,
        via=via,
        contact=contact,
        text=text,
        data=dict(data or {}),
    )
    if telling.is_told(event):
        work.told.append(event)
    return event


def acting_posts(work: Work, by: Caller) -> tuple[str, ...]:
    """Return the posts someone acts in: the assistant acts for an absent manager (HR-01)."""
    posts = by.posts_in(work.matter.community_id)
    if "assistant" in posts and not any(one.present for one in work.staff.holders("manager")):
        posts |= {"manager"}
    return tuple(sorted(posts))


def apply_changes(work: Work, changes: Sequence[Change]) -> None:
    """Carry the engine's changes over to the rows; they are written by :func:`finish_work`."""
    if not changes:
        return
    before = {one.key: one for one in work.promises}
    work.promises = list(engine.apply(work.promises, changes))
    resumed: set[datetime] = set()
    for change in changes:
        if isinstance(change, engine.Start):
            work.touched.add(change.promise.key)
            continue
        work.touched.add(change.key)
        row = work.rows.get(change.key)
        if row is not None and not isinstance(change, engine.Break):
            row.epoch += 1
        _keep_ledger(work, change, before.get(change.key))
        if isinstance(change, engine.ResumeClock):
            resumed.add(change.at)
    _take_back_blame(work, before)
    for moment in sorted(resumed):
        if moment < work.at:
            # The pause ended by itself: a fact of its own moment, already settled by the engine.
            write_event(work, "resumed", by=SYSTEM, at=moment)


def _keep_ledger(work: Work, change: Amendment, before: PromiseState | None) -> None:
    """Write down how a change begins, ends or corrects pauses."""
    match change:
        case engine.PauseClock(key=key, span=span):
            _open_pause(work, key, span)
        case engine.ResumeClock(key=key, at=at):
            _end_pause(work, key, at)
        case engine.Close(key=key, at=at) | engine.Void(key=key, at=at) if before and before.pauses:
            _end_pause(work, key, at)
        case engine.Correct(promise=after) if before:
            _correct_pauses(work, before, after)


def _open_pause(work: Work, key: str, span: Span) -> None:
    Pause.objects.create(
        promise=work.rows[key],
        from_at=span.from_at,
        until_at=span.until_at,
        reason=span.reason,
        by_id=work.by.employee_id,
    )


def _end_pause(work: Work, key: str, at: datetime) -> None:
    Pause.objects.filter(promise_id=work.rows[key].pk, to_at__isnull=True).update(to_at=at)


def _correct_pauses(work: Work, before: PromiseState, after: PromiseState) -> None:
    for was, span in zip(before.pauses, after.pauses, strict=True):
        if was.to_at != span.to_at:
            pauses = Pause.objects.filter(promise_id=work.rows[after.key].pk)
            pauses.filter(from_at=span.from_at).update(to_at=span.to_at)


def _take_back_blame(work: Work, before: Mapping[str, PromiseState]) -> None:
    """What a fact heard of late makes kept, nobody has dropped (STD-05)."""
    kept = [
        work.rows[one.key].pk
        for one in work.promises
        if one.state != "broken" and one.key in before and before[one.key].state == "broken"
    ]
    if kept:
        NonConformity.objects.filter(promise_id__in=kept).delete()


def finish_work(work: Work) -> str:
    """Write the changed promises, climb rungs that are due at once, and queue the messages.

    Returns the matter's number.
    """
    _write_promises(work)
    owed = [(one.state, one.due_at) for one in work.promises if one.is_owed]
    nearest = rules.nearest(owed)
    if nearest != work.matter.nearest_due_at:
        work.set(nearest_due_at=nearest)
    if work.matter_fields:
        work.matter.save(update_fields=sorted(work.matter_fields))
    _climb_now(work)
    notices.queue(messages=work.messages, at=work.at)
    _tell_owner(work)
    beat_pulse(work.matter.community_id)
    return work.matter.number


def _tell_owner(work: Work) -> None:
    """Write down what the owner of the house must hear, in one statement (REC-11).

    What was said of the cycle before and is still on its way is not true any more.
    """
    if any(one.kind == "reopened" for one in work.told):
        notices.withdraw_tellings(about=work.matter.number, at=work.at)
    if not work.told or not telling.concerns_owner(work.matter, work.told, work.at):
        return
    notices.tell(
        tellings=telling.tellings(
            matter=work.matter,
            events=work.told,
            promises=work.promises,
            staff=work.staff if telling.names_somebody(work.told) else None,
            phone=work.matter.community.phone if work.phone is None else work.phone,
            zone=work.calendar.zone,
        ),
        at=work.at,
    )
    work.told.clear()


def _write_promises(work: Work) -> None:
    fresh: list[tuple[int, Promise]] = []
    known: list[Promise] = []
    for index, state in enumerate(work.promises):
        if state.key not in work.touched:
            continue
        row = work.rows.get(state.key)
        if row is None:
            row = Promise(
                matter=work.matter,
                community_id=work.matter.community_id,
                standard_id=work.matter.standard_id,
                clause=state.clause_id,
                code=state.code,
                rule=state.rule,
                cycle=state.cycle,
                base_at=state.base_at,
                started_at=state.started_at,
            )
            fresh.append((index, row))
        _copy(work, state, row)
        if not row._state.adding:
            known.append(row)
    rewrite_promises(known)
    Promise.objects.bulk_create([row for _, row in fresh])
    for index, row in fresh:
        work.promises[index] = replace(work.promises[index], key=str(row.pk))
        work.rows[str(row.pk)] = row
    _write_past_pauses(work, [row for _, row in fresh])
    work.touched.clear()


def _write_past_pauses(work: Work, fresh: Sequence[Promise]) -> None:
    """Write the pauses that a re-classification gave to a promise before it had a row."""
    states = {one.key: one for one in work.promises}
    Pause.objects.bulk_create(
        [
            Pause(
                promise=row,
                from_at=span.from_at,
                until_at=span.until_at,
                to_at=span.to_at,
                reason=span.reason,
                by_id=work.by.employee_id,
            )
            for row in fresh
            for span in states[str(row.pk)].pauses
        ]
    )


def _copy(work: Work, state: PromiseState, row: Promise) -> None:
    was = None if row._state.adding else row.state
    row.state = state.state
    row.due_at = state.due_at
    row.closed_at = state.closed_at
    row.rung = state.rung
    row.provisional = state.provisional
    row.void_reason = state.reason
    row.next_alarm_at = None if state.closed_at else state.next_alarm_at
    if state.state != "running":
        row.running_since = None
    elif was != "running":
        row.running_since = state.pauses[-1].to_at if state.pauses else state.started_at
    clause = work.standard.clause(state.clause_id)
    if clause is not None:
        ended = state.closed_at or (state.due_at if state.state == "broken" else work.at)
        used = limits.used_seconds(
            clause.limit,
            state.base_at,
            max(ended, state.base_at),
            work.calendar,
            [(span.from_at, span.to_at or ended) for span in state.pauses],
        )
        row.used_seconds = min(used, _MOST_SECONDS)


def _climb_now(work: Work) -> None:
    due = [
        one
        for one in work.promises
        if one.is_owed and one.next_alarm_at is not None and one.next_alarm_at <= work.at
    ]
    if not due:
        return
    subject = subject_of(work.matter)
    firings = [
        firing.plan(
            subject=subject,
            promise=one,
            promise_id=int(one.key),
            epoch=work.rows[one.key].epoch,
            standard=work.standard,
            calendar=work.calendar,
            staff=work.staff,
            at=work.at,
        )
        for one in due
    ]
    firing.write(firings=firings, at=work.at)


def subject_of(matter: Matter) -> firing.Subject:
    """Return what a firing needs to know of a matter."""
    return firing.Subject(
        matter_id=matter.pk,
        number=matter.number,
        kind=matter.kind,
        community_id=matter.community_id,
        owner_id=matter.owner_id,
        follower_id=matter.follower_id,
    )


def give_to(work: Work, owner: Duty) -> None:
    """Make someone the owner.

    What was written for the former owner, or for who stands in there, and not yet sent is
    overtaken; what was written for others still has to reach them, an emergency everybody.
    """
    if owner.id == work.matter.owner_id:
        return
    former = {work.matter.owner_id}
    if standing_in := work.staff.stand_in(work.matter.owner_id):
        former.add(standing_in.id)
    owed = [work.rows[one.key] for one in work.promises if one.is_owed and one.key in work.rows]
    notices.carry_over(fences=[Fence(row.pk, row.epoch) for row in owed], overtaken=former)
    work.set(owner_id=owner.id)
    for row in owed:
        row.epoch += 1
        work.touched.add(str(row.pk))


def tell(work: Work, person: Duty, purpose: str, subject: str, *, urgent: bool = False) -> None:
    """Queue one message about the matter to one employee."""
    work.messages.append(
        notices.NewMessage(
            community_id=work.matter.community_id,
            recipient_id=person.id,
            purpose=f"{work.matter.number}:{purpose}",
            about=work.matter.number,
            subject=subject,
            channel="in_app" if person.can_log_in else "log",
            urgent=urgent,
        )
    )
