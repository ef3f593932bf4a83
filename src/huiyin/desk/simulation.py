"""A small telephone exchange for trying: which calls it makes, and how it tells of them.

The same seed makes the same calls. What is known is said by the options, the rest is chance.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from standardwebhooks.webhooks import Webhook

RINGS_AT_MOST = 6
TALK_AT_MOST = 12  # in the time of one ring
TIMEOUT = 10


class UnableToTell(Exception):
    """The server cannot be reached, or does not believe us."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How many calls of a hundred are from a known number, hide theirs, or give up."""

    known: float = 0.7
    hidden: float = 0.05
    abandon: float = 0.2


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One call as it will be: from which number, on which extension, what becomes of it."""

    call_id: str
    number: str
    extension: str
    rings: int
    talk: int
    is_abandoned: bool

    def events(self) -> Iterator[tuple[str, int]]:
        """Give each event with how many rings to wait before it."""
        yield "ringing", 0
        yield ("abandoned" if self.is_abandoned else "answered"), self.rings
        if not self.is_abandoned:
            yield "ended", self.talk


def plan(
    *, seed: int, calls: int, extensions: Sequence[str], numbers: Sequence[str], shares: Shares
) -> list[PlannedCall]:
    """Make up the calls; known numbers are taken from ``numbers``, others belong to nobody."""
    chance = random.Random(seed)  # noqa: S311 a game, no secret
    made = []
    for count in range(1, calls + 1):
        die, fate = chance.random(), chance.random()
        stranger = f"199{chance.randrange(10**8):08}"
        familiar = chance.choice(numbers) if numbers else stranger
        number = familiar if die < shares.known else stranger
        made.append(
            PlannedCall(
                call_id=f"sim-{seed}-{count}",
                number="" if die > 1 - shares.hidden else number,
                extension=chance.choice(extensions) if extensions else "",
                rings=chance.randint(1, RINGS_AT_MOST),
                talk=chance.randint(2, TALK_AT_MOST),
                is_abandoned=fate < shares.abandon,
            )
        )
    return made


@dataclass(frozen=True, slots=True)
class Exchange:
    """Where to tell of calls, for which community, under which secret."""

    url: str
    community: str
    secret: str

    def tell(self, call: PlannedCall, event: str, at: datetime, *, travel: bool = False) -> str:
        """Send one signed event; return the number of the call-back, "" when there is none.

        Raises UnableToTell with what the server said. ``travel`` sends the moment along for a
        server that obeys ``X-Huiyin-Now``.
        """
        told = {
            "community": self.community,
            "call_id": call.call_id,
            "event": event,
            "at": at.isoformat(),
            "number": call.number,
            "rings": 0 if event == "ringing" else call.rings,
            "extension": call.extension,
        }
        body = json.dumps(told)
        webhook_id = f"{call.call_id}-{event}-{int(at.timestamp())}"
        headers = {
            "Content-Type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(webhook_id, at, body),
        }
        if travel:
            headers["X-Huiyin-Now"] = at.isoformat()
        address = f"{self.url.rstrip('/')}/api/v1/calls"
        request = Request(address, body.encode(), headers)  # noqa: S310 checked by the command
        try:
            with urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310 as above
                answer = json.load(response)
        except HTTPError as refusal:
            raise UnableToTell(f"{refusal.code}: {_detail(refusal.read())}") from refusal
        except (URLError, TimeoutError, ValueError) as error:
            raise UnableToTell(f"{address}: {error}") from error
        return str(answer.get("matter") or "")


def _detail(body: bytes) -> str:
    """Return the sentence of a problem document, or the start of whatever came."""
    try:
        return str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")
