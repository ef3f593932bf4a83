"""Drafting: written, changed, handed in for review (NOT-02)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from huiyin.announcements import titles
from huiyin.announcements.access import admit_drafter, admit_writer
from huiyin.announcements.actions.core import KIND, employee_id, locked, subject_of, trail
from huiyin.announcements.audience import Audience, audience_of, houses_of, places
from huiyin.announcements.drafts import facts_of
from huiyin.announcements.models import Announcement, Version
from huiyin.announcements.rules import (
    AUDIENCES,
    CATEGORIES,
    CHANNELS,
    CUTS,
    MAY_BE_URGENT,
    PAPERS,
    Facts,
    missing_facts,
)
from huiyin.approvals import actions as approvals
from huiyin.documents import typesetting
from huiyin.estate.actions import next_number
from huiyin.estate.models import Building, Community, House, Unit
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, WrongState
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text

TITLE_MOST, BODY_MOST, LINE_MOST, LIFTS_MOST, PRECAUTIONS_MOST = 60, 4000, 120, 200, 500
State = Announcement.State
EDITABLE = (State.DRAFT, State.IN_REVIEW, State.RETURNED)
NO_FACTS = Facts()


class UnableToEdit(WrongState):
    """It is published or over."""


class UnableToSubmit(WrongState):
    """It waits already, is published, or something is still missing."""


@dataclass(frozen=True, slots=True)
class Content:
    """All that somebody writes of an announcement; facts are kept of a cut alone."""

    category: str
    title: str
    body: str
    audience: Audience
    starts_on: date
    ends_on: date
    channels: tuple[str, ...]
    urgent: bool = False
    facts: Facts = NO_FACTS


@transaction.atomic
def draft(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    content: Content,
    source: str = "",
    key: UUID | None = None,
) -> str:
    """Begin an announcement and return its number; the same ``key`` again gives the same one.

    ``source`` is the number of the matter it comes of, such as an announced power cut.
    Raises NotFound, Forbidden, BadInput.
    """
    admit_writer(by, community_id)
    me = employee_id(by)
    community = Community.objects.select_for_update(no_key=True).get(pk=community_id)
    if key is not None:
        known = Announcement.objects.filter(key=key, drafted_by=me).first()
        if known is not None:
            return known.number
    values = _checked(content, community)
    year = local_day(at, community.zone).year
    count = next_number(community_id=community_id, series=f"announcement-{year}")
    announcement = Announcement.objects.create(
        community=community,
        number=f"{community.code}-TZ-{year}-{count:03d}",
        source=checked_text(source, "source", 30, required=False),
        key=key,
        drafted_by_id=me,
        drafted_at=at,
        changed_at=at,
        **values,
    )
    _keep_places(announcement, content.audience)
    trail("drafted", by, at, announcement, {"category": content.category, "title": values["title"]})
    return announcement.number


@transaction.atomic
def edit(*, by: Caller, at: datetime, number: str, content: Content) -> None:
    """Change what one drafted oneself; while it is in review, a new version goes to the deciders.

    The request that waited for the old version is withdrawn, so that nobody approves unseen.
    Raises NotFound, Forbidden, UnableToEdit, BadInput.
    """
    announcement = locked(by, number)
    admit_drafter(by, announcement)
    if announcement.state not in EDITABLE:
        raise UnableToEdit(_("已经发布的通知不能修改,请撤回后重新起草。"))
    values = _checked(content, announcement.community)
    for name, value in values.items():
        setattr(announcement, name, value)
    announcement.changed_at = at
    announcement.save(update_fields=[*values, "changed_at"])
    announcement.places.all().delete()
    _keep_places(announcement, content.audience)
    trail("edited", by, at, announcement, {"title": announcement.title})
    if announcement.state == State.IN_REVIEW:
        drop_request(announcement, by, at, _("内容已修改,请看新的一版。"))
        _ask(announcement, by, at)


@transaction.atomic
def submit(*, by: Caller, at: datetime, number: str) -> None:
    """Hand a draft in for review; what the deciders see is kept as a version.

    Raises NotFound, Forbidden, UnableToSubmit, BadInput.
    """
    announcement = locked(by, number)
    admit_drafter(by, announcement)
    if announcement.state not in (State.DRAFT, State.RETURNED):
        raise UnableToSubmit(_("这条通知已经提交或发布。"))
    _ask(announcement, by, at)


def drop_request(announcement: Announcement, by: Caller, at: datetime, reason: str) -> None:
    """End the request that waits for the announcement, if one does."""
    approvals.lapse(by=by, at=at, kind=KIND, subject=subject_of(announcement), reason=reason)


def check_whole(announcement: Announcement, at: datetime) -> None:
    """Raise UnableToSubmit where something is missing that has to be there before it goes out.

    And documents' MissingGlyph for a sign that no paper could show.
    """
    missing = missing_facts(
        announcement.category, facts_of(announcement), urgent=announcement.urgent
    )
    if missing:
        names = "、".join(str(titles.FACTS[one]) for one in missing)
        raise UnableToSubmit(_("计划停用的通知要写明:%(facts)s。请先补齐。") % {"facts": names})
    if announcement.ends_on < local_day(at, announcement.community.zone):
        raise UnableToSubmit(_("展示日期已经过去,请先修改日期。"))
    if announcement.until_at is not None and announcement.until_at <= at:
        raise UnableToSubmit(_("停用时间已经过去,请先修改时间。"))
    if not houses_of(announcement.community_id, audience_of(announcement)).exists():
        raise UnableToSubmit(_("通知范围里没有住户,请先修改范围。"))
    if set(announcement.channels) & set(PAPERS):
        typesetting.check({"title": announcement.title, "body": announcement.body})


def _ask(announcement: Announcement, by: Caller, at: datetime) -> None:
    check_whole(announcement, at)
    announcement.version += 1
    announcement.state, announcement.returned_reason = State.IN_REVIEW, ""
    announcement.save(update_fields=["version", "state", "returned_reason"])
    Version.objects.create(
        announcement=announcement,
        number=announcement.version,
        content=_frozen(announcement),
        at=at,
        by_id=employee_id(by),
    )
    title = _("%(category)s:%(title)s(第 %(n)d 版)") % {
        "category": titles.CATEGORIES[announcement.category],
        "title": announcement.title,
        "n": announcement.version,
    }
    approvals.ask(
        by=by,
        at=at,
        community_id=announcement.community_id,
        kind=KIND,
        subject=subject_of(announcement),
        title=title,
    )
    trail("submitted", by, at, announcement, {"version": announcement.version})


def _frozen(announcement: Announcement) -> dict[str, object]:
    """Return what the deciders see, as plain data."""
    audience = audience_of(announcement)
    facts = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(facts_of(announcement)).items()
    }
    return {
        "category": announcement.category,
        "urgent": announcement.urgent,
        "title": announcement.title,
        "body": announcement.body,
        "audience": audience.kind,
        "places": list(audience.ids),
        "starts_on": announcement.starts_on.isoformat(),
        "ends_on": announcement.ends_on.isoformat(),
        "channels": announcement.channels,
        **facts,
    }


def _keep_places(announcement: Announcement, audience: Audience) -> None:
    announcement.places.bulk_create(places(announcement, audience))


def _checked(content: Content, community: Community) -> dict[str, object]:
    """Return the columns of a content, or raise BadInput naming the field."""
    if content.category not in CATEGORIES:
        raise BadInput(_("请选择通知类别。"), field="category")
    if content.urgent and content.category not in MAY_BE_URGENT:
        raise BadInput(_("这一类通知不能按紧急发布。"), field="urgent")
    if content.ends_on < content.starts_on:
        raise BadInput(_("结束日期不能早于开始日期。"), field="ends_on")
    channels = [one for one in CHANNELS if one in content.channels]
    if not channels or len(channels) != len(set(content.channels)):
        raise BadInput(_("请至少选择一种通知方式。"), field="channels")
    _check_audience(content.audience, community)
    return {
        "category": content.category,
        "urgent": content.urgent,
        "title": checked_text(content.title, "title", TITLE_MOST),
        "body": checked_text(content.body, "body", BODY_MOST),
        "audience": content.audience.kind,
        "starts_on": content.starts_on,
        "ends_on": content.ends_on,
        "channels": channels,
        **_checked_facts(content.facts if content.category in CUTS else NO_FACTS),
    }


def _checked_facts(facts: Facts) -> dict[str, object]:
    if facts.until_at is not None and (facts.from_at is None or facts.until_at <= facts.from_at):
        raise BadInput(_("结束时间要晚于开始时间。"), field="until_at")
    most = {
        "line": LINE_MOST,
        "area": LINE_MOST,
        "lifts": LIFTS_MOST,
        "precautions": PRECAUTIONS_MOST,
    }
    texts = {
        name: checked_text(getattr(facts, name), name, length, required=False)
        for name, length in most.items()
    }
    return {**texts, "from_at": facts.from_at, "until_at": facts.until_at}


def _check_audience(audience: Audience, community: Community) -> None:
    """Raise BadInput where nobody is named, or something that is not here."""
    if audience.kind not in AUDIENCES:
        raise BadInput(_("请选择通知范围。"), field="audience")
    if audience.kind == "all":
        return
    if not audience.ids:
        raise BadInput(_("请选择要通知的楼栋、单元或房号。"), field=audience.kind)
    if _known(audience.kind, audience.ids, community.pk) != len(set(audience.ids)):
        raise BadInput(_("选择的地方不在本小区,请重新选择。"), field=audience.kind)


def _known(kind: str, ids: Sequence[int], community_id: int) -> int:
    model: type[Model] = {"buildings": Building, "units": Unit, "houses": House}[kind]
    path = "building__community" if kind == "units" else "community"
    return model._default_manager.filter(pk__in=ids, **{path: community_id}).count()
