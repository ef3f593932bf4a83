"""What ``huiyin audit`` proves of bills: open items, prepayments, days and shares, by facts alone.

Every proof recomputes from bills, lines, reductions and allocations, in a few passes over whole
tables, and never reads what it is to prove.
"""

from huiyin.ledger import chart
from huiyin.trail.proofs import Finding, Forbidden, Proof, attempt, prove, unchangeable


def _one(table: str, trigger: str, words: str) -> Forbidden:
    """Return an attempt on the first row of a table."""
    return Forbidden(table, trigger, f"{words} WHERE id = (SELECT min(id) FROM {table})")  # noqa: S608


_FORBIDDEN = (
    *unchangeable("billing_reduction"),
    *unchangeable("billing_allocation"),
    _one("billing_bill", "a_fact_stays", "UPDATE billing_bill SET amount = amount + 1"),
    _one("billing_bill", "undeletable", "DELETE FROM billing_bill"),
    _one("billing_line", "a_fact_stays", "UPDATE billing_line SET amount = amount + 1"),
    _one("billing_line", "undeletable", "DELETE FROM billing_line"),
    _one("billing_slip", "a_paper_stays", "UPDATE billing_slip SET amount = amount + 1"),
    _one("billing_slip", "undeletable", "DELETE FROM billing_slip"),
    _one("billing_handover", "undeletable", "DELETE FROM billing_handover"),
)

# -- 4: open items, receivables, prepayments

_OPEN = (
    Proof(
        """
        SELECT bill.number || ': of line ' || line.id || ' ' || coalesce(item.open::text, 'nothing')
               || ' is open, its facts say ' || line.amount - coalesce(paid.amount, 0)
               - coalesce(less.amount, 0)
          FROM billing_line line
          JOIN billing_bill bill ON bill.id = line.bill_id
          LEFT JOIN billing_openitem item ON item.line_id = line.id
          LEFT JOIN (SELECT line_id, sum(amount) AS amount FROM billing_allocation
                      GROUP BY line_id) paid ON paid.line_id = line.id
          LEFT JOIN (SELECT line_id, sum(amount) AS amount FROM billing_reduction
                      GROUP BY line_id) less ON less.line_id = line.id
         WHERE (line.amount > 0 OR item.line_id IS NOT NULL)
           AND (item.open, item.amount, item.community_id, item.house_id, item.payer_id)
               IS DISTINCT FROM
               (line.amount - coalesce(paid.amount, 0) - coalesce(less.amount, 0), line.amount,
                line.community_id, line.house_id, bill.payer_id)
        """,
        "SELECT count(*) FROM billing_openitem",
    ),
    Proof(
        """
        SELECT bill.number || ': ' || item.open || ' is open of line ' || line.id || ', reversed'
          FROM billing_openitem item
          JOIN billing_line line ON line.id = item.line_id AND line.reversed_at IS NOT NULL
          JOIN billing_bill bill ON bill.id = line.bill_id
         WHERE item.open > 0
        """,
    ),
    Proof(
        """
        SELECT bill.number || ': is ' || bill.amount || ', its lines are ' || coalesce(s.amount, 0)
          FROM billing_bill bill
          LEFT JOIN (SELECT bill_id, sum(amount) AS amount, min(community_id) AS here,
                            min(house_id) AS house, max(house_id) AS other
                       FROM billing_line GROUP BY bill_id) s ON s.bill_id = bill.id
         WHERE (s.amount, s.here, s.house, s.other) IS DISTINCT FROM
               (bill.amount, bill.community_id, bill.house_id, bill.house_id)
        """,
        "SELECT count(*) FROM billing_bill",
    ),
    Proof(
        """
        SELECT 'allocation ' || undo.id || ': does not undo ' || undo.undoes_id
          FROM billing_allocation undo
          JOIN billing_allocation done ON done.id = undo.undoes_id
         WHERE (undo.line_id, undo.house_id, undo.person_id, undo.amount) IS DISTINCT FROM
               (done.line_id, done.house_id, done.person_id, -done.amount)
            OR done.undoes_id IS NOT NULL
        """,
    ),
)

# What bills, reductions and allocations did to a receivable, day by day, against its postings.
# Where every day agrees, so does each balance, of a payer, a house, or all, on any past day (I4).
_RECEIVABLES = (
    Proof(
        f"""
        SELECT 'house ' || house_id || ', person ' || person_id || ', ' || on_day || ': facts give '
               || facts || ', account ' || code || ' has ' || posted
          FROM (SELECT house_id, person_id, code, on_day, sum(facts) AS facts, sum(posted) AS posted
                  FROM (
                SELECT bill.house_id, bill.payer_id AS person_id,
                       CASE WHEN item.agency THEN '{chart.AGENCY_RECEIVABLE}'
                            ELSE '{chart.RECEIVABLE}' END AS code,
                       coalesce(fact.on_day, bill.issued_on) AS on_day, fact.amount AS facts,
                       0 AS posted
                  FROM (SELECT id AS line_id, NULL::date AS on_day, amount FROM billing_line
                        UNION ALL
                        SELECT line_id, business_on, -amount FROM billing_allocation
                        UNION ALL
                        SELECT line_id, business_on, -amount FROM billing_reduction) fact
                  JOIN billing_line line ON line.id = fact.line_id
                  JOIN billing_bill bill ON bill.id = line.bill_id
                  JOIN billing_chargeitem item ON item.id = line.item_id
                UNION ALL
                SELECT coalesce(p.house_id, 0), coalesce(p.person_id, 0), a.code, p.business_on, 0,
                       p.amount
                  FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
                 WHERE a.code IN ('{chart.RECEIVABLE}', '{chart.AGENCY_RECEIVABLE}')) both_sides
                 GROUP BY house_id, person_id, code, on_day) days
         WHERE facts <> posted
        """,  # noqa: S608  our own codes
        f"""
        SELECT count(*) FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
         WHERE a.code IN ('{chart.RECEIVABLE}', '{chart.AGENCY_RECEIVABLE}')
        """,  # noqa: S608
    ),
    # And as one figure for each community, the way finance compares them.
    Proof(
        f"""
        SELECT c.code || ': open items come to ' || coalesce(o.open, 0)
               || ', the receivable accounts to ' || coalesce(s.posted, 0)
          FROM estate_community c
          LEFT JOIN (SELECT community_id, sum(open) AS open FROM billing_openitem
                      GROUP BY community_id) o ON o.community_id = c.id
          LEFT JOIN (SELECT p.community_id, sum(p.amount) AS posted
                       FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
                      WHERE a.code IN ('{chart.RECEIVABLE}', '{chart.AGENCY_RECEIVABLE}')
                      GROUP BY p.community_id) s ON s.community_id = c.id
         WHERE coalesce(o.open, 0) <> coalesce(s.posted, 0)
        """,  # noqa: S608
    ),
)

_PREPAID = (
    Proof(
        f"""
        SELECT 'house ' || coalesce(p.house_id, s.house_id) || ', person '
               || coalesce(p.person_id, s.person_id) || ': ' || coalesce(p.balance, 0)
               || ' in advance, account {chart.PREPAID} has ' || coalesce(s.posted, 0)
          FROM billing_prepaid p
          FULL JOIN (SELECT coalesce(l.house_id, 0) AS house_id,
                            coalesce(l.person_id, 0) AS person_id, -sum(l.amount) AS posted
                       FROM ledger_posting l JOIN ledger_account a ON a.id = l.account_id
                      WHERE a.code = '{chart.PREPAID}'
                      GROUP BY 1, 2) s ON s.house_id = p.house_id AND s.person_id = p.person_id
         WHERE coalesce(p.balance, 0) <> coalesce(s.posted, 0) OR p.balance < 0
        """,  # noqa: S608
        "SELECT count(*) FROM billing_prepaid",
    ),
    Proof(
        f"""
        SELECT 'house ' || house_id || ', person ' || person_id || ': ' || balance
               || ' in advance at the end of ' || business_on
          FROM (SELECT house_id, person_id, business_on,
                       sum(sum(-l.amount)) OVER (PARTITION BY house_id, person_id
                                                 ORDER BY business_on) AS balance
                  FROM ledger_posting l JOIN ledger_account a ON a.id = l.account_id
                 WHERE a.code = '{chart.PREPAID}'
                 GROUP BY house_id, person_id, business_on) days
         WHERE balance < 0
        """,  # noqa: S608
    ),
)

# -- 5: one live bill for each day

_DAYS = (
    Proof(
        """
        SELECT 'assignment ' || assignment_id || ': billed twice from ' || from_on || ' to '
               || least(before, until_on)
          FROM (SELECT assignment_id, from_on, until_on,
                       max(until_on) OVER (PARTITION BY assignment_id ORDER BY from_on, id
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                  FROM billing_line
                 WHERE kind = 'regular' AND reversed_at IS NULL AND assignment_id IS NOT NULL
                   AND share_id IS NULL) lines
         WHERE from_on < before
        """,
        "SELECT count(*) FROM billing_line WHERE kind = 'regular' AND reversed_at IS NULL",
    ),
    Proof(
        """
        SELECT 'slip ' || slip.number || ': billed ' || count(*) || ' times'
          FROM billing_line line JOIN billing_slip slip ON slip.id = line.slip_id
         WHERE line.reversed_at IS NULL AND line.kind <> 'correction'
         GROUP BY slip.id, slip.number HAVING count(*) > 1
        """,
    ),
    Proof(
        """
        SELECT bill.number || ': is reversed, and line ' || line.id || ' is not'
          FROM billing_bill bill JOIN billing_line line ON line.bill_id = bill.id
         WHERE bill.reversed_at IS NOT NULL AND line.reversed_at IS NULL
        """,
    ),
    Proof(
        """
        SELECT bill.number || ': line ' || line.id || ' begins on ' || line.from_on
               || ', its charge on ' || a.from_on
          FROM billing_line line
          JOIN billing_assignment a ON a.id = line.assignment_id
          JOIN billing_bill bill ON bill.id = line.bill_id
         WHERE line.kind = 'regular' AND line.reversed_at IS NULL AND line.share_id IS NULL
           AND line.from_on < a.from_on
        """,
    ),
    # Days between the beginning of a charge and the last one billed that no line covers, although a
    # posted run was to bill them, knew of the charge, and did not say that it left the house out.
    # Not days that were billed when it was drafted, by lines that were reversed since, be it in the
    # same moment.
    Proof(
        """
        SELECT 'assignment ' || gap.assignment_id || ': not billed from ' || gap.from_on || ' to '
               || gap.until_on
          FROM (SELECT line.assignment_id, line.from_on AS until_on,
                       coalesce(max(line.until_on) OVER (PARTITION BY line.assignment_id
                           ORDER BY line.from_on, line.id
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), a.from_on) AS from_on
                  FROM billing_line line JOIN billing_assignment a ON a.id = line.assignment_id
                  JOIN billing_chargeitem item ON item.id = line.item_id
                 WHERE line.kind = 'regular' AND line.reversed_at IS NULL
                   AND item.way NOT IN ('apportioned', 'slip')) gap
          JOIN billing_assignment a ON a.id = gap.assignment_id
          JOIN billing_chargeitem item ON item.id = a.item_id
          JOIN billing_chargegroup g ON g.id = item.group_id
         WHERE gap.from_on < gap.until_on
           AND EXISTS (
               SELECT FROM billing_run run
                CROSS JOIN LATERAL (SELECT CASE WHEN item.phase = 'arrears'
                    THEN make_interval(months => g.months) ELSE interval '0' END AS back) shift
                WHERE run.group_id = g.id AND run.state = 'posted' AND run.kind = 'regular'
                  AND run.drafted_at >= a.made_at
                  AND run.from_on - shift.back < gap.until_on
                  AND run.until_on - shift.back > gap.from_on
                  AND NOT EXISTS (SELECT FROM billing_snag snag
                                   WHERE snag.run_id = run.id AND snag.house_id = a.house_id
                                     AND snag.blocking)
                  AND NOT EXISTS (SELECT FROM billing_line undone
                                   WHERE undone.house_id = a.house_id
                                     AND undone.assignment_id = a.id
                                     AND undone.reversed_at >= run.drafted_at
                                     AND undone.from_on < gap.until_on
                                     AND undone.until_on > gap.from_on))
        """,
        "SELECT count(DISTINCT assignment_id) FROM billing_line"
        " WHERE kind = 'regular' AND reversed_at IS NULL",
    ),
)

# -- 6: apportioned parts

_SHARES = (
    Proof(
        """
        SELECT 'shared cost ' || pool.id || ' (' || pool.name || '): ' || pool.amount
               || ', its parts come to ' || coalesce(s.amount, 0)
          FROM billing_pool pool
          LEFT JOIN (SELECT pool_id, sum(amount) AS amount, min(amount) AS least
                       FROM billing_share GROUP BY pool_id) s ON s.pool_id = pool.id
         WHERE pool.state = 'shared' AND (s.amount IS DISTINCT FROM pool.amount OR s.least < 0)
        """,
        "SELECT count(*) FROM billing_pool WHERE state = 'shared'",
    ),
    Proof(
        """
        SELECT 'shared cost ' || pool_id || ': the part of house ' || house_id || ' is '
               || round(amount - exact, 4) || ' off'
          FROM (SELECT share.pool_id, share.house_id, share.amount,
                       pool.amount * share.weight
                       / nullif(sum(share.weight) OVER (PARTITION BY share.pool_id), 0) AS exact
                  FROM billing_share share
                  JOIN billing_pool pool ON pool.id = share.pool_id AND pool.state = 'shared') parts
         WHERE exact IS NULL OR abs(amount - exact) >= 0.01
        """,
        "SELECT count(*) FROM billing_share",
    ),
    # What was billed of a part is the part, over all its days, unless somebody was relieved.
    Proof(
        """
        SELECT 'shared cost ' || share.pool_id || ': the part of house ' || share.house_id || ' is '
               || share.amount || ', billed were ' || billed.amount || ' for ' || billed.days
               || ' days'
          FROM (SELECT share_id, sum(amount) AS amount, sum(until_on - from_on) AS days,
                       min(assignment_id) AS assignment_id
                  FROM billing_line
                 WHERE share_id IS NOT NULL AND kind = 'regular' AND reversed_at IS NULL
                 GROUP BY share_id) billed
          JOIN billing_share share ON share.id = billed.share_id
          JOIN billing_pool pool ON pool.id = share.pool_id
         WHERE billed.days <> pool.until_on - pool.from_on
            OR billed.amount > share.amount
            OR billed.amount < share.amount AND NOT EXISTS (
               SELECT FROM billing_relief relief
                WHERE relief.assignment_id = billed.assignment_id AND relief.state = 'approved'
                  AND relief.from_on < pool.until_on AND relief.until_on > pool.from_on)
        """,
    ),
)


def guarded() -> Finding:
    """Try to change or delete what was billed, allocated, reduced, signed (3)."""
    return attempt(_FORBIDDEN)


def open_items() -> Finding:
    """Recompute what is open of every line from its facts, and bills from their lines (4)."""
    return prove(_OPEN)


def receivables() -> Finding:
    """Compare facts and receivable accounts by payer, house and day, and in all (4)."""
    return prove(_RECEIVABLES)


def prepaid() -> Finding:
    """Compare balances with their account, which is never below zero on any day (4)."""
    return prove(_PREPAID)


def days() -> Finding:
    """Look for days billed twice, and days that a run passed over without a word (5)."""
    return prove(_DAYS)


def shares() -> Finding:
    """Look for shared costs whose parts, or what was billed of them, do not add up (6)."""
    return prove(_SHARES)
