"""Drafting a part: what is billed, what is held back, and that drafting again changes nothing."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from huiyin.matters.tests.cast import AT

if TYPE_CHECKING:
    from huiyin.billing.models import DraftLine, Line, Part, Run
    from huiyin.billing.tests.cast import Estate

QUARTER = ("2026Q2", date(2026, 4, 1), date(2026, 7, 1))
MONTH = ("2026-05", date(2026, 5, 1), date(2026, 6, 1))


def begun(
    estate: "Estate", group: str = "A", period: tuple[str, date, date] = QUARTER, **given: Any
) -> "Run":
    from huiyin.billing.models import Run

    name, from_on, until_on = period
    return Run.objects.create(
        community=estate.community,
        group=estate.groups[group],
        period=name,
        from_on=from_on,
        until_on=until_on,
        issued_on=from_on,
        due_on=until_on,
        drafted_by=estate.cast.employee("finance"),
        drafted_at=AT,
        **given,
    )


def draft(run: "Run", size: int = 5000) -> list["Part"]:
    from huiyin.billing.drafting import cut_parts, draft_part
    from huiyin.billing.models import Part

    cut_parts(run_id=run.pk, at=AT, size=size)
    for part in Part.objects.filter(run=run):
        draft_part(part_id=part.pk, at=AT)
    return list(Part.objects.filter(run=run).order_by("number"))


def drafted(run: "Run") -> dict[str, list[Decimal]]:
    from huiyin.billing.models import DraftLine

    found: dict[str, list[Decimal]] = {}
    lines = DraftLine.objects.filter(run=run).order_by("house__code", "item__order", "from_on")
    for line in lines.select_related("house"):
        found.setdefault(line.house.code, []).append(line.amount)
    return found


def posted(run: "Run") -> list["Line"]:
    """Make bills and lines of a draft, as posting does, without the ledger."""
    from huiyin.billing.models import Bill, DraftLine, Line

    lines = []
    for number, one in enumerate(DraftLine.objects.filter(run=run, amount__gte=0).order_by("id")):
        bill, _ = Bill.objects.get_or_create(
            run=run,
            house=one.house,
            payer=one.payer,
            liable=one.liable,
            defaults={
                "community": run.community,
                "number": f"{run.pk}-{number}",
                "period": run.period,
                "issued_on": run.issued_on,
                "due_on": run.due_on,
                "amount": one.amount,
                "made_at": AT,
            },
        )
        lines.append(
            Line.objects.create(
                community=run.community,
                bill=bill,
                **{
                    name: getattr(one, name)
                    for name in [
                        "house_id",
                        "item_id",
                        "kind",
                        "from_on",
                        "until_on",
                        "assignment_id",
                        "share_id",
                        "slip_id",
                        "corrects_id",
                        "tariff_id",
                        "quantity",
                        "price",
                        "amount",
                        "working",
                    ]
                },
            )
        )
    DraftLine.objects.filter(run=run).delete()
    run.state = "posted"
    run.save(update_fields=["state"])
    return lines


def line_of(run: "Run", house: str, item: str) -> "DraftLine":
    from huiyin.billing.models import DraftLine

    return DraftLine.objects.get(run=run, house__code=house, item__code=item)


@pytest.mark.rule("BIL-01")
def test_a_quarter_is_drafted_for_every_house(estate: "Estate") -> None:
    from huiyin.billing.models import Snag

    run = begun(estate)
    (part,) = draft(run)
    assert drafted(run) == {
        "3-1-1201": [Decimal("827.40")],
        "3-1-1202": [Decimal("827.40")],
        "3-1-1401": [Decimal("1008.00")],
        "3-1-1501": [Decimal("377.31"), Decimal("369.28")],
        "S-01": [Decimal("1170.00")],
    }
    snag = Snag.objects.get(run=run)
    assert (snag.code, snag.house.code, snag.blocking) == ("no_area", "3-1-1301", True)
    assert (part.houses, part.lines, part.held, part.state) == (5, 6, 1, "drafted")
    assert part.amount == Decimal("4579.39")
    line = line_of(run, "3-1-1401", "management")
    assert line.payer == line.liable == estate.developer
    assert line.tariff == estate.tariffs["management", "flat"]


@pytest.mark.rule("BIL-06")
def test_drafting_again_gives_the_same(estate: "Estate") -> None:
    from huiyin.billing.drafting import draft_part
    from huiyin.billing.models import DraftLine, Snag

    run = begun(estate)
    (part,) = draft(run)
    before = drafted(run), Snag.objects.filter(run=run).count()
    draft_part(part_id=part.pk, at=AT)
    assert (drafted(run), Snag.objects.filter(run=run).count()) == before
    assert DraftLine.objects.filter(run=run).count() == 6


@pytest.mark.rule("BIL-06")
def test_parts_of_any_size_give_the_same(estate: "Estate") -> None:
    from huiyin.billing.models import Part, Run

    run = begun(estate)
    draft(run)
    whole = drafted(run)
    Part.objects.filter(run=run).delete()
    Run.objects.filter(pk=run.pk).update(lines=0)
    assert len(draft(run, size=1)) == 6
    assert drafted(run) == whole


@pytest.mark.rule("BIL-06")
def test_a_finished_period_has_no_part(estate: "Estate") -> None:
    estate.houses["bare"].area = Decimal("50.00")
    estate.houses["bare"].save(update_fields=["area"])
    run = begun(estate)
    draft(run)
    posted(run)
    assert draft(begun(estate)) == []


@pytest.mark.rule("BIL-06")
def test_only_what_was_missing_is_billed(estate: "Estate") -> None:
    """The house without an area is measured; a second run of the period bills it alone."""
    run = begun(estate)
    draft(run)
    posted(run)
    estate.houses["bare"].area = Decimal("50.00")
    estate.houses["bare"].save(update_fields=["area"])
    again = begun(estate)
    (part,) = draft(again)
    assert (part.first, part.last) == (estate.houses["bare"].pk,) * 2
    assert drafted(again) == {"3-1-1301": [Decimal("420.00")]}


@pytest.mark.rule("BIL-06")
def test_a_house_that_fails_is_held_back_and_the_others_go_on(
    estate: "Estate", monkeypatch: pytest.MonkeyPatch
) -> None:
    from huiyin.billing import drafting
    from huiyin.billing.models import Snag

    compute = drafting.compute

    def failing(house: Any, scheme: Any) -> Any:
        if house.id == estate.houses["flat"].pk:
            raise ZeroDivisionError
        return compute(house, scheme)

    monkeypatch.setattr(drafting, "compute", failing)
    run = begun(estate)
    (part,) = draft(run)
    assert "3-1-1201" not in drafted(run)
    assert len(drafted(run)) == 4
    assert part.held == 2
    assert Snag.objects.get(run=run, code="failed").blocking


def test_a_part_is_drafted_with_a_handful_of_statements(
    estate: "Estate", django_assert_max_num_queries: Any
) -> None:
    from huiyin.billing.drafting import draft_part

    run = begun(estate, "B", MONTH)
    (part,) = draft(run)
    with django_assert_max_num_queries(22):
        draft_part(part_id=part.pk, at=AT)


@pytest.mark.rule("BIL-04")
def test_a_signed_slip_is_billed_once(estate: "Estate") -> None:
    from huiyin.billing.models import Slip

    Slip.objects.create(
        community=estate.community,
        number="YG-DJ-1",
        item=estate.items["slips"],
        house=estate.houses["shop"],
        done_on=date(2026, 4, 20),
        lines=[{"name": "桶装水\t18.9L \\ 桶", "quantity": "2", "price": "18.00"}],
        amount=Decimal("36.00"),
        signed_name="店长",
        made_at=AT,
    )
    run = begun(estate, "B", MONTH)
    draft(run)
    line = line_of(run, "S-01", "slips")
    assert (line.amount, line.kind, line.payer) == (36, "slip", estate.people["company"])
    assert line.working["lines"][0]["name"] == "桶装水\t18.9L \\ 桶"
    posted(run)
    again = begun(estate, "B", MONTH)
    draft(again)
    assert "S-01" not in drafted(again)


@pytest.mark.rule("BIL-02")
def test_shares_are_billed_once_and_add_up(estate: "Estate") -> None:
    from huiyin.billing.models import DraftLine, Pool, Scope, Share

    scope = Scope.objects.create(community=estate.community, name="全体")
    pool = Pool.objects.create(
        community=estate.community,
        item=estate.items["shared_water"],
        scope=scope,
        name="一季度公摊水费",
        from_on=date(2026, 1, 1),
        until_on=date(2026, 4, 1),
        amount=Decimal("100.00"),
        basis="area",
        weight=Decimal("187.38"),
        state="shared",
        made_by=estate.cast.employee("finance"),
        made_at=AT,
    )
    for house, amount in (("flat", "52.57"), ("sold", "47.43")):
        Share.objects.create(
            pool=pool,
            house=estate.houses[house],
            weight=estate.houses[house].area,
            amount=Decimal(amount),
        )
    run = begun(estate)
    draft(run)
    lines = DraftLine.objects.filter(run=run, share__isnull=False)
    assert sum(line.amount for line in lines) == 100
    posted(run)
    again = begun(estate)
    draft(again)
    assert not DraftLine.objects.filter(run=again, share__isnull=False).exists()
