"""A quarter of bills, told through the API and added up apart, as somebody would in a spreadsheet.

A community with a roster; the fee of the coming quarter, 12,345.67 yuan of shared water, parking.
One house is sold on the 17th, the fee rises in the middle of the quarter, what nobody bought is the
developer's, one water meter is replaced. ``reckon`` knows nothing of the code under test: it is the
few formulas that a clerk would write into cells.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import xlsxwriter

from huiyin.billing.actions import assigning, catalogue, pools, scopes, tariffs
from huiyin.doors.api.tests.cast import Api, Site
from huiyin.doors.clock import sweeper
from huiyin.estate.actions import edit_house
from huiyin.estate.models import House, Occupancy, Person
from huiyin.estate.roster.apply import import_roster
from huiyin.estate.roster.workbook import parse_bytes
from huiyin.flows.approving import decide
from huiyin.kernel.caller import Caller
from huiyin.ledger.actions import open_books
from huiyin.matters.tests.cast import moment
from huiyin.meters import actions as meters
from huiyin.reports.audit import audit

DATA = Path(__file__).parents[3] / "shared" / "data"
SHARED = Decimal("12345.67")
OLD, NEW, SHOP, SPACE = Decimal("2.3"), Decimal("2.5"), Decimal("4"), Decimal("80")
WATER = Decimal("4.10")
MONEY = {3, 4, 5, 6}
BEGAN = "2026-03-10 09:00"
HEAD = ["楼栋", "单元", "房号", "建筑面积", "业主姓名", "联系电话", "交付日期", "备注"]


@dataclass
class Place:
    """One line of the clerk's table."""

    code: str
    kind: str
    area: Decimal | None
    nobody_bought: bool = False


@dataclass
class Town:
    """A roster as a workbook, and the same as the clerk's table."""

    workbook: bytes
    places: list[Place]
    sold: str
    sold_late: str
    metered: tuple[str, str, str]
    unmeasured: str = ""


# -- two rosters: our own small one, and the sample beside the checkout


def own_town() -> Town:
    """Return twelve flats, two shops and four spaces; one flat unsold, one never measured."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    flats, shops, spaces = (book.add_worksheet(name) for name in ("住宅", "商铺", "车位"))
    flats.write_row(0, 0, HEAD)
    places: list[Place] = []
    for number in range(12):
        floor, door = divmod(number, 2)
        room = f"{floor + 1}0{door + 1}"
        area = None if number == 9 else Decimal(6180 + number * 773) / 100
        owner = "" if number == 5 else f"业主{'甲乙丙丁戊己庚辛壬癸子丑'[number]}"
        row = ["9栋", "1单元", room, str(area or ""), owner, "", "2021-03-30", ""]
        flats.write_row(number + 1, 0, [*row[:7], "空置" if number == 5 else ""])
        places.append(Place(f"9-1-{room}", "flat", area, nobody_bought=number == 5))
    shops.write_row(0, 0, ["铺号", "建筑面积", "业主姓名", "联系电话"])
    for number, size in enumerate(("57.31", "120.08"), start=1):
        shops.write_row(number, 0, [f"S-9{number}", size, f"店主{number}", ""])
        places.append(Place(f"S-9{number}", "shop", Decimal(size)))
    spaces.write_row(0, 0, ["车位号", "对应房号", "车位类型"])
    for number in range(1, 5):
        spaces.write_row(number, 0, [f"C-00{number}", f"9-1-{number}01", "产权"])
        places.append(Place(f"C-00{number}", "parking", None))
    book.close()
    metered = ("9-1-101", "9-1-102", "9-1-201")
    return Town(out.getvalue(), places, "9-1-301", "9-1-402", metered, "9-1-502")


def sample_town() -> Town:
    """Return the sample roster with its 558 flats, 18 shops and 120 spaces."""
    truth = json.loads((DATA / "roster.truth.json").read_text("utf-8"))
    flats = [
        Place(one["house"], "flat", Decimal(one["area"]), nobody_bought=not one["owners"])
        for one in truth["houses"]
    ]
    shops = [Place(one["code"], "shop", Decimal(one["area"])) for one in truth["shops"]]
    spaces = [Place(one["code"], "parking", None) for one in truth["parking"]]
    lived_in = [one.code for one in flats if not one.nobody_bought]
    return Town(
        (DATA / "roster.xlsx").read_bytes(),
        [*flats, *shops, *spaces],
        lived_in[40],
        lived_in[200],
        (lived_in[0], lived_in[1], lived_in[2]),
    )


TOWNS = [
    pytest.param(own_town, id="own"),
    pytest.param(
        sample_town,
        id="sample",
        marks=pytest.mark.skipif(
            not (DATA / "roster.truth.json").exists(), reason="the sample roster is not here"
        ),
    ),
]


# -- the clerk


def cents(exact: Fraction) -> Decimal:
    """Round to the cent, half up."""
    whole = Decimal(exact.numerator) / Decimal(exact.denominator)
    return whole.quantize(Decimal("0.01"), ROUND_HALF_UP)


def fee(place: Place, until: date) -> Fraction:
    """Add up the management fee from 1 April to a day: April, May at two prices, June."""
    prices: tuple[tuple[date, Fraction], ...]
    if place.kind == "shop":
        prices = ((date(2026, 4, 1), Fraction(SHOP)),)
    else:
        prices = ((date(2026, 4, 1), Fraction(OLD)), (date(2026, 5, 15), Fraction(NEW)))
    total = Fraction(0)
    for month, length in ((4, 30), (5, 31), (6, 30)):
        for day in range(1, length + 1):
            today = date(2026, month, day)
            if today < until:
                price = [price for begins, price in prices if begins <= today][-1]
                total += price * Fraction(place.area or 0) / length
    return total


def shares(places: list[Place]) -> dict[str, Decimal]:
    """Share the water out by area: whole cents first, what is left to the largest remainders."""
    weights = {one.code: int((one.area or 0) * 100) for one in places if one.kind != "parking"}
    whole, total = sum(weights.values()), int(SHARED * 100)
    floors = {code: total * weight // whole for code, weight in weights.items()}
    ids = dict(House.objects.filter(code__in=weights).values_list("code", "pk"))
    behind = sorted(weights, key=lambda code: (-(total * weights[code] % whole), ids[code]))
    for code in behind[: total - sum(floors.values())]:
        floors[code] += 1
    return {code: Decimal(cent) / 100 for code, cent in floors.items()}


END = date(2026, 7, 1)
SOLD_ON = date(2026, 4, 17)
SOLD_LATE_ON = date(2026, 5, 17)


# -- the office


@dataclass
class Office:
    """The people of YG, doing what comes before and around the API's calls."""

    site: Site
    town: Town
    items: dict[str, int] = field(default_factory=dict)
    scope: int = 0

    def by(self, post: str) -> Caller:
        return self.site.cast.caller(post)

    def api(self, post: str) -> Api:
        return self.site.api(post)

    @property
    def here(self) -> int:
        return self.site.cast.town.community.pk

    def post(self, post: str, path: str, at: str, want: int = 200, **body: Any) -> dict[str, Any]:
        told = self.api(post).post(path, body, at=moment(at))
        assert told.status == want, told.body
        return dict(told.body)

    def get(self, path: str, at: str, **query: Any) -> dict[str, Any]:
        told = self.api("finance").get(path, at=moment(at), **query)
        assert told.status == 200, told.body
        return dict(told.body)

    def settle_in(self) -> None:
        """Read the roster, open the books, put two groups of charges and their prices in force."""
        at = moment(BEGAN)
        community = self.site.cast.town.community
        import_roster(
            by=self.by("manager"),
            at=at,
            community=community,
            parsed=parse_bytes(self.town.workbook, "住户册.xlsx"),
        )
        # The cast's own flats are in the sample as well: who owns them always did.
        Occupancy.objects.filter(house__community=community).update(from_on=None)
        given: dict[str, Any] = {"by": self.by("finance"), "at": at, "community_id": self.here}
        open_books(**given, opened_on=date(2026, 1, 1))
        builder = Person.objects.get(community=community, name="开发商")
        catalogue.save_terms(**given, developer_id=builder.pk, ways="前台缴费")
        quarter = catalogue.save_group(
            **given,
            code="Q",
            name="季度",
            months=3,
            draft_after=-15,
            issue_after=-12,
            due_after=20,
            offset_after=0,
        )
        month = catalogue.save_group(
            **given,
            code="M",
            name="月度",
            months=1,
            draft_after=0,
            issue_after=4,
            due_after=19,
            offset_after=5,
        )
        for group, code, name, way, phase, account, more in (
            (quarter, "fee", "物业管理费", "area", "advance", "600101", {}),
            (quarter, "shared", "公摊水费", "apportioned", "arrears", "600102", {}),
            (quarter, "parking", "车位费", "fixed", "advance", "600104", {}),
            (month, "water", "水费", "metered", "arrears", "224102", {"meter_kind": "water"}),
        ):
            self.items[code] = catalogue.save_item(
                **given,
                group_id=group,
                code=code,
                name=name,
                way=way,
                phase=phase,
                account=account,
                agency=account == "224102",
                **more,  # type: ignore[arg-type]
            )
        opened, risen = date(2026, 1, 1), date(2026, 5, 15)
        self.price("fee", "flat", OLD, opened)
        self.price("fee", "shop", SHOP, opened)
        self.price("parking", "", SPACE, opened)
        self.price("water", "", WATER, opened)
        self.price("fee", "flat", NEW, risen)
        codes = " ".join(one.code for one in self.town.places if one.kind != "parking")
        self.scope = scopes.save_scope(**given, name="全体", houses=codes)
        begins: dict[str, Any] = {"from_on": date(2026, 4, 1)}
        for item, kinds in (("fee", ["flat", "shop"]), ("parking", ["parking"])):
            assigning.assign_many(**given, item_id=self.items[item], kinds=kinds, **begins)
        others = House.objects.filter(community=community).exclude(
            code__in=[one.code for one in self.town.places]
        )
        for house in others:  # the cast's own flats are nobody's business here
            for charge in house.assignments.all():
                assigning.end_assignment(
                    by=self.by("finance"),
                    at=at,
                    assignment_id=charge.pk,
                    until_on=charge.from_on,
                    reason="不在本例之内",
                )

    def price(self, item: str, kind: str, price: Decimal, from_on: date) -> None:
        """Draft a price and let the two who decide agree."""
        at = moment(BEGAN)
        for tariff_id in tariffs.draft_tariff(
            by=self.by("collector"),
            at=at,
            item_id=self.items[item],
            house_kinds=[kind],
            price=price,
            from_on=from_on,
            basis="物业服务合同第 8 条",
        ):
            asked = tariffs.submit_tariff(by=self.by("collector"), at=at, tariff_id=tariff_id)
            for post in ("manager", "company_finance"):
                decide(by=self.by(post), at=at, request_id=asked, verdict="approved")

    def house(self, code: str) -> House:
        return House.objects.get(community_id=self.here, code=code)

    def sell(self, code: str, on: date, buyer: str) -> tuple[Person, Person]:
        """Let a house change hands on a day; return seller and buyer."""
        house = self.house(code)
        held = house.occupancies.get(role="owner", until_on__isnull=True)
        house.occupancies.filter(role__in=("owner", "co_owner")).update(until_on=on)
        person = Person.objects.create(community_id=self.here, name=buyer)
        Occupancy.objects.create(house=house, person=person, role="owner", from_on=on)
        return held.person, person

    def enter_water(self) -> int:
        """Enter the water bill of the past quarter, to be shared by area."""
        at = moment("2026-04-02 10:00")
        given: dict[str, Any] = {"by": self.by("collector"), "at": at, "community_id": self.here}
        return pools.enter_pool(
            **given,
            item="shared",
            scope_id=self.scope,
            name="一季度公摊水费",
            from_on=date(2026, 1, 1),
            until_on=date(2026, 4, 1),
            basis="area",
            vacant="developer",
            amount=SHARED,
            paper="水务 2026-0331",
        )

    def share_out(self, pool: int) -> None:
        """Share it out."""
        pools.share_out(by=self.by("collector"), at=moment("2026-04-02 10:45"), pool_id=pool)

    def owed(self, at: str) -> dict[str, Decimal]:
        """Return what every household owes, page by page."""
        found: dict[str, Decimal] = {}
        cursor = ""
        while True:
            told = self.get("/arrears", at, community="YG", min_days=0, cursor=cursor, limit=100)
            found |= {one["house"]: Decimal(one["owed"]) for one in told["items"]}
            if not (cursor := told["next"] or ""):
                assert sum(found.values()) == Decimal(told["total"])
                return found

    def billed_to(self, code: str, at: str) -> dict[str, Decimal]:
        """Return what was billed for a house, by who pays, as its bills say it now."""
        found: dict[str, Decimal] = {}
        told = self.get(f"/houses/YG/{code}/statement", at)
        for bill in told["bills"]:
            sheet = self.get(f"/bills/{bill['number']}", at)
            lines = sum(Decimal(one["amount"]) - Decimal(one["reduced"]) for one in sheet["lines"])
            assert lines == Decimal(sheet["open"])
            found[sheet["payer"]] = found.get(sheet["payer"], Decimal(0)) + lines
        return found


@pytest.fixture
def office(request: pytest.FixtureRequest, site: Site) -> Iterator[Office]:
    """Open the office in a town."""
    one = Office(site, request.param())
    one.settle_in()
    yield one


def prove(at: str) -> None:
    """Prove what the audit proves about money."""
    lines = {line.invariant: line for line in audit(moment(at)) if line.invariant in MONEY}
    assert set(lines) == MONEY
    assert not [line.broken for line in lines.values() if not line.ok]


@pytest.mark.slow
@pytest.mark.rule("BIL-01")
@pytest.mark.rule("BIL-02")
@pytest.mark.rule("BIL-06")
@pytest.mark.rule("BIL-15")
@pytest.mark.parametrize("office", TOWNS, indirect=True)
def test_a_quarter_agrees_with_the_spreadsheet_to_the_cent(office: Office) -> None:
    town = office.town
    seller, buyer = office.sell(town.sold, SOLD_ON, "买主一")
    pool = office.enter_water()
    if town.unmeasured:
        # Nobody can share by the area of a house that was never measured.
        with pytest.raises(pools.UnableToShare, match=town.unmeasured):
            office.share_out(pool)
        edit_house(
            by=office.by("manager"),
            at=moment("2026-04-02 10:30"),
            community_id=office.here,
            house=town.unmeasured,
            area=Decimal("70.00"),
            handed_over_on=date(2021, 3, 30),
            vacant=False,
        )
        next(one for one in town.places if one.code == town.unmeasured).area = Decimal("70.00")
    office.share_out(pool)

    at = "2026-04-02 11:00"
    run = office.post(
        "collector", "/billing/runs", at, 201, community="YG", charge_group="Q", period="2026Q2"
    )
    assert (run["state"], run["held"]) == ("drafted", 0), run["exceptions"]
    assert not office.owed(at)  # a draft bills nobody
    run = office.post("finance", f"/billing/runs/{run['id']}/post", at)
    assert run["state"] == "posted"
    again = office.post("finance", f"/billing/runs/{run['id']}/post", at)
    assert (again["lines"], again["amount"]) == (run["lines"], run["amount"])

    # The clerk's table against what every household owes.
    water = shares(town.places)
    assert sum(water.values()) == SHARED
    table = {
        one.code: cents(fee(one, END)) + water[one.code]
        if one.kind != "parking"
        else cents(Fraction(SPACE) * 3)
        for one in town.places
    }
    assert office.owed(at) == table
    assert Decimal(run["amount"]) == sum(table.values())
    by_item = {one["item"]: Decimal(one["amount"]) for one in run["totals"]}
    spaces = [one for one in town.places if one.kind == "parking"]
    assert by_item["shared"] == SHARED
    assert by_item["parking"] == 240 * len(spaces)

    # Seller and buyer of the 17th; shared water is the seller's, who lived there last quarter.
    place = next(one for one in town.places if one.code == town.sold)
    sellers = cents(fee(place, SOLD_ON))
    assert office.billed_to(town.sold, at) == {
        seller.name: sellers + water[town.sold],
        buyer.name: cents(fee(place, END)) - sellers,
    }
    # What nobody bought is the developer's.
    for one in [one for one in town.places if one.nobody_bought][:3]:
        assert office.billed_to(one.code, at) == {"开发商": table[one.code]}
    prove(at)

    # A sale that is only told afterwards is put right by a correction, to the cent.
    seller, buyer = office.sell(town.sold_late, SOLD_LATE_ON, "买主二")
    later = "2026-06-01 10:00"
    fixed = office.post(
        "collector",
        "/billing/runs",
        later,
        201,
        community="YG",
        charge_group="Q",
        period="2026Q2",
        kind="correction",
    )
    if fixed["needs_confirmation"]:
        office.post("manager", f"/billing/runs/{fixed['id']}/confirm", later)
    office.post("finance", f"/billing/runs/{fixed['id']}/post", later)
    place = next(one for one in town.places if one.code == town.sold_late)
    sellers = cents(fee(place, SOLD_LATE_ON))
    assert office.billed_to(town.sold_late, later) == {
        seller.name: sellers + water[town.sold_late],
        buyer.name: cents(fee(place, END)) - sellers,
    }
    assert office.owed(later) == table
    sweeper.tick(moment(later))
    prove(later)


@pytest.mark.slow
@pytest.mark.rule("BIL-03")
@pytest.mark.parametrize("office", TOWNS, indirect=True)
def test_a_month_of_water_with_a_meter_replaced(office: Office) -> None:
    plain, replaced, odd = office.town.metered
    given: dict[str, Any] = {"at": moment("2026-03-10 10:00"), "community_id": office.here}
    for number, code in enumerate((plain, replaced, odd), start=1):
        meters.add_meter(
            by=office.by("maintenance_foreman"),
            **given,
            code=f"W{number}",
            kind="water",
            house=code,
            from_on=date(2026, 3, 1),
            value=Decimal(100),
        )
        assigning.assign(
            by=office.by("collector"),
            at=given["at"],
            house_id=office.house(code).pk,
            item_id=office.items["water"],
            from_on=date(2026, 3, 1),
        )
    meters.replace(
        by=office.by("maintenance_foreman"),
        at=moment("2026-03-20 15:00"),
        community_id=office.here,
        meter="W2",
        on=date(2026, 3, 20),
        final=Decimal("130"),
        code="W2B",
        initial=Decimal("3"),
        key=UUID(int=2),
    )
    evening = "2026-03-31 17:00"
    told = {"community": "YG", "read_on": "2026-03-31"}
    read = {
        name: office.post(
            "technician", "/meter-readings", evening, 201, **told, meter=name, value=value
        )
        for name, value in (("W1", "112.5"), ("W2B", "18"), ("W3", "40"))
    }
    assert not read["W1"]["held"] and not read["W2B"]["held"]
    assert read["W3"]["held"]  # less than it showed

    at = "2026-04-01 10:00"
    month = {"community": "YG", "charge_group": "M", "period": "2026-04"}
    run = office.post("collector", "/billing/runs", at, 201, **month)
    assert [(one["house"], one["code"]) for one in run["exceptions"]] == [(odd, "held_reading")]
    office.post("finance", f"/billing/runs/{run['id']}/post", at)
    assert office.owed(at) == {
        plain: Decimal("12.5") * WATER,
        replaced: ((130 - 100) + (18 - 3)) * WATER,
    }

    meters.correct(
        by=office.by("collector"),
        at=moment("2026-04-02 09:00"),
        community_id=office.here,
        reading=read["W3"]["id"],
        value="140",
        key=UUID(int=3),
        reason="看错一位",
    )
    rest = office.post("collector", "/billing/runs", "2026-04-02 10:00", 201, **month)
    assert (rest["lines"], rest["amount"]) == (1, f"{40 * WATER:.2f}")
    if rest["needs_confirmation"]:
        office.post("manager", f"/billing/runs/{rest['id']}/confirm", "2026-04-02 10:30")
    office.post("finance", f"/billing/runs/{rest['id']}/post", "2026-04-02 11:00")
    assert office.owed("2026-04-02 11:00")[odd] == 40 * WATER
    prove("2026-04-02 11:00")
