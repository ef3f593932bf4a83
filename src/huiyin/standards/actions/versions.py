"""Versions of the service standards: a document, a date, a reason (STD-01).

A change is a new version from its effective moment on; clocks already running keep the version
they started under.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.standards.access import admit_to_change
from huiyin.standards.document import Standard, load_profile, parse
from huiyin.standards.models import StandardVersion
from huiyin.standards.queries import by_id
from huiyin.standards.reading import BrokenStandard
from huiyin.standards.rules import Change, carried, laid_over, overlay, problem
from huiyin.standards.writing import write
from huiyin.trail.actions import record

LONGEST_REASON = 300


class UnableToAdoptStandard(BadInput):
    """The profile is unknown or the document is broken."""


class UnableToChangeStandard(BadInput):
    """There is no such clause or target, nothing would change, or the new value is no good."""


class UnableToPlan(WrongState):
    """The moment at which it shall come into force lies before something that stands."""


@dataclass(frozen=True, slots=True)
class _Act:
    """Who changes the standards of a community, when, from which moment on, and why."""

    by: Caller
    at: datetime
    community: Community
    effective_at: datetime
    reason: str


@transaction.atomic
def adopt_standard(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    reason: str,
    profile: str = "",
    text: str = "",
    effective_at: datetime | None = None,
) -> int:
    """Put a ready-made profile or a whole document in force from a moment on; return its id.

    Raises UnableToAdoptStandard naming line and key of what is broken, UnableToPlan when a
    version is already planned for later than ``effective_at``. The very first version of a
    community may reach into the past.
    """
    act = _begin(by, at, community_id, effective_at, reason)
    standard = _read_profile(profile) if profile else _read_document(text)
    latest = act.community.standards.aggregate(latest=Max("effective_at"))["latest"]
    if latest is not None and latest > act.effective_at:
        raise UnableToPlan(
            _("已有一版标准计划从 %(moment)s 起执行,整套更换不能早于它。")
            % {"moment": f"{latest.astimezone(ZoneInfo(act.community.zone)):%Y-%m-%d %H:%M}"},
            field="effective_at",
        )
    return _add(act, standard, "standards.adopted", before=None, after={})


@transaction.atomic
def change_clause(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    clause_id: str,
    reason: str,
    effective_at: datetime | None = None,
    limit: str | None = None,
    pausable: bool | None = None,
    ladder: Sequence[tuple[str, Sequence[str]]] | None = None,
) -> int:
    """Change the limit, the ladder or the right to pause of one clause; return the version's id.

    Versions planned for later get the change too, unless they change that clause themselves.
    """
    given = {"limit": limit, "pausable": pausable, "ladder": ladder}
    change = {key: value for key, value in given.items() if value is not None}
    act = _begin(by, at, community_id, effective_at, reason)
    return _change(act, "clause", clause_id, change)


@transaction.atomic
def change_target(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    code: str,
    value: Decimal | str,
    reason: str,
    effective_at: datetime | None = None,
) -> int:
    """Change the figure a community wants to reach; return the version's id."""
    act = _begin(by, at, community_id, effective_at, reason)
    return _change(act, "target", code, {"value": str(value).strip()})


def _begin(
    by: Caller, at: datetime, community_id: int, effective_at: datetime | None, reason: str
) -> _Act:
    """Admit the caller, check moment and reason, lock the community so that numbers follow on."""
    admit_to_change(by, community_id)
    community = Community.objects.select_for_update(no_key=True).filter(pk=community_id).first()
    if community is None:
        raise NotFound(_("没有这个小区,或您不在该小区任职。"))
    reason = reason.strip()
    if not reason:
        raise UnableToChangeStandard(_("请写明修改原因。"), field="reason")
    if len(reason) > LONGEST_REASON:
        raise UnableToChangeStandard(_("修改原因请控制在 300 字以内。"), field="reason")
    return _Act(by, at, community, _effective(community, at, effective_at), reason)


def _effective(community: Community, at: datetime, wanted: datetime | None) -> datetime:
    """Return the moment a version comes into force: today means now, the past is refused."""
    if wanted is None or not community.standards.exists():
        return wanted or at
    zone = ZoneInfo(community.zone)
    today = datetime.combine(at.astimezone(zone).date(), time(0), zone)
    if wanted < today:
        raise UnableToPlan(_("生效时间不能早于今天:标准不追溯既往。"), field="effective_at")
    return max(wanted, at)


def _change(act: _Act, table: Literal["clause", "target"], name: str, change: Change) -> int:
    """Lay a change over the version in force at its moment and over those planned after it."""
    standard = _in_force(act)
    found = standard.clause(name) if table == "clause" else standard.target(name)
    if found is None:
        raise UnableToChangeStandard(_("标准里没有“%(name)s”这一条。") % {"name": name})
    document = overlay(table, "id" if table == "clause" else "code", name, change)
    changed = _laid_over(standard, document)
    if changed == standard:
        raise UnableToChangeStandard(_("内容没有变化,不需要新的一版。"))
    action = f"standards.{table}_changed"
    before = {"name": name, **{key: _said(getattr(found, key)) for key in change}}
    after = {"name": name, **change}
    planned = _planned_after(act)
    made = _add(act, changed, action, before=before, after=after)
    for version in planned:
        later = by_id(version.pk)
        if carried(standard, later, table, name):
            again = replace(act, effective_at=version.effective_at)
            _add(again, _laid_over(later, document), action, before=before, after=after)
    return made


def _in_force(act: _Act) -> Standard:
    version_id = (
        act.community.standards.filter(effective_at__lte=act.effective_at)
        .order_by("-effective_at", "-number")
        .values_list("pk", flat=True)
        .first()
    )
    if version_id is None:
        raise UnableToPlan(_("这个小区到那时还没有服务标准,请先选用一套。"))
    return by_id(version_id)


def _planned_after(act: _Act) -> list[StandardVersion]:
    """Return the version that will count at each later moment, in order of time."""
    rows = act.community.standards.filter(effective_at__gt=act.effective_at)
    newest = {row.effective_at: row for row in rows.order_by("effective_at", "number")}
    return list(newest.values())


def _add(
    act: _Act,
    standard: Standard,
    action: str,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
) -> int:
    """Write a version and its trail entry; return the version's id."""
    last = act.community.standards.aggregate(last=Max("number"))["last"] or 0
    version = StandardVersion.objects.create(
        community=act.community,
        number=last + 1,
        profile=standard.profile[:30],
        text=write(standard),
        effective_at=act.effective_at,
        made_at=act.at,
        made_by_id=act.by.user_id,
        made_by_name=act.by.name[:60],
        reason=act.reason,
    )
    facts = {
        "version": version.number,
        "profile": version.profile,
        "effective_at": act.effective_at,
    }
    record(
        action=action,
        by=act.by,
        at=act.at,
        subject=f"standard:{act.community.code}",
        community_id=act.community.pk,
        before=before,
        after={**after, **facts},
        reason=act.reason,
    )
    return version.pk


def _read_profile(name: str) -> Standard:
    try:
        return load_profile(name)
    except KeyError as error:
        raise UnableToAdoptStandard(
            _("没有名为“%(name)s”的标准,请从列表中选择。") % {"name": name}, field="profile"
        ) from error


def _read_document(text: str) -> Standard:
    if not text.strip():
        raise UnableToAdoptStandard(_("请选择一套标准,或提供完整的标准文件。"), field="text")
    try:
        return parse(text)
    except BrokenStandard as broken:
        raise UnableToAdoptStandard(
            broken.sentence(get_language() or "zh-hans"), field="text"
        ) from broken


def _laid_over(standard: Standard, document: str) -> Standard:
    try:
        return laid_over(standard, document)
    except BrokenStandard as broken:
        field = broken.key.rpartition("]")[2].strip(".").partition(".")[0]
        field = "ladder" if field.startswith("ladder") or "ladder[" in broken.key else field
        raise UnableToChangeStandard(
            problem(broken, get_language() or "zh-hans"), field=field or None
        ) from broken


def _said(value: object) -> Any:
    """Write a value of a clause or target the way a standard does."""
    if isinstance(value, tuple):
        return [[str(rung.at), list(rung.to)] for rung in value]
    return value if isinstance(value, bool) else str(value)
