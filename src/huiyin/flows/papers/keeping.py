"""A paper that is final goes to the archive, once, and from then on that one is handed out.

1. Final are: a signed sheet whose matter is closed, a charge slip, an incident report that was
   filed, the log of a shift that was signed.
2. What makes a record another paper stands in the key of the paper, so that however often and from
   how many places this is asked, each is issued once. A sheet signed anew, or a slip that became
   void, is the next version of its paper.
3. What cannot be drawn, such as a name with a sign no font has, is told to the log and tried again
   later; everything else goes on.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from huiyin.desk.access import DESK
from huiyin.desk.models import DutyLog
from huiyin.documents import actions, queries
from huiyin.documents import models as documents
from huiyin.estate.rules import masked
from huiyin.fieldwork.access import SLIP_READERS
from huiyin.fieldwork.models import ChargeSlip, Sheet
from huiyin.flows.papers import finals, records, work
from huiyin.flows.papers.drawing import Paper
from huiyin.flows.papers.finals import Final
from huiyin.incidents.models import IncidentReport
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import Forbidden, NotFound, Refused
from huiyin.matters.access import KNOWS_CALLER

log = logging.getLogger("huiyin.papers")

LOOK_BACK = timedelta(days=30)  # what became final while no worker ran longer is filed by nobody
TRY_AGAIN = timedelta(hours=1)
MOST = 5  # of each kind in one look, so that a machine just started has time for people
ISSUED = documents.Paper.State.ISSUED
_failed: dict[UUID, datetime] = {}


@dataclass(frozen=True, slots=True)
class Ready:
    """A final record: how its paper is built, and where and for whom it is filed."""

    final: Final
    build: Callable[[], Paper]
    filing: Mapping[str, Any]


def pdf_of(*, caller: Caller, paper: Paper, at: datetime) -> bytes:
    """Return the paper of the archive where a final one is kept and theirs to read, else draw it.

    Whoever built the paper has been admitted to its record.
    """
    if paper.final is not None:
        kept = documents.Paper.objects.filter(key=paper.final.key, state=ISSUED).first()
        if kept is not None:
            try:
                return queries.paper_bytes(caller=caller, paper_id=kept.pk, at=at)[0]
            except (NotFound, Forbidden):
                pass  # theirs is the record, with the blanks that are for them
    return paper.pdf()


def keep_finals(*, at: datetime) -> int:
    """File the papers that became final and are not in the archive yet; return how many."""
    kept = 0
    for found in (_orders(at), _slips(at), _reports(at), _logs(at)):
        for one in _missing(found, at):
            kept += _keep_or_tell(one, at)
    return kept


def forget() -> None:
    """Try again at once what could not be drawn."""
    _failed.clear()


def _missing(found: Iterable[Ready], at: datetime) -> list[Ready]:
    """Return what is not in the archive and was not tried in vain lately, so many at a time."""
    rows = {one.final.key: one for one in found}
    kept = documents.Paper.objects.filter(key__in=list(rows)).values_list("key", flat=True)
    done = {*kept, *(key for key, tried in _failed.items() if tried <= at < tried + TRY_AGAIN)}
    return [one for key, one in rows.items() if key not in done][:MOST]


def _keep_or_tell(one: Ready, at: datetime) -> bool:
    said = {"paper": one.final.kind, "about": one.final.subject}
    try:
        with transaction.atomic():
            _keep(one, at)
    except Refused as refusal:
        log.warning("paper not filed", extra=said | {"told": str(refusal)})
    except Exception:
        log.exception("paper not filed", extra=said)
    else:
        return True
    _failed[one.final.key] = at
    return False


def _keep(one: Ready, at: datetime) -> None:
    """Issue the paper, or the next version of the one the record had before."""
    final, paper = one.final, one.build()
    before = documents.Paper.objects.filter(kind=final.kind, subject=final.subject, state=ISSUED)
    former = before.order_by("-id").first()
    given: dict[str, Any] = {"by": SYSTEM, "at": at, "data": paper.data, "key": final.key}
    if former is not None:
        actions.replace_paper(paper_id=former.pk, **given)
        return
    actions.issue_paper(
        form=paper.form,
        kind=final.kind,
        subject=final.subject,
        title=paper.name,
        **given,
        **one.filing,
    )


# -- what is final


def _orders(at: datetime) -> Iterator[Ready]:
    rows = Sheet.objects.filter(
        signed_at__isnull=False, matter__state="closed", matter__closed_at__gt=at - LOOK_BACK
    )
    for one in rows.select_related("matter").order_by("matter__closed_at", "id"):
        matter = one.matter
        if one.signed_cycle == matter.cycle:
            yield Ready(
                finals.order(matter.number, matter.cycle, one.signed_at),
                partial(_order, matter.number, at),
                {
                    "community_id": matter.community_id,
                    "house_id": matter.house_id,
                    "about_id": matter.about_employee_id,
                    "confidential": "posts",
                    "readers": KNOWS_CALLER,
                },
            )


def _order(number: str, at: datetime) -> Paper:
    """Build a sheet for the archive, from which nobody needs to ring the owner."""
    url = _address("matter", number)
    paper = work.service_order(caller=SYSTEM, number=number, at=at, url=url)
    paper.data["phone"] = masked(paper.data["phone"])
    return paper


def _slips(at: datetime) -> Iterator[Ready]:
    recent = Q(made_at__gt=at - LOOK_BACK) | Q(voided_at__gt=at - LOOK_BACK)
    rows = ChargeSlip.objects.filter(recent).select_related("sheet__matter")
    for one in rows.order_by("id"):
        url = _address("slip", one.number)
        yield Ready(
            finals.slip(one.number, is_void=one.voided_at is not None),
            partial(work.slip, caller=SYSTEM, number=one.number, at=at, url=url),
            {
                "community_id": one.community_id,
                "house_id": one.house_id,
                "about_id": one.sheet.matter.about_employee_id,
                "confidential": "posts",
                "readers": SLIP_READERS,
            },
        )


def _reports(at: datetime) -> Iterator[Ready]:
    rows = IncidentReport.objects.filter(state="filed", decided_at__gt=at - LOOK_BACK)
    for one in rows.select_related("matter").order_by("decided_at", "id"):
        matter, url = one.matter, _address("incident", one.matter.number)
        yield Ready(
            finals.report(matter.number),
            partial(records.incident_report, caller=SYSTEM, number=matter.number, at=at, url=url),
            {"community_id": matter.community_id, "about_id": matter.about_employee_id},
        )


def _logs(at: datetime) -> Iterator[Ready]:
    rows = DutyLog.objects.filter(signed_at__gt=at - LOOK_BACK)
    for one in rows.order_by("signed_at", "id"):
        yield Ready(
            finals.shift(one.pk),
            partial(
                records.duty_log, caller=SYSTEM, log=one.pk, at=at, url=_address("duty_log", one.pk)
            ),
            {"community_id": one.community_id, "confidential": "posts", "readers": DESK},
        )


def _address(name: str, place: object) -> str:
    """Return where the record is shown; "" where nobody said under which name the site is known."""
    return settings.PUBLIC_URL + reverse(name, args=[place]) if settings.PUBLIC_URL else ""
