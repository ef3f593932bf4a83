"""The estate of the tests."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huiyin.billing.tests.cast import Estate


def test_the_estate_is_ready_to_be_billed(estate: "Estate") -> None:
    from huiyin.billing.models import Assignment

    assert Assignment.objects.filter(community=estate.community).count() == 15
    assert estate.groups["A"].items.count() == 2
