"""How long a one-time code lives and how often anything may be asked: pure decisions."""

from dataclasses import dataclass
from datetime import timedelta

FIGURES = 6
LIFE = timedelta(minutes=5)
TRIES = 5


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many within so long."""

    times: int
    seconds: int

    def ends(self, now: int) -> int:
        """Return when the window ends that a moment falls into; both in seconds since 1970."""
        return (now // self.seconds + 1) * self.seconds


# Codes asked for one number: whoever waits is patient, and nobody is pestered with them.
PER_TARGET = (Allowance(1, 60), Allowance(5, 3600), Allowance(10, 86400))
# Codes asked from one address: a whole building may stand behind one.
PER_ADDRESS = (Allowance(20, 600), Allowance(60, 3600))
# Codes tried from one address: guessing one number after another is slow as well.
TRIES_PER_ADDRESS = (Allowance(40, 600), Allowance(120, 3600))
