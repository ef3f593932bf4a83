"""What every paper begins with, and how it is drawn in Chinese whatever its reader reads."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from django.utils import translation
from PIL import Image

from huiyin.documents import typesetting
from huiyin.estate.models import Community
from huiyin.files import queries as files
from huiyin.flows.papers.finals import Final
from huiyin.kernel.errors import NotFound

P = ParamSpec("P")
R = TypeVar("R")

CHINESE = "zh-hans"
SIGNATURE = (480, 200)
THUMBNAIL = (420, 420)
SATISFACTIONS = {5: "很满意", 4: "满意", 3: "一般", 2: "不满意", 1: "不满意"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper ready to be drawn: its form, what its file is called, what stands on it.

    ``final`` is set once nothing on it will change any more: then it is filed (``keeping``).
    """

    form: str
    name: str
    data: dict[str, Any]
    final: Final | None = None

    def pdf(self) -> bytes:
        """Draw it; raises documents' MissingGlyph, a refusal, for a sign that no font has."""
        return typesetting.pdf(self.form, self.data)


def in_chinese(build: Callable[P, R]) -> Callable[P, R]:
    """Build a paper with its titles in Chinese: an office files it so, whoever asked."""

    @wraps(build)
    def built(*args: P.args, **kwargs: P.kwargs) -> R:
        with translation.override(CHINESE):
            return build(*args, **kwargs)

    return built


def frame(
    community: Community, *, at: datetime, number: str = "", url: str = "", blank: bool = False
) -> dict[str, Any]:
    """Return what every form takes: whose paper it is, its number, the address its code opens."""
    return {
        "community": {
            "name": community.name,
            "phone": community.phone,
            "address": community.address,
        },
        "number": number,
        "record": number,
        "url": url,
        "printed_at": "" if blank else local(at, community.zone),
        "blank": blank,
        "lang": CHINESE,
    }


def local(moment: datetime | None, zone: str, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """Return a moment as the clock on the wall of the community says it; "" for none."""
    return moment.astimezone(ZoneInfo(zone)).strftime(pattern) if moment else ""


def signature_of(file_id: int | None) -> list[int]:
    """Return a signature small enough to travel in the data of a paper."""
    return _picture(file_id, SIGNATURE, "PNG") if file_id else []


def photo_of(file_id: int) -> list[int]:
    """Return a photo as a thumbnail."""
    return _picture(file_id, THUMBNAIL, "JPEG")


def _picture(file_id: int, size: tuple[int, int], form: str) -> list[int]:
    """Shrink a stored picture; one whose file is gone leaves its place empty."""
    try:
        data, _media_type = files.read(file_id)
    except NotFound:
        return []
    with Image.open(io.BytesIO(data)) as opened:
        shown = opened.convert("RGBA")
    shown.thumbnail(size)
    page = Image.new("RGBA", shown.size, "white")
    page.alpha_composite(shown)
    kept = io.BytesIO()
    page.convert("L" if form == "PNG" else "RGB").save(kept, form, optimize=True)
    return list(kept.getvalue())
