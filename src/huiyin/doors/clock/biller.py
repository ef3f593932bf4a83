"""The biller: does the parts of billing runs in a thread of its own, since large ones take minutes.

``huiyin worker`` starts it beside the sweeper; ``huiyin tick`` lets it do everything that waits.
"""

import logging
import threading
from datetime import datetime

from django.db import connection

from huiyin.billing.actions.working import work_parts
from huiyin.kernel import clock

log = logging.getLogger("huiyin.billing")

EVERY_SECONDS = 2.0
NAME = "biller"


def start(stop: threading.Event, every: float = EVERY_SECONDS) -> None:
    """Begin working, without waiting for the database."""
    threading.Thread(target=_go_on, args=(stop, every), name=NAME, daemon=True).start()


def once(at: datetime) -> int:
    """Do every part that waits; return how many were done."""
    return work_parts(at)


def _go_on(stop: threading.Event, every: float) -> None:
    while not stop.is_set():
        try:
            done = once(clock.now())
            if done:
                log.info("billed", extra={"parts": done})
        except Exception:
            log.exception("biller")
        finally:
            connection.close()
        stop.wait(every)
