"""The staff: the list, taking somebody on, one employee and what may be done about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.console.staff.forms import HandOverForm, HireForm
from huiyin.doors.console.staff.papers import OWN, VERBS, PaperForm, Papers, ResetPassword
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.caller import COMPANY_POSTS
from huiyin.kernel.errors import Forbidden, Refused
from huiyin.matters import queries as matters
from huiyin.matters import titles
from huiyin.matters.actions import hand_over as hand_over_all
from huiyin.staff import queries as staff_queries
from huiyin.staff.access import may_lead, may_manage_staff
from huiyin.staff.actions import take_on
from huiyin.staff.queries import EmployeeRow, EmployeeView, PostRow, local_day


class UnableToHandOver(Forbidden):
    """Only those who manage the staff hand work over."""


class UnableToSeePapers(Forbidden):
    """Only those who manage the staff, and the employee, see what is kept about one."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """An employee as the list shows one, with the number of open matters in hand."""

    row: EmployeeRow
    posts: str
    load: int


@dataclass(frozen=True, slots=True)
class Post:
    """A post with its name."""

    row: PostRow
    title: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A verb as the page offers it: a small form opened in place."""

    verb: str
    form: PaperForm
    open: bool = False


@require_safe
@staff_page
def staff(request: StaffRequest) -> HttpResponse:
    """Show everybody who works here: posts, areas, on duty or who stands in."""
    manages = _manages(request)
    context = {
        "people": _colleagues(request),
        "may_manage": manages,
        "me": request.caller.employee_id,
        "others": staff_queries.not_in_post(**_here(request)) if manages else (),
    }
    return show(request, "staff/staff.html", "staff/_staff.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def hire(request: StaffRequest) -> HttpResponse:
    """Take somebody on, and show the first password once."""
    place = request.community
    if not _manages(request):
        raise UnableToSeePapers(_("只有主管、经理助理或经理可以管理人员与排班。"))
    today = local_day(request.moment, place.zone)
    leads = may_lead(request.caller, place.id)
    form = HireForm(request.POST or None, leads=leads, initial={"from_on": today})
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            context["password"] = take_on(
                by=request.caller, at=request.moment, community_id=place.id, **given
            )
        except Refused as refusal:
            form.take_back(refusal)
        else:
            context |= {"code": given["code"].strip(), "name": given["name"]}
    status = 422 if form.errors else 200
    return show(request, "staff/hire.html", "staff/_hire.html", context, status=status)


@require_safe
@staff_page
def employee(request: StaffRequest, code: str) -> HttpResponse:
    """Show one employee: posts, areas, absences, shifts of the coming days, open matters."""
    who = _who(request, code)
    return _show(request, who, _papers(request, who))


@require_POST
@staff_page
def act(request: StaffRequest, code: str, verb: str) -> HttpResponse:
    """Do one verb about an employee. A refusal keeps every typed character."""
    if verb not in VERBS:
        raise Http404
    who = _who(request, code)
    if verb not in _verbs(request, who):
        raise UnableToSeePapers(_("只有主管、经理助理、经理和公司可以管理人员与排班。"))
    papers = _papers(request, who)
    form = VERBS[verb](request.POST, papers=papers, prefix=verb)
    if not form.is_valid():
        return _show(request, who, papers, refused=(verb, form), status=422)
    try:
        result = type(form).action(by=request.caller, at=request.moment, **form.arguments())
    except Refused as refusal:
        if wants_fragment(request) and refusal.status in {403, 404}:
            raise
        form.take_back(refusal)
        return _show(request, who, papers, refused=(verb, form), status=refusal.status)
    password = str(result) if isinstance(form, ResetPassword) else ""
    messages.success(request, form.said(result))
    if not password and not wants_fragment(request):
        return redirect("staff_employee", code)
    fresh = _who(request, code)
    response = _show(request, fresh, _papers(request, fresh), password=password)
    if password:  # it stands at the top, and is shown only now
        response["HX-Reswap"] = "outerHTML show:window:top"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def hand_over(request: StaffRequest, code: str) -> HttpResponse:
    """Hand over everything of somebody in one action, clocks unchanged."""
    place = request.community.id
    leaving = staff_queries.employee_view(code=code, **_here(request))
    if not _manages(request):
        raise UnableToHandOver(_("只有主管、经理助理或经理可以办理交接。"))
    people = _colleagues(request)
    others = [one.row for one in people if one.row.code != code]
    form = HandOverForm(request.POST or None, people=others)
    if request.method == "POST" and form.is_valid():
        try:
            moved = hand_over_all(
                by=request.caller,
                at=request.moment,
                employee=code,
                to=form.cleaned_data["to"] or None,
                reason=form.cleaned_data["reason"],
                community_id=place,
            )
        except Refused as refusal:
            form.take_back(refusal)
        else:
            messages.success(
                request,
                _("%(name)s 的 %(n)d 件事项已交接,时限不变。") % {"name": leaving.name, "n": moved},
            )
            return redirect("staff")
    load = next((one.load for one in people if one.row.code == code), 0)
    context = {"form": form, "leaving": leaving, "load": load}
    status = 422 if form.errors else 200
    return show(request, "staff/hand_over.html", "staff/_hand_over.html", context, status=status)


def _manages(request: StaffRequest) -> bool:
    return may_manage_staff(request.caller, request.community.id)


def _here(request: StaffRequest) -> dict[str, Any]:
    return {
        "caller": request.caller,
        "community_id": request.community.id,
        "at": request.moment,
    }


def _who(request: StaffRequest, code: str) -> EmployeeView:
    """Return the employee, for who manages the staff and for the employee; others get 403."""
    who = staff_queries.employee_view(code=code, **_here(request))
    if not _manages(request) and request.caller.employee_id != who.id:
        raise UnableToSeePapers(_("只有主管、经理助理、经理和本人可以查看。"))
    return who


def _verbs(request: StaffRequest, who: EmployeeView) -> Mapping[str, type[PaperForm]]:
    """Return what may be done: all by who manages the staff; some by the employee.

    The company's people are managed by the company.
    """
    held = [one.post for one in who.posts if one.when != "past"]
    of_company = bool(held) and COMPANY_POSTS.issuperset(held)
    if _manages(request) and (request.caller.everywhere or not of_company):
        return VERBS
    if request.caller.employee_id == who.id:
        return {verb: form for verb, form in VERBS.items() if verb in OWN}
    return {}


def _papers(request: StaffRequest, who: EmployeeView) -> Papers:
    people = staff_queries.employees(**_here(request))
    return Papers(
        who=who,
        community_id=request.community.id,
        today=local_day(request.moment, request.community.zone),
        now=request.moment,
        people=[one for one in people if one.id != who.id],
        buildings=staff_queries.buildings_kept(**_here(request)),
        leads=may_lead(request.caller, request.community.id),
    )


def _show(
    request: StaffRequest,
    who: EmployeeView,
    papers: Papers,
    *,
    refused: tuple[str, PaperForm] | None = None,
    password: str = "",
    status: int = 200,
) -> HttpResponse:
    tools = []
    for verb, kind in _verbs(request, who).items():
        if refused and refused[0] == verb:
            tools.append(Tool(verb, refused[1], open=True))
        elif kind.fits(papers):
            tools.append(Tool(verb, kind(papers=papers, prefix=verb)))
    context: dict[str, Any] = {
        "who": who,
        "posts": [Post(one, str(titles.POSTS[one.post])) for one in who.posts],
        "shifts": [(one, str(titles.POSTS[one.post])) for one in who.shifts],
        "load": _load(request).get(who.id, matters.NOTHING).open,
        "may_manage": _manages(request),
        "tools": [one for one in tools if not one.form.alarm],
        "alarms": [one for one in tools if one.form.alarm],
        "password": password,
    }
    return show(request, "staff/employee.html", "staff/_employee.html", context, status=status)


def _load(request: StaffRequest) -> dict[int, matters.Load]:
    return matters.loads(community_id=request.community.id, at=request.moment)


def _colleagues(request: StaffRequest) -> list[Colleague]:
    place = request.community.id
    rows = staff_queries.employees(caller=request.caller, community_id=place, at=request.moment)
    load = _load(request)
    return [
        Colleague(
            one,
            "、".join(str(titles.POSTS[post]) for post in one.posts),
            load.get(one.id, matters.NOTHING).open,
        )
        for one in rows
    ]
