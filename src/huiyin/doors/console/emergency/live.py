"""The live page of an incident, drawn whole or only where it has changed since a mark.

The page asks every few seconds under the mark it was drawn with. While nothing has changed the
answer is an empty 304; else only the parts that changed are sent, each under its own id, so that
nobody loses what they are typing into another step.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.utils.translation import get_language

from huiyin.doors.console.emergency import forms
from huiyin.doors.console.emergency.forms import LeaveOutForm, MarkForm
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.incidents import queries, titles
from huiyin.incidents.access import CONSENTERS
from huiyin.incidents.queries import Beat, CallView, LiveView, StepView
from huiyin.incidents.rules import SERVICES
from huiyin.matters.titles import POSTS
from huiyin.staff import queries as staff

# Acts on a call for outside help, by its state; a leader agrees at the head of the page.
CALL_ACTS = {
    "asked": ("drop",),
    "consented": ("drop",),
    "called": ("arrived", "drop"),
    "arrived": ("left",),
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step with the forms to do it or to leave it out."""

    step: StepView
    post: str
    form: MarkForm
    leave_out: LeaveOutForm
    open: bool = False

    @property
    def key(self) -> str:
        """The step's own name."""
        return self.step.view.item.key

    @property
    def at_a_tap(self) -> bool:
        """Tell whether one tap does it, without anything to fill in."""
        return self.step.view.item.kind == "tick"


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call for outside help with the acts open on it."""

    call: CallView
    acts: tuple[tuple[str, forms.Act], ...]


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service that may be called, with its numbers and what calling it takes."""

    service: str
    title: str
    numbers: tuple[queries.ContactRow, ...]
    needs_consent: bool
    is_urged: bool
    acts: tuple[tuple[str, forms.Act], ...]

    @property
    def spot(self) -> str:
        """Where on the page it stands, so that a refusal is seen at once."""
        return f"service-{self.service}"

    @property
    def is_open(self) -> bool:
        """Tell whether one of its forms was refused and waits to be mended."""
        return any(form.is_bound for _name, form in self.acts)


def etag(request: StaffRequest, seen: Beat) -> str:
    """Return what the page was drawn from, for whom and in which language, as the browser keeps."""
    return f'"{request.caller.user_id}.{get_language()}.{seen.text}"'


def _seen(request: StaffRequest) -> Beat:
    """Read what the browser says it was drawn from."""
    return Beat.read(request.headers.get("If-None-Match", "").strip('"').rpartition(".")[2])


def beat(request: StaffRequest, number: str) -> HttpResponse:
    """Answer 304 while nothing has changed, else the parts that have."""
    now = queries.beat(caller=request.caller, number=number, at=request.moment)
    mark = etag(request, now)
    if request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified(headers={"ETag": mark})
    live = queries.live(caller=request.caller, number=number, at=request.moment)
    seen = _seen(request)
    response = HttpResponse(parts(request, live, seen))
    response["ETag"] = etag(request, live.beat)
    if seen.state and seen.state.partition("/")[0] != live.state:
        response["HX-Refresh"] = "true"  # it is over: the whole page is another
    return response


def parts(request: StaffRequest, live: LiveView, seen: Beat) -> str:
    """Return what has changed since somebody saw the page, each part swapped in by its id."""
    context: dict[str, Any] = {"live": live, "oob": True}
    lines = step_lines(request, live)
    body = render_to_string("emergency/_head.html", context, request)
    body += render_to_string("emergency/_whens.html", {**context, "lines": lines}, request)
    if live.beat.people != seen.people:
        body += render_to_string("emergency/_people.html", context, request)
    if live.beat.calls != seen.calls:
        shown = {**context, "calls": call_lines(live)}
        body += render_to_string("emergency/_calls.html", shown, request)
    for line in lines:
        if line.step.is_newer(seen):
            body += render_to_string("emergency/_step.html", {**context, "line": line}, request)
    return body


def page_context(
    request: StaffRequest, live: LiveView, refused: dict[str, forms.Act]
) -> dict[str, Any]:
    """Return what the whole page shows."""
    lines = step_lines(request, live)
    grouped = groupby(lines, lambda line: line.step.view.item.group)
    calls, services = call_lines(live, refused), service_lines(request, live, refused)
    last = ending(request, live, refused)
    shown = [act for call in calls for act in call.acts] + last
    shown += [act for service in services for act in service.acts]
    return {
        "live": live,
        "etag": etag(request, live.beat),
        "groups": [(title, list(found)) for title, found in grouped],
        "calls": calls,
        "services": services,
        "duty": queries.call_list(caller=request.caller, number=live.number, at=request.moment),
        "ending": last,
        # Refused because somebody was faster: its place on the page is gone.
        "lost": [one for one in refused.values() if all(one is not form for _, form in shown)],
        "review": queries.review(caller=request.caller, number=live.number, at=request.moment)
        if live.is_reviewed
        else None,
    }


def step_lines(
    request: StaffRequest,
    live: LiveView,
    *,
    refused: MarkForm | None = None,
    not_left_out: tuple[str, LeaveOutForm] | None = None,
) -> list[StepLine]:
    """Return the steps with their forms, a refused one open and as it was typed."""
    found = []
    for step in live.steps:
        item = step.view.item
        form = MarkForm(item=item, who=request.caller.name, now=request.moment)
        leave_out = LeaveOutForm(prefix=f"out-{item.key}")
        is_open = False
        if refused is not None and refused.item.key == item.key:
            form, is_open = refused, True
        if not_left_out is not None and not_left_out[0] == item.key:
            leave_out, is_open = not_left_out[1], True
        post = str(POSTS.get(item.who, ""))
        found.append(StepLine(step, post, form, leave_out, is_open))
    return found


def call_lines(live: LiveView, refused: dict[str, forms.Act] | None = None) -> list[CallLine]:
    """Return the calls with what may be done on each."""
    return [CallLine(one, _acts_on(one, live, refused or {})) for one in live.calls]


def _acts_on(
    call: CallView, live: LiveView, refused: dict[str, forms.Act]
) -> tuple[tuple[str, forms.Act], ...]:
    acts = []
    for name in CALL_ACTS.get(call.state, ()) if live.state == "open" else ():
        form = refused.get(name)
        if form is None or str(form["call"].value()) != str(call.id):
            known = {"call": call.id, "vehicles": call.vehicles}
            form = forms.STEPS[name](prefix=name, known=known)
        acts.append((name, form))
    return tuple(acts)


def service_lines(
    request: StaffRequest, live: LiveView, refused: dict[str, forms.Act]
) -> list[ServiceLine]:
    """Return whom one may call, those the plan needs first, each with its numbers."""
    known = queries.contacts(caller=request.caller, community_id=live.community_id)
    leaders = _leaders(request, live)
    lines = []
    for service in SERVICES:
        needs = service in live.needs_consent
        numbers = tuple(one for one in known if one.service == service)
        acts = {
            "ask": forms.Ask,
            "noted": forms.Noted,
            "call": forms.Call,
        }
        wanted = acts if needs and not _has_consent(live, service) else {"call": forms.Call}
        made = []
        for name, kind in wanted.items():
            form: forms.Act | None = refused.get(name)
            if form is None or form["service"].value() != service:
                about = {"service": service, "call": service}
                extra: dict[str, Any] = {"known": about}
                if name == "call":
                    about["phone"] = numbers[0].phone if len(numbers) == 1 else ""
                    extra["needs_consent"] = "ask" in wanted and not live.may_consent
                form = kind(prefix=name, **extra)
            if isinstance(form, forms.Noted):
                form.offer(leaders)
            made.append((name, form))
        lines.append(
            ServiceLine(
                service,
                str(titles.SERVICES[service]),
                numbers,
                needs,
                service in live.urged,
                tuple(made),
            )
        )
    return lines


def _has_consent(live: LiveView, service: str) -> bool:
    return any(one.service == service and one.state == "consented" for one in live.calls)


def _leaders(request: StaffRequest, live: LiveView) -> forms.Choices:
    if not live.needs_consent:
        return []
    people = staff.employees(
        caller=request.caller, community_id=live.community_id, at=request.moment
    )
    return [
        (one.code, f"{one.name} · {POSTS[one.posts[0]]}")
        for one in people
        if set(one.posts) & set(CONSENTERS)
    ]


def ending(
    request: StaffRequest, live: LiveView, refused: dict[str, forms.Act]
) -> list[tuple[str, forms.Act]]:
    """Return the steps that end an incident and are open now, for whoever leads."""
    if not live.leads:
        return []
    if live.state == "open":
        return [("over", refused.get("over") or forms.Over(prefix="over"))]
    if not live.is_reviewed:
        now = {"held_at": request.moment}
        return [("held", refused.get("held") or forms.Held(prefix="held", initial=now))]
    form = refused.get("measure") or forms.AddMeasure(prefix="measure")
    if isinstance(form, forms.AddMeasure):
        people = staff.employees(
            caller=request.caller, community_id=live.community_id, at=request.moment
        )
        form.offer([(one.code, one.name) for one in people])
    return [("measure", form)]
