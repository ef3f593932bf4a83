"""The town whose owners are told things, and providers that remember what arrived."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from huiyin.estate.tests.cast import Town
    from huiyin.notices.tests.providers import Provider


@pytest.fixture
def town(db: None) -> "Town":
    """Build YG with an owner and a tenant."""
    from huiyin.estate.tests.cast import make_town

    return make_town()


@pytest.fixture
def ways() -> "Iterator[dict[str, Provider]]":
    """Set up SMS and e-mail and nothing else."""
    from huiyin.notices.tests.providers import Provider, played

    with played(Provider("sms"), Provider("email")) as providers:
        yield providers
