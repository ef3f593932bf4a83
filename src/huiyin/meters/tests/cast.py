"""Meters on the standing cast: a walk of three flats' water meters and a shared pump."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from huiyin.kernel.caller import Caller
from huiyin.matters.tests.cast import Cast
from huiyin.meters import actions
from huiyin.meters.models import Meter, Reading
from huiyin.meters.rows import ReadingRow

AT = datetime(2026, 3, 31, 1, 0, tzinfo=UTC)  # Tuesday, 09:00 in Shanghai
TODAY = date(2026, 3, 31)
SINCE = date(2026, 1, 1)
WALK = "3栋"


@dataclass
class Wall:
    """The meters of YG, and who goes round with the telephone."""

    cast: Cast
    meters: dict[str, Meter] = field(default_factory=dict)

    @property
    def place(self) -> int:
        """The community."""
        return self.cast.town.community.pk

    def by(self, post: str = "technician") -> Caller:
        """Speak for the holder of a post."""
        return self.cast.caller(post)

    def read(
        self,
        code: str,
        value: str,
        *,
        on: date = TODAY,
        post: str = "technician",
        key: UUID | None = None,
        note: str = "",
    ) -> ReadingRow:
        """Read a meter as the technician does."""
        return actions.read(
            by=self.by(post),
            at=AT,
            community_id=self.place,
            meter=code,
            read_on=on,
            value=value,
            key=key or uuid4(),
            note=note,
        )

    def stored(self, row: ReadingRow) -> Reading:
        """Return a reading as it stands in the table."""
        return Reading.objects.get(pk=row.id)


def make_wall(cast: Cast) -> Wall:
    """Hang W-1201, W-1202, W-501 and the pump P-1; January and February are read: 10 a month."""
    wall = Wall(cast)
    town = cast.town
    places: tuple[tuple[str, dict[str, Any]], ...] = (
        ("W-1201", {"house": "3-1-1201"}),
        ("W-1202", {"house": "3-1-1202"}),
        ("W-501", {"house": "5-1-101"}),
        ("P-1", {"building": "3", "place": "地下室水泵房", "factor": "40"}),
    )
    for code, where in places:
        pk = actions.add_meter(
            by=wall.by("collector"),
            at=AT,
            community_id=town.community.pk,
            code=code,
            kind="water",
            from_on=SINCE,
            route="" if code == "P-1" else WALK,
            value=Decimal(100),
            **where,
        )
        wall.meters[code] = Meter.objects.get(pk=pk)
        for month, value in ((2, "110"), (3, "120")):
            wall.read(code, value, on=date(2026, month, 1))
    return wall
