"""Ten thousand people told at once: written down, routed, handed over beside a running clock."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from time import sleep
from unittest.mock import patch

from django.db import connection, transaction

from huiyin.estate.models import Community, Person, Phone
from huiyin.flows.bench import fill
from huiyin.flows.bench.measure import (
    Result,
    against_floor,
    against_limit,
    alternate,
    middle,
    milliseconds,
)
from huiyin.flows.bench.sweep import tick
from huiyin.kernel import clock
from huiyin.notices import courier
from huiyin.notices.actions import NewTelling, tell
from huiyin.notices.channels import Handed, Parcel, registry
from huiyin.notices.models import Message, Telling
from huiyin.notices.routing import route

PEOPLE = 10_000
WAVES = 3
MOST_SECONDS = 5.0
BESIDE_MOST = 3.0
TICKS = 60
PROVIDER_SECONDS = 0.02
CARRIERS = 3
_FLOOR = """
DROP TABLE IF EXISTS bench_telling;
CREATE TABLE bench_telling (LIKE notices_telling INCLUDING ALL);
"""
_COPY = """
TRUNCATE bench_telling;
INSERT INTO bench_telling SELECT * FROM notices_telling;
"""


class Provider:
    """Takes every message, after as long as a provider takes to answer."""

    name = "sms"
    remembers = True

    def send(self, parcel: Parcel) -> Handed:
        """Take it."""
        sleep(PROVIDER_SECONDS)
        return Handed(provider_id=parcel.reference, delivered=True)

    def ask(self, reference: str) -> Handed | None:
        """Say that it arrived."""
        return Handed(provider_id=reference, delivered=True)


def run(households: int) -> Sequence[Result]:
    """Tell, route and deliver; hold the telling against a plain INSERT of the same rows."""
    at = clock.now().replace(hour=2)  # ten in the morning in Shanghai: nothing is held back
    community = fill.settle(at, households=1)
    people = _people(community)
    with connection.cursor() as cursor:
        cursor.execute(_FLOOR)
    took: list[float] = []
    floors: list[float] = []
    for wave in range(WAVES):
        Telling.objects.all().delete()
        tellings = [_telling(community.pk, person, wave) for person in people]
        took.append(milliseconds(partial(_tell, tellings, at)))
        floors.append(milliseconds(_copied))
    queued, floor = middle(took), middle(floors)
    with _provided():
        routed = milliseconds(lambda: _routed(at))
        beside, alone = _beside(at + timedelta(seconds=1))
    return (
        against_limit(
            f"{PEOPLE:,} tellings written down", queued / 1000, "s", MOST_SECONDS, floor / 1000
        ),
        Result(f"{PEOPLE:,} tellings routed", round(routed / 1000, 2), "s"),
        against_floor("idle tick beside couriers", beside, "ms", alone, BESIDE_MOST),
        Result("handed over meanwhile", float(_delivered()), "messages"),
    )


def _people(community: Community) -> list[int]:
    people = Person.objects.bulk_create(
        Person(community=community, name=f"业主{number}") for number in range(PEOPLE)
    )
    Phone.objects.bulk_create(
        Phone(person=one, number=f"138{number:08}") for number, one in enumerate(people)
    )
    return [one.pk for one in people]


def _telling(community_id: int, person_id: int, wave: int) -> NewTelling:
    return NewTelling(
        community_id=community_id,
        person_id=person_id,
        purpose=f"bench:{wave}",
        category="notice",
        template="notice.power_cut",
        values={
            "from": "3月18日 9:00",
            "until": "3月18日 15:00",
            "area": "3栋、5栋",
            "line": "10千伏阳光二线",
            "lifts": "各留一部应急运行",
            "precautions": "请提前给手机充电、关闭电器,出门尽量走楼梯。",
        },
    )


def _tell(tellings: Sequence[NewTelling], at: datetime) -> None:
    with transaction.atomic():
        tell(tellings=tellings, at=at)


def _copied() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COPY)


def _routed(at: datetime) -> None:
    while route(at=at):
        pass


@contextmanager
def _provided() -> Iterator[None]:
    """Let every community have one way out, which takes everything."""
    provider = Provider()
    with (
        patch.object(registry, "get", lambda name, _code: provider if name == "sms" else None),
        patch.object(registry, "ready", lambda _code: ("sms",)),
        patch.object(registry, "provider", lambda _name, _code: "bench"),
    ):
        yield


def _beside(at: datetime) -> list[float]:
    """Measure the tick of the clocks while couriers hand over what is due, and without them."""
    stop = threading.Event()

    def carry() -> None:
        try:
            while not stop.is_set() and courier.carry_one(at=at, channel="sms"):
                pass
        finally:
            connection.close()

    tick(at)
    (alone,) = alternate(TICKS, lambda: tick(at))
    carriers = [threading.Thread(target=carry, daemon=True) for _ in range(CARRIERS)]
    for one in carriers:
        one.start()
    (beside,) = alternate(TICKS, lambda: tick(at))
    stop.set()
    for one in carriers:
        one.join()
    return [beside, alone]


def _delivered() -> int:
    return Message.objects.filter(channel="sms", state=Message.State.DELIVERED).count()
