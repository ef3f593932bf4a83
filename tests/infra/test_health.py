"""What machines ask: is it up, is it ready, how busy is it."""

from datetime import datetime, timedelta
from typing import NoReturn

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from huiyin.config import health
from huiyin.matters.models import Heartbeat


def swept(at: datetime) -> None:
    Heartbeat.objects.create(name="sweeper", at=at, seconds=0.0, fired=0)


def test_the_process_is_up(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_it_is_ready_when_the_clocks_were_swept_just_now(client: Client, moment: datetime) -> None:
    swept(moment - timedelta(seconds=5))
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["sweep_age_seconds"] == 5.0


@pytest.mark.django_db
@pytest.mark.parametrize("age", [None, 61])
def test_the_silence_of_the_sweeper_is_noticed(
    client: Client, moment: datetime, age: int | None
) -> None:
    if age is not None:
        swept(moment - timedelta(seconds=age))
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "clocks" in response.json()["problems"][0]


@pytest.mark.django_db
def test_a_migration_not_applied_is_noticed(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="matters").delete()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "not applied" in response.json()["problems"][0]


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_noticed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> NoReturn:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["problems"] == ["the database does not answer"]


@pytest.mark.django_db
def test_metrics_are_for_this_machine_or_the_bearer_of_the_token(
    client: Client, settings: Settings
) -> None:
    client.get("/healthz")
    assert b'huiyin_requests_total{method="GET",route="healthz"' in client.get("/metrics").content
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.9").status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 403
    through_a_proxy = {"X-Forwarded-For": "198.51.100.7"}
    assert client.get("/metrics", headers=through_a_proxy).status_code == 403
    settings.METRICS_TOKEN = "word"
    assert client.get("/metrics").status_code == 403
    given = client.get("/metrics", REMOTE_ADDR="10.0.0.9", headers={"Authorization": "Bearer word"})
    assert given.status_code == 200


@pytest.mark.django_db
def test_metrics_tell_that_the_age_is_unknown(client: Client) -> None:
    assert health.sweep_age() is None
    assert b"huiyin_sweep_age_seconds -1.0" in client.get("/metrics").content
