"""Where the mail of a community is fetched: an address that the machine gives, never a row.

``HUIYIN_MAIL_<CODE>`` holds ``imaps://user:password@host:port/INBOX``. What is wrong with one is
told without showing it, for it holds a password.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

PREFIX = "HUIYIN_MAIL_"
PORTS = {"imaps": 993, "imap": 143}
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class BadAddress(ValueError):
    """The address of a mailbox cannot be used; the sentence names the variable, not its value."""


@dataclass(frozen=True, slots=True)
class Box:
    """The address of a mailbox; its password never shows in a text."""

    code: str
    scheme: str
    user: str
    password: str = field(repr=False)
    host: str
    port: int
    folder: str

    @property
    def name(self) -> str:
        """What tells this box from another in rows and logs: no password."""
        return f"{self.user}@{self.host}/{self.folder}"[:200]

    @property
    def is_loopback(self) -> bool:
        """Tell whether the server runs on this machine, where nobody listens in."""
        return self.host in LOOPBACK


def code_in_name(code: str) -> str:
    """Return a community's code as the name of a variable spells it."""
    return re.sub(r"[^A-Z0-9]", "_", code.upper())


def read_boxes(environment: Mapping[str, str]) -> dict[str, Box]:
    """Return the mailboxes that an environment names, by community code as spelt there."""
    return {
        name.removeprefix(PREFIX): _read(name, text.strip())
        for name, text in sorted(environment.items())
        if name.startswith(PREFIX) and text.strip()
    }


def _read(name: str, text: str) -> Box:
    wanted = "should be imaps://user:password@host:port/INBOX"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadAddress(f"{name}: {wanted}") from None
    if parts.scheme not in PORTS or not (parts.hostname and parts.username and parts.password):
        raise BadAddress(f"{name}: {wanted}; signs such as @ in a password are written %40")
    return Box(
        code=name.removeprefix(PREFIX),
        scheme=parts.scheme,
        user=unquote(parts.username),
        password=unquote(parts.password),
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )
