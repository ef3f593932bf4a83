"""A short way to the end for matters that came without a call: given, done, told, filed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from huiyin.flows.demo.stage import Stage
from huiyin.matters import actions


def settled(
    stage: Stage, number: str, at: datetime, *, to: str, result: str, heard: str = ""
) -> Iterator[datetime]:
    """Give a matter to somebody, have it done, file it; ``heard`` is what whoever asked says."""
    yield (at := at + timedelta(minutes=6))
    by = stage.dispatcher(at)
    actions.assign_matter(by=by, at=at, number=number, to=to, note="请办理后写明结果。")
    yield (at := at + timedelta(minutes=4))
    owner = stage.owner(number)
    actions.accept_matter(by=owner, at=at, number=number)
    yield (at := at + timedelta(hours=2))
    if heard:
        actions.reply_to_owner(by=owner, at=at, number=number, text=result, via="phone")
    actions.finish_matter(by=owner, at=at, number=number, result=result)
    yield (at := at + timedelta(hours=20))
    by = stage.dispatcher(at)
    if heard:
        actions.visit_back(by=by, at=at, number=number, satisfaction=5, comment=heard)
    actions.close_matter(by=by, at=at, number=number)
