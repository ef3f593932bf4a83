"""The paper of a signed slip of billing: water delivered, the club, cleaning, cards (BIL-04)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from huiyin.billing.models import Slip
from huiyin.billing.queries import slips
from huiyin.flows.papers.drawing import Paper, frame, in_chinese
from huiyin.kernel.caller import Caller
from huiyin.kernel.money import say_price, say_quantity


@in_chinese
def charge_slip(*, caller: Caller, number: str, at: datetime, url: str = "") -> Paper:
    """Build a slip as it was taken down; NotFound to strangers, Forbidden as its page."""
    view = slips.slip(caller=caller, number=number)
    town = Slip.objects.select_related("community").get(number=number).community
    data = frame(town, at=at, number=number, url=url) | {
        "title": f"{view.row.item}单",
        "house": view.row.house,
        "signed_at": view.row.done_on.isoformat(),
        "lines": [_line(one) for one in view.lines],
        "total": str(view.row.amount),
        "capitals": view.capitals,
        "payer": view.row.signed_name,
        "by": view.row.made_by,
        "void": "已作废" if view.voided_at else "",
    }
    return Paper("slip", f"收费单据 {number}", data, None)


def _line(one: Mapping[str, str]) -> dict[str, str]:
    return {
        "text": one["text"],
        "quantity": say_quantity(Decimal(one["quantity"]), one["unit"]),
        "price": say_price(Decimal(one["price"])),
        "amount": one["amount"],
    }
