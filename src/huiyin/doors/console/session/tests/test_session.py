"""Logging in, choosing a language and a community."""

import pytest
from django.core.cache import cache
from django.test import Client

from huiyin.doors.console.tests.visit import nobody, text_of, visitor
from huiyin.matters.tests.cast import AT, PASSWORD, Cast

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Forget earlier attempts."""
    cache.clear()


def test_an_employee_logs_in_with_code_and_password(cast: Cast) -> None:
    http = Client()
    answer = http.post(LOGIN, {"login": cast.code("receptionist"), "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Location"] == "/"


def test_a_wrong_password_is_refused_in_a_sentence_and_the_code_stays(cast: Cast) -> None:
    answer = Client().post(LOGIN, {"login": "E012", "password": "wrong"})
    shown = text_of(answer)
    assert 'role="alert"' in shown
    assert 'value="E012"' in shown


def test_guessing_is_slowed_down(cast: Cast) -> None:
    http = Client()
    answers = [http.post(LOGIN, {"login": "E012", "password": "wrong"}) for _ in range(6)]
    answer = answers[-1]
    shown = text_of(answer)
    assert answer.status_code == 429 or "太多" in shown or "过多" in shown


def test_nobody_signs_up(db: None) -> None:
    shown = text_of(Client().get("/accounts/signup/"))
    assert "不开放注册" in shown


@pytest.mark.parametrize(
    "page", ["/accounts/password/change/", "/accounts/2fa/", "/accounts/logout/"]
)
def test_pages_of_the_account_open(cast: Cast, page: str) -> None:
    answer = visitor(cast, "manager").get(page)
    assert answer.status_code == 200
    assert "回音" in text_of(answer)


def test_the_language_is_chosen_and_kept(db: None) -> None:
    http = Client()
    answer = http.post("/i18n/setlang/", {"language": "en", "next": LOGIN})
    assert answer.status_code == 302
    assert '<html lang="en">' in text_of(http.get(LOGIN))
    assert '<html lang="zh-Hans">' in text_of(Client().get(LOGIN))


def test_the_company_looks_at_one_community_after_another(cast: Cast) -> None:
    boss = visitor(cast, "general_manager")
    assert "CH" in text_of(boss.get("/desk/"))
    assert boss.post("/community/", community="YG").status_code == 302
    number = cast.receive()
    assert number in text_of(boss.get("/matters/"))
    boss.post("/community/", community="CH")
    assert number not in text_of(boss.get("/matters/"))


def test_a_community_of_others_cannot_be_chosen(cast: Cast) -> None:
    assert visitor(cast, "manager").post("/community/", community="CH").status_code == 404


def test_a_page_of_nobody_comes_back_after_logging_in(cast: Cast) -> None:
    answer = nobody().get("/matters/", at=AT)
    assert answer["Location"].endswith("?next=/matters/")
