"""Fetching from an IMAP server, which may be slow, silent, rude or gone.

Every look is limited in time as a whole: a server that drips one byte a minute holds nobody up.
"""

import imaplib
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from huiyin.intake.boxes import Box

ANSWER_SECONDS = 15.0  # for one answer of the server
LOOK_SECONDS = 120.0  # for everything
AT_ONCE = 200  # heads asked for in one go
MOST_A_LOOK = 200  # what comes beyond is taken at the next look
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_UID = re.compile(rb"\bUID (\d+)")


class UnableToFetch(Exception):
    """The mailbox could not be read; ``code``: server, login, folder, lost, refused (a mail)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Head:
    """What the server says of a mail before it is fetched."""

    uid: int
    size: int
    seen: bool
    arrived_at: datetime


class Look:
    """One open look into a mailbox."""

    def __init__(self, box: BaseMailBox, uidvalidity: int) -> None:
        self.box = box
        self.uidvalidity = uidvalidity

    def heads(self, after: int) -> Iterator[Head]:
        """Tell of every mail with a higher number, lowest first."""
        with _told("lost"):
            found = self.box.uids(f"UID {after + 1}:*")
            # "7:*" also names the last mail when nothing has a number of 7 or more.
            uids = sorted(uid for uid in map(int, found) if uid > after)
        for start in range(0, len(uids), AT_ONCE):
            yield from self._heads(uids[start : start + AT_ONCE])

    def _heads(self, uids: Sequence[int]) -> list[Head]:
        with _told("lost"):
            rows = self._ask(",".join(map(str, uids)), "(UID RFC822.SIZE FLAGS INTERNALDATE)")
        heads = [head for row in rows if isinstance(row, bytes) and (head := _head(row))]
        return sorted(heads, key=lambda head: head.uid)

    def raw(self, uid: int, *, head_only: bool) -> bytes | None:
        """Fetch one mail without marking it; None when it is gone by now."""
        with _told("lost"):
            rows = self._ask(str(uid), "(BODY.PEEK[HEADER])" if head_only else "(BODY.PEEK[])")
        return next((row[1] for row in rows if isinstance(row, tuple)), None)

    def mark(self, uid: int) -> None:
        """Mark a mail as seen, for whoever looks into the box; it does not matter if that fails."""
        with _told("lost"):
            self.box.client.uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Seen)")

    def _ask(self, uids: str, parts: str) -> list[bytes | tuple[bytes, bytes]]:
        status, rows = self.box.client.uid("FETCH", uids, parts)
        if status != "OK":
            raise UnableToFetch("refused")
        return [row for row in rows if row]


@contextmanager
def look_into(box: Box, *, seconds: float = LOOK_SECONDS) -> Iterator[Look]:
    """Open a mailbox for reading; raise UnableToFetch when it cannot be read to the end."""
    with _Watchdog(seconds) as watchdog:
        with _told("server"):
            opened = _Inbox(box, watchdog)
        try:
            with _told("lost"):
                opened.login(box.user, box.password, initial_folder=None)
                opened.folder.set(box.folder)
                uidvalidity = int((opened.client.response("UIDVALIDITY")[1] or [b"0"])[0] or 0)
            yield Look(opened, uidvalidity)
        finally:
            _leave(opened)


class _Watchdog:
    """Hangs up when the time is over, wherever the conversation stands, even before a greeting."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._hang_up)
        self._timer.daemon = True
        self._lines: list[socket.socket] = []

    def __enter__(self) -> "_Watchdog":
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        for line in self._lines:
            line.close()

    def watch(self, line: socket.socket) -> None:
        """Hold a second end of the line: encryption takes the first one away."""
        self._lines.append(line.dup())

    def _hang_up(self) -> None:
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _Client(imaplib.IMAP4):
    """A conversation with a server, watched from its first byte, encrypted at once if wanted."""

    def __init__(self, box: Box, watchdog: _Watchdog) -> None:
        self._watchdog = watchdog
        self._context = ssl.create_default_context() if box.scheme == "imaps" else None
        super().__init__(box.host, box.port, ANSWER_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        line = socket.create_connection((self.host, self.port), timeout)
        self._watchdog.watch(line)
        if self._context is None:
            return line
        return self._context.wrap_socket(line, server_hostname=self.host)


class _Inbox(BaseMailBox):
    """A mailbox whose password never goes out in the clear, except on this machine."""

    def __init__(self, box: Box, watchdog: _Watchdog) -> None:
        self._box, self._watchdog = box, watchdog
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = _Client(self._box, self._watchdog)
        if self._box.scheme == "imap" and not self._box.is_loopback:
            client.starttls(ssl.create_default_context())
        return client


@contextmanager
def _told(otherwise: str) -> Iterator[None]:
    """Turn what servers and networks do into UnableToFetch; their words may quote the password."""
    try:
        yield
    except MailboxLoginError:
        raise UnableToFetch("login") from None
    except MailboxFolderSelectError:
        raise UnableToFetch("folder") from None
    except (OSError, EOFError, imaplib.IMAP4.error, ImapToolsError, ValueError):
        raise UnableToFetch(otherwise) from None


def _leave(opened: BaseMailBox) -> None:
    try:
        opened.logout()
    except (OSError, EOFError, imaplib.IMAP4.error, ImapToolsError, ValueError):
        opened.client.shutdown()


def _head(row: bytes) -> Head | None:
    uid, size = _UID.search(row), _SIZE.search(row)
    if uid is None or size is None:
        return None
    arrived = imaplib.Internaldate2tuple(row)
    flags = imaplib.ParseFlags(row)
    return Head(
        uid=int(uid[1]),
        size=int(size[1]),
        seen=any(flag.lower() == b"\\seen" for flag in flags),
        arrived_at=_moment(arrived),
    )


def _moment(arrived: object) -> datetime:
    """Return when a mail arrived; without a date it counts as new."""
    if not isinstance(arrived, time.struct_time):
        return datetime.max.replace(tzinfo=UTC)
    return datetime.fromtimestamp(time.mktime(arrived), UTC)
