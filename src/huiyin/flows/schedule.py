"""The schedule on one page: what is due at a fixed time of the week, or every so often.

There is no table of jobs: what was done is seen from its trace, and a process that has looked
once does not look again before the next Monday morning.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from huiyin.announcements import actions as announcements
from huiyin.billing.actions import prepaid
from huiyin.desk import actions as desk
from huiyin.estate import queries as estate
from huiyin.flows import (
    billing_notices,
    drafting,
    greetings,
    leaving,
    reactions,
    reviewing,
    slipping,
    weekly,
)
from huiyin.kernel.caller import SYSTEM
from huiyin.notices import courier
from huiyin.owners import actions as owners

log = logging.getLogger("huiyin.schedule")

RELIEVE_EVERY = timedelta(minutes=10)
LOGS_EVERY = timedelta(minutes=1)
SHOW_EVERY = timedelta(minutes=5)
OFFSET_EVERY = timedelta(minutes=10)
SLIPS_EVERY = timedelta(minutes=5)
DRAFT_EVERY = timedelta(minutes=10)
GREET_EVERY = timedelta(hours=1)
BILLS_EVERY = timedelta(hours=1)
SETTLED_EVERY = timedelta(minutes=1)
_quiet: dict[str, datetime] = {}
_looked: dict[str, datetime] = {}
"""When each job that is looked at every so often was looked at last, in this process."""


def run_due(at: datetime) -> int:
    """Do what is due at a moment and was not done yet; return how many messages were queued.

    Costs nothing between two Mondays. What fails is logged and tried again at the next tick.
    """
    if _quiet and _quiet["from"] <= at < _quiet["until"]:
        return 0
    queued, failed = 0, False
    towns = estate.communities(caller=SYSTEM)
    for town in towns:
        try:
            with transaction.atomic():
                queued += weekly.tell_manager(town=town, at=at)
                queued += reviewing.tell_quality(town=town, at=at)
        except Exception:
            log.exception("weekly report failed", extra={"community": town.code})
            failed = True
    if not failed:
        coming = [weekly.last_monday(at, town.zone) + weekly.WEEK for town in towns]
        _quiet.update({"from": at, "until": min(coming, default=at)})
    return queued


def relieve(at: datetime) -> int:
    """Look every ten minutes after open matters whose owner is gone; return how many moved.

    And after requests that wait although nobody is reminded of them any more, or the wrong one.
    """
    if _waits("relieved", at, RELIEVE_EVERY):
        return 0
    moved = leaving.relieve_the_gone(at=at)
    reactions.remind_again()
    reactions.hand_on(at)
    _looked["relieved"] = at
    return moved


def keep_desk(at: datetime) -> int:
    """Open the log of the shift of now where it is missing, every minute; return how many were.

    What the exchange told long ago is forgotten along with it, reports about messages that are not
    ours, and forms of owners that nobody sends a second time any more.
    """
    if _waits("kept", at, LOGS_EVERY):
        return 0
    opened = 0
    try:
        opened = desk.keep_logs(at=at)
        desk.forget_deliveries(at=at)
        courier.forget_reports(at=at)
        owners.forget_submissions(at=at)
    except Exception:
        log.exception("duty logs failed")
    _looked["kept"] = at
    return opened


def draft_bills(at: datetime) -> int:
    """Draft the bills that are due by the calendar, looked at every ten minutes (BIL-05).

    Returns of how many drafts somebody was told.
    """
    if _waits("drafted", at, DRAFT_EVERY):
        return 0
    told = 0
    try:
        told = drafting.draft_and_tell(at=at)
    except Exception:
        log.exception("drafts of bills failed")
    _looked["drafted"] = at
    return told


def greet(at: datetime) -> int:
    """Wish people well on their days, looked at every hour; return how many tellings there are.

    When they are told is for the courier, who knows the quiet hours.
    """
    if _waits("greeted", at, GREET_EVERY):
        return 0
    queued = 0
    for town in estate.communities(caller=SYSTEM):
        try:
            queued += greetings.greet(town=town, at=at)
        except Exception:
            log.exception("greetings failed", extra={"community": town.code})
    _looked["greeted"] = at
    return queued


def tell_about_bills(at: datetime) -> int:
    """Tell people about their bills, looked at every hour; return how many tellings there are.

    What waits about bills that were settled meanwhile is taken back, every minute. When there may
    be more to tell, or something failed, it is looked at again at the next tick.
    """
    if not _waits("settled", at, SETTLED_EVERY):
        try:
            billing_notices.withdraw_settled(at=at)
        except Exception:
            log.exception("settled bills failed")
        _looked["settled"] = at
    if _waits("billed", at, BILLS_EVERY):
        return 0
    queued, is_done = 0, True
    for town in estate.communities(caller=SYSTEM):
        try:
            told = billing_notices.tell_about_bills(town=town, at=at)
        except Exception:
            log.exception("bill notices failed", extra={"community": town.code})
            is_done = False
            continue
        queued += told
        is_done = is_done and told < billing_notices.MOST
    if is_done:
        _looked["billed"] = at
    return queued


def show_announcements(at: datetime) -> int:
    """Begin and end announcements with their days, every five minutes; return how many (NOT-02)."""
    if _waits("shown", at, SHOW_EVERY):
        return 0
    changed = 0
    try:
        changed = announcements.end_due(at=at) + announcements.begin_due(at=at)
    except Exception:
        log.exception("announcements failed")
    _looked["shown"] = at
    return changed


def offset_prepayments(at: datetime) -> int:
    """Offset prepayments on the days of the finance calendar; return for how many runs (BIL-09).

    Looked at every ten minutes. A run that cannot be, as on a locked day, does not stop the others.
    """
    if _waits("offset", at, OFFSET_EVERY):
        return 0
    done = 0
    for run_id in prepaid.runs_to_offset(at):
        try:
            prepaid.offset_run(at=at, run_id=run_id)
            done += 1
        except Exception:
            log.exception("offset of prepayments failed", extra={"run": run_id})
    _looked["offset"] = at
    return done


def charge_slips(at: datetime) -> int:
    """Make charges of what was signed at the door, every five minutes; return how many (WO-04)."""
    if _waits("charged", at, SLIPS_EVERY):
        return 0
    charged = 0
    for town in estate.communities(caller=SYSTEM):
        try:
            charged += slipping.charge_signed(town=town, at=at)
        except Exception:
            log.exception("signed slips failed", extra={"community": town.code})
    _looked["charged"] = at
    return charged


def forget() -> None:
    """Look again at the next tick, as after a change of database."""
    _looked.clear()
    _quiet.clear()


def _waits(job: str, at: datetime, every: timedelta) -> bool:
    """Tell whether a job was looked at so short a time ago that it can wait."""
    looked_at = _looked.get(job)
    return looked_at is not None and looked_at <= at < looked_at + every
