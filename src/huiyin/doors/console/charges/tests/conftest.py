"""The estate that is ready to be billed."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from huiyin.billing.tests.cast import Estate
    from huiyin.matters.tests.cast import Cast


@pytest.fixture
def estate(cast: "Cast") -> "Estate":
    """Build the estate with its books, charges and households."""
    from huiyin.billing.tests.cast import make_estate

    return make_estate(cast)
