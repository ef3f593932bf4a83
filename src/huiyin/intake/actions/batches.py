"""What people write down of slips, letters and talks: one sheet, several matters (REC-06)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate import queries as estate
from huiyin.intake.access import admit_to_write_down
from huiyin.intake.models import Batch
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden
from huiyin.matters import actions as matters
from huiyin.matters.kinds import CHANNELS
from huiyin.matters.models import Matter
from huiyin.trail.actions import record

ITEMS_MOST = 100  # slips of one opening


class UnableToTakeBatch(BadInput):
    """Something on the sheet cannot be taken; the field is named."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """One thing on a sheet that becomes a matter of its own."""

    kind: str
    text: str
    house: str = ""
    phone: str = ""
    caller: str = ""
    place: str = ""
    anonymous: bool = False
    important: bool = False
    first_heard_by: str = ""
    photos: tuple[int, ...] = ()


@transaction.atomic
def take_batch(
    *,
    by: Caller,
    at: datetime,
    community: str,
    channel: str,
    key: UUID,
    items: Sequence[NewItem],
    facts: Mapping[str, str],
    note: str = "",
) -> tuple[str, ...]:
    """Receive everything on a sheet, all or nothing; return the numbers in order.

    The same sheet sent again, from a second click or a lost answer, gives the same numbers. An
    opening of the box that brought no slip is kept too. ``note`` says on each matter where it is
    from.

    Raises NotFound, Forbidden, UnableToTakeBatch, and what receiving a matter raises.
    """
    town = estate.community(caller=by, code=community)
    admit_to_write_down(by, town.id)
    if by.employee_id is None:
        raise Forbidden(_("来件要由员工本人登记。"))
    if channel not in CHANNELS:
        raise UnableToTakeBatch(_("没有“%(it)s”这个来源渠道。") % {"it": channel}, field="channel")
    if len(items) > ITEMS_MOST:
        raise UnableToTakeBatch(
            _("一次最多登记 %(n)d 条,请分几次。") % {"n": ITEMS_MOST}, field="text"
        )
    mark = _fingerprint(community, channel, items, facts)
    batch, is_new = Batch.objects.get_or_create(
        key=key,
        fingerprint=mark,
        defaults={
            "community_id": town.id,
            "channel": channel,
            "at": at,
            "by_id": by.employee_id,
            "facts": dict(facts),
        },
    )
    if (batch.community_id, batch.by_id) != (town.id, by.employee_id):
        raise UnableToTakeBatch(_("这张登记表已经失效,请刷新页面再登记。"), field="key")
    if not is_new:
        return tuple(batch.matters.order_by("id").values_list("number", flat=True))
    numbers = [_receive(batch, item, by=by, at=at, note=note) for item in items]
    batch.matters.set(Matter.objects.filter(number__in=numbers))
    record(
        action="intake.batch_taken",
        by=by,
        at=at,
        subject=f"batch:{batch.pk}",
        community_id=town.id,
        after={"channel": channel, "matters": len(numbers), **facts},
    )
    return tuple(numbers)


def _receive(batch: Batch, item: NewItem, *, by: Caller, at: datetime, note: str) -> str:
    given = asdict(item)
    for name in ("house", "first_heard_by"):
        given[name] = given[name] or None
    number = matters.receive_matter(
        by=by, at=at, community=batch.community.code, channel=batch.channel, **given
    )
    if note:
        matters.note_matter(by=by, at=at, number=number, text=note)
    return number


def _fingerprint(
    community: str, channel: str, items: Sequence[NewItem], facts: Mapping[str, str]
) -> str:
    content = [community, channel, [asdict(one) for one in items], dict(facts)]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
