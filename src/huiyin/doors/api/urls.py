"""``/api/v1``: the operations behind their gate, the description of the API, and nothing else."""

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, re_path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.renderers import JSONRenderer

from huiyin import __version__
from huiyin.doors.api import (
    billing,
    emergencies,
    estate,
    exchange,
    hooks,
    matters,
    meters,
    photos,
    problems,
    procedures,
    reports,
)
from huiyin.doors.api.gate import gate
from huiyin.doors.api.openapi import describe

app_name = "api"


class Utf8(JSONRenderer):
    """JSON as people can read it."""

    json_dumps_params = {"ensure_ascii": False}


class Api(NinjaAPI):
    """The API, whose operations are called what their functions are called."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of an operation in the OpenAPI document."""
        return operation.view_func.__name__


api = Api(
    title="Huiyin",
    version=__version__,
    description="The service centre of a residential community: every voice gets an echo.",
    openapi_url="",
    docs_url=None,
    renderer=Utf8(),
    urls_namespace=app_name,
)
problems.install(api)
api.add_decorator(gate, mode="view")
for room in (matters, photos, procedures, emergencies, estate, exchange, reports, meters, billing):
    api.add_router("", room.router)


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """Answer for an address that names nothing, in the manner of the API."""
    return problems.answer(404, _("没有这个地址。"))


def openapi(request: HttpRequest) -> HttpResponse:
    """Describe the API as OpenAPI 3.1; it tells no secret, so anybody may read it."""
    if request.method not in ("GET", "HEAD"):
        return not_allowed(["GET", "HEAD"])
    return HttpResponse(_description(), content_type="application/json; charset=utf-8")


@cache
def _description() -> bytes:
    return json.dumps(description(), ensure_ascii=False).encode()


def description() -> dict[str, Any]:
    """Return the OpenAPI document."""
    return describe(api.get_openapi_schema(path_prefix="/api/v1/"))


def not_allowed(methods: list[str]) -> HttpResponse:
    """Answer for a method that the address does not take (405)."""
    allowed = ", ".join(sorted(methods))
    return problems.answer(405, _("这个地址只接受:%s") % allowed, headers={"Allow": allowed})


def in_manner(pattern: URLPattern) -> URLPattern:
    """Make the framework's own plain 405 a problem too."""
    view = pattern.callback

    def answered(request: HttpRequest, **given: Any) -> HttpResponse:
        response: HttpResponse = view(request, **given)
        if isinstance(response, HttpResponseNotAllowed):
            return not_allowed(response.headers["Allow"].split(", "))
        return response

    answered.csrf_exempt = True  # type: ignore[attr-defined]  # a bearer token is no cookie
    pattern.callback = answered
    return pattern


operations = [
    pattern
    for pattern in api.urls[0]
    if isinstance(pattern, URLPattern) and pattern.name != "api-root"
]
# What providers tell in their own manner: outside the gate and the description.
told_by_providers = [
    path("hooks/sms/http/", hooks.sms_http, name="hook_sms_http"),
    path("hooks/sms/http/<slug:code>/", hooks.sms_http, name="hook_sms_http_of"),
    path("hooks/sms/alibaba/<str:token>/", hooks.sms_alibaba, name="hook_sms_alibaba"),
    path("hooks/sms/tencent/<str:token>/", hooks.sms_tencent, name="hook_sms_tencent"),
    path("hooks/wechat/", hooks.wechat, name="hook_wechat"),
    path("hooks/wechat/<slug:code>/", hooks.wechat, name="hook_wechat_of"),
]
urlpatterns = [
    path("openapi.json", openapi, name="openapi"),
    *told_by_providers,
    *(in_manner(pattern) for pattern in operations),
    re_path(r"^.*$", unknown, name="unknown"),
]
