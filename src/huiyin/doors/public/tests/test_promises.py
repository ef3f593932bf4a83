"""What a community promises in public, as anybody reads it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.test import Client

from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.matters.actions import assign_matter
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast
from huiyin.reports.kpis import kpis
from huiyin.staff.queries import local_day
from huiyin.standards.actions import (
    UnableToPublish,
    UnableToWithdraw,
    publish_promises,
    withdraw_promises,
)
from huiyin.standards.models import Publication
from huiyin.trail.models import Entry

APRIL = datetime.fromisoformat("2026-04-20T10:00:00+08:00")
WORDS = {
    "assign_on_time": "您的投诉,十分钟内一定有人接手。",
    "visit_back_on_time": "办完三天内,我们会回访您。",
}


@pytest.fixture(autouse=True)
def fresh() -> None:
    """Forget what the last test counted."""
    cache.clear()


def publish(cast: Cast, words: dict[str, str] = WORDS, **given: Any) -> int:
    """Publish as the manager."""
    return publish_promises(
        by=cast.caller("manager"), at=AT, community_id=cast.town.community.pk, words=words, **given
    )


def read(at: datetime = APRIL, code: str = "YG", **headers: str) -> Any:
    """Read the page as anybody."""
    return Client().get(f"/p/{code}/", headers={"X-Huiyin-Now": at.isoformat(), **headers})


def test_nothing_is_shown_before_somebody_publishes(cast: Cast) -> None:
    assert read().status_code == 404
    assert "没有公示" in read().content.decode()
    assert read(code="nowhere").status_code == 404


@pytest.mark.rule("STD-01")
def test_the_page_shows_the_figures_of_the_board(cast: Cast) -> None:
    """The figure in public is the figure of the staff, of the calendar month before."""
    for late in (1, 5, 60):  # assigned after so many minutes: the limit is ten
        number = cast.receive(kind="complaint", text="楼道太吵")
        assign_matter(
            by=cast.caller("receptionist"),
            at=AT + timedelta(minutes=late),
            number=number,
            to=cast.code("technician"),
        )
    publish(cast, note="有话请直接打电话给我们。")
    page = read()
    shown = page.content.decode()
    since, until = local_day(AT).replace(day=1), local_day(AT).replace(day=31)
    board = kpis(caller=cast.caller("manager"), at=APRIL, community="YG", since=since, until=until)
    (figure,) = [one for one in board if one.code == "assign_on_time"]
    assert (figure.numerator, figure.denominator) == (2, 3)
    assert page.status_code == 200
    assert "3 件中做到 2 件" in shown and "66%" in shown and "2026 年 3 月" in shown
    assert WORDS["assign_on_time"] in shown and "有话请直接打电话给我们。" in shown
    assert "上个月没有这类事项" in shown  # nobody was due a visit
    # In May the month before is April, in which nothing happened.
    assert "3 件中" not in read(APRIL + timedelta(days=20)).content.decode()


def test_only_promises_chosen_are_public_and_nothing_of_anybody(cast: Cast) -> None:
    cast.receive(kind="complaint", text="邻居王丽太吵", caller="李明", phone="13812345678")
    publish(cast, {"assign_on_time": "十分钟内接手。"})
    shown = read().content.decode()
    assert "十分钟内接手。" in shown and "回访您" not in shown
    for secret in ("王丽", "李明", "13812345678", Matter.objects.get().number):
        assert secret not in shown


def test_the_page_counts_once_in_ten_minutes(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    publish(cast)
    read()
    with django_assert_max_num_queries(2):
        read()


def test_publishing_again_replaces_and_the_same_changes_nothing(cast: Cast) -> None:
    first = publish(cast)
    assert publish(cast) == first
    second = publish(cast, {"assign_on_time": "十分钟内接手。"})
    assert second != first
    assert Publication.objects.filter(withdrawn_at=None).get().pk == second
    assert Entry.objects.filter(action="standards.published").count() == 2
    withdraw_promises(
        by=cast.caller("manager"), at=AT, community_id=cast.town.community.pk, reason="重新核对"
    )
    assert read().status_code == 404
    with pytest.raises(UnableToWithdraw):
        withdraw_promises(
            by=cast.caller("manager"), at=AT, community_id=cast.town.community.pk, reason="再撤"
        )


def test_what_was_promised_cannot_be_unsaid(cast: Cast) -> None:
    pk = publish(cast)
    with pytest.raises(DatabaseError), transaction.atomic():
        Publication.objects.filter(pk=pk).update(words=[])
    with pytest.raises(DatabaseError), transaction.atomic():
        Publication.objects.filter(pk=pk).delete()


def test_refusals(cast: Cast) -> None:
    with pytest.raises(UnableToPublish):
        publish(cast, {})
    with pytest.raises(UnableToPublish):
        publish(cast, {"no_such_target": "什么都行"})
    with pytest.raises(Forbidden):
        publish_promises(
            by=cast.caller("keeper"), at=AT, community_id=cast.town.community.pk, words=dict(WORDS)
        )
    with pytest.raises(NotFound):
        publish_promises(
            by=cast.caller("E031"), at=AT, community_id=cast.town.community.pk, words=dict(WORDS)
        )


def test_a_manager_publishes_on_the_page(cast: Cast) -> None:
    http = Client(headers={"X-Huiyin-Now": AT.isoformat()})
    http.force_login(cast.employee("manager").user)  # type: ignore[arg-type]
    page = http.get("/standards/promises/")
    assert "还没有公示" in page.content.decode()
    form = {"on-assign_on_time": "on", "assign_on_time": "十分钟内接手。", "step": "publish"}
    assert http.post("/standards/promises/", {}).status_code == 422
    empty = http.post("/standards/promises/", {**form, "assign_on_time": ""})
    assert empty.status_code == 422 and "请填写内容" in empty.content.decode()
    assert http.post("/standards/promises/", form).status_code == 302
    assert "正在公示" in http.get("/standards/promises/").content.decode()
    assert read().status_code == 200
    assert http.post("/standards/promises/", {"step": "withdraw"}).status_code == 302
    assert read().status_code == 404
