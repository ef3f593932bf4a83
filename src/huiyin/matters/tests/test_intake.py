import pytest

from huiyin.matters.tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def test_call(cast: Cast) -> None:
    assert cast.receive() == "YG-20260316-0001"
