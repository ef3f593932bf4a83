"""``/hooks``: what providers of messages tell us, each in its own manner (NOT-01, NOT-04).

Delivery reports of our own kind of gateway are signed (Standard Webhooks); Alibaba and Tencent sign
nothing, so a secret stands in the address they are given. WeChat signs with the token of the
account, and tells who follows it with a ticket of ours, or no longer. Reports may come twice, late,
or about messages nobody knows: all that is answered as received. Bodies are never logged.
"""

import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from hashlib import sha1, sha256
from typing import Any
from xml.parsers import expat

import structlog
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from standardwebhooks.webhooks import Webhook

from huiyin.doors.api.problems import Problem, answer
from huiyin.doors.parts.addresses import address_of
from huiyin.kernel import clock
from huiyin.kernel.caller import SYSTEM
from huiyin.notices import actions
from huiyin.notices.channels import binding, registry, wire
from huiyin.notices.channels.accounts import WechatAccount

log = structlog.get_logger("huiyin.hooks")

BODY_MOST = 256 * 1024
REPORTS_MOST = 1000  # of one request
MINUTE = 60
STRANGERS_MOST = 60  # tries a minute from one address that carry no right signature
PROVIDERS_MOST = 6000  # messages a minute from one address that do
AGE_MOST = 600  # seconds: older messages of WeChat are somebody's recording
NOT_BELIEVED = frozenset({401, 404})
SIGNED_AGE_MOST = 300  # seconds, as Standard Webhooks has it
LONGEST_STAMP = 12
SCENE = "qrscene_"  # what WeChat puts before a ticket when the account was not followed before

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one message, as its provider tells it."""

    reference: str
    provider_id: str
    delivered: bool
    problem: str = ""


def hook(*methods: str) -> Callable[[View], View]:
    """Wrap a hook: its methods only, a body of a size, not too often."""

    def wrap(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def answered(request: HttpRequest, **place: str) -> HttpResponse:
            if request.method not in methods:
                return answer(405, _("不支持这个方法。"), headers={"Allow": ", ".join(methods)})
            try:
                _check_length(request)
                _not_too_often(request, "stranger", STRANGERS_MOST, count=False)
                response = view(request, **place)
                _not_too_often(request, "provider", PROVIDERS_MOST, count=True)
            except Problem as problem:
                if problem.status in NOT_BELIEVED:
                    _count(request, "stranger")
                return answer(problem.status, problem.detail, headers=problem.headers)
            except UnreadablePostError:
                return answer(400, _("请求没有传完,请再试一次。"))
            except Exception as error:
                log.error("fault", hook=view.__name__, exc_info=error)
                told = answer(500, _("系统出错,已经记录。请稍后再试。"))
                # or Django writes down the address, with its secret
                told._has_been_logged = True  # type: ignore[attr-defined]
                return told
            return response

        return answered

    return wrap


@hook("POST")
def sms_http(request: HttpRequest, code: str = "") -> HttpResponse:
    """Take one delivery report of a gateway of our own kind, signed with the account's secret."""
    accounts = registry.accounts_of(code)
    secret = accounts.sms.report_secret if accounts.sms and accounts.sms.provider == "http" else ""
    if not secret:
        raise Problem(404, _("没有这个地址。"))
    _check_signature(request, secret)
    told = _json(request)
    if not isinstance(told, dict) or told.get("state") not in {"delivered", "undelivered"}:
        raise Problem(422, _("看不懂这份回执。"))
    _take(
        "http",
        Report(
            reference=_text(told, "reference"),
            provider_id=_text(told, "id"),
            delivered=told["state"] == "delivered",
            problem=wire.harmless(told.get("problem")),
        ),
    )
    return JsonResponse({"ok": True})


@hook("POST")
def sms_alibaba(request: HttpRequest, token: str) -> HttpResponse:
    """Take delivery reports of Alibaba Cloud, a list of them, at an address with a secret."""
    _admit("alibaba", token)
    for one in _list(request):
        report = Report(
            reference=_text(one, "out_id"),
            provider_id=_text(one, "biz_id"),
            delivered=one.get("success") is True or one.get("success") == "true",
            problem=wire.harmless(one.get("err_code")),
        )
        _take("alibaba", report)
    return JsonResponse({"code": 0, "msg": "OK"})


@hook("POST")
def sms_tencent(request: HttpRequest, token: str) -> HttpResponse:
    """Take delivery reports of Tencent Cloud, a list of them, at an address with a secret."""
    _admit("tencent", token)
    for one in _list(request):
        report = Report(
            reference="",
            provider_id=_text(one, "sid"),
            delivered=one.get("report_status") == "SUCCESS",
            problem=wire.harmless(one.get("errmsg")),
        )
        _take("tencent", report)
    return JsonResponse({"result": 0, "errmsg": "OK"})


@hook("GET", "POST")
def wechat(request: HttpRequest, code: str = "") -> HttpResponse:
    """Answer WeChat's check of the address, and take what it tells: arrived, or somebody bound."""
    account = registry.accounts_of(code).wechat
    if account is None or not account.token:
        raise Problem(404, _("没有这个地址。"))
    _check_wechat(request, account)
    if request.method == "GET":
        return HttpResponse(request.GET.get("echostr", "")[:200], content_type="text/plain")
    _not_another_body(request)
    told = read_xml(request.body)
    if told.get("MsgType") != "event":
        return HttpResponse("success", content_type="text/plain")
    return _event(told)


def _not_another_body(request: HttpRequest) -> None:
    """Raise Problem when a signature comes again with something else under it.

    WeChat signs no body, and its signatures stand in addresses, which proxies write down.
    """
    key = f"hooks:wechat:{sha256(request.GET.get('signature', '').encode()).hexdigest()}"
    body = sha256(request.body).hexdigest()
    if not cache.add(key, body, timeout=2 * AGE_MOST) and cache.get(key) != body:
        raise Problem(401, _("签名无效。"))


def _event(told: dict[str, str]) -> HttpResponse:
    event, key = told.get("Event", ""), told.get("EventKey", "")
    if event == "TEMPLATESENDJOBFINISH":
        status = told.get("Status", "")
        arrived = status == "success"
        problem = "" if arrived else wire.harmless(status)
        _take("wechat", Report("", told.get("MsgID", ""), delivered=arrived, problem=problem))
    elif event == "subscribe" and key.startswith(SCENE):
        return _bind(told, key.removeprefix(SCENE))
    elif event == "SCAN":
        return _bind(told, key)
    elif event == "unsubscribe" and told.get("FromUserName"):
        actions.forget_address(
            by=SYSTEM, at=clock.now(), channel="wechat", value=told["FromUserName"]
        )
    return HttpResponse("success", content_type="text/plain")


def _bind(told: dict[str, str], ticket: str) -> HttpResponse:
    """Tie the openid to the people of the ticket, and say so in the chat."""
    openid, at = told.get("FromUserName", ""), clock.now()
    try:
        people = binding.people_of(ticket, at=at)
    except binding.BadTicket:
        return _say(told, _("这个二维码已失效,请在“我的”里重新打开一个。"))
    actions.set_address(
        by=SYSTEM, at=at, person_ids=people, channel="wechat", value=openid, verified_at=at
    )
    return _say(told, _("绑定成功,以后的服务消息会发到这里。"))


def _say(told: dict[str, str], text: str) -> HttpResponse:
    """Answer in the chat; what WeChat told is put back as it came, in CDATA."""
    fields = {
        "ToUserName": told.get("FromUserName", ""),
        "FromUserName": told.get("ToUserName", ""),
        "CreateTime": str(int(clock.now().timestamp())),
        "MsgType": "text",
        "Content": text,
    }
    inside = "".join(
        f"<{name}><![CDATA[{value.replace('>', '')}]]></{name}>" for name, value in fields.items()
    )
    return HttpResponse(f"<xml>{inside}</xml>", content_type="application/xml; charset=utf-8")


def _check_signature(request: HttpRequest, secret: str) -> None:
    """Check a signature of Standard Webhooks against our own clock."""
    stamp = request.headers.get("webhook-timestamp", "")
    sent_at = _moment(stamp)
    if sent_at is None or abs((clock.now() - sent_at).total_seconds()) > SIGNED_AGE_MOST:
        raise Problem(401, _("消息的时间不对。"))
    try:
        number, body = request.headers.get("webhook-id", ""), request.body.decode()
        wanted = Webhook(secret).sign(number, sent_at, body).encode()
    except UnicodeDecodeError:
        raise Problem(401, _("签名无效。")) from None
    given = request.headers.get("webhook-signature", "").encode(errors="replace").split()[:8]
    if not any([hmac.compare_digest(wanted, one) for one in given]):  # noqa: C419 - constant time
        raise Problem(401, _("签名无效。"))


def _moment(stamp: str) -> datetime | None:
    """Read seconds since 1970 as a provider writes them, None when they are no such thing."""
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) < LONGEST_STAMP):
        return None
    return datetime.fromtimestamp(int(stamp), UTC)


def _check_wechat(request: HttpRequest, account: WechatAccount) -> None:
    """Check the signature of a request and that it was made just now."""
    stamp, nonce = request.GET.get("timestamp", ""), request.GET.get("nonce", "")
    wanted = wechat_signature(account.token, stamp, nonce)
    given = request.GET.get("signature", "")
    if not hmac.compare_digest(wanted.encode(), given.encode()):
        raise Problem(401, _("签名无效。"))
    sent_at = _moment(stamp)
    if sent_at is None or abs((clock.now() - sent_at).total_seconds()) > AGE_MOST:
        raise Problem(401, _("消息的时间不对。"))


def wechat_signature(token: str, stamp: str, nonce: str) -> str:
    """Return the signature WeChat gives a request: SHA-1 over the sorted three, as it demands."""
    return sha1("".join(sorted((token, stamp, nonce))).encode(), usedforsecurity=False).hexdigest()


def read_xml(body: bytes) -> dict[str, str]:
    """Return the fields of a flat XML message; anything with a document type is refused unread."""
    fields: dict[str, str] = {}
    open_names: list[str] = []

    def refuse(*_given: object) -> None:
        raise Problem(400, _("看不懂这个请求。"))

    def begin(name: str, _attributes: object) -> None:
        open_names.append(name)

    def end(_name: str) -> None:
        open_names.pop()

    def characters(text: str) -> None:
        if len(open_names) == 2:  # noqa: PLR2004 - <xml><field>
            fields[open_names[-1]] = fields.get(open_names[-1], "") + text

    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        raise Problem(400, _("看不懂这个请求。")) from None
    return fields


# -- what the hooks share


def _take(provider: str, report: Report) -> None:
    """Write down what became of a message; one nobody knows is left alone."""
    if not report.reference and not report.provider_id:
        return
    actions.report_delivery(
        provider=provider,
        reference=report.reference,
        provider_id=report.provider_id,
        delivered=report.delivered,
        problem="" if report.delivered else report.problem,
        at=clock.now(),
    )


def _admit(provider: str, token: str) -> None:
    """Let in who knows the secret of an account; all others find no such address."""
    secrets = [one.report_secret for one in registry.sms_accounts(provider) if one.report_secret]
    if not any([hmac.compare_digest(one.encode(), token.encode()) for one in secrets]):  # noqa: C419 - all
        raise Problem(404, _("没有这个地址。"))


def _check_length(request: HttpRequest) -> None:
    length = request.META.get("CONTENT_LENGTH") or ""
    if request.method == "POST" and not length.isdecimal():
        raise Problem(411, _("请注明 Content-Length,不支持分块传输。"))
    if length.isdecimal() and (len(length) > LONGEST_STAMP or int(length) > BODY_MOST):
        raise Problem(413, _("请求内容太大,最多 %d KB。") % (BODY_MOST // 1024))


def _json(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        raise Problem(400, _("请求内容不是有效的 JSON(UTF-8)。")) from None


def _list(request: HttpRequest) -> Iterator[dict[str, Any]]:
    told = _json(request)
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise Problem(422, _("看不懂这份回执。"))
    yield from told[:REPORTS_MOST]


def _text(told: dict[str, Any], name: str) -> str:
    """Return a field as a short text without the signs that no database keeps."""
    value = told.get(name)
    text = value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    return text[:100].replace("\0", "").encode(errors="ignore").decode()


def _not_too_often(request: HttpRequest, who: str, most: int, *, count: bool) -> None:
    times = _count(request, who) if count else cache.get(_key(request, who), 0)
    if times > most:
        raise Problem(429, _("太频繁,请稍后再试。"), Retry_After=str(MINUTE))


def _count(request: HttpRequest, who: str) -> int:
    """Count one request of an address in this minute and return how many that were."""
    key = _key(request, who)
    cache.add(key, 0, timeout=2 * MINUTE)
    try:
        return cache.incr(key)
    except ValueError:  # it ran out just now
        return 1


def _key(request: HttpRequest, who: str) -> str:
    return f"hooks:{who}:{address_of(request)}:{int(clock.now().timestamp()) // MINUTE}"
