"""Rows by the million, written set by set in SQL: as wide and as varied as those of real life."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from huiyin.estate.models import Community
from huiyin.flows.demo import cast, staffing, town
from huiyin.standards import queries as standards
from huiyin.standards.document import Standard

CLAUSES = (
    "complaint.finish",
    "complaint.keep_in_touch",
    "complaint.answer",
    "complaint.visit_back",
    "general.close",
)
"""The clocks of a filled-in matter, one row each; each stands in the residential profile."""

_MATTERS = """
INSERT INTO matters_matter
       (community_id, number, kind, state, channel, text, house_id, place, caller_name,
        caller_phone, anonymous, important, received_at, received_by_id, owner_id, standard_id,
        cycle, first_time_pass, nearest_due_at, moved_at, finished_at, result, cause, signed_name,
        satisfaction, comment, closed_at)
SELECT %(community)s, 'B-' || n, k.kind,
       CASE WHEN n > %(open)s THEN 'closed'
            ELSE (ARRAY['received', 'assigned', 'accepted', 'on_site'])[1 + n %% 4] END,
       (ARRAY['phone', 'wechat', 'visit', 'web'])[1 + n %% 4],
       repeat('厨房洗菜盆下面的软管一直渗水,柜板都泡鼓了。', 1 + n %% 4) || n,
       h.ids[1 + n %% array_length(h.ids, 1)], '', '王丽', '138' || lpad(n::text, 8, '0'), false,
       n %% 50 = 0, r.received_at, e.ids[1 + n %% array_length(e.ids, 1)],
       e.ids[1 + n %% array_length(e.ids, 1)], %(standard)s, 1, n > %(open)s,
       CASE WHEN n <= %(open)s THEN r.received_at + interval '3 days' END, r.received_at,
       CASE WHEN n > %(open)s THEN r.received_at + interval '5 hours' END,
       '更换软管和角阀,试压十分钟无渗漏。', '', '',
       CASE WHEN n > %(open)s THEN 3 + n %% 3 END, '',
       CASE WHEN n > %(open)s THEN r.received_at + interval '2 days' END
  FROM generate_series(1, %(all)s) AS n
 CROSS JOIN (SELECT array_agg(id) AS ids FROM estate_house WHERE kind = 'flat'
                AND community_id = %(community)s) AS h
 CROSS JOIN (SELECT array_agg(employee_id) AS ids FROM staff_postholding
              WHERE post = ANY(%(posts)s) AND community_id = %(community)s) AS e
 CROSS JOIN LATERAL (SELECT (ARRAY['complaint', 'repair', 'complaint', 'home_service'])[1 + n %% 4]
                         AS kind) AS k
 CROSS JOIN LATERAL (SELECT CASE WHEN n <= %(open)s
                                 THEN %(at)s - (n %% 5000) * interval '1 minute'
                                 ELSE %(at)s - interval '4 days' - n * interval '90 seconds'
                            END AS received_at) AS r
"""
_PROMISES = """
INSERT INTO matters_promise
       (matter_id, community_id, standard_id, clause, code, rule, cycle, state, base_at,
        started_at, due_at, used_seconds, running_since, closed_at, next_alarm_at, rung, epoch,
        provisional, void_reason)
SELECT m.id, m.community_id, m.standard_id, c.clause, c.code, c.rule, 1,
       CASE WHEN m.closed_at IS NULL THEN 'running' ELSE 'kept' END,
       b.base_at, b.base_at, b.base_at + interval '10 days', 3600,
       CASE WHEN m.closed_at IS NULL THEN b.base_at END,
       CASE WHEN m.closed_at IS NOT NULL THEN b.base_at + interval '2 hours' END,
       CASE WHEN m.closed_at IS NULL
            THEN %(at)s + interval '1 day' + m.id * interval '1 second' END,
       0, 0, false, ''
  FROM matters_matter AS m
 CROSS JOIN unnest(%(clauses)s::text[], %(codes)s::text[], %(rules)s::text[])
         AS c(clause, code, rule)
 CROSS JOIN LATERAL (SELECT CASE WHEN m.closed_at IS NULL THEN %(at)s - interval '1 hour'
                                 ELSE m.received_at END AS base_at) AS b
"""


def settle(at: datetime, households: int) -> Community:
    """Make the demo's communities, staff, rosters and standards, and its houses if wanted."""
    with transaction.atomic():
        communities = town.make_communities()
        staffing.make_staff(communities, at)
        staffing.adopt_standards(communities, at)
        staffing.make_rosters(communities, at)
        if households:
            town.settle(communities)
    return communities[cast.FIRST]


def fill_matters(*, community: Community, at: datetime, matters: int, open_matters: int) -> None:
    """Write so many matters, the first of them open."""
    version_id, _standard = standards.current(community_id=community.pk, at=at)
    execute(
        _MATTERS,
        {
            "community": community.pk,
            "standard": version_id,
            "all": matters,
            "open": open_matters,
            "posts": ["keeper", "technician"],
            "at": at,
        },
    )


def fill_promises(*, community: Community, at: datetime) -> None:
    """Write five promises for every matter: running where it is open, kept where it is closed."""
    _version, standard = standards.current(community_id=community.pk, at=at)
    clauses = [_clause(standard, name) for name in CLAUSES]
    execute(
        _PROMISES,
        {
            "at": at,
            "clauses": list(CLAUSES),
            "codes": [code for code, _ in clauses],
            "rules": [rule for _, rule in clauses],
        },
    )


def _clause(standard: Standard, name: str) -> tuple[str, str]:
    clause = standard.clause(name)
    if clause is None:
        raise LookupError(f"the residential profile has no clause {name}")
    return clause.code, clause.rule


def calm_down() -> None:
    """Let vacuum and statistics catch up, as they would have over the years."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def execute(statement: str, given: dict[str, Any]) -> None:
    """Write rows without checking each reference again: they come from the tables themselves."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() == (True,):
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, given)
