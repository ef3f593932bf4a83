"""Tags every page may use: icons, moments, and fields of a form."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from huiyin.doors.parts import moments

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, extra: str = "") -> SafeString:
    """Draw an icon beside a text; screen readers skip it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#icon-{}"/></svg>',
        extra,
        _sprite(),
        name,
    )


@cache
def _sprite() -> str:
    return static("vendor/icons.svg")


@register.simple_tag(takes_context=True)
def moment(context: template.Context, at: datetime | None) -> str:
    """Show a moment in the community's time, the whole of it in the title."""
    return _time(context, at, moments.say_moment) if at else "—"


@register.simple_tag(takes_context=True)
def deadline(context: template.Context, due_at: datetime) -> str:
    """Show a due moment: midnight is 24:00 of the day that ends."""
    return _time(context, due_at, moments.say_deadline)


def _time(
    context: template.Context, at: datetime, say: Callable[[datetime, datetime, tzinfo], str]
) -> SafeString:
    zone = timezone.get_current_timezone()
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        moments.say_in_full(at, zone),
        say(at, context["request"].moment, zone),
    )


@register.simple_tag(takes_context=True)
def time_left(context: template.Context, due_at: datetime) -> str:
    """Say how long there is until a due moment, or for how long it has passed."""
    return moments.say_left(due_at, context["request"].moment)


@register.filter
def percent(value: float | None) -> int:
    """Return a share (0..1) as a whole percentage within 0 and 100."""
    return round(100 * min(1.0, max(0.0, value or 0.0)))


@register.filter
def share(value: Decimal | None) -> str:
    """Write a share as people say it: 0.96 is 96%."""
    return "" if value is None else f"{(value * 100).normalize():f}%"


@register.inclusion_tag("parts/_field.html")
def field(bound: BoundField, look: str = "") -> dict[str, Any]:
    """Render one field of a form: label, control, help, and errors as sentences."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "")
    css = {"checkbox": "form-check-input", "select": "form-select"}.get(kind, "form-control")
    if kind == "radio":
        return {"field": bound, "kind": kind, "look": look or "hy-choices"}
    return {"field": bound, "kind": kind, "control": bound.as_widget(attrs={"class": css})}
