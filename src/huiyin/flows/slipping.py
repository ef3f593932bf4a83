"""What was signed at somebody's door becomes a charge on the household's account (WO-04, BIL-04).

A signed charge slip of a repair or a cleaning is taken over as a slip of billing, in one
transaction with its mark, so that it is charged once however often this runs. The item comes from
the kind of the matter; where a community has none for a kind, its slips wait and a person is told.
Papers signed before the books were opened stay out: what they left open is in the opening balances.
"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.billing.actions import slips as billing
from huiyin.billing.models import Slip
from huiyin.billing.queries import slips as charges
from huiyin.estate.queries import CommunityRow
from huiyin.fieldwork import actions as fieldwork
from huiyin.fieldwork import queries as papers
from huiyin.fieldwork.rows import BillableRow
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.matters import titles
from huiyin.matters.actions import note_matter
from huiyin.matters.kinds import KINDS
from huiyin.notices import actions as notices
from huiyin.notices import queries as notice_queries
from huiyin.staff import queries as staff

MOST_AT_ONCE: Final = 200
SOURCE: Final = "slip:"


def charge_signed(*, town: CommunityRow, at: datetime) -> int:
    """Make charges of the slips signed in a community; return how many became one.

    Each in a transaction of its own. Nothing happens before the community's books are open.
    """
    taking = charges.taking(community_id=town.id)
    if taking is None:
        return 0
    since = datetime.combine(taking.since, time(0), ZoneInfo(town.zone))
    items = {kind: item for kind in KINDS if (item := _item_of(kind, taking.items))}
    waiting = papers.kinds_to_bill(community_id=town.id, since=since)
    for kind in sorted(waiting - items.keys()):
        _tell(town, at, kind)
    found = (
        papers.slips_to_bill(
            community_id=town.id, since=since, kinds=list(items), most=MOST_AT_ONCE
        )
        if waiting & items.keys()
        else ()
    )
    return sum(_take(town, at, one, items[one.kind]) for one in found)


@transaction.atomic
def agree_void(*, by: Caller, at: datetime, number: str) -> None:
    """Void a slip of billing; the matter that it came from, if any, hears of it.

    The paper of the matter stays charged: it never becomes a second slip. What is owed after all
    is written on a new slip by hand. Raises what billing raises.
    """
    billing.agree_void(by=by, at=at, number=number)
    slip = Slip.objects.get(number=number)
    if not (slip.source or "").startswith(SOURCE):
        return
    paper = (slip.source or "").removeprefix(SOURCE)
    matter = papers.slip(caller=SYSTEM, number=paper).row.matter
    text = _("收费单 %(paper)s 转成的单据 %(number)s 已作废,不再向住户收费:%(reason)s") % {
        "paper": paper,
        "number": number,
        "reason": slip.void_reason,
    }
    note_matter(by=SYSTEM, at=at, number=matter, text=text)


def _take(town: CommunityRow, at: datetime, paper: BillableRow, item_id: int) -> bool:
    with transaction.atomic():
        if not fieldwork.mark_billed(at=at, number=paper.number):
            return False
        signed = billing.SignedPaper(
            source=f"{SOURCE}{paper.number}",
            item_id=item_id,
            house_id=paper.house_id,
            done_on=staff.local_day(paper.signed_at, town.zone),
            lines=[
                {name: one[name] for name in ("text", "unit", "quantity", "price", "amount")}
                for one in paper.lines
            ],
            amount=paper.amount,
            signed_name=paper.payer_name,
            scan_id=paper.signature_id,
            made_by_id=paper.by_id,
        )
        billing.take_over(at=at, community_id=town.id, paper=signed)
    return True


def _item_of(kind: str, items: Mapping[str, int]) -> int | None:
    """Return the item of a kind of matter, else that of the kind it is a part of."""
    return items.get(kind) or items.get(kind.partition(".")[0])


def _tell(town: CommunityRow, at: datetime, kind: str) -> None:
    """Tell those who keep the catalogue, once for each kind, that signed slips wait."""
    purpose = f"slips_wait:{town.code}:{kind}"
    if notice_queries.exists(purpose=purpose):
        return
    people = staff.directory(community_id=town.id, at=at, zone=town.zone)
    readers = people.on_duty("finance") or people.on_duty("manager") or people.floor()
    title = titles.KINDS[kind]
    notices.queue(
        messages=[
            notices.NewMessage(
                community_id=town.id,
                recipient_id=person.id,
                purpose=purpose,
                about="",
                subject=_("“%(kind)s”的签字收费单等着计费") % {"kind": title},
                text=_(
                    "业主签字的收费单还不能计入账户:没有收费项目接收“%(kind)s”的单据。"
                    "请在“收费标准”里选一个按单据收费的项目,勾选这类事项;之后系统会自动补上。"
                )
                % {"kind": title},
                channel="in_app" if person.can_log_in else "log",
            )
            for person in readers
        ],
        at=at,
    )
