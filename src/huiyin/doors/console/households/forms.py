"""The days of a statement."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import Day, DoorForm


class DaysForm(DoorForm):
    """From one day to another, both included, as people say it."""

    first = Day(label=_("从"))
    last = Day(label=_("到"))

    @property
    def half_open(self) -> dict[str, date]:
        """The days as the rooms count them."""
        given: dict[str, Any] = self.cleaned_data
        return {"from_on": given["first"], "until_on": given["last"] + timedelta(days=1)}
