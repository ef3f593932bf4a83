"""Work at the door as a phone tells of it: sheet, photos, signature, late facts (WO-03, WO-08).

A technician taps; the stage sends what was tapped at once, or all of it when the phone is out of
the basement again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from huiyin.fieldwork import actions as fieldwork
from huiyin.fieldwork.models import ChargeSlip
from huiyin.fieldwork.rules import amount_of, total_of
from huiyin.flows.demo import goods
from huiyin.flows.demo.courses import THANKS, Course
from huiyin.flows.demo.deck import Deck, fork
from huiyin.flows.demo.stage import Stage
from huiyin.kernel.caller import Caller
from huiyin.matters import actions

TECHNICIAN = "E019"  # whose phone the demo proposes to try
# Days ago, hour, kind, course.
VISITS = (
    (59, 10, "repair", "charged"),
    (45, 15, "repair", "charged"),
    (32, 9, "home_service", "charged"),
    (28, 10, "repair.public", "mended"),
    (14, 14, "repair", "free"),
    (9, 9, "repair.public", "mended"),
    (5, 10, "repair", "taken_away"),
    (3, 11, "repair", "charged"),
    (2, 10, "repair", "from_the_basement"),
    (1, 9, "repair.public", "mended"),
    (1, 15, "repair", "charged"),
)
# Minutes ago, kind, course: what is on the technician's phone now.
NOW = (
    (190, "repair", "charged"),
    (85, "repair", "before_signing"),
    (58, "repair.public", "begun"),
    (33, "repair", "on_the_way"),
    (21, "repair.public", "accepted_only"),
)


def rehearse(stage: Stage, rng: Random, deck: Deck) -> None:
    """Put the visits, and a slip that somebody wants voided, on the stage."""
    for back, hour, kind, fate in VISITS:
        at = stage.moment(back, hour, rng.randrange(60))
        story, home = deck.deal(kind, stage)
        stage.put_on(Visit(stage, fork(rng), story, home, at).run(fate))
    for minutes, kind, fate in NOW:
        at = stage.now - timedelta(minutes=minutes, seconds=rng.randrange(60))
        story, home = deck.deal(kind, stage)
        visit = Visit(stage, fork(rng), story, home, at)
        visit.technician = TECHNICIAN
        stage.put_on(visit.run(fate))
    stage.put_on(_void_asked(stage, stage.now - timedelta(hours=20)))


@dataclass(frozen=True, slots=True)
class Tap:
    """One thing tapped on a phone, some minutes after the one before."""

    act: str
    minutes: float
    given: dict[str, Any]
    file_id: int | None = None


@dataclass
class Visit(Course):
    """One job in the hands of a technician with a phone."""

    technician: str = ""

    def crew(self) -> str:
        """Return the technician whose phone it is."""
        return self.technician or super().crew()

    # -- courses

    def charged(self) -> Iterator[datetime]:
        """Everything by the book, and the owner signs for what it costs."""
        yield from self._taken()
        yield from self._tapped(self._whole(self._lines()))
        yield from self._followed()

    def free(self) -> Iterator[datetime]:
        """A small thing for which nobody pays."""
        yield from self._taken()
        yield from self._tapped(self._whole([]))
        yield from self._followed()

    def mended(self) -> Iterator[datetime]:
        """Something of everybody's, with a photo before and one after (WO-07)."""
        yield from self._taken()
        yield from self._tapped([*self._begun(), *self._public_end()])
        yield self.daytime(self.at + timedelta(hours=self.rng.randrange(2, 20)))
        self.close()

    def from_the_basement(self) -> Iterator[datetime]:
        """No signal all the while: everything comes late, with the moments it happened at."""
        yield from self._taken()
        taps = self._whole(self._lines())
        yield self.wait(sum(tap.minutes for tap in taps) + 25, 95 + len(taps))
        self._send(taps, late=True)
        yield from self._followed()

    def taken_away(self) -> Iterator[datetime]:
        """Given to somebody else while the phone was without signal: what it tells is a note."""
        yield from self._taken()
        first = self.owner()
        yield self.wait(40, 50)
        by, other = (
            self.stage.dispatcher(self.at),
            "E021" if first is not self.stage.caller("E021") else "E022",
        )
        self.act(actions.assign_matter, by=by, to=other, note="联系不上原师傅,改派。")
        yield self.wait(2, 4)
        self.act(actions.accept_matter)
        yield self.wait(10, 15)
        result = Tap("finish", 1, {"result": self.story.done})
        self._send([*self._begun(), result], late=True, by=first)
        yield self.wait(10, 20)
        self.finish()
        yield from self._followed()

    def before_signing(self) -> Iterator[datetime]:
        """Done at a home; only the signature is missing."""
        yield from self._taken()
        yield from self._tapped(self._whole(self._lines())[:-2])

    def begun(self) -> Iterator[datetime]:
        """On site, the photo before is taken."""
        yield from self._taken()
        yield from self._tapped(self._begun())

    def on_the_way(self) -> Iterator[datetime]:
        """On the way to a home."""
        yield from self._taken()
        yield from self._tapped([Tap("leave", 4, {})])

    def accepted_only(self) -> Iterator[datetime]:
        """Accepted, nothing else yet."""
        yield from self._taken()

    # -- what is tapped

    def _begun(self) -> list[Tap]:
        before = self.rng.choice(self.stage.photos)
        return [
            Tap("leave", 4, {}),
            Tap("arrive", 8, {}),
            Tap("photo", 2, {"stage": "before"}, before),
        ]

    def _public_end(self) -> list[Tap]:
        after = self.rng.choice(self.stage.mended)
        return [
            Tap("photo", 25, {"stage": "after"}, after),
            Tap("finish", 2, {"result": self.story.done}),
        ]

    def _whole(self, lines: list[dict[str, str]]) -> list[Tap]:
        """Return a home visit from the way there to the result, the signature second to last."""
        number = self.rng.randrange(len(self.stage.photos))
        cause = goods.job_of(self.story)[0]
        total = total_of(
            amount_of(Decimal(one["quantity"]), Decimal(one["price"])) for one in lines
        )
        signature = self.rng.choice(self.stage.signatures)
        before, after = self.stage.photos[number], self.stage.mended[number]
        return [
            Tap("leave", 4, {}),
            Tap("arrive", 9, {}),
            _tick("greet"),
            _tick("shoe_covers"),
            Tap("photo", 2, {"stage": "before", "item": "photos_before"}, before),
            _tick("cause"),
            _tick("method_and_price"),
            Tap("consent", 2, {"name": self.home.name, "cause": cause, "amount": str(total)}),
            _tick("consent"),
            _tick("sheet"),
            *(Tap("line", 3, one) for one in lines),
            _tick("quiet", 12),
            Tap("mark", 1, {"item": "tested", "value": "正常"}),
            _tick("cleaned", 3),
            Tap("photo", 1, {"stage": "after", "item": "photos_after"}, after),
            Tap("sign", 2, {"name": self.home.name, "amount": str(total)}, signature),
            Tap("finish", 1, {"result": self.story.done}),
        ]

    def _lines(self) -> list[dict[str, str]]:
        prices = goods.prices(self.stage, self.at)
        return [
            {"code": code, "quantity": quantity, "price": str(prices[code])}
            for code, quantity in goods.job_of(self.story)[1]
        ]

    # -- how it is sent

    def _taken(self) -> Iterator[datetime]:
        yield from self.taken(2, 6)

    def _tapped(self, taps: list[Tap]) -> Iterator[datetime]:
        for tap in taps:
            self.at += timedelta(minutes=tap.minutes)
            yield self.at
            self._send([tap])

    def _send(self, taps: list[Tap], *, late: bool = False, by: Caller | None = None) -> None:
        """Send taps now; late ones end a little ago, each at its own moment."""
        at = self.at
        if late:
            at -= timedelta(minutes=sum(tap.minutes for tap in taps) + 3)
        owner = by or self.owner()
        for tap in taps:
            at = at + timedelta(minutes=tap.minutes) if late else at
            fieldwork.take_acts(
                by=owner,
                now=self.at,
                device=f"demo-{owner.employee_id}",
                sent_at=self.at,
                acts=[
                    {
                        "key": str(UUID(int=self.rng.getrandbits(128), version=4)),
                        "act": tap.act,
                        "matter": self.number,
                        "at": at.isoformat(),
                        "given": tap.given,
                    }
                ],
                file_id=tap.file_id,
            )

    def _followed(self) -> Iterator[datetime]:
        """Ask how it was, file it."""
        yield self.wait(3, 25)
        self.tell("电话告知业主处理结果,业主认可。")
        yield self.wait(20, 90)
        self.visit(self.rng.choice((4, 5, 5)), self.rng.choice(THANKS[:5]))
        yield self.daytime(self.at + timedelta(hours=self.rng.randrange(2, 30)))
        self.close()


def _tick(item: str, minutes: float = 1) -> Tap:
    return Tap("mark", minutes, {"item": item, "value": True})


def _void_asked(stage: Stage, at: datetime) -> Iterator[datetime]:
    """Ask to void the latest slip; somebody else has to agree."""
    yield at
    slip = ChargeSlip.objects.filter(community_id=stage.community_id).order_by("-id").first()
    if slip is not None:
        reason = "软管多记一根,业主来电更正。"
        fieldwork.ask_void(by=stage.caller("E005"), at=at, number=slip.number, reason=reason)
