"""A refusal as a page, or as one line of text when only a fragment was asked for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from huiyin.kernel.errors import Refused


def refusal_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Return the refusal's sentence with its status.

    To htmx it is plain text, which the page's script shows beside what was typed instead of
    swapping anything away.
    """
    if getattr(request, "htmx", False):
        return HttpResponse(str(refusal), status=refusal.status, content_type="text/plain")
    titles = {
        403: _("这里不属于您的岗位"),
        404: _("没有找到"),
        409: _("现在不能这样做"),
        422: _("填写的内容有误"),
    }
    context = {
        "status": refusal.status,
        "title": titles.get(refusal.status, _("不能这样做")),
        "sentence": str(refusal),
    }
    return render(request, "parts/refusal.html", context, status=refusal.status)
