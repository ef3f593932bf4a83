"""The cast with two buildings that have entrances."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from huiyin.announcements.tests.blocks import Blocks
    from huiyin.matters.tests.cast import Cast


@pytest.fixture
def blocks(cast: "Cast") -> "Blocks":
    """Build two buildings with two entrances each, and their people."""
    from huiyin.announcements.tests.blocks import make_blocks

    return make_blocks(cast)
