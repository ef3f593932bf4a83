"""What the pages of announcements name: a draft, one that is out, its posters, doors, letters."""

from datetime import timedelta

from huiyin.announcements import actions
from huiyin.announcements.actions import Content
from huiyin.announcements.audience import Audience
from huiyin.announcements.models import Announcement, Posting, Slip
from huiyin.announcements.rules import CHANNELS
from huiyin.doors.api.tests.cast import Site
from huiyin.fieldwork.tests.phone import a_picture
from huiyin.files.actions import store_photo
from huiyin.incidents.actions import raise_alarm
from huiyin.matters.tests.cast import AT

DRAFTS = ("announcement_draft", "emergency_draft")
NAMED_BY = ("number", "pk")  # the other blanks of addresses mean what they say
THINGS = (*DRAFTS, "announcement", "posting", "hung", "door", "posted_door", "letter")


class Photo:
    """A photo that can be sent as often as a test likes."""

    name = "hall.png"
    content_type = "image/png"

    def read(self) -> bytes:
        """Return its bytes."""
        return a_picture()


def make(site: Site, place: dict[str, str], secret: str) -> dict[str, str]:
    """Make what the address names, so that a stranger could read its secret; fill its blanks."""
    named = {what for key, what in place.items() if key in NAMED_BY} & set(THINGS)
    if not named:
        return place
    number = _draft(site, secret, urgent="emergency_draft" in named)
    if not named & set(DRAFTS):
        _publish(site, number)
    filled = dict(place)
    for key, what in place.items():
        if key not in NAMED_BY:
            continue
        if what in (*DRAFTS, "announcement"):
            filled[key] = number
        elif what in THINGS:
            filled[key] = str(_row(site, what))
    return filled


def power_cut(site: Site, secret: str) -> str:
    """Open the plan of a power cut; return the incident's number."""
    by = site.cast.caller("guard")
    cut = {"community": "YG", "plan": "power_cut", "place": "3栋", "text": secret}
    return raise_alarm(by=by, at=AT, **cut)  # type: ignore[arg-type]


def _draft(site: Site, secret: str, *, urgent: bool) -> str:
    day = AT.date()
    content = Content(
        category="other",
        title=secret,
        body=secret,
        audience=Audience("all"),
        starts_on=day,
        ends_on=day + timedelta(days=1),
        channels=CHANNELS,
        urgent=urgent,
    )
    by = site.cast.caller("keeper")
    community_id = site.cast.town.community.pk
    return actions.draft(by=by, at=AT, community_id=community_id, content=content)


def _publish(site: Site, number: str) -> None:
    Announcement.objects.filter(number=number).update(urgent=True)
    actions.release(by=site.cast.caller("manager"), at=AT, number=number, reason="急")


def _row(site: Site, what: str) -> int:
    """Return a poster or slip; with its proof where that is asked for."""
    by = site.cast.caller("keeper")
    if what in ("posting", "hung"):
        posting = Posting.objects.order_by("id")[0].pk
        if what == "hung":
            actions.post_up(by=by, at=AT, posting_id=posting, photos=[_photo(site)])
        return posting
    kind = "letter" if what == "letter" else "door"
    slip = Slip.objects.filter(kind=kind).order_by("id")[0].pk
    if what == "posted_door":
        actions.door_posted(by=by, at=AT, slip_id=slip, photos=[_photo(site)])
    return slip


def _photo(site: Site) -> int:
    return store_photo(by=site.cast.caller("keeper"), at=AT, name="p.png", data=a_picture())
