"""Several people press and tick at the same moment: one incident, every tick kept (EMG-01)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from huiyin.checklists.models import Mark
from huiyin.incidents import actions
from huiyin.incidents.models import Alarm, Incident
from huiyin.matters.models import Event
from huiyin.matters.tests.cast import AT, make_cast

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 6


def all_at_once(what: Callable[[int], object]) -> list[object]:
    """Do something in several threads, each with a connection of its own."""

    def one(n: int) -> object:
        try:
            return what(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


@pytest.mark.rule("EMG-01")
def test_one_press_sent_by_six_threads_is_one_incident() -> None:
    cast, key = make_cast(), uuid4()
    by = cast.caller("guard")
    told: dict[str, Any] = {"community": "YG", "plan": "fire", "place": "地下室", "text": "冒烟"}
    numbers = all_at_once(lambda _n: actions.raise_alarm(by=by, at=AT, key=key, **told))
    assert len(set(numbers)) == 1
    assert Incident.objects.count() == Alarm.objects.count() == 1


@pytest.mark.rule("EMG-01")
def test_what_six_people_tick_at_once_is_all_kept_and_one_arrival_keeps_the_clock() -> None:
    cast = make_cast()
    by = cast.caller("guard")
    number = actions.raise_alarm(
        by=by, at=AT, community="YG", plan="fire", place="地下室", text="冒烟"
    )
    keys = ("evacuation", "lifts_home", "power_gas", "first_attack", "guarded", "owners_told")
    posts = ("guard", "technician", "keeper", "supervisor", "security_foreman", "manager")

    def tick(n: int) -> None:
        caller = cast.caller(posts[n])
        actions.mark_step(by=caller, at=AT, number=number, item=keys[n], value=True)
        actions.attend(by=caller, at=AT, number=number)

    all_at_once(tick)
    assert set(Mark.objects.values_list("item", flat=True)) == set(keys)
    assert Event.objects.filter(matter__number=number, kind="arrived").count() == 1
