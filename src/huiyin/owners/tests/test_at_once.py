"""An impatient thumb: the same form twice at the same moment is done once (OWN-01)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from huiyin.kernel.errors import Refused
from huiyin.matters.models import Event
from huiyin.matters.tests.cast import AT, make_cast
from huiyin.owners import actions
from huiyin.owners.tests.people import caller, raised
from huiyin.owners.tests.test_following import finished

LATER = AT + timedelta(hours=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("OWN-01")
@pytest.mark.parametrize(
    ("verb", "given", "kind"),
    [
        ("rate", {"satisfaction": 1}, "rated"),
        ("rate", {"satisfaction": 5}, "visited_back"),
        ("reopen", {"reason": "还在漏"}, "reopened"),
        ("confirm", {}, "signed"),
        ("chase", {}, "chased"),
    ],
)
def test_pressed_twice_at_once_it_counts_once(verb: str, given: dict[str, Any], kind: str) -> None:
    cast = make_cast()
    number = raised(cast) if verb == "chase" else finished(cast)
    me, both = caller(), Barrier(2)

    def press(_time: int) -> bool:
        both.wait()
        try:
            getattr(actions, verb)(by=me, at=LATER, number=number, **given)
        except Refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        done = sorted(pool.map(press, range(2)))
    assert done == [False, True]
    assert Event.objects.filter(matter__number=number, kind=kind).count() == 1
