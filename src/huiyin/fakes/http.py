"""The HTTP side: gateways of short messages, WeChat, WeCom, and the page that shows it all."""

import json
import secrets
import time
from collections.abc import Callable
from email.message import Message
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from huiyin.fakes import page
from huiyin.fakes.box import Box, Fate, Letter, Sent
from huiyin.fakes.keys import Keys
from huiyin.fakes.reporter import Reporter

HOST = "127.0.0.1"
OUR_NAMES = frozenset({"127.0.0.1", "localhost"})
BODY_MOST = 1024 * 1024
STATIC = {"/fakes.css": "text/css", "/fakes.js": "text/javascript", "/icon.svg": "image/svg+xml"}
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"  # noqa: E501

Fields = dict[str, Any]


class Silent(Exception):
    """The provider took the message and never answers."""


class Server(ThreadingHTTPServer):
    """The server with what its requests share."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, box: Box, keys: Keys, reporter: Reporter) -> None:
        super().__init__((HOST, port), Handler)
        self.box = box
        self.keys = keys
        self.reporter = reporter
        self.tokens = {secrets.token_urlsafe(12)}

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return int(self.server_address[1])


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer("GET")

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer("POST")

    def log_message(self, *_given: object) -> None:
        """Log nothing: what is sent here is shown on the page, and nowhere else."""

    # -- finding out what is asked

    def _answer(self, method: str) -> None:
        parts = urlsplit(self.path)
        self.asked: dict[str, str] = dict(parse_qsl(parts.query, keep_blank_values=True))
        if self.headers.get("Host", "").partition(":")[0] not in OUR_NAMES:
            return self._send(HTTPStatus.FORBIDDEN, "text/plain", b"127.0.0.1 only")
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_MOST:
            return self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "text/plain", b"")
        self.body = self.rfile.read(length)
        try:
            self._route(method, parts.path)()
        except Silent:
            time.sleep(self.server.box.silence)
            self.close_connection = True
        return None

    def _route(self, method: str, path: str) -> Callable[[], None]:
        if method == "POST" and path == "/":
            action = self.headers.get("X-TC-Action") or self.headers.get("x-acs-action")
            if action == "SendSms":
                return self._tencent if self.headers.get("X-TC-Action") else self._alibaba
        if method == "GET" and path.startswith("/sms/messages/"):
            return partial(self._ask_gateway, path.removeprefix("/sms/messages/"))
        if method == "GET" and path in STATIC:
            return partial(self._static, path)
        found: dict[tuple[str, str], Callable[[], None]] = {
            ("GET", "/"): self._page,
            ("GET", "/list"): self._list,
            ("POST", "/plan"): self._plan,
            ("POST", "/remember"): self._remember,
            ("POST", "/clear"): self._clear,
            ("POST", "/scan"): self._scan,
            ("POST", "/unfollow"): self._unfollow,
            ("POST", "/sms/messages"): self._gateway,
            ("POST", "/cgi-bin/stable_token"): self._wechat_token,
            ("POST", "/cgi-bin/message/template/send"): self._wechat,
            ("POST", "/cgi-bin/qrcode/create"): self._wechat_code,
            ("GET", "/cgi-bin/gettoken"): self._wecom_token,
            ("POST", "/cgi-bin/message/send"): self._wecom,
            ("POST", "/cgi-bin/externalcontact/message/send"): self._wecom,
        }
        return found.get((method, path), self._not_there)

    # -- gateways of short messages

    def _gateway(self) -> None:
        if self.headers.get("Authorization") != f"Bearer {self.server.keys.sms_token}":
            return self._json({"problem": "wrong token"}, HTTPStatus.UNAUTHORIZED)
        told = self._words()
        sent = self._take(
            channel="sms",
            provider="http",
            to=str(told.get("to", "")),
            text=str(told.get("text", "")),
            reference=self.headers.get("Idempotency-Key", ""),
            template=str(told.get("template", "")),
        )
        if sent.fate is Fate.REFUSED:
            return self._json({"problem": "空号"}, HTTPStatus.UNPROCESSABLE_ENTITY)
        if sent.fate is Fate.BUSY:
            return self._json({"problem": "忙"}, HTTPStatus.TOO_MANY_REQUESTS)
        return self._json({"id": sent.provider_id, "state": "accepted"}, HTTPStatus.ACCEPTED)

    def _ask_gateway(self, reference: str) -> None:
        if not self.server.box.remembers:
            return self._not_there()  # such a gateway has no memory to ask
        sent = self.server.box.find("http", reference)
        if sent is None:
            return self._json({"reference": reference}, HTTPStatus.NOT_FOUND)
        state = sent.state if sent.state in ("delivered", "undelivered") else "accepted"
        return self._json({"reference": reference, "id": sent.provider_id, "state": state})

    def _alibaba(self) -> None:
        words = {**self.asked, **dict(parse_qsl(self.body.decode()))}
        sent = self._take(
            channel="sms",
            provider="alibaba",
            to=words.get("PhoneNumbers", ""),
            text=f"【{words.get('SignName', '')}】{words.get('TemplateParam', '')}",
            reference=words.get("OutId", ""),
            template=words.get("TemplateCode", ""),
        )
        code = {Fate.REFUSED: "isv.MOBILE_NUMBER_ILLEGAL", Fate.BUSY: "isv.BUSINESS_LIMIT_CONTROL"}
        told = {"Code": code.get(sent.fate, "OK"), "Message": "", "RequestId": secrets.token_hex(8)}
        self._json(told if sent.fate in code else {**told, "BizId": sent.provider_id})

    def _tencent(self) -> None:
        words = self._words()
        number = str((words.get("PhoneNumberSet") or [""])[0])
        blanks = " | ".join(str(one) for one in words.get("TemplateParamSet") or [])
        sent = self._take(
            channel="sms",
            provider="tencent",
            to=number.removeprefix("+86"),
            text=f"【{words.get('SignName', '')}】{blanks}",
            reference=str(words.get("SessionContext", "")),
            template=str(words.get("TemplateId", "")),
        )
        code = {
            Fate.REFUSED: "InvalidParameterValue.IncorrectPhoneNumber",
            Fate.BUSY: "LimitExceeded.PhoneNumberThirtySecondLimit",
        }
        status = {
            "SerialNo": "" if sent.fate in code else sent.provider_id,
            "PhoneNumber": number,
            "Fee": 1,
            "SessionContext": sent.letter.reference,
            "Code": code.get(sent.fate, "Ok"),
            "Message": "",
            "IsoCode": "CN",
        }
        self._json({"Response": {"SendStatusSet": [status], "RequestId": secrets.token_hex(8)}})

    # -- WeChat and WeCom

    def _wechat_token(self) -> None:
        words, keys = self._words(), self.server.keys
        self._token(
            words.get("appid") == keys.wechat_app and words.get("secret") == keys.wechat_secret
        )

    def _wecom_token(self) -> None:
        keys = self.server.keys
        self._token(
            self.asked.get("corpid") == keys.wecom_corp
            and self.asked.get("corpsecret") == keys.wecom_secret
        )

    def _token(self, known: bool) -> None:
        if not known:
            return self._json({"errcode": 40125, "errmsg": "invalid secret"})
        token = next(iter(self.server.tokens))
        return self._json({"errcode": 0, "access_token": token, "expires_in": 7200})

    def _has_token(self) -> bool:
        if self.asked.get("access_token") in self.server.tokens:
            return True
        self._json({"errcode": 40001, "errmsg": "invalid credential"})
        return False

    def _wechat(self) -> None:
        if not self._has_token():
            return None
        words = self._words()
        openid = str(words.get("touser", ""))
        if openid not in self.server.box.followers():
            return self._json({"errcode": 43004, "errmsg": "require subscribe"})
        values = [str(one.get("value", "")) for one in (words.get("data") or {}).values()]
        sent = self._take(
            channel="wechat",
            provider="wechat",
            to=openid,
            subject=values[0] if values else "",
            text="\n".join([*values[1:], str(words.get("url", ""))]).strip(),
            reference=str(words.get("client_msg_id", "")),
            template=str(words.get("template_id", "")),
        )
        code = {Fate.REFUSED: 40003, Fate.BUSY: 45009}.get(sent.fate, 0)
        return self._json({"errcode": code, "errmsg": "" if code else "ok", "msgid": sent.id})

    def _wechat_code(self) -> None:
        if not self._has_token():
            return None
        words = self._words()
        scene = ((words.get("action_info") or {}).get("scene") or {}).get("scene_str", "")
        url = f"http://{HOST}:{self.server.port}/?scene={scene}#scan"
        return self._json({"ticket": secrets.token_hex(8), "expire_seconds": 600, "url": url})

    def _wecom(self) -> None:
        if not self._has_token():
            return None
        words = self._words()
        to = words.get("touser") or (words.get("to_external_user") or [""])[0]
        sent = self._take(
            channel="wecom",
            provider="wecom",
            to=str(to),
            text=str((words.get("text") or {}).get("content", "")),
        )
        code = {Fate.REFUSED: 81013, Fate.BUSY: 45009}.get(sent.fate, 0)
        return self._json({"errcode": code, "errmsg": "" if code else "ok", "msgid": str(sent.id)})

    # -- the page and its buttons

    def _page(self) -> None:
        asked = self.asked
        text = page.whole(
            self.server.box,
            to=asked.get("to", ""),
            scene=asked.get("scene", ""),
            said=asked.get("said", ""),
        )
        self._send(HTTPStatus.OK, "text/html; charset=utf-8", text.encode())

    def _list(self) -> None:
        text = page.columns(self.server.box, self.asked.get("to", ""))
        self._send(HTTPStatus.OK, "text/html; charset=utf-8", text.encode())

    def _static(self, path: str) -> None:
        data = (Path(__file__).parent / "static" / path.lstrip("/")).read_bytes()
        self._send(HTTPStatus.OK, STATIC[path], data)

    def _plan(self) -> None:
        form = self._form()
        times = form.get("times", "")
        known = form.get("fate", "") in set(Fate) and form.get("channel", "") in page.CHANNELS
        if known and times.isdecimal():
            self.server.box.plan(form["channel"], Fate(form["fate"]), min(int(times[:4]), 999))
        self._back()

    def _remember(self) -> None:
        self.server.box.remembers = self._form().get("remembers") == "1"
        self._back()

    def _clear(self) -> None:
        self._form()
        self.server.box.clear()
        self._back()

    def _scan(self) -> None:
        form = self._form()
        scene = form.get("scene", "").strip().rpartition("scene=")[2].partition("#")[0]
        name = form.get("name", "").strip()[:20] or "王阿姨"
        said = self.server.reporter.scanned(scene[:64], name)
        self._back("answered" if said else "silent")

    def _unfollow(self) -> None:
        self.server.reporter.left(self._form().get("openid", ""))
        self._back()

    # -- what they share

    def _take(self, **words: str) -> Sent:
        """Put a message into the box, let it be reported, and fall silent if that is its fate."""
        sent = self.server.box.take(Letter(**words))
        self.server.reporter.soon(sent)
        if sent.fate is Fate.SILENT and sent.repeats == 0:
            raise Silent
        return sent

    def _words(self) -> Fields:
        try:
            told = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}

    def _form(self) -> dict[str, str]:
        """Return the fields of a form of our own page; another site's forms change nothing."""
        if self.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            return {}
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))

    def _back(self, said: str = "") -> None:
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", f"/?said={said}" if said else "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _not_there(self) -> None:
        self._send(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", "没有这个地址".encode())

    def _json(self, told: Fields, status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(status, "application/json", json.dumps(told, ensure_ascii=False).encode())

    def _send(self, status: HTTPStatus, media: str, data: bytes) -> None:
        self.send_response(status)
        headers: Message[str, str] = Message()
        headers["Content-Type"] = media
        headers["Content-Length"] = str(len(data))
        headers["Content-Security-Policy"] = POLICY
        headers["Cache-Control"] = "no-store"
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
