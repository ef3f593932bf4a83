"""The postman: each mailbox in a thread of its own, so that a silent server delays nobody.

``huiyin worker`` starts it beside the sweeper; ``huiyin tick`` lets it go round once.
"""

import logging
import threading
from datetime import datetime

from django.db import close_old_connections, connection

from huiyin.estate.queries import CommunityRow
from huiyin.flows import mailing
from huiyin.flows.mailing import Looked
from huiyin.intake.boxes import Box
from huiyin.kernel import clock
from huiyin.matters.actions.sweep import beat

log = logging.getLogger("huiyin.mail")

EVERY_SECONDS = 60.0
NAME = "mail"


def start(stop: threading.Event, every: float = EVERY_SECONDS) -> None:
    """Begin going round, without waiting for the database or any server."""
    threading.Thread(target=_begin, args=(stop, every), name=NAME, daemon=True).start()


def once(at: datetime) -> tuple[Looked, ...]:
    """Look into every mailbox once, one after the other; each look ends within its time."""
    return tuple(_look(box, town, at) for box, town in mailing.boxes())


def _begin(stop: threading.Event, every: float) -> None:
    """Find the mailboxes, however long the database takes, and give each a thread."""
    found: tuple[tuple[Box, CommunityRow], ...] | None = None
    while found is None and not stop.is_set():
        try:
            close_old_connections()
            found = mailing.boxes()
        except Exception:
            log.exception("mailboxes could not be listed")
            stop.wait(every)
        finally:
            connection.close()
    for box, town in found or ():
        name = f"{NAME} {town.code}"
        given = (box, town, stop, every)
        threading.Thread(target=_serve, args=given, name=name, daemon=True).start()


def _serve(box: Box, town: CommunityRow, stop: threading.Event, every: float) -> None:
    while not stop.is_set():
        try:
            close_old_connections()
            _look(box, town, clock.now())
        except Exception:
            log.exception("mail", extra={"community": town.code})
        finally:
            connection.close()
        stop.wait(every)


def _look(box: Box, town: CommunityRow, at: datetime) -> Looked:
    done = mailing.look(box, town, at)
    if not done.problem:
        beat(name=f"{NAME} {town.code}"[:20], at=at, seconds=0.0, fired=done.new)
    return done
