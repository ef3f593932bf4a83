"""Forms of approvals: decide, withdraw, say who decides (PLN-02)."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.approvals import titles
from huiyin.approvals.rules import MOST_STEPS
from huiyin.doors.parts.forms import DoorForm, text_area
from huiyin.kernel.caller import POSTS
from huiyin.matters.access import FIELD
from huiyin.matters.titles import POSTS as POST_TITLES

STEPS_OFFERED = 4
# Whoever works at the counter or outside asks, and decides on nobody's requests.
WHO_ASKS = {*FIELD, "keeper", "dispatcher", "receptionist", "collector"}
DECIDERS = [(post, POST_TITLES[post]) for post in POSTS if post not in WHO_ASKS]


class DecideForm(DoorForm):
    """Approve or return the step that was seen."""

    step = forms.IntegerField(min_value=0, max_value=MOST_STEPS, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(choices=tuple(titles.VERDICTS.items()))
    reason = forms.CharField(
        label=_("意见"), required=False, widget=text_area(), help_text=_("退回时必须写明理由。")
    )


class WithdrawForm(DoorForm):
    """Take back what one asked."""

    reason = forms.CharField(label=_("撤回原因"), widget=text_area(2))


class ChainForm(DoorForm):
    """Say who decides on a kind from an amount on, step after step."""

    kind = forms.ChoiceField(label=_("审批事项"), choices=tuple(titles.KINDS.items()))
    from_amount = forms.DecimalField(
        label=_("从多少元起"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        initial=0,
        help_text=_("与金额无关的写 0。"),
    )
    reason = forms.CharField(label=_("修改原因"), widget=text_area(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, STEPS_OFFERED + 1):
            self.fields[f"step{number}"] = forms.MultipleChoiceField(
                label=_("第 %(n)d 步由谁批") % {"n": number},
                required=number == 1,
                choices=DECIDERS,
                widget=forms.CheckboxSelectMultiple,
                help_text=_("可选几个岗位,其中一人批准即可。") if number == 1 else "",
            )
        self.order_fields(
            ["kind", "from_amount", *(f"step{n}" for n in range(1, STEPS_OFFERED + 1)), "reason"]
        )

    @property
    def step_fields(self) -> list[forms.BoundField]:
        """Return the fields of the steps, to be drawn together."""
        return [self[name] for name in self.fields if name.startswith("step")]

    def arguments(self) -> dict[str, Any]:
        """Return what the action takes: steps left empty at the end fall away."""
        data = self.cleaned_data
        steps: list[Sequence[str]] = [data[one.name] for one in self.step_fields if data[one.name]]
        return {
            "kind": data["kind"],
            "from_amount": data["from_amount"],
            "steps": [list(step) for step in steps],
            "reason": data["reason"],
        }
