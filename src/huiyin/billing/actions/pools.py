"""Shared costs (公摊): entered from a paper or a shared meter, looked at, shared out (BIL-02)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiyin.billing import consumption, sharing
from huiyin.billing.access import admit_to_bill
from huiyin.billing.actions.core import (
    check_days,
    employee_id,
    read_amount,
    read_price,
    trail,
)
from huiyin.billing.actions.scopes import scope_of
from huiyin.billing.actions.sources import hold_run, refuse_used
from huiyin.billing.models import ChargeItem, Pool, Scope
from huiyin.billing.sharing import Weighed
from huiyin.estate.queries import house_model
from huiyin.files.models import StoredFile
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.kernel.money import CENT, read_decimal
from huiyin.meters.models import Meter
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text

MOST_NAMED: Final = 8
MOST_WEIGHT: Final = Decimal("99999999.9999")
LONGEST_NAME, LONGEST_PAPER, LONGEST_REASON = 60, 60, 200
VACANT: Final = ("developer", "owner")


class UnableToEnterPool(WrongState):
    """The same cost is entered already, or the form was sent before with other content."""


class UnableToShare(WrongState):
    """The cost cannot be shared out as things stand."""


class UnableToDropPool(WrongState):
    """The cost is dropped already."""


@dataclass(frozen=True, slots=True)
class _Cost:
    """What is to be shared: yuan, and how much a shared meter made of it."""

    amount: Decimal
    meter_id: int | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None


@transaction.atomic
def enter_pool(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    item: str,
    scope_id: int,
    name: str,
    from_on: date,
    until_on: date,
    basis: str,
    vacant: str = "developer",
    amount: object = None,
    paper: str = "",
    scan_id: int | None = None,
    meter: str = "",
    price: object = None,
    meter_kind: str = "",
    weights: str = "",
    again: bool = False,
    key: UUID | None = None,
) -> int:
    """Enter a shared cost of past days; return its id. Nothing is shared out yet.

    1. The amount stands on a paper of the utility (``amount``, ``paper``), or a shared ``meter``
       and a ``price`` give it: consumption of the days, rounded once.
    2. Days that touch those of a cost of the same item in this scope, or on the same paper, are
       refused unless it is ``again`` another paper or another part of it; the same paper never
       counts twice in a scope.
    3. The same ``key`` with the same content returns what it made before.

    ``weights`` are lines of a house code and a number, for the basis ``weight``; where a house is
    missing, the quantity of its assignment weighs. Raises NotFound, Forbidden, UnableToEnterPool,
    UnableToShare, BadInput.
    """
    admit_to_bill(by, community_id)
    check_days(from_on, until_on)
    scope = scope_of(by, community_id, scope_id)
    charge = _item(community_id, item)
    paper = checked_text(paper, "paper", LONGEST_PAPER, required=not meter)
    told: dict[str, object] = {"item": charge, "scope": scope, "paper": paper}
    told |= {"from_on": from_on, "until_on": until_on, "basis": basis, "vacant": vacant}
    told |= (
        {"meter__code": meter.replace("\0", ""), "price": read_price(price)}
        if meter
        else {"meter": None, "amount": read_amount(amount, "amount")}
    )
    if key and (before := Pool.objects.filter(key=key).first()):
        return _same(before, told)
    if until_on > local_day(at, scope.community.zone) + timedelta(days=1):
        raise BadInput(_("只能分摊已经过去的日子,请检查结束日期。"), field="until_on")
    _check_choice(basis, vacant, meter_kind)
    if scan_id is not None and not StoredFile.objects.filter(pk=scan_id).exists():
        raise BadInput(_("没有收到扫描件,请重新上传。"), field="scan")
    _refuse_twice(charge, scope, from_on, until_on, paper, again=again)
    cost = (
        _metered(scope, meter, price, (from_on, until_on), at)
        if meter
        else _Cost(read_amount(amount, "amount"))
    )
    if not cost.amount:
        raise BadInput(_("金额要大于 0。"), field="price" if meter else "amount")
    pool = Pool.objects.create(
        community_id=community_id,
        item=charge,
        scope=scope,
        name=checked_text(name, "name", LONGEST_NAME),
        from_on=from_on,
        until_on=until_on,
        amount=cost.amount,
        basis=basis,
        vacant=vacant,
        meter_kind=meter_kind if basis == Pool.Basis.METER else "",
        weights=_weights(by, community_id, weights) if basis == Pool.Basis.WEIGHT else {},
        meter_id=cost.meter_id,
        quantity=cost.quantity,
        price=cost.price,
        paper=paper,
        scan_id=scan_id,
        key=key,
        made_by_id=employee_id(by),
        made_at=at,
    )
    _trail("pool_entered", by, at, pool)
    return pool.pk


@transaction.atomic
def share_out(*, by: Caller, at: datetime, pool_id: int) -> None:
    """Share an entered cost out among the houses of its scope, to the cent (BIL-02).

    1. Every house must weigh something known: those of which nobody knows it are named.
    2. Floors in fen, the missing fen to the largest remainders; unsold and empty houses share.
    3. From now on runs bill the shares.

    Raises NotFound, Forbidden, UnableToShare.
    """
    pool = _locked(by, pool_id)
    if pool.state != Pool.State.OPEN:
        raise UnableToShare(_("这笔公摊已经分摊过或已作废,请刷新页面查看。"))
    given = consumption.given_weights(pool, at)
    weighed = sharing.weigh(pool, given, most_named=MOST_NAMED)
    refuse_weightless(pool, weighed)
    houses = sharing.write_shares(pool, given)
    pool.state, pool.weight = Pool.State.SHARED, weighed.weight
    pool.save(update_fields=["state", "weight"])
    _trail("pool_shared", by, at, pool, houses=houses)


def refuse_weightless(pool: Pool, weighed: Weighed) -> None:
    """Raise UnableToShare, naming houses, when not every house of a pool weighs something known."""
    if weighed.unknown:
        said = {"n": weighed.unknown, "houses": "、".join(weighed.named)}
        raise UnableToShare(_WANTING[Pool.Basis(pool.basis)]() % said)
    if not weighed.weight:
        raise UnableToShare(_("范围内没有任何房屋有分摊权重,无法分摊;请检查范围和分摊方式。"))


_WANTING: Final = {
    Pool.Basis.AREA: lambda: _(
        "有 %(n)s 户没有登记面积:%(houses)s;请先补登面积,或把它们移出分摊范围。"
    ),
    Pool.Basis.WEIGHT: lambda: _(
        "有 %(n)s 户没有权重:%(houses)s;请填写权重(不分摊的填 0),或把它们移出分摊范围。"
    ),
    Pool.Basis.METER: lambda: _(
        "有 %(n)s 户没有可用的分表读数:%(houses)s;请先抄表或核实读数,或把它们移出分摊范围。"
    ),
    Pool.Basis.HOUSEHOLD: lambda: _("有 %(n)s 户无法分摊:%(houses)s。"),
}


@transaction.atomic
def drop_pool(*, by: Caller, at: datetime, pool_id: int, reason: str) -> None:
    """Drop a shared cost while nothing of it is billed or in a draft.

    Its shares stay to be read; no run takes them any more. Raises NotFound, Forbidden,
    UnableToDropPool, UnableToWithdraw, BadInput.
    """
    known = _known(by, pool_id)
    run = hold_run(known.item.group_id)
    pool = _locked(by, pool_id)
    reason = checked_text(reason, "reason", LONGEST_REASON)
    if pool.state == Pool.State.DROPPED:
        raise UnableToDropPool(_("这笔公摊已经作废。"))
    refuse_used(pool.item, run, Q(share__pool=pool))
    pool.state = Pool.State.DROPPED
    pool.save(update_fields=["state"])
    _trail("pool_dropped", by, at, pool, reason=reason)


def _known(by: Caller, pool_id: int) -> Pool:
    pool = Pool.objects.select_related("item").filter(pk=pool_id).first()
    if pool is None or not by.works_in(pool.community_id):
        raise NotFound(_("没有这笔公摊。"))
    admit_to_bill(by, pool.community_id)
    return pool


def _locked(by: Caller, pool_id: int) -> Pool:
    _known(by, pool_id)
    pools = Pool.objects.select_related("scope", "community", "item")
    return pools.select_for_update(of=("self",)).get(pk=pool_id)


def _item(community_id: int, code: str) -> ChargeItem:
    """Lock the item: of two who enter the same cost the second is told."""
    found = ChargeItem.objects.select_for_update(no_key=True).filter(
        community_id=community_id, code=code.replace("\0", ""), in_use=True
    )
    item = found.first()
    if item is None:
        raise NotFound(_("没有这个收费项目,请重新选择。"), field="item")
    if item.way != ChargeItem.Way.APPORTIONED:
        raise BadInput(_("“%(item)s”不是公摊项目。") % {"item": item.name}, field="item")
    return item


def _check_choice(basis: str, vacant: str, meter_kind: str) -> None:
    if basis not in Pool.Basis.values:
        raise BadInput(_("请选择分摊方式。"), field="basis")
    if vacant not in VACANT:
        raise BadInput(_("请选择空置房屋由谁承担。"), field="vacant")
    if basis == Pool.Basis.METER and meter_kind not in Meter.Kind.values:
        raise BadInput(_("按分表用量分摊时,请选择哪一种表。"), field="meter_kind")


def _same(pool: Pool, told: Mapping[str, object]) -> int:
    """Return a pool entered before; refuse a form that tells something else under its key."""
    if not Pool.objects.filter(pk=pool.pk, **told).exists():
        raise UnableToEnterPool(_("这张表单已经提交过别的内容,请重新打开再填。"))
    return pool.pk


def _refuse_twice(
    item: ChargeItem, scope: Scope, from_on: date, until_on: date, paper: str, *, again: bool
) -> None:
    """Refuse a cost that was entered before; the item is locked, so that nobody is faster."""
    live = Pool.objects.filter(item=item).exclude(state=Pool.State.DROPPED)
    same = Q(scope=scope) | (Q(paper=paper) if paper else Q())
    touching = live.filter(same, from_on__lt=until_on, until_on__gt=from_on)
    found = touching.select_related("scope").order_by("id").first()
    if found is None:
        return
    said = {
        "item": item.name,
        "scope": found.scope.name,
        "from": found.from_on,
        "until": found.until_on - timedelta(days=1),
        "paper": found.paper or found.name,
    }
    twin = live.filter(scope=scope, from_on=from_on, until_on=until_on, paper=paper)
    if not again or twin.exists():
        raise UnableToEnterPool(
            _(
                "“%(item)s”在“%(scope)s”已有 %(from)s 至 %(until)s 的公摊(%(paper)s)。"
                "同一笔费用不能分摊两次;确是另一张单据,或同一单据的另一部分,请勾选下面的“另一张单据”。"
            )
            % said,
            field="from_on",
        )


def _metered(
    scope: Scope, code: str, price: object, days: tuple[date, date], at: datetime
) -> _Cost:
    found = Meter.objects.filter(community_id=scope.community_id, code=code.replace("\0", ""))
    meter = found.first()
    if meter is None:
        raise NotFound(_("没有编号为“%(code)s”的表。") % {"code": code}, field="meter")
    each = read_price(price)
    used = consumption.of_meter(meter, *days, at)
    if used is None:
        raise UnableToShare(
            _("表 %(code)s 在 %(from)s 和 %(until)s 前后没有可用的读数;请先抄表或核实读数。")
            % {"code": code, "from": days[0], "until": days[1]},
            field="meter",
        )
    return _Cost((used * each).quantize(CENT, ROUND_HALF_UP), meter.pk, used, each)


def _weights(by: Caller, community_id: int, text: str) -> dict[str, str]:
    """Read lines of a house and its weight."""
    read: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.replace(",", " ").replace(",", " ").replace("\t", " ").split()
        if not words:
            continue
        weight = read_decimal(words[-1], places=4, most=MOST_WEIGHT)
        if len(words) != 2 or weight is None:  # noqa: PLR2004 a house and a number
            raise BadInput(
                _("第 %(n)s 行看不懂:请写“房号 权重”,权重不小于 0,例如 3-1-1201 1.5。")
                % {"n": number},
                field="weights",
            )
        try:
            house = house_model(caller=by, community_id=community_id, code=words[0])
        except NotFound as missing:
            raise BadInput(
                _("第 %(n)s 行:%(why)s") % {"n": number, "why": missing}, field="weights"
            ) from missing
        if str(house.pk) in read:
            raise BadInput(
                _("第 %(n)s 行:%(house)s 前面已经写过。") % {"n": number, "house": house.code},
                field="weights",
            )
        read[str(house.pk)] = str(weight)
    return read


def _trail(
    action: str, by: Caller, at: datetime, pool: Pool, *, houses: int = 0, reason: str = ""
) -> None:
    trail(
        action,
        by,
        at,
        pool.community_id,
        f"pool:{pool.pk}",
        after={
            "name": pool.name,
            "from_on": pool.from_on,
            "until_on": pool.until_on,
            "amount": pool.amount,
            "basis": pool.basis,
            "paper": pool.paper,
            "houses": houses,
        },
        reason=reason,
    )
