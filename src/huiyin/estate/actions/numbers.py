"""Numbers given out one after another."""

from django.db import connection


def next_number(*, community_id: int, series: str) -> int:
    """Give out the next number of a series, from 1; two callers at once never get the same.

    The row stays locked until the caller's transaction ends, so that numbers have no gaps.
    """
    return next_numbers(community_id=community_id, series=series, count=1)


def next_numbers(*, community_id: int, series: str, count: int) -> int:
    """Give out so many numbers of a series at once and return the first of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO estate_counter (community_id, series, last) VALUES (%s, %s, %s)"
            " ON CONFLICT (community_id, series)"
            " DO UPDATE SET last = estate_counter.last + EXCLUDED.last"
            " RETURNING last",
            [community_id, series, count],
        )
        (last,) = cursor.fetchone()
    return int(last) - count + 1
