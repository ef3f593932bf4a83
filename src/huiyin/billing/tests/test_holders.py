"""Whose a house is where the roster names no owner of its own."""

from typing import TYPE_CHECKING

from huiyin.billing.models import DraftLine
from huiyin.billing.tests.test_drafting import MONTH, QUARTER, begun, draft
from huiyin.estate.models import Occupancy

if TYPE_CHECKING:
    from huiyin.billing.tests.cast import Estate


def test_a_space_in_nobodys_name_is_theirs_whose_flat_it_goes_with(estate: "Estate") -> None:
    space = estate.houses["space"]
    Occupancy.objects.filter(house=space).delete()
    space.goes_with = estate.houses["let"]
    space.save()
    draft(begun(estate, "B", MONTH))
    line = DraftLine.objects.get(house=space)
    assert line.payer == line.liable == estate.people["landlord"]


def test_a_space_in_somebodys_name_is_theirs(estate: "Estate") -> None:
    space = estate.houses["space"]
    space.goes_with = estate.houses["let"]
    space.save()
    draft(begun(estate, "B", MONTH))
    assert DraftLine.objects.get(house=space).payer == estate.people["owner"]


def test_an_office_without_an_owner_is_paid_by_the_company_in_it(estate: "Estate") -> None:
    Occupancy.objects.filter(house=estate.houses["shop"]).update(role="company")
    draft(begun(estate, "A", QUARTER))
    line = DraftLine.objects.get(house=estate.houses["shop"], item__code="management")
    assert line.payer == line.liable == estate.people["company"]
