"""Which approved template of a vendor to use, and how its blanks are filled.

A template names it in one line: ``SMS_1234`` takes every value under its own name;
``SMS_1234:number,due`` takes two, in this order; ``abc:thing1=kind,time2=due`` says which blank
gets which value.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from huiyin.notices.channels import Parcel, Undeliverable


@dataclass(frozen=True, slots=True)
class Filled:
    """A vendor's template with its blanks filled, in order."""

    id: str
    blanks: Mapping[str, str]


def fill(parcel: Parcel, spare: str = "") -> Filled:
    """Return the vendor's template of a parcel, or the spare one, filled with its values.

    Besides the values ``subject`` and ``text`` can be named. Raises Undeliverable (permanent) when
    no template is known or a value it names is not there.
    """
    name, _colon, blanks = (parcel.template or spare).partition(":")
    if not name.strip():
        raise Undeliverable(_("没有登记服务商审核过的模板编号。"), permanent=True)
    if not blanks.strip():
        return Filled(name.strip(), dict(parcel.values))
    known = {"subject": parcel.subject, "text": parcel.text, **parcel.values}
    filled = {}
    for one in blanks.split(","):
        blank, _equals, value = (word.strip() for word in one.partition("="))
        if (value or blank) not in known:
            raise Undeliverable(
                _("服务商的模板需要“%s”,而消息里没有。") % (value or blank), permanent=True
            )
        filled[blank] = known[value or blank]
    return Filled(name.strip(), filled)
