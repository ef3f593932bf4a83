"""Providers on the loopback, and channels that lead to them."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from huiyin.fakes.keys import Keys
from huiyin.fakes.run import Running, running
from huiyin.notices.channels import Parcel, wire
from huiyin.notices.channels.accounts import Accounts, read_accounts
from huiyin.notices.channels.tokens import tokens

NEVER = 3600.0  # seconds until a report: tests send those they want themselves
Answer = Callable[[httpx.Request], httpx.Response]


def free_port() -> int:
    """Return a port of the loopback that nobody serves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def providers(settings: Any) -> Iterator[Running]:
    """Run every provider, and let the house send there."""
    nowhere = "http://127.0.0.1:1"
    with running(port=0, smtp_port=free_port(), huiyin=nowhere, keys=Keys(), delay=NEVER) as now:
        now.box.silence = 0
        settings.CHANNELS = read_accounts(now.environment, production=False)
        settings.PUBLIC_URL = "https://fuwu.example.com"
        tokens.clear()
        yield now
        tokens.clear()


@pytest.fixture
def accounts(providers: Running, settings: Any) -> Accounts:
    """Return the accounts of the house, which lead to the providers."""
    found: Accounts = settings.CHANNELS[""]
    return found


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], list[httpx.Request]]:
    """Let a function answer in place of any provider, and list what it was asked."""

    def install(answer: Answer) -> list[httpx.Request]:
        asked: list[httpx.Request] = []

        def handle(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return answer(request)

        client = httpx.Client(transport=httpx.MockTransport(handle))
        monkeypatch.setattr(wire, "_client", lambda _loopback: client)
        return asked

    tokens.clear()
    return install


def parcel(to: str = "13800138000", **words: Any) -> Parcel:
    """Return a message."""
    given: dict[str, Any] = {
        "reference": "0b7e8f5e-3f0e-4c9e-9d41-6f0f5a1b2c3d",
        "community": "YG",
        "to": to,
        "subject": "您的报修已派人",
        "text": "师傅十点前到。",
        "values": {"number": "YG-20260316-0001", "who": "刘师傅"},
    }
    return Parcel(**{**given, **words})
