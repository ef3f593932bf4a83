"""The cast, calling the API."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from huiyin.doors.api.tests.cast import Site
    from huiyin.matters.tests.cast import Cast


@pytest.fixture
def site(db: None) -> "Site":
    """Build the standing cast."""
    from huiyin.doors.api.tests.cast import make_site

    return make_site()


@pytest.fixture
def cast(db: None) -> "Cast":
    """Build the standing cast alone."""
    from huiyin.matters.tests.cast import make_cast

    return make_cast()
