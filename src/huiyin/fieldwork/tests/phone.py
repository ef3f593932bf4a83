"""A technician's phone: it writes down acts by its own clock and sends them when it can."""

import io
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from PIL import Image

from huiyin.fieldwork import actions
from huiyin.fieldwork.actions import ActResult
from huiyin.files.actions import store_photo
from huiyin.matters.actions import accept_matter, assign_matter
from huiyin.matters.tests.cast import AT, Cast

PRICES = (
    ("M01", "角阀", "material", "个", "38.5"),
    ("M02", "生料带", "material", "卷", "2.3333"),
    ("L01", "水电维修", "labour", "小时", "60"),
)


def a_picture(colour: int = 0) -> bytes:
    """Draw a small picture; another colour is another file."""
    out = io.BytesIO()
    Image.new("RGB", (24, 16), (colour % 256, colour // 256 % 256, 90)).save(out, "PNG")
    return out.getvalue()


def prices(cast: Cast) -> None:
    """Put three things on the price list of YG."""
    for code, name, kind, unit, price in PRICES:
        actions.add_price_item(
            by=cast.caller("manager"),
            at=AT,
            community_id=cast.town.community.pk,
            code=code,
            name=name,
            kind=kind,
            unit=unit,
            price=Decimal(price),
            from_on=AT.date(),
            reason="开办",
        )


def a_job(cast: Cast, *, accepted: bool = False, at: datetime = AT, **given: object) -> str:
    """Receive a repair and give it to the technician."""
    call: dict[str, object] = {"kind": "repair", "text": "厨房水管漏水", "at": at, **given}
    number = cast.receive(**call)  # type: ignore[arg-type]
    assign_matter(by=cast.caller("supervisor"), at=at, number=number, to=cast.code("technician"))
    if accepted:
        accept_matter(by=cast.caller("technician"), at=at, number=number)
    return number


@dataclass
class Phone:
    """What somebody did is kept in ``queue`` until sent; ``off`` is how wrong its clock is."""

    cast: Cast
    who: str = "technician"
    device: str = "phone-1"
    off: timedelta = timedelta(0)
    queue: list[dict[str, Any]] = field(default_factory=list)

    def did(self, act: str, number: str, at: datetime, **given: Any) -> dict[str, Any]:
        """Write an act down at a moment as the world's clock has it."""
        one = {
            "key": str(uuid.uuid4()),
            "act": act,
            "matter": number,
            "at": (at + self.off).isoformat(),
            "given": given,
        }
        self.queue.append(one)
        return one

    def send(self, now: datetime) -> tuple[ActResult, ...]:
        """Send the whole queue, which stays, so that it can be sent again."""
        return actions.take_acts(
            by=self.cast.caller(self.who),
            now=now,
            device=self.device,
            sent_at=now + self.off,
            acts=self.queue,
        )

    def send_file(self, one: dict[str, Any], data: bytes, now: datetime) -> ActResult:
        """Send an act that has a picture."""
        by = self.cast.caller(self.who)
        file_id = store_photo(by=by, at=now, name="p.png", data=data)
        (result,) = actions.take_acts(
            by=by,
            now=now,
            device=self.device,
            sent_at=now + self.off,
            acts=[one],
            file_id=file_id,
        )
        return result

    def sign(self, number: str, amount: str, now: datetime, name: str = "王丽") -> ActResult:
        """Let the owner sign on the glass."""
        one = self.did("sign", number, now, name=name, amount=amount)
        self.queue.remove(one)
        return self.send_file(one, a_picture(7), now)


def states(results: tuple[ActResult, ...]) -> list[str]:
    """Return the states of results, in order."""
    return [one.state for one in results]
