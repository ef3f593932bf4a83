"""The days and the house of a statement."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.billing.queries.owners import BilledHouse
from huiyin.doors.parts.forms import Day, DoorForm


class StatementForm(DoorForm):
    """Which house, from which day to which, both included; one house needs no choice."""

    house = forms.TypedChoiceField(label=_("房屋"), coerce=int)
    since = Day(label=_("从哪一天"))
    until = Day(label=_("到哪一天"))

    def __init__(self, houses: Sequence[BilledHouse], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["house"]
        field.choices = [(one.id, f"{one.community} {one.code}") for one in houses]  # type: ignore[attr-defined]
        if len(houses) == 1:
            field.widget = forms.HiddenInput()
