"""What the tests of the public pages share: the standing cast, and a sticker in a hall."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from huiyin.matters.tests.cast import Cast


@pytest.fixture
def cast(db: None) -> "Cast":
    """Build YG and CH with everybody who works there."""
    from huiyin.matters.tests.cast import make_cast

    return make_cast()


@pytest.fixture
def token(cast: "Cast") -> str:
    """Make a sticker in the hall of building 3 and return its token."""
    from huiyin.estate.models import Community
    from huiyin.intake.actions import make_stickers
    from huiyin.intake.models import Sticker
    from huiyin.matters.tests.cast import AT

    Community.objects.filter(code="YG").update(phone="0755-26001234")
    make_stickers(
        by=cast.caller("manager"),
        at=AT,
        community="YG",
        buildings=["3"],
        places=["大堂"],
        kind="repair.public",
    )
    return Sticker.objects.get().token


@pytest.fixture(autouse=True)
def own_files(tmp_path: Any, settings: Any) -> None:
    """Keep the files of these tests apart."""
    settings.HOME = tmp_path
