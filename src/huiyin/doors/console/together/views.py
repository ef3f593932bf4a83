"""What neighbours do together, for those who host and moderate it (OWN-03)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.doors.console.page import NoSuchPage, staff_page
from huiyin.doors.console.together.forms import (
    CallOffForm,
    GatheringForm,
    HideForm,
    RaiseForm,
    StaffReplyForm,
    SurveyForm,
)
from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import Forbidden, NotFound, Refused
from huiyin.kernel.paging import Page
from huiyin.together import actions, queries
from huiyin.together.access import HOSTS
from huiyin.together.rules import write_questions

LISTS = ("surveys", "gatherings", "board")
SEEN = ("GET", "HEAD", "POST")


@require_safe
@staff_page
def together(request: StaffRequest) -> HttpResponse:
    """List surveys, gatherings or conversations, newest first."""
    show = request.GET.get("show", "surveys")
    show = show if show in LISTS else "surveys"
    part = f"together/_{show}.html"
    asked: dict[str, Any] = {
        "caller": request.caller,
        "community_id": request.community.id,
        "cursor": request.GET.get("cursor", ""),
    }
    page: Page[Any]
    if show == "board":
        page = queries.threads(**asked)
    elif show == "surveys":
        page = queries.surveys(**asked, at=request.moment)
    else:
        page = queries.gatherings(**asked, at=request.moment)
    context = {
        "show": show,
        "page": page,
        "part": part,
        "may_host": request.caller.holds(request.community.id, *HOSTS),
    }
    if asked["cursor"] and wants_fragment(request):
        return render(request, part, context)
    return render(request, "together/together.html", context)


@require_http_methods(SEEN)
@staff_page
def new_survey(request: StaffRequest) -> HttpResponse:
    """Write a survey; it stays a draft until it is opened."""
    form = SurveyForm(request.POST or None)
    return _sheet(request, form, _("新问卷"), lambda: _save(request, form, None))


@require_http_methods(SEEN)
@staff_page
def survey(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what came of a survey; change the draft, open it, close it."""
    found = queries.results(caller=request.caller, survey_id=pk, at=request.moment)
    who: dict[str, Any] = {"by": request.caller, "at": request.moment, "survey_id": pk}
    form = SurveyForm(
        request.POST if request.POST.get("step") == "save" else None,
        initial={
            "title": found.row.title,
            "intro": found.row.intro,
            "questions": write_questions(found.row.questions),
            "opens_on": found.row.opens_on,
            "closes_on": found.row.closes_on,
        },
    )
    status = 200
    if request.method == "POST":
        step = request.POST.get("step")
        if step == "save":
            if form.is_valid() and form.tries(lambda: _save(request, form, pk)):
                return redirect("together_survey", pk)
            status = 422
        elif step in {"open", "close"}:
            act = actions.open_survey if step == "open" else actions.close_survey
            _told(request, lambda: act(**who), _("已发布。") if step == "open" else _("已结束。"))
            return redirect("together_survey", pk)
    context = {"found": found, "form": form}
    return render(request, "together/survey.html", context, status=status)


@require_http_methods(SEEN)
@staff_page
def new_gathering(request: StaffRequest) -> HttpResponse:
    """Plan a gathering; households can sign up at once."""
    form = GatheringForm(request.POST or None)

    def plan() -> HttpResponse:
        pk = actions.plan_gathering(
            by=request.caller,
            at=request.moment,
            community_id=request.community.id,
            **form.cleaned_data,
        )
        messages.success(request, _("活动已发布,业主现在可以报名。"))
        return redirect("together_gathering", pk)

    return _sheet(request, form, _("新活动"), plan)


@require_http_methods(SEEN)
@staff_page
def gathering(request: StaffRequest, pk: int) -> HttpResponse:
    """Show who comes to a gathering; call it off with a reason."""
    found = queries.gathering(caller=request.caller, gathering_id=pk, at=request.moment)
    form = CallOffForm(request.POST or None)
    status = 200
    if request.method == "POST":
        who: dict[str, Any] = {"by": request.caller, "at": request.moment, "gathering_id": pk}
        if form.is_valid() and form.tries(lambda: actions.call_off(**who, **form.cleaned_data)):
            messages.success(request, _("活动已取消,报名的人会收到通知。"))
            return redirect("together_gathering", pk)
        status = 422
    context = {"found": found, "form": form}
    return render(request, "together/gathering.html", context, status=status)


@require_safe
@staff_page
def thread(request: StaffRequest, pk: int) -> HttpResponse:
    """Show a conversation with what the service centre may do in it."""
    return _thread(request, pk, StaffReplyForm(), 200)


@require_POST
@staff_page
def act(request: StaffRequest, pk: int, step: str) -> HttpResponse:
    """Answer in a conversation, hide or show a post, or make a matter of it."""
    kinds: dict[str, tuple[type[DoorForm], Callable[..., Any], str]] = {
        "reply": (StaffReplyForm, actions.reply_as_staff, _("已回复。")),
        "hide": (HideForm, actions.hide_post, _("已隐藏,业主看不到了。")),
        "show": (DoorForm, actions.show_post, _("已恢复显示。")),
        "raise": (RaiseForm, actions.raise_matter, _("已转为事项,有人跟进。")),
    }
    if step not in kinds:
        raise NoSuchPage(_("没有这个地址。"))
    found = queries.thread(caller=request.caller, thread_id=pk)
    kind, action, said = kinds[step]
    form = kind(request.POST)
    about = {"thread_id": pk} if step == "reply" else {"post_id": _post(request, found)}
    who: dict[str, Any] = {"by": request.caller, "at": request.moment, **about}
    if form.is_valid() and form.tries(lambda: action(**who, **form.cleaned_data)):
        messages.success(request, said)
        return redirect("together_thread", pk)
    return _thread(request, pk, form, 422)


def _post(request: StaffRequest, found: queries.Thread) -> int:
    """Return which post of the conversation is meant; one of another is not there."""
    posts = {str(one.id) for one in (found.first, *found.replies)}
    asked = request.POST.get("post", "")
    if asked not in posts:
        raise NoSuchPage(_("没有这条留言。"))
    return int(asked)


def _thread(request: StaffRequest, pk: int, form: DoorForm, status: int) -> HttpResponse:
    context = {
        "thread": queries.thread(caller=request.caller, thread_id=pk),
        "form": form,
        "reply": form if isinstance(form, StaffReplyForm) else StaffReplyForm(),
        "hide": HideForm(),
        "raise": RaiseForm(),
    }
    return render(request, "together/thread.html", context, status=status)


def _save(request: StaffRequest, form: SurveyForm, survey_id: int | None) -> HttpResponse:
    pk = actions.save_survey(
        by=request.caller,
        at=request.moment,
        community_id=request.community.id,
        survey_id=survey_id,
        **form.cleaned_data,
    )
    messages.success(request, _("草稿已保存。检查无误后再发布。"))
    return redirect("together_survey", pk)


def _sheet(
    request: StaffRequest, form: DoorForm, title: str, save: Callable[[], HttpResponse]
) -> HttpResponse:
    """Show a sheet, or save it; a refusal gives back every typed character."""
    if not request.caller.holds(request.community.id, *HOSTS):
        raise Forbidden(_("问卷和活动由管家、主管和经理发起。"))
    saved: list[HttpResponse] = []
    if request.method == "POST" and form.is_valid() and form.tries(lambda: saved.append(save())):
        return saved[0]
    status = 422 if request.method == "POST" else 200
    return render(request, "together/sheet.html", {"form": form, "title": title}, status=status)


def _told(request: StaffRequest, act: Callable[[], object], said: str) -> None:
    """Do it and say so, or say why not."""
    try:
        act()
    except (Forbidden, NotFound):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
