"""Short ways through a run, for tests."""

from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

from huiyin.billing.actions import pools, prepaid, reducing, reversing, runs, slips
from huiyin.billing.models import Line, Pool, Run, Scope
from huiyin.billing.tests.cast import Estate
from huiyin.kernel.caller import Caller
from huiyin.matters.tests.cast import AT


def begin(
    estate: Estate,
    period: str = "2026Q1",
    group: str = "A",
    *,
    by: Caller | None = None,
    at: datetime = AT,
    **given: object,
) -> Run:
    """Begin a run as the collector."""
    run_id = runs.begin_run(
        by=by or estate.caller("collector"),
        at=at,
        community_id=estate.community.pk,
        group_code=group,
        period=period,
        **given,  # type: ignore[arg-type]
    )
    return Run.objects.get(pk=run_id)


def post(estate: Estate, run: Run, at: datetime = AT) -> Run:
    """Let a run out as finance, confirmed by the manager where that is needed."""
    if runs.needs_confirmation(run, at):
        runs.confirm_run(by=estate.caller("manager"), at=at, run_id=run.pk)
    runs.post_run(by=estate.caller("finance"), at=at, run_id=run.pk)
    run.refresh_from_db()
    return run


def posted(estate: Estate, period: str = "2026Q1", group: str = "A", at: datetime = AT) -> Run:
    """Draft a run and let it out."""
    return post(estate, begin(estate, period, group, at=at), at)


def reverse(estate: Estate, run: Run, at: datetime = AT) -> Run:
    """Reverse a run, asked by finance and agreed by the manager."""
    reversing.ask_reversal(by=estate.caller("finance"), at=at, run_id=run.pk, reason="单价录错")
    reversing.agree_reversal(by=estate.caller("manager"), at=at, run_id=run.pk)
    run.refresh_from_db()
    return run


def slip(estate: Estate, amount: str = "60.00", done_on: date = date(2026, 2, 20)) -> str:
    """Write a signed slip of February for the shop."""
    return slips.write_slip(
        by=estate.caller("finance"),
        at=AT,
        community_id=estate.community.pk,
        item="slips",
        house="S-01",
        done_on=done_on,
        lines=[{"text": "桶装水", "quantity": "1", "price": amount}],
        signed_name="王丽",
    )


def pool(estate: Estate, amount: str = "1234.56") -> Pool:
    """Share out the water of the last quarter of 2025 by area, leaving out what has none."""
    scope = Scope.objects.create(community=estate.community, name=f"全部{uuid4().hex[:6]}")
    made = Pool.objects.create(
        community=estate.community,
        item=estate.items["shared_water"],
        scope=scope,
        name="公摊水费",
        from_on=date(2025, 10, 1),
        until_on=date(2026, 1, 1),
        amount=Decimal(amount),
        basis="household",
        made_by=estate.cast.employee("finance"),
        made_at=AT,
    )
    pools.share_out(by=estate.caller("finance"), at=AT, pool_id=made.pk)
    return made


def pay_ahead(estate: Estate, amount: str, house: str = "flat", person: str = "owner") -> None:
    """Take money in advance, over the counter."""
    prepaid.take(
        by=estate.caller("finance"),
        at=AT,
        house_id=estate.houses[house].pk,
        person_id=estate.people[person].pk,
        amount=Decimal(amount),
        account="1001",
        business_on=AT.date(),
        key=uuid4(),
    )


def offset(estate: Estate, at: datetime = AT) -> Decimal:
    """Let prepayments pay what is open."""
    done = prepaid.offset(
        by=estate.caller("finance"), at=at, community_id=estate.community.pk, business_on=at.date()
    )
    return done.amount


def less(estate: Estate, line: Line, amount: str, key: str = "", at: datetime = AT) -> None:
    """Take an amount back from a line; the same key, or amount without one, does it once."""
    reducing.reduce_lines(
        by=estate.caller("finance"),
        at=at,
        line_id=line.pk,
        amount=Decimal(amount),
        reason="电梯停用",
        key=key or amount,
    )
