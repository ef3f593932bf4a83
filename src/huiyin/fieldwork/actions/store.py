"""The store: receive, count, and what the work at the door draws (WO-09)."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from huiyin.fieldwork.access import admit_to_store
from huiyin.fieldwork.actions.core import plain_text
from huiyin.fieldwork.models import Line, PriceItem, StockMove
from huiyin.fieldwork.rules import MOST_QUANTITY
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.money import read_decimal
from huiyin.matters.models import Matter
from huiyin.notices import actions as notices
from huiyin.staff import queries as staff
from huiyin.trail.actions import record


@transaction.atomic
def receive_stock(
    *, by: Caller, at: datetime, community_id: int, code: str, quantity: Decimal, reason: str
) -> None:
    """Take material into the store. Raises NotFound, Forbidden, BadInput."""
    admit_to_store(by, community_id)
    item = _locked_material(community_id, code)
    read = read_decimal(quantity, places=2, most=MOST_QUANTITY)
    if not read:
        raise BadInput(_("请填写入库数量,大于 0,最多两位小数。"), field="quantity")
    reason = plain_text(reason, "reason", 200)
    _move(item, StockMove.Kind.IN, read, by=by, at=at, now=at, reason=reason)
    _trail("stock_received", by, at, item, quantity=read, reason=reason)


@transaction.atomic
def count_stock(
    *, by: Caller, at: datetime, community_id: int, code: str, counted: Decimal, reason: str
) -> Decimal:
    """Write down what a count found; the difference becomes a move, and is returned.

    Raises NotFound, Forbidden, BadInput.
    """
    admit_to_store(by, community_id)
    item = _locked_material(community_id, code)
    read = read_decimal(counted, places=2, most=MOST_QUANTITY)
    if read is None:
        raise BadInput(_("请填写盘点到的数量,最多两位小数。"), field="counted")
    reason = plain_text(reason, "reason", 200)
    difference = read - balance(community_id, code)
    _move(item, StockMove.Kind.COUNT, difference, by=by, at=at, now=at, reason=reason)
    _trail("stock_counted", by, at, item, quantity=difference, reason=reason)
    return difference


def draw(*, by: Caller, at: datetime, now: datetime, matter: Matter, line: Line) -> None:
    """Draw a line's material from the store, inside the transaction that wrote the line.

    Nobody is refused at somebody's door because the books say that there is none: a shortage is
    recorded and told to the foreman, who counts.
    """
    if line.item is None or line.kind != Line.Kind.MATERIAL:
        return
    item = _locked_material(matter.community_id, line.item.code)
    _move(item, StockMove.Kind.OUT, -line.quantity, by=by, at=at, now=now, line=line)
    left = balance(matter.community_id, item.code)
    if left < 0:
        _tell_shortage(matter, item, line, left, by=by, at=now)


def put_back(*, by: Caller, at: datetime, line: Line, reason: str) -> None:
    """Give back to the store what a dropped line had drawn."""
    if line.item is None or line.kind != Line.Kind.MATERIAL:
        return
    item = _locked_material(line.item.community_id, line.item.code)
    _move(item, StockMove.Kind.BACK, line.quantity, by=by, at=at, now=at, reason=reason, line=line)


def balance(community_id: int, code: str) -> Decimal:
    """Return what the moves say lies in the store."""
    found = StockMove.objects.filter(community_id=community_id, code=code).aggregate(
        left=Sum("quantity")
    )["left"]
    return found if found is not None else Decimal("0.00")


def _locked_material(community_id: int, code: str) -> PriceItem:
    """Lock a material's latest row, so that of two who move it one comes after the other."""
    item = (
        PriceItem.objects.select_for_update(no_key=True)
        .filter(community_id=community_id, code=code.replace("\0", ""))
        .order_by("-from_on")
        .first()
    )
    if item is None or item.kind != PriceItem.Kind.MATERIAL:
        raise NotFound(_("价目表里没有编号为“%(code)s”的材料。") % {"code": code}, field="code")
    return item


def _move(
    item: PriceItem,
    kind: StockMove.Kind,
    quantity: Decimal,
    *,
    by: Caller,
    at: datetime,
    now: datetime,
    reason: str = "",
    line: Line | None = None,
) -> None:
    StockMove.objects.create(
        community_id=item.community_id,
        code=item.code,
        kind=kind,
        quantity=quantity,
        reason=reason,
        line=line,
        at=at,
        recorded_at=now,
        by_id=by.employee_id,
        by_name=by.name[:60],
    )


def _trail(
    action: str, by: Caller, at: datetime, item: PriceItem, *, quantity: Decimal, reason: str
) -> None:
    record(
        action=f"fieldwork.{action}",
        by=by,
        at=at,
        subject=f"material:{item.code}",
        community_id=item.community_id,
        after={"quantity": quantity, "balance": balance(item.community_id, item.code)},
        reason=reason,
    )


def _tell_shortage(
    matter: Matter, item: PriceItem, line: Line, left: Decimal, *, by: Caller, at: datetime
) -> None:
    record(
        action="fieldwork.stock_short",
        by=by,
        at=at,
        subject=f"material:{item.code}",
        community_id=matter.community_id,
        after={"matter": matter.number, "balance": left},
    )
    staff_now = staff.directory(community_id=matter.community_id, at=at, zone=matter.community.zone)
    subject = _("库存不足:%(name)s 账面 %(left)s %(unit)s,请盘点或补货") % {
        "name": item.name,
        "left": left,
        "unit": item.unit,
    }
    keepers = staff_now.on_duty("maintenance_foreman") or staff_now.floor()
    notices.queue(
        messages=[
            notices.NewMessage(
                community_id=matter.community_id,
                recipient_id=one.id,
                purpose=f"stock:{item.code}:{line.pk}",
                about=matter.number,
                subject=subject,
                channel="in_app" if one.can_log_in else "log",
            )
            for one in keepers
        ],
        at=at,
    )
