"""A meter on the wall of the estate, and a reading of it with a photo that waits to be settled."""

from datetime import timedelta
from uuid import uuid4

from huiyin.doors.api.tests.cast import Site
from huiyin.fieldwork.tests.phone import a_picture
from huiyin.files.actions import store_photo
from huiyin.matters.tests.cast import AT
from huiyin.meters import actions
from huiyin.meters.models import Meter

CODE, ROUTE = "W-WALL", "3栋水表"


def make(site: Site, place: dict[str, str], secret: str) -> dict[str, str]:
    """Hang the meter where a page names it or its reading; return the page's place."""
    if not {CODE, "reading"} & set(place.values()):
        return place
    here = site.cast.town.community.pk
    if not Meter.objects.filter(code=CODE).exists():
        actions.add_meter(
            by=site.cast.caller("collector"),
            at=AT,
            community_id=here,
            code=CODE,
            kind="water",
            from_on=(AT - timedelta(days=60)).date(),
            place=secret,
            route=ROUTE,
            value="100",
        )
    by = site.cast.caller("technician")
    row = actions.read(
        by=by,
        at=AT,
        community_id=here,
        meter=CODE,
        read_on=(AT - timedelta(days=1)).date(),
        value="12",
        key=uuid4(),
        photo=store_photo(by=by, at=AT, name="m.jpg", data=a_picture(3)),
    )
    return {key: str(row.id) if value == "reading" else value for key, value in place.items()}
