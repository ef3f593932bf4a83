"""Run the web server and, beside it, the worker."""

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from huiyin.config import env
from huiyin.config.metrics import forget_processes

WORKERS = 2
THREADS = 4
STOP_SECONDS = 10


def web(host: str, port: int, *, with_worker: bool = False) -> int:
    """Serve pages and the API until told to stop: two processes of four threads each."""
    collect_static()
    forget_processes()
    _leave_database()
    with worker() if with_worker else _nothing():
        print(f"http://{host}:{port}", file=sys.stderr, flush=True)
        Granian(
            "huiyin.config.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=env.integer("HUIYIN_WEB_WORKERS", WORKERS, least=1),
            blocking_threads=env.integer("HUIYIN_WEB_THREADS", THREADS, least=1),
            websockets=False,
            log_level=LogLevels.error,
            respawn_failed_workers=True,
            workers_kill_timeout=STOP_SECONDS,
        ).serve()
    return 0


def worker() -> AbstractContextManager[None]:
    """Keep `huiyin worker` running beside the block."""
    return beside("worker")


@contextmanager
def beside(*words: str) -> Iterator[None]:
    """Keep another of our commands running beside the block."""
    process = subprocess.Popen([sys.executable, "-m", "huiyin.config.cli", *words])
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def check_port(host: str, port: int) -> None:
    """Refuse a port that somebody else serves, before any work is done."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise env.BadSetting(
                f"port {port} of {host} cannot be used ({os.strerror(error.errno or 0)}):"
                " choose another with --port"
            ) from None


def migrate(*, verbosity: int = 1) -> None:
    """Bring the database up to date."""
    call_command("migrate", verbosity=verbosity, interactive=False)


def empty_database() -> None:
    """Throw away everything in the database (demo only)."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    connection.close()


def _leave_database() -> None:
    """Close connections and pools: the server's processes are forked and open their own."""
    for each in connections.all(initialized_only=True):
        each.close()
        if isinstance(each, DatabaseWrapper):
            each.close_pool()


def collect_static() -> None:
    """Gather static files under hashed names, unless they are those of the last time."""
    root = Path(settings.STATIC_ROOT)
    mark = _static_mark()
    stamp = root / ".collected"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == mark:
        return
    root.mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(mark, encoding="utf-8")


def _static_mark() -> str:
    """Return a mark of every static file's path, size and time of change."""
    total = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = os.stat(storage.path(path))
            total.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return total.hexdigest()
