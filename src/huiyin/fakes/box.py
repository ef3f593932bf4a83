"""What the providers here were given, and the mischief they are told to play."""

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from huiyin.kernel import clock

KEPT = 300  # messages shown; older ones go
SILENCE_SECONDS = 12.0  # longer than anybody waits


class Fate(StrEnum):
    """What a provider does with a message."""

    TAKEN = "taken"  # taken, and reported as delivered
    LOST = "lost"  # taken, and reported as not delivered
    SILENT = "silent"  # taken, but never answered
    BUSY = "busy"  # not taken: later perhaps
    REFUSED = "refused"  # not taken: never


# What the end of a number or the name of a mailbox does, whoever sends there.
NUMBERS = {"0000": Fate.REFUSED, "0001": Fate.LOST, "0002": Fate.BUSY, "0003": Fate.SILENT}
MAILBOXES = {"bounce": Fate.REFUSED, "later": Fate.BUSY, "silent": Fate.SILENT}
MISCHIEF = (Fate.BUSY, Fate.SILENT, Fate.LOST, Fate.REFUSED)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as a provider is given it."""

    channel: str
    provider: str
    to: str
    text: str
    subject: str = ""
    reference: str = ""
    template: str = ""


@dataclass(slots=True)
class Sent:
    """A message and what became of it; ``repeats`` counts how often it came again."""

    id: int
    letter: Letter
    at: datetime
    fate: Fate
    state: str = "handed"
    repeats: int = 0

    @property
    def provider_id(self) -> str:
        """Return the provider's own number of the message."""
        return f"F{self.id:08d}"


@dataclass(slots=True)
class Box:
    """Everything given to the providers of this process; safe to use from several threads."""

    remembers: bool = True
    silence: float = SILENCE_SECONDS
    _rows: deque[Sent] = field(default_factory=lambda: deque(maxlen=KEPT))
    _mischief: Counter[tuple[str, Fate]] = field(default_factory=Counter)
    _followers: dict[str, str] = field(default_factory=dict)
    _last: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def take(self, letter: Letter) -> Sent:
        """Take a message, or one that came before with the same reference if this is remembered."""
        with self._lock:
            known = self.find(letter.provider, letter.reference) if self.remembers else None
            if known is not None:
                known.repeats += 1
                return known
            self._last += 1
            sent = Sent(self._last, letter, clock.now(), self._fate(letter))
            sent.state = {Fate.BUSY: "busy", Fate.REFUSED: "refused"}.get(sent.fate, "handed")
            self._rows.append(sent)
            return sent

    def find(self, provider: str, reference: str) -> Sent | None:
        """Return the message a provider took under a reference, None when it took none."""
        with self._lock:
            return next(
                (
                    one
                    for one in self._rows
                    if reference
                    and one.letter.reference == reference
                    and one.letter.provider == provider
                    and one.fate not in (Fate.BUSY, Fate.REFUSED)
                ),
                None,
            )

    def reported(self, sent: Sent, *, delivered: bool) -> None:
        """Remember that a message arrived, or did not."""
        with self._lock:
            sent.state = "delivered" if delivered else "undelivered"

    def rows(self, to: str = "") -> tuple[Sent, ...]:
        """Return what was given, newest first, to all or to one number, mailbox or person."""
        with self._lock:
            return tuple(one for one in reversed(self._rows) if to in ("", one.letter.to))

    def clear(self) -> None:
        """Forget what was given."""
        with self._lock:
            self._rows.clear()

    def plan(self, channel: str, fate: Fate, times: int) -> None:
        """Make the next messages of a channel meet a fate, so many times."""
        with self._lock:
            self._mischief[channel, fate] = max(times, 0)

    def planned(self) -> Mapping[tuple[str, Fate], int]:
        """Return the mischief that still waits."""
        with self._lock:
            return {key: times for key, times in self._mischief.items() if times}

    def _fate(self, letter: Letter) -> Fate:
        for fate in MISCHIEF:
            if self._mischief[letter.channel, fate] > 0:
                self._mischief[letter.channel, fate] -= 1
                return fate
        if letter.channel == "sms":
            return NUMBERS.get(letter.to[-4:], Fate.TAKEN)
        if letter.channel == "email":
            return MAILBOXES.get(letter.to.partition("@")[0].lower(), Fate.TAKEN)
        return Fate.TAKEN

    # -- who follows the official account

    def follow(self, openid: str, name: str) -> bool:
        """Let somebody follow, and tell whether that is new."""
        with self._lock:
            new = openid not in self._followers
            self._followers[openid] = name
            return new

    def unfollow(self, openid: str) -> None:
        """Let somebody stop following."""
        with self._lock:
            self._followers.pop(openid, None)

    def followers(self) -> Mapping[str, str]:
        """Return who follows, by openid."""
        with self._lock:
            return dict(self._followers)
