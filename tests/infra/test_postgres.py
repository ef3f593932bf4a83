"""The embedded PostgreSQL: whatever happens, it is right again and loses nothing committed."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from huiyin.config.postgres import EmbeddedServer
from huiyin.config.programs import UnableToStart

ROOT = os.geteuid() == 0
USE_ONCE = """
import sys
from pathlib import Path
from huiyin.config.postgres import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1]), durable=False).running() as url:
    print(url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a home nobody uses yet, short enough for sockets, open enough for any account."""
    folder = Path(tempfile.mkdtemp(prefix="hy"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def running_in(data: Path) -> list[int]:
    """Return the ids of live processes that work in a data folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()) == data and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def postmaster(server: EmbeddedServer) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def count(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
        assert row is not None
        return int(row[0])


def fill(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (name text)")
        connection.execute("INSERT INTO kept VALUES ('张三'), ('李四')")


def test_a_killed_server_comes_back_with_every_committed_row(home: Path) -> None:
    server = EmbeddedServer(home)
    with server.running() as url:
        fill(url)
        open_transaction = psycopg.connect(url)
        open_transaction.execute("INSERT INTO kept VALUES ('uncommitted')")
        os.kill(postmaster(server), signal.SIGKILL)
        with EmbeddedServer(home).running() as again:
            assert again == url
            assert count(again) == 2
        open_transaction.close()
    assert running_in(server.data) == []


def test_a_recycled_process_id_does_not_keep_it_from_starting(home: Path) -> None:
    server = EmbeddedServer(home, durable=False)
    with server.running() as url:
        fill(url)
        left_behind = (server.data / "postmaster.pid").read_text()
    pid_file = server.data / "postmaster.pid"
    ours = str(os.getpid())
    pid_file.write_text(left_behind.replace(left_behind.split()[0], ours, 1))
    if server.account:
        os.chown(pid_file, *server.account)
    with server.running() as url:
        assert count(url) == 2


def test_without_a_locale_chinese_text_is_still_searched(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANG", "LC_ALL", "LC_CTYPE", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("PGHOST", "PGPORT", "PGUSER", "PGDATA", "PGPASSWORD", "PGSERVICE"):
        monkeypatch.setenv(name, "1")
    server = EmbeddedServer(home, durable=False)
    with server.running() as url:
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT show_trgm('阳光花园')").fetchone()
            assert row is not None
            assert row[0]
        with psycopg.connect(f"{url}?host=127.0.0.1"), pytest.raises(psycopg.OperationalError):
            psycopg.connect(url.replace(server.password, "wrong"))


def test_a_taken_port_is_left_and_the_next_one_kept(home: Path) -> None:
    server = EmbeddedServer(home, durable=False)
    with server.running():
        first = server.port
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", first))
        stranger.listen()
        with server.running():
            second = server.port
    assert second > first
    with EmbeddedServer(home, durable=False).running():
        assert EmbeddedServer(home).port == second


def test_five_processes_at_once_share_one_server_and_the_last_stops_it(home: Path) -> None:
    users = [
        subprocess.Popen(
            [sys.executable, "-c", USE_ONCE, str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(5)
    ]
    urls = {user.stdout.readline() for user in users if user.stdout}
    assert len(urls) == 1
    server = EmbeddedServer(home)
    assert server.answers()
    users[0].kill()  # one that is killed counts as gone
    for user in users:
        user.communicate()
    assert not server.answers()
    assert running_in(server.data) == []


def test_two_homes_never_meet(home: Path) -> None:
    one, other = EmbeddedServer(home / "一", durable=False), EmbeddedServer(home / "b c'd")
    other.durable = False
    with one.running() as first, other.running() as second:
        fill(first)
        assert one.port != other.port
        with pytest.raises(psycopg.errors.UndefinedTable):
            count(second)


def test_data_of_another_major_version_is_refused(home: Path) -> None:
    server = EmbeddedServer(home, durable=False)
    with server.running():
        pass
    (server.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(UnableToStart, match="made by PostgreSQL 17"), server.running():
        pass


def test_a_path_too_long_for_a_socket_is_reached_by_tcp(home: Path) -> None:
    server = EmbeddedServer(home / ("深" * 30), durable=False)
    with server.running() as url:
        assert "@127.0.0.1:" in url
        fill(url)
        assert count(url) == 2


@pytest.mark.skipif(not ROOT, reason="the whole suite runs as an ordinary user")
def test_root_leaves_closed_folders_closed(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedServer(closed / "home", durable=False)
    try:
        with server.running() as url:
            fill(url)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert not server.data.is_relative_to(home)
        with EmbeddedServer(closed / "home").running() as url:
            assert count(url) == 2
    finally:
        if not server.place.is_relative_to(home):
            shutil.rmtree(server.place)


@pytest.mark.skipif(not ROOT, reason="the whole suite runs as an ordinary user")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_an_ordinary_user_needs_nothing_special(home: Path) -> None:
    with EmbeddedServer(home / "warm", durable=False).running() as url:
        count_nothing = psycopg.connect(url)  # so that all modules are loaded before the fork
        count_nothing.close()
    theirs = home / "theirs"
    theirs.mkdir()
    os.chown(theirs, 65534, 65534)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            server = EmbeddedServer(theirs, durable=False)
            with server.running() as url:
                fill(url)
                status = 0 if server.account is None and count(url) == 2 else 2
        finally:
            os._exit(status)
    deadline = time.monotonic() + 30
    while (done := os.waitpid(child, os.WNOHANG))[0] == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert done[1] == 0
