"""Prepayments (预存): balances, taking, offsetting, undoing; accounts month by month (BIL-09)."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.billing.access import admit_to_post
from huiyin.billing.actions import prepaid as actions
from huiyin.billing.actions.reconciling import reconcile
from huiyin.billing.queries import prepaid as queries
from huiyin.billing.queries.accounts import house_of
from huiyin.billing.saying import money
from huiyin.doors.console.page import staff_page
from huiyin.doors.console.prepaid.forms import TakeForm, UndoForm
from huiyin.doors.parts.forms import EARLIEST, LATEST
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.kernel.paging import is_row_id
from huiyin.ledger.actions import UnableToPost
from huiyin.staff.queries import local_day

PAGE = 50


@require_safe
@staff_page
def balances(request: StaffRequest) -> HttpResponse:
    """List who has what in advance; htmx asks for a search, or for the next rows."""
    words = request.GET.get("q", "")
    found = queries.balances(
        **_place(request), words=words, cursor=request.GET.get("cursor", ""), limit=PAGE
    )
    context: dict[str, Any] = {"found": found, "q": words, "next": _next(words, found.page.next)}
    if wants_fragment(request) and request.GET.get("cursor"):
        return render(request, "prepaid/_rows.html", context)
    return show(request, "prepaid/balances.html", "prepaid/_list.html", context)


def _place(request: StaffRequest) -> dict[str, Any]:
    return {"caller": request.caller, "community_id": request.community.id}


def _next(words: str, cursor: str | None) -> str:
    if not cursor:
        return ""
    query = QueryDict(mutable=True)
    query.update({"q": words, "cursor": cursor} if words else {"cursor": cursor})
    return query.urlencode()


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def take(request: StaffRequest) -> HttpResponse:
    """Take an advance for a house: name the house, then who pays, how much and how."""
    admit_to_post(request.caller, request.community.id)
    typed = (request.POST if request.method == "POST" else request.GET).get("house", "").strip()
    if not typed:
        return _take(request, {})
    try:
        house = house_of(caller=request.caller, community=request.community.code, house=typed)
    except NotFound as missing:
        return _take(request, {"typed": typed, "missing": str(missing)}, status=404)
    holders = queries.holders(**_place(request), house=house.code)
    people = [(one.person_id, one.name) for one in holders]
    context = {"house": house.code, "people": people}
    if request.method != "POST":
        today = local_day(request.moment, request.community.zone)
        initial = {"key": uuid4(), "business_on": today}
        return _take(request, {**context, "form": TakeForm(people=people, initial=initial)})
    form = TakeForm(request.POST, people=people)
    if form.is_valid() and form.tries(lambda: _taken(request, house.pk, form)):
        return redirect("prepaid_payer", house.code, form.cleaned_data["person_id"])
    return _take(request, {**context, "form": form}, status=422)


def _taken(request: StaffRequest, house_id: int, form: TakeForm) -> None:
    try:
        done = actions.take(
            by=request.caller, at=request.moment, house_id=house_id, **form.cleaned_data
        )
    except UnableToPost as refusal:
        if refusal.field is None:  # the key belongs to another advance
            form.renew()
        raise
    if done.again:
        messages.info(request, _("这笔预存刚才已经登记过,没有重复入账。"))
        return
    amount = money(done.balance)
    messages.success(request, _("已收预存,现有余额 %(amount)s 元。") % {"amount": amount})


def _take(request: StaffRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, "prepaid/take.html", context, status=status)


@require_POST
@staff_page
def offset(request: StaffRequest) -> HttpResponse:
    """Offset what is in advance against what is open, now rather than on the calendar."""
    try:
        done = actions.offset(
            by=request.caller,
            at=request.moment,
            community_id=request.community.id,
            business_on=local_day(request.moment, request.community.zone),
        )
    except WrongState as refusal:
        messages.error(request, str(refusal))
        return redirect("prepaid")
    if done.houses:
        said = {"houses": done.houses, "amount": money(done.amount)}
        messages.success(request, _("已冲抵 %(houses)s 户,共 %(amount)s 元。") % said)
    else:
        messages.info(request, _("没有可以冲抵的:有预存的住户都没有到账的欠费。"))
    return redirect("prepaid")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def payer(request: StaffRequest, code: str, person: int) -> HttpResponse:
    """Show what a payer has in advance for a house, and undo an offset."""
    if request.method != "POST":
        return _payer(request, code, person, None)
    form = UndoForm(request.POST)
    if form.is_valid() and form.tries(
        lambda: actions.undo(by=request.caller, at=request.moment, **form.cleaned_data)
    ):
        messages.success(request, _("已撤销这笔冲抵,钱退回预存,账单恢复未付。"))
        return redirect("prepaid_payer", code, person)
    return _payer(request, code, person, form, status=422)


def _payer(
    request: StaffRequest, code: str, person: int, refused: UndoForm | None, *, status: int = 200
) -> HttpResponse:
    view = queries.payer(**_place(request), house=code, person_id=person)
    chosen = refused["allocation_id"].value() if refused else ""
    rows = [
        (one, refused if refused and str(one.id) == str(chosen) else _undo_form(one.id))
        for one in view.offsets
    ]
    context = {"view": view, "row": view.row, "rows": rows, "refused": refused}
    return render(request, "prepaid/payer.html", context, status=status)


def _undo_form(allocation: int) -> UndoForm:
    return UndoForm(initial={"allocation_id": allocation}, auto_id=f"undo-{allocation}-%s")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def accounts(request: StaffRequest) -> HttpResponse:
    """Show twelve months of accounts with the developer, or a payer; write an agreed one down."""
    asked = request.POST if request.method == "POST" else request.GET
    person, month = _person(request, asked.get("person", "")), _month(request, asked)
    if person is None:
        return render(request, "prepaid/accounts.html", {"found": None})
    refused = ""
    if request.method == "POST":
        try:
            reconcile(
                by=request.caller,
                at=request.moment,
                community_id=request.community.id,
                person_id=person,
                month=month,
            )
        except WrongState as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("已记下:双方数字一致。"))
            until = asked.get("until", "")
            query = QueryDict(mutable=True)
            query.update({"person": str(person), "month": until or f"{month:%Y-%m}"})
            return redirect(f"{reverse('prepaid_accounts')}?{query.urlencode()}")
    found = queries.reconciliation(**_place(request), person_id=person, month=month)
    today = local_day(request.moment, request.community.zone)
    context = {
        "found": found,
        "month": f"{month:%Y-%m}",
        "this_month": today.replace(day=1),
        "refused": refused,
    }
    return render(request, "prepaid/accounts.html", context, status=409 if refused else 200)


def _person(request: StaffRequest, text: str) -> int | None:
    if not text:
        return queries.developer_of(**_place(request))
    if not is_row_id(text):
        raise NotFound(_("没有这个缴费人。"))
    return int(text)


def _month(request: StaffRequest, asked: QueryDict) -> date:
    text = asked.get("month", "")
    if not text:
        return local_day(request.moment, request.community.zone).replace(day=1)
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise BadInput(_("月份应写作 2026-03。"), field="month") from error
    if not EARLIEST <= month < LATEST:
        raise BadInput(_("请填写 2000 年到 2100 年之间的月份。"), field="month")
    return month
