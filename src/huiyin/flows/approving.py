"""Deciding a request, and what the kind of request brings with it, in one transaction (PLN-02)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from django.db import transaction

from huiyin.approvals import actions as approvals
from huiyin.approvals.actions import Outcome, Verdict
from huiyin.incidents import actions as incidents
from huiyin.kernel.caller import Caller


class Handler(Protocol):
    """What a procedure does once its request was decided; asked again, it does nothing more."""

    def __call__(self, *, by: Caller, at: datetime, request_id: int) -> object: ...


HANDLERS: Mapping[str, Handler] = {"incident_report": incidents.settle_report}


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
    outcome = approvals.decide(
        by=by, at=at, request_id=request_id, verdict=verdict, reason=reason, step=step
    )
    handler = HANDLERS.get(outcome.kind)
    if handler is not None:
        handler(by=by, at=at, request_id=request_id)
    return outcome
