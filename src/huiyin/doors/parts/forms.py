"""A form that hands its values to one action and takes the refusal back beside the right field."""

from typing import Any

from django import forms

from huiyin.kernel.errors import Refused


class DoorForm(forms.Form):
    """A plain form of a door: it reads what was typed and decides nothing."""

    required_css_class = "is-required"

    def take_back(self, refusal: Refused) -> None:
        """Show a refusal at its field, or at the top when it names none of ours."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, str(refusal))


class Moment(forms.DateTimeField):
    """A moment in the zone of the page, picked with the browser's own control."""

    def __init__(self, *, label: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(label=label, widget=widget)


def text_area(rows: int = 3) -> forms.Textarea:
    """Return a text box of some lines; no length limit that would cut what somebody pastes."""
    return forms.Textarea(attrs={"rows": rows})
