"""What neighbours do together: gatherings, surveys, the board (OWN-03)."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.doors.parts.fragments import wants_fragment
from huiyin.doors.portal.page import OwnerRequest, owner_page
from huiyin.doors.portal.together.forms import PostForm, ReplyForm, SignUpForm, SurveyForm
from huiyin.kernel.errors import NotFound, Refused
from huiyin.together import actions, queries

LATELY = 3  # conversations on the first page
ADDRESSED = ("GET", "HEAD", "POST")


@require_safe
@owner_page
def together(request: OwnerRequest) -> HttpResponse:
    """Show what takes place, what is asked, and what neighbours talk about."""
    place: dict[str, Any] = {"caller": request.caller, "community_id": request.community.id}
    context = {
        "gatherings": queries.gatherings_for(**place, at=request.moment),
        "surveys": queries.surveys_for(**place, at=request.moment),
        "threads": queries.threads(**place, limit=LATELY).items,
    }
    return render(request, "my_together/together.html", context)


@require_http_methods(ADDRESSED)
@owner_page
def gathering(request: OwnerRequest, pk: int) -> HttpResponse:
    """Show a gathering; sign the household up or off."""
    row = queries.gathering_for(caller=request.caller, gathering_id=pk, at=request.moment)
    form = SignUpForm(request.POST or None)
    status = 200
    if request.method == "POST":
        who = _who(request, row.community_id, gathering_id=pk)
        if request.POST.get("step") == "off":
            refusal = _tried(lambda: actions.sign_off(**who))
            said = _("已取消报名,名额让给了邻居。")
        elif form.is_valid():
            refusal = _tried(lambda: actions.sign_up(**who, **form.cleaned_data))
            said = _("报名成功,到时候见。")
        else:
            refusal, said = None, ""
        if refusal is None and said:
            messages.success(request, said)
            return redirect("my_gathering", pk)
        status = refusal.status if refusal else 422
        if refusal:
            form.is_valid()
            form.take_back(refusal)
    context = {"row": row, "form": form}
    return render(request, "my_together/gathering.html", context, status=status)


@require_http_methods(ADDRESSED)
@owner_page
def survey(request: OwnerRequest, pk: int) -> HttpResponse:
    """Show the sheet of a survey, or that the household has answered."""
    row = queries.survey_for(caller=request.caller, survey_id=pk, at=request.moment)
    form = SurveyForm(row, request.POST or None)
    status = 200
    if request.method == "POST":
        refusal = None
        if form.is_valid():
            words = form.cleaned_data["words"]
            who = _who(request, row.community_id, survey_id=pk)
            refusal = _tried(
                lambda: actions.answer_survey(**who, answers=form.answers, words=words)
            )
            if refusal is None:
                messages.success(request, _("谢谢您!答卷不记名,我们只知道您家填过了。"))
                return redirect("my_together")
            form.take_back(refusal)
        status = refusal.status if refusal else 422
    context = {"row": row, "form": form}
    return render(request, "my_together/survey.html", context, status=status)


@require_http_methods(ADDRESSED)
@owner_page
def board(request: OwnerRequest) -> HttpResponse:
    """List what neighbours talk about; begin a conversation."""
    place: dict[str, Any] = {"caller": request.caller, "community_id": request.community.id}
    form = PostForm(request.POST or None)
    status = 200
    if request.method == "POST":
        refusal = None
        if form.is_valid():
            begun: list[int] = []
            refusal = _tried(lambda: begun.append(_write(request, form.cleaned_data)))
            if refusal is None:
                return redirect("my_thread", begun[0])
            form.take_back(refusal)
        status = refusal.status if refusal else 422
    page = queries.threads(**place, cursor=request.GET.get("cursor", ""))
    context = {"page": page, "threads": page.items, "form": form, "writes": status != 200}  # noqa: PLR2004
    if request.GET.get("cursor") and wants_fragment(request):
        return render(request, "my_together/_threads.html", context)
    return render(request, "my_together/board.html", context, status=status)


@require_http_methods(ADDRESSED)
@owner_page
def thread(request: OwnerRequest, pk: int) -> HttpResponse:
    """Show a conversation; answer in it."""
    found = queries.thread(caller=request.caller, thread_id=pk)
    form = ReplyForm(request.POST or None)
    status = 200
    if request.method == "POST":
        refusal = None
        if form.is_valid():
            words = {**form.cleaned_data, "thread_id": pk}
            refusal = _tried(lambda: _write(request, words))
            if refusal is None:
                return redirect("my_thread", pk)
            form.take_back(refusal)
        status = refusal.status if refusal else 422
    context = {"thread": found, "form": form}
    return render(request, "my_together/thread.html", context, status=status)


def _write(request: OwnerRequest, words: dict[str, Any]) -> int:
    return actions.write_post(
        by=request.caller, at=request.moment, community_id=request.community.id, **words
    )


def _who(request: OwnerRequest, community_id: int, **more: int) -> dict[str, Any]:
    """Return who acts and for which house: the one looked at, or else one where it takes place."""
    homes = [request.household, *request.households]
    house_id = next(one.house_id for one in homes if one.community.id == community_id)
    return {"by": request.caller, "at": request.moment, "house_id": house_id, **more}


def _tried(act: Any) -> Refused | None:
    """Do it and return the refusal to show in the form; what is not there is a page of its own."""
    try:
        act()
    except NotFound:
        raise
    except Refused as refusal:
        return refusal
    return None
