"""Signing up, answering without a name, talking on the board: as neighbours do it (OWN-03)."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from huiyin.doors.console.tests.visit import text_of
from huiyin.estate.models import House
from huiyin.matters.tests.cast import AT, Cast
from huiyin.together.models import Ballot, Post, SignUp, Turnout
from huiyin.together.tests.test_together import gathering, survey, write
from huiyin.together.tests.test_together import tenant as tenant_of

LogIn = Callable[..., Client]
TENANT = "13900001111"
NOW = {"X-Huiyin-Now": AT.isoformat()}


def at_home(http: Client, cast: Cast, code: str = "3-1-1201") -> Client:
    """Look at a household of YG: the numbers of the cast live in both communities."""
    house = House.objects.get(community=cast.town.community, code=code)
    http.post("/my/choose/", {"household": house.pk}, headers=NOW)
    return http


@pytest.mark.rule("OWN-03")
def test_a_household_signs_up_and_off(cast: Cast, owner_client: LogIn) -> None:
    pk = gathering(cast)
    http = at_home(owner_client(), cast)
    assert "还有 5 个名额" in text_of(http.get("/my/together/", headers=NOW))
    page = f"/my/together/gatherings/{pk}/"
    bad = http.post(page, {"step": "up", "heads": "11"}, headers=NOW)
    assert bad.status_code == 422
    full = http.post(page, {"step": "up", "heads": "6", "note": "带轮椅"}, headers=NOW)
    assert full.status_code == 409 and "只剩 5 个" in text_of(full) and "带轮椅" in text_of(full)
    assert http.post(page, {"step": "up", "heads": "3"}, headers=NOW).status_code == 302
    assert "您家已报 3 人" in text_of(http.get(page, headers=NOW))
    assert http.post(page, {"step": "up", "heads": "1"}, headers=NOW).status_code == 409
    assert http.post(page, {"step": "off"}, headers=NOW).status_code == 302
    assert SignUp.objects.get().signed_off_at is not None


@pytest.mark.rule("OWN-03")
def test_a_survey_is_answered_once_without_a_name(cast: Cast, owner_client: LogIn) -> None:
    pk = survey(cast)
    http = owner_client()
    page = f"/my/together/surveys/{pk}/"
    assert "不记名" in text_of(http.get(page, headers=NOW))
    half = http.post(page, {"q0": "5", "words": "草坪该修了"}, headers=NOW)
    assert half.status_code == 422
    assert "第 2 题还没有选" in text_of(half) and "草坪该修了" in text_of(half)
    assert http.post(page, {"q0": "5", "q1": "南门"}, headers=NOW).status_code == 302
    assert "您家已经填过" in text_of(http.get(page, headers=NOW))
    assert http.post(page, {"q0": "1", "q1": "南门"}, headers=NOW).status_code == 409
    assert (Turnout.objects.count(), Ballot.objects.count()) == (1, 1)


@pytest.mark.rule("OWN-03")
def test_neighbours_write_and_answer(cast: Cast, owner_client: LogIn) -> None:
    http, other = at_home(owner_client(), cast), at_home(owner_client(TENANT), cast, "3-1-1202")
    assert "还没有人留言" in text_of(http.get("/my/together/board/", headers=NOW))
    words = {"key": str(uuid4()), "title": "寻钥匙", "text": "谁捡到一串钥匙?"}
    empty = http.post("/my/together/board/", {**words, "title": ""}, headers=NOW)
    assert empty.status_code == 422 and "谁捡到一串钥匙" in text_of(empty)
    assert http.post("/my/together/board/", words, headers=NOW).status_code == 302
    assert http.post("/my/together/board/", words, headers=NOW).status_code == 302
    pk = Post.objects.get().pk
    page = f"/my/together/board/{pk}/"
    answer = {"key": str(uuid4()), "text": "在大堂见过"}
    assert other.post(page, answer, headers=NOW).status_code == 302
    shown = text_of(http.get(page, headers=NOW))
    assert "在大堂见过" in shown and "3栋 王业主" in shown
    for secret in ("王丽", "13812345678", "3-1-1201"):
        assert secret not in text_of(other.get(page, headers=NOW))


def test_what_is_of_another_community_is_not_there(cast: Cast, owner_client: LogIn) -> None:
    pk = write(cast, tenant_of(cast))
    http = owner_client()
    assert http.get(f"/my/together/board/{pk}/", headers=NOW).status_code == 200
    for address in ("board/999999", "gatherings/999999", "surveys/999999"):
        assert http.get(f"/my/together/{address}/", headers=NOW).status_code == 404
