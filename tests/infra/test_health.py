"""What machines ask."""

import pytest
from django.test import Client


def test_healthz_says_the_process_is_up(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_readyz_says_why_it_is_not_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code in {200, 503}
