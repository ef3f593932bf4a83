"""The small forms of prices, store and slips: field names are the arguments of the actions."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import Day, DoorForm
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.fieldwork import actions, titles
from huiyin.files.actions import store_photo
from huiyin.files.rules import MOST_BYTES
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound, Refused


class PlaceForm(DoorForm):
    """One step about a thing; what thing it is, the page adds."""

    action: ClassVar[Callable[..., object]]
    title: ClassVar[Promise]


Steps = Mapping[str, type[PlaceForm]]


def take(
    request: StaffRequest, steps: Steps, place: dict[str, Any], initial: dict[str, Any]
) -> dict[str, PlaceForm]:
    """Do the step that was sent; return it under its name when it was refused, else nothing."""
    name = request.POST.get("step", "")
    if name not in steps:
        raise Http404
    form = steps[name](request.POST, request.FILES, prefix=name, initial=initial)
    if form.is_valid():
        try:
            type(form).action(by=request.caller, at=request.moment, **place, **form.cleaned_data)
        except (NotFound, Forbidden):
            raise
        except Refused as refusal:
            form.take_back(refusal)
        else:
            return {}
    return {name: form}


def _price() -> forms.CharField:
    return forms.CharField(
        label=_("单价(元)"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("最多四位小数。"),
    )


def _quantity(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )


def _reason() -> forms.CharField:
    return forms.CharField(label=_("原因"), max_length=200)


class AddPrice(PlaceForm):
    """Put a new thing on the list."""

    action = actions.add_price_item
    title = _("新增项目")
    code = forms.CharField(label=_("编号"), max_length=20, help_text=_("例如 M01,以后不能改。"))
    name = forms.CharField(label=_("名称"), max_length=60)
    kind = forms.ChoiceField(label=_("类别"), choices=list(titles.KINDS.items()))
    unit = forms.CharField(label=_("单位"), max_length=10, help_text=_("例如 个、米、小时、次。"))
    price = _price()
    from_on = Day(label=_("生效日期"))
    reason = _reason()


class ChangePrice(PlaceForm):
    """Another price from a day on."""

    action = actions.change_price
    title = _("改价")
    price = _price()
    from_on = Day(label=_("从哪天起"))
    reason = _reason()


class RetirePrice(PlaceForm):
    """Off the list from a day on."""

    action = actions.retire_price_item
    title = _("停用")
    until_on = Day(label=_("从哪天起停用"))
    reason = _reason()


class Receive(PlaceForm):
    """Material comes in."""

    action = actions.receive_stock
    title = _("入库")
    quantity = _quantity(_("入库数量"))
    reason = forms.CharField(label=_("来源"), max_length=200, help_text=_("例如 采购、退货。"))


class Count(PlaceForm):
    """What a count found."""

    action = actions.count_stock
    title = _("盘点")
    counted = _quantity(_("实际清点到的数量"))
    reason = _reason()


def _add_listed(*, item: str, **given: Any) -> int:
    """Write down a thing of the list at the price that was shown."""
    code, _blank, price = item.partition(" ")
    return actions.add_line(code=code, price=price, **given)


def _sign(*, by: Caller, at: datetime, paper: "UploadedFile[Any]", **given: Any) -> str:
    """Keep the paper that the owner signed, and take it as the signature."""
    data = paper.read(MOST_BYTES + 1)
    file_id = store_photo(by=by, at=at, name=paper.name or "", data=data)
    return actions.sign_sheet(by=by, at=at, file_id=file_id, **given)


class ListedLine(PlaceForm):
    """A thing of the price list; the page hands over what is on it."""

    action = _add_listed
    title = _("加明细")
    item = forms.ChoiceField(label=_("材料、人工或服务"))
    quantity = _quantity(_("数量"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("请选择")), *self.initial.get("items", ())]
        self.fields["item"] = forms.ChoiceField(label=_("材料、人工或服务"), choices=choices)


class OtherLine(PlaceForm):
    """A thing that is on no list."""

    action = actions.add_line
    title = _("加价目表以外的明细")
    kind = forms.ChoiceField(label=_("类别"), choices=list(titles.KINDS.items()))
    text = forms.CharField(label=_("名称"), max_length=60)
    unit = forms.CharField(label=_("单位"), max_length=10, required=False)
    quantity = _quantity(_("数量"))
    price = _price()


class DropLine(PlaceForm):
    """Strike a line."""

    action = actions.drop_line
    title = _("撤销明细")
    line = forms.UUIDField(widget=forms.HiddenInput)


class PaperSigned(PlaceForm):
    """The owner signed on paper."""

    action = _sign
    title = _("登记业主签字")
    name = forms.CharField(label=_("签字人"), max_length=40)
    amount = forms.CharField(label=_("单上的合计金额(元)"), max_length=20)
    paper = forms.FileField(
        label=_("签字纸单的照片"), widget=forms.FileInput(attrs={"accept": "image/*"})
    )


class AskVoid(PlaceForm):
    """Ask to void a slip."""

    action = actions.ask_void
    title = _("申请作废")
    reason = forms.CharField(label=_("作废原因"), max_length=200)


class Void(PlaceForm):
    """Agree to void it."""

    action = actions.void_slip
    title = _("同意作废")


class Keep(PlaceForm):
    """Keep it after all."""

    action = actions.keep_slip
    title = _("不作废")


PRICE_STEPS: Steps = {"change": ChangePrice, "retire": RetirePrice}
STOCK_STEPS: Steps = {"receive": Receive, "count": Count}
SHEET_STEPS: Steps = {
    "line": ListedLine,
    "other": OtherLine,
    "drop": DropLine,
    "sign": PaperSigned,
}
SLIP_STEPS: Steps = {"ask": AskVoid, "void": Void, "keep": Keep}
