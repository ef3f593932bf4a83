"""The forms of prepayments: field names are the arguments of the actions behind them."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiyin.doors.parts.forms import Day, DoorForm
from huiyin.ledger import chart

WAYS = (
    (chart.CASH, gettext_lazy("现金")),
    (chart.BANK, gettext_lazy("银行转账")),
    (chart.IN_TRANSIT, gettext_lazy("微信、支付宝或刷卡")),
)


class TakeForm(DoorForm):
    """An advance of one of the people of a house; ``key`` makes a double click one advance."""

    person_id = forms.TypedChoiceField(label=gettext_lazy("缴费人"), coerce=int)
    amount = forms.CharField(
        label=gettext_lazy("金额(元)"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    account = forms.ChoiceField(label=gettext_lazy("收款方式"), choices=WAYS)
    business_on = Day(label=gettext_lazy("收款日期"))
    memo = forms.CharField(label=gettext_lazy("备注"), max_length=100, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, people: Sequence[tuple[int, str]], **more: Any) -> None:
        super().__init__(*given, **more)
        field = self.fields["person_id"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 written above
        field.choices = [("", _("请选择")), *people] if len(people) > 1 else list(people)

    def renew(self) -> None:
        """Give the form a fresh key, after the old one turned out to be another advance's."""
        self.data = {**{name: self.data[name] for name in self.data}, "key": str(uuid4())}


class UndoForm(DoorForm):
    """Why an offset is taken out of its bill again."""

    allocation_id = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("撤销原因"), max_length=200)
