"""The first page: whose it is, what comes first, whom to ring; and changing the household."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huiyin.estate.models import Community, House
from huiyin.matters import actions
from huiyin.matters.tests.cast import AT, Cast, tick
from huiyin.owners.tests.people import OWNER, TENANT, lives, person, raised

QUERIES_MOST = 22

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


def home(client: Client) -> str:
    answer = client.get("/my/")
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.rule("OWN-01")
def test_it_greets_and_shows_the_nearest_promise_first(cast: Cast, owner_client: Browser) -> None:
    client = owner_client()
    client.post("/my/choose/", {"household": cast.town.flat.pk})
    assert "没有正在办理的事" in home(client)
    early = raised(cast, at=AT - timedelta(hours=2), kind="suggestion", text="多种几棵树")
    late = raised(cast, at=AT - timedelta(hours=1), text="水管漏水")
    tick(AT)
    page = home(client)
    assert "王丽,早上好" in page
    assert page.index(late) < page.index(early)
    assert "还有" in page
    # The same page for somebody else's eyes shows nothing of it.
    assert late not in home(owner_client(TENANT))


def test_whom_to_ring(cast: Cast, owner_client: Browser) -> None:
    client = owner_client()
    client.post("/my/choose/", {"household": cast.town.flat.pk})
    Community.objects.update(phone="0755-26001234")
    keeper = cast.employee("keeper")
    keeper.phone = "13500008888"
    keeper.save(update_fields=["phone"])
    page = home(client)
    assert f"管家 {keeper.name}" in page
    for number in ("13500008888", "0755-26001234", "119", "120", "110"):
        assert f'href="tel:{number}"' in page


@pytest.mark.rule("OWN-05")
def test_another_household_is_chosen_and_nobody_elses(cast: Cast, owner_client: Browser) -> None:
    client = owner_client()
    second = House.objects.create(
        community=cast.town.community, code="3-1-1301", order_key="0003-0001-1301"
    )
    lives(cast.town.owner, second, "co_owner")
    answer = client.post("/my/choose/", {"household": second.pk})
    assert answer["Location"] == "/my/"
    assert "3-1-1301 · 共有人" in home(client)
    for foreign in (cast.town.other.pk, 0, "x", ""):
        assert client.post("/my/choose/", {"household": foreign}).status_code == 404
    assert "3-1-1301 · 共有人" in home(client)


@pytest.mark.parametrize(("hours", "greeting"), [(0, "早上好"), (5, "下午好"), (11, "晚上好")])
def test_the_greeting_knows_what_time_it_is(
    cast: Cast,
    owner_client: Browser,
    monkeypatch: pytest.MonkeyPatch,
    hours: int,
    greeting: str,
) -> None:
    monkeypatch.setenv("HUIYIN_NOW", (AT + timedelta(hours=hours)).isoformat())
    assert greeting in home(owner_client())


def test_it_asks_the_database_as_often_for_many_matters_as_for_one(
    cast: Cast, owner_client: Browser
) -> None:
    client = owner_client()
    client.post("/my/choose/", {"household": cast.town.flat.pk})
    raised(cast)
    home(client)
    with CaptureQueriesContext(connection) as one:
        home(client)
    for _ in range(8):
        raised(cast)
    with CaptureQueriesContext(connection) as many:
        home(client)
    assert len(many) <= len(one) <= QUERIES_MOST


def test_what_is_done_waits_for_the_owners_word(cast: Cast, owner_client: Browser) -> None:
    client = owner_client()
    client.post("/my/choose/", {"household": cast.town.flat.pk})
    done, other = raised(cast, kind="enquiry", text="几点开门"), raised(cast)
    by = cast.caller("manager")
    actions.finish_matter(by=by, at=AT, number=done, result="早上八点。", settled=True)
    page = home(client)
    assert page.index(done) < page.index(other)


def test_a_thing_that_is_not_there_is_a_page_of_the_portal(
    cast: Cast, owner_client: Browser
) -> None:
    answer = owner_client().get("/my/matters/YG-20260101-0001/")
    assert answer.status_code == 404
    assert "my-top" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_somebody_who_is_two_people_is_both(cast: Cast, owner_client: Browser) -> None:
    """A couple that gave the service centre one number between them."""
    lives(person(cast, "李强", OWNER), cast.town.flat, "co_owner")
    page = home(owner_client())
    assert "王丽、李强" in page
