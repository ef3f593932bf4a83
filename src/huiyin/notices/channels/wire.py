"""Speaking to a provider over HTTP, and saying honestly how it ended (NOT-04).

A connection is opened for each request: one that is kept may have been closed by the other side,
and then nobody could tell whether the request had been read.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.utils.translation import gettext as _

from huiyin.notices.channels import Unclear, Undeliverable
from huiyin.notices.channels.accounts import LOOPBACK

CONNECT_SECONDS = 3.0
READ_SECONDS = 8.0
LONGEST_PROBLEM = 120
_DIGITS = re.compile(r"\d{5,}")


def request(
    method: str,
    url: str,
    *,
    json: Any = None,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Send a request and return the answer, whatever its status.

    Raises Undeliverable when it certainly never left, Unclear when that cannot be told.
    """
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    client = _client(urlsplit(url).hostname in LOOPBACK)
    try:
        return client.request(
            method, url, json=json, params=params, headers=headers, timeout=timeout
        )
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError):
        raise Undeliverable(_("连接不上服务商。"), permanent=False) from None
    except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError):
        raise Undeliverable(_("服务商的地址不对,请检查设置。"), permanent=False) from None
    except httpx.HTTPError:
        raise Unclear(_("服务商没有答复。")) from None


def json_of(answer: httpx.Response) -> dict[str, Any]:
    """Return the object in an answer, empty when there is none."""
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def harmless(text: object) -> str:
    """Shorten what a provider says and take out what may be a telephone number or a code."""
    return _DIGITS.sub("…", " ".join(str(text or "").split()))[:LONGEST_PROBLEM]


@cache
def _client(loopback: bool) -> httpx.Client:
    """Return the client of this process; this machine itself is never reached through a proxy."""
    return httpx.Client(
        limits=httpx.Limits(max_connections=20, max_keepalive_connections=0),
        trust_env=not loopback,
        follow_redirects=False,
    )
