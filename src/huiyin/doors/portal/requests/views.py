"""Raise a request, see what is known already while one types, and what happens next (OWN-01)."""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from huiyin.accounts.codes import TooOften
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.portal.matters.rows import Due, clock_words, due_of
from huiyin.doors.portal.page import NoSuchPage, OwnerRequest, not_too_often, owner_page
from huiyin.doors.portal.requests import kept
from huiyin.doors.portal.requests.forms import RequestForm
from huiyin.files import queries as files
from huiyin.intake.rules import ALARM, sounds_alarm
from huiyin.kernel.errors import NotFound, Refused
from huiyin.knowledge import queries as knowledge
from huiyin.owners import actions, queries
from huiyin.owners.queries import Household, KindChoice
from huiyin.staff.queries import local_day

SALT = "request-done"
DONE_SECONDS = 3600  # how long the page of thanks can be looked at again
LONG_ENOUGH = 2  # signs from which on answers are looked for
MOST_ANSWERS = 3
AT_HOME = frozenset({"repair", "home_service", "special_service", "builder_defect", "help"})
ABOUT_SOMEBODY = "complaint.attitude"
ICONS = {
    "repair": "tools",
    "repair.public": "building-community",
    "complaint": "flag",
    "complaint.attitude": "user",
    "home_service": "sparkles",
    "special_service": "star",
    "enquiry": "help-circle",
    "suggestion": "bulb",
    "praise": "heart",
    "help": "lifebuoy",
    "builder_defect": "home",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind as the sheet offers it, and which of its other questions belong to it."""

    kind: KindChoice
    chosen: bool

    @property
    def icon(self) -> str:
        """Return its picture."""
        return ICONS.get(self.kind.kind, "edit")

    @property
    def at_home(self) -> bool:
        """Tell whether somebody comes for it, so that a time may be wished."""
        return self.kind.kind in AT_HOME

    @property
    def about_somebody(self) -> bool:
        """Tell whether it is about one of the staff."""
        return self.kind.kind == ABOUT_SOMEBODY


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page
def raise_request(request: OwnerRequest) -> HttpResponse:
    """Show the sheet; take a request and go on to what happens next.

    A refusal gives back every typed character and every photo.
    """
    kinds = queries.kinds_offered()
    if request.method != "POST":
        asked = request.GET.get("kind", "")
        return _sheet(request, _form(request, kinds, initial={"kind": asked}), kinds)
    form = _form(request, kinds, request.POST, request.FILES)
    try:
        not_too_often(request, "sheet")
    except TooOften as refusal:  # nor are its photos kept
        form.take_back(refusal)
        return _sheet(request, form, kinds, status=refusal.status)
    if not form.is_valid():
        return _refused(request, form, kinds)
    values = form.cleaned_data
    try:
        number = actions.raise_request(
            by=request.caller,
            at=request.moment,
            house_id=values["house"],
            kind=values["kind"],
            text=values["text"],
            place=values["place"],
            photos=form.save_photos(),
            wished=form.wished(),
            key=values["key"],
            anonymous=values["anonymous"],
            about=values["about"],
            important=sounds_alarm(values["text"]),
        )
    except Refused as refusal:
        form.take_back(refusal)
        return _refused(request, form, kinds, status=refusal.status)
    word = signing.dumps([number, sounds_alarm(values["text"])], salt=_salt(request))
    where = f"{reverse('my_request_done')}?seen={word}"
    return HttpResponseClientRedirect(where) if wants_fragment(request) else redirect(where)


@require_POST
@owner_page
def answers(request: OwnerRequest) -> HttpResponse:
    """List what any owner may read about what is typed so far (REC-13).

    It is asked by POST because what owners write does not belong into the log of addresses.
    """
    text = request.POST.get("text", "").replace("\0", "").strip()
    found: tuple[knowledge.AnswerRow, ...] = ()
    if len(text) >= LONG_ENOUGH:
        place = _asked_for(request).community.id
        found = knowledge.find_public(community_id=place, text=text, limit=MOST_ANSWERS)
    return render(request, "my_request/_answers.html", {"answers": found})


@require_safe
@owner_page
def done(request: OwnerRequest) -> HttpResponse:
    """Thank whoever has just sent a request: its number, who has it, what is promised next.

    An anonymous one shows its number once and nothing else: nobody's page may lead to it.
    """
    try:
        word = request.GET.get("seen", "")
        number, alarm = signing.loads(word, salt=_salt(request), max_age=DONE_SECONDS)
    except signing.BadSignature:
        return redirect("my_matters")
    try:
        found = queries.my_matter(caller=request.caller, at=request.moment, number=number)
    except NotFound:
        found = None
    due: Due | None = None
    if found is not None and found.row.next is not None:
        due = due_of(found.row.next, request.moment)
    context = {
        "number": number,
        "alarm": alarm,
        "matter": found,
        "due": due,
        "clock": clock_words(request.moment),
    }
    return render(request, "my_request/done.html", context)


@require_safe
@owner_page
def kept_photo(request: OwnerRequest, word: str) -> HttpResponse:
    """Send a photo that waits in a refused form to whoever sent it, and to nobody else."""
    ids = kept.read([word], by=request.caller)
    if not ids:
        raise NoSuchPage(_("没有这张照片。"))
    data, media_type = files.read(ids[0])
    return HttpResponse(
        data, content_type=media_type, headers={"X-Content-Type-Options": "nosniff"}
    )


def _asked_for(request: OwnerRequest) -> Household:
    """Return the household chosen on the sheet, else the one looked at."""
    asked = request.POST.get("house", "")
    found = (one for one in request.households if str(one.house_id) == asked)
    return next(found, request.household)


def _form(
    request: OwnerRequest, kinds: tuple[KindChoice, ...], *given: Any, **kwargs: Any
) -> RequestForm:
    today = local_day(request.moment, request.community.zone)
    return RequestForm(*given, request=request, kinds=kinds, today=today, **kwargs)


def _refused(
    request: OwnerRequest,
    form: RequestForm,
    kinds: tuple[KindChoice, ...],
    *,
    status: int = 422,
) -> HttpResponse:
    """Give the form back, with the photos kept unless they are what was refused."""
    form.keep_photos()
    return _sheet(request, form, kinds, status=status)


def _sheet(
    request: OwnerRequest,
    form: RequestForm,
    kinds: tuple[KindChoice, ...],
    *,
    status: int = 200,
) -> HttpResponse:
    chosen = form["kind"].value()
    context = {
        "form": form,
        "kinds": [Choice(one, one.kind == chosen) for one in kinds],
        "words": "|".join(ALARM),
        "matters": reverse("my_matters"),
    }
    return show(
        request, "my_request/request.html", "my_request/_sheet.html", context, status=status
    )


def _salt(request: OwnerRequest) -> str:
    return f"{SALT}:{request.user.pk}"
