"""The pulse of a community: a mark that changes with every change of its matters.

A screen that asks every few seconds whether anything is new reads one row. The mark is written
after the commit, so that nobody waits for it and whoever reads it also sees the change.
"""

import logging
from functools import partial

from django.db import DatabaseError, connection, transaction

from huiyin.matters.models import Pulse

log = logging.getLogger("huiyin.pulse")

_BEAT = """
INSERT INTO matters_pulse (community_id, mark) VALUES (%s, gen_random_uuid())
ON CONFLICT (community_id) DO UPDATE SET mark = EXCLUDED.mark
"""


def beat_pulse(community_id: int) -> None:
    """Change the community's mark once the transaction has committed, once per transaction."""
    due = (asked[1] for asked in connection.run_on_commit)
    if not any(isinstance(one, partial) and one.args == (community_id,) for one in due):
        transaction.on_commit(partial(_beat, community_id))


def _beat(community_id: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(_BEAT, [community_id])
    except DatabaseError:
        # The change itself is safe; screens see it with the minute.
        log.exception("the pulse cannot be written", extra={"community_id": community_id})


def pulse(*, community_id: int) -> str:
    """Return the community's mark, empty when nothing has changed since the server started."""
    marks = Pulse.objects.filter(pk=community_id).values_list("mark", flat=True)
    return next((mark.hex for mark in marks), "")
