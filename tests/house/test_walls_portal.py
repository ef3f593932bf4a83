"""Every address of the owners' pages tried as nobody, as an employee, as a stranger, as the owner.

The addresses are walked from the resolver: a new page fails here until it is classified. A stranger
is an owner too, of another house: who changes an id in an address or a form finds nothing (OWN-05).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver

from huiyin.announcements.audience import Audience
from huiyin.announcements.rules import Facts
from huiyin.announcements.tests.blocks import make_blocks
from huiyin.billing.models import Bill, ChargeItem
from huiyin.billing.tests.bills import billed
from huiyin.billing.tests.cast import make_estate
from huiyin.documents.tests import papers
from huiyin.doors.api.tests.cast import Site
from huiyin.doors.portal.requests import kept
from huiyin.files.actions import store_photo
from huiyin.kernel.caller import Caller
from huiyin.matters import actions as matters
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT
from huiyin.owners.access import NAMELESS
from huiyin.owners.models import Look
from huiyin.owners.tests.people import OWNER, account, caller, lives, person, raised
from huiyin.together import actions as together
from huiyin.trail.models import Entry
from tests.house.test_walls_api import SECRET, a_photo
from tests.house.test_walls_pages import routes

PORTAL = "my/"
STRANGER = "13611112222"  # owns the flat next door
OPEN = {  # before anybody is known; their own tests hold them to telling nobody anything
    "my/login/",
    "my/login/code/",
    "my/logout/",
    "my/verify/",
    "my/verify/thanks/",
    "my/manifest.webmanifest",
    "my/sw.js",
    "my/offline/",
}


@dataclass(frozen=True)
class Page:
    """How a page is meant to be used; ``*`` stands for what belongs to the owner.

    ``own`` says that it names nothing of anybody: a stranger gets a page about what is their own.
    """

    place: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    form: dict[str, Any] | None = None  # sent by POST when there is one
    own: bool = False
    state: str = "received"  # of the matter, for verbs
    right: tuple[int, ...] = (200, 302)
    stranger: int = 404


MINE = {"number": "*"}
REQUEST = {"kind": "repair", "text": "水管漏水", "house": "*house", "key": "*key"}
PAGES: dict[str, tuple[Page, ...]] = {
    "my/": (Page(own=True),),
    "my/choose/": (Page(form={"household": "*house"}),),
    "my/request/": (
        Page(own=True),
        Page(form=REQUEST, stranger=422),  # the house is none of those offered
        Page(form={**REQUEST, "kind": "complaint", "anonymous": "on"}, stranger=422),
    ),
    "my/request/answers/": (Page(form={"text": "停车怎么收费"}, own=True),),
    "my/request/done/": (Page(asked={"seen": "*seen"}, stranger=302),),  # no word of theirs
    "my/request/photos/<str:word>/": (Page({"word": "*word"}),),
    "my/matters/": (
        Page(own=True),
        Page(asked={"show": "all", "house": "*house"}, own=True),
    ),
    "my/matters/<str:number>/": (Page(MINE), Page(MINE, state="finished")),
    "my/matters/<str:number>/photos/<int:photo>/": (Page({**MINE, "photo": "*photo"}),),
    "my/matters/<str:number>/<str:verb>/": (
        Page({**MINE, "verb": "chase"}, form={"chase-note": "快"}),
        Page({**MINE, "verb": "add"}, form={"add-text": "更大了", "add-key": "*key"}),
        Page({**MINE, "verb": "confirm"}, form={}, state="finished"),
        Page({**MINE, "verb": "rate"}, form={"rate-satisfaction": "5"}, state="finished"),
        Page({**MINE, "verb": "reopen"}, form={"reopen-reason": "没好"}, state="finished"),
    ),
    "my/notices/": (Page(own=True), Page(asked={"show": "told"}, own=True)),
    "my/notices/read/": (Page(form={}, own=True),),
    "my/notices/<str:number>/": (Page({"number": "*notice"}),),
    "my/notices/<str:number>/paper/": (Page({"number": "*notice"}),),
    "my/papers/": (Page(own=True),),
    "my/papers/<int:pk>/": (Page({"pk": "*paper"}),),
    "my/bills/": (Page(own=True), Page(asked={"cursor": "WzEsMV0"}, own=True)),
    "my/bills/statement/": (Page(own=True), Page(asked={"house": "*billed"}, own=True)),
    "my/bills/statement/paper/": (Page(asked={"house": "*billed"}),),
    "my/bills/<str:number>/": (Page({"number": "*bill"}),),
    "my/bills/<str:number>/paper/": (Page({"number": "*bill"}),),
    "my/together/": (Page(own=True),),
    "my/together/gatherings/<int:pk>/": (
        Page({"pk": "*gathering"}),
        Page({"pk": "*gathering"}, form={"step": "up", "heads": "1"}),
    ),
    "my/together/surveys/<int:pk>/": (
        Page({"pk": "*survey"}),
        Page({"pk": "*survey"}, form={"q0": "5"}),
    ),
    "my/together/board/": (
        Page(own=True),
        Page(form={"key": "*key", "title": "寻钥匙", "text": "谁捡到了"}, own=True),
    ),
    "my/together/board/<int:pk>/": (
        Page({"pk": "*thread"}),
        Page({"pk": "*thread"}, form={"key": "*key", "text": "在大堂"}),
    ),
    "my/answers/": (Page(own=True), Page(asked={"q": "停车"}, own=True)),
    "my/phones/": (Page(own=True),),
    "my/prices/": (Page(own=True),),
    "my/me/": (Page(own=True),),
    "my/me/homes/": (Page(own=True),),
    "my/me/help/": (Page(own=True),),
    "my/me/language/": (Page(form={"language": "en"}, own=True),),
    "my/me/devices/": (Page(form={}, own=True),),
    "my/me/birthday/": (
        Page(own=True),
        Page(form={"person": "*person", "month": "3", "day": "16"}),
    ),
    "my/me/email/": (Page(own=True),),
    "my/me/email/code/": (Page(own=True),),
    "my/me/channels/": (Page(own=True),),
    "my/me/channels/wechat/": (Page(form={}, own=True, right=(200, 409)),),
    "my/me/channels/<str:channel>/forget/": (
        Page({"channel": "email"}, form={}, own=True, right=(302, 404)),
    ),
    "my/me/privacy/": (Page(own=True),),
    "my/me/privacy/export/": (Page(form={}, own=True),),
    "my/me/privacy/correction/": (
        Page(own=True),
        Page(form={"text": "名字写错了", "key": "*key"}, own=True),
    ),
}
CASES = [(route, place) for route, pages in PAGES.items() for place in range(len(pages))]


def all_routes() -> Iterator[str]:
    """Walk every address of the owners' pages."""
    return (route for route in routes(get_resolver()) if route.startswith(PORTAL))


@pytest.mark.rule("OWN-05")
def test_every_address_is_classified() -> None:
    assert sorted(set(all_routes())) == sorted({*PAGES, *OPEN})


def logged_in(phone: str) -> Client:
    """Open a browser that is logged in by a telephone number."""
    client = Client()
    client.force_login(account(phone))
    return client


class Things:
    """What belongs to 王丽 of 3-1-1201, by the name a page gives it."""

    def __init__(self, site: Site, state: str) -> None:
        self.site = site
        cast = site.cast
        self.me: Caller = caller()
        lives(person(cast, "邻居", STRANGER), cast.town.other)
        self.number = raised(cast, text=SECRET)
        self.photo = store_photo(by=NAMELESS, at=AT, name="p.jpg", data=a_photo())
        desk = cast.caller("manager")
        matters.add_photos(by=desk, at=AT, number=self.number, photos=[self.photo], stage="after")
        if state == "finished":
            matters.assign_matter(by=desk, at=AT, number=self.number, to=cast.code("technician"))
            by = cast.caller("technician")
            matters.finish_matter(by=by, at=AT, number=self.number, result=SECRET)

    def named(self, name: str) -> str:
        """Return what stands in an address or a form for a name."""
        makers: dict[str, Callable[[], object]] = {
            "*": lambda: self.number,
            "*photo": lambda: self.photo,
            "*house": lambda: self.site.cast.town.flat.pk,
            "*person": lambda: self.site.cast.town.owner.pk,
            "*key": uuid4,
            "*word": lambda: kept.shown([self.photo], by=self.me)[0].word,
            "*seen": self.seen,
            "*notice": self.notice,
            "*paper": self.paper,
            "*bill": lambda: self.bill.number,
            "*billed": lambda: self.bill.house_id,
            "*gathering": lambda: self.together("gathering"),
            "*survey": lambda: self.together("survey"),
            "*thread": lambda: self.together("thread"),
        }
        return str(makers[name]())

    def seen(self) -> str:
        """Return the word that leads to the page of thanks."""
        return signing.dumps([self.number, False], salt=f"request-done:{self.me.user_id}")

    def together(self, what: str) -> int:
        """Make something neighbours of the other community share: 王丽 lives there too."""
        cast = self.site.cast
        place = cast.neighbour.community.pk
        by, day = cast.caller("E033"), AT.date()
        if what == "thread":
            post: dict[str, Any] = {"title": SECRET, "text": SECRET, "key": uuid4()}
            return together.write_post(by=self.me, at=AT, community_id=place, **post)
        if what == "survey":
            sheet: dict[str, Any] = {"intro": "", "opens_on": day, "closes_on": day}
            pk = together.save_survey(
                by=by, at=AT, community_id=place, title=SECRET, questions=SECRET, **sheet
            )
            together.open_survey(by=by, at=AT, survey_id=pk)
            return pk
        until = AT + timedelta(days=1)
        when = {"starts_at": until, "ends_at": until + timedelta(hours=2), "sign_up_until": until}
        words: dict[str, Any] = {"title": SECRET, "text": SECRET, "place": "花园", **when}
        return together.plan_gathering(by=by, at=AT, community_id=place, **words)

    @cached_property
    def bill(self) -> Bill:
        """Bill the owner for something nobody else may know of."""
        estate = make_estate(self.site.cast)
        ChargeItem.objects.filter(pk=estate.items["management"].pk).update(name=SECRET)
        return billed(estate)

    def paper(self) -> int:
        """Issue a letter for the owner's household."""
        house = self.site.cast.town.flat.pk
        given: dict[str, Any] = {"title": SECRET, "house_id": house, "confidential": "owner"}
        return papers.issue(self.site.cast, **given).id

    def notice(self) -> str:
        """Publish an announcement for the owner's house alone."""
        blocks = make_blocks(self.site.cast)
        return blocks.published(
            category="general",
            title=SECRET,
            audience=Audience("houses", (self.site.cast.town.flat.pk,)),
            channels=("app",),
            facts=Facts(),
        )

    def filled(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return values with the names replaced."""
        return {
            key: self.named(one) if isinstance(one, str) and one.startswith("*") else one
            for key, one in values.items()
        }


def opened(client: Client, path: str, page: Page, things: Things) -> tuple[int, str, str]:
    """Open a page; return status, text and where it leads."""
    if page.form is None:
        response = client.get(path, things.filled(page.asked))
    else:
        response = client.post(path, things.filled(page.form))
    text = response.content.decode(errors="replace")
    return response.status_code, text, response.headers.get("Location", "")


@pytest.fixture(autouse=True)
def apart(tmp_path: Any, settings: Any) -> None:
    """Keep the files and sessions of these tests apart."""
    settings.HOME = tmp_path
    cache.clear()


@pytest.mark.rule("OWN-05")
@pytest.mark.parametrize(("route", "place"), CASES)
def test_a_page_keeps_its_walls(site: Site, route: str, place: int) -> None:
    page = PAGES[route][place]
    things = Things(site, page.state)
    path = f"/{route}"
    for key, value in things.filled(page.place).items():
        path = path.replace(f"<str:{key}>", value).replace(f"<int:{key}>", value)

    status, text, leads_to = opened(Client(), path, page, things)
    assert status == 302 and leads_to.startswith("/my/login/"), (status, leads_to)
    assert SECRET not in text

    employee = Client()
    user = site.cast.employee("manager").user
    assert user is not None
    employee.force_login(user)
    status, text, _leads = opened(employee, path, page, things)
    assert status == 403 and SECRET not in text

    before = Matter.objects.count(), Look.objects.count()
    status, text, leads_to = opened(logged_in(STRANGER), path, page, things)
    if page.own:
        assert status in page.right, status
    else:
        assert status == page.stranger, (status, leads_to)
        assert (Matter.objects.count(), Look.objects.count()) == before
    said = text.replace(things.number, "") if things.number in path else text
    for secret in (SECRET, "3-1-1201", "王丽", OWNER, things.number):
        assert secret not in said, secret
    assert things.number not in leads_to

    status, text, leads_to = opened(logged_in(OWNER), path, page, things)
    errors = [line for line in text.splitlines() if "hy-error" in line]
    assert status in page.right, (status, errors)
    assert not leads_to.startswith("/my/login/")


@pytest.mark.rule("OWN-05")
def test_a_number_that_is_nobodys_opens_no_page(site: Site) -> None:
    things = Things(site, "received")
    client = logged_in("13711112222")
    for path in ("/my/", "/my/matters/", f"/my/matters/{things.number}/", "/my/me/privacy/"):
        response = client.get(path)
        assert response.status_code == 403
        assert SECRET not in response.content.decode()


@pytest.mark.rule("OWN-05")
def test_staff_pages_are_closed_to_owners(site: Site) -> None:
    things = Things(site, "received")
    client = logged_in(OWNER)
    for path in ("/matters/", f"/matters/{things.number}/", "/desk/", "/staff/", "/roster/"):
        response = client.get(path)
        assert response.status_code in {403, 404}, path
        assert SECRET not in response.content.decode()


@pytest.mark.rule("CMP-11")
def test_what_is_sent_anonymously_leads_nowhere_back(site: Site) -> None:
    user = account(OWNER)
    client = logged_in(OWNER)
    response = client.post(
        "/my/request/",
        {
            **REQUEST,
            "house": str(site.cast.town.flat.pk),
            "kind": "complaint",
            "anonymous": "on",
            "key": str(uuid4()),
            "photos": SimpleUploadedFile("IMG_王丽.jpg", a_photo()),
        },
    )
    assert response.status_code == 302, response.content.decode()[:2000]
    matter = Matter.objects.get(anonymous=True)
    assert matter.photos.count() == 1
    for entry in Entry.objects.all():
        assert entry.by_id != user.pk and "王丽" not in f"{entry.by_name}{entry.after}"
    assert client.get(f"/my/matters/{matter.number}/").status_code == 404
    assert matter.number not in client.get("/my/matters/?show=all").content.decode()
