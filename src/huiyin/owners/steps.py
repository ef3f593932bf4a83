"""The timeline in owners' language: what each kind of event says to them, or that it says nothing.

Notes, nudges, pauses, ladders, hand-overs and what links one household's matter to another's are
between colleagues. A new kind of event has to be put here before a test lets it pass (OWN-01).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from huiyin.owners import titles


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as the timeline needs it; ``who`` is name and post of whom it names.

    ``is_own`` says that an owner did it on these pages, not a colleague who wrote to them there.
    """

    kind: str
    at: datetime
    via: str
    is_own: bool
    text: str
    data: Mapping[str, Any]
    who: str
    mine: bool
    now: datetime
    zone: ZoneInfo


Said = tuple[str, str]  # title and text; the text is what somebody wrote
Step = Callable[[Happened], Said | None]


def _received(_it: Happened) -> Said:
    return _("我们收到了"), ""


def _assigned(it: Happened) -> Said:
    return (_("安排了%(who)s") % {"who": it.who} if it.who else _("安排了人员")), ""


def _accepted(it: Happened) -> Said:
    return (_("%(who)s已接单") % {"who": it.who} if it.who else _("经办人已接单")), ""


def _arrived(_it: Happened) -> Said:
    return _("人员到了现场"), ""


def _progressed(it: Happened) -> Said | None:
    """Only what was told to the owner; a note without a channel is internal."""
    if not it.via:
        return None
    if not it.data.get("reached", True):
        return _("我们联系过您,没有联系上"), ""
    return _("进展"), it.text


def _promised(it: Happened) -> Said:
    until = it.data.get("until")
    if not until:
        return _("与您约定了时间"), it.text
    moment = titles.when(datetime.fromisoformat(until), it.now, it.zone)
    return _("与您约定 %(when)s 前办好") % {"when": moment}, it.text


def _finished(it: Happened) -> Said:
    return _("办结"), it.text


def _replied(it: Happened) -> Said:
    return _("答复"), it.text


def _signed(it: Happened) -> Said:
    return (_("您确认已办好") if it.mine else _("住户确认已办好")), ""


def _visited_back(it: Happened) -> Said:
    """What colleagues wrote down about the talk stays with them."""
    return _rated(it) if it.is_own else (_("我们回访了"), "")


def _closed(_it: Happened) -> Said:
    return _("这件事结束了"), ""


def _reopened(it: Happened) -> Said:
    return _("重新办理"), it.text if it.is_own else ""


def _chased(it: Happened) -> Said:
    return (_("您催办了") if it.mine else _("住户催办了")), it.text


def _added(it: Happened) -> Said:
    return (_("您补充了") if it.mine else _("住户补充了")), it.text


def _rated(it: Happened) -> Said:
    points = {"n": it.data.get("satisfaction", 0)}
    title = _("您评价了 %(n)d 分") if it.mine else _("住户评价了 %(n)d 分")
    return title % points, it.text


# Every kind of event, with what it says to owners; None says nothing.
STEPS: Mapping[str, Step | None] = {
    "received": _received,
    "assigned": _assigned,
    "accepted": _accepted,
    "arrived": _arrived,
    "progressed": _progressed,
    "promised": _promised,
    "paused": None,
    "resumed": None,
    "finished": _finished,
    "replied": _replied,
    "signed": _signed,
    "visited_back": _visited_back,
    "closed": _closed,
    "reopened": _reopened,
    "reclassified": None,
    "handed_over": None,
    "escalated": None,
    "noted": None,
    "reported": None,
    "linked": None,
    "unlinked": None,
    "given_back": None,
    "chased": _chased,
    "added": _added,
    "rated": _rated,
}
# What the owner did, or sees at once: nothing to be read anew.
_OWN = frozenset({"received", "signed", "chased", "added", "rated"})
NEWS = tuple(kind for kind, step in STEPS.items() if step is not None and kind not in _OWN)


def is_own(via: str, by_id: int | None) -> bool:
    """Tell whether an owner did something on these pages; colleagues act under their own id."""
    return via == "web" and by_id is None


def said(it: Happened) -> Said | None:
    """Return what an event says to an owner, or None."""
    step = STEPS[it.kind]
    return step(it) if step is not None else None
