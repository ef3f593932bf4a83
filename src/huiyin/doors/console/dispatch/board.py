"""The lists of the dispatcher's screen, written by hand: they are drawn while people wait."""

from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from huiyin.doors.console.lines import Line, lines
from huiyin.doors.console.rows import placed
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.matters import queries as matters
from huiyin.matters.queries import Section
from huiyin.standards import queries as standards

_ROW = (
    '<li class="hy-call {tone}"><a href="/dispatch/{number}/" hx-get="/dispatch/{number}/"'
    ' hx-target="#panel" hx-swap="innerHTML show:none">'
    '<span class="hy-row-text">{important}{kind} {text}</span>'
    '<span class="hy-row-meta">{where}{linked}<span>{owner}</span>'
    '<span class="hy-tag">{state}</span></span>'
    '<span class="hy-row-clock"><strong>{left}</strong> <span class="hy-soft">{due}</span></span>'
    "</a></li>\n"
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One list: its name, what it holds, how many there are, and where to see all of them."""

    code: str
    title: str
    icon: str
    count: str
    rows: SafeString
    empty: str
    all_of_it: str


def draw(request: StaffRequest) -> list[Drawn]:
    """Return the four lists as they stand."""
    _version, standard = standards.current(community_id=request.community.id, at=request.moment)
    board = matters.board(
        caller=request.caller,
        at=request.moment,
        community_id=request.community.id,
        stalled_after=standard.desk.stalled_after,
    )

    important = '<span class="hy-tag is-late">{}</span> '.format(escape(_("重要")))

    def drawn(section: Section, code: str, **words: str) -> Drawn:
        rows = "".join(_row(line, important) for line in lines(section.rows, request.moment))
        count = f"{matters.COUNTED}+" if section.is_more else str(section.count)
        return Drawn(code=code, count=count, rows=mark_safe(rows), **words)  # noqa: S308 - escaped

    return [
        drawn(
            board.unassigned,
            "unassigned",
            title=_("待派单"),
            icon="user",
            empty=_("都已派出"),
            all_of_it="state=received",
        ),
        drawn(
            board.broken,
            "broken",
            title=_("已超时"),
            icon="alert-triangle",
            empty=_("没有超时"),
            all_of_it="overdue=1",
        ),
        drawn(
            board.due,
            "due",
            title=_("即将到期"),
            icon="clock",
            empty=_("没有等着到期的"),
            all_of_it="state=",
        ),
        drawn(
            board.stalled,
            "stalled",
            title=_("停滞"),
            icon="player-pause",
            empty=_("没有停滞的"),
            all_of_it="",
        ),
    ]


def _row(line: Line, important: str) -> str:
    said = placed(line, important)
    return _ROW.format(**said, left=escape(line.left), due=escape(line.due))
