"""The sync: what a phone did without signal, taken in order, each act once (clocks.md, 18 and 37).

1. Every act has a key: sent again it gets the answer it got first; another content is refused.
2. Each act is a transaction of its own. One that fails holds the later ones of its matter back for
   this batch, so that somebody can look first; other matters go on.
3. A phone with a wrong clock is corrected and told so; what is too old counts from now.
4. What does not fit any more (given to somebody else, closed, another price or amount) is a
   conflict: it changes nothing, is told to who did it and kept as a note on the matter.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiyin.fieldwork import rules, titles
from huiyin.fieldwork.actions.doing import Doing, do
from huiyin.fieldwork.actions.incoming import Act, is_storable, read_act
from huiyin.fieldwork.models import FieldAct
from huiyin.files.rules import MOST_A_DAY
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import BadInput, Forbidden, Refused, WrongState
from huiyin.matters.access import sees
from huiyin.matters.actions import add_photos, note_matter
from huiyin.matters.models import Event, Matter
from huiyin.matters.rules import UNASSIGNED
from huiyin.notices import actions as notices
from huiyin.staff.models import Employee
from huiyin.standards import queries as standards

log = logging.getLogger("huiyin.fieldwork")

MOST_ACTS: Final = 200  # of one batch; a phone sends the rest in the next
MOST_DEVICE: Final = 64
TOLD_MOST: Final = 300
_IN_ORDER: Final = ("accept", "leave", "arrive", "sign", "finish")


class UnableToSync(BadInput):
    """The batch itself cannot be read."""


class TooManyPhotos(WrongState):
    """Today's photos are used up; the phone keeps the rest for tomorrow."""

    status = 429


@dataclass(frozen=True, slots=True)
class ActResult:
    """What became of an act: done, again (with what was told first), conflict, refused or held."""

    key: str
    state: str
    told: str
    matter: str


@dataclass
class _Batch:
    by: Caller
    employee: Employee
    now: datetime
    device: str
    sent_at: datetime
    stopped: list[str] = field(default_factory=list)


def take_acts(
    *,
    by: Caller,
    now: datetime,
    device: str,
    sent_at: datetime,
    acts: Sequence[object],
    file_id: int | None = None,
) -> tuple[ActResult, ...]:
    """Take the acts of a phone in order and say what became of each.

    ``file_id`` is the photo or signature that came with a single act; a file is never named by the
    phone itself. Must not run inside a transaction of its own. Raises Forbidden, UnableToSync.
    """
    employee = _employee_of(by)
    if not is_storable(device, MOST_DEVICE):
        raise UnableToSync(
            _("设备编号应为 1 到 %(n)d 个字符。") % {"n": MOST_DEVICE}, field="device"
        )
    if len(acts) > MOST_ACTS:
        raise UnableToSync(_("一次最多上传 %(n)d 条,请分批上传。") % {"n": MOST_ACTS}, field="acts")
    batch = _Batch(by, employee, now, device, sent_at)
    return tuple(_take(batch, one, file_id) for one in acts)


def wants_photo(*, by: Caller, now: datetime, act: object) -> bool:
    """Tell whether to store the picture of an act: it is readable, and heard of for the first time.

    To be asked before the bytes are stored, so that nobody fills the disk past the day's number.
    Raises Forbidden, TooManyPhotos.
    """
    employee = _employee_of(by)
    try:
        read = read_act(act, file_id=0)
    except BadInput:
        return False
    if FieldAct.objects.filter(key=read.key).exists():
        return False
    sent = FieldAct.objects.filter(
        employee=employee, received_at__gt=now - timedelta(days=1), file__isnull=False
    )
    if sent.count() >= MOST_A_DAY:
        raise TooManyPhotos(
            _("24 小时内最多上传 %(n)d 张照片,其余的稍后再传。") % {"n": MOST_A_DAY}
        )
    return True


def _employee_of(by: Caller) -> Employee:
    """Return who holds the phone, also somebody who has lost every post since this morning."""
    known = {"pk": by.employee_id} if by.employee_id else {"user_id": by.user_id}
    employee = Employee.objects.filter(**known).first() if any(known.values()) else None
    if employee is None:
        raise Forbidden(_("这个账号不是员工账号,不能上传工作记录。"))
    return employee


def _take(batch: _Batch, raw: object, file_id: int | None) -> ActResult:
    try:
        act = read_act(raw, file_id)
    except BadInput as bad:
        key = str(raw.get("key", ""))[:40] if isinstance(raw, dict) else ""
        return ActResult(key, "refused", str(bad), "")
    fingerprint = act.fingerprint(batch.employee.pk)
    known = FieldAct.objects.filter(key=act.key).first()
    if known is not None:
        return _again(batch, act, known, fingerprint)
    if rules.is_held(act.number, act.act, batch.stopped):
        told = _("同一事项前面的一步没有成功,这一步稍后再传。")
        return ActResult(str(act.key), "held", told, act.number)
    try:
        result = _once(batch, act, fingerprint)
    except Exception:
        # A fault of ours must not stop a day's work: nothing of this act is written, and it comes
        # again with the next batch.
        log.exception("act %s of %s failed", act.act, act.number)
        batch.stopped.append(act.number)
        return ActResult(str(act.key), "held", _("系统出了问题,稍后会自动再传。"), act.number)
    return result


def _again(batch: _Batch, act: Act, known: FieldAct, fingerprint: str) -> ActResult:
    if known.fingerprint != fingerprint:
        told = _("这个操作编号已用于另一条记录,请重新填写。")
        return ActResult(str(act.key), "refused", told, act.number)
    state = "again" if known.state == FieldAct.State.DONE else known.state
    return ActResult(str(act.key), state, known.told, known.number)


@transaction.atomic
def _once(batch: _Batch, act: Act, fingerprint: str) -> ActResult:
    """Claim the key, do the act in a savepoint, and write down what became of it."""
    matters = Matter.objects.select_related("community", "owner", "follower", "house")
    matter = matters.filter(number=act.number).first()
    if matter is not None and not _knows(batch, matter):
        matter = None
    taken = _moment(batch, act, matter)
    row, is_new = FieldAct.objects.get_or_create(
        key=act.key,
        defaults={
            "fingerprint": fingerprint,
            "device": batch.device,
            "employee": batch.employee,
            "matter": matter,
            "number": act.number,
            "act": act.act,
            "given": act.given,
            "file_id": act.file_id,
            "phone_at": act.phone_at,
            "sent_at": batch.sent_at,
            "received_at": batch.now,
            "skew_seconds": round(taken.skew.total_seconds()),
            "used_at": taken.at,
            "flags": " ".join(taken.flags),
        },
    )
    if not is_new:  # the same batch arrived twice at once, and the other was faster
        return _again(batch, act, row, fingerprint)
    state, told = _try(batch, act, matter, taken)
    if matter is not None:
        if state == FieldAct.State.CONFLICT:
            _keep(batch, act, matter, told)
            _tell_owner(batch, matter)
        told = _tell_moment(batch, row, matter, taken) + told
    row.state, row.told = state, told[:TOLD_MOST]
    row.save(update_fields=["state", "told"])
    return ActResult(str(act.key), str(state), row.told, act.number)


def _try(
    batch: _Batch, act: Act, matter: Matter | None, taken: rules.Taken
) -> tuple[FieldAct.State, str]:
    """Do the act unless it does not fit any more; return what became of it."""
    if matter is None:
        return FieldAct.State.CONFLICT, _("没有这个编号的事项,或者它不归您处理。")
    obstacle = _obstacle(batch, act, matter)
    if obstacle:
        return FieldAct.State.CONFLICT, obstacle
    doing = Doing(
        by=batch.by,
        at=taken.at,
        now=batch.now,
        matter=matter,
        act=act.act,
        given=act.given,
        key=act.key,
        file_id=act.file_id,
    )
    try:
        with transaction.atomic():
            return FieldAct.State.DONE, do(doing)
    except BadInput as refusal:
        batch.stopped.append(act.number)
        return FieldAct.State.REFUSED, str(refusal)
    except Refused as refusal:
        batch.stopped.append(act.number)
        return FieldAct.State.CONFLICT, str(refusal)


def _obstacle(batch: _Batch, act: Act, matter: Matter) -> str:
    """Say why the job is not this person's any more, without saying whose it is now."""
    telling = act.act in ("note", "photo")
    visible = sees(batch.by, matter)
    mine = matter.owner_id == batch.employee.pk
    free = act.act == "accept" and matter.state in UNASSIGNED
    if not visible or not (telling or mine or free):
        return _("这件事已经改派给别人;您的记录没有生效,已作为备注留给前台。")
    if matter.state == "closed" and not telling:
        return _("这件事已经关闭;您的记录没有生效,已作为备注留给前台。")
    return ""


def _knows(batch: _Batch, matter: Matter) -> bool:
    """Tell whether somebody may know of a matter: they see it, or it was once in their hands."""
    if sees(batch.by, matter):
        return True
    if matter.about_employee_id == batch.employee.pk:
        return False
    events = Event.objects.filter(matter=matter)
    given = events.filter(kind__in=("assigned", "accepted"), data__to=batch.employee.code)
    return given.exists() or events.filter(by_id=batch.employee.pk).exists()


def _moment(batch: _Batch, act: Act, matter: Matter | None) -> rules.Taken:
    if matter is None:
        return rules.Taken(batch.now, batch.now - batch.sent_at)
    limits = standards.by_id(matter.standard_id).field
    earlier = None
    if act.act in _IN_ORDER:
        earlier = FieldAct.objects.filter(
            matter=matter, employee=batch.employee, act__in=_IN_ORDER, state=FieldAct.State.DONE
        ).aggregate(last=Max("used_at"))["last"]
    return rules.moment_of(
        phone_at=act.phone_at,
        sent_at=batch.sent_at,
        now=batch.now,
        received_at=matter.received_at,
        tolerance=limits.clock_tolerance,
        late=limits.late_facts,
        not_before=earlier,
    )


def _tell_moment(batch: _Batch, row: FieldAct, matter: Matter, taken: rules.Taken) -> str:
    """Say what was done about the time, and note it on the matter once a day."""
    if not taken.flags:
        return ""
    zone = ZoneInfo(matter.community.zone)
    said = []
    if "skew" in taken.flags:
        said.append(say_skew(taken.skew))
    said += [str(titles.FLAGS[one]) for one in taken.flags if one != "skew"]
    told = "。".join(said) + "。"
    again = FieldAct.objects.filter(
        matter=matter,
        employee=batch.employee,
        flags=row.flags,
        received_at__gt=batch.now - timedelta(days=1),
    ).exclude(pk=row.pk)
    if not again.exists() or "old" in taken.flags or "future" in taken.flags:
        text = _("%(name)s 手机补传“%(act)s”:手机时间 %(phone)s,记为 %(used)s。%(told)s") % {
            "name": batch.employee.name,
            "act": titles.ACTS[row.act],
            "phone": f"{row.phone_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            "used": f"{taken.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            "told": told,
        }
        note_matter(by=SYSTEM, at=batch.now, number=matter.number, text=text)
    return told


def say_skew(skew: timedelta) -> str:
    """Say by how much a phone's clock is wrong, and that it was corrected."""
    minutes = max(1, round(abs(skew).total_seconds() / 60))
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(ngettext("%(n)d 小时", "%(n)d 小时", hours) % {"n": hours})
    if rest or not hours:
        parts.append(ngettext("%(n)d 分钟", "%(n)d 分钟", rest) % {"n": rest})
    told = _("手机时间慢 %(span)s") if skew > timedelta(0) else _("手机时间快 %(span)s")
    return told % {"span": " ".join(parts)} + _(",已按服务器时间更正")


def _keep(batch: _Batch, act: Act, matter: Matter, why: str) -> None:
    """Keep a conflicting act where the desk sees it: words as a note, a picture as a photo."""
    zone = ZoneInfo(matter.community.zone)
    words = "、".join(_words(act.given))
    text = _("%(name)s 手机补传,未生效:%(act)s(手机时间 %(at)s)%(words)s。原因:%(why)s") % {
        "name": batch.employee.name,
        "act": titles.ACTS[act.act],
        "at": f"{act.phone_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "words": f":{words}" if words else "",
        "why": why,
    }
    note_matter(by=SYSTEM, at=batch.now, number=matter.number, text=text[:4000])
    if act.file_id is None:
        return
    try:
        with transaction.atomic():
            add_photos(by=SYSTEM, at=batch.now, number=matter.number, photos=[act.file_id])
    except BadInput:
        log.warning(
            "photo %s of act %s is only on the act: the matter is full", act.file_id, act.key
        )


def _tell_owner(batch: _Batch, matter: Matter) -> None:
    """Tell whoever has the matter now, or follows it, that a phone says something else; once."""
    people = (matter.owner, matter.follower)
    other = next((one for one in people if one and one.pk != batch.employee.pk), None)
    if other is None:
        return
    subject = _("%(name)s 手机补传的记录与 %(number)s 现状不符,请看备注") % {
        "name": batch.employee.name,
        "number": matter.number,
    }
    message = notices.NewMessage(
        community_id=matter.community_id,
        recipient_id=other.pk,
        purpose=f"{matter.number}:phone:{batch.employee.pk}:{batch.now.isoformat()}",
        about=matter.number,
        subject=subject,
        channel="in_app" if other.user_id else "log",
    )
    notices.queue(messages=[message], at=batch.now)


def _words(given: dict[str, Any]) -> list[str]:
    return [
        f"{name}={json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value}"
        for name, value in sorted(given.items())
        if value not in ("", None)
    ]
