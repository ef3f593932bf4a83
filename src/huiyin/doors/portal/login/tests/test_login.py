"""Coming in by number and code: what is told to nobody, how often, how long, to whom (OWN-05)."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huiyin.accounts.codes import owner_user
from huiyin.accounts.models import User
from huiyin.doors.portal.login.forms import MobileField
from huiyin.estate.models import Occupancy, Phone
from huiyin.matters.tests.cast import AT, PASSWORD, Cast
from huiyin.notices import courier
from huiyin.notices.models import Message, Telling
from huiyin.notices.tests.providers import Provider, played
from huiyin.owners.tests.people import OWNER, TENANT, lives, person
from huiyin.trail.models import Entry

STRANGER = "13700000000"
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


def later(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setenv("HUIYIN_NOW", at.isoformat())


def ask(client: Client, phone: str = OWNER, **given: Any) -> HttpResponse:
    return client.post("/my/login/", {"phone": phone}, **given)  # type: ignore[return-value]


def sent(phone: str = OWNER) -> str:
    """Read the code from the telling, as the short message would carry it."""
    return str(Telling.objects.filter(address=phone).latest("id").values["code"])


def enter(client: Client, code: str, **given: Any) -> HttpResponse:
    return client.post("/my/login/code/", {"code": code}, **given)  # type: ignore[return-value]


def log_in(phone: str = OWNER) -> Client:
    client = Client()
    ask(client, phone)
    assert enter(client, sent(phone))["Location"] == "/my/"
    return client


def other_than(code: str) -> str:
    return "000000" if code != "000000" else "000001"


# -- the way in


@pytest.mark.rule("OWN-05")
def test_number_and_code_lead_to_ones_own_home(cast: Cast) -> None:
    client = Client()
    answer = ask(client)
    assert (answer.status_code, answer["Location"]) == (302, "/my/login/code/")
    telling = Telling.objects.get()
    assert (telling.category, telling.template, telling.address) == ("code", "code.login", OWNER)
    assert re.fullmatch(r"\d{6}", telling.values["code"])
    assert telling.expires_at == AT + timedelta(minutes=5)
    assert "138****5678" in client.get("/my/login/code/").content.decode()
    answer = enter(client, sent())
    assert answer["Location"] == "/my/"
    page = client.get("/my/")
    assert page.status_code == 200
    assert "王丽" in page.content.decode()
    assert Entry.objects.filter(action="owners.logged_in").count() == 1


def test_what_was_wanted_comes_after_the_code_but_only_within_the_portal(cast: Cast) -> None:
    client = Client()
    answer = client.get("/my/me/homes/")
    assert answer["Location"] == "/my/login/?next=%2Fmy%2Fme%2Fhomes%2F"
    for wanted, reached in (
        ("/my/me/homes/", "/my/me/homes/"),
        ("https://evil.example/my/", "/my/"),
        ("//evil.example/", "/my/"),
        ("/staff/", "/my/"),
        ("/my/\\evil", "/my/"),
    ):
        client = Client(REMOTE_ADDR=f"10.0.0.{len(wanted)}")
        phone = f"138111111{len(wanted):02}"
        lives(person(cast, "某人", phone), cast.town.flat, "co_owner")
        client.post("/my/login/", {"phone": phone, "next": wanted})
        answer = client.post("/my/login/code/", {"code": sent(phone), "next": wanted})
        assert answer["Location"] == reached


@pytest.mark.parametrize(
    "written",
    ["138 1234 5678", "+86 13812345678", "0086-138-1234-5678", "138 1234 5678"],
)
def test_a_number_is_understood_however_it_is_written(written: str) -> None:
    assert MobileField().clean(written) == OWNER


@pytest.mark.parametrize("written", ["0755-26001234", "12345", "hello", "", "26001234"])
def test_a_landline_and_nonsense_are_refused_kindly(cast: Cast, written: str) -> None:
    answer = ask(Client(), written)
    assert answer.status_code == 422
    assert not Telling.objects.exists()
    if written == "0755-26001234":
        assert "固定电话收不到验证码" in answer.content.decode()


def test_the_code_may_be_written_with_blanks_and_wide_figures(cast: Cast) -> None:
    client = Client()
    ask(client)
    code = sent()
    wide = "".join(chr(ord(one) + 0xFEE0) for one in code)
    assert enter(client, f" {wide[:3]} {wide[3:]} ").status_code == 302


# -- what nobody is told


def bare(page: bytes) -> str:
    """Return a page without what differs from one drawing to the next."""
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", page.decode())


def statement(sql: str) -> str:
    """Return what a statement does, without its values; undoing costs what keeping does."""
    sql = re.sub(r"(RELEASE|ROLLBACK TO) SAVEPOINT", "END SAVEPOINT", sql)
    return re.sub(r"'[^']*'|\"s\d+_x\d+\"|\d+", "?", sql)[:60]


def looks(phone: str, masked: str) -> tuple[Any, ...]:
    """Ask for a code and try a wrong one; return all that can be seen of it from outside."""
    client = Client(REMOTE_ADDR="10.1.1.1")
    client.get("/my/login/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        first = ask(client, phone)
    page = client.get("/my/login/code/")
    with CaptureQueriesContext(connection) as tried:
        second = enter(client, "123456")
    cookies = {
        name: (len(one.value), one["max-age"], one["httponly"], one["samesite"])
        for name, one in client.cookies.items()
    }
    state = Session.objects.get(pk=client.cookies["sessionid"].value).get_decoded()
    return (
        (first.status_code, dict(first.headers), first.content),
        (page.status_code, sorted(page.headers), bare(page.content).replace(masked, "")),
        (second.status_code, bare(second.content).replace(masked, "")),
        cookies,
        [statement(one["sql"]) for one in asked],
        [statement(one["sql"]) for one in tried],
        sorted(state["account_login"]),
        sorted(state["account_login"]["state"]["stages"]["login_by_code"]["data"]),
        state["account_login"]["user_pk"],
    )


def first_request_id(seen: tuple[Any, ...]) -> tuple[Any, ...]:
    seen[0][1].pop("X-Request-Id", None)
    return seen


@pytest.mark.rule("OWN-05")
def test_nothing_tells_whether_a_number_is_on_the_roster(cast: Cast) -> None:
    ask(Client(), "13699999999")  # whatever is done once is done
    known = first_request_id(looks(TENANT, "139****1111"))
    unknown = first_request_id(looks(STRANGER, "137****0000"))
    for one, other in zip(known, unknown, strict=True):
        assert one == other
    assert Telling.objects.filter(address=TENANT).exists()
    assert not Telling.objects.filter(address=STRANGER).exists()


@pytest.mark.rule("OWN-05")
def test_a_stranger_is_never_let_in_nor_kept(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "huiyin.accounts.codes.secrets.randbelow", lambda _below: 246810
    )  # guessed right
    known = Client()
    ask(known, TENANT)
    assert enter(known, "246810").status_code == 302
    client = Client()
    ask(client, STRANGER)
    for _ in range(5):
        enter(client, "246810")
    assert client.get("/my/").status_code == 302
    assert not User.objects.filter(phone=STRANGER).exists()


def test_a_wrong_number_and_one_who_moved_out_get_nothing(cast: Cast) -> None:
    Phone.objects.filter(number=OWNER).update(state="wrong")
    Occupancy.objects.filter(person__name="赵强").update(until_on=date(2026, 3, 16))
    ask(Client(), OWNER)
    ask(Client(), TENANT)
    assert not Telling.objects.exists()


def test_a_shut_account_gets_no_code(cast: Cast) -> None:
    user = owner_user(phone=OWNER)
    User.objects.filter(pk=user.pk).update(is_active=False)
    ask(Client())
    assert not Telling.objects.exists()


def test_the_code_stands_nowhere_but_in_what_is_sent(
    cast: Cast, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    client = Client()
    ask(client)
    code = sent()
    enter(client, other_than(code))
    session = Session.objects.get(pk=client.cookies["sessionid"].value)
    assert code not in str(session.get_decoded())
    assert code not in client.get("/my/login/code/").content.decode()
    enter(client, code)
    printed = capfd.readouterr()
    assert code not in caplog.text + printed.out + printed.err
    assert OWNER not in caplog.text + printed.out + printed.err


# -- tries, replay, other people's codes


@pytest.mark.rule("OWN-05")
def test_five_wrong_codes_end_it(cast: Cast) -> None:
    client = Client()
    ask(client)
    code = sent()
    for left in (4, 3, 2, 1):
        answer = enter(client, other_than(code))
        assert answer.status_code == 422
        assert f"还可以再试 {left} 次" in answer.content.decode()
    assert enter(client, other_than(code))["Location"] == "/my/login/"
    assert "验证码已失效" in client.get("/my/login/").content.decode()
    assert enter(client, code)["Location"] == "/my/login/"
    assert client.get("/my/").status_code == 302


def test_a_code_is_used_once_and_belongs_to_its_browser(cast: Cast) -> None:
    mine, other = Client(), Client()
    ask(mine)
    code = sent()
    assert enter(other, code)["Location"] == "/my/login/"  # never asked
    later_other = Client(REMOTE_ADDR="10.2.2.2")
    ask(later_other, TENANT)
    assert enter(later_other, code).status_code == (302 if code == sent(TENANT) else 422)
    jar = mine.cookies["sessionid"].value
    assert enter(mine, code).status_code == 302
    replay = Client()
    replay.cookies["sessionid"] = jar
    assert enter(replay, code)["Location"] == "/my/login/"
    assert replay.get("/my/").status_code == 302


def test_a_code_dies_after_five_minutes(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    ask(client)
    later(monkeypatch, AT + 5 * MINUTE)
    assert enter(client, sent())["Location"] == "/my/login/"
    assert client.get("/my/").status_code == 302


def test_of_two_codes_the_last_one_counts(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client()
    ask(client)
    first = sent()
    later(monkeypatch, AT + MINUTE)
    answer = client.post("/my/login/code/", {"again": "1"})
    assert answer["Location"] == "/my/login/code/"
    second = sent()
    assert Telling.objects.count() == 2
    if first != second:
        assert enter(client, first).status_code == 422
    assert enter(client, second).status_code == 302


def test_two_browsers_of_one_person(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, tablet = log_in(), Client()
    later(monkeypatch, AT + MINUTE)
    ask(tablet)
    assert enter(tablet, sent()).status_code == 302
    assert phone.get("/my/").status_code == tablet.get("/my/").status_code == 200
    assert User.objects.filter(phone=OWNER).count() == 1


# -- how often


@pytest.mark.rule("OWN-05")
@pytest.mark.parametrize("phone", [OWNER, STRANGER])
def test_nobody_is_pestered_with_codes(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, phone: str
) -> None:
    """One a minute, five an hour, ten a day for a number, from wherever they are asked."""
    taken = 0
    for minute in range(0, 24 * 60, 5):
        later(monkeypatch, AT.replace(hour=0) + minute * MINUTE)
        answer = ask(Client(REMOTE_ADDR=f"10.{minute // 250}.{minute % 250}.9"), phone)
        taken += answer.status_code == 302
        assert answer.status_code in {302, 429}
    assert taken == 10
    later(monkeypatch, AT + timedelta(days=2))
    assert ask(Client(), phone).status_code == 302
    again = ask(Client(), phone)
    assert again.status_code == 429
    assert int(again["Retry-After"]) <= 60
    assert "秒再试" in again.content.decode()


def test_one_address_does_not_ask_for_everybody(cast: Cast) -> None:
    answers = [ask(Client(), f"1370000{number:04}").status_code for number in range(25)]
    assert answers.count(302) == 20
    assert answers[-1] == 429
    assert ask(Client(REMOTE_ADDR="10.9.9.9"), OWNER).status_code == 302


def test_one_address_does_not_guess_for_ever(cast: Cast) -> None:
    refused = 0
    for number in range(20):
        client = Client()
        client.defaults["REMOTE_ADDR"] = f"10.3.0.{number}"
        ask(client, f"1370000{number:04}")
        client.defaults["REMOTE_ADDR"] = "10.4.4.4"
        refused += sum(enter(client, "123456").status_code == 429 for _ in range(3))
    assert refused == 20


# -- who is who


@pytest.mark.rule("OWN-05")
def test_access_ends_with_the_next_request_when_the_number_leaves_the_roster(cast: Cast) -> None:
    client = log_in()
    assert client.get("/my/").status_code == 200
    Phone.objects.filter(number=OWNER).delete()
    answer = client.get("/my/")
    assert answer.status_code == 403
    assert "名下没有房屋" in answer.content.decode()
    assert "3-1-1201" not in answer.content.decode()


@pytest.mark.rule("OWN-05")
def test_a_number_given_to_somebody_else_opens_nothing_to_the_session_before(cast: Cast) -> None:
    client = log_in()
    assert client.get("/my/").status_code == 200
    Phone.objects.filter(number=OWNER).delete()
    lives(person(cast, "新机主", OWNER), cast.town.other, "owner")
    answer = client.get("/my/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/my/login/")
    assert "重新验证" in client.get("/my/login/").content.decode()


def test_an_employees_account_never_opens_by_a_code(cast: Cast) -> None:
    """An employee who also lives here has an account for each door."""
    employee = cast.employee("receptionist")
    Phone.objects.create(person=cast.town.owner, number="13655556666")
    employee.phone = "13655556666"
    employee.save(update_fields=["phone"])
    client = log_in("13655556666")
    user = User.objects.get(pk=client.session["_auth_user_id"])
    assert user.pk != employee.user_id
    assert client.get("/desk/").status_code == 403
    assert client.get("/").status_code == 302
    assert client.get("/")["Location"] == "/my/"


def test_an_owners_account_never_opens_by_password_and_takes_none(cast: Cast) -> None:
    client = log_in()
    user = User.objects.get(phone=OWNER)
    answer = Client().post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    assert answer.status_code == 200  # the log-in again, with its error
    for page in ("/accounts/password/set/", "/accounts/password/change/", "/accounts/2fa/"):
        assert client.get(page).status_code == 404
    new = {"password1": "Umbrella-77-x", "password2": "Umbrella-77-x"}
    assert client.post("/accounts/password/set/", new).status_code == 404
    assert not User.objects.get(phone=OWNER).has_usable_password()


def test_the_two_log_ins_do_not_mix(cast: Cast) -> None:
    client = Client()
    ask(client)
    # A log-in by code on its way is not one by password, and leads back to its own page.
    assert client.get("/accounts/login/").status_code in {200, 302}
    employee = Client()
    code = cast.code("receptionist")
    employee.post("/accounts/login/", {"login": code, "password": PASSWORD})
    answer = employee.get("/my/")
    assert answer.status_code == 403
    assert "员工账号" in answer.content.decode()


def test_logging_out_and_the_other_devices(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = log_in()
    later(monkeypatch, AT + MINUTE)
    tablet = log_in()
    assert phone.get("/my/").status_code == 200
    assert phone.get("/my/logout/").status_code == 405
    answer = tablet.post("/my/me/devices/")
    assert answer["Location"] == "/my/me/"
    cache.clear()
    assert tablet.get("/my/").status_code == 200
    assert phone.get("/my/").status_code == 302
    assert Entry.objects.filter(action="owners.sessions_ended").count() == 1
    assert tablet.post("/my/logout/")["Location"] == "/my/login/"
    assert tablet.get("/my/").status_code == 302


def test_a_session_lasts_two_months_and_speaks_the_language_of_its_owner(cast: Cast) -> None:
    user = owner_user(phone=OWNER)
    User.objects.filter(pk=user.pk).update(language="en")
    client = log_in()
    assert client.session.get_expiry_age() == 60 * 24 * 3600
    assert client.cookies["huiyin_language"].value == "en"


def test_nothing_of_it_is_kept_by_a_cache(cast: Cast) -> None:
    client = Client()
    for answer in (client.get("/my/login/"), ask(client), client.get("/my/login/code/")):
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]


def test_an_owners_session_opens_nothing_of_the_api(cast: Cast) -> None:
    client = log_in()
    for path in ("matters", "houses?community=YG&q=3-1", "me", "staff?community=YG"):
        assert client.get(f"/api/v1/{path}").status_code in {401, 403, 404}


@pytest.mark.rule("NOT-04")
def test_the_code_arrives_once_and_is_forgotten_here(cast: Cast) -> None:
    client = Client()
    with played(Provider("sms")) as providers:
        ask(client)
        ask(Client(REMOTE_ADDR="10.5.5.5"), STRANGER)
        code = sent()
        for _ in range(3):
            courier.run_once(AT)
    (parcel,) = providers["sms"].arrived
    assert parcel.to == OWNER
    assert code in parcel.text
    kept = str(list(Telling.objects.values())) + str(list(Message.objects.values()))
    assert code not in kept
    assert enter(client, code).status_code == 302
