"""How periods, days, amounts and quantities are said on pages and papers."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from huiyin.billing.rules.explain import steps
from huiyin.billing.rules.periods import OPENING, period
from huiyin.billing.titles import STEPS

DAY: Final = timedelta(days=1)
_QUARTER, _HALF = "Q", "H"


def period_title(name: str) -> str:
    """Say the name of a period: 2026年第二季度; an unknown name is said as it is."""
    if name == OPENING:
        return _("以往欠费")
    try:
        one = period(name)
    except ValueError:
        return name
    said = {"year": one.from_on.year, "month": one.from_on.month}
    if _QUARTER in name:
        return _quarters()[(one.from_on.month - 1) // 3] % said
    if _HALF in name:
        return _("%(year)s年上半年") % said if said["month"] == 1 else _("%(year)s年下半年") % said
    return _("%(year)s年%(month)s月") % said if "-" in name else _("%(year)s年") % said


def _quarters() -> tuple[str, ...]:
    return (
        _("%(year)s年第一季度"),
        _("%(year)s年第二季度"),
        _("%(year)s年第三季度"),
        _("%(year)s年第四季度"),
    )


def days(from_on: date, until_on: date) -> str:
    """Say half-open days with both ends included: 2026-04-01 至 2026-06-30."""
    last = until_on - DAY
    if last <= from_on:
        return f"{from_on}"
    return _("%(from)s 至 %(until)s") % {"from": from_on, "until": last}


def days_of(from_on: date, until_on: date | None) -> str:
    """Say half-open days that may have no end: 2026-04-01 起."""
    if until_on is None:
        return _("%(day)s 起") % {"day": from_on}
    return days(from_on, until_on)


def money(amount: Decimal) -> str:
    """Say yuan with two places and commas between the thousands: 1,234.50."""
    return f"{amount:,.2f}"


def plain(number: Decimal) -> str:
    """Say a quantity or a price without zeros at its end; a price keeps two places."""
    said = f"{number.normalize():f}"
    return "0" if said in {"-0", "0"} else said


def price(one: Decimal) -> str:
    """Say a price with at least two places and no more zeros than that: 2.80, 3.4567."""
    whole, _dot, rest = plain(one).partition(".")
    return f"{whole}.{rest.ljust(2, '0')}"


def working(one: Mapping[str, Any]) -> tuple[str, ...]:
    """Say step by step how a line was computed."""
    said = []
    for step in steps(one):
        text = str(STEPS[step.code]) % {key: _value(key, v) for key, v in step.values.items()}
        said.append(f"{days(*step.days)}:{text}" if step.days else text)
    return tuple(said)


# What is no amount of money among the decimals of an explanation.
_QUANTITIES: Final = {
    "quantity",
    "weight",
    "weights",
    "factor",
    "from_value",
    "until_value",
    "percent",
    "back",
    "ahead",
    "given",
}


def _value(key: str, value: object) -> str:
    if not isinstance(value, Decimal):
        return str(value)
    if key in _QUANTITIES:
        return plain(value)
    return price(value) if key == "price" else money(value)
