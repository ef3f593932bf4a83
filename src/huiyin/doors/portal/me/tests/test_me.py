"""My side of the account: language, channels, e-mail by code, birthday, what is kept (NOT-01)."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from huiyin.accounts.models import User
from huiyin.estate.models import Person
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast
from huiyin.notices.channels import registry
from huiyin.notices.models import Address, Language, Preference, Telling
from huiyin.owners.tests.people import OWNER, TENANT, lives, person, raised
from huiyin.trail.models import Entry

MAIL = "wang.li@example.com"

pytestmark = pytest.mark.django_db
Browser = Callable[..., Client]


def text(answer: Any) -> str:
    assert isinstance(answer, HttpResponse)
    return answer.content.decode()


@pytest.fixture
def all_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up every way out of the house."""
    monkeypatch.setattr(registry, "ready", lambda _community: ("sms", "email", "wechat"))


@pytest.mark.parametrize(
    "path", ["", "homes/", "help/", "birthday/", "email/", "channels/", "privacy/"]
)
def test_every_page_opens_and_shows_numbers_masked(
    cast: Cast, owner_client: Browser, all_ready: None, path: str
) -> None:
    answer = owner_client().get(f"/my/me/{path}")
    assert answer.status_code == 200
    assert OWNER not in text(answer)


def test_homes_show_who_lives_there_by_the_first_sign(cast: Cast, owner_client: Browser) -> None:
    lives(person(cast, "李小明", "13677778888"), cast.town.flat, "co_owner")
    page = text(owner_client().get("/my/me/homes/"))
    assert "李**" in page
    assert "李小明" not in page
    assert "3-1-1202" not in page


def test_a_language_holds_for_pages_and_for_messages(cast: Cast, owner_client: Browser) -> None:
    client = owner_client()
    answer = client.post("/my/me/language/", {"language": "zh-hant"})
    assert answer["Location"] == "/my/me/"
    assert '<html lang="zh-Hant">' in text(client.get("/my/me/"))
    assert User.objects.get(phone=OWNER).language == "zh-hant"
    assert set(Language.objects.values_list("language", flat=True)) == {"zh-hant"}
    assert client.post("/my/me/language/", {"language": "fr"}).status_code == 422


# -- channels


@pytest.mark.rule("NOT-04")
def test_only_what_reaches_one_can_be_chosen(
    cast: Cast, owner_client: Browser, all_ready: None
) -> None:
    client = owner_client()
    page = text(client.get("/my/me/channels/"))
    assert "138****5678" in page
    assert page.count("还没有绑定") == 2
    chosen = {"matter": "sms", "notice": "in_app", "bill": "sms", "greeting": "in_app"}
    assert client.post("/my/me/channels/", chosen)["Location"] == "/my/me/channels/"
    kept = dict(
        Preference.objects.filter(person=cast.town.owner).values_list("category", "channels")
    )
    assert kept["matter"] == ["sms"]
    assert kept["notice"] == []
    refused = client.post("/my/me/channels/", {**chosen, "matter": "email"})
    assert refused.status_code == 422
    assert not Preference.objects.filter(person=cast.town.tenant).exists()


def test_a_community_without_any_channel_says_so(cast: Cast, owner_client: Browser) -> None:
    assert "还没有开通" in text(owner_client().get("/my/me/channels/"))
    answer = owner_client().post("/my/me/channels/wechat/")
    assert answer.status_code == 409


def test_an_address_is_written_to_only_when_proved(
    cast: Cast, owner_client: Browser, all_ready: None
) -> None:
    client = owner_client()
    assert client.get("/my/me/email/code/")["Location"] == "/my/me/email/"
    assert client.post("/my/me/email/", {"email": "nonsense"}).status_code == 422
    answer = client.post("/my/me/email/", {"email": MAIL})
    assert answer["Location"] == "/my/me/email/code/"
    told = Telling.objects.get()
    assert (told.template, told.address, told.category) == ("account.email_code", MAIL, "code")
    code = told.values["code"]
    assert not Address.objects.exists()
    assert code not in text(client.get("/my/me/email/code/"))
    wrong = "000000" if code != "000000" else "000001"
    answer = client.post("/my/me/email/code/", {"code": wrong})
    assert answer.status_code == 422
    assert "还可以再试 4 次" in text(answer)
    assert client.post("/my/me/email/code/", {"code": code})["Location"] == "/my/me/channels/"
    kept = Address.objects.get(person=cast.town.owner)
    assert (kept.value, kept.verified_at) == (MAIL, AT)
    assert "w***@example.com" in text(client.get("/my/me/channels/"))
    assert client.post("/my/me/channels/email/forget/")["Location"] == "/my/me/channels/"
    assert not Address.objects.exists()


def test_a_code_for_one_address_does_not_prove_another(cast: Cast, owner_client: Browser) -> None:
    mine, other = owner_client(), owner_client(TENANT)
    mine.post("/my/me/email/", {"email": MAIL})
    code = Telling.objects.get().values["code"]
    other.post("/my/me/email/", {"email": "zhao@example.com"})
    session = other.session
    session["portal_email"] = mine.session["portal_email"]
    session.save()
    assert other.post("/my/me/email/code/", {"code": code}).status_code == 422
    assert not Address.objects.exists()


def test_strangers_mail_boxes_are_not_flooded(cast: Cast, owner_client: Browser) -> None:
    client = owner_client()
    assert client.post("/my/me/email/", {"email": MAIL}).status_code == 302
    assert client.post("/my/me/email/", {"email": MAIL}).status_code == 429
    assert Telling.objects.count() == 1


def test_nobody_writes_to_strangers_in_our_name(cast: Cast, owner_client: Browser) -> None:
    client = owner_client()
    told = [
        client.post(
            "/my/me/email/", {"email": f"somebody{n}@example.com"}, REMOTE_ADDR=f"10.0.0.{n}"
        ).status_code
        for n in range(6)
    ]
    assert told == [302] * 5 + [429]
    assert Telling.objects.count() == 5


# -- birthday


@pytest.mark.rule("NOT-01")
def test_a_birthday_is_ones_own_and_can_be_forgotten(cast: Cast, owner_client: Browser) -> None:
    client, me = owner_client(), cast.town.owner
    assert "不问年份" in text(client.get("/my/me/birthday/"))
    asked = {"person": me.pk, "month": "2", "day": "29"}
    assert client.post("/my/me/birthday/", asked).status_code == 302
    assert Person.objects.get(pk=me.pk).birthday == "02-29"
    for wrong in ({"day": "30"}, {"day": ""}, {"month": "13"}):
        assert client.post("/my/me/birthday/", {**asked, **wrong}).status_code == 422
    other = {**asked, "person": cast.town.tenant.pk}
    assert client.post("/my/me/birthday/", other).status_code == 404
    assert Person.objects.get(pk=cast.town.tenant.pk).birthday == ""
    client.post("/my/me/birthday/", {"person": me.pk, "month": "", "day": ""})
    assert Person.objects.get(pk=me.pk).birthday == ""
    entries = Entry.objects.filter(action="owners.birthday_set")
    assert [one.after for one in entries.order_by("id")] == [{"kept": True}, {"kept": False}]


# -- what is kept


@pytest.mark.rule("OWN-05")
def test_what_is_kept_is_shown_taken_along_and_written_down(
    cast: Cast, owner_client: Browser
) -> None:
    client = owner_client()
    number = raised(cast)
    page = text(client.get("/my/me/privacy/"))
    assert "138****5678" in page
    assert "赵强" not in page
    assert client.get("/my/me/privacy/export/").status_code == 405
    answer = client.post("/my/me/privacy/export/")
    assert answer["Content-Disposition"] == 'attachment; filename="huiyin-20260316.json"'
    told = json.loads(text(answer))
    assert told["log_in"] == OWNER
    assert [one["number"] for one in told["matters"]] == [number]
    assert TENANT not in text(answer)
    actions = list(Entry.objects.order_by("id").values_list("action", flat=True))
    assert {"personal.read", "owners.exported"} <= set(actions)


def test_a_correction_becomes_a_matter_with_a_promise(cast: Cast, owner_client: Browser) -> None:
    client = owner_client()
    client.post("/my/choose/", {"household": cast.town.flat.pk})
    assert client.get("/my/me/privacy/correction/").status_code == 200
    key = uuid4()
    asked = {"key": key, "text": "车牌已换成粤B54321"}
    answer = client.post("/my/me/privacy/correction/", asked)
    matter = Matter.objects.get()
    assert answer["Location"] == f"/my/matters/{matter.number}/"
    assert "粤B54321" in matter.text
    assert client.post("/my/me/privacy/correction/", asked).status_code == 302
    assert Matter.objects.count() == 1
    empty = client.post("/my/me/privacy/correction/", {"key": uuid4(), "text": ""})
    assert empty.status_code == 422
