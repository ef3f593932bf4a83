"""The cast of matters."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from huiyin.matters.tests.cast import Cast


@pytest.fixture
def cast(db: None) -> "Cast":
    """Build the standing cast."""
    from huiyin.matters.tests.cast import make_cast

    return make_cast()
