"""Numbers of bills: without gaps, by community and month of issue."""

from datetime import date

from huiyin.estate.actions import next_numbers
from huiyin.estate.models import Community

PREFIX = "ZD"  # 账单
DIGITS = 5


def bill_series(day: date) -> str:
    """Return the counter series of the bills issued in the month of a day."""
    return f"bill:{day:%Y%m}"


def bill_prefix(code: str, day: date) -> str:
    """Return what comes before the count in the number of a bill."""
    return f"{code}-{PREFIX}{day:%Y%m}-"


def bill_number(code: str, day: date, count: int) -> str:
    """Return a number such as ``YG-ZD202604-00012``; it simply grows longer after 99999."""
    return f"{bill_prefix(code, day)}{count:0{DIGITS}d}"


def take_bill_numbers(*, community: Community, day: date, count: int) -> list[str]:
    """Give out so many numbers, one after another; they are locked until the transaction ends."""
    if not count:
        return []
    first = next_numbers(community_id=community.pk, series=bill_series(day), count=count)
    return [bill_number(community.code, day, number) for number in range(first, first + count)]
