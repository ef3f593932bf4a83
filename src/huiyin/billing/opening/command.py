"""``huiyin opening import``: brings old balances in and says what it did, or would do."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path

from django.utils.translation import gettext as _

from huiyin.billing.opening.apply import (
    OpeningReport,
    UnableToReadOpening,
    import_opening,
    read_opening,
)
from huiyin.billing.opening.sheets import ParsedOpening
from huiyin.estate.models import Community
from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound, Refused
from huiyin.staff.models import Employee
from huiyin.staff.queries import caller_for

DONE, WRONG = 0, 1


class UnableToFind(NotFound):
    """There is no community or employee of that code."""


def run(arguments: Namespace) -> int:
    """Import ``file`` into ``community`` in the name of the employee ``by``; 1 when rows failed.

    Raises a Refused with one line for what cannot be used (status 2).
    """
    path: Path = arguments.file
    at = clock.now()
    town = Community.objects.filter(code=arguments.community).first()
    if town is None:
        raise UnableToFind(_("没有代码为 %(code)s 的小区") % {"code": arguments.community})
    employee = Employee.objects.filter(code=arguments.by, user__isnull=False).first()
    if employee is None or employee.user is None:
        raise UnableToFind(_("没有工号为 %(code)s 的员工账号") % {"code": arguments.by})
    try:
        report = import_opening(
            by=caller_for(employee.user, at),
            at=at,
            community_id=town.pk,
            parsed=_read(path),
            as_of=arguments.on,
            dry_run=arguments.dry_run,
            source=path.name,
        )
    except Refused as error:
        raise type(error)(f"{path}: {error}") from error
    if arguments.json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=1))
    else:
        _print(path, report)
    return WRONG if report.problems else DONE


def _read(path: Path) -> ParsedOpening:
    try:
        return read_opening(path.read_bytes(), path.name)
    except OSError as error:
        raise UnableToReadOpening(_("文件打不开")) from error


def _print(path: Path, report: OpeningReport) -> None:
    """Print the figures first, then every refused row and oddity."""
    told = report.as_json()
    if report.dry_run:
        print(_("试运行,未写入任何资料。"))
    for title, counts in ((_("新增"), report.created), (_("以前已导入"), report.unchanged)):
        print(
            _("%(title)s:往期欠费 %(debts)d 笔 %(owed)s 元,预存 %(credits)d 户 %(prepaid)s 元")
            % {
                "title": title,
                "debts": counts.debts,
                "owed": counts.owed,
                "credits": counts.credits,
                "prepaid": counts.prepaid,
            }
        )
    for one in told["errors"]:
        place = f"{path.name} {one['sheet']}!{one['row']} {one['column']}".rstrip()
        print(f"{place}: {one['value']!r}: {one['problem']}")
    for one in told["warnings"]:
        print(f"{path.name} {one['sheet']}!{one['row']}: {one['problem']}")
