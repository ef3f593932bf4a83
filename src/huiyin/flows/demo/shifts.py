"""The log of every shift of the last days: signed in, noted, handed over, signed (REC-12)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from huiyin.desk import actions as desk
from huiyin.desk.models import DutyLog, OpenItem
from huiyin.flows.demo import cast
from huiyin.flows.demo.deck import Deck
from huiyin.flows.demo.stage import Stage

SINCE = 5  # days of logs
SHIFT = timedelta(hours=8)
TELEPHONE = "8003"  # of whoever dispatches
TEAMS = {7: ("E011", "E013"), 15: ("E012", "E014"), 23: ("E010",)}
CHECKS = ("doors", "lights", "windows", "appliances")
NOTES = (
    ("shift", "北门快递柜扫码器时好时坏,已报厂家,明天上午来人。"),
    ("shift", "7栋有业主搬家,放行条已开,货车 17 点前离场。"),
    ("shift", "雨大,各楼大堂已铺防滑垫,地库入口水泵试过正常。"),
    ("shift", "街道办来电通知明天上午检查垃圾分类,已转保洁班长。"),
    ("shift", "夜间巡查无异常,2栋天台门锁好。"),
    ("keys", "3栋水泵房钥匙借给维保公司周工,登记本第 12 页。"),
    ("keys", "对讲机 6 部、手电 4 支,其中 2 号对讲机电池不耐用。"),
)
ITEMS = (
    "快递柜厂家上午来人,请陪同开机房。",
    "5栋 2 单元装修押金退款单等财务回复,请跟进。",
    "南门道闸备件到货后通知工程部。",
)
OPINIONS = ("已阅,未结事项跟到底。", "已阅,记录清楚。", "已阅。快递柜一事明天要有结果。")


def rehearse(stage: Stage, rng: Random, _deck: Deck) -> None:
    """Put the shifts of the last days on the stage, one course after the other."""
    stage.put_on(_relay(stage, rng))


def _relay(stage: Stage, rng: Random) -> Iterator[datetime]:
    """One shift hands over to the next until now; the supervisor signs in the mornings."""
    start = stage.moment(SINCE, 7, 0)
    first = stage.caller(TEAMS[7][0])
    yield (at := start + timedelta(minutes=2))
    desk.sign_in(by=first, at=at, community=cast.FIRST)
    while start <= stage.now:
        shift = _Shift(stage, rng, start)
        yield from shift.kept()
        start += SHIFT


@dataclass
class _Shift:
    """One shift while it is kept."""

    stage: Stage
    rng: Random
    start: datetime

    @property
    def team(self) -> tuple[str, ...]:
        return TEAMS[self._hour]

    @property
    def _hour(self) -> int:
        return (7, 15, 23)[int((self.start - self.stage.moment(SINCE, 7, 0)) / SHIFT) % 3]

    def kept(self) -> Iterator[datetime]:
        """Sign in, note, tick, hand over; the next team takes over and accepts what is handed."""
        log = DutyLog.objects.get(starts_at=self.start, community_id=self.stage.community_id).pk
        caller = self.stage.caller
        lead = caller(self.team[0])
        following = TEAMS[{7: 15, 15: 23, 23: 7}[self._hour]][0]
        for code in self.team[1:]:
            yield (at := self.start + timedelta(minutes=6))
            desk.sign_in(by=caller(code), at=at, community=cast.FIRST)
        yield (at := self.start + timedelta(minutes=9))
        desk.take_extension(by=lead, at=at, community=cast.FIRST, number=TELEPHONE)
        for minutes in (self.rng.randrange(20, 90), self.rng.randrange(200, 400)):
            yield (at := self.start + timedelta(minutes=minutes))
            about, text = self.rng.choice(NOTES)
            desk.write_note(by=lead, at=at, log=log, text=text, about=about)
        if self._hour != 23:  # noqa: PLR2004 - by night nothing is left over
            yield (at := self.start + timedelta(hours=7, minutes=20))
            text = self.rng.choice(ITEMS)
            desk.hand_item(by=lead, at=at, log=log, to=following, text=text)
        yield (at := self.start + timedelta(hours=7, minutes=48))
        desk.tick_checks(by=lead, at=at, log=log, ticked=CHECKS)
        yield (at := self.start + timedelta(hours=7, minutes=58))
        desk.hand_over_shift(by=lead, at=at, log=log)
        yield (at := self.start + SHIFT + timedelta(minutes=3))
        desk.take_over(by=caller(following), at=at, log=log)
        for item in OpenItem.objects.filter(log_id=log).values_list("pk", flat=True):
            desk.accept_item(by=caller(following), at=at, item=item)
        self.stage.put_on(_signed(self.stage, self.rng, self.start, log))


def _signed(stage: Stage, rng: Random, start: datetime, log: int) -> Iterator[datetime]:
    """The supervisor signs at half past nine, or at half past three what the morning left."""
    ended = start + SHIFT
    at = ended + timedelta(minutes=rng.randrange(20, 60))
    if ended.hour >= 20 or ended.hour < 8:  # noqa: PLR2004 - office hours
        at = ended + timedelta(hours=rng.randrange(3, 10))
    yield at
    desk.sign_log(by=stage.caller("E005"), at=at, log=log, opinion=rng.choice(OPINIONS))
