"""The page behind a sticker: anybody may report, nobody learns anything (REC-06, CMP-11)."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import cast
from zoneinfo import ZoneInfo

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.accounts.codes import TooOften
from huiyin.doors.parts import kept_photos
from huiyin.doors.parts.addresses import address_of
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.public.forms import ReportForm
from huiyin.intake import actions, queries
from huiyin.intake.queries import Place
from huiyin.intake.rules import ALARM, sounds_alarm
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import NotFound, Refused
from huiyin.matters import queries as matters
from huiyin.matters.queries import MatterView, PromiseView

NOBODY = Caller(user_id=None, employee_id=None, name="")
SALT = "report-thanks"
THANKS_SECONDS = 3600  # how long the page of thanks can be looked at again
NEEDS_CONTACT = frozenset({"keep_in_touch", "feedback", "answer"})

View = Callable[[StaffRequest, Place, str], HttpResponse]


def behind_sticker(view: View) -> Callable[..., HttpResponse]:
    """Find the place of a sticker and give it to the view; any other token is simply not there."""

    @wraps(view)
    def opened(request: HttpRequest, token: str) -> HttpResponse:
        try:
            place = queries.place(token=token)
        except NotFound:
            return _private(render(request, "public/gone.html", status=404))
        with timezone.override(ZoneInfo(place.zone)):
            return _private(view(cast(StaffRequest, request), place, token))

    return opened


@require_http_methods(["GET", "HEAD", "POST"])
@behind_sticker
def report(request: StaffRequest, place: Place, token: str) -> HttpResponse:
    """Show the form of a place; take a report and say what happens next."""
    if request.method != "POST":
        return _page(request, place, ReportForm())
    try:
        actions.knock(by=NOBODY, at=request.moment, token=token, address=address_of(request))
    except TooOften as refusal:
        return _too_many(request, place, refusal)
    form = ReportForm(request.POST, request.FILES)
    if form.is_trapped:
        form.add_error(None, _("没有提交成功,请再按一次“提交”。"))
    if not form.is_valid():
        return _refused(request, place, form)
    values = form.cleaned_data
    try:
        number = actions.report(
            by=NOBODY,
            at=request.moment,
            token=token,
            key=values["key"],
            text=values["text"],
            name=values["name"],
            phone=values["phone"],
            photos=_keep_photos(request, form),
        )
    except Refused as refusal:
        form.take_back(refusal)
        return _refused(request, place, form)
    word = signing.dumps([number, sounds_alarm(values["text"])], salt=SALT)
    return redirect(f"{reverse('report_thanks', args=[token])}?seen={word}")


@require_safe
@behind_sticker
def thanks(request: StaffRequest, place: Place, token: str) -> HttpResponse:
    """Thank whoever has just reported: the number and what happens next; nothing else, ever."""
    try:
        word = request.GET.get("seen", "")
        number, alarm = signing.loads(word, salt=SALT, max_age=THANKS_SECONDS)
    except signing.BadSignature:
        return redirect("report", token)
    found = matters.matter(caller=SYSTEM, number=number, at=request.moment)
    context = {
        "place": place,
        "number": number,
        "alarm": alarm,
        "owed": _next(found, request.moment),
        "again": reverse("report", args=[token]),
    }
    return render(request, "public/thanks.html", context)


def _next(found: MatterView, at: datetime) -> list[PromiseView]:
    """Return what is promised next; who stays unknown cannot be kept in touch with."""
    owed = [one for one in found.promises if one.closed_at is None and one.due_at > at]
    if found.anonymous:
        owed = [one for one in owed if one.code not in NEEDS_CONTACT]
    return sorted(owed, key=lambda one: one.due_at)


def _refused(request: StaffRequest, place: Place, form: ReportForm) -> HttpResponse:
    """Give the form back with every typed character, and the photos unless they are refused."""
    kept = kept_photos.read_word(request.POST.get("kept", ""))
    if not form.is_trapped and not form.errors.get("photos"):
        try:
            kept = _keep_photos(request, form)
        except Refused as refusal:
            form.take_back(refusal)
    form.data = request.POST.copy()
    form.data["kept"], form.data["website"] = kept_photos.write_word(kept), ""
    return _page(request, place, form, status=422)


def _keep_photos(request: StaffRequest, form: ReportForm) -> tuple[int, ...]:
    files = form.cleaned_data.get("photos") or ()
    for one in files:
        one.seek(0)
    kept = request.POST.get("kept", "")
    return kept_photos.keep(files, kept, by=NOBODY, at=request.moment)


def _too_many(request: StaffRequest, place: Place, refusal: TooOften) -> HttpResponse:
    context = {"place": place, "minutes": -(-refusal.seconds // 60)}
    response = render(request, "public/too_many.html", context, status=429)
    response["Retry-After"] = str(refusal.seconds)
    return response


def _page(
    request: StaffRequest, place: Place, form: ReportForm, *, status: int = 200
) -> HttpResponse:
    context = {"place": place, "form": form, "words": "|".join(ALARM)}
    return render(request, "public/report.html", context, status=status)


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the page out of caches, search engines and the addresses told to other sites."""
    patch_cache_control(response, private=True, no_store=True)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
