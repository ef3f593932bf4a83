"""A web server like ``huiyin web`` for a bench, and somebody who asks it over one connection."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from django.conf import settings

from huiyin.flows.bench.scratch import leave_database

HOST = "127.0.0.1"
START_SECONDS, STOP_SECONDS = 60, 15
SAID = 600  # characters of a server's complaint worth repeating
WARM = 40  # requests before measuring, so that both processes have seen each address
_FORM_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class UnableToServe(RuntimeError):
    """The server did not come up, or did not answer as expected."""


class Browser:
    """One kept-alive connection with its cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection(HOST, port, timeout=30)
        self.headers: dict[str, str] = {}
        self._cookies: dict[str, str] = {}
        self._marks: dict[str, str] = {}

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        kind: str = "application/json",
        more: dict[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Send a request and read the whole answer."""
        headers = dict(self.headers)
        if body:
            headers["Content-Type"] = kind
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={it}" for name, it in self._cookies.items())
        self.connection.request(method, path, body or None, headers | (more or {}))
        response = self.connection.getresponse()
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, it = value.partition(";")[0].partition("=")
                self._cookies[cookie] = it
            elif name.lower() == "etag":
                self._marks[path] = value
        return response.status, response.read()

    def get(self, path: str) -> bytes:
        """Read a page that must be there."""
        return self._expect(200, *self.ask("GET", path))

    def get_again(self, path: str) -> bool:
        """Ask for a page under its last mark; tell whether it is still the same (304)."""
        status, body = self.ask("GET", path, more={"If-None-Match": self._marks.get(path, "")})
        if status != http.HTTPStatus.NOT_MODIFIED:
            self._expect(200, status, body)
        return status == http.HTTPStatus.NOT_MODIFIED

    def post(self, path: str, given: dict[str, object]) -> bytes:
        """Send JSON that must be accepted."""
        return self._expect(201, *self.ask("POST", path, json.dumps(given).encode()))

    def log_in(self, code: str, password: str) -> None:
        """Log in through the form, as people do."""
        page = self.get("/accounts/login/").decode()
        found = _FORM_TOKEN.search(page)
        if found is None:
            raise UnableToServe("the log-in page has no form")
        form = {"csrfmiddlewaretoken": found[1], "login": code, "password": password}
        kind = "application/x-www-form-urlencoded"
        self._expect(302, *self.ask("POST", "/accounts/login/", urlencode(form).encode(), kind))

    def _expect(self, wanted: int, status: int, body: bytes) -> bytes:
        if status != wanted:
            raise UnableToServe(f"{status} instead of {wanted}: {body[:300].decode()}")
        return body


@contextmanager
def serving() -> Iterator[int]:
    """Keep a web server on the scratch database in the block; yield its port.

    It has a home of its own, so that it disturbs no other server of this one.
    """
    leave_database()
    port = _free_port()
    with (
        tempfile.TemporaryDirectory(prefix="huiyin-bench-") as home,
        tempfile.TemporaryFile() as words,
    ):
        server = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "huiyin.config.cli", "web", "--port", str(port)],
            env=os.environ
            | {
                "HUIYIN_HOME": home,
                "HUIYIN_STATIC_ROOT": str(settings.STATIC_ROOT),
                "HUIYIN_LOG_LEVEL": "WARNING",
                "HUIYIN_BENCH": "1",
            },
            stdout=words,
            stderr=words,
        )
        try:
            if not _is_up(server, port):
                words.seek(0)
                said = words.read().decode(errors="replace").strip()[-SAID:]
                raise UnableToServe(f"the web server does not start: {said}")
            yield port
        finally:
            server.terminate()
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_up(server: "subprocess.Popen[bytes]", port: int) -> bool:
    """Wait until the server answers; tell whether it does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if Browser(port).ask("GET", "/healthz")[0] == http.HTTPStatus.OK:
                return True
        except OSError:
            pass
        time.sleep(0.1)
    return False
