"""A refusal as a page in the portal's own frame, so that an owner never lands among staff pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huiyin.kernel.errors import Refused


def refusal_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Return the refusal's sentence with its status; as plain text to htmx."""
    if getattr(request, "htmx", False):
        return HttpResponse(str(refusal), status=refusal.status, content_type="text/plain")
    titles = {404: _("没有找到"), 409: _("现在不能这样做"), 429: _("请稍等一会儿")}
    context = {
        "title": titles.get(refusal.status, _("没有办成")),
        "sentence": str(refusal),
        "status": refusal.status,
    }
    return render(request, "portal/refusal.html", context, status=refusal.status)
