"""Time as a caller: the loop that lets every clock, ladder and message do what is due.

``huiyin tick`` runs it once, ``huiyin worker`` every few seconds.
"""

import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime

from django.db import close_old_connections

from huiyin.doors.clock import archivist, biller, courier, postman
from huiyin.flows import reactions, schedule
from huiyin.kernel import clock
from huiyin.matters import queries
from huiyin.matters.actions.sweep import beat, sweep
from huiyin.notices.actions import deliver

log = logging.getLogger("huiyin.clock")

NAME = "sweeper"
EVERY_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did."""

    promises: int
    messages: int
    seconds: float


def tick(at: datetime) -> Ticked:
    """Run everything that is due at the moment, once, until nothing is left; leave a heartbeat."""
    began = time.monotonic()
    promises = messages = 0
    schedule.relieve(at)
    schedule.keep_desk(at)
    schedule.show_announcements(at)
    schedule.greet(at)
    schedule.draft_bills(at)
    schedule.charge_slips(at)
    schedule.offset_prepayments(at)
    schedule.tell_about_bills(at)
    reactions.react(at)
    while claimed := sweep(at=at):
        promises += claimed
        messages += deliver(at=at, still_wanted=queries.still_wanted)
    schedule.run_due(at)
    while taken := deliver(at=at, still_wanted=queries.still_wanted):
        messages += taken
    seconds = time.monotonic() - began
    beat(name=NAME, at=at, seconds=seconds, fired=promises)
    return Ticked(promises, messages, seconds)


def work(stop: threading.Event, every: float = EVERY_SECONDS) -> None:
    """Tick until ``stop`` is set; a failed tick is logged and tried again.

    Mail that comes, messages that go, papers to file and bills have threads of their own beside it.
    """
    postman.start(stop)
    courier.start(stop)
    archivist.start(stop)
    biller.start(stop)
    while not stop.is_set():
        try:
            close_old_connections()
            done = tick(clock.now())
            if done.promises or done.messages:
                log.info("tick", extra={"promises": done.promises, "messages": done.messages})
        except Exception:
            log.exception("tick failed")
        stop.wait(every)
