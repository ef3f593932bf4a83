"""What ``huiyin audit`` looks for: rows that should not exist, each named in one short sentence.

For the system itself, so nothing narrows them. Every function returns at most ``SHOWN`` sentences
and how many rows were looked at.
"""

from datetime import datetime, timedelta

from huiyin.matters.models import Heartbeat
from huiyin.trail.proofs import Finding, Forbidden, Proof, attempt, prove, unchangeable

# A sweep takes its batches one after another, and looks again at a row it cannot compute.
GRACE = timedelta(minutes=11)


_OWNED = (
    Proof(
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
    Proof(
        """
        SELECT m.number || ': open, and nothing is owed'
          FROM matters_matter m
         WHERE m.closed_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM matters_promise p
                            WHERE p.matter_id = m.id AND p.closed_at IS NULL)
        """,
    ),
    Proof(
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
    Proof(
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
    Proof(
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
    Proof(
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
    Proof(
        """
        SELECT m.number || ': the alarm of ' || p.code || ' was due ' || p.next_alarm_at
               || ' and the sweeper passed it by'
          FROM matters_promise p JOIN matters_matter m ON m.id = p.matter_id
         WHERE p.next_alarm_at < %(swept)s
        """,
        "SELECT count(*) FROM matters_promise WHERE next_alarm_at IS NOT NULL",
    ),
    Proof(
        """
        SELECT m.number || ': ' || p.code || ' is ' || p.state || ' with nothing to wake it'
          FROM matters_promise p JOIN matters_matter m ON m.id = p.matter_id
         WHERE p.state IN ('running', 'paused') AND p.next_alarm_at IS NULL
        """,
    ),
    Proof(
        """
        SELECT m.number || ': ' || p.code || ' ran past its due moment ' || p.due_at
          FROM matters_promise p JOIN matters_matter m ON m.id = p.matter_id
         WHERE p.state = 'running' AND p.due_at < %(swept)s
        """,
    ),
)

_TOLD = (
    Proof(
        """
        SELECT n.purpose || ': ' || n.state || CASE WHEN n.sent_at IS NULL THEN ', never sent'
               ELSE ', yet sent ' || n.sent_at END
          FROM notices_message n
         WHERE (n.state IN ('sent', 'delivered') AND n.sent_at IS NULL)
            OR (n.state IN ('queued', 'sending', 'superseded') AND n.sent_at IS NOT NULL)
        """,
        "SELECT count(*) FROM notices_message",
    ),
    Proof(
        """
        SELECT n.purpose || ': still waiting since ' || n.at
          FROM notices_message n
         WHERE n.state = 'queued' AND n.recipient_id IS NOT NULL AND n.at < %(swept)s
        """,
    ),
    Proof(
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
    Proof(
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


_FORBIDDEN = (
    *unchangeable("matters_event"),
    *unchangeable("trail_entry"),
    *unchangeable("standards_standardversion", "frozen")[:1],
    Forbidden(
        "matters_promise",
        "verdict_is_final",
        "UPDATE matters_promise SET state = CASE state WHEN 'kept' THEN 'broken' ELSE 'kept' END"
        " WHERE id = (SELECT min(id) FROM matters_promise"
        " WHERE state IN ('kept', 'broken', 'void'))",
    ),
)


def owned(*, at: datetime) -> Finding:
    """Look for open matters whose owner is not on the payroll, or that owe nothing (1)."""
    return prove(_OWNED, {"at": at})


def whole() -> Finding:
    """Look for promises whose state and moments, or pauses, do not fit together (2)."""
    return prove(_WHOLE, {})


def swept() -> Finding:
    """Look for clocks that the last sweep should have moved and did not (2)."""
    return prove(_SWEPT, {"swept": _last_sweep()})


def told() -> Finding:
    """Look for rungs without their message, and messages left behind or sent twice (8)."""
    return prove(_TOLD, {"swept": _last_sweep()})


def strangers() -> Finding:
    """Look for people named in a matter or message of a community they never worked for (9)."""
    return prove(
        tuple(
            Proof(
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
    return attempt(_FORBIDDEN)


def rewritten() -> Finding:
    """Look for events that were written in another order than they were recorded (3)."""
    return prove(
        (
            Proof(
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
            Proof(
                """
                SELECT m.number || ': event ' || v.id || ' (' || v.kind || ') lies in the future'
                       || ' of its own record'
                  FROM matters_event v JOIN matters_matter m ON m.id = v.matter_id
                 WHERE v.at > v.recorded_at
                """,
            ),
            Proof(
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
    Proof(
        """
        SELECT 'approval ' || r.id || ': waits, and no open matter reminds whoever decides'
          FROM approvals_request r LEFT JOIN matters_matter m ON m.number = r.followed
         WHERE r.state = 'waiting' AND r.asked_at < %(before)s
           AND (m.id IS NULL OR m.closed_at IS NOT NULL)
        """,
        "SELECT count(*) FROM approvals_request WHERE state = 'waiting'",
    ),
    Proof(
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
    return prove(_FOLLOWED, {"before": _last_sweep()})


def last_sweep() -> datetime | None:
    """Return when the sweeper last ran, or None."""
    return Heartbeat.objects.filter(name="sweeper").values_list("at", flat=True).first()


def _last_sweep() -> datetime | None:
    swept = last_sweep()
    return swept - GRACE if swept else None
