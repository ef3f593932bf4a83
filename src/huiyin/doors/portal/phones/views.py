"""Telephone numbers an owner may need, each one tap away."""

from collections import defaultdict
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from huiyin.doors.portal.page import OwnerRequest, owner_page
from huiyin.estate.rows import CommunityRow
from huiyin.incidents import queries as incidents
from huiyin.incidents.queries import ContactRow
from huiyin.kernel.caller import SYSTEM
from huiyin.owners.contacts import keeper

# Firms whose own numbers an owner may ring; other entries of the call list are for colleagues.
FIRMS = frozenset({"power", "water", "gas", "lift"})
ICONS = {
    "police": "shield",
    "fire": "flame",
    "medics": "lifebuoy",
    "power": "bolt",
    "water": "droplet",
    "gas": "flame",
    "lift": "elevator",
}
# How owners say the numbers that are the same in the whole country.
NATIONAL = {
    "police": _("报警"),
    "fire": _("火警"),
    "medics": _("急救"),
    "power": _("供电服务热线"),
}


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who comes in an emergency."""

    icon: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class KeeperLine:
    """A keeper with the houses they look after."""

    name: str
    phone: str
    houses: str


@require_safe
@owner_page
def phones(request: OwnerRequest) -> HttpResponse:
    """Show the service centre, the keepers of one's buildings, and who comes in an emergency."""
    towns: dict[int, CommunityRow] = {one.community.id: one.community for one in request.households}
    listed = incidents.contacts(caller=SYSTEM, community_id=request.community.id)
    context = {
        "towns": list(towns.values()),
        "keepers": _keepers(request),
        "helpers": [
            Helper(ICONS[one.service], _name(one), one.phone) for one in listed if _is_for_all(one)
        ],
    }
    return render(request, "my_phones/phones.html", context)


def _keepers(request: OwnerRequest) -> list[KeeperLine]:
    """Return the keepers who can be rung, each once."""
    houses: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in request.households:
        found = keeper(caller=request.caller, house_id=one.house_id, at=request.moment)
        if found is not None and found.phone:
            houses[found.name, found.phone].append(one.code)
    return [KeeperLine(name, phone, "、".join(codes)) for (name, phone), codes in houses.items()]


def _is_for_all(one: ContactRow) -> bool:
    """Tell whether a number is the whole country's, or of a firm that serves the community."""
    return one.service in ICONS and (not one.id or one.service in FIRMS)


def _name(one: ContactRow) -> str:
    return one.name if one.id else str(NATIONAL.get(one.service, one.name))
