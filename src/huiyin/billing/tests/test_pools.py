"""Shared costs: entered, refused in words, shared out to the cent, dropped (BIL-02, BIL-06)."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiyin.billing.actions import pools, scopes
from huiyin.billing.models import Pool, Scope, Share
from huiyin.billing.rules.apportion import apportion
from huiyin.billing.tests.cast import SINCE, Estate
from huiyin.estate.models import House
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused
from huiyin.matters.tests.cast import AT
from huiyin.meters.models import Meter, Reading

QUARTER = {"from_on": date(2025, 10, 1), "until_on": date(2026, 1, 1)}
FLATS = {"kinds": ["flat"]}
BUT = "3-1-1301 5-1-101"  # without an area, and in another building


def scope(estate: Estate, name: str = "住宅", **given: object) -> int:
    """Name some houses; the flats without the one that has no area, unless told otherwise."""
    return scopes.save_scope(
        by=estate.caller("finance"),
        at=AT,
        community_id=estate.community.pk,
        name=name,
        **{**FLATS, "but": BUT, **given},  # type: ignore[arg-type]
    )


def enter(estate: Estate, scope_id: int | None = None, **given: object) -> int:
    """Enter the water bill of the last quarter, by area unless told otherwise."""
    within = scope_id if scope_id is not None else scope(estate)
    told: dict[str, object] = {
        "item": "shared_water",
        "scope_id": within,
        "name": "2025年第四季度公摊水费",
        "basis": "area",
        "amount": "12345.67",
        "paper": f"水-2025-12-{within}",
        **QUARTER,
        **given,
    }
    return pools.enter_pool(
        by=estate.caller("collector"),
        at=AT,
        community_id=estate.community.pk,
        **told,  # type: ignore[arg-type]
    )


def share(estate: Estate, pool_id: int) -> dict[int, Decimal]:
    """Share a pool out and return what each house bears."""
    pools.share_out(by=estate.caller("collector"), at=AT, pool_id=pool_id)
    return dict(Share.objects.filter(pool=pool_id).values_list("house_id", "amount"))


@pytest.mark.rule("BIL-02")
def test_a_bill_of_the_utility_is_shared_by_area_to_the_cent(estate: Estate) -> None:
    shares = share(estate, enter(estate))
    areas = {
        estate.houses[name].pk: estate.houses[name].area
        for name in ("flat", "let", "unsold", "sold")
    }
    assert sum(shares.values()) == Decimal("12345.67")
    assert shares == apportion(
        Decimal("12345.67"), [(one, area or Decimal()) for one, area in areas.items()]
    )
    assert estate.houses["unsold"].pk in shares  # an unsold flat stays in the denominator


@pytest.mark.rule("BIL-02")
def test_shares_by_household_and_by_weight(estate: Estate) -> None:
    within = scope(estate)
    each = share(estate, enter(estate, within, basis="household", amount="0.10"))
    assert sorted(each.values()) == [Decimal(one) for one in ("0.02", "0.02", "0.03", "0.03")]
    estate.assignments["flat", "shared_water"].delete()
    estate.assign("flat", "shared_water", quantity=Decimal("2.00"))
    by_quantity = share(estate, enter(estate, scope(estate, "按权重"), basis="weight", amount="50"))
    assert by_quantity[estate.houses["flat"].pk] == Decimal("20.00")
    weights = f"{estate.houses['let'].code} 0\n3-1-1401,3.5"
    typed = enter(estate, scope(estate, "填写"), basis="weight", amount="65", weights=weights)
    found = share(estate, typed)
    assert estate.houses["let"].pk not in found  # weighs nothing, gets no line
    assert found[estate.houses["unsold"].pk] == Decimal("35.00")


def test_a_house_nobody_assigned_is_named_rather_than_left_out(estate: Estate) -> None:
    estate.assignments["let", "shared_water"].delete()
    with pytest.raises(pools.UnableToShare, match=r"1 户没有权重:3-1-1202"):
        share(estate, enter(estate, basis="weight"))
    assert not Share.objects.exists()


def test_a_house_without_an_area_is_named(estate: Estate) -> None:
    with pytest.raises(pools.UnableToShare, match=r"1 户没有登记面积:3-1-1301"):
        share(estate, enter(estate, scope(estate, but="5-1-101")))


def test_where_nothing_weighs_nothing_is_shared(estate: Estate) -> None:
    one = estate.houses["flat"].code
    alone = scope(estate, kinds=[], houses=one, but="")
    with pytest.raises(pools.UnableToShare, match="没有任何房屋有分摊权重"):
        share(estate, enter(estate, alone, basis="weight", weights=f"{one} 0"))


@pytest.fixture
def read(estate: Estate) -> Estate:
    """Read the water meters and a shared one at both ends of the quarter."""
    estate.meters["pump"] = Meter.objects.create(
        community=estate.community, code="P-1", kind="water", factor=10, from_on=SINCE
    )
    for meter, first, last in (("flat", 100, 130), ("let", 50, 60), ("pump", 7, 12)):
        for on, value in ((QUARTER["from_on"], first), (QUARTER["until_on"], last)):
            Reading.objects.create(
                community=estate.community,
                meter=estate.meters[meter],
                read_on=on,
                value=value,
                key=uuid4(),
                by_name="许技",
                recorded_at=AT,
            )
    return estate


@pytest.mark.rule("BIL-02")
def test_shares_by_sub_meters_and_the_amount_from_a_shared_meter(read: Estate) -> None:
    metered = ("flat", "let")
    within = scope(
        read, kinds=[], but="", houses=" ".join(read.houses[one].code for one in metered)
    )
    pool_id = enter(
        read,
        within,
        basis="meter",
        meter_kind="water",
        amount=None,
        paper="",
        meter="P-1",
        price="4.1",
    )
    pool = Pool.objects.get(pk=pool_id)
    assert (pool.quantity, pool.amount) == (Decimal("50.000"), Decimal("205.00"))
    shares = share(read, pool_id)
    assert shares == {
        read.houses["flat"].pk: Decimal("153.75"),
        read.houses["let"].pk: Decimal("51.25"),
    }


def test_a_house_without_a_sub_meter_is_named(read: Estate) -> None:
    with pytest.raises(pools.UnableToShare, match=r"2 户没有可用的分表读数:3-1-1401、3-1-1501"):
        share(read, enter(read, basis="meter", meter_kind="water"))


def test_a_shared_meter_nobody_read_gives_no_amount(estate: Estate) -> None:
    Meter.objects.create(community=estate.community, code="P-9", kind="water", from_on=SINCE)
    with pytest.raises(pools.UnableToShare, match="表 P-9 在 2025-10-01 和 2026-01-01 前后没有"):
        enter(estate, amount=None, paper="", meter="P-9", price="4.1")


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"until_on": date(2025, 9, 30)}, "until_on", "要晚于开始日期"),
        ({"until_on": date(2026, 4, 1)}, "until_on", "已经过去的日子"),
        ({"amount": "-1"}, "amount", "不小于 0"),
        ({"amount": "1.005"}, "amount", "两位小数"),
        ({"amount": "0"}, "amount", "大于 0"),
        ({"paper": " "}, "paper", "请填写"),
        ({"basis": "colour"}, "basis", "请选择分摊方式"),
        ({"vacant": "nobody"}, "vacant", "空置"),
        ({"basis": "meter"}, "meter_kind", "哪一种表"),
        ({"item": "management"}, "item", "不是公摊项目"),
        ({"basis": "weight", "weights": "3-1-1201"}, "weights", "第 1 行"),
        ({"basis": "weight", "weights": "\n3-1-1201 -2"}, "weights", "第 2 行"),
        ({"basis": "weight", "weights": "3-1-1201 1\n3-1-1201 2"}, "weights", "前面已经写过"),
        ({"basis": "weight", "weights": "9-9-9999 1"}, "weights", "没有房号"),
        ({"scan_id": 404}, "scan", "重新上传"),
    ],
)
def test_what_cannot_be_a_shared_cost_is_refused_in_words(
    estate: Estate, wrong: dict[str, object], field: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        enter(estate, **wrong)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not Pool.objects.exists()


@pytest.mark.rule("BIL-02")
def test_the_same_cost_is_not_entered_twice(estate: Estate) -> None:
    within = scope(estate)
    first = enter(estate, within)
    with pytest.raises(pools.UnableToEnterPool, match="同一笔费用不能分摊两次"):
        enter(estate, within, from_on=date(2025, 12, 31), paper="水-2025-12-2")
    with pytest.raises(pools.UnableToEnterPool, match="水-2025-12"):
        enter(estate, within, again=True)  # the same paper
    enter(estate, within, again=True, paper="水-2025-12-补")
    elsewhere = scope(estate, "商铺", kinds=["shop"], but="")
    with pytest.raises(pools.UnableToEnterPool, match=r"在“住宅”已有.*水-2025-12"):
        enter(estate, elsewhere, paper="水-2025-12-补")  # the same paper for other houses
    enter(estate, elsewhere, paper="水-2025-12-补", again=True)  # another part of it
    enter(estate, within, from_on=date(2025, 7, 1), until_on=date(2025, 10, 1))
    pools.drop_pool(by=estate.caller("finance"), at=AT, pool_id=first, reason="金额抄错")
    with pytest.raises(pools.UnableToDropPool):
        pools.drop_pool(by=estate.caller("finance"), at=AT, pool_id=first, reason="再来")


def test_a_form_sent_twice_is_one_cost(estate: Estate) -> None:
    key, within = uuid4(), scope(estate)
    assert enter(estate, within, key=key) == enter(estate, within, key=key)
    with pytest.raises(pools.UnableToEnterPool, match="重新打开"):
        enter(estate, within, key=key, from_on=date(2025, 7, 1))


def test_shared_out_once(estate: Estate) -> None:
    pool_id = enter(estate)
    shares = share(estate, pool_id)
    with pytest.raises(pools.UnableToShare, match="已经分摊过"):
        share(estate, pool_id)
    assert dict(Share.objects.values_list("house_id", "amount")) == shares


def test_dropped_before_it_is_billed(estate: Estate) -> None:
    pool_id = enter(estate)
    share(estate, pool_id)
    pools.drop_pool(by=estate.caller("finance"), at=AT, pool_id=pool_id, reason="供水公司更正")
    assert Pool.objects.get(pk=pool_id).state == "dropped"


def test_strangers_and_colleagues_without_charges_share_nothing(estate: Estate) -> None:
    pool_id = enter(estate)
    for post, refusal in (("keeper", Forbidden), ("E031", NotFound)):
        with pytest.raises(refusal):
            pools.share_out(by=estate.caller(post), at=AT, pool_id=pool_id)
        with pytest.raises(refusal):
            scopes.save_scope(
                by=estate.caller(post), at=AT, community_id=estate.community.pk, name="x"
            )


def test_scopes_choose_houses_by_kind_place_and_exception(estate: Estate) -> None:
    building = estate.cast.town.building.pk
    made = scope(estate, "3栋和商铺", kinds=[], buildings=[building], houses="S-01")
    found = Scope.objects.get(pk=made)
    from huiyin.billing.sharing import houses_of

    chosen = {House.objects.get(pk=one).code for one in houses_of(found)}
    assert chosen == {"3-1-1201", "3-1-1202", "3-1-1401", "3-1-1501", "S-01"}
    with pytest.raises(scopes.UnableToSaveScope, match="已有名为"):
        scope(estate, "3栋和商铺")
    scope(estate, "3栋", scope_id=made)
    assert Scope.objects.get().name == "3栋"
    for wrong in ({"kinds": ["castle"]}, {"houses": "9-9-9"}, {"kinds": ["office"]}):
        with pytest.raises(Refused):
            scope(estate, "别的", **wrong)
    with pytest.raises(NotFound):
        scope(estate, "别的", buildings=[estate.cast.neighbour.building.pk])


@pytest.mark.rule("BIL-02")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    amount=st.decimals(min_value="0.01", max_value="999999.99", places=2),
    weights=st.lists(
        st.decimals(min_value=0, max_value="9999.9999", places=4), min_size=4, max_size=4
    ).filter(any),
)
def test_the_database_shares_as_the_rule_does(
    estate: Estate, amount: Decimal, weights: list[Decimal]
) -> None:
    """The oracle: the statement over all houses gives what the pure rule gives (I5)."""
    names = ("flat", "let", "unsold", "sold")
    houses = [estate.houses[name] for name in names]
    within = Scope.objects.filter(name="住宅").values_list("pk", flat=True).first() or scope(estate)
    text = "\n".join(f"{one.code} {weight}" for one, weight in zip(houses, weights, strict=True))
    Pool.objects.update(state="dropped")
    pool_id = enter(estate, within, basis="weight", amount=amount, weights=text)
    shares = share(estate, pool_id)
    expected = apportion(
        amount, [(one.pk, weight) for one, weight in zip(houses, weights, strict=True)]
    )
    assert shares == {house: expected[house] for house in shares}
    assert sum(shares.values()) == amount


def test_thousands_of_houses_share_as_the_rule_does(estate: Estate) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO estate_house (community_id, kind, code, order_key, area, vacant,"
            " incomplete, remark, tenure) SELECT %s, 'office', 'T-' || n, lpad(n::text, 6, '0'),"
            " (5000 + n * 7919 %% 9000) / 100.0, false, '{}', '', '' FROM generate_series(1, %s) n",
            [estate.community.pk, 5_000],
        )
    shares = share(estate, enter(estate, scope(estate, "写字楼", kinds=["office"], but="")))
    offices = House.objects.filter(kind="office").values_list("pk", "area")
    assert shares == apportion(
        Decimal("12345.67"), [(one, area or Decimal()) for one, area in offices]
    )


def test_a_form_sent_again_with_another_amount_is_not_taken_for_the_first(
    estate: Estate,
) -> None:
    """Who went back to put the amount right is not told that it was entered."""
    key, within = uuid4(), scope(estate)
    first = enter(estate, within, key=key)
    assert enter(estate, within, key=key, amount="12345.670") == first
    for other in (
        {"amount": "2345.67"},
        {"basis": "household"},
        {"vacant": "owner"},
        {"paper": "水-9"},
    ):
        with pytest.raises(pools.UnableToEnterPool, match="已经提交过别的内容"):
            enter(estate, within, key=key, **other)
    assert Pool.objects.count() == 1


def test_a_key_of_another_community_is_refused_in_words(estate: Estate) -> None:
    key = uuid4()
    made = Pool.objects.get(pk=enter(estate, key=key))
    there = estate.cast.neighbour.community
    other = Scope.objects.create(community=there, name="住宅", places={})
    Pool.objects.filter(pk=made.pk).update(community=there, scope=other)
    with pytest.raises(pools.UnableToEnterPool, match="已经提交过别的内容"):
        enter(estate, made.scope_id, key=key)
