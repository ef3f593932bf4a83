"""A short way to the end for matters that came without a call: given, done, told, filed."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from huiyin.flows.demo.stage import Stage
from huiyin.matters import actions


def settled(
    stage: Stage, number: str, at: datetime, *, to: str, result: str, told: bool = False
) -> Iterator[datetime]:
    """Give a matter to somebody, have it done, tell whoever asked, file it."""
    yield (at := at + timedelta(minutes=6))
    by = stage.dispatcher(at)
    actions.assign_matter(by=by, at=at, number=number, to=to, note="请办理后写明结果。")
    yield (at := at + timedelta(minutes=4))
    owner = stage.owner(number)
    actions.accept_matter(by=owner, at=at, number=number)
    yield (at := at + timedelta(hours=2))
    if told:
        actions.reply_to_owner(by=owner, at=at, number=number, text=result, via="phone")
    actions.finish_matter(by=owner, at=at, number=number, result=result)
    yield (at := at + timedelta(hours=20))
    actions.close_matter(by=stage.dispatcher(at), at=at, number=number)
