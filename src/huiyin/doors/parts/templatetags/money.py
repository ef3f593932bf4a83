"""Filters for pages with amounts: yuan, half-open days, periods, quantities."""

from datetime import date
from decimal import Decimal

from django import template

from huiyin.billing import saying

register = template.Library()


@register.filter
def money(amount: Decimal | None) -> str:
    """Write yuan with two places and commas between the thousands; a dash for none."""
    return "—" if amount is None else saying.money(amount)


@register.filter
def until(from_on: date, until_on: date) -> str:
    """Write half-open days with both ends included."""
    return saying.days(from_on, until_on)


@register.filter
def period(name: str) -> str:
    """Say the name of a billing period."""
    return saying.period_title(name)


@register.filter
def plain(number: Decimal) -> str:
    """Write a quantity without zeros at its end."""
    return saying.plain(number)


@register.filter
def price(one: Decimal) -> str:
    """Write a price with at least two places."""
    return saying.price(one)
