"""Numbers given out one after another."""

from datetime import datetime

from django.db import connection


def next_number(*, community_id: int, series: str, at: datetime | None = None) -> int:
    """Give out the next number of a series, from 1; two callers at once never get the same.

    The row stays locked until the caller's transaction ends, so that numbers have no gaps.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO estate_counter (community_id, series, last) VALUES (%s, %s, 1)"
            " ON CONFLICT (community_id, series) DO UPDATE SET last = estate_counter.last + 1"
            " RETURNING last",
            [community_id, series],
        )
        (number,) = cursor.fetchone()
    return int(number)
