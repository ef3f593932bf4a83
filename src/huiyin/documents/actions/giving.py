"""Papers leave the office: given to somebody, printed many in one file (PLN-04)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.documents import typesetting
from huiyin.documents.access import admit_reader
from huiyin.documents.actions.common import bytes_of, locked, trail
from huiyin.documents.models import Paper
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, WrongState

MOST_PRINTED = 200
State = Paper.State


class UnableToGive(WrongState):
    """The paper is a draft, void or gone."""


@transaction.atomic
def give_out(*, by: Caller, at: datetime, paper_id: int) -> None:
    """Write down that somebody outside holds the paper; from then on two people void it."""
    paper = locked(by, paper_id)
    if paper.state != State.ISSUED:
        raise UnableToGive(_("只有有效的文件可以交出。"))
    if mark_given(paper, at):
        trail("given_out", by, at, paper)


@transaction.atomic
def print_together(*, by: Caller, at: datetime, paper_ids: Sequence[int]) -> bytes:
    """Put papers into one file to print, in the order given, each from the front of a sheet.

    What is printed counts as given out. Raises NotFound, Forbidden, UnableToGive, BadInput.
    """
    wanted = list(dict.fromkeys(paper_ids))
    if not wanted:
        raise BadInput(_("请先勾选要打印的文件。"), field="paper")
    if len(wanted) > MOST_PRINTED:
        raise BadInput(_("一次最多打印 %(n)d 份,请分几次。") % {"n": MOST_PRINTED}, field="paper")
    found = {
        one.pk: one
        for one in Paper.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    }
    papers = [admit_reader(by, found.get(pk)) for pk in wanted]
    contents = []
    for paper in papers:
        if paper.state != State.ISSUED or paper.file_id is None:
            raise UnableToGive(
                _("“%(title)s”不是有效文件,不能打印,请去掉勾选。") % {"title": paper.title}
            )
        contents.append(bytes_of(paper))
        mark_given(paper, at)
        trail("printed", by, at, paper)
    return typesetting.joined(contents, duplex=True)


def mark_given(paper: Paper, at: datetime) -> bool:
    """Remember since when somebody outside may hold the paper; return whether that is news."""
    if paper.given_at is not None or paper.state != State.ISSUED:
        return False
    paper.given_at = at
    paper.save(update_fields=["given_at"])
    return True
