"""Taking back what goes out with something else waits for its courier instead of blocking it."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from huiyin.estate.tests.cast import AT, make_town
from huiyin.notices import courier
from huiyin.notices.actions import withdraw_tellings
from huiyin.notices.models import Message, Telling
from huiyin.notices.tests.providers import Provider, refused
from huiyin.notices.tests.telling import MINUTE, news, say, told

Ways = dict[str, Provider]


@pytest.fixture
def lost() -> Iterator[list[Exception]]:
    """Collect what went wrong in threads."""
    faults: list[Exception] = []
    yield faults
    assert not faults


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("NOT-04")
def test_a_courier_that_has_the_bundle_in_hand_goes_first(
    ways: Ways, lost: list[Exception]
) -> None:
    town = make_town()
    ways["sms"].faults = [refused(permanent=False)]
    say(news(town, "YG-1:received"), news(town, "YG-2:received"))
    courier.run_once(AT + 5 * MINUTE)
    lead, began = told("YG-1:received"), threading.Event()

    def take_back() -> None:
        began.set()
        try:
            withdraw_tellings(at=AT + 6 * MINUTE, about="YG-2")
        except Exception as fault:
            lost.append(fault)
        finally:
            connection.close()

    thread = threading.Thread(target=take_back)
    with transaction.atomic():  # as a courier does: the telling first, then its message
        Telling.objects.select_for_update(no_key=True).get(pk=lead.pk)
        thread.start()
        began.wait()
        _until_somebody_waits()
        Message.objects.select_for_update(no_key=True).get(telling=lead, channel="sms")
    thread.join()
    assert told("YG-2:received").state == "dropped"


def _until_somebody_waits() -> None:
    with connection.cursor() as cursor:
        for _try in range(1000):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone() != (0,):
                return
            cursor.execute("SELECT pg_sleep(0.005)")
