"""The stage of the play: who may act, where people live, and time, which passes between the acts.

A course is a generator: it yields the moment at which it wants to go on. The stage resumes the
earliest one and, before that, lets every clock that is due by then run, as the worker would.
"""

import heapq
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property
from itertools import count
from random import Random

from django.db import connection

from huiyin.estate.models import Community, House
from huiyin.flows import reactions
from huiyin.flows.demo import cast, photos
from huiyin.flows.demo.staffing import ZONE, people
from huiyin.kernel import clock
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Refused
from huiyin.matters import queries
from huiyin.matters.actions import sweep
from huiyin.matters.actions.sweep import beat
from huiyin.matters.models import Matter
from huiyin.notices import actions as notices
from huiyin.notices.models import Message
from huiyin.notices.routing import route
from huiyin.staff.queries import caller_for

log = logging.getLogger("huiyin.demo")

ROOMS = ("主卧", "次卧", "客厅", "书房", "餐厅")
BATCH = 500
UNREAD_FOR = timedelta(hours=18)
ANALYZE_EVERY = timedelta(days=6)
TELL_EVERY = timedelta(minutes=30)
Course = Iterator[datetime]


@dataclass(frozen=True, slots=True)
class Home:
    """A lived-in flat and who calls from there."""

    code: str
    building: str
    unit: str
    floor: int
    door: str
    is_top: bool
    name: str
    phone: str

    def slots(self, rng: Random) -> dict[str, str]:
        """Return what a story may say about the flat."""
        beside = "02" if self.door == "01" else "01"
        return {
            "b": self.building,
            "u": self.unit,
            "floor": str(self.floor),
            "up": f"{self.floor + 1}{self.door}",
            "down": f"{self.floor - 1}{self.door}",
            "next": f"{self.floor}{beside}",
            "room": rng.choice(ROOMS),
        }


class Stage:
    """Sixty days of YG up to the present moment."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = now.astimezone(ZONE).date()
        self._callers: dict[str, Caller] = {}
        self._queue: list[tuple[datetime, int, Course]] = []
        self._turn = count()
        self._analyzed_at: datetime | None = None
        self._told_at: datetime | None = None
        self.ended_early = 0

    # -- who and where

    def caller(self, code: str) -> Caller:
        """Return an employee as who is asking; the demo's posts never change."""
        if code not in self._callers:
            for employee in people().values():
                if employee.user is not None:
                    self._callers[employee.code] = caller_for(employee.user, self.now)
        return self._callers[code]

    def dispatcher(self, at: datetime) -> Caller:
        """Return the dispatcher whose shift it is."""
        return self.caller(cast.codes("dispatcher")[at.astimezone(ZONE).hour // 8])

    def owner(self, number: str) -> Caller:
        """Return who owns a matter now: not always who it was given to."""
        code = Matter.objects.values_list("owner__code", flat=True).get(number=number)
        return self.caller(code)

    def keeper(self, building: str) -> str:
        """Return the code of who keeps a building of YG."""
        blocks = cast.COMMUNITIES[0].buildings
        return next(block.keeper for block in blocks if block.code == building)

    @cached_property
    def homes(self) -> tuple[Home, ...]:
        """Every flat of YG with somebody to call from it."""
        tops = {block.code: block.floors for block in cast.COMMUNITIES[0].buildings}
        rows = (
            House.objects.filter(
                community__code=cast.FIRST,
                kind=House.Kind.FLAT,
                vacant=False,
                occupancies__role__in=("owner", "tenant"),
                occupancies__person__phones__rank=0,
                occupancies__person__phones__state="good",
            )
            .order_by("order_key", "occupancies__id")
            .values_list(
                "code",
                "floor",
                "occupancies__person__name",
                "occupancies__person__phones__number",
            )
        )
        homes = []
        for code, floor, name, phone in rows:
            building, unit, number = code.split("-")
            door, is_top = number[-2:], floor == tops[building]
            homes.append(Home(code, building, unit, floor or 1, door, is_top, name, phone))
        return tuple(homes)

    @cached_property
    def community_id(self) -> int:
        """The id of YG."""
        return Community.objects.values_list("pk", flat=True).get(code=cast.FIRST)

    @cached_property
    def photos(self) -> tuple[int, ...]:
        """File ids of a few drawn photos, stored once."""
        return photos.store(by=self.caller(cast.codes("technician")[0]), at=self.now)

    @cached_property
    def mended(self) -> tuple[int, ...]:
        """File ids of the same walls after the work."""
        return photos.store(by=self.caller(cast.codes("technician")[0]), at=self.now, mended=True)

    @cached_property
    def signatures(self) -> tuple[int, ...]:
        """File ids of a few drawn signatures."""
        return photos.store_signatures(by=self.caller(cast.codes("technician")[0]), at=self.now)

    # -- time

    def moment(self, back: int, hour: int, minute: int) -> datetime:
        """Return a moment so many days ago."""
        return datetime.combine(self.today - timedelta(days=back), time(hour, minute), ZONE)

    def react(self, at: datetime) -> None:
        """Let requests and failed items have their matters, as the next tick would."""
        reactions.react(at)

    def put_on(self, course: Course) -> None:
        """Let a course begin at the first moment it names."""
        self._call_again(course)

    def play(self) -> None:
        """Run everything in the order of time up to the present moment."""
        while self._queue and self._queue[0][0] <= self.now:
            moment, _, course = heapq.heappop(self._queue)
            self._let_pass(moment)
            with clock.at(moment):
                try:
                    self._call_again(course)
                except Refused as refusal:
                    # A matter of the demo stays as it is; the others go on.
                    log.warning("a course of the demo ends early: %s", refusal)
                    self.ended_early += 1
        self._let_pass(self.now)
        self._deliver(self.now)
        beat(name="sweeper", at=self.now, seconds=0.0, fired=0)
        self._read_messages()

    def _read_messages(self) -> None:
        """Let everybody have read what came before today's shift."""
        before = self.now - UNREAD_FOR
        for code in people():
            caller = self.caller(code)
            seen = Message.objects.filter(recipient_id=caller.employee_id, at__lt=before)
            ids = list(seen.values_list("pk", flat=True))
            notices.mark_read(by=caller, at=before, message_ids=ids)

    def _call_again(self, course: Course) -> None:
        moment = next(course, None)
        if moment is not None:
            heapq.heappush(self._queue, (moment, next(self._turn), course))

    def _let_pass(self, until: datetime) -> None:
        """Jump from one due alarm to the next, each at its own moment."""
        self._keep_statistics(until)
        self._tell_owners(until)
        while (due := _next_alarm()) is not None and due <= until:
            with clock.at(due):
                sweep(at=due)
            self._deliver(due)

    def _tell_owners(self, until: datetime) -> None:
        """Let owners hear what they are told, as a provider that always delivers would."""
        if self._told_at is not None and until - self._told_at < TELL_EVERY and until < self.now:
            return
        self._told_at = until
        while route(at=until):
            waiting = Message.objects.filter(recipient=None, state=Message.State.QUEUED)
            waiting.update(
                state=Message.State.DELIVERED,
                provider="demo",
                tries=1,
                sent_at=until,
                delivered_at=until,
                next_try_at=None,
            )

    def _deliver(self, at: datetime) -> None:
        while notices.deliver(at=at, still_wanted=queries.still_wanted, limit=BATCH) == BATCH:
            pass

    def _keep_statistics(self, at: datetime) -> None:
        """Tell the planner how the tables grow: in one long transaction nobody else does."""
        if self._analyzed_at is None or at - self._analyzed_at > ANALYZE_EVERY:
            self._analyzed_at = at
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")


def _next_alarm() -> datetime | None:
    """Return when the next alarm of any clock is due."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(next_alarm_at) FROM matters_promise")
        moment: datetime | None = cursor.fetchone()[0]
    return moment
