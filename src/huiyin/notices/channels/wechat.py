"""Template messages of a WeChat official account, to people who follow it.

``client_msg_id`` keeps WeChat from showing a repetition, but only for ten minutes: that is no
memory to build on.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huiyin.notices.channels import Handed, Parcel, Unclear, Undeliverable, tencent_api, wire
from huiyin.notices.channels.accounts import WechatAccount
from huiyin.notices.channels.links import link_of
from huiyin.notices.channels.vendor_templates import fill

TOKEN = "/cgi-bin/stable_token"  # noqa: S105 - an address
SEND = "/cgi-bin/message/template/send"
SCAN = "/cgi-bin/qrcode/create"
LONGEST_SCENE = 64

NOT_FOLLOWING = 43004
# Not a follower, not a user, or template and data do not fit: in vain.
IN_VAIN = frozenset(
    {40003, 40036, 40037, 41028, 41029, 41030, 43004, 43019, 43101, 43116, 44002, 45168, 46004}
) | frozenset({47001, 47003, 48001, 48004, 50002})
# Quota, address not on the white list, account or secret: perhaps later.
NOT_NOW = frozenset({40002, 40013, 40125, 40164, 40243, 45009, 45011, 45047, 50004, 50005, 61004})
# How long a blank may be, by how its name begins.
LONGEST = {"character_string": 32, "thing": 20, "phrase": 5, "name": 10, "const": 20}


@dataclass(frozen=True, slots=True)
class Wechat:
    """An official account of WeChat."""

    account: WechatAccount
    name: str = "wechat"
    provider: str = "wechat"
    remembers: bool = False

    def send(self, parcel: Parcel) -> Handed:
        """Hand the parcel over; raise Undeliverable or Unclear."""
        filled = fill(parcel, self.account.template)
        told = self._call(
            SEND,
            {
                "touser": parcel.to,
                "template_id": filled.id,
                "url": link_of(parcel),
                "client_msg_id": parcel.reference,
                "data": {
                    blank: {"value": fitted(blank, value)} for blank, value in filled.blanks.items()
                },
            },
        )
        return Handed(str(told.get("msgid", "")))

    def ask(self, reference: str) -> Handed | None:
        """Raise Unclear: WeChat answers no such question."""
        raise Unclear(_("微信不能查询。"))

    def follow_link(self, scene: str, *, seconds: int) -> str:
        """Return the address to draw as a QR code: who scans it follows, and we hear the scene.

        Raises Undeliverable or Unclear when WeChat does not give one.
        """
        told = self._call(
            SCAN,
            {
                "expire_seconds": seconds,
                "action_name": "QR_STR_SCENE",
                "action_info": {"scene": {"scene_str": scene[:LONGEST_SCENE]}},
            },
        )
        return str(told.get("url", ""))

    def _call(self, operation: str, words: dict[str, Any]) -> dict[str, Any]:
        return tencent_api.call(
            self.account.url + operation,
            account=self.account,
            fetch=self._fetch,
            json=words,
            refusal=_refusal,
        )

    def _fetch(self) -> tuple[str, int]:
        words = {
            "grant_type": "client_credential",
            "appid": self.account.app_id,
            "secret": self.account.secret,
        }
        return tencent_api.fetching(
            lambda: wire.request("POST", self.account.url + TOKEN, json=words)
        )


def fitted(blank: str, value: str) -> str:
    """Shorten a value to what its blank takes: WeChat refuses the whole message otherwise."""
    words = " ".join(value.split())
    kind = blank.rstrip("0123456789")
    most = LONGEST.get(kind, len(words))
    return words if len(words) <= most else words[: most - 1] + "…"


def _refusal(code: int, said: object) -> Undeliverable | Unclear:
    problem = f"WeChat {code} {wire.harmless(said)}"
    if code == NOT_FOLLOWING:
        problem = _("对方没有关注公众号。") + problem
    if code in IN_VAIN:
        return Undeliverable(problem, permanent=True)
    if code in NOT_NOW or code == tencent_api.BUSY:
        return Undeliverable(problem, permanent=False)
    return Unclear(problem)
