"""Answers that owners find themselves."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huiyin.knowledge.actions import confirm_answer, keep_answer, retire_answer
from huiyin.matters.tests.cast import AT, Cast
from huiyin.owners.tests.people import TENANT

LogIn = Callable[..., Client]
QUERIES = 7


def known(cast: Cast, question: str, *, public: bool = True) -> int:
    """Keep an answer, looked at twice when owners may read it."""
    made = keep_answer(
        by=cast.caller("receptionist"),
        at=AT,
        community_id=cast.town.community.pk,
        question=question,
        answer="带身份证到前台办理。",
        owner_visible=True,
    )
    if public:
        confirm_answer(by=cast.caller("supervisor"), at=AT, answer_id=made)
    return made


@pytest.mark.rule("REC-13")
@pytest.mark.rule("OWN-03")
def test_only_what_was_looked_at_twice_is_shown_and_found(cast: Cast, owner_client: LogIn) -> None:
    known(cast, "门禁卡丢了怎么补办?")
    known(cast, "门禁卡多少钱?", public=False)
    retire_answer(by=cast.caller("supervisor"), at=AT, answer_id=known(cast, "门禁卡旧规定?"))
    http = owner_client(TENANT)
    http.post("/my/choose/", {"household": cast.town.other.pk})
    page = http.get("/my/answers/").content.decode()
    found = http.post("/my/answers/", {"text": "门禁卡"}, headers={"HX-Request": "true"})
    for shown in (page, found.content.decode()):
        assert "门禁卡丢了怎么补办?" in shown and "带身份证到前台办理" in shown
        assert "多少钱" not in shown and "旧规定" not in shown
    assert "<h1" not in found.content.decode()


def test_nothing_found_leads_on(cast: Cast, owner_client: LogIn) -> None:
    http = owner_client(TENANT)
    assert "这里还没有内容" in http.get("/my/answers/").content.decode()
    none = http.post("/my/answers/", {"text": "飞机票\0"}).content.decode()
    assert "没有找到相关的答案" in none and "飞机票" in none
    assert "/my/request/?kind=enquiry" in none


def test_it_costs_the_same_however_much_is_known(cast: Cast, owner_client: LogIn) -> None:
    http = owner_client(TENANT)
    for count in range(5):
        known(cast, f"第{count}个问题?")
    http.get("/my/answers/")
    with CaptureQueriesContext(connection) as queries:
        http.get("/my/answers/")
    assert len(queries) <= QUERIES, len(queries)
