"""What the exceptions of a run mean, in words: what is wrong, what to do, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from huiyin.billing.saying import days

ROSTER, CHARGES, METERS, HELD, LINES, ASK = "roster", "charges", "meters", "held", "lines", "ask"
"""Where something is put right: the roster, the catalogue, the meters, readings held back, the
draft, or by us."""


@dataclass(frozen=True, slots=True)
class Said:
    """An exception in words; ``where`` is one of the places above."""

    title: str
    text: str
    repair: str
    where: str


_WHERE: Final[Mapping[str, str]] = {
    "no_area": ROSTER,
    "no_payer": ROSTER,
    "no_tariff": CHARGES,
    "no_contract_price": CHARGES,
    "no_reading": METERS,
    "held_reading": HELD,
    "over_estimated": METERS,
    "far_from_usual": LINES,
    "stale": LINES,
}


def title(code: str) -> str:
    """Name a kind of exception; one nobody has named yet keeps its code."""
    return {
        "no_area": _("没有面积"),
        "no_payer": _("没有付款人"),
        "no_tariff": _("没有收费标准"),
        "no_contract_price": _("合同没有单价"),
        "no_reading": _("没有抄表"),
        "held_reading": _("抄表数待核实"),
        "over_estimated": _("估抄多了"),
        "far_from_usual": _("金额与平时相差很多"),
        "failed": _("没有算出来"),
        "stale": _("起草后资料有变"),
    }.get(code, code)


def say(code: str, values: Mapping[str, Any]) -> Said:
    """Say an exception and what to do about it."""
    span = {"days": _days(values), "meter": values.get("meter", "")}
    texts = {
        "no_area": _("房屋没有登记面积,按面积的费用算不出来。"),
        "no_payer": _("%(days)s 没有业主,也没有开发商可收。") % span,
        "no_tariff": _("%(days)s 没有已批准的收费标准。") % span,
        "no_contract_price": _("这份合同没有写每月单价。"),
        "no_reading": _("%(days)s 水电表 %(meter)s 没有可用的读数。") % span,
        "held_reading": _("水电表 %(meter)s 的读数不合理,还没有核实。") % span,
        "over_estimated": _("以前估抄多收了 %(left)s,这次没有冲完,下次接着冲。")
        % {"left": values.get("left", "")},
        "far_from_usual": _("这次 %(amount)s 元,平时约 %(usual)s 元。")
        % {"amount": values.get("amount", ""), "usual": values.get("usual", "")},
        "failed": _("计算时出错,系统已经记录。"),
        "stale": _("起草以后,单据、公摊或以前的账单又有变动,这一户没有入账。"),
    }
    repairs = {
        "no_area": _("请在住户册里补上面积并导入,再重新起草。"),
        "no_payer": _("请在住户册里补上业主或开发商并导入,再重新起草。"),
        "no_tariff": _("请在收费标准里补上这段时间的标准并报批,再重新起草。"),
        "no_contract_price": _("请在收费对象里补上单价,再重新起草。"),
        "no_reading": _("请补抄或估抄,再重新起草。"),
        "held_reading": _("请核实后采用或作废这个读数,再重新起草。"),
        "over_estimated": _("不用处理。"),
        "far_from_usual": _("请看一眼是怎么算的;没有错就不用处理。"),
        "stale": _("请对这个期间再计一次费,会按新的资料补上。"),
        "failed": _("请把房号告诉系统管理员。这一户不会入账。"),
    }
    return Said(title(code), texts.get(code, code), repairs.get(code, ""), _WHERE.get(code, ASK))


def _days(values: Mapping[str, Any]) -> str:
    if "from" not in values:
        return ""
    until = values.get("until")
    from_on = date.fromisoformat(values["from"])
    return days(from_on, date.fromisoformat(until) if until else from_on + timedelta(days=1))
