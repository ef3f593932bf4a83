"""The answers of the desk and how often they were told; the guides as the site wants them."""

import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import resources
from random import Random

from huiyin.flows.demo.deck import Deck
from huiyin.flows.demo.stage import Stage
from huiyin.knowledge import actions as knowledge
from huiyin.knowledge import queries

WRITER, CHECKER = "E013", "E004"
UNCHECKED = (5, 9)  # in the file; these still wait for a second look
REVIEWED_EVERY = timedelta(days=180)
TOLD = 36
GREETING = "铃响三声以内接起,先问好,报小区和自己的姓氏。"
OURS = "铃响三声以内接起:“您好,阳光花园服务中心,我姓某。”"


def rehearse(stage: Stage, rng: Random, _deck: Deck) -> None:
    """Put the answers, their use, and an edited guide on the stage."""
    stage.put_on(_kept(stage, rng))
    stage.put_on(_guided(stage, stage.moment(40, 10, 30)))


def _kept(stage: Stage, rng: Random) -> Iterator[datetime]:
    """Write the starter answers down, look at them, tell them; one review is overdue."""
    at = stage.moment(60, 14, 0)
    yield at
    text = resources.files("huiyin.knowledge").joinpath("starter.toml").read_text(encoding="utf-8")
    answers = tomllib.loads(text)["answer"]
    ids = []
    for place, answer in enumerate(answers):
        overdue = place == 1
        review_on = stage.today + (timedelta(days=-9) if overdue else REVIEWED_EVERY)
        kept = knowledge.keep_answer(
            by=stage.caller(WRITER),
            at=at,
            community_id=stage.community_id,
            review_on=review_on,
            **answer,
        )
        ids.append(kept)
        if answer.get("owner_visible") and place not in UNCHECKED:
            knowledge.confirm_answer(by=stage.caller(CHECKER), at=at, answer_id=kept)
    for told in range(TOLD):
        yield (at := stage.moment(59 - told, 11, rng.randrange(60)))
        # Some are asked for much more than others.
        answer_id = ids[max(rng.randrange(len(ids)), rng.randrange(len(ids)))]
        knowledge.count_use(by=stage.dispatcher(at), at=at, answer_id=answer_id)


def _guided(stage: Stage, at: datetime) -> Iterator[datetime]:
    yield at
    knowledge.save_guides(
        by=stage.caller("E005"),
        at=at,
        community_id=stage.community_id,
        text=queries.guide_text(stage.community_id, 0).replace(GREETING, OURS),
        reason="改成本小区的问候语",
    )
