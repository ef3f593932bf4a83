"""The desk: find, see the household, receive a matter (REC-02, STD-04)."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from huiyin.billing.access import READERS as ACCOUNT_READERS
from huiyin.desk.actions import tie_call
from huiyin.doors.console.desk.forms import NewMatterForm
from huiyin.doors.console.hits import ICONS, MOST_HITS, Found
from huiyin.doors.console.page import staff_page
from huiyin.doors.console.rows import rows
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.moments import say_span
from huiyin.doors.parts.photos import store
from huiyin.estate import queries as estate
from huiyin.estate.rows import Hit, HouseCard
from huiyin.kernel.errors import NotFound, Refused
from huiyin.matters import queries as matters
from huiyin.matters.actions import receive_matter
from huiyin.staff import queries as staff

MOST_MATTERS = 5
LONG_ENOUGH = 2
WHOLE_NUMBER = 7


@require_safe
@staff_page
def desk(request: StaffRequest) -> HttpResponse:
    """Show the desk, with a household when one is named, and what was just received."""
    house, number = request.GET.get("house", ""), request.GET.get("done", "")
    context: dict[str, Any] = {"form": _form(request)}
    if house:
        try:
            context |= _household(request, house)
        except NotFound as refusal:
            context["missing"] = str(refusal)
    if number:
        received = matters.matter(caller=request.caller, number=number, at=request.moment)
        owed = [one for one in received.promises if one.closed_at is None]
        context |= {"received": received, "owed": sorted(owed, key=lambda one: one.due_at)}
    return show(request, "desk/desk.html", "desk/_desk.html", context)


@require_safe
@staff_page
def find(request: StaffRequest) -> HttpResponse:
    """List what matches as one types: houses, people, phones, plates, matters."""
    text = request.GET.get("find", "").strip()
    found: list[Found] = []
    if text:
        found += [_found(one, text) for one in _hits(request, text)]
        found += _matters_found(request, text)
    return render(request, "desk/_hits.html", {"found": found, "asked": text})


@require_safe
@staff_page
def household(request: StaffRequest, code: str) -> HttpResponse:
    """Show a household, with full telephone numbers when asked for, which is recorded."""
    reveal = request.GET.get("reveal") == "1"
    context = _household(request, code, reveal=reveal)
    if reveal:
        return render(request, "desk/_household.html", context)
    context["who"] = {
        "house": context["house"].code,
        "caller": request.GET.get("caller", "").strip(),
        "phone": request.GET.get("phone", "").strip(),
    }
    if not wants_fragment(request):
        return HttpResponseRedirect(f"{reverse('desk')}?{urlencode(context['who'])}")
    return render(request, "desk/_chosen.html", context)


@require_POST
@staff_page
def receive(request: StaffRequest) -> HttpResponse:
    """Receive a matter. A refused form comes back with every typed character."""
    form = _form(request, typed=True)
    if not form.is_valid():
        return _refused(request, form, 422)
    values = form.cleaned_data
    call = values.pop("call")
    try:
        photos = store(values.pop("photos"), by=request.caller, at=request.moment)
        number = receive_matter(
            by=request.caller,
            at=request.moment,
            community=request.community.code,
            photos=photos,
            **values,
        )
    except Refused as refusal:
        form.take_back(refusal)
        return _refused(request, form, 422 if refusal.status == NotFound.status else refusal.status)
    if call:
        with suppress(Refused):  # a call that is not theirs; the matter stands all the same
            tie_call(by=request.caller, at=request.moment, call=call, number=number)
    url = f"{reverse('desk')}?done={number}"
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)


@require_safe
@staff_page
def sweep(request: StaffRequest) -> HttpResponse:
    """Say how long ago the clocks were last swept; a long silence is an alarm."""
    last = matters.last_sweep()
    age = request.moment - last.at if last else None
    old = age is None or age > timedelta(seconds=settings.SWEEP_AGE_MOST)
    said = say_span(age) if age is not None else ""
    return render(request, "desk/_sweep.html", {"age": age, "old": old, "said": said})


def _form(request: StaffRequest, *, typed: bool = False) -> NewMatterForm:
    people = staff.employees(
        caller=request.caller, community_id=request.community.id, at=request.moment
    )
    if typed:
        return NewMatterForm(request.POST, request.FILES, people=people)
    initial = {"channel": "phone", **{key: request.GET.get(key, "") for key in _WHO}}
    return NewMatterForm(people=people, initial=initial)


_WHO = ("house", "caller", "phone", "call")


def _refused(request: StaffRequest, form: NewMatterForm, status: int) -> HttpResponse:
    context: dict[str, Any] = {"form": form}
    return show(request, "desk/desk.html", "desk/_form.html", context, status=status)


def _household(request: StaffRequest, code: str, *, reveal: bool = False) -> dict[str, Any]:
    on = staff.local_day(request.moment, request.community.zone)
    house = estate.house_card(
        caller=request.caller,
        community_code=request.community.code,
        house_code=code,
        on=on,
        reveal=reveal,
        at=request.moment,
    )
    page = matters.list_matters(
        caller=request.caller,
        at=request.moment,
        filters=matters.Filters(community=request.community.code, house=house.code),
        limit=MOST_HITS,
    )
    return {
        "house": house,
        "kind": estate.kind_title(house.kind),
        "people": [(one, estate.role_title(one.role)) for one in house.people],
        "keeper": staff.keeper_of(building_id=house.building_id, on=on),
        "may_read_accounts": request.caller.holds(house.community_id, *ACCOUNT_READERS),
        "missing_facts": _missing(house),
        "rows": rows(page.items, request.moment),
    }


def _missing(house: HouseCard) -> str:
    names = {
        "phone": _("电话"),
        "area": _("面积"),
        "owner": _("业主"),
        "handed_over_on": _("交房日期"),
    }
    return "、".join(names.get(one, one) for one in house.incomplete)


def _hits(request: StaffRequest, text: str) -> tuple[Hit, ...]:
    return estate.find(
        caller=request.caller,
        community_id=request.community.id,
        text=text,
        on=staff.local_day(request.moment, request.community.zone),
        limit=MOST_HITS,
    )


def _found(hit: Hit, text: str) -> Found:
    """Make a hit a line that leads to its household, taking along who and what was dialled."""
    who: dict[str, str] = {}
    if hit.kind in {"person", "phone"}:
        who["caller"] = hit.title
    digits = "".join(sign for sign in text if sign.isdigit())
    if hit.kind == "phone" and len(digits) >= WHOLE_NUMBER:
        who["phone"] = digits
    url = reverse("desk_household", args=[hit.house_code])
    query = f"?{urlencode(who)}" if who else ""
    return Found(url + query, ICONS[hit.kind], hit.title, hit.subtitle, in_place=True)


def _matters_found(request: StaffRequest, text: str) -> list[Found]:
    """Find matters by number or words, once there is enough to go by."""
    if len(text) < LONG_ENOUGH:
        return []
    page = matters.list_matters(
        caller=request.caller,
        at=request.moment,
        filters=matters.Filters(community=request.community.code, q=text),
        limit=MOST_MATTERS,
    )
    return [
        Found(
            reverse("matter", args=[one.number]),
            "file-text",
            f"{one.kind_title} {one.number}",
            f"{one.state_title} · {one.text}",
            in_place=False,
        )
        for one in page.items
    ]
