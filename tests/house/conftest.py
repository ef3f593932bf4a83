"""The cast, calling the API and opening pages."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from huiyin.doors.api.tests.cast import Site


@pytest.fixture
def site(db: None) -> "Site":
    """Build the standing cast."""
    from huiyin.doors.api.tests.cast import make_site

    return make_site()
