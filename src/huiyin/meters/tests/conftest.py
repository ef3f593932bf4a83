"""The cast of matters, and meters on its walls."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from huiyin.matters.tests.cast import Cast
    from huiyin.meters.tests.cast import Wall


@pytest.fixture
def cast(db: None) -> "Cast":
    """Build the standing cast."""
    from huiyin.matters.tests.cast import make_cast

    return make_cast()


@pytest.fixture
def wall(cast: "Cast") -> "Wall":
    """Hang the meters of the standing cast."""
    from huiyin.meters.tests.cast import make_wall

    return make_wall(cast)
