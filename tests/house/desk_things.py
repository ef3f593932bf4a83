"""Something of each kind that the desk's pages name by its row: a call, a shift, a visitor."""

from datetime import timedelta
from typing import Any

from huiyin.desk import actions as desk
from huiyin.desk import queries
from huiyin.doors.api.tests.cast import Site
from huiyin.estate.models import Person
from huiyin.matters.tests.cast import AT
from huiyin.notices.models import Message, Telling
from huiyin.visitors.actions import book

THINGS = ("call", "shift", "handed", "item", "visit", "message")


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
    if what == "message":
        return a_message(site, secret)
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


def a_message(site: Site, secret: str) -> int:
    """Tell an owner something that did not arrive; return the message of the outbox."""
    person = Person.objects.filter(community__code="YG").order_by("id")[0]
    telling = Telling.objects.create(
        community_id=person.community_id,
        person=person,
        purpose=secret[:80],
        category="matter",
        template="matter.finished",
        at=AT,
        settled_at=AT,
        state="failed",
    )
    message = Message.objects.create(
        community_id=person.community_id,
        person=person,
        telling=telling,
        channel="sms",
        address="13812345678",
        purpose=telling.purpose,
        about="",
        subject=secret[:120],
        text=secret,
        state="failed",
        at=AT,
    )
    return message.pk
