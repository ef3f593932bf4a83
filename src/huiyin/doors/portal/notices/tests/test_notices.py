"""What an owner is told: announcements of their houses, their own messages, what is unread."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huiyin.accounts.rules import Allowance
from huiyin.announcements import actions
from huiyin.announcements.audience import Audience
from huiyin.announcements.rules import Facts
from huiyin.announcements.tests.blocks import Blocks, make_blocks
from huiyin.doors.console.tests.visit import words_of
from huiyin.matters.tests.cast import AT, Cast
from huiyin.notices import courier
from huiyin.owners.tests.people import raised

LogIn = Callable[..., Client]
OWNER_OF_SEVEN = "13700000002"  # 李甲, who owns 7-1-102
LATER = AT + timedelta(hours=1)
LIST_QUERIES = 8


@pytest.fixture
def blocks(cast: Cast) -> Blocks:
    """Add the two buildings that power cuts are announced to."""
    return make_blocks(cast)


def at(moment: datetime) -> dict[str, str]:
    """Ask at a moment."""
    return {"X-Huiyin-Now": moment.isoformat()}


def general(blocks: Blocks, title: str, moment: datetime = AT) -> str:
    """Publish something to everybody."""
    return blocks.published(
        at=moment,
        category="general",
        title=title,
        body="请勿踩踏草坪。",
        audience=Audience("all", ()),
        facts=Facts(),
        ends_on=date(2026, 4, 5),
    )


@pytest.mark.rule("OWN-03")
def test_an_announced_cut_with_everything_one_has_to_know(
    blocks: Blocks, owner_client: LogIn
) -> None:
    number = blocks.published()
    http = owner_client(OWNER_OF_SEVEN)
    shown = http.get("/my/notices/").content.decode()
    assert "停电通知" in shown and "3月18日 09:00" in shown and "– 12:00" in shown
    page = http.get(f"/my/notices/{number}/").content.decode()
    for word in ("10千伏阳光线", "停电期间停运", "不要乘坐电梯", "7-1-102", number):
        assert word in page
    assert "公示时间 2026-03-16 至 2026-03-18" in page


@pytest.mark.rule("OWN-05")
def test_what_is_not_about_my_house_is_not_there(blocks: Blocks, owner_client: LogIn) -> None:
    number, http = (
        blocks.published(audience=Audience("buildings", (blocks.eight.pk,))),
        owner_client(),
    )
    assert "目前没有公告" in http.get("/my/notices/").content.decode()
    assert http.get(f"/my/notices/{number}/").status_code == 404


def test_the_paper_of_the_hall_can_be_kept(blocks: Blocks, owner_client: LogIn) -> None:
    number = blocks.published()
    paper = owner_client(OWNER_OF_SEVEN).get(f"/my/notices/{number}/paper/")
    assert paper["Content-Type"] == "application/pdf" and "no-store" in paper["Cache-Control"]
    shown = words_of(paper.content)
    assert "停电通知" in shown and "7栋、8栋" in shown
    assert owner_client().get(f"/my/notices/{number}/paper/").status_code == 404


def test_withdrawn_it_says_so(blocks: Blocks, owner_client: LogIn) -> None:
    number = blocks.published()
    actions.withdraw(
        by=blocks.cast.caller("supervisor"), at=LATER, number=number, reason="供电局取消检修"
    )
    http = owner_client(OWNER_OF_SEVEN)
    assert "停电通知" not in http.get("/my/notices/", headers=at(LATER)).content.decode()
    page = http.get(f"/my/notices/{number}/", headers=at(LATER)).content.decode()
    assert "已经撤回" in page and "供电局取消检修" in page and "PDF" not in page
    paper = http.get(f"/my/notices/{number}/paper/", headers=at(LATER))
    assert paper.status_code == 409 and "已经撤回" in paper.content.decode()


def test_told_in_the_app_counted_and_read(cast: Cast, owner_client: LogIn) -> None:
    http, number = owner_client(), raised(cast)
    courier.run_once(LATER)
    home = http.get("/my/phones/", headers=at(LATER)).content.decode()
    assert 'class="hy-unread">1<' in home
    told = http.get("/my/notices/?show=told", headers=at(LATER)).content.decode()
    assert number in told and f'href="/my/matters/{number}/"' in told and "is-unread" in told
    http.get(f"/my/matters/{number}/", headers=at(LATER))
    assert "is-unread" not in http.get("/my/notices/?show=told", headers=at(LATER)).content.decode()


def test_all_of_it_is_marked_as_read_by_hand(cast: Cast, owner_client: LogIn) -> None:
    http = owner_client()
    raised(cast)
    raised(cast, text="插座没电")
    courier.run_once(LATER)
    assert "全部标为已读" in http.get("/my/notices/?show=told", headers=at(LATER)).content.decode()
    answer = http.post("/my/notices/read/", headers=at(LATER))
    assert answer.status_code == 302
    shown = http.get("/my/notices/?show=told", headers=at(LATER)).content.decode()
    assert "is-unread" not in shown and "全部标为已读" not in shown


def test_nothing_yet_is_said_kindly(cast: Cast, owner_client: LogIn) -> None:
    http = owner_client()
    assert "目前没有公告" in http.get("/my/notices/?cursor=x").content.decode()
    assert "还没有消息" in http.get("/my/notices/?show=told&cursor=x").content.decode()


@pytest.mark.parametrize("show", ["now", "told"])
def test_lists_page_and_cost_the_same(blocks: Blocks, owner_client: LogIn, show: str) -> None:
    http = owner_client()
    for count in range(3):
        general(blocks, f"公告{count}")
        raised(blocks.cast, text=f"第{count}件")
    courier.run_once(LATER)
    path = f"/my/notices/?show={show}"
    http.get(path, headers=at(LATER))
    with CaptureQueriesContext(connection) as queries:
        page = http.get(path, headers=at(LATER))
    assert page.context["page"].items
    assert len(queries) <= LIST_QUERIES, len(queries)


def test_a_paper_is_not_drawn_without_end(
    blocks: Blocks, owner_client: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huiyin.doors.portal.notices.views.PAPERS", (Allowance(0, 3600),))
    http = owner_client()
    answer = http.get("/my/notices/GG-1/paper/")
    assert answer.status_code == 429 and b"%PDF" not in answer.content
