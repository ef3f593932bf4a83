"""What every test stands on: the embedded server, no network, a known moment.

This file lies at the root so that it serves ``tests/`` and the tests inside each room alike.
``HUIYIN_TEST_HOME`` moves the server of the tests, ``DATABASE_URL`` replaces it.
"""

import hashlib
import json
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fasteners
import psutil
import pytest

ROOT = Path(__file__).parent
HOME = Path(os.environ.get("HUIYIN_TEST_HOME", ROOT / ".huiyin-test")).absolute()
MOMENT = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
LOOPBACK = ("127.", "::1", "localhost")

for name in [name for name in os.environ if name.startswith("HUIYIN_")]:
    del os.environ[name]
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "huiyin.config.settings",
    "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # the browser tests run an event loop
    "HUIYIN_HOME": str(HOME),
    "HUIYIN_LOG_LEVEL": "ERROR",
    "HUIYIN_TIME_TRAVEL": "1",
    "PROMETHEUS_MULTIPROC_DIR": tempfile.mkdtemp(prefix="huiyin-metrics-"),
}

server = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Join the embedded server, shared by all runs on this checkout; the last to leave stops it."""
    import django
    from hypothesis import settings as hypothesis

    from huiyin.config.postgres import EmbeddedServer

    # How quick this machine is proves nothing; speed is measured by the benches.
    hypothesis.register_profile("huiyin", deadline=None)
    hypothesis.load_profile("huiyin")

    (HOME / "static").mkdir(parents=True, exist_ok=True)
    if "DATABASE_URL" not in os.environ:
        embedded = EmbeddedServer(HOME, durable=False)
        os.environ["DATABASE_URL"] = server.enter_context(embedded.running())
    django.setup()
    _hurry()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave the server and nothing else."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
    server.close()


# -- how each test ended, for `huiyin rules`

outcomes: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember the worst outcome of a test over its phases and parameters."""
    test = report.nodeid.partition("[")[0]
    if report.when == "call" or report.outcome != "passed":
        known = (outcomes.get(test), report.outcome)
        outcomes[test] = next(one for one in ("failed", "passed", "skipped") if one in known)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the outcomes down after a run of the whole suite."""
    config = session.config
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    chosen = config.option.keyword or config.option.markexpr or hasattr(config, "workerinput")
    if whole and not chosen:
        (HOME / "rules.json").write_text(json.dumps(outcomes, indent=0), encoding="utf-8")


def _hurry() -> None:
    """Hash passwords quickly, keep the cache in memory, serve static files by their plain names."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": plain}}
    settings.DATABASES["default"]["OPTIONS"].pop("pool")  # one thread, one connection
    _empty_quickly()


def _empty_quickly() -> None:
    """After a test that commits, delete the rows there are instead of truncating every table.

    Few tables have rows, and all of them together take a second to truncate. Our triggers forbid
    deleting some: for this they are off, which only a superuser may say; others truncate.
    """
    from django.db import connection
    from django.db.utils import ProgrammingError
    from django.test import TransactionTestCase

    case_class: Any = TransactionTestCase
    truncate = case_class._fixture_teardown

    def teardown(case: Any) -> None:
        tables = [
            connection.ops.quote_name(name)
            for name in connection.introspection.django_table_names(only_existing=True)
        ]
        # Nothing but names of tables goes into these.
        looks = [f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in tables]  # noqa: S608
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")
                cursor.execute(" UNION ALL ".join(looks))
                deletes = [f"DELETE FROM {name}" for (name,) in cursor.fetchall()]  # noqa: S608
                cursor.execute("; ".join([*deletes, "SET session_replication_role = origin"]))
        except ProgrammingError:  # no superuser
            connection.close()
            truncate(case)

    case_class._fixture_teardown = teardown


# -- the database: migrated once per set of migrations, copied for each worker of each run


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Give this process its own copy of a migrated database, so that two runs never meet."""
    from django.conf import settings
    from django.db import connection

    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "solo")[:8]
    copy = f"test_{run}_{worker}_{os.getpid()}"
    with django_db_blocker.unblock():
        with fasteners.InterProcessLock(HOME / "template.lock"):
            template = _template()
            _administer(f'CREATE DATABASE "{copy}" TEMPLATE "{template}" STRATEGY file_copy')
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = copy
    yield
    with django_db_blocker.unblock():
        connection.close()
        _administer(f'DROP DATABASE "{copy}" WITH (FORCE)')


def _template() -> str:
    """Return the name of the migrated database for the present migrations, made when missing."""
    from django.db import connection

    sources = [*sorted((ROOT / "src").rglob("migrations/*.py")), ROOT / "requirements/dev.txt"]
    mark = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]
    template = f"template_{mark}"
    leftovers = {
        name for (name,) in _administer("SELECT datname FROM pg_database") if _is_ours(name)
    }
    if template not in leftovers:
        for name in leftovers:
            _administer(f'DROP DATABASE "{name}" WITH (FORCE)')
        connection.settings_dict["TEST"]["NAME"] = "half_made"
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        connection.close()
        _administer(f'ALTER DATABASE half_made RENAME TO "{template}"')
    return template


def _is_ours(name: str) -> bool:
    """Tell whether a database is a template, or a copy whose process has ended."""
    if name.startswith("test_"):
        owner = name.rpartition("_")[2]
        return not (owner.isdigit() and psutil.pid_exists(int(owner)))
    return name.startswith("template_")


def _administer(statement: str) -> list[Any]:
    """Run one statement outside the database of the tests."""
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


@pytest.fixture
def spare_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """Give the address of one more migrated database, for commands run as processes."""
    name = f"test_spare_{secrets.token_hex(4)}_{os.getpid()}"
    with django_db_blocker.unblock(), fasteners.InterProcessLock(HOME / "template.lock"):
        _administer(f'CREATE DATABASE "{name}" TEMPLATE "{_template()}" STRATEGY file_copy')
    parts = urlsplit(os.environ["DATABASE_URL"])
    yield parts._replace(path=f"/{name}").geturl()
    with django_db_blocker.unblock():
        _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


# -- the world around a test


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise RuntimeError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Fix the present moment of the process: Monday 16 March 2026, 09:00 in Shanghai."""
    monkeypatch.setenv("HUIYIN_NOW", MOMENT.isoformat())
    return MOMENT
