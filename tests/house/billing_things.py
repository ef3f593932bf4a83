"""What the pages and calls about charges are tried on: an estate, a bill, a run."""

from collections.abc import Callable

from huiyin.billing.models import Bill
from huiyin.billing.tests.bills import billed
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.doors.api.tests.cast import Site


def a_bill(estate: Estate) -> str:
    """Bill the flat of somebody with a secret for a name; return the number."""
    return billed(estate).number


THINGS: dict[str, Callable[[Estate], str]] = {"bill": a_bill}


def make(site: Site, place: dict[str, str], secret: str) -> dict[str, str]:
    """Make what a page names; return the page's place with it, a secret being the owner's name."""
    named = {key: value for key, value in place.items() if value in THINGS}
    if not named or Bill.objects.exists():
        return place
    estate = make_estate(site.cast)
    owner = estate.people["owner"]
    owner.name = secret
    owner.save(update_fields=["name"])
    return place | {key: THINGS[value](estate) for key, value in named.items()}
