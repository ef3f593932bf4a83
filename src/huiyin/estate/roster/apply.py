"""Writes a roster into a community: matched, in one transaction, with one entry in the trail.

1. Take the community, so that two imports of it come one after the other.
2. Load what is known, decide everything in memory (`plan`).
3. A dry run ends here, with the same figures.
4. Otherwise write it in bulk, what others refer to first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate.access import admit_to_edit
from huiyin.estate.models import Community, House, Occupancy
from huiyin.estate.roster.bulk import copy_in
from huiyin.estate.roster.files import UnusableFile
from huiyin.estate.roster.known import load
from huiyin.estate.roster.parsed import Notice, Parsed, Problem
from huiyin.estate.roster.plan import Counts, Plan, Planner
from huiyin.estate.roster.sentences import notice_sentence, problem_sentence, unusable_sentence
from huiyin.estate.roster.workbook import parse_bytes
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.trail.actions import record

BATCH = 2000
MOST_NAMED = 200
_HOUSE_FIELDS = (
    "kind", "area", "floor", "handed_over_on", "vacant", "incomplete", "remark", "tenure",
    "goes_with",
)  # fmt: skip


class UnableToReadRoster(BadInput):
    """The file is no roster."""


class UnableToImportRoster(BadInput):
    """There is nothing in the file that could be imported."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do: figures, refused values, oddities."""

    created: Counts
    updated: Counts
    unchanged: Counts
    problems: tuple[Problem, ...]
    notices: tuple[Notice, ...]
    dry_run: bool

    def as_json(self) -> dict[str, Any]:
        """Return the report in the form `huiyin roster import --json` prints."""
        return {
            "created": asdict(self.created),
            "updated": asdict(self.updated),
            "unchanged": asdict(self.unchanged),
            "errors": [
                {
                    "sheet": problem.sheet,
                    "row": problem.row,
                    "column": f"{problem.column} {problem.header}",
                    "value": problem.value,
                    "problem": problem_sentence(problem),
                }
                for problem in self.problems
            ],
            "warnings": [
                {"sheet": one.sheet, "row": one.row, "problem": notice_sentence(one)}
                for one in self.notices
            ],
        }


def read_roster(content: bytes, name: str) -> Parsed:
    """Read an uploaded file; raises UnableToReadRoster with a sentence for whoever sent it."""
    try:
        return parse_bytes(content, name)
    except UnusableFile as error:
        raise UnableToReadRoster(unusable_sentence(error), field="file") from error


def import_roster(
    *,
    by: Caller,
    at: datetime,
    community: Community,
    parsed: Parsed,
    dry_run: bool = False,
    source: str = "",
) -> ImportReport:
    """Bring the houses and people of a community to what a roster says.

    The same roster again changes nothing; a corrected one changes what it corrects. Raises
    UnableToImportRoster when the roster holds no house, Forbidden or NotFound by post.
    """
    admit_to_edit(by, community.pk)
    if not parsed.houses:
        raise UnableToImportRoster(
            _("文件里没有读到任何房屋,请检查表头是否有房号、业主姓名等。"), field="file"
        )
    today = at.astimezone(ZoneInfo(community.zone)).date()
    with transaction.atomic():
        locked = Community.objects.select_for_update(no_key=True).get(pk=community.pk)
        plan = Planner(load(locked), today).decide(parsed.houses)
        report = ImportReport(
            plan.created,
            plan.updated,
            plan.unchanged,
            parsed.problems,
            (*parsed.notices, *plan.notices),
            dry_run,
        )
        if not dry_run:
            _write(plan, today)
            _record(by=by, at=at, community=locked, plan=plan, source=source, report=report)
    return report


def _write(plan: Plan, today: date) -> None:
    """Write everything a plan changes."""
    copy_in(plan.buildings)
    copy_in(plan.units)
    copy_in([house for house in plan.new_houses if house.kind != House.Kind.PARKING])
    for space, house in plan.links:
        space.goes_with = house
    copy_in([house for house in plan.new_houses if house.kind == House.Kind.PARKING])
    _update_houses(plan.changed_houses)
    copy_in(plan.people)
    copy_in(plan.phones)
    _end(plan.ended, today)
    copy_in(plan.begun)
    copy_in(plan.vehicles)


def _update_houses(houses: list[House]) -> None:
    """Write the named fields of known houses, many rows to a statement."""
    House.objects.bulk_create(
        houses, BATCH, update_conflicts=True, unique_fields=["id"], update_fields=_HOUSE_FIELDS
    )


def _end(roles: list[Occupancy], today: date) -> None:
    """End roles today; one that began today never was, for a period has at least a day."""
    began_today = [role.pk for role in roles if role.from_on and role.from_on >= today]
    others = [role.pk for role in roles if not (role.from_on and role.from_on >= today)]
    for some in _batches(began_today):
        Occupancy.objects.filter(pk__in=some).delete()
    for some in _batches(others):
        Occupancy.objects.filter(pk__in=some, until_on__isnull=True).update(until_on=today)


def _batches(keys: list[int]) -> Iterator[list[int]]:
    """Cut keys into lists that a statement can take."""
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _record(
    *,
    by: Caller,
    at: datetime,
    community: Community,
    plan: Plan,
    report: ImportReport,
    source: str,
) -> None:
    """Leave one entry that says what was imported and which houses changed."""
    record(
        action="estate.roster_imported",
        by=by,
        at=at,
        subject=f"community:{community.pk}",
        community_id=community.pk,
        after={
            "file": source[:120],
            "created": asdict(report.created),
            "updated": asdict(report.updated),
            "unchanged": asdict(report.unchanged),
            "refused": len(report.problems),
            "changed": _first(plan.changed_codes),
        },
    )


def _first(codes: Iterable[str]) -> list[str]:
    """Name the first houses that changed; a list of thousands helps nobody."""
    return list(codes)[:MOST_NAMED]
