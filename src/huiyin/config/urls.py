"""Every address: the doors first, then what machines ask."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from huiyin.config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
]


def _is_built(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


if _is_built("huiyin.doors.api.urls"):
    urlpatterns.append(path("api/v1/", include("huiyin.doors.api.urls")))
if _is_built("huiyin.doors.console.urls"):
    urlpatterns.append(path("", include("huiyin.doors.console.urls")))
