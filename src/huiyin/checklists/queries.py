"""Reads of checklists, for whoever works in the community."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from huiyin.checklists import rules
from huiyin.checklists.access import admit_to_run, may_drop, may_write
from huiyin.checklists.models import Mark, Run, Version
from huiyin.checklists.rows import (
    ItemView,
    MarkRow,
    RunRow,
    RunView,
    TemplateRow,
    TemplateView,
    VersionRow,
)
from huiyin.checklists.shipped import all_shipped, shipped
from huiyin.kernel.caller import Caller
from huiyin.kernel.clock import BadMoment, parse
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import BadCursor, Page, page_of, read_cursor
from huiyin.staff.access import admit_to_community

PAGE = 25


def run(*, caller: Caller, run_id: int, at: datetime) -> RunView:
    """Return a run with its items and their last marks; NotFound to strangers. Two queries."""
    found = admit_to_run(
        caller,
        Run.objects.select_related("version__template", "community", "started_by", "ended_by")
        .filter(pk=run_id)
        .first(),
    )
    marks = list(Mark.objects.filter(run=found).order_by("id"))
    last = {one.item: mark_row(one) for one in marks}
    times = Counter(one.item for one in marks)
    items = rules.from_data(found.version.items)
    until = found.ended_at or at
    return RunView(
        id=found.pk,
        code=found.code,
        title=found.version.template.title,
        version=found.version.number,
        subject=found.subject,
        community_id=found.community_id,
        community=found.community.name,
        zone=found.community.zone,
        state=found.state,
        started_at=found.started_at,
        started_by=found.started_by.name if found.started_by else "",
        ended_at=found.ended_at,
        ended_by=found.ended_by.name if found.ended_by else "",
        items=tuple(
            _item_view(item, last.get(item.key), found.started_at, until, times[item.key])
            for item in items
        ),
        missing=tuple(one.key for one in rules.missing(items, last)),
        percent=rules.percent(items, last),
        may_drop=found.state == Run.State.OPEN and may_drop(caller, found),
    )


def _item_view(
    item: rules.Item, mark: MarkRow | None, started_at: datetime, until: datetime, times: int
) -> ItemView:
    due = rules.due_at(item, started_at)
    return ItemView(item, mark, due, rules.is_late(due, mark.at if mark else None, until), times)


def mark_row(mark: Mark) -> MarkRow:
    """Return a mark as rooms above and doors know it."""
    return MarkRow(
        id=mark.pk,
        item=mark.item,
        value=mark.value,
        note=mark.note,
        failed=mark.failed,
        raises=mark.raises,
        raised=mark.raised,
        at=mark.at,
        recorded_at=mark.recorded_at,
        by_id=mark.by_id,
        by_name=mark.by_name,
    )


def marks_of(*, caller: Caller, run_id: int, item: str) -> tuple[MarkRow, ...]:
    """Return every mark that an item ever got, in order."""
    admit_to_run(caller, Run.objects.filter(pk=run_id).first())
    return tuple(mark_row(one) for one in Mark.objects.filter(run=run_id, item=item).order_by("id"))


def file_of_run(*, caller: Caller, run_id: int, file_id: int) -> int:
    """Return the id of a file that a mark of the run shows; NotFound for any other file."""
    admit_to_run(caller, Run.objects.filter(pk=run_id).first())
    shown = Mark.objects.filter(
        Q(value__files__contains=[file_id]) | Q(value__file=file_id), run=run_id
    )
    if not shown.exists():
        raise NotFound(_("没有这张照片。"))
    return file_id


def runs_of(*, caller: Caller, subject: str) -> tuple[RunRow, ...]:
    """Return the runs about a subject that the caller may see, oldest first."""
    if "\0" in subject:
        return ()
    found = Run.objects.filter(subject=subject).order_by("id")
    found = found.select_related("version__template", "started_by")
    return _run_rows([one for one in found if caller.works_in(one.community_id)])


def runs(
    *,
    caller: Caller,
    community_id: int,
    state: str = "",
    code: str = "",
    cursor: str = "",
) -> Page[RunRow]:
    """Return the runs of a community, newest first, page by page. Two queries."""
    admit_to_community(caller, community_id)
    found = Run.objects.filter(community_id=community_id)
    if state in Run.State.values:
        found = found.filter(state=state)
    if code and "\0" not in code:
        found = found.filter(code=code)
    if cursor:
        found = found.filter(_after(cursor))
    found = found.select_related("version__template", "started_by")
    rows = list(found.order_by("-started_at", "-id")[: PAGE + 1])
    made = {row.id: row for row in _run_rows(rows[:PAGE])}
    return page_of(
        rows,
        PAGE,
        lambda row: made[row.pk],
        lambda row: (row.started_at.isoformat(), row.pk),
    )


def _after(cursor: str) -> Q:
    try:
        stamp, last = read_cursor(cursor, str, int)
        moment = parse(str(stamp))
    except (BadCursor, BadMoment) as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
    return Q(started_at__lt=moment) | Q(started_at=moment, id__lt=last)


def _run_rows(found: Sequence[Run]) -> tuple[RunRow, ...]:
    """Make rows of runs read with their version; one query for all their last marks."""
    last: dict[int, dict[str, bool]] = {}
    marks = Mark.objects.filter(run__in=[one.pk for one in found]).order_by("run", "item", "-id")
    for run_id, item, failed in marks.distinct("run", "item").values_list(
        "run_id", "item", "failed"
    ):
        last.setdefault(run_id, {})[item] = failed
    return tuple(
        RunRow(
            id=one.pk,
            code=one.code,
            title=one.version.template.title,
            subject=one.subject,
            state=one.state,
            started_at=one.started_at,
            started_by=one.started_by.name if one.started_by else "",
            ended_at=one.ended_at,
            percent=rules.percent(rules.from_data(one.version.items), last.get(one.pk, {})),
            failed=sum(last.get(one.pk, {}).values()),
        )
        for one in found
    )


def templates(*, caller: Caller, community_id: int) -> tuple[TemplateRow, ...]:
    """Return the checklists of a community in order of code: its own before the company's."""
    admit_to_community(caller, community_id)
    found = {code: _shipped_row(code) for code in all_shipped()}
    newest = (
        Version.objects.filter(_of(community_id))
        .select_related("template", "made_by")
        .order_by("template", "-number")
        .distinct("template")
    )
    for version in sorted(newest, key=lambda one: one.template.community_id is not None):
        found[version.template.code] = _row(version)
    return tuple(found[code] for code in sorted(found))


def template(*, caller: Caller, community_id: int, code: str) -> TemplateView:
    """Return a checklist as a community uses it, with every version; NotFound when none."""
    admit_to_community(caller, community_id)
    versions = (
        []
        if "\0" in code
        else list(
            Version.objects.filter(_of(community_id), template__code=code)
            .select_related("template", "made_by")
            .order_by(F("template__community").asc(nulls_last=True), "-number")
        )
    )
    source = shipped(code)
    if not versions and source is None:
        raise NotFound(_("没有“%(code)s”这种检查表。") % {"code": code.replace("\0", "")})
    may = may_write(caller, community_id)
    if not versions and source is not None:
        return TemplateView(_shipped_row(code), source.items, (), may)
    return TemplateView(
        row=_row(versions[0]),
        items=rules.from_data(versions[0].items),
        versions=tuple(_version_row(one) for one in versions),
        may_write=may,
    )


def _of(community_id: int) -> Q:
    """Versions that a community may use: its own templates and the company's, none retired."""
    own = Q(template__community=community_id) | Q(template__community__isnull=True)
    return own & Q(template__retired_at__isnull=True)


def _origin(version: Version) -> str:
    return "community" if version.template.community_id is not None else "company"


def _shipped_row(code: str) -> TemplateRow:
    source = all_shipped()[code]
    return TemplateRow(code, source.title, "shipped", 0, len(source.items), None, "")


def _row(version: Version) -> TemplateRow:
    return TemplateRow(
        code=version.template.code,
        title=version.template.title,
        origin=_origin(version),
        number=version.number,
        items=len(version.items),
        made_at=version.made_at,
        made_by=version.made_by.name if version.made_by else "",
    )


def _version_row(version: Version) -> VersionRow:
    return VersionRow(
        number=version.number,
        origin=_origin(version),
        made_at=version.made_at,
        made_by=version.made_by.name if version.made_by else "",
        reason=version.reason,
        items=rules.from_data(version.items),
    )
