"""A number that is not on the roster asks to be verified (OWN-05).

Whether the number, the name or the house is known changes nothing of the answer.
"""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.accounts.codes import TooOften, count
from huiyin.accounts.rules import Allowance
from huiyin.doors.parts.addresses import address_of
from huiyin.doors.portal.page import OwnerRequest, compressed, private
from huiyin.doors.portal.verify.forms import VerifyForm
from huiyin.estate import queries as estate
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import Refused
from huiyin.owners import actions

PER_NUMBER = (Allowance(3, 3600), Allowance(6, 86400))
PER_ADDRESS = (Allowance(10, 3600), Allowance(30, 86400))


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: OwnerRequest) -> HttpResponse:
    """Ask who it is, and hand it to the desk."""
    communities = estate.communities(caller=SYSTEM)
    form = VerifyForm(request.POST or None, communities=communities)
    if request.method != "POST":
        return _page(request, form, status=200)
    if not form.is_valid():
        return _page(request, form, status=422)
    values = form.cleaned_data
    try:
        count(who=f"verify-from:{address_of(request)}", allowances=PER_ADDRESS, at=request.moment)
        count(who=f"verify:{values['phone']}", allowances=PER_NUMBER, at=request.moment)
        actions.ask_verification(
            at=request.moment,
            phone=values["phone"],
            name=values["name"],
            community=values["community"],
            house=values["house"],
            note=values["note"],
            key=values["key"],
        )
    except TooOften as refusal:
        minutes = -(-refusal.seconds // 60)
        form.add_error(
            None, _("提交太频繁,请过 %(n)d 分钟再试,或打电话给服务中心。") % {"n": minutes}
        )
        response = _page(request, form, status=429)
        response["Retry-After"] = str(refusal.seconds)
        return response
    except Refused as refusal:
        form.take_back(refusal)
        return _page(request, form, status=refusal.status)
    return private(redirect("my_verify_thanks"))


@require_safe
def thanks(request: OwnerRequest) -> HttpResponse:
    """Say what happens next; the same to everybody."""
    return private(render(request, "verify/thanks.html"))


def _page(request: OwnerRequest, form: VerifyForm, *, status: int) -> HttpResponse:
    page = render(request, "verify/verify.html", {"form": form}, status=status)
    return compressed(request, private(page))
