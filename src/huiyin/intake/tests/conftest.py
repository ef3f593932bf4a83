"""The cast of matters, and a mailbox on a real IMAP server of this machine."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from huiyin.matters.tests.cast import Cast


@pytest.fixture
def cast(db: None) -> "Cast":
    """Build the standing cast."""
    from huiyin.matters.tests.cast import make_cast

    return make_cast()


@pytest.fixture(autouse=True)
def own_files(tmp_path: Any, settings: Any) -> None:
    """Keep the files of these tests apart."""
    settings.HOME = tmp_path
