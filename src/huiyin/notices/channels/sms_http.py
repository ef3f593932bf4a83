"""Short messages through any gateway that speaks a few lines of HTTP (docs/operations.md).

``POST URL`` with ``reference``, ``to``, ``text`` (whole, its signature in front), ``signature``,
``template`` and ``values``; the reference is also the ``Idempotency-Key``. ``GET URL/<reference>``
tells what became of it.
"""

import re
from dataclasses import dataclass
from typing import Any

import httpx
from django.utils.translation import gettext as _

from huiyin.notices.channels import Handed, Parcel, Unclear, Undeliverable, wire
from huiyin.notices.channels.accounts import SmsAccount

ACCEPTED = range(200, 300)
NOT_THERE = 404
IN_VAIN = frozenset({400, 409, 413, 422})  # this message will never be taken
NOT_NOW = frozenset({401, 402, 403, 404, 405, 429, 503})  # certainly not taken, perhaps later
REDIRECTS = range(300, 400)
_SIGNATURE = re.compile("^【([^】]*)】")


@dataclass(frozen=True, slots=True)
class HttpSms:
    """A gateway of short messages."""

    account: SmsAccount
    name: str = "sms"
    provider: str = "http"

    @property
    def remembers(self) -> bool:
        """Tell whether the gateway drops a reference it has seen before."""
        return self.account.remembers

    def send(self, parcel: Parcel) -> Handed:
        """Hand the parcel over; raise Undeliverable or Unclear."""
        signature, text = signed(parcel.text, self.account.signature)
        answer = wire.request(
            "POST",
            self.account.url,
            headers={**self._headers(), "Idempotency-Key": parcel.reference},
            json={
                "reference": parcel.reference,
                "to": parcel.to,
                "text": text,
                "signature": signature,
                "template": parcel.template,
                "values": dict(parcel.values),
            },
        )
        if answer.status_code in ACCEPTED:
            return _handed(wire.json_of(answer))
        raise _refusal(answer)

    def ask(self, reference: str) -> Handed | None:
        """Ask the gateway for a reference: handed, or None when it never saw it."""
        try:
            answer = wire.request("GET", f"{self.account.url}/{reference}", headers=self._headers())
        except Undeliverable as refusal:
            raise Unclear(refusal.problem) from None
        told = wire.json_of(answer)
        if answer.status_code in ACCEPTED and told:
            return _handed(told)
        if answer.status_code == NOT_THERE and told.get("reference") == reference:
            return None  # said by the gateway itself, not by a wrong address
        raise Unclear(_("服务商没有说明这条短信的下落。"))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.account.token}"}


def signed(text: str, signature: str) -> tuple[str, str]:
    """Return signature and signed text; the account's signature replaces the text's own."""
    found = _SIGNATURE.match(text)
    signature = signature or (found[1] if found else "")
    words = text[found.end() :] if found else text
    return signature, f"【{signature}】{words}" if signature else words


def _handed(told: dict[str, Any]) -> Handed:
    return Handed(str(told.get("id", ""))[:64], delivered=told.get("state") == "delivered")


def _refusal(answer: httpx.Response) -> Undeliverable | Unclear:
    status = answer.status_code
    told = wire.harmless(wire.json_of(answer).get("problem"))
    problem = _("短信网关答复 %d。") % status + told
    if status in IN_VAIN:
        return Undeliverable(problem, permanent=True)
    if status in NOT_NOW or status in REDIRECTS:
        return Undeliverable(problem, permanent=False)
    return Unclear(problem)
