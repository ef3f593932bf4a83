"""What makes the work pages an app of the phone: manifest, service worker, and a page without data.

None of the three says anything about anybody: they are kept by the phone, whoever holds it.
"""

import json
from functools import lru_cache
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from huiyin.doors.console.work.words import words
from huiyin.doors.parts.workers import source, version_of

THEME = "#084d49"
SHELL = Path(__file__).parent / "templates" / "work" / "shell.html"
WORKER = "huiyin/sw.js"
# Everything the pages need without signal; what is imported by a module is named as well.
ASSETS = (
    "vendor/tabler.min.css",
    "vendor/icons.svg",
    "huiyin/huiyin.css",
    "huiyin/field.css",
    "huiyin/echo.svg",
    "huiyin/field.js",
    "huiyin/dialogs.js",
    "huiyin/dom.js",
    "huiyin/jobs.js",
    "huiyin/queue.js",
    "huiyin/shrink.js",
    "huiyin/sign.js",
)
ICONS = (
    ("huiyin/echo.svg", "any", "image/svg+xml", "any"),
    ("huiyin/icon-192.png", "192x192", "image/png", "any"),
    ("huiyin/icon-512.png", "512x512", "image/png", "any"),
    ("huiyin/icon-maskable.png", "512x512", "image/png", "maskable"),
)


def addresses() -> dict[str, str]:
    """Return the addresses the page's script is told, and its sentences."""
    return {
        "icons": static("vendor/icons.svg"),
        "worker": reverse("service_worker"),
        "sync": reverse("work_sync"),
        "photo": reverse("work_sync_photo"),
        "jobs": reverse("work_jobs"),
    }


@require_safe
@cache_control(no_cache=True)
def shell(request: HttpRequest) -> HttpResponse:
    """Show the work page without anybody's data: what the phone opens when there is no signal."""
    return render(request, "work/shell.html", {"phone": addresses(), "words": words()})


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Send the service worker, which is another one whenever a file it keeps has changed."""
    told = {
        "version": version(),
        "assets": [static(name) for name in ASSETS],
        "shell": reverse("work_shell"),
        "logout": reverse("account_logout"),
    }
    text = f"const HUIYIN = {json.dumps(told)};\n{source(WORKER).decode()}"
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = "/"
    return response


@lru_cache(maxsize=1)
def version() -> str:
    """Return a name for the present contents of all files that the phone keeps."""
    return version_of(SHELL, (WORKER, *ASSETS))


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """Describe the app for the phone's home screen."""
    icons = [
        {"src": static(name), "sizes": sizes, "type": kind, "purpose": purpose}
        for name, sizes, kind, purpose in ICONS
    ]
    told = {
        "id": reverse("work"),
        "name": _("回音"),
        "short_name": _("回音"),
        "description": _("我的工作:接单、上门、签字,没有信号也能用"),
        "lang": request.LANGUAGE_CODE,
        "start_url": reverse("work"),
        "scope": "/",
        "display": "standalone",
        "orientation": "portrait",
        "theme_color": THEME,
        "background_color": THEME,
        "icons": icons,
    }
    return JsonResponse(told, content_type="application/manifest+json")
