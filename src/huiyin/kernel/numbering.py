"""Numbers that people read out over the telephone: community, day, and a count of the day."""

from datetime import date


def series_of(name: str, day: date) -> str:
    """Return the counter series of a day, such as ``matter:20260316``."""
    return f"{name}:{day:%Y%m%d}"


def daily_number(code: str, day: date, count: int) -> str:
    """Return a number such as ``YG-20260316-0007``; it simply grows longer after 9999."""
    return f"{code}-{day:%Y%m%d}-{count:04d}"
