"""What households owe: books, prices, meters, shared costs, two months of bills (BIL-01…BIL-09).

No money is taken at the counter yet, so most households begin with what they had paid ahead: their
bills are offset on the day of the finance calendar, and who had nothing is in arrears.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from huiyin.billing.actions import (
    assigning,
    catalogue,
    pools,
    prepaid,
    reliefs,
    runs,
    scopes,
    seeding,
    slips,
    tariffs,
)
from huiyin.billing.models import Assignment, ChargeItem, Run, Scope, Tariff
from huiyin.billing.opening.apply import import_opening, read_opening
from huiyin.billing.rules.periods import Period, following, period_of, previous
from huiyin.estate.models import Building, House, Person
from huiyin.estate.queries import communities
from huiyin.flows import billing_notices
from huiyin.flows.approving import decide
from huiyin.flows.demo import cast, town
from huiyin.flows.demo.deck import Deck
from huiyin.flows.demo.staffing import ZONE
from huiyin.flows.demo.stage import Stage
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.money import CENT
from huiyin.meters import actions as meters

START = 58  # days ago
METERED = ("3", "5")  # buildings whose water the service centre collects
BARE_RATE, LATE_SHARE, AHEAD_SHARE = Decimal("2.80"), 0.06, 0.86
WAYS = "服务中心前台(每日 8:30–18:00)现金、刷卡;或转账至阳光花园物业账户,备注房号。"
SERVED = (
    ("bottled_water", "桶装水", "桶", "2", "18"),
    ("bottled_water", "桶装水", "桶", "4", "18"),
    ("club", "乒乓球", "小时", "2", "25"),
    ("cleaning", "日常保洁", "小时", "3", "45"),
    ("cards", "门禁卡", "张", "1", "20"),
    ("club", "羽毛球", "小时", "1", "40"),
)


def rehearse(stage: Stage, rng: Random, _deck: Deck) -> None:
    """Put the months of the collector on the stage."""
    stage.put_on(_Desk(stage, rng).work())


def _file(*rows: list[Any]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


class _Desk:
    """The collector, who prepares, finance and the manager, who let out."""

    def __init__(self, stage: Stage, rng: Random) -> None:
        self.stage = stage
        self.rng = rng
        self.posted: list[Period] = []
        self.shown: dict[str, Decimal] = {}

    def by(self, post: str) -> Caller:
        return self.stage.caller(cast.codes(post)[0])

    @property
    def here(self) -> int:
        return self.stage.community_id

    def on(self, day: date, hour: int, minute: int = 0) -> datetime:
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)

    # -- the course

    def work(self) -> Iterator[datetime]:
        """Open the books, bring in what was, and bill as the calendar has it."""
        yield (at := self.stage.moment(START, 9, 5))
        began = at.date()
        quarter, month = period_of(began, 3), period_of(began, 1)
        self.open_books(at, quarter, month)
        yield (at := at + timedelta(minutes=40))
        self.bring_in(at, quarter)
        self.share(at, previous(quarter))
        waiting = [
            *self.bill("A", quarter, began + timedelta(days=1)),
            *self.bill("B", month, began + timedelta(days=2)),
            *self.readings(month),
            *self.served(),
        ]
        upcoming = following(quarter)
        drafted_on = max(upcoming.from_on - timedelta(days=15), began + timedelta(days=3))
        if drafted_on <= self.stage.today:
            waiting += self.bill("A", upcoming, drafted_on)
        while (month := following(month)).from_on <= self.stage.today:
            last = following(month).from_on > self.stage.today
            waiting += self.bill("B", month, month.from_on + timedelta(days=1), leave=last)
        waiting += [(self.on(self.stage.today - timedelta(days=3), 15), self.what_waits)]
        waiting += [
            (self.on(self.stage.today - timedelta(days=back), 9, 30), self.tell)
            for back in range(START - 3, -1, -4)
        ]
        for moment, act in sorted(waiting, key=lambda one: one[0]):
            if at < moment <= self.stage.now:
                yield (at := moment)
                act(at)

    def open_books(self, at: datetime, quarter: Period, month: Period) -> None:
        finance = self.by("finance")
        given: dict[str, Any] = {"by": finance, "at": at, "community_id": self.here}
        made = seeding.seed_usual(**given, opened_on=previous(quarter).from_on)
        for row in Tariff.objects.filter(pk__in=made.tariffs):
            tariffs.change_tariff(
                by=finance,
                at=at,
                tariff_id=row.pk,
                price=row.price,
                from_on=row.from_on,
                basis="前期物业服务合同第 8 条",
            )
        for tariff_id in made.tariffs:
            asked = tariffs.submit_tariff(by=finance, at=at, tariff_id=tariff_id)
            for post in ("manager", "company_finance"):
                decide(by=self.by(post), at=at, request_id=asked, verdict="approved")
        developer = Person.objects.get(community_id=self.here, name=town.DEVELOPER)
        catalogue.save_terms(**given, developer_id=developer.pk, ways=WAYS)
        scopes.save_scope(**given, name="全体住宅和商铺", kinds=["flat", "shop", "office"])
        assigning.assign_many(
            **given,
            item_id=made.items["management"],
            kinds=["flat", "shop", "office"],
            from_on=quarter.from_on,
        )
        assigning.assign_many(
            **given, item_id=made.items["parking"], kinds=["parking"], from_on=month.from_on
        )
        metered = Building.objects.filter(community_id=self.here, code__in=METERED)
        assigning.assign_many(
            **given,
            item_id=made.items["water"],
            kinds=["flat"],
            building_ids=list(metered.values_list("pk", flat=True)),
            from_on=month.from_on,
        )
        self.hang_meters(at, month.from_on)

    def hang_meters(self, at: datetime, on: date) -> None:
        flats = House.objects.filter(community_id=self.here, building__code__in=METERED)
        rows: list[list[Any]] = [["表号", "类型", "房号", "路线", "顺序", "起用日期", "起始读数"]]
        codes = flats.order_by("order_key").values_list("code", "building__code")
        for step, (code, building) in enumerate(codes, start=1):
            first = Decimal(self.rng.randrange(120, 900))
            self.shown[f"W-{code}"] = first
            rows.append([f"W-{code}", "水表", code, f"{building}栋", step, on, first])
        meters.import_meters(
            by=self.by("maintenance_foreman"),
            at=at,
            community_id=self.here,
            content=_file(*rows),
            name="水表.csv",
        )

    def bring_in(self, at: datetime, quarter: Period) -> None:
        rows: list[list[Any]] = [["房号", "收费项目", "账期", "欠费金额", "预存余额"]]
        flats = House.objects.filter(community_id=self.here, kind="flat", area__isnull=False)
        for code, area in flats.order_by("order_key").values_list("code", "area"):
            fee = ((area or Decimal(0)) * BARE_RATE * 3).quantize(CENT)
            draw = self.rng.random()
            if draw < LATE_SHARE:
                old = quarter
                for _ in range(self.rng.choice((1, 1, 1, 2, 2, 3, 5, 7))):
                    old = previous(old)
                    rows.append([code, "物业管理费", old.name, fee, ""])
            elif draw < AHEAD_SHARE:
                rows.append([code, "", "", "", fee * self.rng.choice((1, 2, 4, 4, 6)) + 240])
        import_opening(
            by=self.by("finance"),
            at=at,
            community_id=self.here,
            parsed=read_opening(_file(*rows), "期初余额.csv"),
            as_of=quarter.from_on - timedelta(days=1),
            source="期初余额.csv",
        )

    def share(self, at: datetime, quarter: Period) -> None:
        scope = Scope.objects.get(community_id=self.here)
        for item, amount in (("shared_water", "12345.67"), ("shared_power", "38210.40")):
            pool = pools.enter_pool(
                by=self.by("collector"),
                at=at,
                community_id=self.here,
                item=item,
                scope_id=scope.pk,
                name=f"{quarter.name} {'公摊水费' if item == 'shared_water' else '公摊电费'}",
                from_on=quarter.from_on,
                until_on=quarter.until_on,
                basis="area",
                amount=Decimal(amount),
                paper=f"{quarter.name}-{item[-5:]}",
            )
            pools.share_out(by=self.by("collector"), at=at, pool_id=pool)

    # -- runs

    def bill(self, group: str, period: Period, on: date, *, leave: bool = False) -> list[Any]:
        """Return the steps of billing a period: drafted, looked at, let out, offset."""

        def begin(at: datetime) -> None:
            runs.begin_run(
                by=self.by("collector"),
                at=at,
                community_id=self.here,
                group_code=group,
                period=period.name,
            )

        def post(at: datetime) -> None:
            run = Run.objects.get(
                community_id=self.here, group__code=group, period=period.name, state="drafted"
            )
            if runs.needs_confirmation(run, at):
                runs.confirm_run(by=self.by("manager"), at=at, run_id=run.pk)
            runs.post_run(by=self.by("finance"), at=at, run_id=run.pk)

        steps = [(self.on(on, 14, 20), begin)]
        if not leave:
            offset_on = max(period.from_on + timedelta(days=5), on + timedelta(days=2))
            steps += [
                (self.on(on + timedelta(days=1), 10, 15), post),
                (self.on(offset_on, 8, 10), _offset),
            ]
        return steps

    def tell(self, at: datetime) -> None:
        (here,) = (one for one in communities(caller=SYSTEM) if one.id == self.here)
        billing_notices.tell_about_bills(town=here, at=at)

    # -- meters and slips

    def readings(self, month: Period) -> list[Any]:
        """Return the walks at the end of each month; in the last one some are odd, some missing."""
        steps = []
        while (month_end := month.until_on - timedelta(days=1)) <= self.stage.today:
            is_last = following(month).until_on > self.stage.today
            steps.append((self.on(month_end, 16), self.walk(month_end, is_last=is_last)))
            month = following(month)
        return steps

    def walk(self, day: date, *, is_last: bool) -> Any:
        """Return the walk of a day."""

        def read(at: datetime) -> None:
            rows: list[list[Any]] = [["表号", "抄表日期", "读数"]]
            for number, (code, before) in enumerate(self.shown.items()):
                used = Decimal(self.rng.randrange(40, 220)) / 10
                if is_last and number in (7, 60):
                    continue
                if is_last and number in (12, 77, 90):
                    used = {12: -before / 2, 77: used * 60, 90: Decimal(-3)}[number].quantize(CENT)
                rows.append([code, day, before + used])
                self.shown[code] = before + used
            meters.import_readings(
                by=self.by("maintenance_foreman"),
                at=at,
                community_id=self.here,
                content=_file(*rows),
                name=f"抄表 {day:%Y-%m}.csv",
            )

        return read

    def served(self) -> list[Any]:
        """Return a few slips, one every few days."""

        def write(at: datetime) -> None:
            item, text, unit, quantity, price = self.rng.choice(SERVED)
            home = self.rng.choice(self.stage.homes)
            line = {"text": text, "unit": unit, "quantity": quantity, "price": price}
            slips.write_slip(
                by=self.by("collector"),
                at=at,
                community_id=self.here,
                item=item,
                house=home.code,
                done_on=at.date(),
                lines=[line],
                signed_name=home.name,
            )

        days = range(START - 4, 0, -3)
        return [(self.stage.moment(back, 17, self.rng.randrange(60)), write) for back in days]

    # -- what waits for somebody today

    def what_waits(self, at: datetime) -> None:
        """Leave a price and a relief for the manager to decide on."""
        item = ChargeItem.objects.get(community_id=self.here, code="parking")
        begins = following(period_of(self.stage.today, 1)).from_on
        asked = tariffs.draft_tariff(
            by=self.by("finance"),
            at=at,
            item_id=item.pk,
            price=Decimal(90),
            from_on=begins,
            basis="业主大会 2026 年第 3 号决议",
        )
        for tariff_id in asked:
            tariffs.submit_tariff(by=self.by("finance"), at=at, tariff_id=tariff_id)
        charged = Assignment.objects.filter(house__code="3-1-1101", item__code="management")
        for row in charged:
            reliefs.ask_relief(
                by=self.by("collector"),
                at=at,
                assignment_id=row.pk,
                from_on=begins,
                until_on=begins + timedelta(days=90),
                percent=Decimal(50),
                reason="卫生间渗漏尚未修好,协商减半三个月",
            )
        self.stage.react(at)


def _offset(at: datetime) -> None:
    for run_id in prepaid.runs_to_offset(at):
        prepaid.offset_run(at=at, run_id=run_id)
