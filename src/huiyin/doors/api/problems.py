"""Every error as ``application/problem+json`` (RFC 9457), in the words of the person who asked."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from huiyin.kernel.errors import Refused

log = structlog.get_logger("huiyin.api")

MEDIA_TYPE = "application/problem+json"
NOT_FOUND, UNPROCESSABLE = 404, 422
Errors = Mapping[str, list[str]]


class Problem(Exception):
    """A refusal by the door itself, before any room is asked."""

    def __init__(self, status: int, detail: str, *, field: str = "", **headers: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.field = field
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def answer(
    status: int, detail: str, errors: Errors | None = None, headers: Mapping[str, str] | None = None
) -> HttpResponse:
    """Write a problem; its type is a stable name made from the status."""
    phrase = HTTPStatus(status).phrase
    body: dict[str, Any] = {
        "type": f"urn:huiyin:problem:{phrase.lower().replace(' ', '-')}",
        "title": title_of(status),
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return HttpResponse(
        json.dumps(body, ensure_ascii=False),
        status=status,
        content_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def title_of(status: int) -> str:
    """Name a status for people."""
    titles = {
        400: _("看不懂这个请求"),
        401: _("需要登录"),
        403: _("不允许"),
        404: _("找不到"),
        405: _("这个地址不支持该方法"),
        409: _("目前的状态不允许"),
        411: _("没有注明长度"),
        413: _("内容太大"),
        415: _("内容类型不支持"),
        422: _("填写有误"),
        429: _("太频繁"),
        500: _("系统出错"),
    }
    return titles.get(status) or HTTPStatus(status).phrase


def install(api: NinjaAPI) -> None:
    """Make every exception of a call answer as a problem."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Refused: _refused,
        Problem: _problem,
        ValidationError: _invalid,
        HttpError: _http_error,
        RequestDataTooBig: _too_big,
        UnreadablePostError: _broken_off,
        Exception: _fault,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Answer a room's refusal; what a body names and does not exist is bad input, not an address.

    A community stays 404: a stranger cannot tell whether there is one.
    """
    errors = {refusal.field: [str(refusal)]} if refusal.field else None
    status = refusal.status
    if (
        status == NOT_FOUND
        and request.method == "POST"
        and refusal.field not in (None, "community")
    ):
        status = UNPROCESSABLE
    return answer(status, str(refusal), errors)


def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    errors = {problem.field: [problem.detail]} if problem.field else None
    return answer(problem.status, problem.detail, errors, problem.headers)


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer what the framework itself refuses: a body that is no JSON."""
    return answer(error.status_code, _("请求内容不是有效的 JSON(UTF-8)。"))


def _too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return answer(413, _("请求内容太大。"))


def _broken_off(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    return answer(400, _("请求没有传完,请再试一次。"))


def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer a fault of ours: the log gets the traceback, the caller one calm sentence."""
    log.error("fault", method=request.method, path=request.path, exc_info=error)
    return answer(500, _("系统出错,已经记录。请稍后再试。"))


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer what the types refuse; an address that names nothing possible is simply not there."""
    problems: list[dict[str, Any]] = error.errors
    if any(one["loc"][0] == "path" for one in problems):
        return answer(404, _("没有这个地址。"))
    errors = _by_field(problems)
    first = next(iter(errors))
    return answer(422, _("“%(field)s”:%(problem)s") % _first(first, errors), errors)


def _first(field: str, errors: Errors) -> dict[str, str]:
    return {"field": field, "problem": errors[field][0]}


def _by_field(problems: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    errors: defaultdict[str, list[str]] = defaultdict(list)
    for one in problems:
        place, *path = one["loc"]
        names = [str(part) for part in path if part != "payload"]
        errors[".".join(names) or place].append(_sentence(one))
    return dict(errors)


def _sentence(problem: dict[str, Any]) -> str:
    """Say in one sentence what is wrong with a field."""
    told = problem.get("ctx", {})
    sentences = {
        "missing": _("缺少这一项。"),
        "extra_forbidden": _("没有这一项。"),
        "string_type": _("应该是文字。"),
        "string_unicode": _("含有无效的字符。"),
        "string_too_long": _("最多 %(max_length)s 个字。"),
        "string_too_short": _("不能空着。"),
        "string_pattern_mismatch": _("格式不对,或含有不允许的字符。"),
        "int_parsing": _("应该是整数。"),
        "int_type": _("应该是整数。"),
        "bool_parsing": _("应该是 true 或 false。"),
        "bool_type": _("应该是 true 或 false。"),
        "greater_than_equal": _("不能小于 %(ge)s。"),
        "less_than_equal": _("不能大于 %(le)s。"),
        "datetime_from_date_parsing": _("应该是带时区的时间,例如 2026-03-16T09:00:00+08:00。"),
        "datetime_parsing": _("应该是带时区的时间,例如 2026-03-16T09:00:00+08:00。"),
        "timezone_aware": _("时间要带时区,例如 2026-03-16T09:00:00+08:00。"),
        "date_from_datetime_parsing": _("应该是日期,例如 2026-03-16。"),
        "date_parsing": _("应该是日期,例如 2026-03-16。"),
        "too_long": _("最多 %(max_length)s 个。"),
        "model_type": _("应该是一个 JSON 对象。"),
        "model_attributes_type": _("应该是一个 JSON 对象。"),
        "value_error": str(told.get("error", "")),
    }
    sentence = sentences.get(problem["type"])
    return sentence % told if sentence else str(problem["msg"])
