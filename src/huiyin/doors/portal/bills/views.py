"""Bills of the reader, one of them with its working, and the account of any days (OWN-02)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from huiyin.accounts.rules import Allowance
from huiyin.billing import saying
from huiyin.billing.queries import owners, sheets
from huiyin.billing.queries.owners import BilledHouse, OwnBillRow
from huiyin.billing.queries.sheets import SheetLine
from huiyin.doors.parts import codes
from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.doors.portal.bills.forms import StatementForm
from huiyin.doors.portal.page import OwnerRequest, not_too_often, payer_page
from huiyin.flows import papers
from huiyin.kernel.errors import NotFound
from huiyin.ledger.queries import Statement
from huiyin.notices.actions import mark_told_read

_NONE = _("请先选好房屋和日期,再下载对账单。")
PAPERS = (Allowance(30, 3600),)  # each is drawn anew, which takes the work of many pages


@dataclass(frozen=True, slots=True)
class Row:
    """A bill in the list, with the word for how it stands."""

    bill: OwnBillRow
    period: str
    state: str
    """``open``, ``late``, ``settled``, ``reversed`` or ``theirs``: the tenant pays it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a bill in words."""

    line: SheetLine
    days: str
    steps: tuple[str, ...]


@require_safe
@payer_page
def bills(request: OwnerRequest) -> HttpResponse:
    """List the bills, what is open first; htmx asks for older ones."""
    cursor = request.GET.get("cursor", "")
    today = _today(request)
    page = owners.owner_bills(caller=request.caller, cursor=cursor)
    context: dict[str, Any] = {"page": page, "rows": [_row(one, today) for one in page.items]}
    if cursor and wants_fragment(request):
        return render(request, "my_bills/_rows.html", context)
    context |= {
        "due": owners.owner_due(caller=request.caller),
        "today": today,
        "places": sheets.where_to_pay(
            one.community_id for one in page.items if one.mine and one.open
        ).values(),
    }
    return render(request, "my_bills/bills.html", context)


@require_safe
@payer_page
def bill(request: OwnerRequest, number: str) -> HttpResponse:
    """Show one bill line by line with its working; what was told about it is read with it."""
    own = owners.owner_bill(caller=request.caller, number=number)
    mark_told_read(
        at=request.moment, person_ids=sorted(request.caller.people), about=f"bill:{number}"
    )
    sheet = own.sheet
    context = {
        "own": own,
        "sheet": sheet,
        "period": saying.period_title(sheet.period),
        "lines": [
            Line(one, saying.days(one.from_on, one.until_on), saying.working(one.working))
            for one in sheet.lines
        ],
        "earlier": [(one, saying.period_title(one.period)) for one in sheet.earlier],
        "today": _today(request),
        "places": sheets.where_to_pay([sheet.community_id]).values(),
    }
    return render(request, "my_bills/bill.html", context)


@require_safe
@payer_page
def bill_paper(request: OwnerRequest, number: str) -> HttpResponse:
    """Send one bill as the paper that is put into the letter box."""
    own = owners.owner_bill(caller=request.caller, number=number)
    not_too_often(request, "bill", PAPERS)
    paper = papers.owner_bill(own=own, at=request.moment, site=codes.site(request))
    return pdf_answer(paper.name, paper.pdf())


@require_safe
@payer_page
def statement(request: OwnerRequest) -> HttpResponse:
    """Show the account of a house over some days, by default of this year."""
    houses = owners.billed_houses(caller=request.caller)
    form = _form(request, houses)
    found = _stated(request, form) if houses and form.is_valid() else None
    context = {"form": form, "houses": houses, "found": found, "asked": request.GET.urlencode()}
    if found is not None:
        context |= {
            "house": _house(houses, form),
            "last": form.cleaned_data["until"],
            "ahead": -found.closing,
        }
    return render(request, "my_bills/statement.html", context)


@require_safe
@payer_page
def statement_paper(request: OwnerRequest) -> HttpResponse:
    """Send the same account as a paper; NotFound where there is none of the reader."""
    houses = owners.billed_houses(caller=request.caller)
    form = _form(request, houses)
    found = _stated(request, form) if houses and form.is_valid() else None
    if found is None:
        raise NotFound(str(_NONE))
    not_too_often(request, "statement", PAPERS)
    paper = papers.owner_statement(
        house=_house(houses, form), reader=request.caller.name, found=found, at=request.moment
    )
    return pdf_answer(paper.name, paper.pdf())


def _form(request: OwnerRequest, houses: tuple[BilledHouse, ...]) -> StatementForm:
    today = _today(request)
    usual: dict[str, Any] = {"since": f"{date(today.year, 1, 1)}", "until": f"{today}"}
    if houses:
        chosen = request.household.house_id if request.households else houses[0].id
        known = next((one.id for one in houses if one.id == chosen), houses[0].id)
        usual["house"] = str(known)
    asked = {key: request.GET[key] for key in ("house", "since", "until") if key in request.GET}
    return StatementForm(houses, {**usual, **asked})


def _stated(request: OwnerRequest, form: StatementForm) -> Statement | None:
    """Read the account asked for; None, with the reason at its field, when the days are odd."""
    given = form.cleaned_data
    found: list[Statement] = []

    def read() -> None:
        found.append(
            owners.owner_statement(
                caller=request.caller,
                house_id=given["house"],
                from_on=given["since"],
                until_on=given["until"] + saying.DAY,
            )
        )

    return found[0] if form.tries(read) else None


def _house(houses: tuple[BilledHouse, ...], form: StatementForm) -> BilledHouse:
    return next(one for one in houses if one.id == form.cleaned_data["house"])


def _today(request: OwnerRequest) -> date:
    return timezone.localdate(request.moment)


def _row(one: OwnBillRow, today: date) -> Row:
    if one.is_reversed:
        state = "reversed"
    elif not one.open:
        state = "settled"
    elif not one.mine:
        state = "theirs"
    else:
        state = "late" if one.due_on < today else "open"
    return Row(one, saying.period_title(one.period), state)
