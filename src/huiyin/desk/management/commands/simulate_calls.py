"""``huiyin manage simulate_calls``: a telephone exchange that signs what it tells over HTTP."""

import os
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from huiyin.desk.actions import make_key
from huiyin.desk.simulation import Exchange, PlannedCall, Shares, UnableToTell, plan
from huiyin.estate.models import Phone
from huiyin.kernel import clock
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import Refused

SECRET = "HUIYIN_EXCHANGE_SECRET"  # noqa: S105 the name of a variable
RING_SECONDS = 5
MOST_NUMBERS = 500


class Command(BaseCommand):
    """Ring a running server as a telephone exchange would."""

    help = "Tell a running server of made-up calls, signed as an exchange signs them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be asked."""
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="the running server")
        parser.add_argument("--community", default="YG")
        parser.add_argument("--extension", action="append", help="may be given several times")
        parser.add_argument("--calls", type=int, default=5)
        parser.add_argument("--once", action="store_true", help="one call, as --calls 1")
        parser.add_argument("--number", default="", help="call from this number only")
        parser.add_argument("--known", type=float, default=0.7, help="share of known numbers")
        parser.add_argument("--hidden", type=float, default=0.05, help="share without a number")
        parser.add_argument("--abandon", type=float, default=0.2, help="share that gives up")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same calls")
        parser.add_argument("--pace", type=float, default=1.0, help="1 as in life, 0 at once")
        parser.add_argument("--secret", default="", help=f"the exchange's key; else ${SECRET}")
        parser.add_argument(
            "--new-key", action="store_true", help="make a new key first; the former is void"
        )

    def handle(self, *args: Any, **given: Any) -> None:
        """Plan the calls, make them, print what was told and answered."""
        shares = Shares(given["known"], given["hidden"], given["abandon"])
        if not all(0 <= share <= 1 for share in (shares.known, shares.hidden, shares.abandon)):
            raise CommandError("--known, --hidden and --abandon are shares between 0 and 1")
        if not given["url"].startswith(("http://", "https://")):
            raise CommandError("--url: should begin with http:// or https://")
        exchange = Exchange(given["url"], given["community"], self._secret(given))
        calls = plan(
            seed=given["seed"],
            calls=1 if given["once"] else given["calls"],
            extensions=given["extension"] or [],
            numbers=[given["number"]] if given["number"] else _numbers(given["community"]),
            shares=Shares(1, 0, shares.abandon) if given["number"] else shares,
        )
        try:
            for call in calls:
                self._make(exchange, call, given["pace"])
        except UnableToTell as error:
            raise CommandError(str(error)) from error

    def _make(self, exchange: Exchange, call: PlannedCall, pace: float) -> None:
        """Make one call, waiting as long as it would ring and be talked."""
        travel = "HUIYIN_NOW" in os.environ
        for event, rings in call.events():
            time.sleep(rings * RING_SECONDS * pace)
            matter = exchange.tell(call, event, clock.now(), travel=travel)
            where = f" on {call.extension}" if call.extension else ""
            then = f" -> {matter}" if matter else ""
            self.stdout.write(f"{call.call_id} {event}: {_shown(call.number)}{where}{then}")

    def _secret(self, given: dict[str, Any]) -> str:
        if given["new_key"]:
            try:
                secret = make_key(
                    by=SYSTEM, at=clock.now(), community=given["community"], keep_former=False
                )
            except Refused as refusal:
                raise CommandError(str(refusal)) from refusal
            self.stdout.write(f"new key: {secret}")
            return secret
        secret = given["secret"] or os.environ.get(SECRET, "")
        if not secret.startswith("whsec_"):
            raise CommandError(f"no key: give --secret whsec_…, set {SECRET}, or use --new-key")
        return str(secret)


def _numbers(community: str) -> list[str]:
    """Return numbers of people who live in the community, in an order that stays."""
    known = Phone.objects.filter(
        person__occupancies__house__community__code=community,
        person__occupancies__until_on__isnull=True,
    )
    return list(known.order_by("id").values_list("number", flat=True).distinct()[:MOST_NUMBERS])


def _shown(number: str) -> str:
    return number or "no number"
