"""Taking back what a bill would be made of: never while a run has it in hand."""

from django.db.models import Q
from django.utils.translation import gettext as _

from huiyin.billing.models import ChargeGroup, ChargeItem, DraftLine, Line, Run
from huiyin.kernel.errors import WrongState

_BUSY = (Run.State.DRAFTING, Run.State.POSTING, Run.State.REVERSING)
_AT_WORK = (*_BUSY, Run.State.DRAFTED)


class UnableToWithdraw(WrongState):
    """A run has billed it, or has it in hand."""


def hold_run(group_id: int) -> Run | None:
    """Lock a group of charges and its run at work, so that none begins or drafts again meanwhile.

    Comes before the lock of the source itself: whoever posts takes them in this order.
    """
    ChargeGroup.objects.select_for_update(no_key=True).get(pk=group_id)
    at_work = Run.objects.filter(group_id=group_id, state__in=_AT_WORK)
    return at_work.select_for_update().first()


def refuse_used(item: ChargeItem, run: Run | None, made_of: Q) -> None:
    """Raise UnableToWithdraw when a line, or the draft of one, is made of what is taken back."""
    if Line.objects.filter(made_of, reversed_at__isnull=True).exists():
        raise UnableToWithdraw(_("已经计入账单,不能作废;要改先冲销那次计费。"))
    if run is not None and run.state in _BUSY:
        raise UnableToWithdraw(
            _("“%(item)s”正在计费,请等这次计费完成后再试。") % {"item": item.name}
        )
    if run is not None and DraftLine.objects.filter(made_of, run=run).exists():
        raise UnableToWithdraw(_("待审核的计费草稿里有它;请先作废那次草稿,再来作废。"))
