"""The sweeper, four at a time and killed anywhere: every alarm rings once, none is lost."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections, transaction

from huiyin.matters import actions, firing, queries
from huiyin.matters.actions.sweep import RETRY_AFTER, sweep
from huiyin.matters.models import Event, Matter, Promise
from huiyin.matters.tests.cast import AT, Cast, make_cast, tick
from huiyin.notices import actions as notices
from huiyin.notices.models import Message
from huiyin.standards import react as engine
from huiyin.standards.document import Standard
from huiyin.standards.react import PromiseState

HALF = AT + timedelta(minutes=5)
ALARMS = 400


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def crowd(transactional_db: None) -> Cast:
    """Many unassigned matters, each with one alarm due at the same moment."""
    cast = make_cast()
    first = Matter.objects.get(number=cast.receive(kind="praise"))
    tick(AT)
    Message.objects.all().delete()
    assign = first.promises.get(code="assign")
    Promise.objects.exclude(pk=assign.pk).update(next_alarm_at=None)
    values = {name.attname: getattr(first, name.attname) for name in Matter._meta.concrete_fields}
    copies = Matter.objects.bulk_create(
        [Matter(**{**values, "id": None, "number": f"YG-X-{n:04}"}) for n in range(1, ALARMS)]
    )
    values = {f.attname: getattr(assign, f.attname) for f in Promise._meta.concrete_fields}
    Promise.objects.bulk_create(
        [Promise(**{**values, "id": None, "matter_id": copy.pk}) for copy in copies]
    )
    return cast


def _told() -> list[tuple[str, str, str]]:
    return sorted(
        (one.purpose.rpartition(":")[2], one.recipient.code if one.recipient else "", one.state)
        for one in Message.objects.filter(fence__isnull=False).select_related("recipient")
    )


@pytest.mark.slow
def test_four_sweepers_ring_each_alarm_once(crowd: Cast) -> None:
    claimed: list[int] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            while Promise.objects.filter(next_alarm_at__lte=HALF).exists():
                claimed.append(sweep(at=HALF, limit=15))
                notices.deliver(at=HALF, still_wanted=queries.still_wanted, limit=10)
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tick(HALF)

    assert failed == []
    assert sum(claimed) == ALARMS
    assert Event.objects.filter(kind="escalated").count() == ALARMS
    assert _told() == [("rung1", "E009", "sent")] * ALARMS


def test_a_row_that_somebody_holds_is_left_for_the_next_batch(crowd: Cast) -> None:
    held = Matter.objects.order_by("id").first()
    assert held is not None
    ready, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Matter.objects.select_for_update().get(pk=held.pk)
            ready.set()
            release.wait(20)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait(20)
    while sweep(at=HALF, limit=100):
        pass
    waiting = list(Promise.objects.filter(next_alarm_at__lte=HALF).values_list("matter", flat=True))
    release.set()
    thread.join()

    assert waiting == [held.pk]
    assert sweep(at=HALF) == 1


class Killed(BaseException):
    """As sudden as a signal: nothing may catch it."""


def _die(*_args: object, **_given: object) -> None:
    raise Killed


sweeping = import_module("huiyin.matters.actions.sweep")
STAGES: dict[str, tuple[object, str]] = {
    "before planning": (sweeping, "_plan"),
    "before anything is written": (firing, "write"),
    "before the messages": (firing, "_messages"),
    "after the rungs": (notices, "queue"),
    "before delivery": (queries, "still_wanted"),
}


@pytest.mark.parametrize("stage", STAGES)
def test_killed_at_any_point_it_loses_and_repeats_nothing(
    stage: str, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.receive()
    cast.receive(kind="repair")
    place, name = STAGES[stage]

    with monkeypatch.context() as patch:
        patch.setattr(place, name, _die)
        with pytest.raises(Killed):
            _tick_in_savepoints(HALF)
    _tick_in_savepoints(HALF)
    _tick_in_savepoints(HALF + timedelta(seconds=3))

    foreman = cast.code("maintenance_foreman")
    assert _told() == [("rung1", "E009", "sent"), ("rung1", foreman, "sent")]
    assert Event.objects.filter(kind="escalated").count() == 2


def _tick_in_savepoints(at: datetime) -> None:
    while sweep(at=at):
        pass
    while notices.deliver(at=at, still_wanted=queries.still_wanted):
        pass


@pytest.mark.slow
def test_a_real_kill_in_the_middle_of_a_batch(crowd: Cast) -> None:
    program = """
        import os, signal
        import django
        django.setup()
        from huiyin.kernel.clock import parse
        from huiyin.matters.actions.sweep import sweep
        from huiyin.notices import actions
        queue, calls = actions.queue, []
        def dying(**given):
            queue(**given)
            calls.append(1)
            if len(calls) == 3:
                os.kill(os.getpid(), signal.SIGKILL)
        actions.queue = dying
        while sweep(at=parse("{at}"), limit=50):
            pass
    """
    where = urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]

    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", textwrap.dedent(program).format(at=HALF.isoformat())],
        env={**os.environ, "DATABASE_URL": where._replace(path=f"/{name}").geturl()},
        check=False,
        timeout=60,
    )

    assert done.returncode == -signal.SIGKILL
    assert Message.objects.filter(fence__isnull=False).count() == 100  # two batches were committed
    tick(HALF)
    assert _told() == [("rung1", "E009", "sent")] * ALARMS
    assert Event.objects.filter(kind="escalated").count() == ALARMS


def test_one_row_that_cannot_be_computed_stalls_nobody(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Promise.objects.get(matter__number=cast.receive(), code="assign").pk
    cast.receive()
    overtaken = engine.overtaken

    def failing(standard: Standard, promise: PromiseState, at: datetime) -> PromiseState | None:
        if promise.key == str(broken):
            raise ArithmeticError
        return overtaken(standard, promise, at)

    with monkeypatch.context() as patch:
        patch.setattr(engine, "overtaken", failing)
        tick(HALF)
    assert _told() == [("rung1", "E009", "sent")]
    assert Promise.objects.get(pk=broken).next_alarm_at == HALF + RETRY_AFTER

    tick(HALF + RETRY_AFTER)
    assert len(_told()) == 3  # the second has climbed on, and the first is there again


@pytest.mark.parametrize("place", ["write", "_settle_whole"])
def test_one_matter_that_cannot_be_written_stalls_nobody(
    place: str, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of the database in one row undoes that row alone, and it is tried again later."""
    numbers = [cast.receive(), cast.receive()]
    if place == "_settle_whole":
        for number in numbers:
            _pause(cast, number)
    broken = Matter.objects.get(number=numbers[0]).pk
    module = firing if place == "write" else sweeping
    whole: Callable[..., object] = getattr(module, place)

    def failing(*given: object, **named: object) -> object:
        wanted = [one.subject.matter_id for one in named.get("firings", ())] or given[:1]  # type: ignore[attr-defined]
        if broken in wanted:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return whole(*given, **named)

    end = HALF if place == "write" else HALF + timedelta(hours=1)
    with monkeypatch.context() as patch:
        patch.setattr(module, place, failing)
        tick(end)
    waiting = Promise.objects.filter(next_alarm_at=end + RETRY_AFTER)
    assert set(waiting.values_list("matter", flat=True)) == {broken}
    code = "assign" if place == "write" else "finish"
    second = Promise.objects.get(matter__number=numbers[1], code=code)
    assert second.rung == 1 if place == "write" else second.state == "running"

    tick(end + RETRY_AFTER)
    first = Promise.objects.get(matter=broken, code=code)
    assert first.rung >= 1 if place == "write" else first.state == "running"


def _pause(cast: Cast, number: str) -> None:
    by = cast.caller("manager")
    actions.assign_matter(by=by, at=AT, number=number, to="E009")
    until = HALF + timedelta(minutes=30)
    actions.pause_matter(by=by, at=AT, number=number, reason="业主外出", until=until)


def test_a_promise_of_a_matter_that_somebody_holds_is_not_locked(crowd: Cast) -> None:
    """Two sweepers never wait for each other's rows."""
    held = Matter.objects.order_by("id").first()
    assert held is not None
    ready, release = threading.Event(), threading.Event()
    locked: list[int] = []

    def hold() -> None:
        with transaction.atomic():
            Matter.objects.select_for_update().get(pk=held.pk)
            ready.set()
            release.wait(20)
            free = Promise.objects.select_for_update(skip_locked=True).filter(matter=held)
            locked.extend(
                set(held.promises.values_list("pk", flat=True)) - {one.pk for one in free}
            )
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait(20)
    with transaction.atomic():
        sweep(at=HALF, limit=ALARMS)
        release.set()
        thread.join()

    assert locked == []


def test_an_alarm_that_never_moves_on_does_not_keep_the_sweeper_busy_for_ever(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.receive()
    stuck = engine.Alarm(fire=None, to=(), skipped=(), next_at=HALF)
    with monkeypatch.context() as patch:
        patch.setattr(firing, "alarm", lambda *_given: stuck)
        assert tick(HALF) == 1
    assert Promise.objects.filter(next_alarm_at=HALF + RETRY_AFTER).count() == 1


def test_a_tick_twice_at_one_moment_changes_nothing(cast: Cast) -> None:
    cast.receive(kind="complaint.emergency")
    for minutes in (0, 5, 10):
        at = AT + timedelta(minutes=minutes)
        tick(at)
        before = (_told(), Event.objects.count())
        assert tick(at) == 0
        assert (_told(), Event.objects.count()) == before
