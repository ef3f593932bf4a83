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


_UNITS = {"分钟": "m", "小时": "h", "天": "d", "个工作日": "wd", "工作日": "wd"}
_WORDS = re.compile(r"(\d+)\s*(分钟|小时|天|个?工作日)")


def write_limit(said: str) -> str:
    """Return a limit said in Chinese as it is written; what is not so said comes back as it is."""
    said = said.strip()
    if said in {"当日", "当天"}:
        return str(SameDay())
    return _WORDS.sub(lambda found: found[1] + _UNITS[found[2]], said)


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
