"""The exchange for trying: the same seed makes the same calls, over HTTP to a running server."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from huiyin.desk.models import Call
from huiyin.desk.simulation import Shares, plan
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import make_cast

KNOWN = "13812345678"


@given(st.integers(0, 10**6), st.integers(0, 30))
def test_the_same_seed_makes_the_same_calls(seed: int, calls: int) -> None:
    words: dict[str, Any] = {
        "seed": seed,
        "calls": calls,
        "extensions": ["8001", "8002"],
        "numbers": [KNOWN],
        "shares": Shares(),
    }
    made = plan(**words)
    assert made == plan(**words) and len(made) == calls


def test_shares_are_kept_to() -> None:
    words: dict[str, Any] = {"seed": 7, "calls": 40, "extensions": [], "numbers": [KNOWN]}
    all_known = plan(**words, shares=Shares(1, 0, 0))
    assert {(one.number, one.is_abandoned) for one in all_known} == {(KNOWN, False)}
    strangers = plan(**words, shares=Shares(0, 0, 1))
    assert KNOWN not in {one.number for one in strangers}
    assert all(one.is_abandoned for one in strangers)


@pytest.mark.django_db(transaction=True)
def test_calls_are_told_of_over_http(live_server: Any) -> None:
    make_cast()
    said = StringIO()
    words: dict[str, Any] = {"url": live_server.url, "pace": 0, "stdout": said}
    call_command("simulate_calls", calls=6, abandon=0.5, seed=3, new_key=True, **words)
    abandoned = said.getvalue().count("abandoned")
    assert Call.objects.count() == 6
    assert 0 < Matter.objects.filter(kind="callback").count() == abandoned < 6
    secret = said.getvalue().split()[2]
    call_command(
        "simulate_calls",
        once=True,
        number=KNOWN,
        extension=["8001"],
        seed=9,
        secret=secret,
        **words,
    )
    assert Call.objects.get(call_id="sim-9-1").extension == "8001"
    for wrong in (
        {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
        {"secret": ""},
        {"secret": secret, "url": "file:///etc/passwd"},
        {"secret": secret, "known": 3.0},
        {"secret": secret, "url": "http://127.0.0.1:9"},
        {"new_key": True, "community": "NOWHERE"},
    ):
        with pytest.raises(CommandError):
            call_command("simulate_calls", **{**words, "once": True, **wrong})
