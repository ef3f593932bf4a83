"""What kinds of meters, of readings and of doubts are called."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huiyin.meters.models import Meter, Reading

KINDS = {
    Meter.Kind.WATER.value: _("冷水表"),
    Meter.Kind.HOT_WATER.value: _("热水表"),
    Meter.Kind.ELECTRICITY.value: _("电表"),
    Meter.Kind.GAS.value: _("燃气表"),
    Meter.Kind.HEAT.value: _("热量表"),
}
UNITS = {
    Meter.Kind.WATER.value: _("吨"),
    Meter.Kind.HOT_WATER.value: _("吨"),
    Meter.Kind.ELECTRICITY.value: _("度"),
    Meter.Kind.GAS.value: _("立方米"),
    Meter.Kind.HEAT.value: _("千瓦时"),
}
READINGS = {
    Reading.Kind.FIRST.value: pgettext_lazy("meter reading", "起始"),
    Reading.Kind.READ.value: pgettext_lazy("meter reading", "抄表"),
    Reading.Kind.ESTIMATED.value: pgettext_lazy("meter reading", "估抄"),
    Reading.Kind.LAST.value: pgettext_lazy("meter reading", "拆表"),
}
# Why a reading is held back: what it is called, and what to do about it.
DOUBTS = {
    "lower": _("比上次少"),
    "later_less": _("比后一次多"),
    "too_much": _("用量比平时大很多"),
}
ADVICE = {
    "lower": _("先看照片核对读数;如果是表走满归零,选“归零”;如果换了表,请作废后办理换表。"),
    "later_less": _("补录的读数比后面日期的还大,请核对是哪一次抄错。"),
    "too_much": _("请核对读数和小数点,必要时请业主检查是否漏水;确实如此就选“属实”。"),
}
