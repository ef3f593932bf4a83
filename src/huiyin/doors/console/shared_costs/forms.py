"""The forms of shared costs: field names are the arguments of the actions behind them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiyin.billing import naming
from huiyin.doors.parts.forms import Day, DoorForm, text_area
from huiyin.doors.parts.scans import ScanForm
from huiyin.estate.titles import kind_title

Choices = Sequence[tuple[Any, Any]]
HOUSES = ("flat", "shop", "office", "parking")
BASES = {
    "area": gettext_lazy("按建筑面积"),
    "household": gettext_lazy("按户平均"),
    "weight": gettext_lazy("按约定权重"),
    "meter": gettext_lazy("按分表用量"),
}
VACANT = {
    "developer": gettext_lazy("由开发商承担"),
    "owner": gettext_lazy("由业主承担"),
}
# What a house weighs by, above a column.
WEIGHS = {
    "area": gettext_lazy("面积(m²)"),
    "household": gettext_lazy("户"),
    "weight": gettext_lazy("权重"),
    "meter": gettext_lazy("用量"),
}
STATES = {
    "open": gettext_lazy("待分摊"),
    "shared": gettext_lazy("已分摊"),
    "dropped": gettext_lazy("已作废"),
}
PLEASE = ("", gettext_lazy("请选择"))


def _decimal(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=20,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class PoolForm(ScanForm):
    """A shared cost: from a paper of the utility, or from a shared meter."""

    item = forms.ChoiceField(label=gettext_lazy("公摊项目"))
    scope_id = forms.TypedChoiceField(label=gettext_lazy("由哪些房屋分摊"), coerce=int)
    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=60,
        help_text=gettext_lazy("账单上业主看到的名称,例如 2026年第一季度公共用水。"),
    )
    from_on = Day(label=gettext_lazy("费用从哪天起"))
    last_on = Day(label=gettext_lazy("到哪天止"), help_text=gettext_lazy("含这一天。"))
    amount = _decimal(gettext_lazy("缴费单金额(元)"), gettext_lazy("照供水、供电公司的单据填写。"))
    paper = forms.CharField(label=gettext_lazy("单据编号"), max_length=60, required=False)
    meter = forms.CharField(
        label=gettext_lazy("公共表编号"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("没有缴费单时填写:按公共表的用量乘单价。"),
    )
    price = _decimal(gettext_lazy("单价(元)"), gettext_lazy("填了公共表才需要。"))
    basis = forms.ChoiceField(
        label=gettext_lazy("分摊方式"),
        choices=list(BASES.items()),
        widget=forms.RadioSelect,
        initial="area",
    )
    meter_kind = forms.ChoiceField(
        label=gettext_lazy("哪种分表"),
        choices=[PLEASE, *naming.METERS.items()],
        required=False,
        help_text=gettext_lazy("只有“按分表用量”需要选。"),
    )
    weights = forms.CharField(
        label=gettext_lazy("各户权重"),
        widget=text_area(4),
        required=False,
        help_text=gettext_lazy(
            "只有“按约定权重”需要:每行一户,例如 3-1-1201 1.5。没写的户用收费对象里的数量。"
        ),
    )
    vacant = forms.ChoiceField(
        label=gettext_lazy("空置、未交付的房屋"),
        choices=list(VACANT.items()),
        widget=forms.RadioSelect,
        initial="developer",
        help_text=gettext_lazy("空置房屋一样参加分摊,不会摊到别人头上。"),
    )
    again = forms.BooleanField(
        label=gettext_lazy("另一张单据:同一时期已有公摊,这是另一张单据,或同一单据的另一部分"),
        required=False,
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *given: Any, items: Choices, scopes: Choices, **more: Any) -> None:
        super().__init__(*given, **more)
        for name, choices in (("item", items), ("scope_id", scopes)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 written above
            field.choices = [PLEASE, *choices]

    def clean(self) -> dict[str, Any]:
        """Turn the last day into the day after, as everything that lasts is kept."""
        given = super().clean()
        last_on = given.pop("last_on", None)
        if last_on is not None:
            given["until_on"] = last_on + timedelta(days=1)
            if given.get("from_on") and last_on < given["from_on"]:
                self.add_error("last_on", _("最后一天不能早于第一天。"))
        if not given.get("meter") and not given.get("amount"):
            self.add_error("amount", _("请填写缴费单金额,或者填写公共表编号和单价。"))
        return given

    def take_back(self, refusal: Any) -> None:
        """Show a refusal of the end at the day that was asked for."""
        if refusal.field == "until_on":
            self.add_error("last_on", str(refusal))
        else:
            super().take_back(refusal)


class ScopeForm(DoorForm):
    """Which houses share a cost."""

    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=40,
        help_text=gettext_lazy("例如 全部住宅、3栋电梯、商铺。"),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("房屋类型"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("都不选就是所有类型;按面积分摊时通常不含车位。"),
    )
    buildings = forms.TypedMultipleChoiceField(
        label=gettext_lazy("楼栋"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("楼栋、单元、房号都不选,就是整个小区。"),
    )
    units = forms.TypedMultipleChoiceField(
        label=gettext_lazy("单元"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    houses = forms.CharField(
        label=gettext_lazy("另加这些房屋"),
        required=False,
        widget=text_area(2),
        help_text=gettext_lazy("房号之间用空格或逗号隔开。"),
    )
    but = forms.CharField(
        label=gettext_lazy("不包括这些房屋"),
        required=False,
        widget=text_area(2),
        help_text=gettext_lazy("例如 一楼不分摊电梯费。房号之间用空格或逗号隔开。"),
    )

    def __init__(self, *given: Any, buildings: Choices, units: Choices, **more: Any) -> None:
        super().__init__(*given, **more)
        for name, choices in (
            ("kinds", [(kind, kind_title(kind)) for kind in HOUSES]),
            ("buildings", buildings),
            ("units", units),
        ):
            if not choices:
                del self.fields[name]
                continue
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 written above
            field.choices = list(choices)


class DropForm(DoorForm):
    """Drop a shared cost."""

    reason = forms.CharField(label=gettext_lazy("作废原因"), max_length=200)
