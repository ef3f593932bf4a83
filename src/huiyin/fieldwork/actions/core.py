"""What the actions of the room share: the locked matter, its sheet, texts, the trail."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from huiyin.fieldwork.models import Line, Sheet
from huiyin.fieldwork.rules import total_of
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.matters.access import admit_verb, visible
from huiyin.matters.models import Matter
from huiyin.staff.words import checked_text
from huiyin.trail.actions import record


class UnableToChangeSheet(WrongState):
    """The sheet is signed, or the matter is in no state in which work is written down."""


def locked_matter(by: Caller, number: str) -> Matter:
    """Lock a matter for whoever works on it, in the order that its own actions lock.

    Raises NotFound to strangers, Forbidden to colleagues who neither own it nor dispatch.
    """
    matter = (
        visible(by)
        .select_related("community", "house", "owner")
        .select_for_update(no_key=True, of=("self",))
        .filter(number=number.replace("\0", ""))
        .first()
    )
    if matter is None:
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    admit_verb(by, matter, "finish")
    return matter


def open_lines(sheet: Sheet) -> list[Line]:
    """Return the lines of a sheet that count and are on no slip yet, in order."""
    lines = sheet.lines.filter(dropped_at__isnull=True, slip__isnull=True)
    return list(lines.select_related("item").order_by("id"))


def total_owed(sheet: Sheet) -> Decimal:
    """Return what the sheet's open lines come to."""
    return total_of(one.amount for one in open_lines(sheet))


def is_signed(sheet: Sheet, matter: Matter) -> bool:
    """Tell whether the sheet stands signed in the matter's present cycle, and so is frozen."""
    return sheet.signed_at is not None and sheet.signed_cycle == matter.cycle


def plain_text(text: object, field: str, most: int, *, required: bool = True) -> str:
    """Return a text without surrounding blanks, or raise BadInput naming the field."""
    if not isinstance(text, str):
        raise BadInput(_("请填写文字。"), field=field)
    return checked_text(text, field, most, required=required)


def trail(
    action: str,
    by: Caller,
    at: datetime,
    matter: Matter,
    after: Mapping[str, Any] | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write one entry about a matter's sheet."""
    record(
        action=f"fieldwork.{action}",
        by=by,
        at=at,
        subject=f"matter:{matter.number}",
        community_id=matter.community_id,
        before=before,
        after=after,
        reason=reason,
    )
