"""Reads: what a text is probably about, and the table of words behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.matters import titles
from huiyin.triage import rules
from huiyin.triage.access import admit_editor, admit_to_read, may_edit
from huiyin.triage.measure import Figures, measure, sample
from huiyin.triage.models import TableVersion
from huiyin.triage.reading import read_table, shipped, shipped_text
from huiyin.triage.rules import Seen, Table

MOST_SENTENCES = 30


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is proposed for a text; a person decides.

    ``kind`` is empty when nothing was seen. ``seen`` holds words and why they count, ``aside``
    words that were not taken seriously and why; ``others`` further kinds with their sums.
    """

    kind: str
    title: str
    urgent: bool
    score: int
    seen: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, int], ...]
    aside: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a community's table in its history; number 0 is the shipped one."""

    number: int
    made_at: datetime | None
    made_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class TableView:
    """A table as it is edited: its text, the version it came from, and who may change it."""

    number: int
    text: str
    latest: int
    may_edit: bool
    entries: tuple[rules.Entry, ...]
    doubts: tuple[rules.Doubt, ...]


def suggest(*, community_id: int, text: str) -> Suggestion:
    """Propose kind and urgency of what somebody says, from the community's table. One query."""
    return _suggestion(text, _current(community_id))


def table(*, caller: Caller, community_id: int, number: int | None = None) -> TableView:
    """Return the table that counts, or an earlier version to look at.

    Raises NotFound to strangers and for a version that never was.
    """
    admit_to_read(caller, community_id)
    latest = latest_number(community_id)
    wanted = latest if number is None else number
    text = text_of(community_id, wanted)
    found = read_table(text)
    return TableView(
        number=wanted,
        text=text,
        latest=latest,
        may_edit=may_edit(caller, community_id),
        entries=found.entries,
        doubts=found.doubts,
    )


def versions(*, caller: Caller, community_id: int) -> tuple[VersionRow, ...]:
    """Return every version, the newest first, the shipped table last."""
    admit_to_read(caller, community_id)
    rows = TableVersion.objects.filter(community_id=community_id).order_by("-number")
    return (
        *(
            VersionRow(number, made_at, name or _("系统"), reason)
            for number, made_at, name, reason in rows.values_list(
                "number", "made_at", "made_by__name", "reason"
            )
        ),
        VersionRow(0, None, _("系统"), _("随系统提供")),
    )


def attempt(
    *, caller: Caller, community_id: int, draft: str, sentences: Sequence[str]
) -> tuple[tuple[tuple[str, Suggestion], ...], Figures]:
    """Try sentences against a draft, and the shipped sample with it; nothing is saved.

    Raises NotFound, Forbidden, UnableToReadTable.
    """
    admit_editor(caller, community_id)
    found = read_table(draft)
    tried = tuple(
        (one, _suggestion(one, found)) for one in sentences[:MOST_SENTENCES] if one.strip()
    )
    return tried, measure(sample(), found)


def _suggestion(text: str, table: Table) -> Suggestion:
    verdict = rules.judge(text, table)
    return Suggestion(
        kind=verdict.kind,
        title=str(titles.KINDS.get(verdict.kind, "")),
        urgent=verdict.urgent,
        score=verdict.score,
        seen=tuple((one.words, _named(one)) for one in verdict.seen),
        others=verdict.others,
        aside=tuple((one.words, _why(one)) for one in verdict.set_aside if one.urgent),
    )


def _named(one: Seen) -> str:
    return _("整句话听起来像呼救") if one.entry == rules.TONE else one.entry


def _why(one: Seen) -> str:
    return _("长信,没有提到正在发生") if one.doubt == rules.NOT_NOW else one.doubt


def _current(community_id: int) -> Table:
    newest = (
        TableVersion.objects.filter(community_id=community_id)
        .order_by("-number")
        .values_list("pk", flat=True)
        .first()
    )
    return shipped() if newest is None else _by_id(newest)


@lru_cache(maxsize=64)
def _by_id(version_id: int) -> Table:
    """Return what a version says; versions never change, so it is read once per process."""
    return read_table(TableVersion.objects.values_list("text", flat=True).get(pk=version_id))


def latest_number(community_id: int) -> int:
    """Return the number of the version that counts; 0 is the shipped table."""
    rows = TableVersion.objects.filter(community_id=community_id).order_by("-number")
    return rows.values_list("number", flat=True).first() or 0


def text_of(community_id: int, number: int) -> str:
    """Return what a version says. Raises NotFound when it never was."""
    if number == 0:
        return shipped_text()
    found = TableVersion.objects.filter(community_id=community_id, number=number)
    text = found.values_list("text", flat=True).first()
    if text is None:
        raise NotFound(_("没有第 %(n)d 版词表。") % {"n": number})
    return text
