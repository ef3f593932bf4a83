"""What makes the portal an app of the phone: manifest, service worker, a page for no signal.

None of the three says anything about anybody: they are kept by the phone, whoever holds it.
"""

import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from huiyin.doors.parts.workers import source, version_of

THEME = "#084d49"
GROUND = "#f3f6f4"
WORKER = "huiyin/portal-sw.js"
OFFLINE = Path(__file__).parent / "templates" / "app" / "offline.html"
# What every page loads; a photo or a page of somebody is never among it.
ASSETS = (
    "huiyin/portal.css",
    "huiyin/portal.js",
    "huiyin/portal-matters.css",
    "huiyin/portal-matters.js",
    "huiyin/portal-icon.svg",
    "vendor/icons.svg",
)
ICONS = (
    ("huiyin/portal-icon.svg", "any", "image/svg+xml", "any"),
    ("huiyin/portal-192.png", "192x192", "image/png", "any"),
    ("huiyin/portal-512.png", "512x512", "image/png", "any"),
    ("huiyin/portal-maskable.png", "512x512", "image/png", "maskable"),
)


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """Describe the app for the phone's home screen; it lives beside the technicians' one."""
    home = reverse("my_home")
    told = {
        "id": home,
        "name": _("回音业主服务"),
        "short_name": _("物业回音"),
        "description": _("报事、看进展、收通知,一个页面办好"),
        "lang": request.LANGUAGE_CODE,
        "start_url": home,
        "scope": home,
        "display": "standalone",
        "orientation": "portrait",
        "theme_color": THEME,
        "background_color": GROUND,
        "icons": [
            {"src": static(name), "sizes": sizes, "type": kind, "purpose": purpose}
            for name, sizes, kind, purpose in ICONS
        ],
        "shortcuts": [
            {"name": _("报事"), "url": reverse("my_request")},
            {"name": _("我的事项"), "url": reverse("my_matters")},
        ],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Send the service worker, which is another one whenever a file it keeps has changed."""
    told = {
        "version": version(),
        "assets": [static(name) for name in ASSETS],
        "offline": f"{reverse('my_offline')}?language={request.LANGUAGE_CODE}",
    }
    text = f"const PORTAL = {json.dumps(told)};\n{source(WORKER).decode()}"
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """Show the page for no signal: the same for everybody, in the language that is asked for.

    It is fetched without cookies, so that what the phone keeps is nobody's.
    """
    language = request.GET.get("language", "")
    with override(language if language in dict(settings.LANGUAGES) else get_language()):
        return render(request, "app/offline.html")


@lru_cache(maxsize=1)
def version() -> str:
    """Return a name for the present contents of all files that the phone keeps."""
    return version_of(OFFLINE, (WORKER, *ASSETS))
