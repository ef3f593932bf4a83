"""Photos through the API: sent first, then named."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from pytest_django.fixtures import Settings

from huiyin.doors.api.photos import PHOTO_MOST
from huiyin.doors.api.tests.cast import STRANGER, Api, Site, new_matter


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Settings) -> None:
    """Keep the files of these tests apart."""
    settings.HOME = tmp_path


def a_photo(colour: str = "red") -> bytes:
    """Make a small JPEG."""
    out = BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "JPEG")
    return out.getvalue()


def send(api: Api, data: bytes) -> tuple[int, str]:
    """Send a photo; return status and name."""
    response = api.http.post(
        "/api/v1/photos",
        data,
        content_type="image/jpeg",
        headers={"Authorization": f"Bearer {api.token}"},
    )
    return response.status_code, response.json().get("photo", "")


def test_a_photo_is_sent_named_and_looked_at(site: Site) -> None:
    api = site.api("receptionist")
    status, name = send(api, a_photo())
    assert status == 201
    matter = api.post("/matters", new_matter(photos=[name])).body
    (link,) = matter["photos"]
    headers = {"Authorization": f"Bearer {api.token}"}
    seen = api.http.get(link, headers=headers)
    assert (seen.status_code, seen["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(BytesIO(seen.content)).size == (8, 8)
    stranger = site.api(STRANGER)
    assert stranger.get(link.removeprefix("/api/v1")).status == 404
    assert stranger.post("/matters", new_matter(community="CH", photos=[name])).status == 422
    _status, after = send(api, a_photo("blue"))
    more = api.post(f"/matters/{matter['number']}/photos", {"photos": [after, after]})
    assert len(more.body["photos"]) == 2


@pytest.mark.parametrize(("data", "status"), [(b"", 422), (b"no photo", 422)])
def test_what_is_no_photo_is_refused(site: Site, data: bytes, status: int) -> None:
    assert send(site.api("receptionist"), data)[0] == status


def test_a_photo_too_large_is_refused(site: Site) -> None:
    assert send(site.api("receptionist"), b" " * (PHOTO_MOST + 1))[0] == 413
