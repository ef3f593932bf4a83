"""What ``huiyin audit`` proves of the books: they cannot be rewritten, and every entry balances."""

from huiyin.trail.proofs import Finding, Forbidden, Proof, attempt, prove, unchangeable

_FORBIDDEN = (
    *unchangeable("ledger_journal"),
    *unchangeable("ledger_posting"),
    Forbidden(
        "ledger_book",
        "lock_moves_forward",
        "UPDATE ledger_book SET locked_until = locked_until - 1"
        " WHERE id = (SELECT min(id) FROM ledger_book WHERE locked_until IS NOT NULL)",
    ),
    Forbidden(
        "ledger_book",
        "undeletable",
        "DELETE FROM ledger_book WHERE id = (SELECT min(id) FROM ledger_book)",
    ),
    Forbidden(
        "ledger_journal",
        "day_is_open",
        "INSERT INTO ledger_journal (community_id, kind, business_on, recorded_at, by_name, memo,"
        " key, fingerprint, legs) SELECT community_id, 'audit', coalesce(locked_until,"
        " opened_on - 1), opened_on, '', '', 'audit', '', 2 FROM ledger_book"
        " WHERE id = (SELECT min(id) FROM ledger_book)",
    ),
    Forbidden(
        "ledger_posting",
        "balanced",
        "INSERT INTO ledger_posting (journal_id, leg, community_id, account_id, business_on,"
        " amount) SELECT journal_id, 32767, community_id, account_id, business_on, 1"
        " FROM ledger_posting WHERE id = (SELECT min(id) FROM ledger_posting)",
    ),
)

_BALANCED = (
    Proof(
        """
        SELECT j.key || ': its legs come to ' || coalesce(s.total, 0) || ', ' || coalesce(s.legs, 0)
               || ' of ' || j.legs || ' are there'
          FROM ledger_journal j
          LEFT JOIN (SELECT journal_id, sum(amount) AS total, count(*) AS legs, max(leg) AS last,
                            min(business_on) AS from_on, max(business_on) AS until_on,
                            min(community_id) AS here, max(community_id) AS there
                       FROM ledger_posting GROUP BY journal_id) s ON s.journal_id = j.id
         WHERE (s.total, s.legs, s.last, s.from_on, s.until_on, s.here, s.there) IS DISTINCT FROM
               (0, j.legs, j.legs, j.business_on, j.business_on, j.community_id, j.community_id)
        """,
        "SELECT count(*) FROM ledger_journal",
    ),
    Proof(
        """
        SELECT r.key || ': is not the opposite of ' || j.key
          FROM ledger_journal r
          JOIN ledger_journal j ON j.id = r.reverses_id
         WHERE r.legs <> j.legs OR r.community_id <> j.community_id OR EXISTS (
               SELECT FROM ledger_posting p
                 LEFT JOIN ledger_posting m ON m.journal_id = r.id AND m.leg = p.leg
                WHERE p.journal_id = j.id
                  AND (m.account_id, m.house_id, m.person_id, m.amount) IS DISTINCT FROM
                      (p.account_id, p.house_id, p.person_id, -p.amount))
        """,
        "SELECT count(*) FROM ledger_journal WHERE reverses_id IS NOT NULL",
    ),
    Proof(
        """
        SELECT j.key || ': on ' || j.business_on || ', before the books were opened'
          FROM ledger_journal j
          LEFT JOIN ledger_book b ON b.community_id = j.community_id
         WHERE b.id IS NULL OR j.business_on < b.opened_on
        """,
    ),
    Proof(
        """
        SELECT j.key || ': account ' || a.code || ' is of another community'
          FROM ledger_posting p
          JOIN ledger_account a ON a.id = p.account_id AND a.community_id <> p.community_id
          JOIN ledger_journal j ON j.id = p.journal_id
        """,
    ),
)


def guarded() -> Finding:
    """Try to rewrite the books, to write on a shut day, to leave an entry unbalanced (3)."""
    return attempt(_FORBIDDEN)


def balanced() -> Finding:
    """Look for entries that do not balance, and reversals that are not the opposite (4)."""
    return prove(_BALANCED)
