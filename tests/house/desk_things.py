"""Something of each kind that the desk's pages name by its row: a call, a shift, a visitor."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from huiyin.desk import actions as desk
from huiyin.desk import queries
from huiyin.documents.tests import papers
from huiyin.doors.api.tests.cast import Site
from huiyin.estate.models import Person
from huiyin.kernel.caller import Caller
from huiyin.matters.tests.cast import AT
from huiyin.notices.models import Message, Telling
from huiyin.owners.actions import ask_verification
from huiyin.owners.models import Verification
from huiyin.together import actions as together
from huiyin.visitors.actions import book

TOGETHER = ("survey", "gathering", "thread")
DESK = ("call", "shift", "handed", "item", "visit")
THINGS = (
    *DESK,
    "verification",
    "message",
    "paper",
    "draft",
    "over_paper",
    *TOGETHER,
)


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
    if what not in DESK:
        return elsewhere(site, what, secret)
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


def elsewhere(site: Site, what: str, secret: str) -> int:
    """Make something that is not of the desk alone."""
    if what in TOGETHER:
        return shared(site, what, secret)
    if what in {"message", "verification"}:
        return a_message(site, secret) if what == "message" else a_verification(secret)
    return a_paper(site, what, secret)


def a_verification(secret: str) -> int:
    """Let somebody whose number nobody knows ask to be verified; return the request's id."""
    who = {"phone": "13700000000", "name": "王小丽", "community": "YG", "house": "3-1-1201"}
    ask_verification(at=AT, key=uuid4(), note=secret, **who)
    return Verification.objects.latest("id").pk


def a_paper(site: Site, what: str, secret: str) -> int:
    """Draft a letter, or issue one, long ago where it is to be over; return its id."""
    given: dict[str, Any] = {"title": secret, "data": {"title": secret, "body": secret}}
    if what == "draft":
        return papers.draft(site.cast, post="supervisor", title=secret)
    at = AT - timedelta(days=3650) if what == "over_paper" else AT
    return papers.issue(site.cast, at=at, keep_years=1, **given).id


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


def shared(site: Site, what: str, secret: str) -> int:
    """Make something that neighbours do together."""
    place, by = site.cast.town.community.pk, site.cast.caller("keeper")
    if what == "thread":
        person = site.cast.town.owner
        owner = Caller(
            None,
            None,
            person.name,
            people=frozenset({person.pk}),
            households={site.cast.town.flat.pk: "owner"},
        )
        words: dict[str, Any] = {"title": secret[:60], "text": secret, "key": uuid4()}
        return together.write_post(by=owner, at=AT, community_id=place, **words)
    if what == "survey":
        day = AT.date()
        return together.save_survey(
            by=by,
            at=AT,
            community_id=place,
            title=secret[:60],
            intro=secret,
            questions="好吗",
            opens_on=day,
            closes_on=day,
        )
    until = AT + timedelta(days=1)
    return together.plan_gathering(
        by=by,
        at=AT,
        community_id=place,
        title=secret[:60],
        text=secret,
        place="花园",
        starts_at=until,
        ends_at=until + timedelta(hours=2),
        sign_up_until=until,
    )
