"""Owners open the papers meant for their household, and no others (PLN-04, OWN-05)."""

from collections.abc import Callable

import pytest
from django.test import Client

from huiyin.documents.models import Paper
from huiyin.documents.tests.papers import issue
from huiyin.doors.console.tests.visit import paper_of
from huiyin.matters.tests.cast import Cast

LogIn = Callable[..., Client]


@pytest.mark.rule("PLN-04")
def test_a_letter_for_the_household_is_listed_and_opened(cast: Cast, owner_client: LogIn) -> None:
    town = cast.town
    mine = issue(cast, confidential="owner", house_id=town.flat.pk).id
    inner = issue(cast, title="内部说明", house_id=town.flat.pk).id
    theirs = issue(cast, title="给别家的函", confidential="owner", house_id=town.other.pk).id
    http = owner_client()
    page = http.get("/my/papers/").content.decode()
    assert "停水通知函" in page and "内部说明" not in page and "给别家的函" not in page
    assert "停水通知函" in paper_of(http.get(f"/my/papers/{mine}/"))
    assert Paper.objects.get(pk=mine).given_at is not None
    for other in (inner, theirs, 999_999):
        assert http.get(f"/my/papers/{other}/").status_code == 404
    assert 'href="/my/papers/"' in http.get("/my/me/").content.decode()


def test_without_papers_it_says_so(cast: Cast, owner_client: LogIn) -> None:
    page = owner_client().get("/my/papers/").content.decode()
    assert "还没有文件" in page
