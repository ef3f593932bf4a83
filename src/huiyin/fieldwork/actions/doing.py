"""One act of a phone carried out: which action stands behind it, and what somebody is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from huiyin.checklists import queries as checklists
from huiyin.checklists.actions import end_run, mark_item
from huiyin.checklists.rows import RunView
from huiyin.fieldwork.actions.core import is_signed, total_owed
from huiyin.fieldwork.actions.sheets import (
    add_line,
    drop_line,
    give_consent,
    open_sheet,
    sign_sheet,
)
from huiyin.fieldwork.models import Sheet
from huiyin.fieldwork.rules import HOME_KINDS, MOST_AMOUNT
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import BadInput
from huiyin.kernel.money import read_decimal
from huiyin.matters.actions import (
    accept_matter,
    add_photos,
    arrive_at_matter,
    finish_matter,
    give_back,
    note_matter,
    record_progress,
)
from huiyin.matters.models import Event, Matter

_IN_HAND = frozenset({"accepted", "on_site", "finished", "visited_back"})


@dataclass(frozen=True, slots=True)
class Doing:
    """An act with everything it needs; ``at`` is when it happened, ``now`` when we hear of it."""

    by: Caller
    at: datetime
    now: datetime
    matter: Matter
    act: str
    given: Mapping[str, Any]
    key: UUID
    file_id: int | None

    def who(self) -> dict[str, Any]:
        """Return what every action asks."""
        return {
            "by": self.by,
            "at": self.at,
            "number": self.matter.number,
            "recorded_at": self.now,
        }

    def text(self, name: str, *, required: bool = False) -> str:
        """Return a text that came with the act, or raise BadInput naming it."""
        value = self.given.get(name, "")
        if not isinstance(value, str) or (required and not value.strip()):
            raise BadInput(_("请填写内容。"), field=name)
        return value


def do(doing: Doing) -> str:
    """Carry out an act and return what the phone is told, mostly nothing. Raises what it raises."""
    return _ACTS[doing.act](doing)


def _accept(doing: Doing) -> str:
    matter = doing.matter
    if matter.owner_id == doing.by.employee_id and matter.state in _IN_HAND:
        return _("这件事您已经接了。")
    accept_matter(**doing.who())
    return ""


def _leave(doing: Doing) -> str:
    record_progress(**doing.who(), text=_("已出发前往现场"))
    return ""


def _arrive(doing: Doing) -> str:
    if doing.matter.state == "on_site" or _was_there(doing):
        return _("已经记过到场。")
    arrive_at_matter(**doing.who())
    if doing.matter.kind in HOME_KINDS:
        open_sheet(**doing.who())
    return ""


def _mark(doing: Doing) -> str:
    item, value = doing.text("item", required=True), doing.given.get("value")
    run = _run(doing)
    if run is None:
        raise BadInput(_("这件事没有检查表。"), field="item")
    if doing.file_id is not None:
        value = _with_file(doing, run, item)
    _put_mark(doing, run, item, value)
    return ""


def _line(doing: Doing) -> str:
    add_line(
        **doing.who(),
        quantity=doing.given.get("quantity"),
        price=doing.given.get("price"),
        kind=doing.text("kind"),
        code=doing.text("code"),
        text=doing.text("text"),
        unit=doing.text("unit"),
        key=doing.key,
    )
    return ""


def _drop_line(doing: Doing) -> str:
    try:
        line = UUID(doing.text("line", required=True))
    except ValueError as error:
        raise BadInput(_("请说明撤销哪一条明细。"), field="line") from error
    drop_line(**doing.who(), line=line, reason=doing.text("reason"))
    return ""


def _consent(doing: Doing) -> str:
    give_consent(
        **doing.who(),
        name=doing.text("name", required=True),
        cause=doing.text("cause"),
        amount=doing.given.get("amount"),
    )
    return ""


def _photo(doing: Doing) -> str:
    if doing.file_id is None:
        raise BadInput(_("没有收到照片,请重新上传。"), field="file")
    add_photos(**doing.who(), photos=[doing.file_id], stage=doing.text("stage"))
    item = doing.text("item")
    run = _run(doing) if item else None
    if run is not None:
        _put_mark(doing, run, item, _with_file(doing, run, item))
    return ""


def _sign(doing: Doing) -> str:
    if doing.file_id is None:
        raise BadInput(_("没有收到签字,请业主重新签字。"), field="file")
    name, amount = doing.text("name", required=True), doing.given.get("amount")
    if _same_signature(doing, name, amount):
        return _("业主已经签过字。")
    slip = sign_sheet(**doing.who(), name=name, file_id=doing.file_id, amount=amount)
    return _("收费单 %(slip)s") % {"slip": slip} if slip else ""


def _finish(doing: Doing) -> str:
    result = doing.text("result", required=True)
    if _same_result(doing, result):
        return _("这件事您已经办结。")
    finish_matter(**doing.who(), result=result, cause=doing.text("cause"))
    said = [_note_unsigned(doing), _end_checklist(doing)]
    return "。".join(one for one in said if one)


def _note(doing: Doing) -> str:
    note_matter(**doing.who(), text=doing.text("text", required=True))
    return ""


def _give_back(doing: Doing) -> str:
    reason = doing.text("reason", required=True)
    give_back(by=doing.by, at=doing.now, number=doing.matter.number, reason=reason)
    return ""


_ACTS: dict[str, Callable[[Doing], str]] = {
    "accept": _accept,
    "leave": _leave,
    "arrive": _arrive,
    "mark": _mark,
    "line": _line,
    "drop_line": _drop_line,
    "consent": _consent,
    "photo": _photo,
    "sign": _sign,
    "finish": _finish,
    "note": _note,
    "give_back": _give_back,
}


def _was_there(doing: Doing) -> bool:
    """Tell whether this person's other phone told of the arrival before the work was finished."""
    events = Event.objects.filter(matter=doing.matter, by_id=doing.by.employee_id, kind="arrived")
    return doing.matter.state in ("finished", "visited_back") and events.exists()


def _same_signature(doing: Doing, name: str, amount: object) -> bool:
    """Tell whether the very same was signed already, on this person's other phone."""
    sheet = Sheet.objects.filter(matter=doing.matter).first()
    if sheet is None or not is_signed(sheet, doing.matter):
        return False
    shown = read_decimal(amount, places=2, most=MOST_AMOUNT)
    return (sheet.signed_name, sheet.signed_amount) == (name.strip(), shown)


def _same_result(doing: Doing, result: str) -> bool:
    if doing.matter.state != "finished":
        return False
    last = Event.objects.filter(matter=doing.matter, kind="finished").order_by("-id").first()
    return (
        last is not None
        and last.by_id == doing.by.employee_id
        and last.text.strip() == result.strip()
    )


def _run(doing: Doing) -> RunView | None:
    """Return the sheet's checklist, the sheet opened if need be."""
    sheet = Sheet.objects.get(pk=open_sheet(**doing.who()))
    if sheet.run_id is None:
        return None
    return checklists.run(caller=doing.by, run_id=sheet.run_id, at=doing.now)


def _with_file(doing: Doing, run: RunView, key: str) -> object:
    """Return the value of a mark with the file that came: photos add up, a signature is one."""
    view = next((one for one in run.items if one.item.key == key), None)
    if view is None or view.item.kind not in ("photo", "signature"):
        raise BadInput(_("这一项不收照片或签字,请更新页面后再试。"), field="item")
    if view.item.kind == "signature":
        return {"file": doing.file_id, "name": doing.text("name", required=True)}
    before = view.mark.value.get("files", []) if view.mark else []
    return {"files": [*(one for one in before if one != doing.file_id), doing.file_id]}


def _put_mark(doing: Doing, run: RunView, item: str, value: object) -> None:
    mark_item(
        by=doing.by,
        at=doing.at,
        run_id=run.id,
        item=item,
        value=value,
        note=doing.text("note"),
        key=doing.key,
        recorded_at=doing.now,
    )


def _note_unsigned(doing: Doing) -> str:
    """Note what the sheet comes to and nobody signed: it is not charged until somebody does."""
    sheet = Sheet.objects.filter(matter=doing.matter).first()
    total = total_owed(sheet) if sheet is not None else 0
    if not total:
        return ""
    told = _("工作单 %(amount)s 元还没有业主签字,签字后才能收费") % {"amount": total}
    note_matter(by=SYSTEM, at=doing.now, number=doing.matter.number, text=told)
    return told


def _end_checklist(doing: Doing) -> str:
    """End the visit's checklist; what is missing is told and does not hold up the result."""
    sheet = Sheet.objects.filter(matter=doing.matter).first()
    if sheet is None or sheet.run_id is None:
        return ""
    run = checklists.run(caller=doing.by, run_id=sheet.run_id, at=doing.now)
    if run.state != "open":
        return ""
    if run.missing:
        names = "、".join(one.item.title for one in run.items if one.item.key in run.missing)
        return _("检查表还缺:%(names)s") % {"names": names}
    end_run(by=doing.by, at=doing.at, run_id=run.id, recorded_at=doing.now)
    return ""
