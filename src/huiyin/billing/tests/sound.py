"""What has to hold of bills and books after whatever happened (I1, I2, I4, I7, I10, I19)."""

from django.db import connection

from huiyin.estate.models import Counter

# Each asks for rows that are wrong; there may be none.
WRONG = {
    "I1 every journal balances": """
        SELECT journal_id FROM ledger_posting GROUP BY journal_id HAVING sum(amount) <> 0""",
    "I2 open is the amount less what was paid and taken back": """
        SELECT line.id FROM billing_line line LEFT JOIN billing_openitem open
            ON open.line_id = line.id
         WHERE coalesce(open.open, 0) <> line.amount
               - coalesce((SELECT sum(amount) FROM billing_allocation WHERE line_id = line.id), 0)
               - coalesce((SELECT sum(amount) FROM billing_reduction WHERE line_id = line.id), 0)
            OR line.reversed_at IS NOT NULL AND coalesce(open.open, 0) <> 0""",
    "I3 prepayments are what the books say": """
        SELECT * FROM
            (SELECT house_id, person_id, balance FROM billing_prepaid WHERE balance <> 0) have
            FULL JOIN (SELECT house_id, person_id, -sum(amount) AS balance
              FROM ledger_posting leg JOIN ledger_account account ON account.id = leg.account_id
             WHERE account.code = '2203' GROUP BY house_id, person_id HAVING sum(amount) <> 0) books
            USING (house_id, person_id, balance)
         WHERE have IS NULL OR books IS NULL""",
    "I4 open items are the receivables of the books": """
        SELECT * FROM
            (SELECT open.house_id, open.payer_id AS person_id, item.agency, sum(open.open) AS owed
               FROM billing_openitem open JOIN billing_line line ON line.id = open.line_id
               JOIN billing_chargeitem item ON item.id = line.item_id
              GROUP BY 1, 2, 3 HAVING sum(open.open) <> 0) have
            FULL JOIN (SELECT house_id, person_id, account.code = '1221' AS agency,
                   sum(amount) AS owed
              FROM ledger_posting leg JOIN ledger_account account ON account.id = leg.account_id
             WHERE account.code IN ('1122', '1221') GROUP BY 1, 2, 3 HAVING sum(amount) <> 0) books
            USING (house_id, person_id, agency, owed)
         WHERE have IS NULL OR books IS NULL""",
    "I7 no day is billed twice": """
        SELECT one.id FROM billing_line one JOIN billing_line other
            ON other.assignment_id = one.assignment_id AND other.id > one.id
           AND other.from_on < one.until_on AND one.from_on < other.until_on
           AND other.share_id IS NOT DISTINCT FROM one.share_id
         WHERE one.kind = 'regular' AND other.kind = 'regular'
           AND one.reversed_at IS NULL AND other.reversed_at IS NULL""",
    "I10 what is reversed is taken back exactly": """
        SELECT line.id FROM billing_line line
         WHERE line.amount < coalesce(
               (SELECT sum(amount) FROM billing_reduction WHERE line_id = line.id), 0)
            OR line.reversed_at IS NOT NULL AND line.amount <> coalesce(
               (SELECT sum(amount) FROM billing_reduction WHERE line_id = line.id), 0)""",
    "a bill is the sum of its lines": """
        SELECT bill.id FROM billing_bill bill LEFT JOIN billing_line line ON line.bill_id = bill.id
         GROUP BY bill.id HAVING bill.amount <> coalesce(sum(line.amount), -1)""",
    "every bill of an amount is in the books": """
        SELECT bill.id FROM billing_bill bill
         WHERE bill.amount > 0 AND NOT EXISTS (
               SELECT FROM ledger_journal WHERE key = 'bill:' || bill.number)""",
    "no draft is left of what was posted": """
        SELECT draft.id FROM billing_draftline draft JOIN billing_part part
            ON part.id = draft.part_id WHERE part.state NOT IN ('waiting', 'drafted')""",
}


def check_sound() -> None:
    """Fail with the name of the first thing that does not hold."""
    with connection.cursor() as cursor:
        for name, query in WRONG.items():
            cursor.execute(query)
            wrong = cursor.fetchall()
            assert not wrong, f"{name}: {wrong}"
        cursor.execute(
            "SELECT community_id, to_char(issued_on, 'YYYYMM'), count(*),"
            " max(substring(number FROM '[0-9]+$')::int) FROM billing_bill GROUP BY 1, 2"
        )
        for community_id, month, count, last in cursor.fetchall():
            counter = Counter.objects.get(community_id=community_id, series=f"bill:{month}")
            assert count == last == counter.last, f"I19 numbers without a gap: {month}"
