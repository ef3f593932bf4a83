"""A real IMAP server beside the tests, and one that is silent on purpose."""

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from imap_tools import MailBoxUnencrypted

from huiyin.intake.boxes import Box

USER, PASSWORD = "fuwu", "a password with @ and /"
STARTS_WITHIN = 20.0


@dataclass(frozen=True)
class Server:
    """A running server; ``deliver`` puts a mail into its box as the world would."""

    port: int

    @property
    def box(self) -> Box:
        """Return the address of the mailbox."""
        return box_at(self.port)

    def deliver(self, *mails: bytes, seen: bool = False) -> None:
        """Put mails into the inbox."""
        with self.open() as inbox:
            for mail in mails:
                inbox.append(mail, "INBOX", flag_set=["\\Seen"] if seen else None)

    def seen(self) -> list[bool]:
        """Tell of each mail in the box whether it is marked as seen."""
        with self.open() as inbox:
            return ["\\Seen" in one.flags for one in inbox.fetch(mark_seen=False)]

    @contextlib.contextmanager
    def open(self) -> Iterator[MailBoxUnencrypted]:
        """Log in as the mailbox's user."""
        with MailBoxUnencrypted("127.0.0.1", self.port, timeout=5).login(USER, PASSWORD) as inbox:
            yield inbox


def box_at(port: int, password: str = PASSWORD, folder: str = "INBOX") -> Box:
    """Return the address of a mailbox on this machine."""
    return Box("YG", "imap", USER, password, "127.0.0.1", port, folder)


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Run an IMAP server with an empty inbox; each start numbers its mails anew."""
    port = _free_port()
    program = "import sys; from pymap.main import main; sys.exit(main())"
    process = subprocess.Popen(  # noqa: S603
        [
            *(sys.executable, "-c", program, "--host", "127.0.0.1", "--port", str(port)),
            *("--no-tls", "dict", "--demo-user", USER, "--demo-password", PASSWORD),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield Server(port)
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def silent_server(greeting: bytes = b"") -> Iterator[int]:
    """Accept connections and say at most a greeting; give the port."""
    listening = socket.create_server(("127.0.0.1", 0))
    lines: list[socket.socket] = []

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _address = listening.accept()
                lines.append(line)
                line.sendall(greeting)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for line in lines:
            line.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    give_up_at = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < give_up_at:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
            if line.recv(4).startswith(b"* OK"):
                return
        time.sleep(0.05)
    raise TimeoutError("the IMAP server did not start")
