"""What work costs in the demo community and what lies in its store (WO-08, WO-09)."""

import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from huiyin.fieldwork import actions, queries
from huiyin.flows.demo.deck import Deck
from huiyin.flows.demo.staffing import ZONE
from huiyin.flows.demo.stage import Stage
from huiyin.flows.demo.stories import Story

_FILE = Path(__file__).with_name("goods.toml")
SINCE = 61  # days ago, before the first visit
DEARER = (("M04", "138", 19), ("M15", "92", 4))
CABLE = ("M14", "4.2", 9)  # from next week on
FOREMAN = "E016"


def rehearse(stage: Stage, _rng: Random, _deck: Deck) -> None:
    """Put the price list, its changes and the counts of the store on the stage."""
    stage.put_on(_opened(stage))
    for code, price, back in DEARER:
        stage.put_on(_dearer(stage, stage.moment(back, 9, 5), code, price))
    stage.put_on(_dearer(stage, stage.moment(2, 16, 40), *CABLE))
    stage.put_on(_counted(stage, stage.moment(12, 17, 20)))


def job_of(story: Story) -> tuple[str, list[list[str]]]:
    """Return why it broke, and what a visit takes for it: codes and quantities."""
    job = next(one for one in _goods()["job"] if any(word in story.text for word in one["words"]))
    return job["cause"], job["lines"]


def prices(stage: Stage, at: datetime) -> dict[str, Decimal]:
    """Return the prices of a day, as a phone has them."""
    rows = queries.price_list(
        caller=stage.caller(FOREMAN),
        community_id=stage.community_id,
        on=at.astimezone(ZONE).date(),
    )
    return {row.code: row.price for row in rows}


@cache
def _goods() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _opened(stage: Stage) -> Iterator[datetime]:
    at = stage.moment(SINCE, 9, 0)
    yield at
    manager, foreman = stage.caller("E001"), stage.caller(FOREMAN)
    for item in _goods()["item"]:
        stock = item.get("stock")
        actions.add_price_item(
            by=manager,
            at=at,
            community_id=stage.community_id,
            from_on=at.astimezone(ZONE).date(),
            reason="按公示价目表录入",
            price=Decimal(item["price"]),
            **{name: item[name] for name in ("code", "name", "kind", "unit")},
        )
        if stock:
            actions.receive_stock(
                by=foreman,
                at=at,
                community_id=stage.community_id,
                code=item["code"],
                quantity=Decimal(stock),
                reason="期初入库",
            )


def _dearer(stage: Stage, at: datetime, code: str, price: str, days: int = 0) -> Iterator[datetime]:
    """Make something dearer, from some days later on."""
    yield at
    actions.change_price(
        by=stage.caller("E001"),
        at=at,
        community_id=stage.community_id,
        code=code,
        price=Decimal(price),
        from_on=at.astimezone(ZONE).date() + timedelta(days=days),
        reason="供应商调价,已在公告栏公示",
    )


def _counted(stage: Stage, at: datetime) -> Iterator[datetime]:
    yield at
    foreman = stage.caller(FOREMAN)
    for code, counted in (("M07", "82"), ("M15", "7")):
        actions.count_stock(
            by=foreman,
            at=at,
            community_id=stage.community_id,
            code=code,
            counted=Decimal(counted),
            reason="月度盘点",
        )
    actions.receive_stock(
        by=foreman,
        at=at,
        community_id=stage.community_id,
        code="M10",
        quantity=Decimal(30),
        reason="采购入库",
    )
