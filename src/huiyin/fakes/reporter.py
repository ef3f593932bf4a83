"""Telling Huiyin what became of messages, and who follows: signed as the real providers sign."""

import json
import queue
import secrets
import threading
from datetime import timedelta
from hashlib import sha1
from html import escape
from types import TracebackType
from typing import Self
from xml.etree.ElementTree import Element, SubElement, tostring

import httpx
from standardwebhooks.webhooks import Webhook

from huiyin.fakes.box import Box, Fate, Letter, Sent
from huiyin.fakes.keys import Keys
from huiyin.kernel import clock

DELAY_SECONDS = 1.0
PATIENCE_SECONDS = 20.0
TRIES = 5
ACCOUNT = "gh_fake"


class Reporter:
    """A thread that sends delivery reports a moment after a message was taken."""

    def __init__(self, box: Box, keys: Keys, huiyin: str, delay: float = DELAY_SECONDS) -> None:
        self.box = box
        self.keys = keys
        self.hooks = f"{huiyin.rstrip('/')}/api/v1/hooks"
        self.delay = delay
        self._waiting: queue.SimpleQueue[Sent | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._client = httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False)
        self._thread = threading.Thread(target=self._work, name="reports", daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        """End; what was not told yet never will be."""
        self._stop.set()
        self._waiting.put(None)
        self._thread.join()
        self._client.close()

    def soon(self, sent: Sent) -> None:
        """Report a message that was taken, shortly."""
        if sent.fate not in (Fate.BUSY, Fate.REFUSED) and sent.repeats == 0:
            self._waiting.put(sent)

    def scanned(self, scene: str, name: str) -> str:
        """Let somebody scan a code of the official account; return what the account answered."""
        openid = "o" + sha1(name.encode(), usedforsecurity=False).hexdigest()[:27]
        new = self.box.follow(openid, name)
        event = {
            "MsgType": "event",
            "Event": "subscribe" if new else "SCAN",
            "EventKey": f"qrscene_{scene}" if new and scene else scene,
        }
        answer = self._tell_wechat(openid, event)
        said = _content(answer)
        if said:
            shown = self.box.take(Letter("wechat", "chat", openid, said, subject="公众号自动回复"))
            self.box.reported(shown, delivered=True)
        return said or answer

    def left(self, openid: str) -> None:
        """Let somebody stop following."""
        self.box.unfollow(openid)
        self._tell_wechat(openid, {"MsgType": "event", "Event": "unsubscribe", "EventKey": ""})

    def _work(self) -> None:
        while (sent := self._waiting.get()) is not None:
            waited = (clock.now() - sent.at).total_seconds()
            if self._stop.wait(min(max(self.delay - waited, 0), self.delay)):
                return
            delivered = sent.fate is not Fate.LOST
            self.box.reported(sent, delivered=delivered)
            for attempt in range(TRIES):
                if self._report(sent, delivered=delivered) or self._stop.wait(attempt * self.delay):
                    break

    def _report(self, sent: Sent, *, delivered: bool) -> bool:
        """Tell what became of one message; mail servers tell nothing."""
        try:
            if sent.letter.provider == "wechat":
                status = "success" if delivered else "failed:user block"
                words = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "Status": status}
                return bool(self._tell_wechat(sent.letter.to, {**words, "MsgID": str(sent.id)}))
            path, body, headers = self._sms(sent, delivered=delivered)
            if not path:
                return True
            answer = self._client.post(f"{self.hooks}/sms/{path}", content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return answer.is_success

    def _sms(self, sent: Sent, *, delivered: bool) -> tuple[str, bytes, dict[str, str]]:
        """Return where a report goes, and what it says, in the manner of the provider."""
        plain = {"Content-Type": "application/json"}
        secret = self.keys.report_secret
        when = clock.now().astimezone().strftime("%Y-%m-%d %H:%M:%S")
        if sent.letter.provider == "alibaba":
            told = {
                "phone_number": sent.letter.to,
                "send_time": when,
                "report_time": when,
                "success": delivered,
                "err_code": "DELIVERED" if delivered else "MK:0001",
                "err_msg": "",
                "sms_size": "1",
                "biz_id": sent.provider_id,
                "out_id": sent.letter.reference,
            }
            return f"alibaba/{secret}/", json.dumps([told]).encode(), plain
        if sent.letter.provider == "tencent":
            told = {
                "user_receive_time": when,
                "nationcode": "86",
                "mobile": sent.letter.to,
                "report_status": "SUCCESS" if delivered else "FAIL",
                "errmsg": "DELIVRD" if delivered else "MK:0001",
                "description": "",
                "sid": sent.provider_id,
            }
            return f"tencent/{secret}/", json.dumps([told]).encode(), plain
        if sent.letter.provider != "http":
            return "", b"", {}
        body = json.dumps(
            {
                "reference": sent.letter.reference,
                "id": sent.provider_id,
                "state": "delivered" if delivered else "undelivered",
                "problem": "" if delivered else "关机",
            }
        )
        number = f"report_{sent.provider_id}"
        stamp = clock.now() - timedelta(microseconds=clock.now().microsecond)
        signed = Webhook(secret).sign(number, stamp, body)
        headers = {
            "webhook-id": number,
            "webhook-timestamp": str(int(stamp.timestamp())),
            "webhook-signature": signed,
        }
        return "http/", body.encode(), {**plain, **headers}

    def _tell_wechat(self, openid: str, event: dict[str, str]) -> str:
        """Post an event as WeChat does; return the answer, or why there is none."""
        stamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(8)
        three = sorted((self.keys.wechat_token, stamp, nonce))
        root = Element("xml")
        fields = {"ToUserName": ACCOUNT, "FromUserName": openid, "CreateTime": stamp, **event}
        for name, text in fields.items():
            SubElement(root, name).text = text
        try:
            answer = self._client.post(
                f"{self.hooks}/wechat/",
                params={
                    "signature": sha1("".join(three).encode(), usedforsecurity=False).hexdigest(),
                    "timestamp": stamp,
                    "nonce": nonce,
                    "openid": openid,
                },
                content=tostring(root),
                headers={"Content-Type": "text/xml"},
            )
        except httpx.HTTPError:
            return ""
        return answer.text if answer.is_success else ""


def _content(answer: str) -> str:
    """Return the words of a chat answer."""
    begin, end = "<Content><![CDATA[", "]]></Content>"
    inside = answer.partition(begin)[2]
    return escape(inside.partition(end)[0], quote=False) if inside else ""
