"""The days a page of figures is about: this month so far, last month, or days of choice."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import Day, DoorForm

THIS_MONTH, LAST_MONTH, DAYS = "", "last", "days"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``since`` to ``until``, both included, and how they were asked for."""

    name: str
    since: date
    until: date

    @property
    def query(self) -> str:
        """Return what an address needs to mean the same days."""
        if self.name != DAYS:
            return f"period={self.name}" if self.name else ""
        return f"period={DAYS}&since={self.since}&until={self.until}"


class DaysForm(DoorForm):
    """Two days of choice."""

    since = Day(label=_("从"))
    until = Day(label=_("到"))

    def clean(self) -> dict[str, Any]:
        """Refuse days that are the wrong way round."""
        days: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = days.get("since"), days.get("until")
        if since and until and until < since:
            self.add_error("until", _("结束日期要不早于开始日期。"))
        return days


def read(asked: QueryDict, today: date) -> tuple[Period | None, DaysForm]:
    """Return the days asked for and the form to choose others; no period for days refused."""
    month = today.replace(day=1)
    last = month - timedelta(days=1)
    name = asked.get("period", THIS_MONTH)
    if name == DAYS:
        form = DaysForm(asked)
        if not form.is_valid():
            return None, form
        return Period(DAYS, form.cleaned_data["since"], form.cleaned_data["until"]), form
    period = Period(THIS_MONTH, month, today)
    if name == LAST_MONTH:
        period = Period(LAST_MONTH, last.replace(day=1), last)
    return period, DaysForm(initial={"since": period.since, "until": period.until})
