"""One burst pipe that several people call about: reports hung under the first (WO-05)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from huiyin.flows.demo import cast
from huiyin.flows.demo.deck import Deck
from huiyin.flows.demo.stage import Home, Stage
from huiyin.matters import actions

REPORTS = (
    "家里突然停水了,楼道里听到哗哗的水声。",
    "水管井往外喷水,已经流到电梯口了。",
    "没水做饭了,是不是又爆管?什么时候来水?",
    "门口地毯全湿了,水从水管井门缝里出来。",
    "水龙头出来的水是黄的,过一会儿就没了。",
)
FIRST = "水管井里的供水立管爆了,水往楼下流,请马上来人关阀!"
DONE = "关闭立管总阀,更换爆裂管段 1.2 米和两只接头,试压合格后恢复供水。"


def rehearse(stage: Stage, rng: Random, _deck: Deck) -> None:
    """Put a burst of some weeks ago and one of now on the stage."""
    then, now = stage.moment(24, 18, 10), stage.now - timedelta(minutes=47)
    stage.put_on(_burst(stage, rng, then, "3", REPORTS))
    stage.put_on(_burst(stage, rng, now, "6", REPORTS[:3]))


def _burst(
    stage: Stage, rng: Random, at: datetime, building: str, told: tuple[str, ...]
) -> Iterator[datetime]:
    """Receive reports for a quarter of an hour, see that they are one, do it, tell everybody."""
    homes = rng.sample([one for one in stage.homes if one.building == building], k=len(told) + 1)
    yield at
    parent = _received(stage, at, homes[0], FIRST, f"{building}栋水管井")
    reports = []
    for home, text in zip(homes[1:], told, strict=True):
        yield (at := at + timedelta(minutes=rng.randrange(1, 4)))
        reports.append(_received(stage, at, home, text))
    by = stage.dispatcher(at)
    actions.assign_matter(by=by, at=at, number=parent, to="E020", note="爆管,先关阀。")
    yield (at := at + timedelta(minutes=1))
    owner = stage.owner(parent)
    actions.accept_matter(by=owner, at=at, number=parent)
    for number in reports:
        by = stage.dispatcher(at)
        actions.link_matter(by=by, at=at, number=number, to=parent, reason="同一处爆管")
    yield (at := at + timedelta(minutes=6))
    actions.arrive_at_matter(by=owner, at=at, number=parent)
    before = stage.photos[0]
    actions.add_photos(by=owner, at=at, number=parent, photos=[before], stage="before")
    told_all = "已关阀抢修,预计一个半小时恢复供水。"
    actions.reply_to_owner(
        by=owner, at=at, number=parent, text=told_all, via="phone", tell_linked=True
    )
    yield (at := at + timedelta(minutes=85))
    after = stage.mended[0]
    actions.add_photos(by=owner, at=at, number=parent, photos=[after], stage="after")
    actions.finish_matter(by=owner, at=at, number=parent, result=DONE)
    yield (at := at + timedelta(minutes=15))
    by = stage.dispatcher(at)
    actions.reply_to_owner(
        by=by, at=at, number=parent, text="已恢复供水,多谢谅解。", via="phone", tell_linked=True
    )
    yield (at := at + timedelta(hours=18))
    for number in (parent, *reports):
        by = stage.dispatcher(at)
        comment = "来水了,抢修很快。"
        actions.visit_back(by=by, at=at, number=number, satisfaction=4, comment=comment)
        actions.close_matter(by=by, at=at, number=number)


def _received(stage: Stage, at: datetime, home: Home, text: str, place: str = "") -> str:
    return actions.receive_matter(
        by=stage.dispatcher(at),
        at=at,
        community=cast.FIRST,
        channel="phone",
        kind="repair.public",
        text=text,
        house=home.code,
        phone=home.phone,
        caller=home.name,
        place=place,
    )
