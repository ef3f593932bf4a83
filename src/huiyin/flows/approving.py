"""Deciding a request, and what the kind of request brings with it, in one transaction (PLN-02)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from django.db import transaction

from huiyin.announcements import actions as announcements
from huiyin.approvals import actions as approvals
from huiyin.approvals.actions import Outcome, Verdict
from huiyin.approvals.models import Request
from huiyin.billing.actions import reliefs, tariffs
from huiyin.flows import releasing, wording
from huiyin.incidents import actions as incidents
from huiyin.kernel.caller import Caller
from huiyin.matters.models import Matter


class Handler(Protocol):
    """What a procedure does once its request was decided; asked again, it does nothing more."""

    def __call__(self, *, by: Caller, at: datetime, request_id: int) -> object: ...


HANDLERS: Mapping[str, Handler] = {
    announcements.KIND: announcements.settle,
    "incident_report": incidents.settle_report,
    releasing.KIND: releasing.settle,
    wording.KIND: wording.settle,
    tariffs.KIND: tariffs.settle_tariff,
    reliefs.KIND: reliefs.settle_relief,
}


@transaction.atomic
def decide(
    *,
    by: Caller,
    at: datetime,
    request_id: int,
    verdict: Verdict,
    reason: str = "",
    step: int | None = None,
) -> Outcome:
    """Decide the present step and let the procedure behind the request hear of it.

    Either both happen or neither. Raises NotFound, Forbidden, WrongState, BadInput.
    """
    _take_subject(request_id)
    outcome = approvals.decide(
        by=by, at=at, request_id=request_id, verdict=verdict, reason=reason, step=step
    )
    handler = HANDLERS.get(outcome.kind)
    if handler is not None:
        handler(by=by, at=at, request_id=request_id)
    return outcome


def _take_subject(request_id: int) -> None:
    """Lock what a request is about before the request, as its procedure does.

    In the other order two people deciding on two pages could wait for each other for ever.
    """
    about = Request.objects.filter(pk=request_id).values_list("subject", flat=True).first()
    what, _colon, number = (about or "").partition(":")
    if f"{what}:" == announcements.SUBJECT:
        announcements.hold(number)
    elif f"{what}:" == releasing.SUBJECT:
        releasing.hold(int(number))
    elif f"{what}:" == tariffs.SUBJECT:
        tariffs.hold_tariff(int(number))
    elif f"{what}:" == reliefs.SUBJECT:
        reliefs.hold_relief(int(number))
    elif what == "matter":
        Matter.objects.select_for_update(no_key=True).filter(number=number).first()
