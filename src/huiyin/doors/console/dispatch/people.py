"""Who is there to send: duty and load beside every name (REC-15)."""

from dataclasses import dataclass

from huiyin.doors.parts.middleware import StaffRequest
from huiyin.matters import queries as matters
from huiyin.matters import titles
from huiyin.staff import queries as staff
from huiyin.staff.rules import Duty

# Posts that can be sent to a job, in the order they are listed.
SENT = (
    "technician",
    "maintenance_foreman",
    "keeper",
    "cleaner",
    "cleaning_foreman",
    "guard",
    "security_foreman",
    "gardener",
    "receptionist",
    "supervisor",
    "assistant",
    "manager",
)
# Kinds of matter and the posts that usually do them, first choice first.
USUAL = {
    "repair": ("technician", "maintenance_foreman"),
    "home_service": ("cleaner", "cleaning_foreman"),
    "complaint": ("keeper", "supervisor"),
    "builder_defect": ("technician", "keeper"),
    "callback": ("receptionist",),
}


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who can be sent: on duty or not, what is in hand, and how much of it is late."""

    code: str
    name: str
    post: str
    post_title: str
    present: bool
    load: matters.Load


def on_hand(request: StaffRequest) -> list[Hand]:
    """Return everybody who can be sent, those on duty first, the least loaded of a post first."""
    place = request.community
    directory = staff.directory(community_id=place.id, at=request.moment, zone=place.zone)
    loads = matters.loads(community_id=place.id, at=request.moment)
    hands = [
        _hand(one, loads.get(one.id, matters.NOTHING))
        for one in directory.people.values()
        if one.post in SENT
    ]
    return sorted(hands, key=lambda one: (not one.present, SENT.index(one.post), one.load.open))


def fitting(hands: list[Hand], kind: str) -> list[Hand]:
    """Return the same people, those who usually do this kind of work first."""
    usual = USUAL.get(kind.partition(".")[0], ())
    return sorted(hands, key=lambda one: (not one.present, one.post not in usual))


def _hand(one: Duty, load: matters.Load) -> Hand:
    return Hand(one.code, one.name, one.post, str(titles.POSTS[one.post]), one.present, load)
