"""Announcements of the demo: one hangs, one hung, one waits for approval (NOT-02, EMG-04)."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from random import Random
from uuid import UUID

from huiyin.announcements import actions
from huiyin.announcements.actions import Content
from huiyin.announcements.audience import Audience
from huiyin.announcements.drafts import draft_of
from huiyin.announcements.models import Announcement, Posting
from huiyin.announcements.rules import Facts
from huiyin.approvals.models import Request
from huiyin.estate.models import Building
from huiyin.flows.approving import decide
from huiyin.flows.demo.deck import Deck
from huiyin.flows.demo.staffing import ZONE
from huiyin.flows.demo.stage import Stage

CLEANING = "外墙清洗期间请关好窗户,收回阳台晾晒的衣物。清洗顺序为3栋、4栋、5栋,每栋约两天。"
FIRE = "消防演练当天,大堂会响警铃、有烟雾,请不要惊慌。欢迎住户参加灭火器使用体验。"
POOL = "泳池换水三天,期间暂停开放。水质检测合格后恢复,检测结果贴在泳池入口。"


def rehearse(stage: Stage, rng: Random, _deck: Deck) -> None:
    """Put three announcements on the stage."""
    stage.put_on(_published(stage, rng, stage.moment(24, 9, 40), _cleaning(stage), hung=6))
    stage.put_on(_published(stage, rng, stage.moment(1, 15, 5), _power_cut(stage), hung=2))
    stage.put_on(_waiting(stage, stage.moment(0, 8, 35), _pool(stage)))


def _cleaning(stage: Stage) -> Content:
    day = stage.today
    return Content(
        category="works",
        title="外墙清洗通知",
        body=CLEANING,
        audience=Audience("buildings", _buildings(stage, "3", "4", "5")),
        starts_on=day - timedelta(days=24),
        ends_on=day - timedelta(days=10),
        channels=("app", "sms", "hall"),
    )


def _power_cut(stage: Stage) -> Content:
    day = stage.today + timedelta(days=2)
    begins = datetime.combine(day, time(9), ZONE)
    facts = Facts(
        line="10千伏阳光二线",
        area="3栋、4栋及地下车库B区",
        from_at=begins,
        until_at=begins + timedelta(hours=6),
        lifts="每栋保留一部电梯,由应急电源供电",
        precautions="请提前给手机充电、关闭电器,出门尽量走楼梯",
    )
    title, body = draft_of("power_cut", facts, urgent=False, zone=str(ZONE))
    return Content(
        category="power_cut",
        title=title,
        body=body,
        audience=Audience("buildings", _buildings(stage, "3", "4")),
        starts_on=stage.today - timedelta(days=1),
        ends_on=day,
        channels=("app", "sms", "wechat", "hall"),
        facts=facts,
    )


def _pool(stage: Stage) -> Content:
    return Content(
        category="general",
        title="泳池换水暂停开放",
        body=POOL,
        audience=Audience("all"),
        starts_on=stage.today + timedelta(days=1),
        ends_on=stage.today + timedelta(days=4),
        channels=("app", "hall"),
    )


def _buildings(stage: Stage, *codes: str) -> tuple[int, ...]:
    found = Building.objects.filter(community_id=stage.community_id, code__in=codes)
    return tuple(found.order_by("order").values_list("pk", flat=True))


def _waiting(stage: Stage, at: datetime, content: Content) -> Iterator[datetime]:
    yield at
    by = stage.caller("E006")
    number = actions.draft(
        by=by,
        at=at,
        community_id=stage.community_id,
        content=content,
        key=UUID(int=0x626F + len(content.title)),
    )
    actions.submit(by=by, at=at, number=number)
    stage.react(at)


def _published(
    stage: Stage, rng: Random, at: datetime, content: Content, *, hung: int
) -> Iterator[datetime]:
    """Draft, have it approved, and hang some of the posters with a photo each."""
    yield from _waiting(stage, at, content)
    yield (at := at + timedelta(minutes=35))
    announcement = Announcement.objects.get(title=content.title)
    request = Request.objects.get(kind="announcement", subject__endswith=announcement.number)
    decide(by=stage.caller("E001"), at=at, request_id=request.pk, verdict="approved")
    stage.react(at)
    for posting in Posting.objects.filter(announcement=announcement).order_by("id")[:hung]:
        yield (at := at + timedelta(minutes=rng.randrange(6, 15)))
        by = stage.caller(stage.keeper(posting.building.code))
        actions.post_up(by=by, at=at, posting_id=posting.pk, photos=[rng.choice(stage.mended)])
