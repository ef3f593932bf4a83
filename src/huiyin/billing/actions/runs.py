"""Billing runs: begun, drafted, looked at, confirmed, let out; by one page or by the calendar.

A run is done in parts of so many houses. A small one is done at once by whoever asks; the parts of
a large one wait for the biller, see :mod:`huiyin.billing.actions.working` (BIL-05, BIL-06).
"""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiyin.billing.access import admit_to_bill, admit_to_post
from huiyin.billing.actions.core import employee_id, locked_run, trail
from huiyin.billing.actions.working import work_run
from huiyin.billing.drafting import cut_parts
from huiyin.billing.models import ChargeGroup, DraftLine, Run, Snag
from huiyin.billing.rules.periods import Period, following, period_of
from huiyin.billing.rules.periods import period as period_named
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, WrongState
from huiyin.ledger.models import Account, Book
from huiyin.staff.queries import local_day
from huiyin.standards import queries as standards

PART_HOUSES: Final = 5000
SUBJECT: Final = "billing_run:"
State, Kind = Run.State, Run.Kind
KINDS: Final = (Kind.REGULAR, Kind.CORRECTION)
AT_WORK: Final = (State.DRAFTING, State.DRAFTED, State.POSTING, State.REVERSING)


class UnableToBegin(WrongState):
    """Another run of the group is at work, the books are not open, or nothing is missing."""


class UnableToChangeRun(WrongState):
    """The run is in no state in which this is done."""


class NeedsConfirmation(WrongState):
    """The run differs so much from the last one that another person has to look at it first."""


def begin_run(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    group_code: str,
    period: str,
    kind: str = "regular",
    key: UUID | None = None,
) -> int:
    """Begin to bill a group of charges for a period and return the run (BIL-06).

    1. The group is locked: of two who begin at once the second gets the run of the first.
    2. A period that was billed completely is refused in words, and nothing is written.
    3. The houses are cut into parts. A run of one part is drafted now, others by the biller.

    Asked again with the same ``key``, or while a run of this period waits, it returns that run.
    Raises NotFound to strangers, Forbidden, BadInput, UnableToBegin.
    """
    admit_to_bill(by, community_id)
    if not by.is_system:
        employee_id(by)
    if kind not in KINDS:
        raise BadInput(_("请选择正常计费或更正计费。"), field="kind")
    try:
        with transaction.atomic():
            group = _locked_group(community_id, group_code)
            asked = _checked_period(group, period, local_day(at, group.community.zone))
            run = _known(group, asked, kind, key)
            fresh = run is None
            if run is None:
                run = _begun(group, asked, kind, key, by=by, at=at)
    except IntegrityError as error:  # the key, by another group at the same moment
        raise UnableToBegin(_("这次操作已经用于另一个批次,请刷新后再试。")) from error
    if fresh:
        _hurry(run, at)
    return run.pk


def redraft(*, by: Caller, at: datetime, run_id: int) -> None:
    """Draft a run once more, after facts were put right; nobody has confirmed it any longer.

    Its parts are cut anew, for other houses may have something to be billed by now.
    """
    with transaction.atomic():
        run = locked_run(by, run_id)
        admit_to_bill(by, run.community_id)
        _only_in(run, State.DRAFTED)
        _empty(run)
        run.parts.all().delete()
        cut_parts(run_id=run.pk, at=at, size=PART_HOUSES)
        run.state = State.DRAFTING
        run.drafted_by_id, run.drafted_at = by.employee_id, at
        run.confirmed_by, run.confirmed_at, run.deviation = None, None, None
        run.save(
            update_fields=[
                *("state", "drafted_by", "drafted_at", "confirmed_by", "confirmed_at", "deviation")
            ]
        )
        _trail("run_redrafted", by, at, run)
    _hurry(run, at)


@transaction.atomic
def drop_run(*, by: Caller, at: datetime, run_id: int, reason: str = "") -> None:
    """Throw a draft away; nobody was billed by it. Dropped twice it is dropped once."""
    run = locked_run(by, run_id)
    admit_to_bill(by, run.community_id)
    if run.state == State.DROPPED:
        return
    _only_in(run, State.DRAFTING, State.DRAFTED)
    _empty(run)
    run.state = State.DROPPED
    run.save(update_fields=["state"])
    _trail("run_dropped", by, at, run, reason=reason)


@transaction.atomic
def confirm_run(*, by: Caller, at: datetime, run_id: int) -> None:
    """Say, as another than who drafted it, that a draft that differs much is right (BIL-06).

    Raises Forbidden to who drafted it, UnableToChangeRun.
    """
    run = locked_run(by, run_id)
    admit_to_post(by, run.community_id)
    _only_in(run, State.DRAFTED)
    who = employee_id(by)
    if run.confirmed_by_id == who:
        return
    if who == run.drafted_by_id:
        raise Forbidden(_("这批草稿是您自己做的,请另一位有权入账的同事复核。"))
    run.confirmed_by_id, run.confirmed_at = who, at
    run.save(update_fields=["confirmed_by", "confirmed_at"])
    _trail("run_confirmed", by, at, run, after={"deviation": run.deviation})


def post_run(*, by: Caller, at: datetime, run_id: int) -> None:
    """Let the bills of a draft out; asked again, it changes nothing (BIL-06).

    1. A draft that differs too much from the last period needs another person first, and a
       correction, which may take back what is owed, is never let out by who drafted it.
    2. Bills are issued on the day of the calendar, or today where that is over.
    3. A run of one part is posted now, others by the biller, each part in one transaction.

    Raises UnableToChangeRun, NeedsConfirmation, UnableToPost where the books refuse.
    """
    with transaction.atomic():
        run = locked_run(by, run_id)
        admit_to_post(by, run.community_id)
        who = employee_id(by)
        if run.state in (State.POSTING, State.POSTED):
            return
        _only_in(run, State.DRAFTED)
        _check_confirmed(run, who, at)
        _check_accounts(run)
        today = local_day(at, run.community.zone)
        run.issued_on, run.due_on = days_of(run.group, period_named(run.period), today, at)
        _check_books(run.community_id, run.issued_on)
        run.state = State.POSTING
        run.posted_by_id, run.posted_at = who, at
        run.save(update_fields=["issued_on", "due_on", "state", "posted_by", "posted_at"])
        _trail("run_posted", by, at, run, after={"houses": run.houses, "amount": run.amount})
    _hurry(run, at)


# -- what a run is asked


def needs_confirmation(run: Run, at: datetime) -> bool:
    """Tell whether a run may only be posted after another person has confirmed it."""
    if run.deviation is None or run.confirmed_by_id is not None:
        return False
    _version, standard = standards.current(community_id=run.community_id, at=at)
    return abs(run.deviation) > standard.billing.deviation


def days_of(group: ChargeGroup, period: Period, today: date, at: datetime) -> tuple[date, date]:
    """Return when bills of a period are issued and due (BIL-05).

    As the calendar says; who is billed late has at least as many days to pay as the notice before
    a due day gives, or as the calendar gives where that is less.
    """
    issued_on = period.from_on + timedelta(days=group.issue_after)
    due_on = period.from_on + timedelta(days=group.due_after)
    if issued_on >= today:
        return issued_on, due_on
    _version, standard = standards.current(community_id=group.community_id, at=at)
    time_to_pay = min(group.due_after - group.issue_after, standard.billing.notice_before_due)
    return today, max(due_on, today + timedelta(days=time_to_pay))


# -- steps


def _begun(
    group: ChargeGroup, asked: Period, kind: str, key: UUID | None, *, by: Caller, at: datetime
) -> Run:
    today = local_day(at, group.community.zone)
    issued_on, due_on = days_of(group, asked, today, at)
    _check_books(group.community_id, issued_on, asked)
    run = Run.objects.create(
        community_id=group.community_id,
        group=group,
        period=asked.name,
        from_on=asked.from_on,
        until_on=asked.until_on,
        kind=kind,
        issued_on=issued_on,
        due_on=due_on,
        key=key,
        drafted_by_id=by.employee_id,
        drafted_at=at,
    )
    if not cut_parts(run_id=run.pk, at=at, size=PART_HOUSES):
        raise _nothing_to_bill(run)
    _trail("run_begun", by, at, run, after={"period": run.period, "kind": kind})
    return run


def _locked_group(community_id: int, code: str) -> ChargeGroup:
    group = (
        ChargeGroup.objects.select_related("community")
        .select_for_update(of=("self",), no_key=True)
        .filter(community_id=community_id, code=code.replace("\0", ""), in_use=True)
        .first()
    )
    if group is None:
        raise BadInput(_("没有编号为“%(code)s”的收费批次。") % {"code": code}, field="group")
    return group


def _checked_period(group: ChargeGroup, name: str, today: date) -> Period:
    try:
        asked = period_named(name.strip())
    except ValueError:
        raise BadInput(
            _("没有“%(name)s”这个期间,请填写 2026-04、2026Q2、2026H1 或 2026。") % {"name": name},
            field="period",
        ) from None
    current = period_of(today, group.months)
    if asked.months != group.months:
        raise BadInput(
            ngettext(
                "%(group)s每 %(months)s 个月收一次,请填写 %(name)s 这样的期间。",
                "%(group)s每 %(months)s 个月收一次,请填写 %(name)s 这样的期间。",
                group.months,
            )
            % {"group": group.name, "months": group.months, "name": current.name},
            field="period",
        )
    last = following(current)
    if asked.from_on > last.from_on:
        raise BadInput(
            _("%(name)s还早,现在最多计到 %(last)s。") % {"name": asked.name, "last": last.name},
            field="period",
        )
    return asked


def _known(group: ChargeGroup, asked: Period, kind: str, key: UUID | None) -> Run | None:
    """Return the run that the same request began; refuse where another one is at work."""
    same = {"group_id": group.pk, "period": asked.name, "kind": kind}
    before = key and Run.objects.filter(key=key).first()
    if before:
        if any(getattr(before, name) != value for name, value in same.items()):
            raise UnableToBegin(_("这次操作已经用于另一个批次,请刷新后再试。"))
        return before
    at_work = Run.objects.filter(group=group, state__in=AT_WORK).first()
    if at_work is None:
        return None
    drafted = at_work.state in (State.DRAFTING, State.DRAFTED)
    if drafted and all(getattr(at_work, name) == value for name, value in same.items()):
        return at_work
    raise UnableToBegin(
        _("%(group)s %(period)s还没有处理完,请先入账或作废那一批。")
        % {"group": group.name, "period": at_work.period}
    )


def _check_books(community_id: int, issued_on: date, asked: Period | None = None) -> None:
    book = Book.objects.filter(community_id=community_id).first()
    if book is None:
        raise UnableToBegin(_("这个小区还没有开账,请先由财务开账。"))
    if asked is not None and asked.until_on <= book.opened_on:
        raise BadInput(
            _("账簿从 %(day)s 才开账,更早的期间请用期初导入。") % {"day": book.opened_on},
            field="period",
        )
    if issued_on < book.opened_on:
        raise UnableToBegin(
            _("账簿从 %(day)s 才开账,账单不能早于这一天。") % {"day": book.opened_on}
        )
    if book.locked_until is not None and issued_on <= book.locked_until:
        raise UnableToBegin(
            _("%(day)s 及以前已经锁账,账单请开在以后的日期。") % {"day": book.locked_until}
        )


def _check_confirmed(run: Run, who: int, at: datetime) -> None:
    if needs_confirmation(run, at):
        raise NeedsConfirmation(
            _("这批与上期相差 %(share)s%%,请另一位同事先复核。")
            % {"share": f"{run.deviation * 100:.1f}" if run.deviation is not None else "0"}
        )
    if run.drafted_by_id is None and run.confirmed_by_id == who:
        raise NeedsConfirmation(_("这批由您复核,请另一位有权入账的同事入账。"))
    if run.kind == Kind.CORRECTION and run.drafted_by_id == who:
        raise NeedsConfirmation(_("这批更正由您起草,请另一位有权入账的同事核对后入账。"))


def _check_accounts(run: Run) -> None:
    asked = set(run.group.items.values_list("account", flat=True))
    known = Account.objects.filter(community_id=run.community_id, code__in=asked)
    if missing := asked - set(known.values_list("code", flat=True)):
        raise UnableToChangeRun(
            _("账簿里没有科目 %(codes)s,请先由财务增加,再入账。")
            % {"codes": "、".join(sorted(missing))}
        )


def _only_in(run: Run, *states: Run.State) -> None:
    if run.state in states:
        return
    told = {
        State.DRAFTING: _("这批还在计算,请等计算完再操作。"),
        State.DRAFTED: _("这批还没有入账。"),
        State.POSTING: _("这批正在入账,不能再改。"),
        State.POSTED: _("这批已经入账;要收回请整批冲销。"),
        State.DROPPED: _("这批草稿已经作废,请重新计费。"),
        State.REVERSING: _("这批正在冲销,不能再改。"),
        State.REVERSED: _("这批已经冲销,请重新计费。"),
    }
    raise UnableToChangeRun(told[State(run.state)])


def _nothing_to_bill(run: Run) -> UnableToBegin:
    """Say why a run has no part; nothing of it stays."""
    named = {"group": run.group.name, "period": run.period}
    if Run.objects.filter(group=run.group, period=run.period, state=State.POSTED).exists():
        sentence = _("%(group)s %(period)s已经全部计费入账,没有需要补的。")
    else:
        sentence = _("%(group)s %(period)s没有要计费的住户,请先设置收费项目和收费对象。")
    return UnableToBegin(sentence % named, field="period")


def _empty(run: Run) -> None:
    """Remove what was drafted, once no worker has a part of it in hand."""
    list(run.parts.select_for_update(no_key=True).order_by("number").values_list("pk"))
    DraftLine.objects.filter(run=run)._raw_delete("default")
    Snag.objects.filter(run=run)._raw_delete("default")


def _hurry(run: Run, at: datetime) -> None:
    """Do the only part of a small run now; the parts of others wait for the biller."""
    if run.parts.count() <= 1:
        work_run(run.pk, at)


def _trail(
    action: str,
    by: Caller,
    at: datetime,
    run: Run,
    *,
    after: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    subject = f"{SUBJECT}{run.pk}"
    trail(action, by, at, run.community_id, subject, after=after, reason=reason)
