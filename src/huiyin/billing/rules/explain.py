"""How a line was computed, step by step, from what was frozen on it: pure (BIL-14).

A step is a code, for which ``huiyin.billing.titles`` has the sentence, and its values: yuan,
quantities and prices as decimals, days as dates, the rest as text.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

CENT: Final = Decimal("0.01")
HUNDRED: Final = 100


class Step(NamedTuple):
    """One sentence of an explanation: what it says, and of which half-open days."""

    code: str
    values: Mapping[str, Any]
    days: tuple[date, date] | None = None


def steps(working: Mapping[str, Any]) -> tuple[Step, ...]:
    """Return the steps by which a line came about; none for a line that freezes nothing."""
    explain = _WAYS.get(str(working.get("way")))
    return tuple(explain(working)) if explain else ()


def _by_days(working: Mapping[str, Any]) -> Iterable[Step]:
    several = len(working["steps"]) > 1
    total = Fraction()
    quantity = Decimal(working["quantity"])
    for one in working["steps"]:
        days = _days(one) if several or "days" in one else None
        months = _months(one)
        monthly = Fraction(quantity) * Fraction(one["price"])
        said = {"unit": working["unit"], "quantity": quantity, "price": Decimal(one["price"])}
        code = working["way"]
        if "least" in one:
            monthly, code = Fraction(one["least"]), "least"
            said = {"least": Decimal(one["least"])}
        amount = monthly * months
        yield Step(code, said | {"months": _say_months(one)} | _equals(amount), days)
        if "relief" in one:
            amount, off = _relieved(monthly, one["relief"], months)
            yield off
        total += amount
    if several:
        yield Step("sum", {"amount": _cents(total)})
    yield from _carried(working)


def _relieved(
    monthly: Fraction, relief: Mapping[str, str], months: Fraction
) -> tuple[Fraction, Step]:
    """Return what is left after a relief, and the step that says so."""
    if "percent" in relief:
        off = monthly * Fraction(relief["percent"]) / HUNDRED * months
        said = {"percent": Decimal(relief["percent"])}
    else:
        off = min(Fraction(relief["monthly"]), monthly) * months
        said = {"monthly": Decimal(relief["monthly"])}
    left = monthly * months - off
    code = "relief_percent" if "percent" in relief else "relief_monthly"
    return left, Step(code, said | {"off": _cents(off), "amount": _cents(left)})


def _carried(working: Mapping[str, Any]) -> Iterable[Step]:
    """Explain a line that is the rest of a sum that was rounded as a whole."""
    if "upto" not in working or working["before"] == "0.00":
        return
    before, upto = Decimal(working["before"]), Decimal(working["upto"])
    start = date.fromisoformat(working["start"])
    said = {"start": start, "before": before, "upto": upto, "amount": upto - before}
    yield Step("carried", said)


def _metered(working: Mapping[str, Any]) -> Iterable[Step]:
    unit = working["unit"]
    for one in working["meters"]:
        said = {
            "meter": one["meter"],
            "unit": unit,
            "from_on": date.fromisoformat(one["from"][0]),
            "from_value": Decimal(one["from"][1]),
            "until_on": date.fromisoformat(one["until"][0]),
            "until_value": Decimal(one["until"][1]),
            "factor": Decimal(one["factor"]),
            "quantity": Decimal(one["quantity"]),
        }
        plain = said["factor"] == 1
        yield Step("meter" if plain else "meter_factor", said)
        if one["rolled"]:
            yield Step("rolled", {"meter": one["meter"]})
        if one["estimated"]:
            yield Step("estimated", {"meter": one["meter"]})
    yield from _set_right(working)
    several = len(working["steps"]) > 1
    for one in working["steps"]:
        days = _days(one) if several else None
        for used, price in one["tiers"]:
            said = {"quantity": Decimal(used), "price": Decimal(price), "unit": unit}
            yield Step("tier", said | _equals(Fraction(used) * Fraction(price)), days)
        if "least" in one:
            amount = Fraction(one["least"]) * _months(one)
            said = {"least": Decimal(one["least"]), "months": _say_months(one)}
            yield Step("least", said | _equals(amount), days)
        if "relief" in one:
            yield Step("after_relief", {"amount": _cents(Fraction(one["yuan"]))}, days)
    if "days" in working:
        count, length = working["days"]
        yield Step("part_of_days", {"count": str(count), "length": str(length)})
    yield from _carried(working)


def _set_right(working: Mapping[str, Any]) -> Iterable[Step]:
    """Explain what earlier bills took too much, or gave back before they were reversed."""
    unit = working["unit"]
    if "ahead" in working:
        yield Step("ahead", {"ahead": Decimal(working["ahead"]), "unit": unit})
    if "given" in working:
        given = Decimal(working["given"])
        code = "given_back" if given > 0 else "not_given_back"
        yield Step(code, {"given": abs(given), "unit": unit})


def _apportioned(working: Mapping[str, Any]) -> Iterable[Step]:
    said = {
        "pool": working["pool"],
        "total": Decimal(working["total"]),
        "weight": Decimal(working["weight"]),
        "weights": Decimal(working["weights"]),
        "share": Decimal(working["share"]),
    }
    basis = working["basis"]
    yield Step(f"shared_{basis}" if basis in _BASES else "shared", said)
    for relief in working.get("reliefs", ()):
        code = "share_percent" if "percent" in relief else "share_monthly"
        less = {key: Decimal(relief[key]) for key in ("percent", "monthly") if key in relief}
        yield Step(code, less, _days(relief))
    if "days" in working:
        count, length = working["days"]
        yield Step("part_of_days", {"count": str(count), "length": str(length)})


def _slip(working: Mapping[str, Any]) -> Iterable[Step]:
    yield Step("slip", {"number": working["number"]})
    for one in working["lines"]:
        yield Step(
            "slip_line",
            {
                "text": one.get("text", ""),
                "unit": one.get("unit", ""),
                "quantity": Decimal(one["quantity"]),
                "price": Decimal(one["price"]),
                "amount": Decimal(one["amount"]),
            },
        )


def _corrected(working: Mapping[str, Any]) -> Iterable[Step]:
    was, now = Decimal(working["was"]), Decimal(working["now"])
    yield Step("corrected_more" if now > was else "corrected_less", {
        "was": was, "now": now, "amount": abs(now - was)
    })  # fmt: skip
    for one in working.get("lines", ()):
        yield from steps(one)


def _true_up(working: Mapping[str, Any]) -> Iterable[Step]:
    said = {key: Decimal(working[key]) for key in ("back", "quantity", "amount")}
    yield Step("true_up", said | {"unit": working["unit"]})


def _opening(working: Mapping[str, Any]) -> Iterable[Step]:
    yield Step("opening", {"sheet": str(working["sheet"]), "row": str(working["row"])})


_BASES: Final = ("area", "household", "weight", "meter")
_WAYS: Final[Mapping[str, Callable[[Mapping[str, Any]], Iterable[Step]]]] = {
    "area": _by_days,
    "fixed": _by_days,
    "contract": _by_days,
    "metered": _metered,
    "apportioned": _apportioned,
    "slip": _slip,
    "corrected": _corrected,
    "true_up": _true_up,
    "opening": _opening,
}


def _days(one: Mapping[str, Any]) -> tuple[date, date]:
    return date.fromisoformat(one["from"]), date.fromisoformat(one["until"])


def _months(one: Mapping[str, Any]) -> Fraction:
    days = (Fraction(count, length) for count, length in one.get("days", ()))
    return Fraction(one["months"]) + sum(days, Fraction())


def _say_months(one: Mapping[str, Any]) -> str:
    parts = [str(one["months"])] if one["months"] else []
    parts += [f"{count}/{length}" for count, length in one.get("days", ())]
    return parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"


def _equals(amount: Fraction) -> dict[str, Any]:
    rounded = _cents(amount)
    return {"equals": "=" if Fraction(rounded) == amount else "≈", "amount": rounded}


def _cents(amount: Fraction) -> Decimal:
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return exact.quantize(CENT, ROUND_HALF_UP)
