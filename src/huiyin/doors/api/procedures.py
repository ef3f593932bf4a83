"""What follows some matters: the incident report (CMP-03) and the conduct case (CMP-05)."""

from typing import Any
from zoneinfo import ZoneInfo

from ninja import Body, Router

from huiyin.conduct import actions as conduct
from huiyin.conduct import queries as conduct_queries
from huiyin.doors.api import schemas as given
from huiyin.doors.api.gate import Request
from huiyin.doors.api.schemas import Code, ConductOut, MaybeNothing, ReportOut
from huiyin.doors.api.shaping import day_or_none, moment, moment_or_none, person, person_or_none
from huiyin.incidents import actions as incidents
from huiyin.incidents import queries as incident_queries
from huiyin.kernel import clock

router = Router()
INCIDENTS = ["incidents"]
CONDUCT = ["conduct"]


@router.post("/matters/{number}/report", response=ReportOut, tags=INCIDENTS)
def submit_report(request: Request, number: Code, payload: given.ReportGiven) -> dict[str, Any]:
    """Write the incident report, or write it again after it was returned."""
    incidents.submit_report(
        by=request.caller,
        at=clock.now(),
        number=number,
        course=payload.course,
        cause=payload.cause,
        measures=payload.measures,
        losses=payload.losses or "",
        handling=payload.handling or "",
        responsibility=payload.responsibility or "",
    )
    return _report(request, number)


@router.post("/matters/{number}/report/approve", response=ReportOut, tags=INCIDENTS)
def approve_report(
    request: Request, number: Code, payload: Body[given.Opinion | None] = None
) -> dict[str, Any]:
    """Approve the present step of the report; approved by the company it is filed."""
    incidents.approve_report(
        by=request.caller,
        at=clock.now(),
        number=number,
        opinion=payload.opinion if payload else "",
    )
    return _report(request, number)


@router.post("/matters/{number}/report/return", response=ReportOut, tags=INCIDENTS)
def return_report(request: Request, number: Code, payload: given.ReturnOpinion) -> dict[str, Any]:
    """Send the report back to its writer with an opinion."""
    incidents.return_report(
        by=request.caller, at=clock.now(), number=number, opinion=payload.opinion
    )
    return _report(request, number)


@router.get("/matters/{number}/report", response=ReportOut, tags=INCIDENTS)
def report(request: Request, number: Code) -> dict[str, Any]:
    """Show the incident report of a matter."""
    return _report(request, number)


@router.post("/matters/{number}/conduct", response=ConductOut, tags=CONDUCT)
def open_case(
    request: Request, number: Code, payload: Body[given.Concerned | None] = None
) -> dict[str, Any]:
    """Open the case of the employee complained of; opened already, it stays as it is.

    ``employee`` says whom the complaint is about, where reception could not tell.
    """
    employee = payload.employee if payload else None
    conduct.open_case(by=request.caller, at=clock.now(), number=number, employee=employee or "")
    return _case(request, number)


@router.post("/matters/{number}/conduct/statement", response=ConductOut, tags=CONDUCT)
def take_statement(request: Request, number: Code, payload: given.Note) -> dict[str, Any]:
    """Take down what the employee says."""
    conduct.take_statement(by=request.caller, at=clock.now(), number=number, text=payload.text)
    return _case(request, number)


@router.post("/matters/{number}/conduct/correction", response=ConductOut, tags=CONDUCT)
def set_correction(request: Request, number: Code, payload: given.Correction) -> dict[str, Any]:
    """Set a correction with a last day: a matter of its own, owned by the employee."""
    conduct.set_correction(
        by=request.caller,
        at=clock.now(),
        number=number,
        task=payload.task,
        due_on=payload.due_on,
    )
    return _case(request, number)


@router.post("/matters/{number}/conduct/penalty", response=ConductOut, tags=CONDUCT)
def propose_penalty(request: Request, number: Code, payload: given.Penalty) -> dict[str, Any]:
    """Propose the penalty entry; it counts once somebody else has approved it."""
    conduct.propose_penalty(
        by=request.caller, at=clock.now(), number=number, penalty=payload.penalty
    )
    return _case(request, number)


@router.post("/matters/{number}/conduct/penalty/approve", response=ConductOut, tags=CONDUCT)
def approve_penalty(request: Request, number: Code, payload: MaybeNothing = None) -> dict[str, Any]:
    """Approve the penalty entry that somebody else proposed."""
    conduct.approve_penalty(by=request.caller, at=clock.now(), number=number)
    return _case(request, number)


@router.get("/matters/{number}/conduct", response=ConductOut, tags=CONDUCT)
def case(request: Request, number: Code) -> dict[str, Any]:
    """Show the conduct case of a matter; the employee concerned finds nothing here."""
    return _case(request, number)


def _report(request: Request, number: str) -> dict[str, Any]:
    row = incident_queries.report(caller=request.caller, number=number, at=clock.now())
    zone = ZoneInfo(row.zone)
    return {
        "matter": row.matter,
        "state": row.state,
        "course": row.course,
        "cause": row.cause,
        "losses": row.losses,
        "measures": row.measures,
        "handling": row.handling,
        "responsibility": row.responsibility,
        "written_by": person(row.written_by),
        "written_at": moment(row.written_at, zone),
        "site_by": person_or_none(row.site_by),
        "site_at": moment_or_none(row.site_at, zone),
        "site_opinion": row.site_opinion,
        "decided_by": person_or_none(row.decided_by),
        "decided_at": moment_or_none(row.decided_at, zone),
        "opinion": row.opinion,
        "file_number": row.file_number,
    }


def _case(request: Request, number: str) -> dict[str, Any]:
    row = conduct_queries.case(caller=request.caller, number=number, at=clock.now())
    zone = ZoneInfo(row.zone)
    return {
        "matter": row.matter,
        "employee": person(row.employee),
        "statement": row.statement,
        "statement_at": moment_or_none(row.statement_at, zone),
        "correction": row.correction,
        "correction_due_on": day_or_none(row.correction_due_on),
        "penalty": row.penalty,
        "penalty_by": person_or_none(row.penalty_by),
        "penalty_at": moment_or_none(row.penalty_at, zone),
        "approved_by": person_or_none(row.approved_by),
        "approved_at": moment_or_none(row.approved_at, zone),
    }
