"""The sweeper among a million promises: idle, with five hundred due, and four of them at once."""

import multiprocessing
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction

from huiyin.flows.bench import fill
from huiyin.flows.bench.measure import Result, against_limit, alternate, middle, milliseconds
from huiyin.flows.bench.scratch import leave_database
from huiyin.flows.reactions import react
from huiyin.kernel import clock
from huiyin.matters import queries
from huiyin.matters.actions.sweep import BATCH, beat, sweep
from huiyin.notices.actions import deliver

MATTERS, OPEN = 200_000, 40_000  # five promises each: 1,000,000, of which 200,000 run
IDLE_RUNS, BATCHES, CROWD, SWEEPERS = 200, 11, 20_000, 4
IDLE_MOST, BATCH_MOST = 5.0, 60.0

# Make some running promises of different matters due: half of them halfway, half of them expired.
_ARM = """
UPDATE matters_promise AS p
   SET base_at = d.base_at, started_at = d.base_at, running_since = d.base_at,
       due_at = d.base_at + interval '1 day', next_alarm_at = %(at)s
  FROM (SELECT q.id, CASE WHEN q.id %% 2 = 0 THEN %(at)s - interval '12 hours'
                          ELSE %(at)s - interval '1 day' END AS base_at
          FROM matters_promise q
         WHERE q.state = 'running' AND q.rung = 0 AND q.clause = ANY(%(clauses)s)
           AND q.next_alarm_at > %(at)s
         ORDER BY q.id LIMIT %(n)s) AS d
 WHERE p.id = d.id
"""
# The same work as one statement that knows everything beforehand: what the machine itself costs.
_FLOOR = """
WITH due AS (
    SELECT p.id, p.matter_id, p.community_id, p.code, p.epoch, m.number, m.owner_id
      FROM matters_promise p JOIN matters_matter m ON m.id = p.matter_id
     WHERE p.next_alarm_at <= %(at)s
     ORDER BY p.next_alarm_at, p.id LIMIT %(n)s
       FOR NO KEY UPDATE OF p, m SKIP LOCKED),
climbed AS (
    UPDATE matters_promise AS p SET rung = 1, next_alarm_at = %(at)s + interval '12 hours'
      FROM due WHERE p.id = due.id RETURNING p.id),
told AS (
    INSERT INTO matters_event
           (matter_id, at, recorded_at, kind, by_name, via, contact, text, data)
    SELECT matter_id, %(at)s, %(at)s, 'escalated', '系统', '', false, '“办结”第 1 级提醒',
           '{"rung": 1}' FROM due RETURNING id)
INSERT INTO notices_message
       (community_id, recipient_id, channel, purpose, epoch, fence, about, subject, text, urgent,
        state, at, tries, problem)
SELECT community_id, owner_id, 'in_app', number || ':' || code || ':' || id || ':floor', epoch, id,
       number, number || ' 即将到时', '', false, 'queued', %(at)s, 0, '' FROM due
"""
_IDLE_FLOOR = (
    "SELECT id FROM matters_promise WHERE next_alarm_at <= %(at)s LIMIT 500",
    "SELECT id FROM notices_message WHERE state = 'queued' LIMIT 500",
    "INSERT INTO matters_heartbeat (name, at, seconds, fired) VALUES ('floor', %(at)s, 0, 0)"
    " ON CONFLICT (name) DO UPDATE SET at = excluded.at",
)
# Armed promises whose reminder was not written exactly once, as event and as message.
_NOT_ONCE = """
  WITH armed AS (
           SELECT id, matter_id, count(*) OVER (PARTITION BY matter_id) AS owed
             FROM matters_promise WHERE id = ANY(%(armed)s)),
       sent AS (
           SELECT fence, count(*) AS n FROM notices_message
            WHERE at = %(at)s AND state = 'sent' GROUP BY fence),
       told AS (
           SELECT matter_id, count(*) AS n FROM matters_event
            WHERE at = %(at)s AND kind = 'escalated' GROUP BY matter_id)
SELECT count(*)
  FROM armed LEFT JOIN sent ON sent.fence = armed.id LEFT JOIN told USING (matter_id)
 WHERE sent.n IS DISTINCT FROM 1 OR told.n IS DISTINCT FROM armed.owed
"""


def run(_households: int) -> Sequence[Result]:
    """Fill the tables and measure; the figures and limits are those of issue "first light"."""
    at = clock.now()
    community = fill.settle(at, households=1)
    fill.fill_matters(community=community, at=at, matters=MATTERS, open_matters=OPEN)
    fill.fill_promises(community=community, at=at)
    fill.calm_down()
    return (_idle(at), _five_hundred(at), *_four_sweepers(at))


def _idle(at: datetime) -> Result:
    def floor() -> None:
        with connection.cursor() as cursor:
            for statement in _IDLE_FLOOR:
                cursor.execute(statement, {"at": at})

    tick(at)
    value, bare = alternate(IDLE_RUNS, lambda: tick(at), floor)
    return against_limit("idle tick", value, "ms", IDLE_MOST, bare)


def tick(at: datetime) -> int:
    """Do what one tick of the worker does: react, sweep, deliver, leave a heartbeat."""
    react(at)
    fired = 0
    while claimed := sweep(at=at):
        fired += claimed
        deliver(at=at, still_wanted=queries.still_wanted)
    while deliver(at=at, still_wanted=queries.still_wanted):
        pass
    beat(name="sweeper", at=at, seconds=0.0, fired=fired)
    return fired


def _five_hundred(at: datetime) -> Result:
    """Alternate the real batch and the floor, each on five hundred promises of its own."""
    real, bare = [], []
    for turn in range(BATCHES):
        moment = at + timedelta(minutes=2 * turn + 1)
        _arm(moment, BATCH)
        real.append(milliseconds(partial(sweep, at=moment)))
        moment += timedelta(minutes=1)
        _arm(moment, BATCH)
        bare.append(milliseconds(partial(_bare_batch, moment)))
    return against_limit(
        f"claim and advance {BATCH} due alarms with their messages",
        middle(real),
        "ms",
        BATCH_MOST,
        middle(bare),
    )


def _bare_batch(at: datetime) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FLOOR, {"at": at, "n": BATCH})


def _four_sweepers(at: datetime) -> tuple[Result, Result]:
    """Let four processes empty the same crowd of due alarms; count what was not sent once."""
    while deliver(at=at, still_wanted=queries.still_wanted):
        pass
    moment = at + timedelta(hours=1)
    armed = _arm(moment, CROWD)
    seconds = milliseconds(lambda: _in_processes(moment)) / 1000
    with connection.cursor() as cursor:
        cursor.execute(_NOT_ONCE, {"at": moment, "armed": armed})
        (wrong,) = cursor.fetchone()
    wrong += CROWD - len(armed)
    return (
        Result(f"{SWEEPERS} sweepers on {CROWD} due alarms", round(seconds, 2), "s"),
        against_limit(f"alarms of these {CROWD} not sent exactly once", wrong, "alarms", 0),
    )


def _in_processes(at: datetime) -> None:
    """Let every process sweep until it finds nothing more; none may fail."""
    leave_database()
    fork = multiprocessing.get_context("fork")
    sweepers = [fork.Process(target=_sweep_all, args=(at,)) for _ in range(SWEEPERS)]
    for one in sweepers:
        one.start()
    for one in sweepers:
        one.join()
    if any(one.exitcode for one in sweepers):
        raise RuntimeError("a sweeper failed")


def _sweep_all(at: datetime) -> None:
    tick(at)
    leave_database()


def _arm(at: datetime, count: int) -> list[int]:
    """Make so many promises due at a moment; return their ids."""
    clauses = ["complaint.finish"]
    with connection.cursor() as cursor:
        cursor.execute(_ARM + " RETURNING p.id", {"at": at, "n": count, "clauses": clauses})
        return [pk for (pk,) in cursor.fetchall()]
