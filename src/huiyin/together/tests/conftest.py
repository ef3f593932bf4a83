"""What these tests share: the standing cast."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from huiyin.matters.tests.cast import Cast


@pytest.fixture
def cast(db: None) -> "Cast":
    """Build YG and CH with everybody who works there."""
    from huiyin.matters.tests.cast import make_cast

    return make_cast()
