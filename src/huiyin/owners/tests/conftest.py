"""What the tests of owners stand on."""

from typing import Any

import pytest


@pytest.fixture
def cast(db: None) -> Any:
    """Build the standing cast."""
    from huiyin.matters.tests.cast import make_cast

    return make_cast()


@pytest.fixture(autouse=True)
def own_files(tmp_path: Any, settings: Any) -> None:
    """Keep the files of these tests apart."""
    settings.HOME = tmp_path
