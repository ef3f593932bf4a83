"""The counter: who sits at which telephone, and who came to see the manager (REC-01, REC-08)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from huiyin.desk import actions as desk
from huiyin.flows.demo import cast
from huiyin.flows.demo.deck import Deck
from huiyin.flows.demo.stage import Home, Stage
from huiyin.visitors import actions as visitors

SEATS = (("E013", "8001", "前台一号"), ("E014", "8002", "前台二号"), ("E011", "8003", "调度台"))
RECEPTION = "E013"


@dataclass(frozen=True, slots=True)
class Guest:
    """A visitor and what they wanted."""

    visitor: str
    purpose: str
    host: str = "E001"
    organisation: str = ""
    agitated: bool = False


OWNER = Guest("李先生", "地下车位被长期占用,要求经理当面答复", agitated=True)
COMMITTEE = Guest("冯老师", "商量下季度业主大会的场地和时间", organisation="业主委员会")
LIFTS = Guest("周工", "送电梯年检报告,谈维保续约", organisation="日升电梯", host="E016")
SHOP = Guest("黄女士", "申请在架空层办周末市集")
NEIGHBOUR = Guest("谢阿姨", "楼上装修噪音,希望主管出面协调", host="E005")
BANK = Guest("陈经理", "上门介绍物业费代扣", organisation="海岸银行", host="E003")
GARDEN = Guest("郭先生", "想认养中心花园的一块绿地")


def rehearse(stage: Stage, rng: Random, _deck: Deck) -> None:
    """Put the telephones and the visitors on the stage."""
    stage.put_on(_seated(stage, stage.moment(61, 8, 30)))
    home = rng.choice(stage.homes)
    for back, guest, outcome in (
        (31, COMMITTEE, "received"),
        (25, LIFTS, "received"),
        (14, SHOP, "declined"),
        (9, GARDEN, "received"),
    ):
        stage.put_on(_expected(stage, stage.moment(back, 10, 0), guest, outcome))
    stage.put_on(_put_off(stage, stage.moment(11, 15, 0)))
    stage.put_on(_cancelled(stage, stage.moment(5, 9, 30)))
    stage.put_on(_came(stage, stage.moment(4, 16, 20), NEIGHBOUR, home))
    # Today, whatever the hour: one received, one waiting, two still to come.
    stage.put_on(_came(stage, stage.now - timedelta(minutes=150), SHOP, home))
    stage.put_on(_waiting(stage, stage.now - timedelta(minutes=6)))
    for hours, guest in ((1.5, COMMITTEE), (26, LIFTS), (50, NEIGHBOUR)):
        stage.put_on(_booked(stage, stage.now + timedelta(hours=hours), guest))


def _seated(stage: Stage, at: datetime) -> Iterator[datetime]:
    """Connect the exchange; everybody says where they sit."""
    yield at
    desk.make_key(by=stage.caller("E001"), at=at, community=cast.FIRST)
    for code, number, label in SEATS:
        by = stage.caller(code)
        desk.take_extension(by=by, at=at, community=cast.FIRST, number=number, label=label)


def _book(stage: Stage, at: datetime, guest: Guest, wished_at: datetime) -> int:
    return visitors.book(
        **_said(stage, at, guest), wished_at=wished_at, agitated=guest.agitated, sure=True
    )


def _said(stage: Stage, at: datetime, guest: Guest) -> dict[str, Any]:
    return {
        "by": stage.caller(RECEPTION),
        "at": at,
        "community": cast.FIRST,
        "visitor": guest.visitor,
        "host": guest.host,
        "purpose": guest.purpose,
        "organisation": guest.organisation,
    }


def _decide(stage: Stage, at: datetime, appointment: int, outcome: str, **more: Any) -> None:
    reasons = {"declined": "架空层是消防疏散通道,不能办市集,已说明。", "rearranged": "经理临时外出"}
    visitors.decide(
        by=stage.caller("E001"),
        at=at,
        appointment=appointment,
        outcome=outcome,
        reason=reasons.get(outcome, "已当面答复"),
        **more,
    )


def _booked(stage: Stage, wished_at: datetime, guest: Guest) -> Iterator[datetime]:
    at = stage.now - timedelta(hours=20)
    yield at
    _book(stage, at, guest, wished_at)


def _expected(stage: Stage, due: datetime, guest: Guest, outcome: str) -> Iterator[datetime]:
    """Booked the day before, came about then, was received or not."""
    at = due - timedelta(hours=19)
    yield at
    appointment = _book(stage, at, guest, due)
    yield (at := due - timedelta(minutes=4))
    visitors.arrive(by=stage.caller(RECEPTION), at=at, appointment=appointment)
    yield (at := at + timedelta(minutes=16))
    _decide(stage, at, appointment, outcome)


def _put_off(stage: Stage, due: datetime) -> Iterator[datetime]:
    """Put off to another day, and received then."""
    at = due - timedelta(hours=22)
    yield at
    appointment = _book(stage, at, OWNER, due)
    yield (at := due)
    visitors.arrive(by=stage.caller(RECEPTION), at=at, appointment=appointment)
    yield (at := at + timedelta(minutes=9))
    new_at = due + timedelta(days=2)
    following = visitors.decide(
        by=stage.caller("E001"),
        at=at,
        appointment=appointment,
        outcome="rearranged",
        reason="经理临时到街道办开会,已由主管先接待",
        new_at=new_at,
        told="phone",
        sure=True,
    )
    if following is None:
        return
    yield (at := new_at)
    visitors.arrive(by=stage.caller(RECEPTION), at=at, appointment=following)
    yield (at := at + timedelta(minutes=12))
    _decide(stage, at, following, "received")


def _cancelled(stage: Stage, due: datetime) -> Iterator[datetime]:
    at = due - timedelta(hours=30)
    yield at
    appointment = _book(stage, at, BANK, due)
    yield (at := due - timedelta(hours=2))
    reason = "客人来电取消,改用电话沟通"
    visitors.cancel(by=stage.caller(RECEPTION), at=at, appointment=appointment, reason=reason)


def _came(stage: Stage, at: datetime, guest: Guest, home: Home) -> Iterator[datetime]:
    """Came without an appointment."""
    yield at
    appointment = visitors.walk_in(**_said(stage, at, guest), house=home.code, phone=home.phone)
    yield (at := at + timedelta(minutes=11))
    _decide(stage, at, appointment, "received")


def _waiting(stage: Stage, due: datetime) -> Iterator[datetime]:
    """Booked for now, has come, and waits in the meeting room."""
    at = due - timedelta(hours=21)
    yield at
    appointment = _book(stage, at, OWNER, due)
    yield (at := due)
    visitors.arrive(by=stage.caller(RECEPTION), at=at, appointment=appointment, agitated=True)
