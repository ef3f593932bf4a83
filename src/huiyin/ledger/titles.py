"""What the codes of the books are called on pages and papers."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS: Final[dict[str, Promise]] = {
    "bill": _("账单入账"),
    "prepayment": _("预存"),
    "offset": _("预存冲抵"),
    "undo": _("撤销冲抵"),
    "payment": _("缴费"),
    "reduction": _("冲减"),
    "reversal": _("冲销"),
    "refund": _("退款"),
    "opening": _("期初余额"),
    "agency": _("代收代付划转"),
}
ACCOUNT_KINDS: Final[dict[str, Promise]] = {
    "asset": _("资产"),
    "liability": _("负债"),
    "equity": _("权益"),
    "income": _("收入"),
    "expense": _("费用"),
}


def kind_title(code: str) -> str:
    """Return what a kind of entry is called; rooms may post kinds that have no title yet."""
    return str(KINDS.get(code, code))
