"""Two people take one matter: one wins, the other is told who."""

import threading

import pytest
from django.db import connection

from huiyin.doors.api.tests.cast import Site, Told, make_site
from huiyin.matters.models import Event


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_two_people_take_one_matter_at_the_same_time(attempt: int) -> None:
    site = make_site()
    number = site.receive(kind="repair")
    takers = [site.api("keeper"), site.api("supervisor")]
    told: dict[str, Told] = {}
    ready = threading.Barrier(len(takers))

    def take(place: int) -> None:
        ready.wait()
        told[takers[place].code] = takers[place].post(f"/matters/{number}/accept")
        connection.close()

    threads = [threading.Thread(target=take, args=(place,)) for place in range(len(takers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.status for one in told.values()) == [200, 409], told
    winner = next(code for code, one in told.items() if one.status == 200)
    loser = next(one for one in told.values() if one.status == 409)
    assert site.cast.people[winner].name in loser.body["detail"]
    assert Event.objects.filter(matter__number=number, kind="accepted").count() == 1
    shown = site.api("manager").get(f"/matters/{number}").body
    assert shown["owner"]["code"] == winner


def test_the_second_is_told_who_was_faster(site: Site) -> None:
    number = site.receive()
    assert site.api("keeper").post(f"/matters/{number}/accept").status == 200
    told = site.api("supervisor").post(f"/matters/{number}/accept")
    assert told.status == 409
    assert site.cast.employee("keeper").name in told.body["detail"]
