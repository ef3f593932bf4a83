"""What the pages of an owner's matters show beside the rows: time left, in words of owners."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from huiyin.doors.parts.moments import say_span
from huiyin.owners.queries import MyMatterRow, OwnPromise

COUNTED = frozenset({"running", "late"})
OWED = frozenset({"running", "late", "paused"})
DONE = frozenset({"finished", "visited_back", "closed"})


@dataclass(frozen=True, slots=True)
class Due:
    """A promise with the time left, said by the server; the script goes on counting from it."""

    words: str
    due_at: datetime
    state: str
    left: str

    @property
    def counts(self) -> bool:
        """Tell whether time runs."""
        return self.state in COUNTED

    @property
    def is_late(self) -> bool:
        """Tell whether the time is up and it is still owed."""
        return self.state == "late"


@dataclass(frozen=True, slots=True)
class Line:
    """A matter in the list, with what is promised next."""

    row: MyMatterRow
    due: Due | None
    icon: str

    @property
    def is_done(self) -> bool:
        """Tell whether the work is done."""
        return self.row.state in DONE

    @property
    def tone(self) -> str:
        """Return the colour of the state; the word beside it says the same."""
        if self.is_done:
            return "is-kept"
        return "is-soon" if self.due is not None and self.due.is_late else "is-brand"


def due_of(promise: OwnPromise, now: datetime) -> Due:
    """Say how long there is, or for how long it is overdue."""
    return Due(promise.words, promise.due_at, promise.state, say_left(promise.due_at, now))


def say_left(due_at: datetime, now: datetime) -> str:
    """Return the time left as owners are told it."""
    if now >= due_at:
        return _("已经晚了 %(span)s") % {"span": say_span(now - due_at)}
    return _("还有 %(span)s") % {"span": say_span(due_at - now)}


def clock_words(now: datetime) -> str:
    """Return the present moment and the words in which the script counts, as JSON.

    They are the sentences of :func:`say_left` and :func:`say_span`, so that both say the same.
    """
    words = {
        "now": now.isoformat(),
        "left": _("还有 %(span)s"),
        "late": _("已经晚了 %(span)s"),
        "seconds": _("%(n)d 秒"),
        "minutes": _("%(n)d 分钟"),
        "hours": _("%(n)d 小时"),
        "both": _("%(hours)d 小时 %(minutes)d 分"),
        "days": _("%(n)d 天"),
    }
    return json.dumps(words, ensure_ascii=False)
