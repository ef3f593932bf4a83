"""Owners on their phones: what they ask for, chase and rate, how they want to be told (OWN-01)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random
from uuid import UUID

from huiyin.accounts.codes import owner_user
from huiyin.accounts.models import User
from huiyin.estate.models import House
from huiyin.flows.demo import cast
from huiyin.flows.demo.deck import Deck
from huiyin.flows.demo.stage import Home, Stage
from huiyin.kernel.caller import Caller
from huiyin.matters import actions as matters
from huiyin.notices import actions as notices
from huiyin.owners import actions as owners
from huiyin.owners.access import owner_caller
from huiyin.standards.actions import publish_promises

HOUSE = "3-1-1201"  # whose owner one may log in as
EMAIL, WECHAT = "owner@example.com", "oDemoOwner3x1201"
PROMISES = {
    "assign_on_time": "您投诉后十分钟内,一定有人接手。",
    "arrive_on_time": "遇到紧急情况,五分钟内有人到现场。",
    "answer_on_time": "投诉当天答复;没解决之前,每星期联系您一次。",
    "visit_back_on_time": "办完三天内回访,听您说满不满意。",
    "work_order_answer_on_time": "报修当天答复。",
    "first_time_pass": "修一次就修好。",
}
STRANGERS = (
    ("13977772201", "梁志强", "2-1-0902", "我是新买房的业主,证还没办下来"),
    ("13977772202", "孙女士", "7-2-1503", "换了手机号"),
)


@dataclass(frozen=True, slots=True)
class Story:
    """Something an owner writes, by how many minutes before now, and how far it has come."""

    back: int
    kind: str
    text: str
    place: str
    wished: str
    photos: int
    steps: tuple[str, ...]


STORIES = (
    Story(
        9 * 1440 + 120,
        "repair",
        "厨房洗菜盆下面的软管一直滴水,拿盆接着,一晚上能接半盆。",
        "厨房",
        "周末上午",
        2,
        ("assign", "accept", "arrive", "finish", "rate 5 师傅准时,收拾得很干净。"),
    ),
    Story(
        6 * 1440 + 300,
        "complaint",
        "楼上半夜一两点还在拖桌椅,已经连着三天了,孩子睡不好。",
        "",
        "",
        0,
        (
            "assign",
            "accept",
            "reply 已上门提醒楼上住户,他们答应加装脚垫。",
            "finish",
            "rate 2 昨晚还是有声音。",
            "reopen 昨晚十二点半又开始了,请再去看看。",
            "assign",
        ),
    ),
    Story(
        2 * 1440 + 95,
        "suggestion",
        "建议在3栋门口加一个放快递的架子,现在都堆在地上。",
        "3栋大堂",
        "",
        1,
        ("assign", "accept", "reply 建议已转工程部,本周量尺寸后答复您。"),
    ),
    Story(
        26 * 60,
        "repair.public",
        "12楼电梯厅的灯一闪一闪的,晃眼睛。",
        "3栋12楼电梯厅",
        "",
        1,
        ("assign", "accept", "arrive", "finish"),
    ),
    Story(
        5 * 60,
        "repair",
        "主卧空调插座没电,别的插座都正常。",
        "主卧",
        "今天下午六点以后",
        1,
        ("assign", "accept", "chase 六点前能来吗?家里有老人。"),
    ),
)


def rehearse(stage: Stage, rng: Random, _deck: Deck) -> None:
    """Put the owners' stories on the stage: one household in full, a few beside it."""
    stage.put_on(_published(stage, stage.moment(40, 10, 0)))
    stage.put_on(_chosen(stage, stage.moment(30, 20, 15)))
    for number, story in enumerate(STORIES):
        at = stage.now - timedelta(minutes=story.back)
        stage.put_on(_told(stage, rng, story, at, number))
    for number, (phone, name, house, note) in enumerate(STRANGERS):
        stage.put_on(
            _stranger(stage.now - timedelta(hours=3 + 20 * number), phone, name, house, note)
        )


def phone() -> str:
    """Return the number by which somebody may try the owners' pages, "" in an empty demo."""
    found = User.objects.filter(phone__isnull=False).order_by("id")
    return found.values_list("phone", flat=True).first() or ""


def _home(stage: Stage) -> Home:
    mobile = [one for one in stage.homes if len(one.phone) == 11 and one.phone.startswith("1")]  # noqa: PLR2004
    return next((one for one in mobile if one.code == HOUSE), mobile[0])


@cache
def _house_id(code: str) -> int:
    return House.objects.values_list("pk", flat=True).get(community__code=cast.FIRST, code=code)


def _owner(stage: Stage, at: datetime) -> Caller:
    return owner_caller(owner_user(phone=_home(stage).phone), at)


def _published(stage: Stage, at: datetime) -> Iterator[datetime]:
    yield at
    publish_promises(
        by=stage.caller("E001"),
        at=at,
        community_id=stage.community_id,
        words=PROMISES,
        note="说到做到。没有做到的,请打前台电话,我们给您一个说法。",
    )


def _chosen(stage: Stage, at: datetime) -> Iterator[datetime]:
    """The owner adds mail and WeChat, and wants to hear of matters by WeChat first."""
    yield at
    me = _owner(stage, at)
    people = sorted(me.people)
    for channel, value in (("email", EMAIL), ("wechat", WECHAT)):
        notices.set_address(
            by=me, at=at, person_ids=people, channel=channel, value=value, verified_at=at
        )
    notices.set_preference(
        by=me, at=at, person_ids=people, category="matter", channels=("wechat", "sms")
    )


def _told(stage: Stage, rng: Random, story: Story, at: datetime, number: int) -> Iterator[datetime]:
    yield at
    wrote = owners.raise_request(
        by=_owner(stage, at),
        at=at,
        house_id=_house_id(_home(stage).code),
        kind=story.kind,
        text=story.text,
        place=story.place,
        wished=story.wished,
        photos=stage.photos[: story.photos],
        key=UUID(int=0x6F776E + number),
    )
    for step in story.steps:
        yield (at := at + timedelta(minutes=rng.randrange(3, 9)))
        _step(stage, wrote, at, *step.partition(" ")[::2])


def _step(stage: Stage, number: str, at: datetime, verb: str, said: str) -> None:
    owner = stage.owner(number)
    if verb == "assign":
        matters.assign_matter(by=stage.dispatcher(at), at=at, number=number, to="E020")
    elif verb == "accept":
        matters.accept_matter(by=owner, at=at, number=number)
    elif verb == "arrive":
        matters.arrive_at_matter(by=owner, at=at, number=number)
    elif verb == "reply":
        matters.reply_to_owner(by=owner, at=at, number=number, text=said, via="wechat")
    elif verb == "finish":
        matters.finish_matter(by=owner, at=at, number=number, result="已处理完毕,现场试用正常。")
    elif verb == "chase":
        owners.chase(by=_owner(stage, at), at=at, number=number, note=said)
    elif verb == "reopen":
        owners.reopen(by=_owner(stage, at), at=at, number=number, reason=said)
    else:
        score, _blank, comment = said.partition(" ")
        me = _owner(stage, at)
        owners.rate(by=me, at=at, number=number, satisfaction=int(score), comment=comment)


def _stranger(at: datetime, number: str, name: str, house: str, note: str) -> Iterator[datetime]:
    """Somebody whose number is not on the roster asks the desk to be let in."""
    yield at
    owners.ask_verification(
        at=at,
        phone=number,
        name=name,
        community=cast.FIRST,
        house=house,
        note=note,
        key=UUID(int=int(number)),
    )
