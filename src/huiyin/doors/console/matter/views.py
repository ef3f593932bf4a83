"""The page of a matter, its photos, and one view for all verbs."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from huiyin.approvals.queries import reminded_of
from huiyin.conduct.access import LEADERS
from huiyin.conduct.actions import ATTITUDE
from huiyin.desk.access import may_sign
from huiyin.doors.console.matter import timeline
from huiyin.doors.console.matter.forms import NEXT, VERBS, Photos, VerbForm
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.files import queries as files
from huiyin.incidents import queries as incidents
from huiyin.incidents.access import APPROVERS, WRITERS
from huiyin.incidents.plans import EMERGENCY, PLANNED
from huiyin.kernel.errors import NotFound, Refused
from huiyin.knowledge.access import may_write as may_keep
from huiyin.matters import queries as matters
from huiyin.matters import titles
from huiyin.matters.queries import MatterView
from huiyin.staff import queries as staff
from huiyin.visitors.access import HOSTS

APPROVAL, SIGN_OFF, APPOINTMENT = "approval", "sign_off", "appointment"
NEEDS_PEOPLE = frozenset({"assign", "escalate"})
PHOTO_AGE = 24 * 3600


@dataclass(frozen=True, slots=True)
class Tool:
    """A verb as the page offers it: a button, or a small form opened in place."""

    verb: str
    title: str
    form: VerbForm
    open: bool = False

    @property
    def has_fields(self) -> bool:
        """Tell whether there is anything to fill in."""
        return bool(self.form.fields)


@require_safe
@staff_page
def matter(request: StaffRequest, number: str) -> HttpResponse:
    """Show everything about one matter; who only helps in an emergency is led to its plan."""
    try:
        found = matters.matter(caller=request.caller, number=number, at=request.moment)
    except NotFound:
        if incidents.is_for(caller=request.caller, number=number):
            return redirect("emergency", number)
        raise
    return _show(request, found)


@require_POST
@staff_page
def act(request: StaffRequest, number: str, verb: str) -> HttpResponse:
    """Do one verb. A refusal keeps every typed character; a conflict says who was faster."""
    if verb not in VERBS:
        raise Http404
    found = matters.matter(caller=request.caller, number=number, at=request.moment)
    form = VERBS[verb](
        request.POST,
        request.FILES,
        matter=found,
        people=_people(request, found),
        prefix=verb,
    )
    if not form.is_valid():
        return _show(request, found, refused=(verb, form), status=422)
    try:
        if isinstance(form, Photos):
            form.save_files(by=request.caller, at=request.moment)
        type(form).action(by=request.caller, at=request.moment, number=number, **form.arguments())
    except Refused as refusal:
        form.take_back(refusal)
        fresh = matters.matter(caller=request.caller, number=number, at=request.moment)
        return _show(request, fresh, refused=(verb, form), status=refusal.status)
    messages.success(request, _("已完成:%(verb)s。") % {"verb": titles.VERBS[verb]})
    try:
        fresh = matters.matter(caller=request.caller, number=number, at=request.moment)
    except NotFound:  # given back: it is somebody else's now
        gone = redirect("queue")
        return HttpResponseClientRedirect(gone.url) if wants_fragment(request) else gone
    return _show(request, fresh) if wants_fragment(request) else redirect("matter", number)


@require_safe
@staff_page
def linkable(request: StaffRequest, number: str) -> HttpResponse:
    """List what a report could be linked to, while somebody types."""
    found = matters.linkable(
        caller=request.caller,
        number=number,
        q=request.GET.get("link-to", ""),
        at=request.moment,
    )
    return render(request, "matter/_linkable.html", {"found": found})


@require_safe
@staff_page
def photo(request: StaffRequest, number: str, photo: int) -> HttpResponse:
    """Send a photo of a matter to those who may see the matter, and to nobody else."""
    file_id = matters.photo_file(caller=request.caller, number=number, file_id=photo)
    data, media_type = files.read(file_id)
    response = HttpResponse(data, content_type=media_type)
    ending = media_type.rpartition("/")[2]
    response["Content-Disposition"] = f'inline; filename="{number}-{file_id}.{ending}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"private, max-age={PHOTO_AGE}"
    return response


def _show(
    request: StaffRequest,
    found: MatterView,
    *,
    refused: tuple[str, VerbForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    tools = _tools(found, _people(request, found), refused)
    first = NEXT[found.state]
    if found.is_mine and "accept" in tools:
        first = ("accept", *first)
    main = [tools.pop(verb) for verb in dict.fromkeys(first) if verb in tools]
    owed = [one for one in found.promises if one.closed_at is None]
    lost = refused[1] if refused and refused[0] not in found.verbs else None
    context: dict[str, Any] = {
        "matter": found,
        "photos": list(zip(found.photos, found.photo_stages, strict=True)),
        "owed": owed,
        "done": [one for one in found.promises if one.closed_at is not None],
        "events": timeline.entries(found, request.moment),
        "main": main,
        "procedure": _procedure(request, found),
        "keepable": any(one.kind == "replied" for one in found.events)
        and may_keep(request.caller, found.community_id),
        "plan": _plan(found),
        "approval": reminded_of(number=found.number) if found.kind == APPROVAL else None,
        "others": list(tools.values()),
        "lost": lost,
        "lost_text": _typed(lost) if lost else "",
    }
    return show(request, "matter/matter.html", "matter/_matter.html", context, status=status)


def _procedure(request: StaffRequest, found: MatterView) -> str:
    """Name the page of the procedure that goes with the matter, for those who take part in it."""
    if found.kind == EMERGENCY and request.caller.holds(found.community_id, *WRITERS, *APPROVERS):
        return "incident"
    if found.kind == ATTITUDE and request.caller.holds(found.community_id, *LEADERS):
        return "conduct"
    if found.kind == SIGN_OFF and may_sign(request.caller, found.community_id):
        return "duty"
    if found.kind == APPOINTMENT and request.caller.holds(found.community_id, *HOSTS):
        return "visitors"
    return ""


def _plan(found: MatterView) -> str:
    """Tell whether the matter's plan is open, or still to be chosen for an emergency (EMG-01)."""
    if found.kind in PLANNED and incidents.plan_is_open(number=found.number):
        return "open"
    return "choose" if found.kind == EMERGENCY else ""


def _tools(found: MatterView, people: Any, refused: tuple[str, VerbForm] | None) -> dict[str, Tool]:
    """Return a tool for each verb allowed now, the refused one open and as it was typed."""
    tools: dict[str, Tool] = {}
    for verb, kind in VERBS.items():
        if verb not in found.verbs:
            continue
        title = str(titles.VERBS[verb])
        if refused and refused[0] == verb:
            tools[verb] = Tool(verb, title, refused[1], open=True)
        else:
            initial = {"to": found.owner.code if verb == "assign" else "", "kind": found.kind}
            form = kind(matter=found, people=people, prefix=verb, initial=initial)
            tools[verb] = Tool(verb, title, form)
    return tools


def _people(request: StaffRequest, found: MatterView) -> Any:
    """Return the staff to choose from, those on duty first; none when no verb needs them."""
    if not NEEDS_PEOPLE & found.verbs:
        return ()
    rows = staff.employees(
        caller=request.caller, community_id=found.community_id, at=request.moment
    )
    return sorted(rows, key=lambda one: (not one.present, one.code))


def _typed(form: VerbForm) -> str:
    """Return what somebody wrote into a form that is no longer offered, to be copied."""
    texts = [form[name].value() for name in form.fields]
    return "\n".join(text for text in texts if isinstance(text, str) and text.strip())
