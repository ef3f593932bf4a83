"""The forms of signed slips and hand-overs: field names are the arguments of the actions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from huiyin.billing.actions import slips
from huiyin.doors.console.steps import StepForm
from huiyin.doors.parts.forms import Day, DoorForm
from huiyin.doors.parts.scans import ScanForm
from huiyin.flows import slipping

Choices = Sequence[tuple[Any, Any]]
LINES = 6
PLEASE = ("", gettext_lazy("请选择"))
STATES = {
    "waiting": gettext_lazy("待计费"),
    "asked": gettext_lazy("申请作废"),
    "billed": gettext_lazy("已计入账单"),
    "void": gettext_lazy("已作废"),
}
HAND_OVER_STATES = {
    "entered": gettext_lazy("待另一人确认"),
    "confirmed": gettext_lazy("已确认入账"),
    "dropped": gettext_lazy("已撤销"),
}


def _decimal(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class SlipForm(ScanForm):
    """A slip as its paper says; the lines are the fields of :class:`LineForm`."""

    item = forms.ChoiceField(label=gettext_lazy("收费项目"))
    house = forms.CharField(label=gettext_lazy("房号"), max_length=40)
    done_on = Day(label=gettext_lazy("服务日期"))
    signed_name = forms.CharField(label=gettext_lazy("签字人"), max_length=40)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, items: Choices, **more: Any) -> None:
        super().__init__(*given, **more)
        field = self.fields["item"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 written above
        field.choices = [PLEASE, *items]


def _cell(label: Any, most: int, **attrs: str) -> forms.CharField:
    """Return a field that stands in a table, without a frame of its own."""
    widget = forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=most, required=False, widget=widget)


class LineForm(forms.Form):
    """One line of a slip; an empty one is none."""

    text = _cell(gettext_lazy("项目"), 60)
    quantity = _cell(gettext_lazy("数量"), 20, inputmode="decimal")
    unit = _cell(gettext_lazy("单位"), 10)
    price = _cell(gettext_lazy("单价(元)"), 20, inputmode="decimal")


LineForms = forms.formset_factory(LineForm, extra=LINES, max_num=30, absolute_max=30)


class FilterForm(DoorForm):
    """What the list of slips is narrowed to."""

    state = forms.ChoiceField(
        label=gettext_lazy("状态"),
        required=False,
        choices=[("", gettext_lazy("全部")), *STATES.items()],
    )


class AskVoid(StepForm):
    """Ask to void a slip."""

    action = slips.ask_void
    title = gettext_lazy("申请作废")
    reason = forms.CharField(
        label=gettext_lazy("作废原因"),
        max_length=200,
        help_text=gettext_lazy("要另一位同事同意,才会作废。"),
    )


class Void(StepForm):
    """Agree to void it."""

    action = slipping.agree_void
    title = gettext_lazy("同意作废")


class Keep(StepForm):
    """Keep it after all."""

    action = slips.keep_slip
    title = gettext_lazy("不作废")


STEPS: dict[str, type[StepForm]] = {"ask": AskVoid, "void": Void, "keep": Keep}


class HandOverForm(ScanForm):
    """Money paid on to a utility."""

    item = forms.ChoiceField(label=gettext_lazy("代收项目"))
    amount = _decimal(gettext_lazy("付款金额(元)"))
    paid_on = Day(label=gettext_lazy("付款日期"))
    paper = forms.CharField(
        label=gettext_lazy("付款凭证号"),
        max_length=60,
        help_text=gettext_lazy("例如银行回单编号。"),
    )
    advanced = forms.BooleanField(label=gettext_lazy("垫付:住户还没交齐,公司先付"), required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, items: Choices, **more: Any) -> None:
        super().__init__(*given, **more)
        field = self.fields["item"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 written above
        field.choices = [PLEASE, *items]


class DropForm(DoorForm):
    """Drop a payment that nobody confirmed."""

    reason = forms.CharField(label=gettext_lazy("撤销原因"), max_length=200)
