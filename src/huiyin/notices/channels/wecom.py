"""Messages of an app of WeCom: to members of the company, or to outside contacts of it."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from huiyin.notices.channels import Handed, Parcel, Unclear, Undeliverable, tencent_api, wire
from huiyin.notices.channels.accounts import WecomAccount
from huiyin.notices.channels.links import link_of

TOKEN = "/cgi-bin/gettoken"  # noqa: S105 - an address
SEND = {"app": "/cgi-bin/message/send", "external": "/cgi-bin/externalcontact/message/send"}
TO = {"app": "touser", "external": "to_external_user"}
LONGEST_BYTES = 2048

# Not a member, not a contact, not allowed to see the app, or content refused.
IN_VAIN = frozenset({40003, 40031, 40058, 44004, 46004, 60111, 81013, 82001, 84061, 86008, 300014})
# Rights, quota, address not trusted, secret.
NOT_NOW = frozenset(
    {40001, 40013, 40056, 45009, 45033, 48002, 50001, 60011, 60020, 301002, 2000002}
)


@dataclass(frozen=True, slots=True)
class Wecom:
    """An app of a WeCom company."""

    account: WecomAccount
    name: str = "wecom"
    provider: str = "wecom"
    remembers: bool = False

    def send(self, parcel: Parcel) -> Handed:
        """Hand the parcel over; raise Undeliverable or Unclear."""
        kind = self.account.kind
        to: Any = parcel.to if kind == "app" else [parcel.to]
        told = tencent_api.call(
            self.account.url + SEND[kind],
            account=self.account,
            fetch=self._fetch,
            json={
                TO[kind]: to,
                "msgtype": "text",
                "agentid": self.account.agent,
                "text": {"content": _content(parcel)},
            },
            refusal=_refusal,
        )
        if told.get("invaliduser") or told.get("fail_list"):
            raise Undeliverable(_("企业微信里没有这个人,或他看不到这个应用。"), permanent=True)
        return Handed(str(told.get("msgid", "")))

    def ask(self, reference: str) -> Handed | None:
        """Raise Unclear: WeCom answers no such question."""
        raise Unclear(_("企业微信不能查询。"))

    def _fetch(self) -> tuple[str, int]:
        asked = {"corpid": self.account.corp_id, "corpsecret": self.account.secret}
        return tencent_api.fetching(
            lambda: wire.request("GET", self.account.url + TOKEN, params=asked)
        )


def _content(parcel: Parcel) -> str:
    """Return subject, text and link, cut where WeCom would cut in the middle of a sign."""
    parts = (parcel.subject, parcel.text, link_of(parcel))
    whole = "\n".join(part for part in parts if part)
    return whole.encode()[:LONGEST_BYTES].decode(errors="ignore")


def _refusal(code: int, said: object) -> Undeliverable | Unclear:
    problem = f"WeCom {code} {wire.harmless(said)}"
    if code in IN_VAIN:
        return Undeliverable(problem, permanent=True)
    if code in NOT_NOW or code == tencent_api.BUSY:
        return Undeliverable(problem, permanent=False)
    return Unclear(problem)
