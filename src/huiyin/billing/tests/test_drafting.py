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
    from huiyin.billing.rules.compute import compute

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
    with django_assert_max_num_queries(23):
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
    assert (line.amount, line.kind, line.payer) == (
        Decimal(36),
        "slip",
        estate.people["company"],
    )
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
            weight=estate.houses[house].area or 0,
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


def read(estate: "Estate", house: str, *shown: tuple[date, str], kind: str = "read") -> None:
    from uuid import uuid4

    from huiyin.meters.models import Reading

    for day, value in shown:
        Reading.objects.create(
            community=estate.community,
            meter=estate.meters[house],
            kind=kind,
            read_on=day,
            value=Decimal(value),
            key=uuid4(),
            by_name="抄表员",
            recorded_at=AT,
        )


@pytest.mark.rule("BIL-03")
def test_water_is_drafted_month_by_month_without_a_gap(estate: "Estate") -> None:
    """April is read on 2 May; what May used begins there, whatever was skipped in between."""
    from huiyin.billing.models import Snag

    for house in ("flat", "let"):
        read(estate, house, (date(2026, 3, 31), "100"), (date(2026, 5, 2), "110"))
    run = begun(estate, "B", MONTH)
    draft(run)
    line = line_of(run, "3-1-1201", "water")
    assert (line.amount, line.quantity) == (Decimal("41.00"), Decimal(10))
    let = line_of(run, "3-1-1202", "water")
    assert (let.payer, let.liable) == (estate.people["tenant"], estate.people["landlord"])
    posted(run)

    following = begun(estate, "B", ("2026-06", date(2026, 6, 1), date(2026, 7, 1)))
    draft(following)
    snags = Snag.objects.filter(run=following, code="no_reading")
    assert {one.house for one in snags} == {estate.houses["flat"], estate.houses["let"]}
    following.state = "dropped"
    following.save(update_fields=["state"])

    # Nobody read in May; the readings of June bill what was used since 2 May, once.
    read(estate, "flat", (date(2026, 6, 30), "131"))
    later = begun(estate, "B", ("2026-07", date(2026, 7, 1), date(2026, 8, 1)))
    draft(later)
    assert line_of(later, "3-1-1201", "water").quantity == 21


@pytest.mark.rule("BIL-14")
def test_a_correction_drafts_only_the_differences(estate: "Estate") -> None:
    from huiyin.billing.models import DraftLine, Reduction

    run = begun(estate)
    draft(run)
    lines = {(line.house.code, str(line.amount)): line for line in posted(run)}
    assert not draft_of_correction(estate)

    estate.houses["flat"].area = Decimal("100.00")  # measured anew: 840.00 instead of 827.40
    estate.houses["shop"].area = Decimal("59.00")  # 1150.50 instead of 1170.00
    for house in ("flat", "shop"):
        estate.houses[house].save(update_fields=["area"])
    found = draft_of_correction(estate)
    assert [(line.house.code, str(line.amount)) for line in found] == [
        ("3-1-1201", "12.60"),
        ("S-01", "-19.50"),
    ]
    assert found[1].corrects == lines["S-01", "1170.00"]
    assert {line.kind for line in found} == {"correction"}

    # What was taken back already is not taken back again.
    from huiyin.billing.tests.bills import journal

    Reduction.objects.create(
        community=estate.community,
        line=lines["S-01", "1170.00"],
        kind="correction",
        amount=Decimal("19.50"),
        journal=journal(estate, "reduction"),
        business_on=date(2026, 4, 1),
        at=AT,
    )
    assert [line.house.code for line in draft_of_correction(estate)] == ["3-1-1201"]
    assert DraftLine.objects.exists()


def draft_of_correction(estate: "Estate") -> "list[DraftLine]":
    from huiyin.billing.models import DraftLine

    run = begun(estate, kind="correction")
    draft(run)
    run.state = "dropped"
    run.save(update_fields=["state"])
    return list(
        DraftLine.objects.filter(run=run)
        .select_related("house", "corrects")
        .order_by("house__code")
    )


@pytest.mark.rule("BIL-01")
def test_only_approved_reliefs_and_prices_count(estate: "Estate") -> None:
    from huiyin.billing.models import Relief, Tariff

    by, other = estate.cast.employee("finance"), estate.cast.employee("manager")
    asked = {
        "assignment": estate.assignments["flat", "management"],
        "from_on": date(2026, 4, 1),
        "until_on": date(2026, 7, 1),
        "reason": "漏水期间",
        "asked_by": by,
        "asked_at": AT,
    }
    Relief.objects.create(percent=Decimal(50), **asked)
    Relief.objects.create(
        percent=Decimal(10), state="approved", decided_by=other, decided_at=AT, **asked
    )
    Tariff.objects.create(
        item=estate.items["management"],
        house_kind="flat",
        price=Decimal("99"),
        from_on=date(2026, 5, 1),
        basis="草稿",
        drafted_by=by,
        drafted_at=AT,
    )
    run = begun(estate)
    draft(run)
    assert line_of(run, "3-1-1201", "management").amount == Decimal("744.66")


def test_a_charge_by_month_that_ended_is_not_missing(estate: "Estate") -> None:
    """What the statement over all houses asks and what the rules say is the same."""
    estate.items["management"].split = "month"
    estate.items["management"].save(update_fields=["split"])
    for house, days in (
        ("flat", {"until_on": date(2026, 5, 17)}),
        ("let", {"from_on": date(2026, 6, 2)}),
        ("shop", {"from_on": date(2026, 5, 31)}),
        ("unsold", {"until_on": date(2026, 4, 1)}),
        ("sold", {"until_on": date(2026, 6, 30)}),
    ):
        one = estate.assignments[house, "management"]
        for name, day in days.items():
            setattr(one, name, day)
        one.save(update_fields=list(days))
    estate.assignments["bare", "management"].delete()
    run = begun(estate)
    draft(run)
    assert drafted(run) == {
        "3-1-1201": [Decimal("551.60")],
        "3-1-1501": [Decimal("497.73"), Decimal("248.86")],
        "S-01": [Decimal("390.00")],
    }
    posted(run)
    assert draft(begun(estate)) == []
