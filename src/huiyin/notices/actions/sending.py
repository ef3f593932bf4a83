"""What providers report, and sending once more what did not arrive (NOT-01, NOT-04)."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound, WrongState
from huiyin.notices import courier, rules
from huiyin.notices.access import admit_to_send
from huiyin.notices.actions.telling import WITHDRAWN
from huiyin.notices.around import Around, about_people
from huiyin.notices.models import Message, Telling
from huiyin.trail.actions import record


class UnableToResend(WrongState):
    """It arrived, is on its way, was sent again already, or may not be repeated."""


def report_delivery(
    *,
    provider: str,
    reference: str,
    provider_id: str,
    delivered: bool,
    problem: str,
    at: datetime,
) -> None:
    """Take in what a provider reports about a message: again, too late or unknown, no harm done."""
    courier.report(
        provider=provider,
        reference=reference,
        provider_id=provider_id,
        delivered=delivered,
        problem=problem,
        at=at,
    )


@transaction.atomic
def resend(*, by: Caller, at: datetime, message_id: int) -> int:
    """Send what did not arrive once more, to where the person is reached now; return the message.

    1. Only what failed is sent again, each failure once: two who press at once send it once.
    2. It waits for the opening hours like everything that rings.

    Raises NotFound, Forbidden, UnableToResend.
    """
    named = Message.objects.filter(pk=message_id, recipient__isnull=True).first()
    if named is None or not by.works_in(named.community_id):
        raise NotFound(_("没有这条消息。"))
    admit_to_send(by, named.community_id)
    telling = Telling.objects.select_for_update(no_key=True).get(pk=named.telling_id or 0)
    failed = Message.objects.select_for_update(no_key=True).get(pk=message_id)
    _check(failed, telling, at)
    again = _again(failed, telling, at)
    again.save(force_insert=True)
    clauses = Around(at).town(telling.community_id).rules
    telling.state, telling.note, telling.settled_at = Telling.State.RINGING, "", None
    telling.due_at = (again.next_try_at or at) + clauses.read_within
    telling.save(update_fields=["state", "note", "settled_at", "due_at"])
    telling.followers.update(state=Telling.State.RINGING, settled_at=None)
    record(
        action="notices.resent",
        by=by,
        at=at,
        subject=f"message:{failed.pk}",
        community_id=failed.community_id,
        before={"problem": failed.problem},
        after={"message": again.pk, "address": rules.masked_address(again.address)},
    )
    return again.pk


def _check(failed: Message, telling: Telling, at: datetime) -> None:
    if telling.category == "code":
        raise UnableToResend(_("验证码不能重发,请业主重新获取。"))
    if failed.state != Message.State.FAILED:
        raise UnableToResend(_("只有没有送到的消息才能重发。"))
    if telling.messages.filter(channel=failed.channel, pk__gt=failed.pk).exists():
        raise UnableToResend(_("这条消息已经重发过,请看最新的一条。"))
    if telling.note == WITHDRAWN:
        raise UnableToResend(_("这条消息的内容已经撤回,不再发送。"))
    if telling.expires_at is not None and telling.expires_at <= at:
        raise UnableToResend(_("这条消息已过有效期,不再发送。"))


def _again(failed: Message, telling: Telling, at: datetime) -> Message:
    wishes = about_people([telling.person_id] if telling.person_id else [])
    reached = [one.addresses.get(failed.channel, "") for one in wishes.values()]
    address = telling.address or next(iter(reached), "")
    if not address:
        raise UnableToResend(_("这位住户现在没有可用的号码或地址,请先更正住户资料。"))
    last = telling.messages.aggregate(last=Max("epoch"))["last"]
    town = Around(at).town(telling.community_id)
    opens = at if telling.urgent else rules.opens_at(at, town.zone, town.rules.open_hours)
    return Message(
        community_id=failed.community_id,
        person_id=failed.person_id,
        telling=telling,
        channel=failed.channel,
        address=address,
        reference=uuid4(),
        purpose=failed.purpose,
        epoch=last + 1,
        about=failed.about,
        subject=failed.subject,
        text=failed.text,
        template=failed.template,
        values=failed.values,
        vendor_ids=failed.vendor_ids,
        urgent=failed.urgent,
        at=at,
        next_try_at=opens,
        expires_at=failed.expires_at,
    )
