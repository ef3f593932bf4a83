"""How a moment is said: 今天 09:40, 3月16日 09:40, with the whole moment kept for the title."""

from datetime import datetime, timedelta, tzinfo

from django.utils.translation import gettext as _


def say_moment(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """Return a moment as people in the community say it: by day when near, by date when not."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    time = f"{local:%H:%M}"
    days = (local.date() - today).days
    if days == 0:
        return _("今天 %(time)s") % {"time": time}
    if days == 1:
        return _("明天 %(time)s") % {"time": time}
    if days == -1:
        return _("昨天 %(time)s") % {"time": time}
    parts = {"year": local.year, "month": local.month, "day": local.day, "time": time}
    if local.year == today.year:
        return _("%(month)d月%(day)d日 %(time)s") % parts
    return _("%(year)d年%(month)d月%(day)d日 %(time)s") % parts


def say_deadline(due_at: datetime, now: datetime, zone: tzinfo) -> str:
    """Return a due moment as it is said: midnight is 24:00 of the day that ends."""
    local = due_at.astimezone(zone)
    if (local.hour, local.minute, local.second) != (0, 0, 0):
        return say_moment(due_at, now, zone)
    noon = local.replace(tzinfo=None) - timedelta(hours=12)
    return say_moment(noon.replace(tzinfo=zone), now, zone).replace("12:00", "24:00")


def say_in_full(moment: datetime, zone: tzinfo) -> str:
    """Return a moment with year, seconds and offset, for the title of a short one."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S %z}"


MINUTE, HOUR, DAY = 60, 3600, 86400
TWO_DAYS = 2 * DAY
MANY_HOURS = 10  # from here on minutes say nothing more


def say_span(span: timedelta) -> str:
    """Return a length of time in its one or two largest units, never negative."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < MINUTE:
        return _("%(n)d 秒") % {"n": seconds}
    if seconds < HOUR:
        return _("%(n)d 分钟") % {"n": seconds // MINUTE}
    if seconds < TWO_DAYS:
        hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
        if not minutes or hours >= MANY_HOURS:
            return _("%(n)d 小时") % {"n": hours}
        return _("%(hours)d 小时 %(minutes)d 分") % {"hours": hours, "minutes": minutes}
    return _("%(n)d 天") % {"n": seconds // DAY}


def say_left(due_at: datetime, now: datetime) -> str:
    """Return how long there is until a due moment, or for how long it has passed."""
    if now >= due_at:
        return _("超时 %(span)s") % {"span": say_span(now - due_at)}
    return _("还有 %(span)s") % {"span": say_span(due_at - now)}
