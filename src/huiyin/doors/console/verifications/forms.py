"""Who it is, or why not."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from huiyin.doors.parts.forms import DoorForm, text_area
from huiyin.owners.queries import Candidate


class AcceptForm(DoorForm):
    """Which person of the roster the number belongs to."""

    person_id = forms.ChoiceField(
        label=gettext_lazy("这是哪位住户?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("请选择这是哪位住户;名单里没有的,请先查找。"),
            "invalid_choice": gettext_lazy("请从下面的名单里选,或重新查找。"),
        },
    )

    def __init__(self, *args: Any, candidates: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person_id"].choices = [  # type: ignore[attr-defined]
            (str(one.person_id), f"{one.name} · {one.house} {one.role_title}".strip())
            for one in candidates
        ]


class DeclineForm(DoorForm):
    """Why the number is not registered."""

    reason = forms.CharField(
        label=gettext_lazy("没有通过的原因"),
        max_length=300,
        widget=text_area(2),
        help_text=gettext_lazy("只有同事看得到。例如:电话核对时说不出业主姓名。"),
        error_messages={"required": gettext_lazy("请写明没有通过的原因,以后查得到。")},
    )
