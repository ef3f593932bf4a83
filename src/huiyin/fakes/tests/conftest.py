"""The providers at work, with no line between them and Huiyin."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from huiyin.fakes.keys import Keys
from huiyin.fakes.run import Running, running
from huiyin.notices.channels.accounts import read_accounts
from huiyin.notices.channels.tests.conftest import free_port
from huiyin.notices.channels.tokens import tokens


@pytest.fixture
def fakes(settings: Any) -> Iterator[Running]:
    """Run the providers; what they tell Huiyin goes through Django's own client."""
    with running(
        port=0, smtp_port=free_port(), huiyin="http://huiyin", keys=Keys(), delay=3600
    ) as now:
        now.box.silence = 0
        tokens.clear()
        cache.clear()
        settings.CHANNELS = read_accounts(now.environment, production=False)
        now.reporter._client.close()
        now.reporter._client = Straight()  # type: ignore[assignment]
        yield now


class Straight:
    """A client whose requests go to Django without a line between."""

    def post(self, url: str, *, content: bytes, headers: dict[str, str], params: Any = None) -> Any:
        told = Client().post(
            urlsplit(url).path,
            content,
            content_type=headers.pop("Content-Type"),
            headers=headers,
            query_params=params or {},
        )
        return SimpleNamespace(is_success=told.status_code == 200, text=told.content.decode())

    def close(self) -> None:
        """Nothing is open."""
