"""Announcements (通知公告): the list, a draft, one of them with its way (NOT-02)."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.announcements import actions, queries
from huiyin.announcements.access import admit_writer, may_hang, may_write
from huiyin.announcements.drafts import draft_of
from huiyin.announcements.queries import AnnouncementView
from huiyin.announcements.rules import CUTS, Facts
from huiyin.doors.console.announcements.forms import STEPS, AnnouncementForm, fresh
from huiyin.doors.console.page import staff_page
from huiyin.doors.console.steps import StepForm, offered, take_step
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.flows.reactions import react
from huiyin.kernel.clock import BadMoment, parse
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused, WrongState
from huiyin.staff.queries import local_day

LISTS = {
    "now": gettext_lazy("展示中"),
    "drafts": gettext_lazy("起草与审批"),
    "over": gettext_lazy("已结束"),
    "all": gettext_lazy("全部"),
}
# What another page may say about a new announcement, in the query of the address.
GIVEN = (
    "category",
    "title",
    "body",
    "area",
    "line",
    "lifts",
    "precautions",
    "houses",
    "source",
    "audience",
    "urgent",
)


@require_safe
@staff_page
def announcements(request: StaffRequest) -> HttpResponse:
    """List announcements; htmx asks for following rows or another list."""
    chosen = request.GET.get("show", "now")
    if chosen not in LISTS:
        raise Http404
    cursor = request.GET.get("cursor", "")
    place = request.community.id
    page = queries.announcements(
        caller=request.caller, community_id=place, at=request.moment, show=chosen, cursor=cursor
    )
    writes = may_write(request.caller, place)
    lists = [(code, title) for code, title in LISTS.items() if writes or code != "drafts"]
    context = {
        "page": page,
        "chosen": chosen,
        "lists": lists,
        "may_write": writes,
        "may_hang": may_hang(request.caller, place),
    }
    if cursor and wants_fragment(request):
        return render(request, "announcements/_rows.html", context)
    return show(request, "announcements/announcements.html", "announcements/_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new(request: StaffRequest) -> HttpResponse:
    """Draft an announcement; another page may have filled in what it knows."""
    place = request.community.id
    admit_writer(request.caller, place)
    if request.method != "POST":
        return _form(request, _blank(request))
    form = _bound(request)
    if request.POST.get("act") == "fill":
        return _form(request, _filled(request))
    houses = _checked(request, form)
    if form.is_valid():
        try:
            number = actions.draft(
                by=request.caller,
                at=request.moment,
                community_id=place,
                content=form.content(houses),
                source=form.cleaned_data["source"],
                key=form.cleaned_data["key"],
            )
        except Forbidden:
            raise
        except Refused as refusal:
            form.take_back(refusal)
        else:
            messages.success(request, _("已保存草稿。看过预览后提交审批。"))
            return redirect("announcement", number)
    return _form(request, form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def edit(request: StaffRequest, number: str) -> HttpResponse:
    """Change a draft; in review, the deciders get the new version."""
    found = queries.announcement(caller=request.caller, number=number, at=request.moment)
    if "edit" not in found.may:
        raise _why_not(found)
    if request.method != "POST":
        return _form(request, _of(request, found), found)
    if request.POST.get("act") == "fill":
        return _form(request, _filled(request), found)
    form = _bound(request)
    houses = _checked(request, form)
    if form.is_valid():
        try:
            actions.edit(
                by=request.caller,
                at=request.moment,
                number=number,
                content=form.content(houses),
            )
        except (Forbidden, NotFound):
            raise
        except Refused as refusal:
            form.take_back(refusal)
        else:
            react(request.moment)
            messages.success(request, _("已保存。"))
            return redirect("announcement", number)
    return _form(request, form, found, status=422)


@require_POST
@staff_page
def count(request: StaffRequest) -> HttpResponse:
    """Answer how many the audience chosen so far would reach."""
    admit_writer(request.caller, request.community.id)
    return render(request, "announcements/_count.html", _counted(request, _bound(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def announcement(request: StaffRequest, number: str) -> HttpResponse:
    """Show one announcement, how it will read, its papers, and what can be done with it."""
    refused: dict[str, StepForm] = {}
    if request.method == "POST":
        refused = take_step(request, STEPS, number)
        if not refused:
            react(request.moment)
            return redirect("announcement", number)
    found = queries.announcement(caller=request.caller, number=number, at=request.moment)
    names = [name for name in STEPS if name in found.may]
    steps = dict(offered(STEPS, names, refused))
    if "withdraw" in steps and found.published_at is None:
        del steps["withdraw"].fields["correct"]
    context = {
        "found": found,
        "preview": queries.preview(caller=request.caller, number=number, at=request.moment),
        "steps": steps,
        "refused": refused,
    }
    status = 422 if refused else 200
    return render(request, "announcements/announcement.html", context, status=status)


def _why_not(found: AnnouncementView) -> Refused:
    if found.published_at is not None or found.over_at is not None:
        return WrongState(_("已经发布的通知不能修改,请撤回后重新起草。"))
    return Forbidden(_("只有起草人可以修改和提交。"))


def _offered(request: StaffRequest) -> dict[str, Any]:
    """Return what a form offers: the buildings, and the channels that work here."""
    place: dict[str, Any] = {"caller": request.caller, "community_id": request.community.id}
    return {
        "places": queries.places_offered(**place),
        "set_up": queries.channels_set_up(**place),
    }


def _blank(request: StaffRequest) -> AnnouncementForm:
    """Return a new form with what the address says: facts, buildings, moments."""
    given: dict[str, Any] = {name: request.GET[name] for name in GIVEN if request.GET.get(name)}
    for name in ("from_at", "until_at"):
        if moment := _moment(request.GET.get(name, "")):
            given[name] = moment
    if request.GET.getlist("buildings"):
        given |= {"audience": "buildings", "buildings": request.GET.getlist("buildings")}
    today = local_day(request.moment, request.community.zone)
    offer = _offered(request)
    initial = fresh(today, offer["set_up"], given)
    if until := given.get("until_at"):
        initial["ends_on"] = max(today, timezone.localtime(until).date())
    if given.get("category") in CUTS and "body" not in given:
        names = ("line", "area", "from_at", "until_at", "lifts", "precautions")
        facts = Facts(**{name: initial[name] for name in names if initial.get(name)})
        title, body = draft_of(
            initial["category"],
            facts,
            urgent=bool(initial.get("urgent")),
            zone=request.community.zone,
        )
        initial |= {"title": initial.get("title", title), "body": body}
    return AnnouncementForm(**offer, initial=initial | {"key": uuid4()})


def _moment(text: str) -> Any:
    try:
        return parse(text) if text else None
    except BadMoment:
        return None


def _bound(request: StaffRequest) -> AnnouncementForm:
    return AnnouncementForm(request.POST, **_offered(request))


def _of(request: StaffRequest, found: AnnouncementView) -> AnnouncementForm:
    """Return the form of an announcement as it stands."""
    initial: dict[str, Any] = {
        "category": found.row.category,
        "urgent": found.row.urgent,
        "title": found.row.title,
        "body": found.body,
        "audience": found.audience,
        "starts_on": found.row.starts_on,
        "ends_on": found.row.ends_on,
        "channels": list(found.channels),
        "line": found.line,
        "area": found.area,
        "from_at": found.from_at,
        "until_at": found.until_at,
        "lifts": found.lifts,
        "precautions": found.precautions,
        "source": found.source,
    }
    if found.audience == "houses":
        initial["houses"] = "、".join(found.places)
    elif found.audience != "all":
        initial[found.audience] = [str(one) for one in found.place_ids]
    return AnnouncementForm(**_offered(request), initial=initial)


def _filled(request: StaffRequest) -> AnnouncementForm:
    """Return the form as typed, title and text written anew from the facts of the cut."""
    typed = _bound(request)
    typed.is_valid()
    title, body = draft_of(
        request.POST.get("category", ""),
        typed.facts(),
        urgent=bool(typed.cleaned_data.get("urgent")),
        zone=request.community.zone,
    )
    data: QueryDict = request.POST.copy()
    if body:
        data["title"], data["body"] = title, body
    if until := typed.cleaned_data.get("until_at"):
        last = timezone.localtime(until).date().isoformat()
        data["ends_on"] = max(data.get("ends_on", ""), last)  # shown until it is over
    form = AnnouncementForm(data, **_offered(request))
    form.is_valid()
    for name in set(form.errors) - {"from_at", "until_at"}:
        del form.errors[name]  # nothing is handed in yet
    return form


def _checked(request: StaffRequest, form: AnnouncementForm) -> tuple[int, ...]:
    """Return the ids of the house numbers typed; an unknown one is said at its field."""
    form.is_valid()
    if form.data.get("audience") != "houses":
        return ()
    ids, missing = queries.house_ids(
        caller=request.caller, community_id=request.community.id, codes=form.codes
    )
    if missing:
        unknown = "、".join(missing[:5])
        form.take_back(
            BadInput(
                _("没有这些房号:%(codes)s。请核对后再试。") % {"codes": unknown}, field="houses"
            )
        )
    return ids


def _counted(request: StaffRequest, form: AnnouncementForm) -> dict[str, Any]:
    """Return the count of the audience chosen so far; none while nothing is chosen."""
    houses = _checked(request, form)
    missing = [str(one) for one in form.errors.get("houses", [])]
    kind = form.cleaned_data.get("audience", "")
    if not kind or kind not in {"all", "houses", *form.cleaned_data}:
        return {"count": None, "missing": missing}
    audience = form.audience_of(houses)
    if audience.kind != "all" and not audience.ids:
        return {"count": None, "missing": missing}
    counted = queries.audience_count(
        caller=request.caller,
        community_id=request.community.id,
        audience=audience,
        at=request.moment,
    )
    return {"count": counted, "missing": missing}


def _form(
    request: StaffRequest,
    form: AnnouncementForm,
    found: AnnouncementView | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "found": found}
    whole, part = "announcements/edit.html", "announcements/_form.html"
    return show(request, whole, part, context, status=status)
