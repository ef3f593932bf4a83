"""The benches measure what they say: the same checks on a few rows instead of a million."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory

from huiyin.flows import bench
from huiyin.flows.bench import bare, billing, fill, letters, notices, sweep
from huiyin.flows.bench.measure import Result, against_floor, against_limit
from huiyin.matters.models import Event, Matter, Promise
from huiyin.notices.models import Message, Telling


@pytest.fixture
def filled(db: None, moment: datetime) -> None:
    """Fill two hundred matters, fifty of them open, with five promises each."""
    community = fill.settle(moment, households=1)
    fill.fill_matters(community=community, at=moment, matters=200, open_matters=50)
    fill.fill_promises(community=community, at=moment)


def test_rows_are_filled_as_the_engine_wants_them(filled: None, moment: datetime) -> None:
    assert Matter.objects.filter(closed_at__isnull=True).count() == 50
    assert Promise.objects.filter(state="running").count() == 250
    assert Promise.objects.filter(state="kept").count() == 750
    assert sweep.tick(moment) == 0


def test_due_alarms_are_counted_as_sent_once(filled: None, moment: datetime) -> None:
    at = moment + timedelta(minutes=1)
    armed = sweep._arm(at, 20)
    assert sweep.tick(at) == len(armed) == 20
    assert _not_once(at, armed) == 0
    assert sweep.tick(at) == 0


def test_a_reminder_written_twice_or_never_is_noticed(filled: None, moment: datetime) -> None:
    at = moment + timedelta(minutes=1)
    armed = sweep._arm(at, 20)
    assert _not_once(at, armed) == 20
    sweep.tick(at)
    Event.objects.create(
        matter=Matter.objects.get(promises=armed[0]),
        at=at,
        recorded_at=at,
        kind="escalated",
        by_name="系统",
    )
    assert _not_once(at, armed) == 1


def test_the_floor_does_the_same_work_in_one_statement(filled: None, moment: datetime) -> None:
    at = moment + timedelta(minutes=1)
    sweep._arm(at, 10)
    sweep._bare_batch(at)
    assert Event.objects.filter(kind="escalated", at=at).count() == 10
    assert not Promise.objects.filter(next_alarm_at__lte=at).exists()


def test_the_bare_view_reads_one_row(filled: None) -> None:
    matter = Matter.objects.order_by("id").first()
    assert matter is not None
    response = bare.row(RequestFactory().get("/"), matter.pk)
    assert json.loads(response.content)["number"] == matter.number


def test_a_limit_holds_the_value_and_a_ratio_the_floor() -> None:
    assert against_limit("tick", 4.9, "ms", 5.0, floor=1.0).ok
    assert not against_limit("tick", 5.1, "ms", 5.0).ok
    assert against_floor("page", 10, "ms", floor=2.0, most=5).ok
    assert not against_floor("page", 10.1, "ms", floor=2.0, most=5).ok
    assert "FAIL" in against_limit("tick", 5.1, "ms", 5.0).line()


def test_results_are_printed_as_promised(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    held = Result("a", 1.0, "ms", 0.5, 2.0, 8.0)
    failed = Result("b", 9.0, "ms", 1.0, 9.0, 8.0, ok=False)
    monkeypatch.setattr(bench, "scratch_database", _no_database)
    monkeypatch.setattr(bench, "BENCHES", {"intake": lambda _households: (held, failed)})
    assert bench.run("intake", None, as_json=True) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["bench"] == "intake"
    assert list(told["results"][0]) == ["what", "value", "unit", "floor", "ratio", "limit", "ok"]


def test_an_unknown_bench_and_production_are_refused(settings: Any) -> None:
    with pytest.raises(bench.UnableToBench, match="sweep"):
        bench.run("speed")
    settings.PRODUCTION = True
    with pytest.raises(bench.UnableToBenchHere):
        bench.run("sweep")


@contextmanager
def _no_database() -> Iterator[None]:
    yield


def _not_once(at: datetime, armed: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sweep._NOT_ONCE, {"at": at, "armed": armed})
        return int(cursor.fetchone()[0])


def test_letters_differ_and_are_held_against_as_many_plain_pages(monkeypatch: Any) -> None:
    monkeypatch.setattr(letters, "LETTERS", 3)
    monkeypatch.setattr(letters, "TIMES", 1)
    assert letters.letter(1) != letters.letter(2)
    whole, one, *_memory = letters.run(0)
    assert whole.what == "3 one-page letters in one file"
    assert whole.floor and whole.limit == letters.MOST_SECONDS
    assert one.ok


@pytest.mark.django_db(transaction=True)
def test_people_are_told_routed_and_reached_beside_the_clock(
    monkeypatch: pytest.MonkeyPatch, moment: datetime
) -> None:
    monkeypatch.setattr(notices, "PEOPLE", 30)
    monkeypatch.setattr(notices, "PROVIDER_SECONDS", 0.0)
    monkeypatch.setattr(notices, "TICKS", 30)
    written, routed, beside, meanwhile = notices.run(1)
    assert Telling.objects.count() == 30
    assert written.ok and written.limit == 5.0
    assert routed.unit == "s" and beside.floor is not None
    assert meanwhile.value == Message.objects.filter(channel="sms", state="delivered").count() > 0


@pytest.mark.slow
@pytest.mark.rule("BIL-06")
@pytest.mark.django_db(transaction=True)
def test_billing_is_held_against_the_rows_it_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(billing, "SMALL", 20)
    monkeypatch.setattr(billing, "LARGEST", 30)
    monkeypatch.setattr(billing, "_memory", lambda: None)
    results = {one.what: one for one in billing.run(50)}
    assert "50 households, 150 lines: draft, check and post" in results
    assert results["rows it wrote"].value == 0
    assert all(one.floor for name, one in results.items() if name.endswith(("draft", "post")))
