"""A checklist of the community's own, gone through every few days; a bad item becomes a matter."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from huiyin.checklists import actions as checklists
from huiyin.checklists.models import Mark
from huiyin.flows.demo.deck import Deck
from huiyin.flows.demo.settling import settled
from huiyin.flows.demo.staffing import ZONE
from huiyin.flows.demo.stage import Stage

CODE, TITLE = "patrol.basement", "地下室设备巡查"
ITEMS = """
[[item]]
key = "pressure"
group = "水泵房"
title = "生活水泵出口压力"
kind = "number"
unit = "MPa"
least = "0.35"
most = "0.60"
raises = "repair.public"
[[item]]
key = "leaks"
group = "水泵房"
title = "管道、阀门没有滴漏"
raises = "repair.public"
[[item]]
key = "switch_room"
group = "配电房"
title = "温度"
kind = "number"
unit = "℃"
least = "5"
most = "40"
raises = "repair.public"
[[item]]
key = "drains"
group = "车库"
title = "集水井水位"
kind = "choice"
options = ["正常", "偏高", "溢出"]
bad_options = ["溢出"]
raises = "repair.public"
[[item]]
key = "photo"
group = "车库"
title = "消防通道照片"
kind = "photo"
required = false
[[item]]
key = "remark"
title = "需要下一班注意的事"
kind = "text"
required = false
"""
DAYS_AGO = (34, 27, 20, 13, 6)
FAILED = 6  # the round of that day finds a leak
TAKEN = 4  # items done of the round that is going on


def rehearse(stage: Stage, rng: Random, _deck: Deck) -> None:
    """Put the checklist and its rounds on the stage, one of them not done yet."""
    stage.put_on(_written(stage, stage.moment(36, 10, 15)))
    for back in DAYS_AGO:
        at = stage.moment(back, 10, rng.randrange(5, 55))
        stage.put_on(_round(stage, rng, at, failed=back == FAILED))
    stage.put_on(_round(stage, rng, stage.now - timedelta(minutes=12), failed=False, most=TAKEN))


def _written(stage: Stage, at: datetime) -> Iterator[datetime]:
    yield at
    checklists.save_template(
        by=stage.caller("E001"),
        at=at,
        community_id=stage.community_id,
        code=CODE,
        title=TITLE,
        items=ITEMS,
        reason="按设备管理要求,每周巡查",
    )


def _round(
    stage: Stage, rng: Random, at: datetime, *, failed: bool, most: int = 0
) -> Iterator[datetime]:
    yield at
    by = stage.caller("E023")
    run = checklists.start_run(
        by=by,
        at=at,
        community_id=stage.community_id,
        code=CODE,
        subject=f"patrol:{at.astimezone(ZONE):%Y-%m-%d}",
    )
    answers: list[tuple[str, object, str]] = [
        ("pressure", f"0.{rng.randrange(41, 52)}", ""),
        ("leaks", not failed, "2号泵出口阀门盘根滴水,地面已湿" if failed else ""),
        ("switch_room", str(rng.randrange(24, 33)), ""),
        ("drains", "正常", ""),
        ("photo", {"files": [rng.choice(stage.mended)]}, ""),
    ]
    for item, value, note in answers[: most or len(answers)]:
        yield (at := at + timedelta(minutes=2))
        checklists.mark_item(by=by, at=at, run_id=run, item=item, value=value, note=note)
    if most:
        return
    yield (at := at + timedelta(minutes=1))
    checklists.end_run(by=by, at=at, run_id=run)
    stage.react(at)
    if failed:
        mark = Mark.objects.get(run_id=run, item="leaks")
        done = "更换 2 号泵出口阀门盘根,试压无滴漏,地面已擦干。"
        yield from settled(stage, mark.raised, at, to="E020", result=done)
