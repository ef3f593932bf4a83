"""One-time codes: six figures, five minutes, five tries, once; and asking too often."""

import hmac
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from huiyin.accounts import codes
from huiyin.accounts.codes import IssuedCode, TooOften, UnableToRedeemCode
from huiyin.accounts.models import OneTimeCode, Tally, User
from huiyin.accounts.rules import FIGURES, LIFE, TRIES, Allowance

AT = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
PHONE = "13800000001"
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def issue(**given: object) -> IssuedCode:
    return codes.issue_code(purpose="login", target=PHONE, at=AT, **given)  # type: ignore[arg-type]


def redeem(
    made: IssuedCode,
    code: str | None = None,
    *,
    at: datetime = AT,
    target: str = PHONE,
    purpose: str = "login",
) -> None:
    codes.redeem_code(
        code_id=made.id, purpose=purpose, target=target, code=code or made.code, at=at
    )


def wrong(made: IssuedCode) -> str:
    return "000000" if made.code != "000000" else "000001"


@pytest.mark.rule("OWN-05")
def test_the_code_opens_once() -> None:
    made = issue()
    assert len(made.code) == 6
    assert made.code.isdigit()
    redeem(made)
    with pytest.raises(UnableToRedeemCode):
        redeem(made)


@pytest.mark.rule("OWN-05")
def test_six_figures_five_minutes_five_tries() -> None:
    assert (6, timedelta(minutes=5), 5) == (FIGURES, LIFE, TRIES)


def test_it_lives_five_minutes_and_no_longer() -> None:
    redeem(issue(), at=AT + LIFE - SECOND)
    with pytest.raises(UnableToRedeemCode):
        redeem(issue(), at=AT + LIFE)


def test_five_tries_then_even_the_right_one_is_too_late() -> None:
    made = issue()
    for left in range(TRIES - 1, -1, -1):
        with pytest.raises(UnableToRedeemCode) as refused:
            redeem(made, wrong(made))
        assert refused.value.tries_left == left
    with pytest.raises(UnableToRedeemCode):
        redeem(made)


def test_the_fifth_try_may_still_be_right() -> None:
    made = issue()
    for _ in range(TRIES - 1):
        with pytest.raises(UnableToRedeemCode):
            redeem(made, wrong(made))
    redeem(made)


@pytest.mark.parametrize(
    "other", [{"target": "13800000002"}, {"purpose": "email"}, {"code": "12345"}, {"code": ""}]
)
def test_it_belongs_to_one_number_and_one_purpose(other: dict[str, str]) -> None:
    made = issue()
    with pytest.raises(UnableToRedeemCode):
        codes.redeem_code(
            **{  # type: ignore[arg-type]
                "code_id": made.id,
                "purpose": "login",
                "target": PHONE,
                "code": made.code,
                "at": AT,
                **other,
            }
        )


def test_a_code_of_nobody_matches_nothing() -> None:
    made = issue(real=False)
    with pytest.raises(UnableToRedeemCode) as refused:
        redeem(made)
    assert refused.value.tries_left == TRIES - 1  # it answers like any other
    with pytest.raises(UnableToRedeemCode):
        codes.redeem_code(code_id=uuid4(), purpose="login", target=PHONE, code="123456", at=AT)


@pytest.mark.rule("OWN-05")
def test_codes_are_compared_in_constant_time_whatever_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[bool] = []

    def compare(one: str, other: str) -> bool:
        compared.append(True)
        return hmac.compare_digest(one, other)

    monkeypatch.setattr(codes, "hmac", SimpleNamespace(new=hmac.new, compare_digest=compare))
    made = issue()
    for code_id, code in ((made.id, wrong(made)), (uuid4(), made.code), (made.id, made.code)):
        with suppress(UnableToRedeemCode):
            codes.redeem_code(code_id=code_id, purpose="login", target=PHONE, code=code, at=AT)
    assert len(compared) == 3


def test_what_is_kept_tells_nothing() -> None:
    made = issue()
    row = OneTimeCode.objects.get()
    kept = f"{row.digest}{row.purpose}"
    assert made.code not in kept
    assert PHONE not in kept
    codes.count(who=f"code:{PHONE}", allowances=[Allowance(1, 60)], at=AT)
    assert PHONE not in Tally.objects.get().who


def test_what_is_over_is_forgotten() -> None:
    issue()
    codes.issue_code(purpose="login", target=PHONE, at=AT + LIFE)
    assert OneTimeCode.objects.count() == 1
    codes.count(who="a", allowances=[Allowance(1, 60)], at=AT)
    codes.count(who="a", allowances=[Allowance(1, 60)], at=AT + timedelta(minutes=1))
    assert Tally.objects.count() == 1


def test_another_code_ends_the_first() -> None:
    made = issue()
    codes.void_code(code_id=made.id)
    with pytest.raises(UnableToRedeemCode):
        redeem(made)


def test_asking_too_often_is_refused_until_the_window_ends() -> None:
    both = [Allowance(2, 60), Allowance(3, 3600)]
    for _ in range(2):
        codes.count(who="a", allowances=both, at=AT)
    with pytest.raises(TooOften) as refused:
        codes.count(who="a", allowances=both, at=AT + 20 * SECOND)
    assert refused.value.seconds == 40
    codes.count(who="b", allowances=both, at=AT)
    codes.count(who="a", allowances=both, at=AT + 60 * SECOND)
    with pytest.raises(TooOften) as refused:
        codes.count(who="a", allowances=both, at=AT + 61 * SECOND)
    assert refused.value.seconds == 3600 - 61


@given(times=st.integers(1, 5), seconds=st.integers(1, 86400), now=st.integers(0, 2**33))
def test_a_window_ends_later_and_not_too_late(times: int, seconds: int, now: int) -> None:
    ends = Allowance(times, seconds).ends(now)
    assert now < ends <= now + seconds
    assert ends % seconds == 0


def test_an_account_by_number_is_made_once_and_takes_no_password() -> None:
    user = codes.owner_user(phone=PHONE)
    assert codes.owner_user(phone=PHONE) == user
    assert not user.has_usable_password()
    user.set_password("a-long-enough-password")
    with pytest.raises(IntegrityError), transaction.atomic():
        user.save(update_fields=["password"])
    employee = User.objects.create_user("e001", "a-long-enough-password")
    employee.phone = "13800000009"
    with pytest.raises(IntegrityError), transaction.atomic():
        employee.save(update_fields=["phone"])


def test_the_other_sessions_end() -> None:
    user = codes.owner_user(phone=PHONE)
    before = user.get_session_auth_hash()
    codes.end_other_sessions(user=user)
    assert User.objects.get().get_session_auth_hash() != before
    assert not User.objects.get().has_usable_password()


@pytest.mark.django_db(transaction=True)
def test_many_tries_at_once_are_many_tries() -> None:
    made = issue()

    def attempt(_: int) -> bool:
        try:
            redeem(made, wrong(made))
        except UnableToRedeemCode as refused:
            return refused.tries_left > 0
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        tried = list(pool.map(attempt, range(16)))
    assert sum(tried) == TRIES - 1
    with pytest.raises(UnableToRedeemCode):
        redeem(made)
