"""The manner that WeChat and WeCom share: a token in the address, ``errcode`` in the answer."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from huiyin.notices.channels import Unclear, Undeliverable, wire
from huiyin.notices.channels.tokens import Fetch, tokens

BUSY = -1
# The token is no longer (or not yet) good: fetched anew, once.
STALE = frozenset({40001, 40014, 41001, 42001})
ACCEPTED = 200

Refusal = Callable[[int, object], Undeliverable | Unclear]


def call(
    url: str, *, account: object, fetch: Fetch, json: dict[str, Any], refusal: Refusal
) -> dict[str, Any]:
    """Post to an operation with the account's token and return its answer, ``errcode`` being 0.

    A refused token is fetched anew and the call made once more: the first one did nothing.
    """
    for last in (False, True):
        token = tokens.get(account, fetch)
        answer = wire.request("POST", url, params={"access_token": token}, json=json)
        told = wire.json_of(answer)
        code = told.get("errcode", 0) if answer.status_code == ACCEPTED and told else None
        if not isinstance(code, int):
            raise Unclear(_("服务商的答复看不懂。"))
        if code == 0:
            return told
        if code not in STALE:
            raise refusal(code, told.get("errmsg"))
        tokens.drop(account, token)
        if last:
            break
    raise Undeliverable(_("服务商不认可我们的令牌,请检查密钥。"), permanent=False)


def token_of(answer: Any) -> tuple[str, int]:
    """Return token and seconds out of an answer; whatever goes wrong here, nothing was sent."""
    told = wire.json_of(answer)
    token, seconds = told.get("access_token"), told.get("expires_in", 0)
    if not isinstance(token, str) or not token or not isinstance(seconds, int):
        code = told.get("errcode", answer.status_code)
        raise Undeliverable(_("没有取得服务商的令牌(%s)。") % code, permanent=False)
    return token, seconds


def fetching(fetch: Callable[[], Any]) -> tuple[str, int]:
    """Fetch a token; a line that breaks here is certain: the message itself never left."""
    try:
        return token_of(fetch())
    except Unclear as unclear:
        raise Undeliverable(str(unclear), permanent=False) from None
