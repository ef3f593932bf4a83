"""The desk: finding, the household, receiving, and what a refusal keeps."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters.queries import Filters, list_matters, matter
from huiyin.matters.tests.cast import AT, Cast, tick
from huiyin.trail.models import Entry

CALL = {
    "kind": "repair",
    "channel": "phone",
    "text": "水龙头漏水",
    "house": "3-1-1201",
    "caller": "王丽",
    "phone": "13812345678",
}


def numbers(cast: Cast) -> list[str]:
    """Return every matter of YG, newest first."""
    page = list_matters(caller=cast.caller("manager"), at=AT, filters=Filters(community="YG"))
    return [one.number for one in page.items]


@pytest.mark.rule("REC-02")
@pytest.mark.parametrize("typed", ["3-1-1201", "王丽", "138123456", "粤B12345"])
def test_one_box_finds_house_person_phone_and_plate(cast: Cast, typed: str) -> None:
    shown = text_of(visitor(cast, "receptionist").get("/desk/find/", find=typed))
    assert "/desk/house/3-1-1201/" in shown
    assert 'role="option"' in shown


def test_the_box_finds_a_matter(cast: Cast) -> None:
    number = cast.receive()
    shown = text_of(visitor(cast, "receptionist").get("/desk/find/", find=number))
    assert f'href="/matters/{number}/"' in shown


def test_nothing_found_says_so(cast: Cast) -> None:
    assert "没有找到" in text_of(visitor(cast, "receptionist").get("/desk/find/", find="zzz"))
    assert text_of(visitor(cast, "receptionist").get("/desk/find/", find="")).strip() == ""


@pytest.mark.rule("REC-02")
def test_choosing_a_house_shows_people_keeper_and_open_matters(cast: Cast) -> None:
    number = cast.receive()
    shown = text_of(
        visitor(cast, "receptionist").get("/desk/house/3-1-1201/", htmx=True, caller="王丽")
    )
    assert "王丽" in shown
    assert "蒋管" in shown
    assert number in shown
    assert "138****5678" in shown
    assert "13812345678" not in shown
    assert 'id="who"' in shown


def test_full_numbers_are_shown_on_request_and_recorded(cast: Cast) -> None:
    shown = text_of(
        visitor(cast, "receptionist").get("/desk/house/3-1-1201/", htmx=True, reveal="1")
    )
    assert "13812345678" in shown
    assert Entry.objects.filter(action="personal.read").count() == 1


def test_a_technician_may_not_reveal_numbers(cast: Cast) -> None:
    answer = visitor(cast, "technician").get("/desk/house/3-1-1201/", htmx=True, reveal="1")
    assert answer.status_code == 403
    assert Entry.objects.filter(action="personal.read").count() == 0


def test_receiving_leads_to_what_the_owner_is_to_be_told(cast: Cast) -> None:
    desk = visitor(cast, "receptionist")
    answer = desk.post("/desk/new/", CALL, htmx=True)
    (number,) = numbers(cast)
    assert answer["HX-Redirect"] == f"/desk/?done={number}"
    shown = text_of(desk.get(f"/desk/?done={number}"))
    assert "已登记" in shown
    assert "请告诉业主" in shown
    found = matter(caller=cast.caller("receptionist"), number=number, at=AT)
    assert (found.kind, found.house, found.caller_name) == ("repair", "3-1-1201", "王丽")


def test_receiving_without_script(cast: Cast) -> None:
    answer = visitor(cast, "receptionist").post("/desk/new/", CALL)
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": ""}, "请选择类别"),
        ({"text": "   "}, "请写下业主说了什么"),
        ({"house": "99-9-9999"}, "没有房号为“99-9-9999”的房屋"),
        ({"text": "长" * 4001}, "内容最多 4000 字"),
        ({"kind": "nonsense"}, "nonsense"),
    ],
)
def test_a_refused_call_keeps_what_was_typed_and_writes_nothing(
    cast: Cast, change: dict[str, str], sentence: str
) -> None:
    typed = {**CALL, "place": "厨房 <i>", **change}
    answer = visitor(cast, "receptionist").post("/desk/new/", typed, htmx=True)
    shown = text_of(answer)
    assert answer.status_code == 422
    assert sentence in shown
    assert "厨房 &lt;i&gt;" in shown
    assert typed["text"].strip() in shown
    assert 'value="13812345678"' in shown
    assert numbers(cast) == []


def test_photos_come_along(cast: Cast) -> None:
    picture = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(picture, "JPEG")
    files = [SimpleUploadedFile(f"{n}.jpg", picture.getvalue(), "image/jpeg") for n in (1, 2)]
    desk = visitor(cast, "receptionist")
    answer = desk.http.post(
        "/desk/new/", {**CALL, "photos": files}, headers={"X-Huiyin-Now": AT.isoformat()}
    )
    assert answer.status_code == 302
    found = matter(caller=cast.caller("receptionist"), number=numbers(cast)[0], at=AT)
    assert len(found.photos) == 1  # the same picture twice is one file


def test_the_desk_says_when_the_clocks_stand_still(cast: Cast) -> None:
    desk = visitor(cast, "receptionist")
    assert "还没有运行过" in text_of(desk.get("/desk/sweep/"))
    tick(AT)
    assert "正常" in text_of(desk.get("/desk/sweep/", at=AT + timedelta(seconds=5)))
    assert "已停了" in text_of(desk.get("/desk/sweep/", at=AT + timedelta(minutes=5)))


def test_the_desk_holds_its_query_count(
    cast: Cast, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    cast.receive()
    desk = visitor(cast, "receptionist")
    desk.get("/desk/?house=3-1-1201")
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        desk.get("/desk/?house=3-1-1201")
