"""A written limit in the reader's words: ``10m`` is ten minutes, ``2wd`` two working days."""

import re

from django.utils.translation import gettext as _

from huiyin.kernel.limits import (
    AsPromised,
    BadLimit,
    Days,
    Elapsed,
    Every,
    Limit,
    SameDay,
    WorkingDays,
    parse_limit,
)

MINUTE, HOUR = 60, 3600


def say_limit(written: str) -> str:
    """Return a limit in words; one that cannot be read stays as it is written."""
    try:
        return _say(parse_limit(written))
    except BadLimit:
        return written


_SAME_DAY = {"当日", "当天", "當日", "當天", "same day"}
_UNITS = {
    "m": r"分钟|分鐘|minutes?",
    "h": r"小时|小時|hours?",
    "wd": r"[个個]?工作日|working days?",
    "d": r"天|days?",
}


def write_limit(said: str) -> str:
    """Return a limit said in words as it is written; what is not so said comes back as it is.

    The words of all three languages are read whatever language the page is in.
    """
    said = said.strip()
    if said.lower() in _SAME_DAY:
        return str(SameDay())
    for unit, words in _UNITS.items():
        said = re.sub(rf"(\d+)\s*(?:{words})", rf"\g<1>{unit}", said, flags=re.IGNORECASE)
    return said


def _say(limit: Limit) -> str:
    said = str(limit)
    match limit:
        case SameDay():
            said = _("当日")
        case AsPromised():
            said = _("按约定的时间")
        case Days(count):
            said = _("%(n)d 天") % {"n": count}
        case WorkingDays(count):
            said = _("%(n)d 个工作日") % {"n": count}
        case Elapsed(seconds) if seconds % HOUR == 0:
            said = _("%(n)d 小时") % {"n": seconds // HOUR}
        case Elapsed(seconds):
            said = _("%(n)d 分钟") % {"n": seconds // MINUTE}
        case Every(each):
            said = _("每 %(each)s一次") % {"each": _say(each)}
    return said
