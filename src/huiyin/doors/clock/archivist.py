"""The archivist: files what became final in a thread of its own, since drawing takes its time.

``huiyin worker`` starts it beside the sweeper; ``huiyin tick`` lets it look once.
"""

import logging
import threading
from datetime import datetime

from django.db import connection

from huiyin.flows import papers
from huiyin.kernel import clock

log = logging.getLogger("huiyin.papers")

EVERY_SECONDS = 60.0
NAME = "archivist"


def start(stop: threading.Event, every: float = EVERY_SECONDS) -> None:
    """Begin looking, without waiting for the database."""
    threading.Thread(target=_go_on, args=(stop, every), name=NAME, daemon=True).start()


def once(at: datetime) -> int:
    """File what became final, once; return how many papers."""
    return papers.keep_finals(at=at)


def _go_on(stop: threading.Event, every: float) -> None:
    while not stop.is_set():
        try:
            once(clock.now())
        except Exception:
            log.exception("archivist")
        finally:
            connection.close()
        stop.wait(every)
