"""The page on which a manager chooses what is promised to owners in public (STD-01)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from huiyin.doors.console.page import staff_page
from huiyin.doors.parts import codes
from huiyin.doors.parts.forms import DoorForm, text_area
from huiyin.doors.parts.fragments import show
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import Forbidden, NotFound, Refused
from huiyin.standards import actions
from huiyin.standards import queries as standards
from huiyin.standards.actions.publishing import LONGEST_NOTE, LONGEST_PROMISE
from huiyin.standards.queries import PublicationRow, TargetRow

SHARES = "ratio"  # what is counted in other units has no figure of matters beside it


class PublishForm(DoorForm):
    """One line for each target: whether it is promised in public, and in which words."""

    note = forms.CharField(
        label=gettext_lazy("给业主的话(可不填)"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=text_area(2),
    )

    def __init__(self, targets: tuple[TargetRow, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [one.code for one in targets]
        for one in targets:
            self.fields[f"on-{one.code}"] = forms.BooleanField(label=one.title, required=False)
            self.fields[one.code] = forms.CharField(
                label=gettext_lazy("公示文字"), required=False, max_length=LONGEST_PROMISE
            )

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of the form: the tick and the words of each target."""
        return [{"on": self[f"on-{code}"], "words": self[code]} for code in self.codes]

    @property
    def words(self) -> dict[str, str]:
        """What was ticked, in the order of the page."""
        values = self.cleaned_data
        return {code: values[code] for code in self.codes if values[f"on-{code}"]}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def publishing(request: StaffRequest) -> HttpResponse:
    """Show and change what is promised in public, or take it back."""
    place = request.community
    board = standards.board(caller=request.caller, community_id=place.id, at=request.moment)
    targets = tuple(one for one in board.targets if one.unit == SHARES)
    live = _live(place.code)
    form = PublishForm(targets, request.POST or None, initial=_initial(targets, live))
    status = 200
    if request.method == "POST":
        if form.is_valid() and _try(request, form):
            return redirect("standards_publishing")
        status = 422
    context = {
        "form": form,
        "live": live,
        "address": codes.site(request) + f"/p/{place.code}/",
        "may_change": board.may_change,
    }
    return show(
        request,
        "standards/publishing.html",
        "standards/_publishing.html",
        context,
        status=status,
    )


def _try(request: StaffRequest, form: PublishForm) -> bool:
    """Publish or withdraw; a refusal goes back into the form."""
    who: dict[str, Any] = {
        "by": request.caller,
        "at": request.moment,
        "community_id": request.community.id,
    }
    try:
        if request.POST.get("step") == "withdraw":
            actions.withdraw_promises(**who, reason=_("在服务承诺页撤下"))
            messages.success(request, _("已撤下,业主看不到了。"))
        else:
            actions.publish_promises(**who, words=form.words, note=form.cleaned_data["note"])
            messages.success(request, _("已公示,业主现在就能看到。"))
    except Forbidden:
        raise
    except Refused as refusal:
        form.take_back(refusal)
        return False
    return True


def _live(code: str) -> PublicationRow | None:
    try:
        return standards.publication(community=code)
    except NotFound:
        return None


def _initial(targets: tuple[TargetRow, ...], live: PublicationRow | None) -> dict[str, Any]:
    said = {one.code: one.text for one in live.promises} if live else {}
    initial: dict[str, Any] = {"note": live.note if live else ""}
    for one in targets:
        initial[f"on-{one.code}"] = one.code in said
        initial[one.code] = said.get(one.code, one.source)
    return initial
