"""The same call twice is carried out once: key and effect commit together."""

import threading
from datetime import UTC, datetime
from queue import Queue

import pytest
from django.db import connection, transaction

from huiyin.accounts.models import User
from huiyin.trail.actions import (
    Answer,
    BegunCall,
    UnableToBeginCall,
    UnableToReadKey,
    begin_call,
    finish_call,
)
from huiyin.trail.models import AnsweredCall

AT = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("e001")


def begin(user: User, key: str = "k1", fingerprint: str = "f1") -> BegunCall:
    return begin_call(user_id=user.pk, key=key, fingerprint=fingerprint, at=AT)


def test_the_second_call_gets_the_first_answer(user: User) -> None:
    call = begin(user)
    assert call.answer is None
    finish_call(call_id=call.id, status=201, body={"number": "YG-1"})
    assert begin(user).answer == Answer(201, {"number": "YG-1"})


def test_another_body_or_an_unfinished_call_is_refused(user: User) -> None:
    begin(user)
    with pytest.raises(UnableToBeginCall) as refusal:
        begin(user, fingerprint="f2")
    assert refusal.value.status == 409
    with pytest.raises(UnableToBeginCall):
        begin(user)


def test_keys_of_two_users_never_meet(user: User) -> None:
    begin(user)
    assert begin(User.objects.create_user("e002"), fingerprint="f2").answer is None


@pytest.mark.parametrize("key", ["", "  ", "k" * 121, "a\0b"])
def test_a_key_that_cannot_be_is_refused(user: User, key: str) -> None:
    with pytest.raises(UnableToReadKey):
        begin(user, key)


def test_an_effect_undone_frees_its_key(user: User) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        begin(user)
        raise ZeroDivisionError
    assert begin(user).answer is None


@pytest.mark.django_db(transaction=True)
def test_it_belongs_into_a_transaction() -> None:
    with pytest.raises(RuntimeError):
        begin(User.objects.create_user("e001"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("commits", [True, False])
def test_the_second_at_the_same_moment_waits_for_the_first(commits: bool) -> None:
    user = User.objects.create_user("e001")
    second: Queue[BegunCall] = Queue()

    def call_again() -> None:
        try:
            with transaction.atomic():
                second.put(begin(user))
        finally:
            connection.close()

    thread = threading.Thread(target=call_again)
    with transaction.atomic():
        first = begin(user)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive(), "the second call did not wait"
        finish_call(call_id=first.id, status=201, body="done")
        transaction.set_rollback(not commits)
    thread.join(10)
    assert second.get_nowait().answer == (Answer(201, "done") if commits else None)
    assert AnsweredCall.objects.count() == 1
