"""Logging in by number and code, and out (OWN-05).

What is answered never depends on whether a number is on a roster: not the status, not the page, not
the cookies, not what the database is asked.
"""

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.logout import logout as end_session
from allauth.account.stages import LoginByCodeStage
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from huiyin.accounts.codes import TooOften, UnableToRedeemCode
from huiyin.doors.parts.addresses import address_of
from huiyin.doors.portal.login.forms import CodeForm, PhoneForm
from huiyin.doors.portal.login.process import CodeLogin
from huiyin.doors.portal.page import OwnerRequest, compressed, private
from huiyin.notices.rules import masked_address
from huiyin.owners import entrance

PORTAL = "/my/"
WAIT_SECONDS = 60  # until another code may be asked for


@require_http_methods(["GET", "HEAD", "POST"])
def login(request: OwnerRequest) -> HttpResponse:
    """Ask for the number and send a code to it."""
    if request.user.is_authenticated:
        return private(redirect("my_home"))
    form = PhoneForm(request.POST or None)
    if request.method != "POST":
        return _page(request, "login/phone.html", {"form": form})
    if not form.is_valid():
        return _page(request, "login/phone.html", {"form": form}, status=422)
    phone = form.cleaned_data["phone"]
    try:
        entrance.knock(phone=phone, address=address_of(request), at=request.moment)
    except TooOften as refusal:
        form.add_error("phone", _patience(refusal))
        return _later(_page(request, "login/phone.html", {"form": form}, status=429), refusal)
    CodeLogin.begin(request, phone=phone, at=request.moment)
    return private(redirect(_onward(request, "my_code")))


@require_http_methods(["GET", "HEAD", "POST"])
@login_stage_required(stage=LoginByCodeStage.key, redirect_urlname="my_login")  # type: ignore[untyped-decorator]
def code(request: OwnerRequest) -> HttpResponse:
    """Ask for the code that came; send another one when asked to."""
    process = CodeLogin(request._login_stage)  # type: ignore[attr-defined]
    if request.POST.get("again"):
        return _send_again(request, process)
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _code_page(request, process, form, status=422 if form.is_bound else 200)
    try:
        to = _next(request) or PORTAL
        return private(process.enter(code=form.cleaned_data["code"], at=request.moment, to=to))
    except TooOften as refusal:
        form.add_error("code", _patience(refusal))
        return _later(_code_page(request, process, form, status=429), refusal)
    except UnableToRedeemCode as refusal:
        if not refusal.tries_left:
            process.abort()
            messages.error(request, str(refusal))
            return private(redirect(_onward(request, "my_login")))
        form.take_back(refusal)
        return _code_page(request, process, form, status=422)


@require_POST
def logout(request: OwnerRequest) -> HttpResponse:
    """Log out on this device; whoever is not logged in is where they wanted to be."""
    end_session(request, show_message=False)
    messages.success(request, _("您已退出登录。"))
    return private(redirect("my_login"))


def _send_again(request: OwnerRequest, process: CodeLogin) -> HttpResponse:
    try:
        entrance.knock(phone=process.phone, address=address_of(request), at=request.moment)
    except TooOften as refusal:
        form = CodeForm()
        messages.warning(request, _patience(refusal))
        return _later(_code_page(request, process, form, status=429), refusal)
    process.send_to_phone(request.moment)
    messages.success(request, _("已重新发送,请以最新一条短信为准。"))
    return private(redirect(_onward(request, "my_code")))


def _code_page(
    request: OwnerRequest, process: CodeLogin, form: CodeForm, *, status: int
) -> HttpResponse:
    context = {"form": form, "number": masked_address(process.phone), "wait": WAIT_SECONDS}
    return _page(request, "login/code.html", context, status=status)


def _page(
    request: OwnerRequest, name: str, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    page = render(request, name, {**context, "to": _next(request)}, status=status)
    return compressed(request, private(page))


def _next(request: OwnerRequest) -> str:
    """Return the page of the portal that was wanted; nothing outside of it."""
    to = request.POST.get("next") or request.GET.get("next") or ""
    safe = to.startswith(PORTAL) and "\\" not in to and to.isprintable()
    return to if safe else ""


def _onward(request: OwnerRequest, name: str) -> str:
    to = _next(request)
    return f"{reverse(name)}?{urlencode({'next': to})}" if to else reverse(name)


def _patience(refusal: TooOften) -> str:
    if refusal.seconds <= WAIT_SECONDS:
        return _("请等 %(n)d 秒再试。") % {"n": refusal.seconds}
    return _("获取验证码太频繁,请过 %(n)d 分钟再试,或打电话给服务中心。") % {
        "n": -(-refusal.seconds // 60)
    }


def _later(response: HttpResponse, refusal: TooOften) -> HttpResponse:
    response["Retry-After"] = str(refusal.seconds)
    return response
