"""My side of the account: homes, language, e-mail, birthday, devices (OWN-05, NOT-01)."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.accounts.actions import set_language as set_page_language
from huiyin.accounts.codes import TooOften, UnableToRedeemCode
from huiyin.doors.parts.addresses import address_of
from huiyin.doors.portal.login.process import SESSION_SECONDS
from huiyin.doors.portal.me.forms import BirthdayForm, EmailCodeForm, EmailForm
from huiyin.doors.portal.page import OwnerRequest, owner_page
from huiyin.kernel.errors import Refused
from huiyin.notices.actions import set_language
from huiyin.notices.rules import masked_address
from huiyin.owners import profile

LANGUAGES = (("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English"))  # in their own
EMAIL_AWAITED = "portal_email"  # the session's key for an address that awaits its code


@require_safe
@owner_page
def me(request: OwnerRequest) -> HttpResponse:
    """Show what belongs to the person, each thing one tap away."""
    number = getattr(request.user, "phone", None) or ""
    context = {"number": masked_address(number), "languages": LANGUAGES}
    return render(request, "me/me.html", context)


@require_safe
@owner_page
def homes(request: OwnerRequest) -> HttpResponse:
    """Show every household with its people, and which one is looked at."""
    return render(request, "me/homes.html")


@require_safe
@owner_page
def helping(request: OwnerRequest) -> HttpResponse:
    """Explain in plain words what these pages can do."""
    return render(request, "me/help.html")


@require_POST
@owner_page
def language(request: OwnerRequest) -> HttpResponse:
    """Read these pages, and be told things, in another language from now on."""
    chosen = request.POST.get("language", "")
    set_page_language(user_id=request.caller.user_id or 0, language=chosen)
    set_language(
        by=request.caller,
        at=request.moment,
        person_ids=sorted(request.caller.people),
        language=chosen or settings.LANGUAGE_CODE,
    )
    with override(chosen):
        messages.success(request, _("已换成这种语言,通知也会用它。"))
    response = redirect("my_me")
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


@require_POST
@owner_page
def devices(request: OwnerRequest) -> HttpResponse:
    """Log out everywhere else."""
    user = profile.end_other_sessions(by=request.caller, at=request.moment)
    update_session_auth_hash(request, user)
    request.session.set_expiry(SESSION_SECONDS)
    messages.success(request, _("其他设备都已退出登录。"))
    return redirect("my_me")


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page
def birthday(request: OwnerRequest) -> HttpResponse:
    """Keep month and day of a birthday, or forget it; why it is asked stands beside it."""
    form = BirthdayForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        values = form.cleaned_data
        try:
            profile.set_birthday(
                by=request.caller,
                at=request.moment,
                person_id=values["person"],
                month=values["month"],
                day=values["day"],
            )
            messages.success(request, _("已保存。"))
            return redirect("my_me")
        except profile.UnableToSetBirthday as refusal:
            form.take_back(refusal)
    rows = profile.birthdays(caller=request.caller)
    people = [
        (
            one,
            form
            if form is not None and form.data.get("person") == str(one.person_id)
            else BirthdayForm(
                initial={"person": one.person_id, "month": one.month, "day": one.day},
                auto_id=f"id_{one.person_id}_%s",
            ),
        )
        for one in rows
    ]
    status = 200 if form is None else 422
    return render(request, "me/birthday.html", {"people": people}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page
def email(request: OwnerRequest) -> HttpResponse:
    """Ask for an address of e-mail and send a code there."""
    form = EmailForm(request.POST or None)
    if request.method != "POST":
        request.session.pop(EMAIL_AWAITED, None)
        return _email_page(request, form)
    if not form.is_valid():
        return _email_page(request, form, status=422)
    try:
        code_id = profile.send_email_code(
            by=request.caller,
            at=request.moment,
            email=form.cleaned_data["email"],
            address=address_of(request),
        )
    except Refused as refusal:
        form.take_back(refusal)
        return _email_page(request, form, status=refusal.status)
    request.session[EMAIL_AWAITED] = [str(code_id), form.cleaned_data["email"]]
    return redirect("my_email_code")


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page
def email_code(request: OwnerRequest) -> HttpResponse:
    """Ask for the code that came by e-mail; with it the address is the owner's."""
    awaited = request.session.get(EMAIL_AWAITED)
    if not awaited:
        return redirect("my_email")
    form = EmailCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            profile.prove_email(
                by=request.caller,
                at=request.moment,
                email=awaited[1],
                code_id=UUID(awaited[0]),
                code=form.cleaned_data["code"],
                address=address_of(request),
            )
            del request.session[EMAIL_AWAITED]
            messages.success(request, _("邮箱已绑定。"))
            return redirect("my_channels")
        except UnableToRedeemCode as refusal:
            if not refusal.tries_left:
                del request.session[EMAIL_AWAITED]
                messages.error(request, str(refusal))
                return redirect("my_email")
            form.take_back(refusal)
        except TooOften as refusal:
            form.take_back(refusal)
    status = 422 if form.is_bound else 200
    context = {"form": form, "email": awaited[1]}
    return render(request, "me/email_code.html", context, status=status)


@require_POST
@owner_page
def forget(request: OwnerRequest, channel: str) -> HttpResponse:
    """Write to the owner no more on a channel they had bound."""
    profile.forget_address(by=request.caller, at=request.moment, channel=channel)
    messages.success(request, _("已解除绑定。"))
    return redirect("my_channels")


def _email_page(request: OwnerRequest, form: EmailForm, *, status: int = 200) -> HttpResponse:
    return render(request, "me/email.html", {"form": form}, status=status)
