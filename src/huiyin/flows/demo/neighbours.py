"""Neighbours of the demo: a survey half answered, a gathering, talk on the board (OWN-03)."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from huiyin.accounts.codes import owner_user
from huiyin.estate.models import House
from huiyin.flows.demo.deck import Deck
from huiyin.flows.demo.staffing import ZONE
from huiyin.flows.demo.stage import Home, Stage
from huiyin.kernel.caller import Caller
from huiyin.owners.access import owner_caller
from huiyin.together import actions

MOBILE = 11
ANSWERED, COMING = 46, 7
QUESTIONS = """保洁做得怎么样
保安值守怎么样
报修的速度怎么样
您平时走哪个门:南门/北门/车库
希望周末办什么活动:亲子/健身/讲座/都可以
"""
WORDS = ("草坪边的灯太暗了。", "保洁阿姨很负责,谢谢。", "希望多装几个充电桩。", "")
TALK = (
    (
        "捡到一串钥匙",
        "今早在3栋大堂捡到一串钥匙,有个小熊挂件,放前台了。",
        ("是我家的,谢谢好心邻居!",),
        "钥匙已由失主领回,谢谢您。",
    ),
    ("周末打羽毛球", "周六上午九点,会所二楼,还缺两个人,水平不限。", ("算我一个。", "我也来。"), ""),
    (
        "北门的减速带松了",
        "北门出口的减速带松了一截,车过去咣当响,晚上特别吵。",
        ("确实,我家也听得到。",),
        "",
    ),
)


class Talk(NamedTuple):
    """A conversation: who began it, what was answered, what the service centre said."""

    number: int
    title: str
    text: str
    answers: tuple[str, ...]
    official: str


def rehearse(stage: Stage, rng: Random, _deck: Deck) -> None:
    """Put the survey, the gathering and three conversations on the stage."""
    homes = [one for one in stage.homes if len(one.phone) == MOBILE and one.phone[0] == "1"]
    stage.put_on(_asked(stage, rng, stage.moment(12, 10, 0), homes))
    stage.put_on(_gathered(stage, rng, stage.moment(5, 9, 30), homes))
    for number, (title, text, answers, official) in enumerate(TALK):
        at = stage.moment(8 - 3 * number, 19, 20)
        talk = Talk(number, title, text, answers, official)
        stage.put_on(_talked(stage, rng.sample(homes, 3), at, talk))


def _me(home: Home, at: datetime) -> Caller:
    return owner_caller(owner_user(phone=home.phone), at)


def _house(me: Caller, home: Home, stage: Stage) -> int:
    mine = House.objects.filter(pk__in=list(me.households), community_id=stage.community_id)
    return mine.values_list("pk", flat=True).get(code=home.code)


def _asked(stage: Stage, rng: Random, at: datetime, homes: list[Home]) -> Iterator[datetime]:
    yield at
    keeper = stage.caller("E006")
    day = at.astimezone(ZONE).date()
    pk = actions.save_survey(
        by=keeper,
        at=at,
        community_id=stage.community_id,
        title="下半年服务满意度问卷",
        intro="一分钟填完,不记名。结果月底贴在公告栏。",
        questions=QUESTIONS,
        opens_on=day,
        closes_on=day + timedelta(days=20),
    )
    actions.open_survey(by=keeper, at=at, survey_id=pk)
    for home in rng.sample(homes, ANSWERED):
        yield (at := at + timedelta(minutes=rng.randrange(60, 300)))
        me = _me(home, at)
        scores = [str(rng.choices((2, 3, 4, 5), weights=(1, 2, 5, 6))[0]) for _ in range(3)]
        gate, wish = rng.choice(("南门", "北门", "车库")), rng.choice(("亲子", "健身", "都可以"))
        actions.answer_survey(
            by=me,
            at=at,
            survey_id=pk,
            house_id=_house(me, home, stage),
            answers=dict(enumerate([*scores, gate, wish])),
            words=rng.choice(WORDS),
        )


def _gathered(stage: Stage, rng: Random, at: datetime, homes: list[Home]) -> Iterator[datetime]:
    yield at
    begins = datetime.combine(stage.today + timedelta(days=6), time(14, 30), ZONE)
    pk = actions.plan_gathering(
        by=stage.caller("E007"),
        at=at,
        community_id=stage.community_id,
        title="邻里包饺子",
        text="面和馅都备好了,带上围裙和孩子就行。包好的分给小区里的独居老人。",
        place="会所一楼多功能厅",
        starts_at=begins,
        ends_at=begins + timedelta(hours=3),
        sign_up_until=begins - timedelta(days=1),
        seats=30,
    )
    for home in rng.sample(homes, COMING):
        yield (at := at + timedelta(hours=rng.randrange(2, 12)))
        me = _me(home, at)
        house_id = _house(me, home, stage)
        heads = rng.randrange(1, 4)
        actions.sign_up(by=me, at=at, gathering_id=pk, house_id=house_id, heads=heads)


def _talked(stage: Stage, who: list[Home], at: datetime, talk: Talk) -> Iterator[datetime]:
    yield at
    place, base = stage.community_id, 0x746C6B00 + 16 * talk.number
    first, *others = who
    pk = actions.write_post(
        by=_me(first, at),
        at=at,
        community_id=place,
        title=talk.title,
        text=talk.text,
        key=UUID(int=base),
    )
    for turn, answer in enumerate(talk.answers, start=1):
        yield (at := at + timedelta(minutes=37))
        me = _me(others[(turn - 1) % len(others)], at)
        key = UUID(int=base + turn)
        actions.write_post(by=me, at=at, community_id=place, thread_id=pk, text=answer, key=key)
    if talk.official:
        yield (at := at + timedelta(hours=14))
        desk, key = stage.dispatcher(at), UUID(int=base + 15)
        actions.reply_as_staff(by=desk, at=at, thread_id=pk, text=talk.official, key=key)
