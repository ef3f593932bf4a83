"""`huiyin roster import`: reads a roster and says what it did, or would do."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.estate.roster.apply import ImportReport, UnableToReadRoster, import_roster
from huiyin.estate.roster.files import UnusableFile
from huiyin.estate.roster.parsed import Parsed
from huiyin.estate.roster.sentences import notice_sentence, problem_sentence, unusable_sentence
from huiyin.estate.roster.workbook import parse_file
from huiyin.kernel import clock
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import BadInput, NotFound

DONE, WRONG = 0, 1


class UnableToFindCommunity(NotFound):
    """There is no community of that code."""


def run(arguments: Namespace) -> int:
    """Import `file` into `community`; return 1 when values were refused, else 0.

    Raises a Refused with one line for a file or a community that cannot be used (status 2).
    """
    path = Path(arguments.file)
    community = Community.objects.filter(code=arguments.community).first()
    if community is None:
        raise UnableToFindCommunity(_("没有代码为 %(code)s 的小区") % {"code": arguments.community})
    parsed = _read(path)
    try:
        report = import_roster(
            by=SYSTEM,
            at=clock.now(),
            community=community,
            parsed=parsed,
            dry_run=arguments.dry_run,
            source=path.name,
        )
    except BadInput as error:
        raise type(error)(f"{path}: {error}") from error
    if arguments.json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
    else:
        _print(path, report)
    return WRONG if report.problems else DONE


def _read(path: Path) -> Parsed:
    """Read the file, or say in one line that names it why it cannot be."""
    try:
        return parse_file(path)
    except UnusableFile as error:
        raise UnableToReadRoster(f"{path}: {unusable_sentence(error)}") from error


def _print(path: Path, report: ImportReport) -> None:
    """Print the report for people: figures first, then every refused value and oddity."""
    if report.dry_run:
        print(_("试运行,未写入任何资料。"))
    for title, counts in (
        (_("新增"), report.created),
        (_("更新"), report.updated),
        (_("未变"), report.unchanged),
    ):
        print(
            _("%(title)s:房屋 %(houses)d,人员 %(people)d,车位 %(spaces)d")
            % {
                "title": title,
                "houses": counts.houses,
                "people": counts.people,
                "spaces": counts.spaces,
            }
        )
    for problem in report.problems:
        place = f"{path.name} {problem.sheet}!{problem.column}{problem.row}"
        print(f"{place} {problem.header} {problem.value!r}: {problem_sentence(problem)}")
    for notice in report.notices:
        place = f"{path.name} {notice.sheet}!{notice.row}" if notice.row else notice.sheet
        print(f"{place}: {notice_sentence(notice)}")
