"""Households that owe: years of bills written set by set, most of them paid, some not."""

from datetime import date
from typing import Any

from django.db.models import Count

from huiyin.billing.models import ChargeGroup, ChargeItem, OpenItem
from huiyin.estate.models import Community
from huiyin.flows.bench.fill import execute

MONTHS = 36
CHARGES = 3
"""What a household is billed a month: three lines of one bill."""

_HOUSES = """
WITH made AS (
     INSERT INTO estate_house
            (community_id, building_id, kind, code, order_key, area, vacant, incomplete, remark,
             tenure)
     SELECT %(community)s, b.ids[1 + n %% array_length(b.ids, 1)], 'flat', 'Q-' || n,
            'q' || lpad(n::text, 9, '0'), 60 + n %% 90, false, '{}', '', ''
       FROM generate_series(1, %(households)s) AS n
      CROSS JOIN (SELECT array_agg(id ORDER BY id) AS ids FROM estate_building
                   WHERE community_id = %(community)s) AS b
     RETURNING id),
     people AS (
     INSERT INTO estate_person (community_id, kind, name, pinyin, initials, birthday)
     SELECT %(community)s, 'person', '业主' || n, '', '', ''
       FROM generate_series(1, %(households)s) AS n
     RETURNING id),
     phones AS (
     INSERT INTO estate_phone (person_id, number, label, state, rank)
     SELECT id, '138' || lpad((id %% 100000000)::text, 8, '0'), '', 'good', 0 FROM people)
INSERT INTO estate_occupancy (house_id, person_id, role)
SELECT h.id, p.id, 'owner'
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM made) h
  JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM people) p USING (n)
"""
# The fifth household is behind by up to three years; everybody has last month's bill still to pay.
_OWED = """
SELECT h.id AS house, o.person_id AS person, m.n AS back,
       (%(on)s::date + 15 - m.n * 30) AS due_on,
       (m.n = 0 OR h.id %% 5 = 0 AND m.n <= h.id / 5 %% %(months)s / 3) AS unpaid
  FROM estate_house h JOIN estate_occupancy o ON o.house_id = h.id
 CROSS JOIN generate_series(0, %(months)s - 1) AS m(n)
 WHERE h.community_id = %(community)s AND h.code LIKE 'Q-%%'
"""
_BILLS = """
INSERT INTO billing_bill (community_id, number, house_id, payer_id, liable_id, period, issued_on,
       due_on, amount, made_at)
SELECT %(community)s, 'Q-' || house || '-' || back, house, person, person,
       to_char(due_on, 'YYYY-MM'), due_on - 20, due_on, (100 + house %% 97) * %(charges)s, %(at)s
  FROM ({owed}) AS owed WHERE unpaid OR {all}
"""
_LINES = """
INSERT INTO billing_line (community_id, bill_id, house_id, item_id, kind, from_on, until_on,
       quantity, price, amount, working)
SELECT b.community_id, b.id, b.house_id, i.id, 'correction', b.due_on - 25, b.due_on + 5, 1,
       100, b.amount / %(charges)s, '{{}}'
  FROM billing_bill b JOIN billing_chargeitem i ON i.community_id = b.community_id
       AND i.code LIKE 'bench%%'
 WHERE b.community_id = %(community)s AND b.number LIKE 'Q-%%'
"""
_OPEN = """
INSERT INTO billing_openitem (line_id, community_id, house_id, payer_id, due_on, amount, open)
SELECT l.id, l.community_id, l.house_id, b.payer_id, b.due_on, l.amount,
       CASE WHEN owed.unpaid THEN l.amount ELSE 0 END
  FROM ({owed}) AS owed
  JOIN billing_bill b ON b.number = 'Q-' || owed.house || '-' || owed.back
  JOIN billing_line l ON l.bill_id = b.id
"""
# What was paid long ago leaves an open item of nothing behind, and no entry in the index.
_PAID = """
INSERT INTO billing_openitem (line_id, community_id, house_id, payer_id, due_on, amount, open)
SELECT 1000000000 + row_number() OVER (), %(community)s, house, person, due_on,
       100 + house %% 97, 0
  FROM ({owed}) AS owed, generate_series(1, %(charges)s) WHERE NOT unpaid
"""


def fill_households(*, community: Community, households: int) -> None:
    """Write so many flats, each with its owner and a telephone, and what they are charged."""
    execute(_HOUSES, {"community": community.pk, "households": households})
    days = {"draft_after": 0, "issue_after": 4, "due_after": 24, "offset_after": 5}
    group = ChargeGroup.objects.create(
        community=community, code="bench", name="月度费用", months=1, **days
    )
    ChargeItem.objects.bulk_create(
        ChargeItem(
            community=community,
            group=group,
            code=f"bench{number}",
            name=f"费用{number}",
            way="fixed",
            account="600101",
            order=number,
        )
        for number in range(1, CHARGES + 1)
    )


def fill_bills(*, community: Community, on: date, at: Any, whole: bool) -> None:
    """Write three years of monthly bills up to a day; what is paid only as settled open items.

    With ``whole`` the paid bills and their lines are written too.
    """
    given = {
        "community": community.pk,
        "on": on,
        "at": at,
        "months": MONTHS,
        "charges": CHARGES,
    }
    owed = _OWED.strip()
    execute(_BILLS.format(owed=owed, all="true" if whole else "false"), given)
    execute(_LINES.format(), given)
    execute(_OPEN.format(owed=owed), given)
    if not whole:
        execute(_PAID.format(owed=owed), given)


def two_houses(community: Community) -> tuple[str, str]:
    """Return the code of a house with one bill to pay, and of the one with the most."""
    owed = list(
        OpenItem.objects.filter(community=community, open__gt=0)
        .values_list("house__code")
        .annotate(count=Count("line"))
        .order_by("count", "house__code")
    )
    return owed[0][0], owed[-1][0]
