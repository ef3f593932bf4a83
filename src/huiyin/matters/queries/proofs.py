"""What ``huiyin audit`` looks for: rows that should not exist, each named in one short sentence.

For the system itself, so nothing narrows them. Every function returns at most ``SHOWN`` sentences
and how many rows were looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, connection, transaction

from huiyin.matters.models import Heartbeat

SHOWN = 10
# A sweep takes its batches one after another, and looks again at a row it cannot compute.
GRACE = timedelta(minutes=11)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a proof found: how many rows it looked at, and sentences about those that break it."""

    checked: int
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Proof:
    """A query whose one column names each wrong row, and one that counts the rows in question."""

    wrong: str
    counted: str = ""


_OWNED = (
    _Proof(
        """
        SELECT m.number || ': owner ' || e.code || ' is not on the payroll'
          FROM matters_matter m
          JOIN estate_community c ON c.id = m.community_id
          JOIN staff_employee e ON e.id = m.owner_id
         WHERE m.closed_at IS NULL
           AND (e.left_on <= (%(at)s AT TIME ZONE c.zone)::date
                OR e.hired_on > (%(at)s AT TIME ZONE c.zone)::date)
        """,
        "SELECT count(*) FROM matters_matter WHERE closed_at IS NULL",
    ),
    _Proof(
        """
        SELECT m.number || ': open, and nothing is owed'
          FROM matters_matter m
         WHERE m.closed_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM matters_promise p
                            WHERE p.matter_id = m.id AND p.closed_at IS NULL)
        """,
    ),
    _Proof(
        """
        SELECT m.number || ': sorted by ' || coalesce(m.nearest_due_at::text, 'nothing')
               || ', nearest due is ' || coalesce(n.due::text, 'nothing')
          FROM matters_matter m
          LEFT JOIN LATERAL (
               SELECT coalesce(min(p.due_at) FILTER (WHERE p.state <> 'paused'), min(p.due_at)) due
                 FROM matters_promise p WHERE p.matter_id = m.id AND p.closed_at IS NULL) n ON true
         WHERE m.closed_at IS NULL AND m.nearest_due_at IS DISTINCT FROM n.due
        """,
    ),
)

_WHOLE = (
    _Proof(
        """
        SELECT m.number || ': ' || p.code || ' is ' || p.state || ' but not whole'
          FROM matters_promise p JOIN matters_matter m ON m.id = p.matter_id
         WHERE NOT CASE p.state
               WHEN 'running' THEN p.running_since IS NOT NULL AND p.closed_at IS NULL
               WHEN 'paused' THEN p.running_since IS NULL AND p.closed_at IS NULL
               WHEN 'kept' THEN p.closed_at IS NOT NULL AND p.closed_at < p.due_at
               WHEN 'broken' THEN p.closed_at IS NULL OR p.closed_at >= p.due_at
               WHEN 'void' THEN p.closed_at IS NOT NULL AND p.void_reason <> ''
               ELSE false END
        """,
        "SELECT count(*) FROM matters_promise",
    ),
    _Proof(
        """
        SELECT m.number || ': ' || p.code || ' is ' || p.state || ' with ' || n.open
               || ' open pauses'
          FROM matters_promise p JOIN matters_matter m ON m.id = p.matter_id
          JOIN LATERAL (SELECT count(*) FILTER (WHERE s.to_at IS NULL
                                                 AND s.reason <> '' AND s.until_at > s.from_at) open
                          FROM matters_pause s WHERE s.promise_id = p.id) n ON true
         WHERE (p.state = 'paused' OR EXISTS (SELECT 1 FROM matters_pause s
                                               WHERE s.promise_id = p.id AND s.to_at IS NULL))
           AND n.open <> (p.state = 'paused')::int
        """,
    ),
    _Proof(
        """
        SELECT m.number || ': pauses of ' || p.code || ' overlap'
          FROM matters_pause a
          JOIN matters_pause b ON b.promise_id = a.promise_id AND b.id > a.id
           AND b.from_at < coalesce(a.to_at, 'infinity')
           AND a.from_at < coalesce(b.to_at, 'infinity')
          JOIN matters_promise p ON p.id = a.promise_id
          JOIN matters_matter m ON m.id = p.matter_id
        """,
    ),
)

_SWEPT = (
    _Proof(
        """
        SELECT m.number || ': the alarm of ' || p.code || ' was due ' || p.next_alarm_at
               || ' and the sweeper passed it by'
          FROM matters_promise p JOIN matters_matter m ON m.id = p.matter_id
         WHERE p.next_alarm_at < %(swept)s
        """,
        "SELECT count(*) FROM matters_promise WHERE next_alarm_at IS NOT NULL",
    ),
    _Proof(
        """
        SELECT m.number || ': ' || p.code || ' is ' || p.state || ' with nothing to wake it'
          FROM matters_promise p JOIN matters_matter m ON m.id = p.matter_id
         WHERE p.state IN ('running', 'paused') AND p.next_alarm_at IS NULL
        """,
    ),
    _Proof(
        """
        SELECT m.number || ': ' || p.code || ' ran past its due moment ' || p.due_at
          FROM matters_promise p JOIN matters_matter m ON m.id = p.matter_id
         WHERE p.state = 'running' AND p.due_at < %(swept)s
        """,
    ),
)

_TOLD = (
    _Proof(
        """
        SELECT n.purpose || ': ' || n.state || CASE WHEN n.sent_at IS NULL THEN ', never sent'
               ELSE ', yet sent ' || n.sent_at END
          FROM notices_message n
         WHERE (n.state IN ('sent', 'delivered') AND n.sent_at IS NULL)
            OR (n.state IN ('queued', 'sending', 'superseded') AND n.sent_at IS NOT NULL)
        """,
        "SELECT count(*) FROM notices_message",
    ),
    _Proof(
        """
        SELECT n.purpose || ': still waiting since ' || n.at
          FROM notices_message n
         WHERE n.state = 'queued' AND n.recipient_id IS NOT NULL AND n.at < %(swept)s
        """,
    ),
    _Proof(
        """
        SELECT m.number || ': rung ' || (v.data ->> 'rung') || ' of ' || (v.data ->> 'promise')
               || ' says that ' || t.code || ' was told, and no message was written'
          FROM matters_event v
          JOIN matters_matter m ON m.id = v.matter_id
         CROSS JOIN LATERAL jsonb_array_elements_text(v.data -> 'to') AS t(code)
         WHERE v.kind = 'escalated' AND jsonb_typeof(v.data -> 'rung') = 'number'
           AND NOT EXISTS (
               SELECT 1 FROM notices_message n JOIN staff_employee e ON e.id = n.recipient_id
                WHERE n.about = m.number AND e.code = t.code
                  AND n.purpose LIKE m.number || ':' || (v.data ->> 'promise') || ':%%:rung'
                      || (v.data ->> 'rung'))
        """,
        "SELECT count(*) FROM matters_event WHERE kind = 'escalated'",
    ),
    _Proof(
        """
        SELECT n.purpose || ': told twice to employee ' || n.recipient_id
          FROM notices_message n WHERE n.fence IS NOT NULL AND n.state = 'sent'
         GROUP BY n.purpose, n.recipient_id, n.channel HAVING count(*) > 1
        """,
    ),
)

# Everybody named in a matter or a message holds, or held, a post there or in the company.
_STRANGERS = """
SELECT {name} || ': {role} ' || e.code || ' never worked there'
  FROM {table} m JOIN staff_employee e ON e.id = m.{role}_id
 WHERE NOT EXISTS (SELECT 1 FROM staff_postholding h WHERE h.employee_id = e.id
                    AND (h.community_id = m.community_id OR h.community_id IS NULL))
"""
_NAMED = (
    *(
        ("matters_matter", "m.number", role)
        for role in ("owner", "follower", "received_by", "about_employee")
    ),
    ("notices_message", "m.purpose", "recipient"),
)


_ATTEMPTS = {
    "UPDATE": "UPDATE {table} SET id = id WHERE id = (SELECT min(id) FROM {table})",
    "DELETE": "DELETE FROM {table} WHERE id = (SELECT min(id) FROM {table})",
}
# What must be impossible: table, beginning of its trigger's name, an attempt on one row.
_FORBIDDEN = (
    *(
        (table, name, attempt.format(table=table))
        for table, name, attempts in (
            ("matters_event", "append_only", ("UPDATE", "DELETE")),
            ("trail_entry", "append_only", ("UPDATE", "DELETE")),
            ("standards_standardversion", "frozen", ("UPDATE",)),
        )
        for attempt in (_ATTEMPTS[one] for one in attempts)
    ),
    (
        "matters_promise",
        "verdict_is_final",
        "UPDATE matters_promise SET state = CASE state WHEN 'kept' THEN 'broken' ELSE 'kept' END"
        " WHERE id = (SELECT min(id) FROM matters_promise"
        " WHERE state IN ('kept', 'broken', 'void'))",
    ),
)
_RAISED = "P0001"  # the SQL state of a trigger's refusal


def owned(*, at: datetime) -> Finding:
    """Look for open matters whose owner is not on the payroll, or that owe nothing (1)."""
    return _run(_OWNED, {"at": at})


def whole() -> Finding:
    """Look for promises whose state and moments, or pauses, do not fit together (2)."""
    return _run(_WHOLE, {})


def swept() -> Finding:
    """Look for clocks that the last sweep should have moved and did not (2)."""
    return _run(_SWEPT, {"swept": _last_sweep()})


def told() -> Finding:
    """Look for rungs without their message, and messages left behind or sent twice (8)."""
    return _run(_TOLD, {"swept": _last_sweep()})


def strangers() -> Finding:
    """Look for people named in a matter or message of a community they never worked for (9)."""
    return _run(
        tuple(
            _Proof(
                _STRANGERS.format(table=table, name=name, role=role),
                f"SELECT count({role}_id) FROM {table}",  # noqa: S608  our own names
            )
            for table, name, role in _NAMED
        ),
        {},
    )


def guarded() -> Finding:
    """Try to rewrite the past inside a savepoint: the database must refuse every time (3).

    Where a table has no row to try it on, its trigger must at least be there and switched on.
    """
    broken: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
        triggers = cursor.fetchall()
    for table, name, statement in _FORBIDDEN:
        if not any(on == table and f"pgtrigger_{name}_" in found for on, found in triggers):
            broken.append(f"{table}: the trigger {name} is missing or switched off")
        elif not _refused(statement):
            broken.append(f"the database allowed: {statement}")
    return Finding(len(_FORBIDDEN), tuple(broken))


def _refused(statement: str) -> bool:
    """Tell whether the database refuses a statement; what it allows is undone."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            allowed = cursor.rowcount > 0
            transaction.set_rollback(True)
    except Error as error:
        if getattr(error.__cause__, "sqlstate", "") != _RAISED:
            raise
        return True
    return not allowed


def rewritten() -> Finding:
    """Look for events that were written in another order than they were recorded (3)."""
    return _run(
        (
            _Proof(
                """
                SELECT m.number || ': event ' || v.id || ' (' || v.kind || ') was recorded before '
                       || 'the one it follows'
                  FROM (SELECT id, matter_id, kind, recorded_at,
                               lag(recorded_at) OVER (PARTITION BY matter_id ORDER BY id) AS before
                          FROM matters_event) v
                  JOIN matters_matter m ON m.id = v.matter_id
                 WHERE v.recorded_at < v.before
                """,
                "SELECT count(*) FROM matters_event",
            ),
            _Proof(
                """
                SELECT m.number || ': event ' || v.id || ' (' || v.kind || ') lies in the future'
                       || ' of its own record'
                  FROM matters_event v JOIN matters_matter m ON m.id = v.matter_id
                 WHERE v.at > v.recorded_at
                """,
            ),
            _Proof(
                """
                SELECT m.number || ': does not begin with its reception'
                  FROM matters_matter m
                 WHERE NOT EXISTS (SELECT 1 FROM matters_event v WHERE v.matter_id = m.id
                                    AND v.kind = 'received' AND v.at = m.received_at)
                """,
            ),
        ),
        {},
    )


_FOLLOWED = (
    _Proof(
        """
        SELECT 'approval ' || r.id || ': waits, and no open matter reminds whoever decides'
          FROM approvals_request r LEFT JOIN matters_matter m ON m.number = r.followed
         WHERE r.state = 'waiting' AND r.asked_at < %(before)s
           AND (m.id IS NULL OR m.closed_at IS NOT NULL)
        """,
        "SELECT count(*) FROM approvals_request WHERE state = 'waiting'",
    ),
    _Proof(
        """
        SELECT 'mark ' || k.id || ': failed, and did not become a matter'
          FROM checklists_mark k LEFT JOIN matters_matter m ON m.number = k.raised
         WHERE k.raises <> '' AND m.id IS NULL
           AND (k.raised <> '' OR k.recorded_at < %(before)s)
        """,
        "SELECT count(*) FROM checklists_mark WHERE raises <> ''",
    ),
)


def followed() -> Finding:
    """Requests that wait and failed items, without the matter that follows them (PLN-02)."""
    return _run(_FOLLOWED, {"before": _last_sweep()})


def last_sweep() -> datetime | None:
    """Return when the sweeper last ran, or None."""
    return Heartbeat.objects.filter(name="sweeper").values_list("at", flat=True).first()


def _last_sweep() -> datetime | None:
    swept = last_sweep()
    return swept - GRACE if swept else None


def _run(proofs: Sequence[_Proof], values: dict[str, Any]) -> Finding:
    checked, broken = 0, []
    with connection.cursor() as cursor:
        for proof in proofs:
            if proof.counted:
                cursor.execute(proof.counted)
                checked += cursor.fetchone()[0]
            cursor.execute(f"{proof.wrong} LIMIT {SHOWN}", values)
            broken += [sentence for (sentence,) in cursor.fetchall()]
    return Finding(checked, tuple(broken[:SHOWN]))
