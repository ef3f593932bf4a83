"""What the tests tell, and how they look at what became of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from huiyin.estate.models import Person
from huiyin.estate.tests.cast import AT, Town
from huiyin.notices import courier
from huiyin.notices.actions import NewTelling, set_address, tell
from huiyin.notices.models import Message, Telling

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
NIGHT = AT + 13 * HOUR  # 22:00
MORNING = AT + timedelta(hours=23, minutes=30)  # 8:30 the next day


def news(town: Town, purpose: str = "YG-1:received", **given: Any) -> NewTelling:
    """Return something the owner is to be told: that a matter was received."""
    number = purpose.partition(":")[0]
    made = NewTelling(
        community_id=town.community.pk,
        person_id=town.owner.pk,
        purpose=purpose,
        category="matter",
        template="matter.received",
        values={"number": number, "kind": "报修"},
        about=number,
        link=f"/my/matters/{number}/",
    )
    return replace(made, **given)


def notice(town: Town, purpose: str = "announcement:1", **given: Any) -> NewTelling:
    """Return an announcement the owner is to be told of."""
    return news(
        town,
        purpose,
        **{
            "category": "notice",
            "template": "notice.published",
            "values": {"title": "外墙清洗"},
            **given,
        },
    )


def code(town: Town, purpose: str = "code:1", at: datetime = AT, **given: Any) -> NewTelling:
    """Return a one-time code for a number that asked."""
    return news(
        town,
        purpose,
        **{
            "person_id": None,
            "category": "code",
            "template": "code.login",
            "values": {"code": "246810"},
            "about": "",
            "link": "",
            "address": "13700001111",
            "expires_at": at + 5 * MINUTE,
            **given,
        },
    )


def say(*tellings: NewTelling, at: datetime = AT) -> None:
    """Tell it as an action does: in a transaction."""
    with transaction.atomic():
        tell(tellings=tellings, at=at)


def pass_time(start: datetime, end: datetime, every: timedelta = timedelta(minutes=10)) -> None:
    """Let the courier go round every so often, and once at the end."""
    while start < end:
        courier.run_once(start)
        start += every
    courier.run_once(end)


def told(purpose: str) -> Telling:
    """Return a telling as it is now."""
    return Telling.objects.get(purpose=purpose)


def outside(purpose: str = "") -> list[tuple[str, str, str]]:
    """Return channel, state and problem of every message that leaves the house."""
    rows = Message.objects.filter(recipient=None).exclude(channel="in_app").order_by("id")
    if purpose:
        rows = rows.filter(purpose=purpose)
    return [(one.channel, one.state, one.problem) for one in rows]


def with_email(person: Person, value: str = "wangli@example.org") -> None:
    """Prove an e-mail address of a person."""
    from huiyin.kernel.caller import SYSTEM

    set_address(
        by=SYSTEM, at=AT, person_ids=[person.pk], channel="email", value=value, verified_at=AT
    )
