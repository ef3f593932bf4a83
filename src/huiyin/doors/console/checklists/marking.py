"""One item of a run as a small form: what it offers and what somebody sent (PLN-02, WO-03)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _

from huiyin.checklists import rules, titles
from huiyin.checklists.rows import ItemView
from huiyin.checklists.rules import Item
from huiyin.doors.parts.photos import store
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.matters.titles import POSTS

YES, NO = "yes", "no"
MINUTE = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent for an item: texts by name, and files."""

    texts: dict[str, str]
    files: "list[UploadedFile[Any]]"

    def text(self, name: str) -> str:
        """Return one text, "" when it was not sent."""
        return self.texts.get(name, "")


NOTHING = Sent({}, [])


@dataclass(frozen=True, slots=True)
class Line:
    """An item as the page shows it: what stands there, and the form to put something there."""

    view: ItemView
    key: UUID
    answer: str
    photos: tuple[int, ...]
    who: str
    range: str
    heading: str
    typed: dict[str, str]
    error: str = ""

    @property
    def item(self) -> Item:
        """Return the item itself."""
        return self.view.item

    @property
    def tone(self) -> str:
        """Return the style of the line; the words beside it say the same."""
        if self.error or (self.view.mark is not None and self.view.mark.failed):
            return "is-late"
        if self.view.mark is not None:
            return "is-kept"
        return "is-late" if self.view.is_late else ""


def line(
    view: ItemView,
    *,
    caller: Caller,
    at: datetime,
    heading: str = "",
    sent: Sent = NOTHING,
    error: str = "",
) -> Line:
    """Make an item ready to be shown; with an error, as it was typed."""
    item, mark = view.item, view.mark
    return Line(
        view=view,
        key=uuid4(),
        answer=titles.answer(item, mark.value) if mark else "",
        photos=rules.files_in(mark.value) if mark else (),
        who=str(POSTS[item.who]) if item.who else "",
        range=say_range(item),
        heading=heading,
        typed=sent.texts if error else _first(view, caller, at),
        error=error,
    )


def _first(view: ItemView, caller: Caller, at: datetime) -> dict[str, str]:
    """Return what the fields hold before anybody types: what stands there, else me and now."""
    mark = view.mark
    value = mark.value if mark else None
    words = {"name": caller.name, "at": f"{timezone.localtime(at):{MINUTE}}"}
    if view.item.kind == "signature":
        words = {"name": ""}
    if isinstance(value, dict) and "name" in value:
        words["name"] = value["name"]
    return {"value": value if isinstance(value, str) else "", "note": "", **words}


def say_range(item: Item) -> str:
    """Say which numbers are good: 5–60 ℃, at least 5 ℃."""
    words = {"least": item.least, "most": item.most, "unit": item.unit}
    if item.least and item.most:
        return _("%(least)s 至 %(most)s %(unit)s") % words
    if item.least:
        return _("不低于 %(least)s %(unit)s") % words
    return _("不高于 %(most)s %(unit)s") % words if item.most else item.unit


def value_of(view: ItemView, sent: Sent, *, by: Caller, at: datetime) -> object:
    """Return the value that was sent as ``checklists.mark_item`` takes it; files are stored.

    Raises BadInput when a picture is none, or a moment is not one.
    """
    match view.item.kind:
        case "tick":
            return {YES: True, NO: False}.get(sent.text("value"))
        case "photo":
            before = rules.files_in(view.mark.value) if view.mark else ()
            kept = () if sent.text("anew") else before
            return {"files": [*kept, *store(sent.files, by=by, at=at)] if sent.files else []}
        case "signature":
            files = store(sent.files[:1], by=by, at=at)
            return {"file": files[0] if files else 0, "name": sent.text("name")}
        case "person_time":
            return {"name": sent.text("name"), "at": _moment(sent.text("at"))}
    return sent.text("value")


def _moment(text: str) -> str:
    try:
        local = datetime.strptime(text[:16], MINUTE)  # noqa: DTZ007 the zone of the page follows
    except ValueError as error:
        raise BadInput(_("请填写时间。")) from error
    return local.replace(tzinfo=timezone.get_current_timezone()).isoformat()
