"""The app of the phone: it keeps nothing of anybody, lives beside the other one, and is small."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.test import Client
from whitenoise import WhiteNoise

from huiyin.billing.tests.bills import billed
from huiyin.billing.tests.cast import make_estate
from huiyin.config.storage import HashedModules
from huiyin.doors.portal.app import views
from huiyin.estate.models import Community
from huiyin.matters.tests.cast import AT, Cast, tick
from huiyin.owners.tests.people import OWNER, raised

BUDGET = 150 * 1024

pytestmark = pytest.mark.django_db


def files_of(page: str) -> set[str]:
    """Return the static files that a page loads, and the sprite that its icons come from."""
    asked = re.findall(
        r'<(?:link rel="stylesheet"|script)[^>]*(?:href|src)="/static/([^"]+)"', page
    )
    found = {*asked, *re.findall(r'<use href="/static/([^"#]+)#', page)}
    for name in [one for one in found if one.startswith("huiyin/") and one.endswith(".js")]:
        script = source(name).decode()
        found |= {f"huiyin/{one}" for one in re.findall(r'(?:from|import\() ?"\./([^"]+)"', script)}
    return found


def source(name: str) -> bytes:
    """Return a static file as it lies in the source."""
    path = finders.find(name)
    assert path, name
    return Path(path).read_bytes()


def read(file: Any, _size: int = 0) -> list[bytes]:
    """Take the place of the server's own way of sending a file."""
    with file:
        return [file.read()]


def sizes(tmp_path: Path, names: set[str]) -> dict[str, int]:
    """Collect files as production does and return what each is on the line, compressed."""
    root = tmp_path / "static"
    plain = StaticFilesStorage(location=root, base_url="/static/")
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(source(name))
    storage = HashedModules(location=root, base_url="/static/")
    hashed = {}
    for old, new, trouble in storage.post_process({name: (plain, name) for name in names}):
        assert not isinstance(trouble, Exception), trouble
        if not new.endswith((".gz", ".br")):
            hashed[old] = new
    server = WhiteNoise(None, root=str(root), prefix="static/", immutable_file_test=None)
    told: dict[str, int] = {}
    for name in names:
        answer: dict[str, Any] = {}

        def start(
            status: str, headers: list[tuple[str, str]], answer: dict[str, Any] = answer
        ) -> None:
            answer.update([*headers, ("status", status)])

        request = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": f"/static/{hashed[name]}",
            "HTTP_ACCEPT_ENCODING": "gzip, deflate",
            "wsgi.file_wrapper": read,
        }
        body = b"".join(server(request, start))
        assert answer["status"] == "200 OK", name
        if not name.endswith(".png"):
            assert answer["Content-Encoding"] == "gzip", name
        told[name] = len(body)
    return told


@pytest.mark.rule("OWN-01")
@pytest.mark.parametrize(
    "path", ["/my/login/", "/my/", "/my/request/", "/my/matters/", "/my/bills/"]
)
def test_the_first_page_is_at_most_150_kib_with_everything_it_loads(
    cast: Cast, owner_client: Callable[..., Client], tmp_path: Path, path: str
) -> None:
    for number in range(6):
        raised(cast, text=f"第 {number} 处水管漏水,地上都是水,麻烦尽快来看看")
    tick(AT)
    estate = make_estate(cast)
    for _number in range(25):
        billed(estate, kind="correction")
    client = Client() if path == "/my/login/" else owner_client()
    page = client.get(path).content.decode()
    small = client.get(path, headers={"accept-encoding": "gzip"})
    assert small["Content-Encoding"] == "gzip"
    files = sizes(tmp_path, files_of(page))
    whole = len(small.content) + sum(files.values())
    assert "vendor/tabler.min.css" not in files
    assert whole <= BUDGET


def test_the_worker_keeps_files_only_and_knows_its_place(client: Client) -> None:
    answer = client.get("/my/sw.js")
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/javascript")
    assert "no-cache" in answer["Cache-Control"]
    told = json.loads(re.findall(r"const PORTAL = (\{.*?\});", text)[0])
    assert told["offline"] == "/my/offline/?language=zh-hans"
    assert all(one.startswith("/static/") for one in told["assets"])
    for name in views.ASSETS:
        assert finders.find(name), name
    # The technicians' worker clears every cache that begins with its own name.
    assert 'NAMES = "portal-"' in text
    assert "put(PORTAL.offline" in text
    assert text.count(".put(") == 1


def test_it_keeps_what_every_page_asks_for(cast: Cast, owner_client: Callable[..., Client]) -> None:
    page = owner_client().get("/my/").content.decode()
    assert files_of(page) <= {*views.ASSETS}


def test_the_page_for_no_signal_says_nothing_about_anybody(
    cast: Cast, owner_client: Callable[..., Client]
) -> None:
    number = raised(cast)
    nobody, owner = Client().get("/my/offline/"), owner_client().get("/my/offline/")
    assert nobody.content == owner.content
    text = nobody.content.decode()
    for secret in (number, "王丽", OWNER, "csrf", "YG"):
        assert secret not in text
    english = Client().get("/my/offline/", {"language": "en"}).content.decode()
    assert '<html lang="en">' in english
    assert '<html lang="zh-Hans">' in Client().get("/my/offline/?language=xx").content.decode()


def test_the_manifest_is_the_owners_own(client: Client) -> None:
    told = client.get("/my/manifest.webmanifest").json()
    other = client.get("/manifest.webmanifest").json()
    assert told["id"] == told["scope"] == told["start_url"] == "/my/"
    assert told["id"] != other["id"]
    assert {"192x192", "512x512"} <= {one["sizes"] for one in told["icons"]}
    assert any(one["purpose"] == "maskable" for one in told["icons"])
    assert [one["url"] for one in told["shortcuts"]] == ["/my/request/", "/my/matters/"]


def test_every_page_says_where_its_app_is(cast: Cast, owner_client: Callable[..., Client]) -> None:
    Community.objects.update(phone="0755-26001234")
    for client, path in ((Client(), "/my/login/"), (owner_client(), "/my/")):
        page = client.get(path).content.decode()
        assert 'href="/my/manifest.webmanifest"' in page
        assert 'data-worker="/my/sw.js"' in page
