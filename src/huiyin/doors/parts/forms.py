"""A form that hands its values to one action and takes the refusal back beside the right field."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from huiyin.kernel.errors import Forbidden, NotFound, Refused

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
_OUT_OF_REACH = _("请填写 2000 年到 2100 年之间的日期。")


class DoorForm(forms.Form):
    """A plain form of a door: it reads what was typed and decides nothing."""

    required_css_class = "is-required"

    def take_back(self, refusal: Refused) -> None:
        """Show a refusal at its field, or at the top when it names none of ours."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, str(refusal))

    def tries(self, act: Callable[[], object]) -> bool:
        """Do it and take a refusal back; a stranger's or a reader's stays a page of its own."""
        try:
            act()
        except (Forbidden, NotFound):
            raise
        except Refused as refusal:
            self.take_back(refusal)
            return False
        return True


class Day(forms.DateField):
    """A day of this century, picked with the browser's own control."""

    def __init__(self, *, label: Any, required: bool = True, help_text: Any = "") -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            validators=[
                MinValueValidator(EARLIEST, _OUT_OF_REACH),
                MaxValueValidator(LATEST, _OUT_OF_REACH),
            ],
        )


class Moment(forms.DateTimeField):
    """A moment of this century in the zone of the page, picked with the browser's own control."""

    def __init__(self, *, label: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(
            label=label,
            widget=widget,
            validators=[
                MinValueValidator(datetime(EARLIEST.year, 1, 1, tzinfo=UTC), _OUT_OF_REACH),
                MaxValueValidator(datetime(LATEST.year, 1, 1, tzinfo=UTC), _OUT_OF_REACH),
            ],
        )


def text_area(rows: int = 3) -> forms.Textarea:
    """Return a text box of some lines; no length limit that would cut what somebody pastes."""
    return forms.Textarea(attrs={"rows": rows})
