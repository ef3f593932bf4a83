"""The sweeper: what time alone does to promises, in batches that never wait for anybody.

One batch claims due promises together with their matters (``SKIP LOCKED``), lets time settle each,
climbs ladders, and writes rungs, events and messages in the same transaction. A row that somebody
else holds is left for the next batch, so no two sweepers and no action ever block each other.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import DatabaseError, connection, transaction
from psycopg.types.datetime import TimestamptzLoader

from huiyin.estate.models import Community
from huiyin.kernel.calendar import WorkingCalendar
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.matters import firing
from huiyin.matters.actions.core import (
    LOCK_ORDER,
    apply_changes,
    finish_work,
    hold_links,
    load_work,
)
from huiyin.matters.models import Matter, Promise
from huiyin.matters.pulse import beat_pulse
from huiyin.matters.stored import pauses_of
from huiyin.staff import queries as staff
from huiyin.staff.access import LEADERS, admit_post
from huiyin.staff.rules import Directory
from huiyin.standards import queries as standards
from huiyin.standards import react as engine
from huiyin.standards.react import PromiseState, Span
from huiyin.trail import actions as trail

log = logging.getLogger("huiyin.sweep")

BATCH = 500
# A promise that cannot be computed is looked at again after this long, so that one bad row never
# stalls the loop.
RETRY_AFTER = timedelta(minutes=10)

_BEAT = """
INSERT INTO matters_heartbeat (name, at, seconds, fired) VALUES (%s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE SET at = EXCLUDED.at, seconds = EXCLUDED.seconds,
                                 fired = EXCLUDED.fired
"""
_CLAIM = """
SELECT p.id, p.matter_id, p.standard_id, p.clause, p.code, p.rule, p.cycle, p.state, p.base_at,
       p.started_at, p.due_at, p.rung, p.next_alarm_at, p.provisional, p.epoch,
       m.number, m.kind, m.community_id, m.owner_id, m.follower_id,
       m.about_employee_id,
       EXISTS (SELECT FROM matters_pause AS a WHERE a.promise_id = p.id) AS was_paused
  FROM matters_promise p JOIN matters_matter m ON m.id = p.matter_id
 WHERE p.next_alarm_at <= %s
 ORDER BY p.next_alarm_at, p.id
 LIMIT %s
   FOR NO KEY UPDATE OF m, p SKIP LOCKED
"""
# The matter first, as every action does: the other way round a promise of a matter that somebody
# else holds would be skipped but stay locked, and two sweepers could wait for each other.


@dataclass
class _Surroundings:
    """What many promises of one batch share, read once per community."""

    at: datetime
    zones: dict[int, tuple[str, int]] = field(default_factory=dict)
    directories: dict[int, Directory] = field(default_factory=dict)
    calendars: dict[tuple[int, int], WorkingCalendar] = field(default_factory=dict)

    def staff(self, community_id: int) -> Directory:
        if community_id not in self.directories:
            self.directories[community_id] = staff.directory(
                community_id=community_id, at=self.at, zone=self._zone(community_id)[0]
            )
        return self.directories[community_id]

    def calendar(self, community_id: int, standard_id: int) -> WorkingCalendar:
        key = (community_id, standard_id)
        if key not in self.calendars:
            zone, version = self._zone(community_id)
            standard = standards.by_id(standard_id)
            self.calendars[key] = standards.calendar((community_id, zone, version), standard)
        return self.calendars[key]

    def _zone(self, community_id: int) -> tuple[str, int]:
        if not self.zones:
            self.zones = {
                pk: (zone, version)
                for pk, zone, version in Community.objects.values_list(
                    "pk", "zone", "calendar_version"
                )
            }
        return self.zones[community_id]


def sweep(*, at: datetime, limit: int = BATCH) -> int:
    """Handle one batch of due promises and return how many were claimed; 0 means nothing is due.

    Whatever kills the process in here, the transaction is undone whole and the next batch takes
    the same rows again: nothing is lost and nothing is told twice.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Django's own loader of moments costs more than the whole claim.
            cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
            cursor.execute(_CLAIM, [at, limit])
            rows = cursor.fetchall()
        if not rows:
            return 0
        _spare_the_disk()
        around = _Surroundings(at)
        pauses = pauses_of([row[0] for row in rows if row[-1]])
        firings: list[firing.Firing] = []
        whole: dict[int, None] = {}
        for row in rows:
            try:
                planned = _plan(row, pauses.get(row[0], ()), around)
            except DatabaseError:
                raise  # not this row's fault
            except Exception:
                log.exception("promise cannot be computed", extra={"promise_id": row[0]})
                Promise.objects.filter(pk=row[0]).update(next_alarm_at=at + RETRY_AFTER)
                continue
            if planned is None:
                whole[row[1]] = None
            else:
                firings.append(planned)
        _write([one for one in firings if one.subject.matter_id not in whole], at)
        for community_id in {one.subject.community_id for one in firings}:
            beat_pulse(community_id)
        for matter_id in whole:
            _try(partial(_settle_whole, matter_id, at), at, matter_id=matter_id)
    return len(rows)


def _spare_the_disk() -> None:
    """Let this transaction commit without waiting for the disk.

    Rungs, events and messages are one commit: a power cut may lose it whole, and then the alarms
    are due as before. Whoever delivers a message commits to the disk, and with it all before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")


def _write(firings: list[firing.Firing], at: datetime) -> None:
    """Write the firings at once; when one of them cannot be written, each by itself."""
    try:
        with transaction.atomic():
            firing.write(firings=firings, at=at)
    except Exception:
        log.exception("a batch cannot be written", extra={"firings": len(firings)})
        for one in firings:
            _try(partial(firing.write, firings=[one], at=at), at, pk=one.promise_id)


def _try(act: Callable[[], object], at: datetime, **which: int) -> None:
    """Do it or leave it undone whole, and then look at the promises again later."""
    try:
        with transaction.atomic():
            act()
    except Exception:
        log.exception("promises cannot be advanced", extra=which)
        Promise.objects.filter(next_alarm_at__lte=at, **which).update(
            next_alarm_at=at + RETRY_AFTER
        )


def _plan(
    row: Sequence[Any], pauses: tuple[Span, ...], around: _Surroundings
) -> firing.Firing | None:
    """Plan one claimed promise, or None when the whole matter must be settled: a pause that ends
    by itself, or a repeating promise that renews, touches more than this row."""
    promise, promise_id, epoch, subject, standard_id = _read(row, pauses)
    standard = standards.by_id(standard_id)
    calendar = around.calendar(subject.community_id, standard_id)
    settled = engine.overtaken(standard, promise, around.at)
    if settled is None:
        return None
    planned = firing.plan(
        subject=subject,
        promise=settled,
        promise_id=promise_id,
        epoch=epoch,
        standard=standard,
        calendar=calendar,
        staff=around.staff(subject.community_id).without(row[20]),
        at=around.at,
    )
    if planned.next_alarm_at is not None and planned.next_alarm_at <= around.at:
        raise ArithmeticError("the next alarm is not to come")  # it would be claimed for ever
    return planned


def _read(
    row: Sequence[Any], pauses: tuple[Span, ...]
) -> tuple[PromiseState, int, int, firing.Subject, int]:
    (pk, matter_id, standard_id, clause, code, rule, cycle, state, base_at) = row[:9]
    (started_at, due_at, rung, next_alarm_at, provisional, epoch) = row[9:15]
    (number, kind, community_id, owner_id, follower_id) = row[15:20]
    promise = PromiseState(
        key=str(pk),
        clause_id=clause,
        code=code,
        rule=rule,
        cycle=cycle,
        state=state,
        base_at=base_at,
        started_at=started_at,
        due_at=due_at,
        pauses=pauses,
        rung=rung,
        next_alarm_at=next_alarm_at,
        provisional=provisional,
    )
    subject = firing.Subject(matter_id, number, kind, community_id, owner_id, follower_id)
    return promise, pk, epoch, subject, standard_id


def _settle_whole(matter_id: int, at: datetime) -> None:
    """Let time settle a matter whose row this transaction already holds, with all its promises."""
    matter = Matter.objects.select_related("community", "owner").get(pk=matter_id)
    finish_work(load_work(matter=matter, by=SYSTEM, at=at))


@transaction.atomic
def recalculate_running(
    *, by: Caller, at: datetime, community_id: int, reason: str, adopt_standard: bool = False
) -> int:
    """Recompute the due moments of running promises after the calendar changed (STD-01).

    With ``adopt_standard`` the open matters also move to the standard in force at ``at``: only
    when the manager asks for it, never by itself. Verdicts already given stay. Returns how many
    matters were looked at.
    """
    admit_post(by, community_id, *LEADERS)
    version_id, _standard = standards.current(community_id=community_id, at=at)
    hold_links(community_id)
    matters = (
        Matter.objects.select_for_update(no_key=True, of=("self",))
        .select_related("community")
        .filter(community_id=community_id, closed_at__isnull=True)
        .order_by(*LOCK_ORDER)
    )
    looked_at = 0
    for matter in matters.iterator(chunk_size=500):
        work = load_work(matter=matter, by=by, at=at)
        if adopt_standard and matter.standard_id != version_id:
            work.standard = standards.by_id(version_id)
            work.set(standard_id=version_id)
            running = [pk for pk, row in work.rows.items() if row.closed_at is None]
            Promise.objects.filter(pk__in=[int(pk) for pk in running]).update(
                standard_id=version_id
            )
        apply_changes(work, engine.recalculate(work.standard, work.promises, at, work.calendar))
        finish_work(work)
        looked_at += 1
    trail.record(
        action="matters.recalculated",
        by=by,
        at=at,
        subject=f"community:{community_id}",
        community_id=community_id,
        after={"matters": looked_at, "adopt_standard": adopt_standard},
        reason=reason,
    )
    return looked_at


def beat(*, name: str, at: datetime, seconds: float, fired: int) -> None:
    """Remember that a loop ran at a moment; losing the last beat in a crash harms nobody."""
    with transaction.atomic(), connection.cursor() as cursor:
        _spare_the_disk()
        cursor.execute(_BEAT, [name, at, seconds, fired])
