"""What no browser sends by itself: every page answers with 4xx or goes on, never with a fault."""

from typing import Any
from urllib.parse import quote

import pytest

from huiyin.doors.console.tests.visit import visitor
from huiyin.matters.tests.cast import Cast

STRANGE = ("\0", "a\0b", "²", "9" * 5000, "-1", "../..", "a/b", "\r\nX: y")
QUERIES = (
    ("/calls/", ("cursor", "outcome")),
    ("/calls/ringing/", ("seen",)),
    ("/duty/history/", ("cursor",)),
    ("/visitors/", ("on", "cursor")),
    ("/visitors/new/", ("here", "house", "caller")),
    ("/matters/", ("state", "kind", "owner", "overdue", "q", "cursor")),
    ("/matters/owners/", ("owner",)),
    ("/desk/", ("house", "done", "caller", "phone")),
    ("/desk/find/", ("find",)),
    ("/inbox/", ("cursor",)),
    ("/calendar/", ("year",)),
    ("/figures/", ("period",)),
    ("/figures/assign_on_time/", ("period", "cursor")),
)
ADDRESSES = (
    "/calls/{}/",
    "/duty/{}/",
    "/visitors/{}/",
    "/matters/{}/",
    "/matters/{}/photos/1/",
    "/desk/house/{}/",
    "/staff/{}/",
    "/staff/{}/hand-over/",
    "/staff/E009/{}/",
    "/figures/{}/",
    "/standards/clauses/{}/",
    "/standards/targets/{}/",
)
FORMS = (
    ("/calls/seat/", "number"),
    ("/calls/write/", "number"),
    ("/visitors/new/", "visitor"),
    ("/inbox/read/", "message"),
    ("/inbox/read/", "about"),
    ("/community/", "community"),
    ("/roster/confirm/", "token"),
    ("/hire/", "code"),
    ("/staff/E009/give-area/", "give-area-building_id"),
    ("/staff/E009/set-absence/", "set-absence-delegate"),
    ("/staff/E009/leave/", "leave-to"),
)


@pytest.mark.parametrize("strange", STRANGE, ids=lambda text: ascii(text)[:12])
def test_strange_text_in_an_address_or_a_hidden_field_is_no_fault(cast: Cast, strange: str) -> None:
    number = cast.receive()
    desk = visitor(cast, "manager")
    for path, names in QUERIES:
        for name in names:
            asked: dict[str, Any] = {name: strange}
            assert desk.get(path, **asked).status_code < 500, (path, name)
    inside = quote(strange, safe="")
    for address in ADDRESSES:
        assert desk.get(address.format(inside)).status_code in {200, 404, 405}, address
    for address in (f"/work/{inside}/accept/", f"/matters/{number}{inside}/note/"):
        assert 400 <= desk.post(address, {"note-text": "备注"}).status_code < 500, address
    for path, name in FORMS:
        assert desk.post(path, {name: strange}).status_code in {302, 404, 422}, (path, name)


def test_a_strange_message_marks_none_as_read(cast: Cast) -> None:
    cast.receive()
    keeper = visitor(cast, "keeper")
    before = keeper.get("/inbox/unread/").content
    keeper.post("/inbox/read/", message="²")
    assert keeper.get("/inbox/unread/").content == before
