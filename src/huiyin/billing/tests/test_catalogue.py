"""Groups, items, terms and prices: who writes them, what is refused, and how two people price."""

import random
from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from huiyin.approvals.actions import withdraw
from huiyin.approvals.models import Request
from huiyin.billing.actions import catalogue, seeding, tariffs
from huiyin.billing.models import ChargeGroup, ChargeItem, Line, Tariff, Terms
from huiyin.billing.queries import catalogue as queries
from huiyin.billing.tests.cast import SINCE, Estate
from huiyin.flows import approving
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.ledger.models import Account, Book
from huiyin.matters.tests.cast import AT, Cast
from huiyin.trail.models import Entry

TODAY = date(2026, 3, 16)
JULY, OCTOBER = date(2026, 7, 1), date(2026, 10, 1)
GROUP: dict[str, Any] = {
    "code": "C",
    "name": "半年账单",
    "months": 6,
    "draft_after": -20,
    "issue_after": -10,
    "due_after": 10,
    "offset_after": 0,
    "debit_after": [20, 10],
}
ITEM: dict[str, Any] = {
    "code": "lift",
    "name": "电梯费",
    "way": "fixed",
    "phase": "advance",
    "account": "600101",
}


def group(estate: Estate, by: str = "finance", **given: Any) -> int:
    return catalogue.save_group(
        by=estate.caller(by), at=AT, community_id=estate.community.pk, **{**GROUP, **given}
    )


def item(estate: Estate, by: str = "finance", **given: Any) -> int:
    facts = {**ITEM, "group_id": estate.groups["A"].pk, **given}
    return catalogue.save_item(
        by=estate.caller(by), at=AT, community_id=estate.community.pk, **facts
    )


def draft(estate: Estate, code: str = "management", by: str = "finance", **given: Any) -> int:
    facts: dict[str, Any] = {
        "house_kinds": ["flat"],
        "price": Decimal("3.10"),
        "from_on": JULY,
        "basis": "业主大会决议",
        **given,
    }
    (made,) = tariffs.draft_tariff(
        by=estate.caller(by), at=AT, item_id=estate.items[code].pk, **facts
    )
    return made


def submit(estate: Estate, tariff: int, by: str = "finance") -> int:
    return tariffs.submit_tariff(by=estate.caller(by), at=AT, tariff_id=tariff)


def decide(
    estate: Estate, request: int, by: str, verdict: Any = "approved", reason: str = ""
) -> None:
    approving.decide(
        by=estate.caller(by), at=AT, request_id=request, verdict=verdict, reason=reason
    )


def approve(estate: Estate, tariff: int) -> None:
    """Submit a price and let both steps of the chain agree."""
    request = submit(estate, tariff)
    decide(estate, request, "manager")
    decide(estate, request, "company_finance")


# -- groups, items, terms


def test_a_group_is_written_and_changed_with_a_trail(estate: Estate) -> None:
    made = group(estate)
    assert ChargeGroup.objects.get(pk=made).debit_after == [10, 20]
    group(estate, group_id=made, name="上下半年账单")
    changed = Entry.objects.filter(action="billing.group_saved").latest("id")
    assert changed.before == {"name": "半年账单"} and changed.after == {"name": "上下半年账单"}
    group(estate, group_id=made, name="上下半年账单")  # the same again leaves no entry
    assert Entry.objects.filter(action="billing.group_saved").count() == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"months": 5}, "months"),
        ({"issue_after": -30}, "issue_after"),
        ({"due_after": -11}, "due_after"),
        ({"debit_after": [-11]}, "debit_after"),
        ({"offset_after": 4000}, "offset_after"),
        ({"code": "a"}, "code"),
        ({"code": "../x"}, "code"),
        ({"name": " "}, "name"),
    ],
)
def test_a_calendar_that_runs_backwards_is_refused(
    estate: Estate, given: dict[str, Any], field: str
) -> None:
    with pytest.raises((BadInput, WrongState)) as refused:
        group(estate, **given)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"account": "9999"}, "account", "没有科目"),
        ({"account": "1002"}, "account", "收入类"),
        ({"account": "600101", "agency": True}, "account", "224102"),
        ({"account": "224102"}, "account", "收入类"),
        ({"way": "guess"}, "way", "请选择"),
        ({"way": "metered"}, "meter_kind", "请选择"),
        ({"code": "WATER"}, "code", "换一个编号"),
        ({"group_id": 0}, "group_id", "批次"),
    ],
)
def test_an_item_that_could_not_be_booked_is_refused(
    estate: Estate, given: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises((BadInput, WrongState)) as refused:
        item(estate, **given)
    assert refused.value.field == field and said in str(refused.value)


def test_what_is_collected_for_others_is_no_income(estate: Estate) -> None:
    made = item(
        estate, way="metered", meter_kind="gas", account="224102", agency=True, phase="arrears"
    )
    assert ChargeItem.objects.get(pk=made).account == "224102"


def test_without_books_it_says_what_to_do_first(cast: Cast) -> None:
    manager, here = cast.caller("manager"), cast.town.community.pk
    made = catalogue.save_group(by=manager, at=AT, community_id=here, **GROUP)
    with pytest.raises(BadInput, match="开账"):
        catalogue.save_item(by=manager, at=AT, community_id=here, group_id=made, **ITEM)


def test_how_an_item_is_charged_stays_once_it_was_billed(estate: Estate) -> None:
    parking = estate.items["parking"]
    bill(estate, "space", "parking", date(2026, 3, 1), date(2026, 4, 1))
    same: dict[str, Any] = {
        "item_id": parking.pk,
        "group_id": parking.group_id,
        "code": "parking",
        "way": "fixed",
        "account": "600102",
        "unit": "个",
    }
    item(estate, **same, name="车位费")
    for change in ({"way": "area"}, {"phase": "arrears"}, {"split": "month"}):
        with pytest.raises(WrongState, match="已经出过账"):
            item(estate, **{**same, **change}, name="车位费")
    assert ChargeItem.objects.get(pk=parking.pk).name == "车位费"


def test_a_kind_of_matter_becomes_one_charge_only(estate: Estate) -> None:
    item(estate, code="repair", way="slip", phase="arrears", account="600104", matters=["repair"])
    with pytest.raises(BadInput, match="只能归一个"):
        item(estate, code="r2", way="slip", phase="arrears", account="600104", matters=["repair"])


def test_terms_name_a_developer_of_the_roster(estate: Estate) -> None:
    given: dict[str, Any] = {"at": AT, "community_id": estate.community.pk, "ways": "前台现金"}
    stranger = estate.cast.neighbour.owner.pk
    with pytest.raises(BadInput):
        catalogue.save_terms(by=estate.caller("finance"), developer_id=stranger, **given)
    catalogue.save_terms(by=estate.caller("finance"), developer_id=None, **given)
    terms = Terms.objects.get()
    assert (terms.developer_id, terms.ways) == (None, "前台现金")
    with pytest.raises(Forbidden):
        catalogue.save_terms(by=estate.caller("collector"), developer_id=None, **given)


def test_who_does_not_prepare_bills_keeps_away(estate: Estate) -> None:
    for post, refusal in (("technician", Forbidden), ("keeper", Forbidden), ("E031", NotFound)):
        with pytest.raises(refusal):
            group(estate, by=post)
        with pytest.raises(refusal):
            draft(estate, by=post)
        with pytest.raises(refusal):
            item(estate, by=post)
    with pytest.raises(Forbidden):
        queries.catalogue(
            caller=estate.caller("technician"), community_id=estate.community.pk, on=TODAY
        )


# -- prices


@pytest.mark.rule("BIL-01")
@pytest.mark.rule("PLN-02")
def test_a_price_needs_two_and_ends_the_one_before(estate: Estate) -> None:
    made = draft(estate)
    assert Tariff.objects.get(pk=made).state == "draft"
    request = submit(estate, made)
    assert "3.10 元" in Request.objects.get(pk=request).title
    with pytest.raises(Forbidden):
        decide(estate, request, "finance")
    decide(estate, request, "manager")
    assert Tariff.objects.get(pk=made).state == "in_review"  # the company is still to decide
    decide(estate, request, "company_finance")
    new = Tariff.objects.get(pk=made)
    old = estate.tariffs["management", "flat"]
    old.refresh_from_db()
    assert new.state == "approved" and new.approved_by == estate.cast.employee("company_finance")
    assert old.until_on == new.from_on == JULY
    assert estate.tariffs["management", "shop"].until_on is None
    assert Entry.objects.filter(action="billing.tariff_approved").count() == 1


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ({"from_on": date(2024, 1, 1)}, ["2025-01-01"]),  # overlaps what is in force
        ({"from_on": date(2024, 1, 1), "until_on": date(2024, 6, 1)}, ["2024-06-01", "2025-01-01"]),
        ({"from_on": JULY, "until_on": date(2026, 6, 1)}, ["2026-06-01", "2026-07-01"]),
        ({"from_on": JULY, "until_on": JULY}, ["2026-07-01"]),
    ],
)
def test_a_gap_an_overlap_and_days_backwards_are_named(
    estate: Estate, given: dict[str, Any], days: list[str]
) -> None:
    with pytest.raises((BadInput, WrongState)) as refused:
        draft(estate, **given)
    assert all(day in str(refused.value) for day in days)
    assert refused.value.field in {"from_on", "until_on"}


def test_a_gap_after_a_price_that_ended_is_refused(estate: Estate) -> None:
    approve(estate, draft(estate, until_on=OCTOBER))
    with pytest.raises(WrongState, match="2026-10-01 到 2026-11-01"):
        draft(estate, from_on=date(2026, 11, 1))
    approve(estate, draft(estate, from_on=OCTOBER))


def test_a_price_that_fits_no_more_is_not_approved(estate: Estate) -> None:
    """Two drafts fit when they are written; once one is approved the other would leave a gap."""
    first, second = draft(estate, until_on=OCTOBER), draft(estate, from_on=date(2026, 12, 1))
    request = submit(estate, second)
    approve(estate, first)
    decide(estate, request, "manager")
    with pytest.raises(WrongState, match="2026-10-01"):
        decide(estate, request, "company_finance")
    assert Tariff.objects.get(pk=second).state == "in_review"
    assert Request.objects.get(pk=request).state == "waiting"
    decide(estate, request, "company_finance", "returned", "请重拟日期")
    returned = Tariff.objects.get(pk=second)
    assert (returned.state, returned.returned_reason) == ("returned", "请重拟日期")


def test_a_price_of_the_same_day_takes_the_place(estate: Estate) -> None:
    old = estate.tariffs["management", "flat"]
    made = draft(estate, from_on=SINCE)
    approve(estate, made)
    old.refresh_from_db()
    assert old.state == "dropped"
    assert [one.pk for one in Tariff.objects.filter(item=old.item, state="approved")].count(made)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"price": Decimal("-1")}, "price"),
        ({"price": Decimal(0)}, "price"),
        ({"price": Decimal("NaN")}, "price"),
        ({"price": Decimal("1e12")}, "price"),
        ({"price": Decimal("2.80001")}, "price"),
        ({"least": Decimal("-5")}, "least"),
        ({"basis": ""}, "basis"),
        ({"house_kinds": ["castle"]}, "house_kinds"),
        ({"house_kinds": []}, "house_kinds"),
        ({"tiers": [(None, Decimal("3.10"))]}, "tiers"),
    ],
)
def test_absurd_prices_are_refused(estate: Estate, given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        draft(estate, **given)
    assert refused.value.field == field


def test_steps_of_a_metered_price_rise_to_an_open_one(estate: Estate) -> None:
    one, two = Decimal("3.50"), Decimal("5.25")
    given: dict[str, Any] = {"house_kinds": [""], "price": one}
    for bad in (
        [(Decimal(18), one), (Decimal(12), two), (None, two)],
        [(Decimal(18), one), (Decimal(30), two)],
        [(Decimal(18), two), (None, two)],
    ):
        with pytest.raises(BadInput) as refused:
            draft(estate, "water", **given, tiers=bad)
        assert refused.value.field == "tiers"
    made = draft(estate, "water", **given, tiers=[(Decimal(18), one), (None, two)])
    assert Tariff.objects.get(pk=made).tiers == [["18", "3.50"], [None, "5.25"]]


def test_what_is_shared_out_has_no_price(estate: Estate) -> None:
    with pytest.raises(BadInput, match="不需要收费标准"):
        draft(estate, "shared_water", house_kinds=[""])


def test_one_draft_for_each_kind_of_house(estate: Estate) -> None:
    made = tariffs.draft_tariff(
        by=estate.caller("finance"),
        at=AT,
        item_id=estate.items["management"].pk,
        house_kinds=["flat", "shop", "office"],
        price=Decimal("3.00"),
        from_on=JULY,
        basis="合同",
    )
    kinds = Tariff.objects.filter(pk__in=made).values_list("house_kind", flat=True)
    assert sorted(kinds) == ["flat", "office", "shop"]


def test_who_drafted_does_not_approve_even_when_another_submits(estate: Estate) -> None:
    made = draft(estate, by="company_finance")
    request = submit(estate, made, by="finance")
    decide(estate, request, "manager")
    with pytest.raises(Forbidden, match="由您起草"):
        decide(estate, request, "company_finance")
    assert Tariff.objects.get(pk=made).state == "in_review"
    decide(estate, request, "general_manager")
    assert Tariff.objects.get(pk=made).state == "approved"


def test_a_draft_is_taken_back_changed_and_dropped(estate: Estate) -> None:
    finance = estate.caller("finance")
    made = draft(estate)
    request = submit(estate, made)
    change: dict[str, Any] = {"price": Decimal("3.05"), "from_on": JULY, "basis": "决议"}
    with pytest.raises(WrongState, match="撤回"):
        tariffs.change_tariff(by=finance, at=AT, tariff_id=made, **change)
    tariffs.take_tariff_back(by=finance, at=AT, tariff_id=made)
    assert Request.objects.get(pk=request).state == "withdrawn"
    tariffs.change_tariff(by=finance, at=AT, tariff_id=made, **change)
    request = submit(estate, made)
    withdraw(by=finance, at=AT, request_id=request, reason="再想想")
    tariffs.take_tariff_back(by=finance, at=AT, tariff_id=made)  # withdrawn on the other page
    tariffs.drop_tariff(by=finance, at=AT, tariff_id=made)
    assert Tariff.objects.get(pk=made).state == "dropped"
    with pytest.raises(WrongState):
        submit(estate, made)
    with pytest.raises(WrongState, match="不能作废"):
        tariffs.drop_tariff(by=finance, at=AT, tariff_id=estate.tariffs["management", "flat"].pk)


def test_a_retroactive_price_says_how_many_lines_it_touches(estate: Estate) -> None:
    bill(estate, "flat", "management", date(2026, 1, 1), date(2026, 4, 1))
    bill(estate, "shop", "management", date(2026, 1, 1), date(2026, 4, 1))
    late = draft(estate, from_on=date(2026, 2, 1))
    early = draft(estate, from_on=JULY)
    reader = estate.caller("finance")
    assert queries.tariff(caller=reader, tariff_id=late, on=TODAY, at=AT).touched == 1
    assert queries.tariff(caller=reader, tariff_id=early, on=TODAY, at=AT).touched == 0


def test_a_slipped_decimal_point_is_pointed_out(estate: Estate) -> None:
    reader = estate.caller("finance")
    for price, odd in (("28.00", True), ("0.28", True), ("3.10", False), ("2.50", False)):
        made = draft(estate, price=Decimal(price))
        assert queries.tariff(caller=reader, tariff_id=made, on=TODAY, at=AT).is_odd is odd


@pytest.mark.rule("BIL-01")
def test_drafts_and_approvals_in_any_order_leave_no_gap_and_no_overlap(estate: Estate) -> None:
    """Thirty prices proposed at random, approved in another order, some of them returned."""
    dice = random.Random(20260316)  # noqa: S311
    days = [date(2024 + year, month, 1) for year in range(4) for month in (1, 4, 7, 10)]
    waiting: list[int] = []
    approved = 0
    for _turn in range(30):
        from_on = dice.choice(days[4:])
        until_on = dice.choice([None, *(day for day in days if day > from_on)][:3])
        with suppress(BadInput, WrongState):
            waiting.append(submit(estate, draft(estate, from_on=from_on, until_on=until_on)))
        if waiting and dice.random() < 0.8:
            request = waiting.pop(dice.randrange(len(waiting)))
            decide(estate, request, "manager")
            try:
                decide(estate, request, "company_finance")
                approved += 1
            except WrongState:
                decide(estate, request, "company_finance", "returned", "日期对不上")
        chain = tariffs.chain_of(estate.items["management"].pk, "flat")
        for one, following in pairwise(chain):
            assert one.until_on == following.from_on
    assert approved > 5


# -- what is read


def test_the_catalogue_shows_real_days(estate: Estate) -> None:
    found = queries.catalogue(
        caller=estate.caller("collector"), community_id=estate.community.pk, on=TODAY
    )
    quarterly = found.groups[0].days
    # Of the first quarter everything is over by 20 January; the second one is drafted on 12 March.
    assert (quarterly.period, quarterly.draft_on) == ("2026Q2", date(2026, 3, 12))
    assert quarterly.issue_on == date(2026, 3, 17) and quarterly.due_on == date(2026, 4, 15)
    assert quarterly.debit_on == (date(2026, 4, 10), date(2026, 4, 20))
    monthly = found.groups[1].days
    assert (monthly.period, monthly.issue_on) == ("2026-03", date(2026, 3, 5))
    assert found.setup.prices and found.setup.houses


def test_the_price_board_shows_what_is_approved_and_nothing_else(estate: Estate) -> None:
    draft(estate)
    approve(estate, draft(estate, "parking", house_kinds=[""], price=Decimal(160)))
    board = queries.price_board(community_id=estate.community.pk, on=TODAY)
    lines = {line.name: line for group in board.groups for line in group.lines}
    assert [one.price for one in lines["物业费"].prices] == ["2.80", "6.50"]
    assert [(one.price, one.is_coming) for one in lines["停车费"].prices] == [
        ("150.00", False),
        ("160.00", True),
    ]
    assert lines["公摊水费"].way_title == "按实际费用分摊" and not lines["公摊水费"].prices
    assert lines["水费"].agency
    assert not board.is_empty
    neighbour = estate.cast.neighbour.community.pk
    assert queries.price_board(community_id=neighbour, on=TODAY).is_empty


# -- the usual catalogue


def seed(cast: Cast, by: str = "manager", **given: Any) -> seeding.Seeded:
    return seeding.seed_usual(
        by=cast.caller(by),
        at=AT,
        community_id=cast.town.community.pk,
        opened_on=date(2026, 1, 1),
        **given,
    )


def test_the_usual_catalogue_is_set_up_once(cast: Cast) -> None:
    made = seed(cast, prices={"parking": {"": Decimal("99.00")}})
    assert set(made.groups) == {"A", "B"} and "management" in made.items
    assert Book.objects.get().opened_on == date(2026, 1, 1)
    assert set(Tariff.objects.values_list("state", flat=True)) == {"draft"}
    assert Tariff.objects.get(item__code="parking").price == 99
    accounts = set(Account.objects.values_list("code", flat=True))
    assert set(ChargeItem.objects.values_list("account", flat=True)) <= accounts
    with pytest.raises(seeding.UnableToSeed):
        seed(cast)
    with pytest.raises(Forbidden):
        seed(cast, by="technician")


def bill(estate: Estate, house: str, code: str, from_on: date, until_on: date) -> Line:
    """Write a posted run with one live line, as if it had been billed."""
    from huiyin.billing.models import Bill, Run

    item = estate.items[code]
    owner = estate.people["owner"]
    run, _ = Run.objects.get_or_create(
        community=estate.community,
        group=item.group,
        period="2026Q1",
        from_on=from_on,
        until_on=until_on,
        state="posted",
        issued_on=from_on,
        due_on=from_on,
        defaults={
            "drafted_by": estate.cast.employee("finance"),
            "drafted_at": AT,
            "posted_by": estate.cast.employee("finance"),
            "posted_at": AT,
        },
    )
    made = Bill.objects.create(
        community=estate.community,
        number=f"B{Bill.objects.count() + 1}",
        run=run,
        house=estate.houses[house],
        payer=owner,
        liable=owner,
        period="2026Q1",
        issued_on=from_on,
        due_on=from_on,
        amount=1,
        made_at=AT,
    )
    return Line.objects.create(
        community=estate.community,
        bill=made,
        house=estate.houses[house],
        item=item,
        from_on=from_on,
        until_on=until_on,
        assignment=estate.assignments[house, code],
        tariff=next(one for (name, _), one in estate.tariffs.items() if name == code),
        quantity=1,
        amount=1,
        working={},
    )
