"""The page behind a sticker, as anybody in the world may use and misuse it."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from huiyin.doors.parts.addresses import address_of
from huiyin.intake.models import Sticker
from huiyin.intake.rules import PER_ADDRESS
from huiyin.intake.tests.mails import picture
from huiyin.matters.models import Matter, Photo
from huiyin.matters.tests.cast import Cast

NOW = {"X-Huiyin-Now": "2026-03-16T09:00:00+08:00"}


def send(token: str, **given: Any) -> Any:
    """Send a report as a telephone would."""
    http = given.pop("http", Client())
    form = {"key": str(uuid.uuid4()), "text": "灯不亮", **given}
    return http.post(f"/r/{token}/", form, headers=NOW)


def photo(name: str = "p.jpg", data: bytes = b"") -> SimpleUploadedFile:
    """Take a photo."""
    return SimpleUploadedFile(name, data or picture(), "image/jpeg")


@pytest.mark.rule("REC-06")
def test_the_page_shows_the_place_and_takes_a_report(token: str) -> None:
    page = Client().get(f"/r/{token}/", headers=NOW)
    shown = page.content.decode()
    assert page.status_code == 200
    assert "3栋 大堂" in shown and "YG花园" in shown and "0755-26001234" in shown
    answer = send(token, phone="13812345678", name="王丽", photos=[photo()])
    assert answer.status_code == 302
    matter = Matter.objects.get()
    assert (matter.channel, matter.place, matter.caller_name) == ("web", "3栋 大堂", "王丽")
    assert Photo.objects.filter(matter=matter).count() == 1
    thanks = Client().get(answer["Location"], headers=NOW)
    text = thanks.content.decode()
    assert matter.number in text and "10分钟" not in text
    assert "十分钟内派人" in text and "今天 09:10" in text  # what happens next, by the clock


@pytest.mark.rule("CMP-11")
def test_nothing_private_is_ever_shown(token: str, cast: Cast) -> None:
    number = cast.receive(text="隔壁太吵", caller="王丽", phone="13812345678")
    answer = send(token, text="大堂玻璃碎了", phone="13900001111", name="李明")
    mine = Matter.objects.get(channel="web").number
    pages = [
        Client().get(f"/r/{token}/"),
        Client().get(answer["Location"]),
        Client().get(f"/r/{token}/thanks/?seen={mine}"),
        Client().get(f"/r/{token}/thanks/"),
    ]
    for page in pages:
        shown = page.content.decode()
        for secret in (number, "隔壁太吵", "大堂玻璃", "王丽", "李明", "1381", "1390", "蒋管"):
            assert secret not in shown
        assert page["X-Robots-Tag"] == "noindex, nofollow"
        assert "no-store" in page["Cache-Control"]
    assert [page.status_code for page in pages] == [200, 200, 302, 302]


def test_thanks_are_for_whoever_reported_and_not_for_long(token: str) -> None:
    where = send(token)["Location"]
    assert Client().get(where).status_code == 200
    assert Client().get(where[:-1] + ("A" if where[-1] != "A" else "B")).status_code == 302


def test_any_other_sticker_is_simply_not_there(token: str) -> None:
    Sticker.objects.update(retired_at="2026-03-16T00:00:00Z")
    pages = set()
    for one in (token, "x", "a" * 27, "a" * 300):
        for page in (Client().get(f"/r/{one}/"), send(one), Client().get(f"/r/{one}/thanks/")):
            assert page.status_code == 404
            shown = page.content.decode()
            assert 'class="hy-report-head"' not in shown
            pages.add(shown.partition('<main id="main">')[2].partition("</main>")[0])
    assert len(pages) == 1  # nobody learns which tokens once were


def test_sent_twice_it_is_one(token: str) -> None:
    key = str(uuid.uuid4())
    first, second = send(token, key=key), send(token, key=key)
    assert Matter.objects.count() == 1
    number = Matter.objects.get().number
    for answer in (first, second):
        assert number in Client().get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": " "}, "请用几句话写下"),
        ({"phone": "abc"}, "电话号码不对"),
        ({"key": "x"}, "请重新扫码"),
        ({"website": "http://spam"}, "请再按一次"),
        ({"text": "长" * 1001}, "1000"),
    ],
)
def test_a_refusal_keeps_what_was_typed(token: str, given: dict[str, str], said: str) -> None:
    page = send(token, **{"text": "玻璃碎了", "name": "王先生", **given})
    shown = page.content.decode()
    assert page.status_code == 422
    assert said in shown and "王先生" in shown
    assert not Matter.objects.exists()
    assert "http://spam" not in shown  # so that a person only has to press again


def test_photos_outlive_a_refusal(token: str) -> None:
    page = send(token, phone="abc", photos=[photo(), photo("q.jpg", picture((300, 200)))])
    assert "已收到 2 张" in page.content.decode()
    kept = page.context["form"]["kept"].value()
    assert send(token, kept=kept).status_code == 302
    assert Photo.objects.filter(matter=Matter.objects.get()).count() == 2
    assert send(token, kept="9999:made:up").status_code == 302  # a word not ours names nothing
    assert Photo.objects.count() == 2


def test_uploads_are_checked(token: str) -> None:
    four = [photo(f"{n}.jpg", picture((100 + n, 90))) for n in range(4)]
    assert "最多 3 张" in send(token, photos=four).content.decode()
    script = SimpleUploadedFile("x.jpg", b"<script>alert(1)</script>", "image/jpeg")
    assert "只接受 JPEG" in send(token, photos=[script]).content.decode()
    assert not Matter.objects.exists()


def test_danger_says_call_now(token: str) -> None:
    page = Client().get(send(token, text="电梯困人了")["Location"])
    shown = page.content.decode()
    assert "请立即拨打" in shown and 'href="tel:0755-26001234"' in shown
    assert Matter.objects.get().important
    calm = Client().get(send(token)["Location"]).content.decode()
    assert "听起来很紧急" not in calm


def test_too_many_are_told_whom_to_call(token: str) -> None:
    for _ in range(PER_ADDRESS.times):
        assert send(token).status_code == 302
    page = send(token)
    assert page.status_code == 429
    assert "0755-26001234" in page.content.decode()
    assert int(page["Retry-After"]) > 0
    assert Client().get(f"/r/{token}/").status_code == 200


def test_without_the_csrf_token_nothing_is_taken(token: str) -> None:
    assert send(token, http=Client(enforce_csrf_checks=True)).status_code == 403


def test_other_languages(token: str) -> None:
    http = Client()
    http.cookies["huiyin_language"] = "en"
    page = http.get(f"/r/{token}/")
    assert page["Content-Language"] == "en"
    assert 'name="language"' in page.content.decode()


def test_a_page_costs_little(token: str, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(1):
        Client().get(f"/r/{token}/")


def test_where_a_request_comes_from(settings: Any) -> None:
    def ask(**meta: str) -> str:
        return address_of(RequestFactory().get("/", **meta))  # type: ignore[arg-type]

    forged = {"HTTP_X_FORWARDED_FOR": "9.9.9.9, 1.2.3.4"}
    assert ask(REMOTE_ADDR="127.0.0.1", **forged) == "127.0.0.1"
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert ask(REMOTE_ADDR="127.0.0.1", **forged) == "1.2.3.4"
    assert ask(REMOTE_ADDR="2001:db8:1:2:3:4:5:6") == ask(REMOTE_ADDR="2001:db8:1:2::1")
    assert ask(REMOTE_ADDR="") == ""
