"""Every page, tried as nobody, as the right person, as the wrong role, from another community."""

import re
from urllib.parse import quote

import pytest

from huiyin.doors.console.tests.visit import nobody, text_of, visitor
from huiyin.matters.tests.cast import Cast

pytestmark = pytest.mark.django_db

PAGES = (
    "/desk/",
    "/desk/?house=3-1-1201",
    "/desk/find/?find=3-1",
    "/desk/sweep/",
    "/matters/",
    "/matters/counts/",
    "/matters/owners/",
    "/work/",
    "/inbox/",
    "/inbox/unread/",
    "/standards/",
    "/standards/history/",
    "/standards/clauses/complaint.assign/",
    "/calendar/",
    "/figures/",
    "/figures/?period=last",
    "/figures/assign_on_time/",
    "/staff/",
    "/hire/",
    "/staff/E009/",
    "/staff/E009/hand-over/",
    "/roster/",
    "/approvals/",
    "/approvals/?show=decided",
    "/approvals/count/",
    "/approvals/chains/",
    "/checklists/",
    "/checklists/?show=all",
    "/checklists/templates/",
    "/checklists/templates/four_checks/",
    "/checklists/templates/four_checks/edit/",
    "/blanks/",
    "/visits-back/",
    "/calls/",
    "/duty/",
    "/duty/history/",
    "/visitors/",
    "/visitors/new/",
    "/visitors/new/?here=1",
    "/knowledge/",
    "/knowledge/new/",
    "/guides/",
    "/guides/edit/",
    "/suggestions/",
    "/suggestions/edit/",
)


@pytest.mark.parametrize("address", PAGES)
def test_opens_for_a_manager(cast: Cast, address: str) -> None:
    cast.receive()
    response = visitor(cast, "manager").get(address)
    assert response.status_code == 200
    # A block of data (application/json) is no script: no policy lets it run.
    inline = r"\sstyle=|\son[a-z]+=|<script(?![^>]*( src=| type=\"application/json\"))"
    assert not re.search(inline, text_of(response))


@pytest.mark.parametrize("address", PAGES)
def test_sends_nobody_to_the_log_in(address: str) -> None:
    response = nobody().get(address)
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={quote(address)}"


def test_a_fragment_tells_nobody_to_log_in_and_swaps_nothing(cast: Cast) -> None:
    response = nobody().get("/matters/", htmx=True)
    assert response.status_code == 401
    assert response["Content-Type"].startswith("text/plain")


def test_home_is_the_desk_for_the_desk_and_work_for_the_field(cast: Cast) -> None:
    assert visitor(cast, "receptionist").get("/")["Location"] == "/desk/"
    assert visitor(cast, "technician").get("/")["Location"] == "/work/"


@pytest.mark.parametrize(
    "address", ["/matters/{number}/", "/matters/{number}/photos/1/", "/desk/house/5-1-101/"]
)
def test_another_community_finds_nothing(cast: Cast, address: str) -> None:
    number = cast.receive()
    response = visitor(cast, "E031").get(address.format(number=number))
    assert response.status_code == 404
    assert "堆放杂物" not in text_of(response)


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("/standards/clauses/complaint.assign/", {"limit": "20m", "reason": "试行"}),
        ("/hire/", {"code": "E050", "name": "新人", "post": "guard", "from_on": "2026-03-16"}),
        ("/staff/E009/reset-password/", {"reset-password-sure": "on"}),
        ("/staff/E009/hand-over/", {"reason": "离职", "sure": "on"}),
        ("/roster/", {}),
        ("/calendar/", {"day": "2026-03-18", "is_working": "0"}),
    ],
)
def test_a_technician_may_not_lead(cast: Cast, address: str, given: dict[str, str]) -> None:
    assert visitor(cast, "technician").http.post(address, given).status_code == 403


def test_somebody_without_a_post_is_told_whom_to_ask(cast: Cast) -> None:
    holder = cast.employee("guard")
    holder.holdings.all().delete()
    response = visitor(cast, "guard").get("/work/")
    assert response.status_code == 403
    assert "没有任何岗位" in text_of(response)


@pytest.mark.parametrize("address", ["/nowhere/", "/matters/YG-20260316-9999/"])
def test_what_is_not_there_says_so(cast: Cast, address: str) -> None:
    response = visitor(cast, "manager").get(address)
    assert response.status_code == 404
    assert "没有" in text_of(response)


def test_a_page_is_not_kept_by_anybody(cast: Cast) -> None:
    response = visitor(cast, "manager").get("/desk/")
    assert "no-store" in response["Cache-Control"]
    assert "HX-Request" in response["Vary"]
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
