"""The forms of the catalogue: field names are the arguments of the actions behind them."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiyin.billing import naming
from huiyin.doors.parts.forms import Day, DoorForm, text_area
from huiyin.estate.titles import kind_title
from huiyin.fieldwork.rules import HOME_KINDS
from huiyin.kernel.errors import Refused
from huiyin.matters.titles import KINDS

Choices = Sequence[tuple[Any, Any]]
HOUSES = ("flat", "shop", "office", "parking")
PLEASE = ("", gettext_lazy("请选择"))
# Where a refusal of an argument is shown when the form asks for it in other fields.
STEP_FIELDS = ("bound_1", "price_2", "bound_2", "price_3")


def decimal(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """Return a field for a number that is read exactly as it was typed."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=20,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def number(label: Any, help_text: Any = "") -> forms.IntegerField:
    """Return a field for days before or after the first one of a period."""
    return forms.IntegerField(label=label, help_text=help_text)


def house_kinds() -> list[tuple[str, str]]:
    """Return the kinds of houses as choices."""
    return [(kind, kind_title(kind)) for kind in HOUSES]


class GroupForm(DoorForm):
    """Charges that are billed together and their calendar."""

    code = forms.CharField(
        label=gettext_lazy("编号"),
        max_length=20,
        help_text=gettext_lazy("字母或数字,例如 A、B。"),
    )
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=40, help_text=gettext_lazy("例如 季度账单。")
    )
    months = forms.TypedChoiceField(
        label=gettext_lazy("多久出一次账"), choices=list(naming.PERIODS.items()), coerce=int
    )
    draft_after = number(
        gettext_lazy("试算日"),
        gettext_lazy("系统自动算好草稿的日子。0 是账期第一天,-10 是开始前 10 天。"),
    )
    issue_after = number(gettext_lazy("出账日"), gettext_lazy("账单上的日期。4 就是 5 号。"))
    due_after = number(gettext_lazy("应缴日"), gettext_lazy("最迟哪天交。"))
    offset_after = number(gettext_lazy("冲抵日"), gettext_lazy("用预存款冲抵账单的日子。"))
    debit_after = forms.CharField(
        label=gettext_lazy("托收日"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("银行代扣的日子,可填几个,用逗号隔开。9,19 就是 10 号和 20 号。"),
    )
    in_use = forms.BooleanField(label=gettext_lazy("使用中"), required=False, initial=True)

    def clean_debit_after(self) -> list[int]:
        """Read the days of debit, parted by commas or blanks of any kind."""
        words = [one for one in re.split(r"[,,、\s]+", self.cleaned_data["debit_after"]) if one]
        if any(not re.fullmatch(r"-?\d{1,3}", one, re.ASCII) for one in words):
            raise forms.ValidationError(_("请只填天数,用逗号隔开,例如 9,19。"))
        return [int(one) for one in words]


class ItemForm(DoorForm):
    """Something a household pays for."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    code = forms.CharField(
        label=gettext_lazy("编号"), max_length=20, help_text=gettext_lazy("字母或数字,例如 water。")
    )
    group_id = forms.TypedChoiceField(label=gettext_lazy("收费批次"), coerce=int)
    way = forms.ChoiceField(label=gettext_lazy("怎么算"), choices=[PLEASE, *naming.WAYS.items()])
    phase = forms.ChoiceField(label=gettext_lazy("收哪一期"), choices=list(naming.PHASES.items()))
    account = forms.ChoiceField(
        label=gettext_lazy("入账科目"),
        help_text=gettext_lazy("来自账簿。代收的水电费选“代收代付”。"),
    )
    agency = forms.BooleanField(
        label=gettext_lazy("代收代付:替供水、供电等单位收,不算我们的收入"), required=False
    )
    prepayable = forms.BooleanField(
        label=gettext_lazy("可以用预存款冲抵"), required=False, initial=True
    )
    unit = forms.CharField(
        label=gettext_lazy("计量单位"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("例如 平方米、立方米、个。"),
    )
    meter_kind = forms.ChoiceField(
        label=gettext_lazy("用哪种表"),
        choices=[("", "—"), *naming.METERS.items()],
        required=False,
        help_text=gettext_lazy("按表计费时选择。"),
    )
    split = forms.ChoiceField(
        label=gettext_lazy("月中换业主怎么分"), choices=list(naming.SPLITS.items()), initial="day"
    )
    matters = forms.MultipleChoiceField(
        label=gettext_lazy("哪些工单的签字单据记到这里"),
        choices=[(one, KINDS[one]) for one in HOME_KINDS],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("只对按签字单据的项目有用。"),
    )
    order = forms.IntegerField(
        label=gettext_lazy("排列顺序"), min_value=0, max_value=9999, initial=0
    )
    in_use = forms.BooleanField(label=gettext_lazy("使用中"), required=False, initial=True)

    def __init__(self, *args: Any, groups: Choices, accounts: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group_id"].choices = [PLEASE, *groups]  # type: ignore[attr-defined]
        self.fields["account"].choices = [PLEASE, *accounts]  # type: ignore[attr-defined]


class TariffForm(DoorForm):
    """A price from a day on; the steps only for what is metered."""

    house_kinds = forms.MultipleChoiceField(
        label=gettext_lazy("适用于"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("都不选,就是所有房屋同一个价。"),
    )
    price = decimal(gettext_lazy("单价(元)"), help_text=gettext_lazy("最多四位小数。"))
    bound_1 = decimal(gettext_lazy("第一档每月最多用量"), required=False)
    price_2 = decimal(gettext_lazy("第二档单价(元)"), required=False)
    bound_2 = decimal(gettext_lazy("第二档每月最多用量"), required=False)
    price_3 = decimal(gettext_lazy("第三档单价(元)"), required=False)
    least = decimal(
        gettext_lazy("每月最低收费(元)"),
        required=False,
        help_text=gettext_lazy("不足这个数按这个数收;没有就空着。"),
    )
    from_on = Day(label=gettext_lazy("从哪天起"))
    until_on = Day(
        label=gettext_lazy("到哪天止(不含当天)"),
        required=False,
        help_text=gettext_lazy("一直有效就空着,下一条标准批准时自动截止。"),
    )
    basis = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=200,
        help_text=gettext_lazy("合同哪一条、哪次业主大会决议、哪份物价文件。会公示给业主。"),
    )

    def __init__(self, *args: Any, is_metered: bool, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_metered = is_metered
        if is_new:
            self.fields["house_kinds"].choices = house_kinds()  # type: ignore[attr-defined]
        else:
            del self.fields["house_kinds"]
        if not is_metered:
            for name in STEP_FIELDS:
                del self.fields[name]

    def arguments(self) -> dict[str, Any]:
        """Return what the action takes: the steps as one list, an empty minimum as nothing."""
        given = dict(self.cleaned_data)
        steps = [given.pop(name, "") for name in STEP_FIELDS]
        given["least"] = given["least"] or "0"
        if any(steps):
            bound_1, price_2, bound_2, price_3 = steps
            second = (bound_2 or None, price_2)
            given["tiers"] = [(bound_1 or None, given["price"]), second]
            given["tiers"] += [(None, price_3)] if price_3 or bound_2 else []
        if "house_kinds" in self.fields:
            given["house_kinds"] = given["house_kinds"] or [""]
        return given

    def take_back(self, refusal: Refused) -> None:
        """Show what is wrong with the steps at the first of their fields."""
        if refusal.field == "tiers" and "bound_1" in self.fields:
            self.add_error("bound_1", str(refusal))
            return
        super().take_back(refusal)


class TermsForm(DoorForm):
    """Who answers for unsold houses, and how owners may pay."""

    developer_id = forms.TypedChoiceField(
        label=gettext_lazy("开发商"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=gettext_lazy("未售、未交付的房屋由它付费。名单来自住户册里的单位。"),
    )
    ways = forms.CharField(
        label=gettext_lazy("缴费方式"),
        max_length=300,
        required=False,
        widget=text_area(4),
        help_text=gettext_lazy("印在账单和价目公示上:前台时间、收款账号、咨询电话。"),
    )

    def __init__(self, *args: Any, developers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = ("", gettext_lazy("没有"))
        self.fields["developer_id"].choices = [none, *developers]  # type: ignore[attr-defined]


class OpenForm(DoorForm):
    """From which day on the usual catalogue counts."""

    opened_on = Day(
        label=gettext_lazy("从哪天开始收费"),
        help_text=gettext_lazy("账簿也从这天开账,以后不能改。"),
    )


class PayForm(DoorForm):
    """Who pays how much of a charge."""

    pays = forms.ChoiceField(label=gettext_lazy("由谁付款"), choices=list(naming.PAYERS.items()))
    payer_id = forms.TypedChoiceField(
        label=gettext_lazy("指定的人或单位"),
        coerce=int,
        empty_value=None,
        required=False,
    )
    quantity = decimal(
        gettext_lazy("数量"), help_text=gettext_lazy("几个车位、几张卡;分摊的项目是权重。")
    )
    price = decimal(gettext_lazy("合同价(元/月)"), required=False)
    contract = forms.CharField(
        label=gettext_lazy("合同编号"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("合同价和编号只有按合同收的项目才填。"),
    )

    def __init__(self, *args: Any, payers: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["payer_id"].choices = [("", "—"), *payers]  # type: ignore[attr-defined]

    def clean_price(self) -> str | None:
        """Take an empty price for none."""
        return self.cleaned_data["price"] or None


class AssignForm(PayForm):
    """Let a house bear a charge."""

    item_id = forms.TypedChoiceField(label=gettext_lazy("收费项目"), coerce=int)
    label = forms.CharField(
        label=gettext_lazy("备注名"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("同一项目有两份时用来区分,例如车位号。"),
    )
    from_on = Day(
        label=gettext_lazy("从哪天起"),
        required=False,
        help_text=gettext_lazy("空着就从交付日期起。"),
    )
    until_on = Day(label=gettext_lazy("到哪天止(不含当天)"), required=False)
    field_order = ("item_id", "label", "from_on", "until_on")

    def __init__(self, *args: Any, items: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item_id"].choices = [PLEASE, *items]  # type: ignore[attr-defined]


class ChangeForm(PayForm):
    """Another payer or quantity from a day on."""

    from_on = Day(label=gettext_lazy("从哪天起变更"))
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)
    field_order = ("from_on",)


class EndForm(DoorForm):
    """No more from a day on."""

    until_on = Day(label=gettext_lazy("从哪天起不再收"), help_text=gettext_lazy("当天就不收了。"))
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class ReliefForm(DoorForm):
    """Less to pay for some days."""

    from_on = Day(label=gettext_lazy("从哪天起"))
    until_on = Day(label=gettext_lazy("到哪天止(不含当天)"))
    percent = decimal(
        gettext_lazy("减免百分之几"), required=False, help_text=gettext_lazy("100 就是全免。")
    )
    monthly = decimal(
        gettext_lazy("或每月减多少元"), required=False, help_text=gettext_lazy("两个只填一个。")
    )
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, help_text=gettext_lazy("审批的人看得到。")
    )

    def clean_percent(self) -> str | None:
        """Take an empty share for none."""
        return self.cleaned_data["percent"] or None

    def clean_monthly(self) -> str | None:
        """Take an empty amount for none."""
        return self.cleaned_data["monthly"] or None


class BulkForm(DoorForm):
    """Let many houses bear a charge."""

    item_id = forms.TypedChoiceField(label=gettext_lazy("收费项目"), coerce=int)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("哪种房屋"), widget=forms.CheckboxSelectMultiple
    )
    building_ids = forms.TypedMultipleChoiceField(
        label=gettext_lazy("哪些楼栋"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("都不选,就是全小区。"),
    )
    pays = forms.ChoiceField(
        label=gettext_lazy("由谁付款"),
        choices=[(one, naming.PAYERS[one]) for one in ("owner", "tenant", "developer")],
        help_text=gettext_lazy("交付以前总是开发商付款,不用另外设置。"),
    )
    from_on = Day(
        label=gettext_lazy("从哪天起"),
        required=False,
        help_text=gettext_lazy("空着就各从自己的交付日期起;没有登记交付日期的会跳过。"),
    )

    def __init__(self, *args: Any, items: Choices, buildings: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["item_id"].choices = [PLEASE, *items]  # type: ignore[attr-defined]
        self.fields["kinds"].choices = house_kinds()  # type: ignore[attr-defined]
        self.fields["building_ids"].choices = buildings  # type: ignore[attr-defined]
        if not buildings:
            del self.fields["building_ids"]

    def sent(self) -> list[tuple[str, str]]:
        """Return what was typed, name by name, to be sent once more with the confirmation."""
        pairs: list[tuple[str, str]] = []
        for bound in self:
            given = bound.data if isinstance(bound.data, list) else [bound.data or ""]
            pairs += [(bound.html_name, str(value)) for value in given]
        return pairs
