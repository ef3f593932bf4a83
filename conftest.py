"""What every test stands on: the embedded server, no network, a known moment.

This file lies at the root so that it serves ``tests/`` and the tests inside each room alike.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent
HOME = Path(os.environ.get("HUIYIN_TEST_HOME", ROOT / ".huiyin-test")).absolute()
MOMENT = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
LOOPBACK = ("127.", "::1", "localhost")

for name in [name for name in os.environ if name.startswith("HUIYIN_") and name != "HUIYIN_HOME"]:
    del os.environ[name]
os.environ["HUIYIN_HOME"] = str(HOME)
os.environ["HUIYIN_LOG_LEVEL"] = "ERROR"
os.environ["HUIYIN_TIME_TRAVEL"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "huiyin.config.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser tests run an event loop

server = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded server, shared by all runs on this checkout; the last to leave stops it."""
    import django

    from huiyin.config.postgres import EmbeddedServer

    if "DATABASE_URL" not in os.environ:
        os.environ["DATABASE_URL"] = server.enter_context(
            EmbeddedServer(HOME, durable=False).running()
        )
    django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave the server."""
    server.close()


@pytest.fixture(scope="session", autouse=True)
def settings_for_tests() -> None:
    """Hash passwords quickly and keep the cache in memory: tests log in often."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Name the test database after this run, so that two runs on one checkout never meet."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    database.setdefault("TEST", {})["NAME"] = f"test_{run[:12]}_{worker}"
    database["OPTIONS"].pop("pool", None)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise RuntimeError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def moment() -> Iterator[datetime]:
    """Fix the present moment: Monday 16 March 2026, 09:00 in Shanghai."""
    from huiyin.kernel import clock

    with clock.at(MOMENT):
        yield MOMENT
