"""What the tests of the owners' pages share: the standing cast, and browsers that are logged in."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.test import Client

if TYPE_CHECKING:
    from huiyin.matters.tests.cast import Cast


@pytest.fixture
def cast(db: None) -> "Cast":
    """Build YG and CH with everybody who works there."""
    from huiyin.matters.tests.cast import make_cast

    return make_cast()


@pytest.fixture(autouse=True)
def own_files(tmp_path: Any, settings: Any) -> None:
    """Keep the files of these tests apart, and sessions of other tests out of the cache."""
    settings.HOME = tmp_path
    cache.clear()


@pytest.fixture
def owner_client(cast: "Cast") -> Callable[[str], Client]:
    """Give a browser that is logged in by a telephone number, by default that of 王丽."""
    from huiyin.owners.tests.people import OWNER, account

    def logged_in(phone: str = OWNER) -> Client:
        client = Client()
        client.force_login(account(phone))
        return client

    return logged_in
