"""Something of each kind that the desk's pages name by its row: a call, a shift, a visitor."""

from datetime import timedelta
from typing import Any

from huiyin.desk import actions as desk
from huiyin.desk import queries
from huiyin.doors.api.tests.cast import Site
from huiyin.matters.tests.cast import AT
from huiyin.visitors.actions import book

THINGS = ("call", "shift", "handed", "item", "visit")


def make(site: Site, what: str, secret: str) -> int:
    """Make the thing so that a stranger could read its secret; return its id."""
    by = site.cast.caller("receptionist")
    if what == "call":
        told: dict[str, Any] = {
            "community": "YG",
            "call_id": secret,
            "event": "abandoned",
            "number": "19900000000",
        }
        return desk.record_call(by=by, at=AT, moment=AT, **told).id
    if what == "visit":
        words: dict[str, Any] = {"community": "YG", "visitor": "张", "purpose": secret}
        later = AT + timedelta(hours=1)
        return book(by=by, at=AT, host=site.code("manager"), wished_at=later, **words)
    log = desk.sign_in(by=by, at=AT, community="YG")
    desk.write_note(by=by, at=AT, log=log, text=secret)
    if what == "handed":
        desk.hand_over_shift(by=by, at=AT, log=log, excuse=secret)
    if what == "item":
        desk.hand_item(by=by, at=AT, log=log, to=site.code("manager"), text=secret)
        (item,) = queries.items_for(caller=site.cast.caller("manager"), community="YG")
        return item.id
    return log
