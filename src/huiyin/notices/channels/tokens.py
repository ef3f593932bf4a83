"""Access tokens of WeChat and WeCom: fetched when needed, kept in memory while they last."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

EARLY_SECONDS = 300

Fetch = Callable[[], tuple[str, int]]


@dataclass(slots=True)
class Tokens:
    """The tokens of this process, by account; one thread fetches, the others wait for it."""

    _kept: dict[object, tuple[str, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, account: object, fetch: Fetch) -> str:
        """Return the token of an account, fetched when there is none that lasts."""
        with self._lock:
            token, ends = self._kept.get(account, ("", 0.0))
            if not token or ends <= time.monotonic():
                token, seconds = fetch()
                self._kept[account] = (token, time.monotonic() + max(seconds - EARLY_SECONDS, 0))
            return token

    def drop(self, account: object, token: str) -> None:
        """Forget a token that was refused, unless another thread has fetched a new one."""
        with self._lock:
            if self._kept.get(account, ("", 0.0))[0] == token:
                del self._kept[account]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()


tokens = Tokens()
