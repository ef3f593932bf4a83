"""Kill a worker anywhere, let two work at once: every household is billed once (BIL-06, I8)."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, InterfaceError, connection, transaction

from huiyin.billing.actions import reversing, runs
from huiyin.billing.actions.working import work_parts
from huiyin.billing.models import Bill, Line, OpenItem, Part, Reduction, Run
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.billing.tests.running import begin, offset, pay_ahead, pool, post
from huiyin.billing.tests.sound import check_sound
from huiyin.ledger.models import Journal
from huiyin.matters.tests.cast import AT, make_cast

pytestmark = [pytest.mark.rule("BIL-06"), pytest.mark.django_db(transaction=True)]
MOST_STEPS = 400


class Killed(BaseException):
    """The process is gone: nothing of it runs any more, not even ``except Exception``."""


@dataclass
class Doom:
    """Strikes once, after so many statements and commits; ``struck`` tells whether it did."""

    countdown: int
    struck: bool = False

    def strike(self) -> None:
        """Come a step nearer, and let it happen when it is time."""
        self.countdown -= 1
        if self.countdown < 0 and not self.struck:
            self.struck = True
            connection.connection.close()  # the server rolls back what was not committed
            raise Killed

    def around_statements(self, execute: Callable[..., Any], *given: Any) -> Any:
        """Strike before a statement."""
        self.strike()
        return execute(*given)

    def around_commits(self, commit: Callable[[], None]) -> None:
        """Strike before a commit, or after it, so that nobody here hears that it was done."""
        self.strike()
        commit()
        self.strike()


def live(doom: Doom, act: Callable[[], object]) -> None:
    """Let a worker act until it is killed."""
    commits = partial(doom.around_commits, connection._commit)  # type: ignore[attr-defined]
    try:
        with (
            connection.execute_wrapper(doom.around_statements),
            patch.object(connection, "_commit", commits),
        ):
            act()
    except (Killed, DatabaseError, InterfaceError):
        assert doom.struck
    finally:
        if doom.struck:
            forget_connection()


def forget_connection() -> None:
    """Begin anew, as another process would."""
    connection.close()
    connection.connection = None
    connection.in_atomic_block = connection.needs_rollback = False
    connection.closed_in_transaction = False
    connection.savepoint_ids, connection.atomic_blocks, connection.run_on_commit = [], [], []


@pytest.fixture
def estate(monkeypatch: pytest.MonkeyPatch) -> Estate:
    """Build the estate, and cut runs into parts of three houses."""
    monkeypatch.setattr(runs, "PART_HOUSES", 3)
    return make_estate(make_cast())


def crash_everywhere(act: Callable[[], object], done: Callable[[], bool]) -> int:
    """Kill the worker at every step it comes to, one after the other, until nothing is left.

    The server may still hold what a killed worker had locked: then there was nothing to do, and the
    next one tries again.
    """
    for step in range(MOST_STEPS):
        doom = Doom(step)
        live(doom, act)
        check_sound()
        if not doom.struck and done():
            return step
    raise AssertionError("it never ended")


def state_is(run: Run, state: str) -> Callable[[], bool]:
    """Tell whether a run has come so far."""
    return lambda: Run.objects.get(pk=run.pk).state == state


@pytest.mark.slow
def test_a_worker_killed_anywhere_bills_everybody_once(estate: Estate) -> None:
    pool(estate)
    run = begin(estate)
    assert run.state == "drafting"
    crash_everywhere(lambda: work_parts(AT), state_is(run, "drafted"))
    drafted = Run.objects.get(pk=run.pk)
    post(estate, drafted)
    crash_everywhere(lambda: work_parts(AT), state_is(run, "posted"))

    posted = Run.objects.get(pk=run.pk)
    assert (posted.lines, posted.amount) == (drafted.lines, drafted.amount)
    assert Line.objects.count() == posted.lines
    assert Journal.objects.filter(kind="bill").count() == Bill.objects.filter(amount__gt=0).count()


@pytest.mark.slow
def test_a_reversal_killed_anywhere_takes_everything_back_once(estate: Estate) -> None:
    run = begin(estate)
    work_parts(AT)
    run.refresh_from_db()
    post(estate, run)
    work_parts(AT)
    pay_ahead(estate, "300.00")
    offset(estate)
    finance, manager = estate.caller("finance"), estate.caller("manager")
    reversing.ask_reversal(by=finance, at=AT, run_id=run.pk, reason="单价录错")
    reversing.agree_reversal(by=manager, at=AT, run_id=run.pk)
    crash_everywhere(lambda: work_parts(AT), state_is(run, "reversed"))
    assert Reduction.objects.count() == Line.objects.filter(amount__gt=0).count()
    assert not OpenItem.objects.filter(open__gt=0).exists()


def test_whoever_asks_and_is_killed_has_asked_once(estate: Estate) -> None:
    collector, finance = estate.caller("collector"), estate.caller("finance")

    def ask() -> None:
        runs.begin_run(
            by=collector,
            at=AT,
            community_id=estate.community.pk,
            group_code="B",
            period="2026-03",
        )

    crash_everywhere(ask, lambda: Run.objects.count() == 1)
    work_parts(AT)
    run = Run.objects.get()
    crash_everywhere(
        lambda: runs.post_run(by=finance, at=AT, run_id=run.pk), lambda: run.state != "drafting"
    )
    work_parts(AT)
    assert Run.objects.get().state == "posted"
    check_sound()


# -- two at once


@pytest.fixture
def lost() -> Iterator[list[BaseException]]:
    """Collect what went wrong in threads."""
    faults: list[BaseException] = []
    yield faults
    assert not faults


def at_once(lost: list[BaseException], *acts: Callable[[], object]) -> None:
    """Let several act at the same moment, each on a connection of its own."""
    ready = threading.Barrier(len(acts))

    def go(act: Callable[[], object]) -> None:
        try:
            ready.wait()
            act()
        except BaseException as fault:
            lost.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def test_two_who_begin_at_once_have_one_run(estate: Estate, lost: list[BaseException]) -> None:
    begun: list[int] = []
    at_once(lost, *[lambda: begun.append(begin(estate).pk)] * 3)
    assert len(set(begun)) == 1 == Run.objects.count()


def test_two_workers_share_the_parts(estate: Estate, lost: list[BaseException]) -> None:
    pool(estate)
    run = begin(estate)
    at_once(lost, *[lambda: work_parts(AT)] * 3)
    work_parts(AT)
    run.refresh_from_db()
    assert run.state == "drafted"
    post(estate, run)
    at_once(lost, *[lambda: work_parts(AT)] * 3)
    work_parts(AT)
    run.refresh_from_db()
    assert run.state == "posted"
    assert Line.objects.count() == run.lines
    check_sound()


def test_a_double_click_on_post_bills_once(estate: Estate, lost: list[BaseException]) -> None:
    run = begin(estate)
    work_parts(AT)
    finance = estate.caller("finance")
    at_once(lost, *[lambda: runs.post_run(by=finance, at=AT, run_id=run.pk)] * 3)
    work_parts(AT)
    check_sound()
    assert Line.objects.count() == Run.objects.get().lines


def test_a_part_in_hand_is_passed_over_and_its_run_not_dropped(estate: Estate) -> None:
    run = begin(estate)

    def worker() -> None:
        work_parts(AT)
        connection.close()

    with transaction.atomic():
        list(Part.objects.filter(run=run, number=1).select_for_update())
        other = threading.Thread(target=worker)
        other.start()
        other.join()
        states = dict(Part.objects.values_list("number", "state"))
    assert states == {1: "waiting", **dict.fromkeys(range(2, len(states) + 1), "drafted")}
    run.refresh_from_db()
    assert run.state == "drafting", "it is not done before all of it is"
    work_parts(AT)
    run.refresh_from_db()
    assert run.state == "drafted"
