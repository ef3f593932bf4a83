"""Who bears what: since when, by whom it is paid, never twice, and less of it by approval."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from huiyin.approvals.models import Request
from huiyin.billing.actions import assigning, reliefs
from huiyin.billing.models import Assignment, Relief
from huiyin.billing.queries import assignments as queries
from huiyin.billing.tests.cast import SINCE, Estate
from huiyin.billing.tests.test_catalogue import bill, decide
from huiyin.estate.models import House
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.matters.tests.cast import AT
from huiyin.trail.models import Entry

TODAY = date(2026, 3, 16)
APRIL, MAY, JULY = date(2026, 4, 1), date(2026, 5, 1), date(2026, 7, 1)


def put(estate: Estate, house: str = "flat", code: str = "parking", **given: Any) -> Assignment:
    by = estate.caller(given.pop("by", "collector"))
    made = assigning.assign(
        by=by,
        at=AT,
        house_id=estate.houses[house].pk,
        item_id=estate.items[code].pk,
        **{"from_on": SINCE, **given},
    )
    return Assignment.objects.get(pk=made)


def change(estate: Estate, row: Assignment, **given: Any) -> Assignment:
    facts: dict[str, Any] = {"from_on": MAY, "pays": "owner", "reason": "约定", **given}
    made = assigning.change_assignment(
        by=estate.caller("collector"), at=AT, assignment_id=row.pk, **facts
    )
    return Assignment.objects.get(pk=made)


def end(estate: Estate, row: Assignment, until_on: date) -> assigning.Ended:
    return assigning.end_assignment(
        by=estate.caller("collector"),
        at=AT,
        assignment_id=row.pk,
        until_on=until_on,
        reason="退租",
    )


@pytest.mark.rule("BIL-01")
def test_a_charge_begins_with_the_hand_over(estate: Estate) -> None:
    with pytest.raises(BadInput, match="交付日期"):
        put(estate, from_on=None)
    House.objects.filter(pk=estate.houses["flat"].pk).update(handed_over_on=date(2025, 8, 8))
    assert put(estate, from_on=None).from_on == date(2025, 8, 8)


def test_a_house_bears_the_same_twice_only_under_two_labels(estate: Estate) -> None:
    put(estate, label="B1-002", until_on=JULY)
    with pytest.raises(WrongState, match="已经有"):
        put(estate, label="B1-002", from_on=MAY)
    put(estate, label="B1-003")
    put(estate, label="B1-002", from_on=JULY)
    # Days before what is there must end where it begins.
    with pytest.raises(WrongState):
        put(estate, label="B1-003", from_on=date(2024, 1, 1))
    put(estate, label="B1-003", from_on=date(2024, 1, 1), until_on=SINCE)


@pytest.mark.parametrize(
    ("code", "given", "field"),
    [
        ("parking", {"pays": "nobody"}, "pays"),
        ("parking", {"pays": "person"}, "payer_id"),
        ("parking", {"pays": "owner", "payer_id": 1}, "payer_id"),
        ("parking", {"pays": "person", "payer_id": 0}, "payer_id"),
        ("parking", {"quantity": "-1"}, "quantity"),
        ("parking", {"quantity": "0"}, "quantity"),
        ("parking", {"price": "10"}, "price"),
        ("parking", {"until_on": SINCE}, "until_on"),
        ("garden", {"price": "300"}, "contract"),
        ("garden", {"contract": "YL-1"}, "price"),
        ("garden", {"contract": "YL-1", "price": "-3"}, "price"),
    ],
)
def test_what_cannot_be_billed_is_refused(
    estate: Estate, code: str, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        put(estate, code=code, **given)
    assert refused.value.field == field


def test_a_contract_has_its_own_price(estate: Estate) -> None:
    row = put(estate, code="garden", contract="YL-2026-1", price="320.5")
    assert row.price == Decimal("320.5")


def test_a_stopped_item_and_strangers_are_refused(estate: Estate) -> None:
    for post, refusal in (("keeper", Forbidden), ("E031", NotFound)):
        with pytest.raises(refusal):
            put(estate, by=post)
    estate.items["parking"].in_use = False
    estate.items["parking"].save(update_fields=["in_use"])
    with pytest.raises(BadInput, match="停用"):
        put(estate)


@pytest.mark.rule("BIL-01")
def test_another_payer_begins_a_row_and_keeps_the_one_before(estate: Estate) -> None:
    row = estate.assignments["let", "management"]
    later = change(estate, row, pays="tenant")
    row.refresh_from_db()
    assert (row.pays, row.until_on) == ("owner", MAY)
    assert (later.pays, later.from_on, later.until_on) == ("tenant", MAY, None)
    trace = Entry.objects.get(action="billing.assignment_changed")
    assert (trace.before or {})["pays"] == "owner" and (trace.after or {})["pays"] == "tenant"
    with pytest.raises(WrongState, match="没有任何变化"):
        change(estate, later, pays="tenant", from_on=JULY)
    with pytest.raises(BadInput):
        change(estate, row, pays="developer", from_on=JULY)  # it ended in May


def test_on_its_first_day_a_row_is_written_anew(estate: Estate) -> None:
    row = put(estate, from_on=MAY)
    assert change(estate, row, quantity="2").pk == row.pk
    assert Assignment.objects.get(pk=row.pk).quantity == 2


def test_days_that_were_billed_stay_with_their_row(estate: Estate) -> None:
    """A new row over billed days would bill them twice: the database guards rows one by one."""
    row = estate.assignments["flat", "management"]
    bill(estate, "flat", "management", date(2026, 1, 1), JULY)
    with pytest.raises(WrongState, match="2026-07-01 之前已经出账"):
        change(estate, row, pays="developer")
    assert change(estate, row, pays="developer", from_on=JULY).from_on == JULY
    row.refresh_from_db()
    assert end(estate, row, APRIL) == assigning.Ended(JULY)
    Assignment.objects.filter(from_on=JULY, house=row.house).delete()
    with pytest.raises(WrongState, match="已经为这一项出过账"):
        put(estate, code="management", from_on=APRIL)
    assert many(estate, code="management", from_on=APRIL) == 2  # 5-1-101 and the parking space
    assert not Assignment.objects.filter(house=row.house, from_on=APRIL).exists()
    put(estate, code="management", from_on=JULY)


def test_a_charge_ends_and_one_that_never_was_goes(estate: Estate) -> None:
    row = put(estate, from_on=MAY)
    with pytest.raises(BadInput, match="晚于开始日期"):
        end(estate, row, APRIL)
    assert end(estate, row, JULY) == assigning.Ended(None)
    with pytest.raises(WrongState, match="已经停止"):
        end(estate, Assignment.objects.get(pk=row.pk), JULY)
    end(estate, Assignment.objects.get(pk=row.pk), MAY)
    assert not Assignment.objects.filter(pk=row.pk).exists()
    assert Entry.objects.filter(action="billing.unassigned").count() == 1


def many(estate: Estate, code: str = "parking", **given: Any) -> int:
    return assigning.assign_many(
        by=estate.caller("collector"),
        at=AT,
        community_id=estate.community.pk,
        item_id=estate.items[code].pk,
        **{"kinds": ["flat", "parking"], "from_on": APRIL, **given},
    )


def test_many_are_assigned_as_the_preview_said_and_only_once(estate: Estate) -> None:
    given: dict[str, Any] = {"kinds": ["flat", "parking"], "from_on": APRIL}
    seen = queries.preview(
        caller=estate.caller("collector"),
        community_id=estate.community.pk,
        item_id=estate.items["parking"].pk,
        **given,
    )
    assert (seen.houses, seen.has_it, seen.no_day, seen.to_assign) == (7, 1, 0, 6)
    assert many(estate) == seen.to_assign
    assert many(estate) == 0
    assert Assignment.objects.filter(item=estate.items["parking"], from_on=APRIL).count() == 6
    # Shops were not asked for, and only what was assigned has an entry.
    assert not Assignment.objects.filter(item__code="parking", house__kind="shop").exists()
    assert Entry.objects.filter(action="billing.assigned_many").count() == 1


def test_many_keep_to_buildings_and_hand_over_days(estate: Estate) -> None:
    House.objects.filter(code="3-1-1301").update(handed_over_on=date(2025, 5, 5))
    House.objects.filter(code="5-1-101").update(handed_over_on=date(2025, 6, 6))
    building = House.objects.get(code="5-1-101").building_id
    assert many(estate, from_on=None, building_ids=[building]) == 1
    assert many(estate, from_on=None) == 1  # the others have no day yet
    assert Assignment.objects.get(house__code="5-1-101").from_on == date(2025, 6, 6)


def test_many_are_refused_what_needs_a_look_at_each(estate: Estate) -> None:
    foreign = estate.cast.neighbour.building.pk
    for given, field in (
        ({"code": "garden"}, "item_id"),
        ({"code": "slips"}, "item_id"),
        ({"kinds": []}, "kinds"),
        ({"pays": "person"}, "pays"),
        ({"building_ids": [foreign]}, "building_ids"),
    ):
        with pytest.raises(BadInput) as refused:
            many(estate, **given)
        assert refused.value.field == field


def test_many_cost_one_statement(estate: Estate, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(8):
        many(estate)


def test_houses_without_a_charge_come_page_by_page(estate: Estate) -> None:
    for number in range(5):
        House.objects.create(
            community=estate.community, code=f"9-{number}", order_key=f"0009-{number}"
        )
    estate.assign("flat", "parking")
    caller = estate.caller("collector")
    place = estate.community.pk
    seen, cursor = [], ""
    while True:
        page = queries.bare_houses(
            caller=caller, community_id=place, on=TODAY, cursor=cursor, limit=2
        )
        seen += [one.code for one in page.items]
        if page.next is None:
            break
        cursor = page.next
    assert seen == ["5-1-101", "9-0", "9-1", "9-2", "9-3", "9-4"]
    assert queries.bare_count(caller=caller, community_id=place, on=TODAY) == 6
    # A charge that ended no longer counts.
    end(estate, estate.assignments["shop", "management"], date(2026, 3, 1))
    assert queries.bare_count(caller=caller, community_id=place, on=TODAY) == 7


# -- reliefs


def ask(estate: Estate, by: str = "collector", **given: Any) -> int:
    facts: dict[str, Any] = {
        "assignment_id": estate.assignments["flat", "management"].pk,
        "from_on": APRIL,
        "until_on": JULY,
        "percent": "20",
        "reason": "空置",
        **given,
    }
    return reliefs.ask_relief(by=estate.caller(by), at=AT, **facts)


@pytest.mark.rule("PLN-02")
def test_a_relief_needs_two_and_the_company_when_it_is_worth_more(estate: Estate) -> None:
    small, large = ask(estate), ask(estate, from_on=JULY, until_on=date(2027, 7, 1), percent=100)
    first, second = Request.objects.order_by("id")
    assert (len(first.steps), len(second.steps)) == (1, 2)
    with pytest.raises(Forbidden):
        decide(estate, first.pk, "collector")
    decide(estate, first.pk, "manager")
    decide(estate, second.pk, "manager")
    assert Relief.objects.get(pk=small).state == "approved"
    assert Relief.objects.get(pk=large).state == "in_review"
    decide(estate, second.pk, "general_manager", "returned", "材料不全")
    refused = Relief.objects.get(pk=large)
    assert refused.state == "refused" and refused.decided_by is not None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"percent": "0"}, "percent"),
        ({"percent": "100.01"}, "percent"),
        ({"percent": "-5"}, "percent"),
        ({"monthly": "5"}, "percent"),
        ({"percent": None}, "percent"),
        ({"percent": None, "monthly": "0"}, "monthly"),
        ({"until_on": APRIL}, "until_on"),
        ({"from_on": date(2024, 1, 1)}, "from_on"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_relief_without_measure_or_days_is_refused(
    estate: Estate, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        ask(estate, **given)
    assert refused.value.field == field
    assert not Relief.objects.exists() and not Request.objects.exists()


def test_two_reliefs_never_share_a_day(estate: Estate) -> None:
    ask(estate)
    with pytest.raises(WrongState, match="2026-04-01 到 2026-07-01"):
        ask(estate, from_on=MAY, until_on=date(2026, 12, 1))
    ask(estate, from_on=JULY, until_on=date(2026, 12, 1))
    with pytest.raises(WrongState, match="减免"):
        change(estate, estate.assignments["flat", "management"], pays="developer")


def test_only_who_asked_gives_it_up(estate: Estate) -> None:
    made = ask(estate)
    with pytest.raises(Forbidden):
        reliefs.drop_relief(by=estate.caller("finance"), at=AT, relief_id=made)
    reliefs.drop_relief(by=estate.caller("collector"), at=AT, relief_id=made)
    assert Relief.objects.get().state == "refused"
    assert Request.objects.get().state == "withdrawn"
    ask(estate)  # the days are free again


def test_the_database_itself_refuses_an_approval_by_the_asker(estate: Estate) -> None:
    made = ask(estate)
    with connection.cursor() as cursor, pytest.raises(Exception, match="relief_needs_two_people"):
        cursor.execute(
            "UPDATE billing_relief SET state = 'approved', decided_by_id = asked_by_id,"
            " decided_at = asked_at WHERE id = %s",
            [made],
        )
