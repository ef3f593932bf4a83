"""The courier in threads of its own, so that no provider ever delays the clocks (NOT-04).

One thread routes, one serves each channel, so that a dead gateway of short messages holds up no
mail. Where there is much to hand over, helpers join for as long as it lasts. Any number of
processes may run it side by side. ``huiyin tick`` lets everything go once.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import connection

from huiyin.kernel import clock
from huiyin.matters.actions.sweep import beat
from huiyin.notices import courier, routing

log = logging.getLogger("huiyin.courier")

EVERY_SECONDS = 1.0
AFTER_FAILURE_SECONDS = 5.0
BEAT_SECONDS = 30.0
HELPERS = 3
NAME = "courier"


def start(stop: threading.Event, every: float = EVERY_SECONDS) -> None:
    """Begin routing and delivering, without waiting for the database or any provider."""
    _thread("router", partial(_go_on, _route, stop, every))
    for channel in courier.CHANNELS:
        _thread(channel, partial(_go_on, partial(_carry, channel, stop), stop, every))


def once(at: datetime) -> int:
    """Route and deliver everything that is due, once."""
    return courier.run_once(at, now=clock.now)


def _go_on(act: Callable[[], int], stop: threading.Event, every: float) -> None:
    """Act again and again until told to stop; what fails is logged and tried again."""
    while not stop.is_set():
        pause = every
        try:
            act()
        except Exception:
            log.exception("courier")
            pause = AFTER_FAILURE_SECONDS
        finally:
            connection.close()
        stop.wait(pause)


_beaten: dict[str, datetime] = {}


def _route() -> int:
    at, steps = clock.now(), 0
    while taken := routing.route(at=clock.now()):
        steps += taken
    last = _beaten.get(NAME)
    if last is None or (at - last).total_seconds() >= BEAT_SECONDS:
        beat(name=NAME, at=at, seconds=0.0, fired=steps)
        _beaten[NAME] = at
    return steps


def _carry(channel: str, stop: threading.Event) -> int:
    """Hand over what is due on a channel; when there is more than one, helpers join."""
    if not courier.deliver(now=clock.now, channel=channel, most=1):
        return 0
    help_out = partial(_help, channel, stop)
    helpers = [_thread(f"{channel} {n}", help_out) for n in range(1, HELPERS + 1)]
    try:
        return 1 + _carry_all(channel, stop)
    finally:
        for one in helpers:
            one.join()


def _help(channel: str, stop: threading.Event) -> None:
    try:
        _carry_all(channel, stop)
    except Exception:
        log.exception("courier")
    finally:
        connection.close()


def _carry_all(channel: str, stop: threading.Event) -> int:
    carried = 0
    while not stop.is_set():
        taken = courier.deliver(now=clock.now, channel=channel, most=courier.LOOKS_EVERY)
        carried += taken
        if not taken:
            break
    return carried


def _thread(name: str, act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act, name=f"{NAME} {name}", daemon=True)
    thread.start()
    return thread
