"""The red button, the live page of an incident, its story, whom to tell, whom to ring (EMG-01)."""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from huiyin.announcements import queries as announcements
from huiyin.announcements.access import admit_writer, may_write
from huiyin.doors.console.emergency import forms
from huiyin.doors.console.emergency.live import beat, page_context, step_lines
from huiyin.doors.console.page import staff_page
from huiyin.doors.console.steps import take_step
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.doors.parts.photos import store
from huiyin.flows import papers
from huiyin.flows.reactions import react
from huiyin.incidents import actions, queries
from huiyin.incidents.queries import LiveView
from huiyin.kernel.errors import Forbidden, NotFound, Refused
from huiyin.kernel.paging import is_row_id
from huiyin.matters import queries as matters

POWER_CUT = "power_cut"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def button(request: StaffRequest) -> HttpResponse:
    """Show what is going on, then ask what happened and where; raise the alarm."""
    if request.method != "POST":
        return _button(request, None)
    form = forms.AlarmForm(request.POST)
    if not form.is_valid():
        return _button(request, form, status=422)
    told = dict(form.cleaned_data)
    told.pop("seen")
    if _is_news(request, form):
        form.add_error(None, forms.said_twice())
        return _button(request, form, status=409)
    try:
        number = actions.raise_alarm(
            by=request.caller, at=request.moment, community=request.community.code, **told
        )
    except Refused as refusal:
        form.take_back(refusal)
        return _button(request, form, status=422)
    return redirect("emergency", number)


@require_POST
@staff_page
def join(request: StaffRequest, number: str) -> HttpResponse:
    """Report an event that is going on already: it was the same one."""
    form = forms.JoinForm(request.POST)
    text = form.data.get("text", "").strip() or _("同一件事,我也看到了。")
    if not form.is_valid() and set(form.errors) - {"text"}:
        raise Http404
    told = form.cleaned_data
    actions.join_alarm(
        by=request.caller,
        at=request.moment,
        number=number,
        text=text,
        tapped_at=told.get("tapped_at"),
        key=told.get("key"),
    )
    return redirect("emergency", number)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def incident(request: StaffRequest, number: str) -> HttpResponse:
    """Show an incident as it stands, with its steps, its calls and what ends it."""
    if not queries.is_for(caller=request.caller, number=number):
        return _choose_plan(request, number)
    refused: dict[str, Any] = {}
    if request.method == "POST":
        refused = take_step(request, forms.STEPS, number)
        if not refused:
            return redirect("emergency", number)
    live = queries.live(caller=request.caller, number=number, at=request.moment)
    context = page_context(request, live, refused)
    context["may_announce"] = _may_announce(request, live.plan)
    return render(request, "emergency/live.html", context, status=422 if refused else 200)


@require_safe
@staff_page
def live(request: StaffRequest, number: str) -> HttpResponse:
    """Answer 304 while nothing has changed, else the parts of the page that have."""
    return beat(request, number)


@require_POST
@staff_page
def step(request: StaffRequest, number: str, item: str) -> HttpResponse:
    """Do one step of the plan, or leave it out; what was typed stays when it is refused."""
    found = queries.live(caller=request.caller, number=number, at=request.moment)
    asked = next((one.view.item for one in found.steps if one.view.item.key == item), None)
    if asked is None:
        raise Http404
    if "leave_out" in request.POST:
        return _leave_out(request, found, item)
    form = forms.MarkForm(
        request.POST, request.FILES, item=asked, who=request.caller.name, now=request.moment
    )
    if not form.is_valid():
        return _refused(request, found, item, refused=form)
    try:
        value = form.value()
        if asked.kind == "photo":
            files = store(form.cleaned_data["value"], by=request.caller, at=request.moment)
            value = {"files": list(files)}
        opened = actions.mark_step(
            by=request.caller,
            at=request.moment,
            number=number,
            item=item,
            value=value,
            note=form.cleaned_data["note"],
        )
    except (NotFound, Forbidden):
        raise
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _refused(request, found, item, refused=form)
    react(request.moment)
    if opened:
        messages.warning(request, _("已同时打开关联的预案 %(number)s。") % {"number": opened})
        if request.htmx:
            return HttpResponseClientRedirect(reverse("emergency", args=[opened]))
        return redirect("emergency", opened)
    return _done(request, found, item)


@require_safe
@staff_page
def story(request: StaffRequest, number: str) -> HttpResponse:
    """Show the whole of an incident on one page to be printed."""
    found = queries.whole_story(caller=request.caller, number=number, at=request.moment)
    return render(request, "emergency/story.html", {"story": found, "live": found.live})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def telling(request: StaffRequest, number: str) -> HttpResponse:
    """Tick which households and entrances of a building were told (EMG-04)."""
    named = request.GET.get("building", "")
    building = int(named) if is_row_id(named) else None
    found = queries.telling(
        caller=request.caller, number=number, building=building, at=request.moment
    )
    houses = [one.key for one in found.houses]
    doors = [one.key for one in found.entrances]
    form = forms.Tell(request.POST or None, houses=houses, entrances=doors)
    if request.method == "POST" and form.is_valid():
        try:
            count = actions.tell_households(
                by=request.caller, at=request.moment, number=number, **form.cleaned_data
            )
        except (NotFound, Forbidden):
            raise
        except Refused as refusal:
            form.take_back(refusal)
        else:
            messages.success(request, _("已登记 %(n)d 处。") % {"n": count})
            query = f"?building={found.building.id}" if found.building else ""
            return redirect(f"{request.path}{query}")
    status = 422 if form.errors else 200
    context = {
        "told": found,
        "form": form,
        "announced": announcements.of_source(
            caller=request.caller, source=number, at=request.moment
        ),
        "may_announce": _may_announce(request, found.plan),
    }
    return render(request, "emergency/telling.html", context, status=status)


@require_safe
@staff_page
def announce(request: StaffRequest, number: str) -> HttpResponse:
    """Go on to the announcement of a power cut, with what the plan knows of it (EMG-04)."""
    found = queries.telling(caller=request.caller, number=number, building=None, at=request.moment)
    if not found.plan.startswith(POWER_CUT):
        raise NotFound(_("只有停电预案可以直接转成停电通知。"))
    admit_writer(request.caller, request.community.id)
    facts = dict(found.facts)
    given: list[tuple[str, str]] = [
        ("category", POWER_CUT),
        ("source", found.number),
        ("urgent", "" if found.begins_at else "on"),
        *((name, facts.get(name, "")) for name in ("line", "area", "lifts", "precautions")),
        ("from_at", found.begins_at.isoformat() if found.begins_at else ""),
        ("until_at", found.ends_at.isoformat() if found.ends_at else ""),
    ]
    named = (one for one in found.buildings if _names(facts.get("area", ""), one.name))
    given += [("buildings", str(one.id)) for one in named]
    query = urlencode([(name, value) for name, value in given if value])
    return redirect(f"{reverse('announcement_new')}?{query}")


def _may_announce(request: StaffRequest, plan: str) -> bool:
    return plan.startswith(POWER_CUT) and may_write(request.caller, request.community.id)


def _names(text: str, building: str) -> bool:
    """Tell whether a text names a building: 13栋 does not name 3栋."""
    return bool(re.search(rf"(?<![0-9A-Za-z]){re.escape(building)}", text))


@require_safe
@staff_page
def notice(request: StaffRequest, number: str) -> HttpResponse:
    """Send the notice of an announced cut, to be put up at the entrances (EMG-04)."""
    drawn = papers.cut_notice(caller=request.caller, number=number, at=request.moment)
    return pdf_answer(drawn.name, drawn.pdf())


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def contacts(request: StaffRequest) -> HttpResponse:
    """Show the call list; whoever keeps it adds, changes and drops numbers."""
    place = request.community.id
    form = forms.ContactForm(request.POST or None)
    if request.method == "POST":
        if is_row_id(request.POST.get("drop", "")):
            actions.drop_contact(
                by=request.caller,
                at=request.moment,
                community_id=place,
                contact=int(request.POST["drop"]),
            )
            messages.success(request, _("已从名单里去掉。"))
            return redirect("emergency_contacts")
        if form.is_valid() and _saved(request, form):
            messages.success(request, _("已保存。"))
            return redirect("emergency_contacts")
    context = {
        "rows": queries.contacts(caller=request.caller, community_id=place),
        "missing": queries.missing_contacts(caller=request.caller, community_id=place),
        "may_list": queries.may_list(caller=request.caller, community_id=place),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "emergency/contacts.html", context, status=status)


def _saved(request: StaffRequest, form: forms.ContactForm) -> bool:
    try:
        actions.save_contact(
            by=request.caller,
            at=request.moment,
            community_id=request.community.id,
            **form.cleaned_data,
        )
    except (NotFound, Forbidden):
        raise
    except Refused as refusal:
        form.take_back(refusal)
        return False
    return True


def _button(request: StaffRequest, form: forms.AlarmForm | None, status: int = 200) -> HttpResponse:
    place = request.community.id
    going_on = queries.same_event(caller=request.caller, community_id=place, at=request.moment)
    seen = [one.number for one in going_on]
    page = queries.incidents(
        caller=request.caller, community_id=place, cursor=request.GET.get("cursor", "")
    )
    fresh = forms.AlarmForm.fresh(request.moment)
    context = {
        "form": form or fresh,
        "seen": ",".join(seen),
        "join": fresh,
        "going_on": going_on,
        "without_plan": queries.without_plan(caller=request.caller, community_id=place),
        "page": page,
        "first": not request.GET.get("cursor"),
    }
    return render(request, "emergency/button.html", context, status=status)


def _is_news(request: StaffRequest, form: forms.AlarmForm) -> bool:
    """Tell whether somebody raised the same alarm while this one was being filled in."""
    plan = form.cleaned_data["plan"]
    going_on = queries.same_event(
        caller=request.caller, community_id=request.community.id, at=request.moment
    )
    fresh = [one for one in going_on if one.plan == plan and one.number not in form.shown]
    return bool(fresh) and not queries.raised_by(
        caller=request.caller, key=form.cleaned_data["key"]
    )


def _choose_plan(request: StaffRequest, number: str) -> HttpResponse:
    """Offer the plans for an emergency that reached us in another way."""
    found = matters.matter(caller=request.caller, number=number, at=request.moment)
    if found.kind != actions.EMERGENCY:
        raise NotFound(_("没有编号为“%(number)s”的突发事件。") % {"number": number})
    refused: dict[str, Any] = {}
    if request.method == "POST":
        refused = take_step(request, {"plan": forms.OpenPlan}, number)
        if not refused:
            return redirect("emergency", number)
    form = refused.get("plan") or forms.OpenPlan(prefix="plan")
    context = {"matter": found, "form": form}
    return render(request, "emergency/choose.html", context, status=422 if refused else 200)


def _leave_out(request: StaffRequest, found: LiveView, item: str) -> HttpResponse:
    form = forms.LeaveOutForm(request.POST, prefix=f"out-{item}")
    if form.is_valid():
        try:
            actions.leave_out(
                by=request.caller,
                at=request.moment,
                number=found.number,
                item=item,
                reason=form.cleaned_data["reason"],
            )
        except (NotFound, Forbidden):
            raise
        except Refused as refusal:
            form.take_back(refusal)
        else:
            return _done(request, found, item)
    return _refused(request, found, item, not_left_out=(item, form))


def _done(request: StaffRequest, before: LiveView, item: str) -> HttpResponse:
    """Answer with the step as it now stands, and whatever else has changed since."""
    if not request.htmx:
        return redirect(reverse("emergency", args=[before.number]) + f"#step-{item}")
    fresh = queries.live(caller=request.caller, number=before.number, at=request.moment)
    (line,) = (one for one in step_lines(request, fresh) if one.key == item)
    body = render_to_string("emergency/_step.html", {"live": fresh, "line": line}, request)
    body += render_to_string("emergency/_head.html", {"live": fresh, "oob": True}, request)
    return HttpResponse(body)


def _refused(request: StaffRequest, found: LiveView, item: str, **how: Any) -> HttpResponse:
    """Answer with the step open and as it was typed."""
    lines = step_lines(request, found, **how)
    (line,) = (one for one in lines if one.key == item)
    if request.htmx:
        part = {"live": found, "line": line}
        return render(request, "emergency/_step.html", part, status=422)
    context = page_context(request, found, {})
    context["groups"] = [
        (title, [line if one.key == item else one for one in group])
        for title, group in context["groups"]
    ]
    return render(request, "emergency/live.html", context, status=422)
