"""Where the phone's queue comes in, and where it reads the day's jobs: JSON, for our own page only.

Errors are JSON with one sentence. Who is not logged in gets 401, so that the queue waits; a request
that does not come from our page gets 403 with ``code`` csrf, so that it reads a fresh token.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from functools import wraps
from typing import Any, Final

from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from huiyin.doors.parts.middleware import StaffRequest
from huiyin.estate import queries as estate
from huiyin.fieldwork import actions
from huiyin.fieldwork import queries as fieldwork
from huiyin.fieldwork.actions import ActResult
from huiyin.fieldwork.rows import ChecklistRow, JobRow, LineRow, PriceRow
from huiyin.fieldwork.rules import HOME_KINDS
from huiyin.files.actions import store_photo
from huiyin.files.queries import find_photo
from huiyin.files.rules import MOST_BYTES
from huiyin.kernel.clock import BadMoment, parse
from huiyin.kernel.errors import BadInput, Refused
from huiyin.matters import titles

BODY_MOST: Final = 1024 * 1024
PHOTO_MOST: Final = MOST_BYTES + 64 * 1024  # the photo and the fields around it
PER_MINUTE: Final = 240  # a day's queue comes in bursts; more than this is no phone
MINUTE: Final = 60
# Fields of a photo that belong to the request or the act; the others are what was given.
_ENVELOPE: Final = frozenset({"device", "employee", "sent_at", "key", "act", "matter", "at"})

View = Callable[..., HttpResponse]


class Trouble(Exception):
    """A request that is answered with a status and a sentence before any act is looked at."""

    def __init__(self, status: int, told: str, code: str = "") -> None:
        super().__init__(told)
        self.status, self.told, self.code = status, told, code


class _Csrf(CsrfViewMiddleware):
    """The check of our forms, answered in JSON."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return _say(403, _("页面已经过期,请重新打开。"), "csrf")


def phone_door(view: View) -> View:
    """Admit a logged-in employee's page, and answer whatever goes wrong as JSON."""

    @csrf_exempt  # checked here, since the middleware answers with a page
    @wraps(view)
    def admitted(request: StaffRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return _say(401, _("登录已过期,请重新登录;没传完的内容还在手机里。"), "login")
        try:
            _admit_rate(request)
            response = _foreign(request) or view(request)
        except Trouble as trouble:
            response = _say(trouble.status, trouble.told, trouble.code)
        except Refused as refusal:
            response = _say(refusal.status, str(refusal), refusal.field or "")
        response["Cache-Control"] = "private, no-cache"
        return response

    return admitted


def _foreign(request: HttpRequest) -> HttpResponse | None:
    """Refuse a request that does not come from a page of ours."""
    check = _Csrf(_nothing)
    check.process_request(request)
    return check.process_view(request, _nothing, (), {})


def _nothing(_request: HttpRequest) -> HttpResponse:
    """Stand for the view in the check, which asks it only whether it is exempt."""
    return HttpResponse()


def _admit_rate(request: StaffRequest) -> None:
    minute = int(request.moment.timestamp()) // MINUTE
    key = f"sync:{request.user.pk}:{minute}"
    cache.add(key, 0, 2 * MINUTE)
    if cache.incr(key) > PER_MINUTE:
        raise Trouble(429, _("上传太频繁,请稍等一分钟。"), "rate")


def _say(status: int, told: str, code: str = "") -> HttpResponse:
    return JsonResponse({"told": told, "code": code}, status=status)


@phone_door
@require_POST
def sync(request: StaffRequest) -> HttpResponse:
    """Take a batch of acts and say what became of each."""
    body = _json(request)
    _check_person(request, body.get("employee"))
    acts = body.get("acts")
    if not isinstance(acts, list):
        raise Trouble(422, _("没有要上传的记录。"), "acts")
    sent_at = _moment(body.get("sent_at"))
    results = actions.take_acts(
        by=request.caller,
        now=request.moment,
        device=_text(body.get("device")),
        sent_at=sent_at,
        acts=acts,
    )
    return _results(request, sent_at, results)


@phone_door
@require_POST
def photo(request: StaffRequest) -> HttpResponse:
    """Take one act that has a picture: a photo, a signature, a mark."""
    _check_length(request, PHOTO_MOST)
    try:
        fields, file = request.POST, request.FILES.get("file")
    except MultiPartParserError as error:
        raise Trouble(400, _("照片没有传完整,请重传。"), "file") from error
    if file is None:
        raise Trouble(422, _("没有收到照片,请重新上传。"), "file")
    _check_person(request, fields.get("employee"))
    sent_at = _moment(fields.get("sent_at"))
    act = {
        "key": fields.get("key", ""),
        "act": fields.get("act") or ("sign" if "amount" in fields else "photo"),
        "matter": fields.get("matter"),
        "at": fields.get("at"),
        "given": {name: value for name, value in fields.items() if name not in _ENVELOPE},
    }
    is_wanted = actions.wants_photo(by=request.caller, now=request.moment, act=act)
    data = file.read(MOST_BYTES + 1)
    if is_wanted:
        file_id = store_photo(by=request.caller, at=request.moment, name=file.name or "", data=data)
    else:
        file_id = find_photo(data) or 0
    results = actions.take_acts(
        by=request.caller,
        now=request.moment,
        device=fields.get("device", ""),
        sent_at=sent_at,
        acts=[act],
        file_id=file_id,
    )
    return _results(request, sent_at, results)


@phone_door
@require_safe
def jobs(request: StaffRequest) -> HttpResponse:
    """Send the day's jobs, whole; 304 when the phone has them already."""
    day = fieldwork.jobs(caller=request.caller, at=request.moment)
    places = {one.code: one for one in estate.communities(caller=request.caller)}
    actions.record_reads(
        by=request.caller,
        at=request.moment,
        zone=next((one.zone for one in places.values()), ""),
        community_ids={code: one.id for code, one in places.items()},
        jobs=day.jobs,
    )
    token = get_token(request)
    body = {
        "me": {"code": request.user.get_username().upper(), "name": request.caller.name},
        "jobs": [_job(one) for one in day.jobs],
        "prices": [_price(one, code) for code, rows in day.prices.items() for one in rows],
        "causes": [[code, str(title)] for code, title in titles.CAUSES.items()],
    }
    secret = request.META.get("CSRF_COOKIE", "")
    text = json.dumps([secret, body], cls=DjangoJSONEncoder, sort_keys=True)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponse = HttpResponse(status=304)
    else:
        response = JsonResponse({"now": request.moment, "csrf": token, **body})
    response["ETag"] = tag
    return response


def _results(
    request: StaffRequest, sent_at: datetime, results: tuple[ActResult, ...]
) -> HttpResponse:
    skew = request.moment - sent_at
    return JsonResponse(
        {
            "now": request.moment,
            "skew_seconds": round(skew.total_seconds()),
            "results": [asdict(one) for one in results],
        }
    )


# -- reading


def _check_length(request: HttpRequest, most: int) -> None:
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length.isdigit():
        raise Trouble(411, _("请求没有注明长度。"), "length")
    if int(length[:12]) > most:
        raise Trouble(413, _("内容太大,最多 %(n)d KB。") % {"n": most // 1024}, "length")


def _json(request: HttpRequest) -> dict[str, Any]:
    _check_length(request, BODY_MOST)
    if request.content_type != "application/json":
        raise Trouble(415, _("请用 JSON 格式上传。"), "type")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Trouble(400, _("上传的内容读不懂,请更新页面后再试。"), "body") from error
    if not isinstance(body, dict):
        raise Trouble(400, _("上传的内容读不懂,请更新页面后再试。"), "body")
    return body


def _check_person(request: StaffRequest, named: object) -> None:
    """Refuse the acts of a colleague who used the same phone: they wait for their own log-in."""
    mine = request.user.get_username().upper()
    if named and str(named).upper() != mine:
        raise Trouble(409, _("这些记录是另一位同事的,请他本人登录后上传。"), "employee")


def _moment(text: object) -> datetime:
    try:
        return parse(str(text))
    except BadMoment as error:
        raise BadInput(_("上传时间无效,请更新页面后再试。"), field="sent_at") from error


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


# -- writing


def _job(one: JobRow) -> dict[str, Any]:
    """Return a job as the phone keeps it."""
    return {
        "number": one.number,
        "community": one.community,
        "kind": one.kind,
        "kind_title": one.kind_title,
        "state": one.state,
        "state_title": one.state_title,
        "text": one.text,
        "house": one.house,
        "building": one.building,
        "floor": one.floor,
        "place": one.place,
        "important": one.important,
        "received_at": one.received_at,
        "due_at": one.due_at,
        "anonymous": one.anonymous,
        "home": one.kind in HOME_KINDS,
        "public": one.kind == "repair.public",
        "caller": {"name": one.caller_name, "phone": one.caller_phone}
        if one.caller_name or one.caller_phone
        else None,
        "next": one.next,
        "times": one.times,
        "result": one.result,
        "sheet": {
            "cause": one.cause,
            "consent": {
                "name": one.consent_name,
                "amount": _plain(one.consent_amount),
                "at": one.consent_at,
            }
            if one.consent_at
            else None,
            "lines": [_line(line) for line in one.lines],
            "total": str(one.total),
            "signed": {
                "name": one.signed_name,
                "amount": _plain(one.signed_amount),
                "at": one.signed_at,
            }
            if one.is_signed
            else None,
            "slip": one.slip,
        },
        "checklist": _checklist(one.checklist) if one.checklist else None,
        "photos": [
            {
                "file": file_id,
                "stage": stage,
                "item": _item_of(one.checklist, file_id),
                "url": reverse("matter_photo", args=[one.number, file_id]),
            }
            for file_id, stage in one.photos
        ],
    }


def _item_of(checklist: ChecklistRow | None, file_id: int) -> str:
    """Return the item of the checklist whose mark shows the photo."""
    for key, mark in (checklist.marks if checklist else {}).items():
        if isinstance(mark.value, dict) and file_id in mark.value.get("files", ()):
            return key
    return ""


def _line(one: LineRow) -> dict[str, Any]:
    return {
        "key": one.key,
        "kind": one.kind,
        "code": one.code,
        "text": one.text,
        "unit": one.unit,
        "quantity": str(one.quantity),
        "price": str(one.price),
        "amount": str(one.amount),
    }


def _checklist(one: ChecklistRow) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.title,
        "run": one.run_id,
        "open": one.is_open,
        "items": [
            {**asdict(item), "mark": asdict(one.marks[item.key]) if item.key in one.marks else None}
            for item in one.items
        ],
    }


def _price(one: PriceRow, community: str) -> dict[str, Any]:
    return {
        "community": community,
        "code": one.code,
        "name": one.name,
        "kind": one.kind,
        "unit": one.unit,
        "price": str(one.price),
    }


def _plain(amount: object) -> str | None:
    return None if amount is None else str(amount)
