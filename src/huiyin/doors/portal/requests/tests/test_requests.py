"""An owner raises a request: what is refused keeps everything, what is sent twice is one."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huiyin.accounts.rules import Allowance
from huiyin.config.vendor import icon_names
from huiyin.doors.portal import page
from huiyin.doors.portal.matters.forms import FACES, VERBS
from huiyin.doors.portal.notices import views as announced
from huiyin.doors.portal.phones import views as phones
from huiyin.doors.portal.requests import kept
from huiyin.doors.portal.requests.views import ICONS
from huiyin.estate.models import Community
from huiyin.files.models import StoredFile
from huiyin.intake.tests.mails import picture
from huiyin.knowledge.actions import confirm_answer, keep_answer
from huiyin.matters.models import Matter, Photo
from huiyin.matters.tests.cast import AT, Cast
from huiyin.owners.tests.people import TENANT, caller, lives, person

LogIn = Callable[..., Client]
LONE = "13611112222"  # has one house and nothing to choose
WORD = re.compile(r'name="kept" value="([^"]+)"')


def photo(name: str = "p.jpg", data: bytes = b"") -> SimpleUploadedFile:
    """Take a photo."""
    return SimpleUploadedFile(name, data or picture(), "image/jpeg")


def send(http: Client, cast: Cast, **given: Any) -> Any:
    """Send a request as a telephone would, by default a repair at home."""
    sheet = {
        "key": str(uuid.uuid4()),
        "house": cast.town.flat.pk,
        "kind": "repair",
        "text": "厨房水龙头漏水",
        "wished_part": "",
        **given,
    }
    return http.post("/my/request/", {name: one for name, one in sheet.items() if one is not None})


@pytest.mark.rule("OWN-01")
def test_a_request_with_photos_ends_in_the_queue(cast: Cast, owner_client: LogIn) -> None:
    http = owner_client()
    page = http.get("/my/request/?kind=repair").content.decode()
    assert re.search(r'value="repair" checked', page)
    given = {"place": "厨房", "wished_on": "2026-03-17", "wished_part": "morning"}
    answer = send(http, cast, photos=[photo(), photo("q.jpg", picture((300, 200)))], **given)
    assert answer.status_code == 302
    matter = Matter.objects.get()
    assert (matter.channel, matter.kind, matter.place) == ("web", "repair", "厨房")
    assert (matter.house, matter.person) == (cast.town.flat, cast.town.owner)
    assert "3月17日 上午" in matter.text
    assert Photo.objects.filter(matter=matter).count() == 2
    done = http.get(answer["Location"]).content.decode()
    assert matter.number in done and "今天 09:10 前安排人员" in done and "还有 10 分钟" in done


def test_the_script_is_led_on_without_a_page(cast: Cast, owner_client: LogIn) -> None:
    http = owner_client()
    sheet = {"key": str(uuid.uuid4()), "house": cast.town.flat.pk, "kind": "help", "text": "搬"}
    answer = http.post("/my/request/", sheet, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer["HX-Redirect"].startswith("/my/request/done/?seen=")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": None}, "请先选一项"),
        ({"kind": "approval"}, "请先选一项"),
        ({"text": " "}, "请用几句话写下"),
        ({"text": "长" * 4001}, "4000"),
        ({"place": "长" * 81}, "80"),
        ({"wished_on": "2026-03-15"}, "已经过去了"),
        ({"key": "x"}, "页面已失效"),
        ({"anonymous": "on"}, "不能匿名"),
    ],
)
def test_a_refusal_keeps_every_word_and_photo(
    cast: Cast, owner_client: LogIn, given: dict[str, Any], said: str
) -> None:
    http = owner_client()
    sheet = {"place": "主卧窗边", "photos": [photo()], **given}
    page = send(http, cast, **sheet)
    shown = page.content.decode()
    assert page.status_code == 422
    assert said in shown and (given.get("place") or "主卧窗边") in shown
    assert given.get("text") is not None or "厨房水龙头漏水" in shown
    assert not Matter.objects.exists()
    (word,) = WORD.findall(shown)
    assert http.get(f"/my/request/photos/{word}/")["Content-Type"] == "image/jpeg"
    assert send(http, cast, kept=word).status_code == 302
    assert Photo.objects.count() == 1


def test_one_bad_file_does_not_cost_the_good_ones(cast: Cast, owner_client: LogIn) -> None:
    http = owner_client()
    page = send(
        http, cast, photos=[photo(), photo("x.pdf", b"%PDF-1.7"), photo("q.jpg", picture((9, 9)))]
    )
    shown = page.content.decode()
    assert page.status_code == 422 and "JPEG" in shown
    assert len(WORD.findall(shown)) == 2


def test_a_kept_photo_is_its_owners_alone(cast: Cast, owner_client: LogIn) -> None:
    shown = send(owner_client(), cast, text="", photos=[photo()]).content.decode()
    (word,) = WORD.findall(shown)
    other = owner_client(TENANT)
    assert other.get(f"/my/request/photos/{word}/").status_code == 404
    assert other.get("/my/request/photos/x/").status_code == 404
    assert kept.read([word], by=caller(TENANT)) == ()
    send(other, cast, house=cast.town.other.pk, kept=word)
    assert not Photo.objects.exists()


def test_ten_photos_are_one_too_many(cast: Cast, owner_client: LogIn) -> None:
    http = owner_client()
    photos = [photo(f"{n}.jpg", picture((20 + n, 20))) for n in range(9)]
    (first,) = kept.shown([_stored(cast)], by=caller())
    page = send(http, cast, photos=photos, kept=first.word)
    assert page.status_code == 422 and "照片最多 9 张" in page.content.decode()


def _stored(cast: Cast) -> int:
    from huiyin.files.actions import store_photo

    return store_photo(by=cast.caller("keeper"), at=AT, name="a.jpg", data=picture((77, 77)))


def test_sent_twice_it_is_one(cast: Cast, owner_client: LogIn) -> None:
    http, key = owner_client(), str(uuid.uuid4())
    first, second = send(http, cast, key=key), send(http, cast, key=key)
    number = Matter.objects.get().number
    for answer in (first, second):
        assert number in http.get(answer["Location"]).content.decode()
    other = send(http, cast, key=key, text="另一件")
    shown = other.content.decode()
    assert other.status_code == 409 and "另一件" in shown and "请再按一次" in shown
    fresh = other.context["form"]["key"].value()
    assert send(http, cast, key=fresh, text="另一件").status_code == 302
    assert Matter.objects.count() == 2


def test_nobody_drowns_the_desk_or_the_disk(
    cast: Cast, owner_client: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "SHEETS", (Allowance(2, 86400),))
    http = owner_client()
    assert send(http, cast).status_code == 302
    assert send(http, cast, text="", photos=[photo()]).status_code == 422  # its photos were kept
    kept_files = StoredFile.objects.count()
    answer = send(http, cast, text="还有一件", photos=[photo("q.jpg", picture((300, 200)))])
    assert answer.status_code == 429 and "还有一件" in answer.content.decode()
    assert (Matter.objects.count(), StoredFile.objects.count()) == (1, kept_files)
    number = Matter.objects.get().number
    added = {"add-key": str(uuid.uuid4()), "add-text": "更大了", "add-photos": [photo("r.jpg")]}
    answer = http.post(f"/my/matters/{number}/add/", added)
    assert answer.status_code == 429 and "更大了" in answer.content.decode()
    http.post("/my/me/privacy/correction/", {"key": str(uuid.uuid4()), "text": "字错"})
    assert Matter.objects.count() == 1
    assert send(owner_client(TENANT), cast, house=cast.town.other.pk).status_code == 302


def test_a_complaint_about_somebody_names_them(cast: Cast, owner_client: LogIn) -> None:
    about = {"kind": "complaint.attitude", "text": "说话难听", "about": "许技"}
    assert send(owner_client(), cast, **about).status_code == 302
    assert Matter.objects.get().about_employee == cast.employee("technician")


@pytest.mark.rule("OWN-05")
def test_nobody_asks_for_a_house_that_is_not_theirs(cast: Cast, owner_client: LogIn) -> None:
    lives(person(cast, "独户", LONE), cast.town.flat, role="co_owner")
    for http in (owner_client(), owner_client(LONE)):
        page = send(http, cast, house=cast.town.other.pk)
        assert page.status_code == 422 and not Matter.objects.exists()
        assert "不是这套房屋的住户" in page.content.decode()


@pytest.mark.rule("CMP-11")
def test_anonymous_leaves_no_trace_but_a_number(cast: Cast, owner_client: LogIn) -> None:
    http = owner_client()
    answer = send(http, cast, kind="complaint", text="楼上半夜装修", anonymous="on")
    matter = Matter.objects.get()
    assert (matter.anonymous, matter.person, matter.house) == (True, None, None)
    done = http.get(answer["Location"]).content.decode()
    assert matter.number in done and "这件事是匿名的" in done
    assert matter.number not in http.get("/my/matters/?show=all").content.decode()
    assert http.get(f"/my/matters/{matter.number}/").status_code == 404


def test_the_page_of_thanks_is_for_whoever_sent_it(cast: Cast, owner_client: LogIn) -> None:
    where = send(owner_client(), cast)["Location"]
    other = owner_client(TENANT).get(where)
    assert (other.status_code, other["Location"]) == (302, "/my/matters/")
    assert owner_client().get("/my/request/done/").status_code == 302


def test_words_of_danger_put_the_telephone_first(cast: Cast, owner_client: LogIn) -> None:
    Community.objects.filter(code="YG").update(phone="0755-26001234")
    http = owner_client()
    answer = send(http, cast, text="厨房燃气漏气,味道很大")
    done = http.get(answer["Location"]).content.decode()
    assert "请马上打电话" in done and 'href="tel:0755-26001234"' in done and "tel:119" in done
    assert Matter.objects.get().important
    shown = http.get("/my/request/").content.decode()
    assert 'data-alarm="' in shown and "燃气" in shown


@pytest.mark.rule("REC-13")
def test_answers_are_found_while_one_types(cast: Cast, owner_client: LogIn) -> None:
    place = cast.town.community.pk
    desk, leader = cast.caller("receptionist"), cast.caller("supervisor")
    for question, seen in (("水龙头漏水收费吗?", True), ("水龙头配件放在哪里?", False)):
        known = keep_answer(
            by=desk,
            at=AT,
            community_id=place,
            question=question,
            answer="公共管道免费。",
            owner_visible=seen,
        )
        if seen:
            confirm_answer(by=leader, at=AT, answer_id=known)
    http, asked = owner_client(), {"text": "水龙头漏水", "house": cast.town.flat.pk}
    found = http.post("/my/request/answers/", asked).content.decode()
    assert "水龙头漏水收费吗?" in found and "公共管道免费" in found
    assert "配件" not in found
    assert not http.post("/my/request/answers/", {**asked, "text": "水"}).content.decode().strip()
    assert http.get("/my/request/answers/").status_code == 405  # not in the log of addresses


def test_nobody_is_asked_to_log_in_without_losing_words(cast: Cast) -> None:
    answer = Client().post("/my/request/", {"text": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 401 and answer["Content-Type"] == "text/plain"
    assert Client().get("/my/request/").status_code == 302


def test_every_picture_is_there() -> None:
    there = set(icon_names())
    for known in (ICONS, announced.ICONS, phones.ICONS):
        assert set(known.values()) <= there
    assert {picture for _value, picture, _title in FACES} <= there
    assert {form.icon for form in VERBS.values()} <= there
