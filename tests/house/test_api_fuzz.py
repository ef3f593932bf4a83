"""Whatever is sent to the API: never a fault of ours, always what the OpenAPI document says."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from huiyin.doors.api.tests.cast import Site
from huiyin.doors.api.urls import description
from tests.house.test_walls_api import ALL

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 12  # tries per operation: few, and the same ones each time
BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Let the application use the connection of the test, as Django's own test client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@cache
def document() -> Any:
    """Load the OpenAPI document, once, as something that makes up calls."""
    loaded = schemathesis.openapi.from_dict(description())
    loaded.app = WSGIHandler()
    return loaded


def make_real(call: Any, names: dict[str, str]) -> None:
    """Let a made-up call name what is there, so that it comes further than the first 404."""
    for part in (call.path_parameters, call.query, call.body):
        if isinstance(part, dict):
            part.update({key: value for key, value in names.items() if key in part})


@pytest.mark.slow
@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("name", sorted(ALL))
def test_nothing_makes_an_operation_fail(
    site: Site, name: str, tmp_path: Any, settings: Any
) -> None:
    settings.HOME = tmp_path
    method, path = ALL[name]
    operation = document()[path][method.upper()]
    headers = {"Authorization": f"Bearer {site.api('manager').token}"}
    number = site.cast.receive()
    calls = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

    @BOUNDED
    @given(call=calls, is_real=st.booleans())
    def attempt(call: Any, is_real: bool) -> None:
        if is_real:
            make_real(call, {"number": number, "matter": number, "community": "YG", "to": "E008"})
        call.call_and_validate(base_url="http://localhost", headers=headers, checks=CHECKS)

    attempt()
