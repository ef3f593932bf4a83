"""Publishing: decided by a second person, or at once in an emergency; everybody told once."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from huiyin.announcements.access import may_release
from huiyin.announcements.actions.core import (
    REASON_MOST,
    SUBJECT,
    employee_id,
    hold,
    locked,
    subject_of,
    trail,
)
from huiyin.announcements.actions.drafting import EDITABLE, check_whole, drop_request
from huiyin.announcements.audience import audience_of, halls_of, houses_of, roles_of
from huiyin.announcements.drafts import telling_values, template_of
from huiyin.announcements.models import Announcement, Posting, Slip
from huiyin.announcements.queries.counting import unreachable_of
from huiyin.announcements.rules import MESSAGES, SLIP_KINDS, WAYS, paper_due, take_down_from
from huiyin.approvals.models import Decision, Request
from huiyin.estate.models import House
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import Forbidden, WrongState
from huiyin.notices import actions as notices
from huiyin.staff.models import Area, Employee
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text

State = Announcement.State
ADDRESSEE_MOST = 120


class UnableToPublish(WrongState):
    """It is out already, or its days are over."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Who holds a role in which of the houses."""

    people: tuple[int, ...]
    addressees: dict[int, str]


@transaction.atomic
def settle(*, by: Caller, at: datetime, request_id: int) -> None:
    """Carry over what was decided: approved it is published, returned it goes back to the drafter.

    Asked again, it does nothing more.
    """
    request = Request.objects.get(pk=request_id)
    announcement = hold(request.subject.removeprefix(SUBJECT))
    if announcement is None or announcement.state != State.IN_REVIEW:
        return
    if request.state == Request.State.RETURNED:
        last = request.decisions.filter(verdict=Decision.Verdict.RETURNED).get()
        announcement.state, announcement.returned_reason = State.RETURNED, last.reason
        announcement.save(update_fields=["state", "returned_reason"])
        trail("returned", by, at, announcement, reason=last.reason)
    elif request.state == Request.State.APPROVED:
        _publish(announcement, by, at)


@transaction.atomic
def release(*, by: Caller, at: datetime, number: str, reason: str) -> None:
    """Publish an emergency at once, and say why nobody could be waited for.

    A request that waits for it is withdrawn. Pressed by two at once it goes out once. Raises
    NotFound, Forbidden, UnableToPublish, UnableToSubmit, BadInput.
    """
    announcement = locked(by, number)
    if not may_release(by, announcement):
        raise Forbidden(_("只有紧急通知可以由经理或经理助理直接发布,其他通知请提交审批。"))
    if announcement.state not in EDITABLE:
        raise UnableToPublish(_("这条通知已经发布或撤回。"))
    announcement.at_once = checked_text(reason, "reason", REASON_MOST)
    announcement.save(update_fields=["at_once"])
    if announcement.state == State.IN_REVIEW:
        drop_request(announcement, by, at, _("情况紧急,已直接发布。"))
    _publish(announcement, by, at)


def begin_due(*, at: datetime) -> int:
    """Tell of what was published for later once its first day has come; return how many began."""
    latest = (at + timedelta(days=1)).date()
    waiting = Announcement.objects.filter(
        state=State.PUBLISHED, told_at__isnull=True, starts_on__lte=latest
    )
    return sum(_begin(one, at) for one in waiting.order_by("id").values_list("number", flat=True))


@transaction.atomic
def _begin(number: str, at: datetime) -> bool:
    announcement = hold(number)
    if announcement is None or announcement.state != State.PUBLISHED:
        return False
    if announcement.told_at is not None or not _has_begun(announcement, at):
        return False
    _tell(announcement, _reached(announcement, at).people, at)
    trail("begun", SYSTEM, at, announcement)
    return True


def _publish(announcement: Announcement, by: Caller, at: datetime) -> None:
    """Publish once, within one transaction:

    1. The state, by whom and when; how many it is for, and how many no channel reaches.
    2. One telling for each person, however many houses: at once, or on the first day.
    3. One poster for each hall, one door notice or letter for each household, where wanted.
    4. The keepers hear what there is to hang.
    """
    check_whole(announcement, at)
    reached = _reached(announcement, at)
    houses = houses_of(announcement.community_id, audience_of(announcement))
    announcement.state = State.PUBLISHED
    announcement.published_at, announcement.published_by_id = at, employee_id(by)
    announcement.households = houses.count()
    announcement.people = len(reached.people)
    announcement.unreachable = len(unreachable_of(reached.people))
    announcement.save(
        update_fields=[
            "state",
            "published_at",
            "published_by",
            "households",
            "people",
            "unreachable",
        ]
    )
    if _has_begun(announcement, at):
        _tell(announcement, reached.people, at)
    _hang(announcement, at)
    _slips(announcement, houses, reached, at)
    trail(
        "published",
        by,
        at,
        announcement,
        {
            "households": announcement.households,
            "people": announcement.people,
            "unreachable": announcement.unreachable,
            "version": announcement.version,
        },
        reason=announcement.at_once,
    )


def _reached(announcement: Announcement, at: datetime) -> Reached:
    houses = houses_of(announcement.community_id, audience_of(announcement))
    day = local_day(at, announcement.community.zone)
    rows = roles_of(houses, day).order_by("id").values_list("person_id", "house_id", "person__name")
    people: dict[int, None] = {}
    names: dict[int, dict[str, None]] = defaultdict(dict)
    for person, house, name in rows:
        people[person] = None
        names[house][name] = None
    addressees = {house: "、".join(found)[:ADDRESSEE_MOST] for house, found in names.items()}
    return Reached(tuple(people), addressees)


def _tell(announcement: Announcement, people: Iterable[int], at: datetime) -> None:
    """Write one telling for each person; told already, a person is not told again."""
    announcement.told_at = at
    announcement.save(update_fields=["told_at"])
    if not set(announcement.channels) & set(MESSAGES):
        return
    said = _telling(announcement)
    notices.tell(tellings=[replace(said, person_id=one) for one in people], at=at)


def _telling(announcement: Announcement) -> notices.NewTelling:
    """Return what everybody is told alike; to whom is still to be filled in."""
    return notices.NewTelling(
        community_id=announcement.community_id,
        person_id=None,
        purpose=f"announcement:{announcement.pk}",
        category="notice",
        template=template_of(announcement),
        values=telling_values(announcement),
        about=subject_of(announcement),
        urgent=announcement.urgent,
        expires_at=_expires(announcement),
        link=f"/my/notices/{announcement.number}/",
        channels=tuple(way for name in announcement.channels for way in WAYS.get(name, ())),
    )


def _expires(announcement: Announcement) -> datetime:
    """Tell until when it makes sense to be told: the end of a cut, else of the last day."""
    if announcement.until_at is not None:
        return announcement.until_at
    return _midnight(take_down_from(announcement.ends_on), announcement.community.zone)


def _hang(announcement: Announcement, at: datetime) -> None:
    if "hall" not in announcement.channels:
        return
    due_at = _due(announcement)
    halls = halls_of(announcement.community_id, audience_of(announcement))
    Posting.objects.bulk_create(
        [
            Posting(
                announcement=announcement,
                building=one.building,
                unit=one.unit,
                due_at=due_at,
                take_down_on=take_down_from(announcement.ends_on),
            )
            for one in halls
        ],
        ignore_conflicts=True,
    )
    _tell_keepers(announcement, [one.building.pk for one in halls], at)


def _slips(
    announcement: Announcement, houses: Iterable[House], reached: Reached, at: datetime
) -> None:
    """Prepare what goes to each household; a letter only where somebody can open it."""
    due_at = _due(announcement)
    wanted = [one for one in SLIP_KINDS if one in announcement.channels]
    Slip.objects.bulk_create(
        [
            Slip(
                announcement=announcement,
                house=house,
                kind=kind,
                addressee=reached.addressees.get(house.pk, ""),
                due_at=due_at,
            )
            for kind in wanted
            for house in houses
            if kind == "door" or house.pk in reached.addressees
        ],
        ignore_conflicts=True,
    )


def _tell_keepers(announcement: Announcement, building_ids: Iterable[int], at: datetime) -> None:
    """Tell whoever keeps the buildings how many posters there are to hang."""
    day = local_day(at, announcement.community.zone)
    halls = Counter(building_ids)
    keepers = Area.objects.filter(
        Q(until_on__isnull=True) | Q(until_on__gt=day), from_on__lte=day, building__in=list(halls)
    )
    counts: Counter[int] = Counter()
    for keeper, building in keepers.values_list("employee_id", "building_id"):
        counts[keeper] += halls[building]
    with_log_in = set(
        Employee.objects.filter(pk__in=counts, user__isnull=False).values_list("pk", flat=True)
    )
    notices.queue(
        messages=[
            notices.NewMessage(
                community_id=announcement.community_id,
                recipient_id=keeper,
                purpose=f"announcement:{announcement.pk}:hang",
                about=subject_of(announcement),
                subject=_("请张贴“%(title)s”:%(n)d 处") % {"title": announcement.title, "n": count},
                text=_("打印海报,贴好后在“张贴”里拍照登记。"),
                channel="in_app" if keeper in with_log_in else "log",
                urgent=announcement.urgent,
            )
            for keeper, count in counts.items()
        ],
        at=at,
    )


def _has_begun(announcement: Announcement, at: datetime) -> bool:
    return announcement.starts_on <= local_day(at, announcement.community.zone)


def _due(announcement: Announcement) -> datetime:
    return paper_due(announcement.starts_on, announcement.from_at, announcement.community.zone)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(0), ZoneInfo(zone))
