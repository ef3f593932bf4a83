"""A written limit in the reader's words: ``10m`` is ten minutes, ``2wd`` two working days."""

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
