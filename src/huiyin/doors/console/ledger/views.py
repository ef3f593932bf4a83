"""The books (账簿): entries with filters, one entry, trial balance, locking, export (FIN-13)."""

from datetime import date, timedelta
from typing import Any, Final, cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.doors.console.ledger.forms import DaysForm, LockForm, NarrowForm, OpenForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import BadInput
from huiyin.ledger import actions, exports, queries
from huiyin.ledger.access import KEEPERS, admit_to_keep
from huiyin.staff.queries import local_day

PAGE = 50
FILTERS: Final = ("words", "kind", "account", "house", "first", "last")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@staff_page
def journals(request: StaffRequest) -> HttpResponse:
    """List the entries of the books; htmx asks for the list only, or for its next rows."""
    place = _place(request)
    book = queries.book(**place)
    if book is None:
        return _unopened(request, OpenForm())
    given = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    accounts = [(one.code, f"{one.code} {one.name}") for one in queries.accounts(**place)]
    form = NarrowForm({name: given.get(name, "") for name in FILTERS}, accounts=accounts)
    asked = form.asked if form.is_valid() else {}
    page = queries.journals(**place, **asked, cursor=request.GET.get("cursor", ""), limit=PAGE)
    context: dict[str, Any] = {
        "book": book,
        "form": form,
        "page": page,
        "narrowed": bool(given),
        "next": _next(given, page.next),
    }
    if wants_fragment(request) and request.GET.get("cursor"):
        return render(request, "ledger/_rows.html", context)
    status = 200 if form.is_valid() else 422
    return show(request, "ledger/journals.html", "ledger/_list.html", context, status=status)


def _next(given: dict[str, str], cursor: str | None) -> str:
    """Return the query of the following rows, or nothing when these were the last."""
    if not cursor:
        return ""
    query = QueryDict(mutable=True)
    query.update({**given, "cursor": cursor})
    return query.urlencode()


def _place(request: StaffRequest) -> dict[str, Any]:
    return {"caller": request.caller, "community_id": request.community.id}


@require_safe
@staff_page
def journal(request: StaffRequest, pk: int) -> HttpResponse:
    """Show one entry with its legs."""
    view = queries.journal(caller=request.caller, journal_id=pk)
    return render(request, "ledger/journal.html", {"view": view, "row": view.row})


@require_safe
@staff_page
def trial(request: StaffRequest) -> HttpResponse:
    """Show every account over some days, this month by default."""
    place = _place(request)
    form = DaysForm(request.GET if "first" in request.GET else _this_month(request))
    found = None
    if form.is_valid():
        from_on, until_on = form.half_open
        found = queries.trial_balance(**place, from_on=from_on, until_on=until_on)
    book = queries.book(**place)
    context = {"form": form, "found": found, "book": book}
    return render(request, "ledger/trial.html", context, status=200 if found else 422)


@require_safe
@staff_page
def export(request: StaffRequest) -> HttpResponse:
    """Send the vouchers of some days as a workbook or CSV; without days, ask for them."""
    place = _place(request)
    queries.book(**place)
    if "first" not in request.GET:
        return _export(request, DaysForm(initial=_last_month(request)))
    form = DaysForm(request.GET)
    kind = request.GET.get("as", "xlsx")
    if kind not in {"xlsx", "csv"}:
        raise Http404
    if not form.is_valid():
        return _export(request, form, status=422)
    from_on, until_on = form.half_open
    try:
        legs = exports.legs(**place, from_on=from_on, until_on=until_on)
        file = exports.as_workbook(legs) if kind == "xlsx" else exports.as_csv(legs)
    except BadInput as refusal:
        form.take_back(refusal)
        return _export(request, form, status=422)
    name = f"{request.community.code}-{from_on}-{form.cleaned_data['last']}.{kind}"
    media = XLSX if kind == "xlsx" else "text/csv; charset=utf-8"
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=media)
    return cast(HttpResponse, answer)  # what the page's door asks of an answer, it has


def _export(request: StaffRequest, form: DaysForm, *, status: int = 200) -> HttpResponse:
    return render(request, "ledger/export.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def lock(request: StaffRequest) -> HttpResponse:
    """Lock the days up to one; the month that is over by default, once it was looked at."""
    admit_to_keep(request.caller, request.community.id)
    if request.method != "POST":
        return _lock(request, LockForm(initial={"until_on": _last_month(request)["last"]}))
    form = LockForm(request.POST)
    if form.is_valid() and form.tries(
        lambda: actions.lock(
            by=request.caller,
            at=request.moment,
            community_id=request.community.id,
            until_on=form.cleaned_data["until_on"],
        )
    ):
        day = form.cleaned_data["until_on"]
        messages.success(request, _("%(day)s 及以前已经锁账。") % {"day": day})
        return redirect("ledger")
    return _lock(request, form, status=422)


def _lock(request: StaffRequest, form: DoorForm, *, status: int = 200) -> HttpResponse:
    book = queries.book(caller=request.caller, community_id=request.community.id)
    return render(request, "ledger/lock.html", {"form": form, "book": book}, status=status)


@require_http_methods(["POST"])
@staff_page
def begin(request: StaffRequest) -> HttpResponse:
    """Open the books of the community."""
    form = OpenForm(request.POST)
    if form.is_valid() and form.tries(
        lambda: actions.open_books(
            by=request.caller,
            at=request.moment,
            community_id=request.community.id,
            opened_on=form.cleaned_data["opened_on"],
        )
    ):
        messages.success(request, _("已开账,会计科目已建好。"))
        return redirect("ledger")
    return _unopened(request, form, status=422)


def _unopened(request: StaffRequest, form: DoorForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "may_keep": _may_keep(request)}
    return render(request, "ledger/unopened.html", context, status=status)


def _may_keep(request: StaffRequest) -> bool:
    return request.caller.holds(request.community.id, *KEEPERS)


def _this_month(request: StaffRequest) -> dict[str, date]:
    today = local_day(request.moment, request.community.zone)
    return {"first": today.replace(day=1), "last": today}


def _last_month(request: StaffRequest) -> dict[str, date]:
    last = _this_month(request)["first"] - timedelta(days=1)
    return {"first": last.replace(day=1), "last": last}
