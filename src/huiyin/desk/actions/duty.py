"""Writes of the duty log: sign in, note, hand over, take over, sign (REC-12, HR-03).

A shift's log is there by itself. Handing it over freezes what happened and asks the supervisor to
sign: a matter of its own with a clock, so that a missing signature climbs.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.checklists import queries as checklists
from huiyin.checklists.actions import end_run, mark_item, start_run
from huiyin.checklists.models import Run
from huiyin.desk.access import DESK, admit_to_duty, may_sign
from huiyin.desk.models import Attendance, DutyLog, DutyNote, OpenItem
from huiyin.desk.queries.duty import facts_at, last_bookmark, shifts_of, subject_of
from huiyin.desk.rules import Span, shift_after, shift_at
from huiyin.estate import queries as estate
from huiyin.estate.queries import CommunityRow
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.matters import rules as matter_rules
from huiyin.matters.access import FOREMEN, visible
from huiyin.matters.actions import assign_matter, close_matter, finish_matter, receive_matter
from huiyin.matters.models import Event, Matter
from huiyin.notices.actions import NewMessage, queue
from huiyin.staff import queries as staff
from huiyin.staff.words import checked_text
from huiyin.trail.actions import record

FOUR_CHECKS = "four_checks"
EARLY = timedelta(hours=1)  # so long before a shift one may sign in to it
GRACE = timedelta(hours=1)  # so long after its end a shift should be handed over
LATELY = timedelta(days=2)
LATE_TO_OPEN = timedelta(minutes=1)
BOOKMARK_SLACK = 1000  # ids that may still be on their way into the table
TEXT_MOST, LINE_MOST = 2000, 300
SIGNERS_OF_FIRST_CHOICE = ("supervisor", "assistant", "manager", "company_service")


class UnableToKeepLog(WrongState):
    """The log cannot be written into: there is no shift, or it was handed over."""


class UnableToHandOverShift(WrongState):
    """The shift cannot be handed over, or taken over, as things stand."""


class UnableToSign(WrongState):
    """The log is not ready to be signed, or was signed already."""


def keep_logs(*, at: datetime) -> int:
    """Open the log of the shift of now in every community; return how many were missing.

    So a shift that nobody kept is seen as a gap. Who should have handed over an hour ago is told
    of to whoever supervises, once.
    """
    opened = 0
    for town in estate.communities(caller=SYSTEM):
        try:
            span = shift_at(shifts_of(town.id, at), at, ZoneInfo(town.zone))
        except NotFound:  # no standard adopted yet
            continue
        known = (
            DutyLog.objects.filter(community_id=town.id, starts_at=span.starts_at) if span else None
        )
        if span and known is not None and not known.exists():
            with transaction.atomic():
                _open(town, span, at)
            opened += 1
        _tell_of_missing(town, at)
    return opened


@transaction.atomic
def sign_in(*, by: Caller, at: datetime, community: str, coming: bool = False) -> int:
    """Sign in to the shift of now, or to the ``coming`` one within its last hour; return the log.

    Where the shift of now was handed over already, the next one is meant. Signed in already,
    nothing changes. Raises NotFound, Forbidden, UnableToKeepLog.
    """
    town = _town(by, community)
    employee_id = _me(by)
    zone, shifts = ZoneInfo(town.zone), shifts_of(town.id, at)
    span = shift_at(shifts, at, zone)
    is_over = span is not None and DutyLog.objects.filter(
        community_id=town.id, starts_at=span.starts_at, handed_at__isnull=False
    )
    if coming or is_over:
        span = shift_after(shifts, at, zone)
        if span.starts_at - at > EARLY and not is_over:
            raise UnableToKeepLog(_("下一班开始前一小时内才能签到。"))
    if span is None:
        raise UnableToKeepLog(_("现在不在任何班次的时间内,不能签到。"))
    log = _locked(_open(town, span, at).pk)
    if log.handed_at is not None:
        raise UnableToKeepLog(_("这一班已经交班,请到下一班签到。"))
    _attend(by, at, log, employee_id)
    return log.pk


@transaction.atomic
def write_note(*, by: Caller, at: datetime, log: int, text: str, about: str = "shift") -> None:
    """Write a line into an open log, of the shift or about keys and equipment; it stays.

    Raises NotFound, Forbidden, UnableToKeepLog, BadInput.
    """
    row = _open_log(by, log)
    if about not in DutyNote.About.values:
        raise BadInput(_("请选择记录的内容。"), field="about")
    DutyNote.objects.create(
        log=row,
        about=about,
        text=checked_text(text, "text", TEXT_MOST),
        at=at,
        by_id=by.employee_id,
        by_name=by.name[:60],
    )
    _trail("desk.duty_noted", by, at, row, {"about": about})


@transaction.atomic
def hand_item(
    *,
    by: Caller,
    at: datetime,
    log: int,
    to: str,
    text: str = "",
    matter: str = "",
    moves: bool = False,
) -> None:
    """Hand something unfinished to a named person: a matter, or what is written here.

    With ``moves`` the matter changes hands the moment the person accepts; without, its owner
    stays and the person only watches it. Raises NotFound, Forbidden, UnableToKeepLog, BadInput.
    """
    row = _open_log(by, log)
    person = staff.employee_model(code=to, community_id=row.community_id, at=at)
    if person.pk == by.employee_id:
        raise BadInput(_("不能移交给自己。"), field="to")
    duty = staff.directory(community_id=row.community_id, at=at).people.get(person.pk)
    if duty is None or not {*DESK, *FOREMEN} & set(duty.posts):
        raise BadInput(_("请移交给客服前台、主管或班长。"), field="to")
    about = _matter(by, row, matter.strip()) if matter.strip() else None
    if moves and about is None:
        raise BadInput(_("要连同经办人一起移交,请先选择事项。"), field="matter")
    if about is not None and about.about_employee_id == person.pk:
        raise BadInput(_("不能移交给 %(name)s,请换一位。") % {"name": person.name}, field="to")
    if about is not None and row.items.filter(matter=about).exists():
        raise BadInput(_("这件事项已经列入本班的移交。"), field="matter")
    line = text.strip() or (about.text if about else "")
    item = OpenItem.objects.create(
        log=row,
        matter=about,
        text=checked_text(line[:LINE_MOST] if about else line, "text", LINE_MOST),
        to=person,
        moves=moves,
        at=at,
        by_id=by.employee_id,
    )
    queue(
        messages=[
            NewMessage(
                community_id=row.community_id,
                recipient_id=person.pk,
                purpose=f"duty.item:{item.pk}",
                about=about.number if about else "",
                subject=_("%(name)s 向您移交一项未结事项,请在值班记录里接收") % {"name": by.name},
                text=item.text,
            )
        ],
        at=at,
    )
    _trail("desk.item_handed", by, at, row, {"to": to, "matter": matter, "moves": moves})


@transaction.atomic
def accept_item(*, by: Caller, at: datetime, item: int) -> None:
    """Accept what was handed to oneself; a matter that moves is assigned now, if still open.

    Raises NotFound, Forbidden, WrongState.
    """
    found = OpenItem.objects.select_for_update(of=("self",)).select_related("log", "matter", "to")
    row = found.filter(pk=item).first()
    if row is None or not by.works_in(row.log.community_id):
        raise NotFound(_("没有这项移交。"))
    admit_to_duty(by, row.log.community_id)
    if by.employee_id != row.to_id:
        raise Forbidden(_("这一项是移交给 %(name)s 的,要由本人接收。") % {"name": row.to.name})
    if row.accepted_at is not None:
        raise UnableToHandOverShift(_("您已经接收过这一项。"))
    row.accepted_at = at
    row.save(update_fields=["accepted_at"])
    if row.moves and row.matter and row.matter.state in matter_rules.OPEN:
        assign_matter(
            by=by, at=at, number=row.matter.number, to=row.to.code, note=_("值班交接,随班移交。")
        )
    _trail("desk.item_accepted", by, at, row.log, {"item": row.pk})


@transaction.atomic
def tick_checks(*, by: Caller, at: datetime, log: int, ticked: Collection[str]) -> None:
    """Tick some of the four checks of a shift: doors, lights, windows, appliances (HR-03).

    The first to tick starts the list; when nothing required is missing it ends by itself.
    Raises NotFound, Forbidden, UnableToKeepLog, BadInput.
    """
    row = _open_log(by, log)
    if _checked(row):
        raise UnableToKeepLog(_("离岗四查已经做完。"))
    run = start_run(
        by=by, at=at, community_id=row.community_id, code=FOUR_CHECKS, subject=subject_of(row.pk)
    )
    for item in ticked:
        mark_item(by=by, at=at, run_id=run, item=item, value=True)
    if not checklists.run(caller=by, run_id=run, at=at).missing:
        end_run(by=by, at=at, run_id=run)


@transaction.atomic
def sign_off(*, by: Caller, at: datetime, log: int, excuse: str = "") -> None:
    """Leave a shift that goes on with others; the four checks come first, or a reason (HR-03).

    The last one on a shift hands it over instead. Raises NotFound, Forbidden,
    UnableToHandOverShift.
    """
    row = _open_log(by, log)
    here = list(row.people.select_for_update().filter(signed_off_at__isnull=True))
    mine = next((one for one in here if one.employee_id == by.employee_id), None)
    if mine is None:
        raise UnableToHandOverShift(_("您没有在这一班签到,或已经签退。"))
    if len(here) == 1:
        raise UnableToHandOverShift(_("您是本班最后一位,请办理交班。"))
    excuse = _checked_or_excused(row, excuse)
    mine.signed_off_at, mine.excuse = at, excuse
    mine.save(update_fields=["signed_off_at", "excuse"])
    _trail("desk.signed_off", by, at, row, {"excuse": excuse})


@transaction.atomic
def hand_over_shift(*, by: Caller, at: datetime, log: int, excuse: str = "") -> str:
    """Hand the shift over: freeze what happened, sign everybody off, ask the supervisor to sign.

    1. By somebody on the shift; whoever may sign logs may do it for a shift left behind.
    2. The four checks are done, or ``excuse`` says why not; a shift left behind always needs it.
    3. The figures are read for the last time and kept.
    4. A matter of kind ``sign_off`` goes to the supervisor or who stands in; its clock runs.

    Returns the matter's number. Raises NotFound, Forbidden, UnableToHandOverShift.
    """
    row = _open_log(by, log)
    here = row.people.filter(signed_off_at__isnull=True)
    was_here = row.people.filter(employee_id=_me(by)).exists()
    if not was_here and not may_sign(by, row.community_id):
        raise UnableToHandOverShift(_("您没有在这一班签到,不能交班;可请主管代办。"))
    if at < row.starts_at:
        raise UnableToHandOverShift(_("这一班还没有开始,不能交班。"))
    excuse = (
        _checked_or_excused(row, excuse)
        if was_here
        else _excuse(excuse, _("代办交班,请写明原因。"))
    )
    row.facts = facts_at(row, at).as_json()
    here.update(signed_off_at=at)
    row.handed_at, row.handed_by_id, row.excuse = at, by.employee_id, excuse
    number = _ask_to_sign(by, at, row)
    row.matter = Matter.objects.only("id", "number").get(number=number)
    row.save(update_fields=["facts", "handed_at", "handed_by", "excuse", "matter"])
    _trail("desk.shift_handed_over", by, at, row, {"matter": number, "excuse": excuse})
    return number


@transaction.atomic
def take_over(*, by: Caller, at: datetime, log: int) -> None:
    """Take a shift over from who handed it over, and sign in to the one that follows.

    Raises NotFound, Forbidden, UnableToHandOverShift.
    """
    row = _log(by, log)
    employee_id = _me(by)
    if row.handed_at is None:
        raise UnableToHandOverShift(_("上一班还没有交班。"))
    if row.taken_at is not None:
        raise UnableToHandOverShift(_("这一班已经有人接班。"))
    if row.handed_by_id == employee_id:
        raise UnableToHandOverShift(_("交班人和接班人不能是同一位。"))
    row.taken_at, row.taken_by_id = at, employee_id
    row.save(update_fields=["taken_at", "taken_by"])
    _trail("desk.shift_taken_over", by, at, row)
    town = estate.community(caller=by, code=row.community.code)
    zone, shifts = ZoneInfo(town.zone), shifts_of(town.id, at)
    span = shift_at(shifts, at, zone)
    if span is None or span.starts_at <= row.starts_at:
        span = shift_after(shifts, at, zone)
    following = _locked(_open(town, span, at).pk)
    if following.handed_at is None:
        _attend(by, at, following, employee_id)


@transaction.atomic
def sign_log(*, by: Caller, at: datetime, log: int, opinion: str) -> None:
    """Sign the log of a shift with an opinion; the matter that asked for it is settled.

    Raises NotFound, Forbidden, UnableToSign, BadInput.
    """
    row = _log(by, log)
    employee_id = _me(by)
    if not may_sign(by, row.community_id):
        raise Forbidden(_("值班记录由主管阅签。"))
    if row.handed_at is None:
        raise UnableToSign(_("这一班还没有交班,交班后才能阅签。"))
    if row.signed_at is not None:
        raise UnableToSign(_("这份值班记录已经阅签。"))
    if row.handed_by_id == employee_id:
        raise Forbidden(_("自己交的班要由别人阅签。"))
    row.opinion = checked_text(opinion, "opinion", LINE_MOST)
    row.signed_at, row.signed_by_id = at, employee_id
    row.save(update_fields=["opinion", "signed_at", "signed_by"])
    matter = row.matter
    if matter is not None and matter.state in matter_rules.OPEN:
        result = _("已阅签:%(opinion)s") % {"opinion": row.opinion}
        finish_matter(by=by, at=at, number=matter.number, result=result, settled=True)
        close_matter(by=SYSTEM, at=at, number=matter.number)
    _trail("desk.log_signed", by, at, row, {"opinion": row.opinion})


# -- the log itself


def _open(town: CommunityRow, span: Span, at: datetime) -> DutyLog:
    """Return the log of a shift, made now if it is not there yet."""
    log = DutyLog.objects.filter(community_id=town.id, starts_at=span.starts_at).first()
    if log is not None:
        return log
    late = at - span.starts_at > LATE_TO_OPEN
    made = DutyLog(
        community_id=town.id,
        day=span.day,
        period=span.period,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        opened_at=at,
        after_event=last_bookmark(town.id, span.starts_at) if late else _bookmark(),
    )
    # Made by hand, the moment it is needed or by the tick: whoever comes second finds it.
    DutyLog.objects.bulk_create([made], ignore_conflicts=True)
    return DutyLog.objects.get(community_id=town.id, starts_at=span.starts_at)


def _bookmark() -> int:
    last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    return max(0, last - BOOKMARK_SLACK)


def _locked(pk: int) -> DutyLog:
    logs = DutyLog.objects.select_for_update(of=("self",)).select_related("community", "matter")
    return logs.get(pk=pk)


def _log(by: Caller, pk: int) -> DutyLog:
    logs = DutyLog.objects.select_for_update(of=("self",)).select_related("community", "matter")
    row = logs.filter(pk=pk).first()
    if row is None or not by.works_in(row.community_id):
        raise NotFound(_("没有这份值班记录。"))
    admit_to_duty(by, row.community_id)
    return row


def _open_log(by: Caller, pk: int) -> DutyLog:
    row = _log(by, pk)
    if row.handed_at is not None:
        raise UnableToKeepLog(_("这一班已经交班,记录不能再改。"))
    return row


def _town(by: Caller, community: str) -> CommunityRow:
    town = estate.community(caller=by, code=community)
    admit_to_duty(by, town.id)
    return town


def _me(by: Caller) -> int:
    if by.employee_id is None:
        raise Forbidden(_("值班记录要由员工本人办理。"))
    return by.employee_id


def _attend(by: Caller, at: datetime, log: DutyLog, employee_id: int) -> None:
    mine = log.people.filter(employee_id=employee_id).first()
    if mine is None:
        Attendance.objects.create(log=log, employee_id=employee_id, signed_in_at=at)
        _trail("desk.signed_in", by, at, log)
    elif mine.signed_off_at is not None:
        raise UnableToKeepLog(_("您已在这一班签退。"))


def _checked_or_excused(log: DutyLog, excuse: str) -> str:
    """Return the reason given, which must be there unless the four checks are done (HR-03)."""
    if _checked(log):
        return excuse.replace("\0", "").strip()[:200]
    return _excuse(excuse, _("离岗四查还没有做完:请先查门、灯、窗、电器,或写明没有做的原因。"))


def _checked(log: DutyLog) -> bool:
    runs = Run.objects.filter(subject=subject_of(log.pk), code=FOUR_CHECKS)
    return runs.filter(state=Run.State.DONE).exists()


def _excuse(excuse: str, sentence: str) -> str:
    excuse = excuse.strip()
    if not excuse or "\0" in excuse:
        raise UnableToHandOverShift(sentence, field="excuse")
    return excuse[:200]


def _matter(by: Caller, log: DutyLog, number: str) -> Matter:
    found = visible(by).filter(community_id=log.community_id, number=number.replace("\0", ""))
    matter = found.filter(closed_at__isnull=True).first()
    if matter is None:
        raise BadInput(_("没有编号为“%(number)s”的未结事项。") % {"number": number}, field="matter")
    return matter


def _ask_to_sign(by: Caller, at: datetime, log: DutyLog) -> str:
    """Receive the matter that makes a missing signature climb; its owner never signs for self."""
    people = staff.directory(community_id=log.community_id, at=at).without(by.employee_id)
    acting = [one for post in SIGNERS_OF_FIRST_CHOICE for one in people.on_duty(post)]
    held = [one for post in SIGNERS_OF_FIRST_CHOICE for one in people.holders(post)]
    owner = next(iter([*acting, *held]), None)
    number = receive_matter(
        by=by,
        at=at,
        community=log.community.code,
        channel="patrol",
        kind="sign_off",
        text=_("值班记录 %(day)s %(period)s 已由 %(name)s 交班,请阅签。")
        % {"day": log.day, "period": log.period, "name": by.name},
        owner=owner.code if owner else None,
    )
    if owner is not None:
        assign_matter(by=SYSTEM, at=at, number=number, to=owner.code)
    return number


def _tell_of_missing(town: CommunityRow, at: datetime) -> None:
    """Tell who supervises of shifts that somebody kept and nobody handed over."""
    left = DutyLog.objects.filter(
        community_id=town.id,
        handed_at__isnull=True,
        people__isnull=False,
        ends_at__lte=at - GRACE,
        ends_at__gt=at - LATELY,
    ).distinct()
    missing = list(left)
    if not missing:
        return
    people = staff.directory(community_id=town.id, at=at, zone=town.zone)
    told = people.on_duty("supervisor") or people.floor()
    with transaction.atomic():
        queue(
            messages=[
                NewMessage(
                    community_id=town.id,
                    recipient_id=one.id,
                    purpose=f"duty.not_handed:{log.pk}",
                    about="",
                    subject=_("%(day)s %(period)s 班还没有交班,请过问")
                    % {"day": log.day, "period": log.period},
                )
                for log in missing
                for one in told
            ],
            at=at,
        )


def _trail(
    action: str, by: Caller, at: datetime, log: DutyLog, after: dict[str, Any] | None = None
) -> None:
    record(
        action=action,
        by=by,
        at=at,
        subject=subject_of(log.pk),
        community_id=log.community_id,
        after=after,
    )
