"""The verbs on the page of a matter: done, refused, outrun."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from huiyin.doors.console.tests.visit import Visitor, text_of, visitor
from huiyin.kernel.caller import Caller
from huiyin.matters import actions
from huiyin.matters.queries import matter
from huiyin.matters.tests.cast import AT, Cast

NEXT = AT + timedelta(minutes=5)


def state_of(cast: Cast, number: str) -> str:
    """Return the state of a matter."""
    return matter(caller=cast.caller("manager"), number=number, at=NEXT).state


def a_picture() -> SimpleUploadedFile:
    """Draw a small picture as a browser sends it."""
    picture = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(picture, "PNG")
    return SimpleUploadedFile("前.png", picture.getvalue(), "image/png")


def supervisor(cast: Cast) -> Caller:
    """Return the caller who dispatches."""
    return cast.caller("supervisor")


def test_the_page_offers_what_is_allowed_now_and_only_that(cast: Cast) -> None:
    page = f"/matters/{cast.receive()}/"
    shown = text_of(visitor(cast, "supervisor").get(page))
    assert f"{page}assign/" in shown
    assert f"{page}visit-back/" not in shown
    assert f"{page}reopen/" not in shown


@pytest.mark.rule("WO-07")
def test_a_public_repair_says_which_photos_it_lacks(cast: Cast) -> None:
    number = cast.receive(kind="repair.public", house=None, place="2栋电梯厅")
    desk: dict[str, Any] = {"by": supervisor(cast), "at": AT, "number": number}
    actions.assign_matter(**desk, to=cast.code("technician"))
    page = visitor(cast, "supervisor")
    before, after = "还没有施工前的照片", "还没有施工后的照片"
    assert before not in text_of(page.get(f"/matters/{number}/"))
    actions.arrive_at_matter(**desk)
    assert before in text_of(page.get(f"/matters/{number}/"))
    page.post(
        f"/matters/{number}/photo/", form={"photo-photos": a_picture(), "photo-stage": "before"}
    )
    actions.finish_matter(**desk, result="换了灯")
    shown = text_of(page.get(f"/matters/{number}/"))
    assert before not in shown and after in shown


def test_assigning_shows_the_matter_anew(cast: Cast) -> None:
    number = cast.receive()
    response = visitor(cast, "supervisor").post(
        f"/matters/{number}/assign/",
        at=NEXT,
        htmx=True,
        form={"assign-to": cast.code("technician"), "assign-note": "带工具"},
    )
    shown = text_of(response)
    assert response.status_code == 200
    assert "<html" not in shown
    assert "已派单" in shown
    assert 'id="said"' in shown
    assert state_of(cast, number) == "assigned"


def test_without_script_a_verb_leads_back_to_the_page(cast: Cast) -> None:
    number = cast.receive()
    response = visitor(cast, "supervisor").post(
        f"/matters/{number}/note/", at=NEXT, form={"note-text": "已电话确认"}
    )
    assert response.status_code == 302
    assert response["Location"] == f"/matters/{number}/"


def test_a_refused_form_keeps_every_typed_character(cast: Cast) -> None:
    number = cast.receive()
    response = visitor(cast, "supervisor").post(
        f"/matters/{number}/pause/",
        at=NEXT,
        htmx=True,
        form={"pause-reason": "等配件 <b>到货</b>", "pause-until": "2026-03-01T09:00"},
    )
    shown = text_of(response)
    assert response.status_code == 422
    assert "等配件 &lt;b&gt;到货&lt;/b&gt;" in shown
    assert "2026-03-01T09:00" in shown
    assert "暂停到的时间要晚于现在" in shown


def test_two_take_one_matter_and_the_slower_is_told_who_has_it(cast: Cast) -> None:
    number = cast.receive()
    slower = visitor(cast, "technician")
    actions.assign_matter(by=supervisor(cast), at=NEXT, number=number, to=cast.code("technician"))
    actions.assign_matter(by=supervisor(cast), at=NEXT, number=number, to=cast.code("keeper"))
    cast.employee("technician")
    response = visitor(cast, "maintenance_foreman").post(
        f"/matters/{number}/accept/", at=NEXT, htmx=True
    )
    assert response.status_code == 409
    assert "已经派给 蒋管" in text_of(response)
    assert slower.get(f"/matters/{number}/", at=NEXT).status_code == 404


def test_what_was_typed_into_a_verb_no_longer_offered_can_be_copied(cast: Cast) -> None:
    number = cast.receive()
    actions.assign_matter(by=supervisor(cast), at=AT, number=number, to=cast.code("keeper"))
    actions.finish_matter(by=cast.caller("keeper"), at=AT, number=number, result="已清理")
    response = visitor(cast, "supervisor").post(
        f"/matters/{number}/finish/", at=NEXT, htmx=True, form={"finish-result": "我写了很久的结果"}
    )
    shown = text_of(response)
    assert response.status_code == 409
    assert "我写了很久的结果" in shown
    assert "已经办结" in shown


def test_text_is_shown_as_text(cast: Cast) -> None:
    number = cast.receive(text="<script>alert(1)</script> & 漏水")
    shown = text_of(visitor(cast, "supervisor").get(f"/matters/{number}/"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; 漏水" in shown
    assert "<script>alert" not in shown


@pytest.mark.rule("CMP-11")
def test_who_complained_is_hidden_from_those_who_do_not_handle_it(cast: Cast) -> None:
    number = cast.receive(caller="王丽", phone="13812345678")
    shown = text_of(visitor(cast, "cleaning_foreman").get(f"/matters/{number}/"))
    assert "已隐藏" in shown
    assert "王丽" not in shown
    assert "13812345678" not in shown
    assert "13812345678" in text_of(visitor(cast, "supervisor").get(f"/matters/{number}/"))


def test_a_photo_is_kept_and_shown_to_those_who_see_the_matter(cast: Cast) -> None:
    number = cast.receive()
    file = a_picture()
    desk = visitor(cast, "receptionist")
    sent = desk.post(f"/matters/{number}/photo/", at=NEXT, form={"photo-photos": file})
    assert sent.status_code == 302
    (photo,) = matter(caller=cast.caller("manager"), number=number, at=NEXT).photos
    address = f"/matters/{number}/photos/{photo}/"
    shown = desk.get(address, at=NEXT)
    assert shown.status_code == 200
    assert shown["Content-Type"].startswith("image/")
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert shown["Content-Disposition"].startswith("inline; filename=")
    assert "private" in shown["Cache-Control"]
    assert visitor(cast, "E031").get(address, at=NEXT).status_code == 404
    assert visitor(cast, "technician").get(address, at=NEXT).status_code == 404


def test_what_is_no_photo_is_refused(cast: Cast) -> None:
    number = cast.receive()
    file = SimpleUploadedFile("x.png", b"<script>", "image/png")
    response = visitor(cast, "receptionist").post(
        f"/matters/{number}/photo/", at=NEXT, form={"photo-photos": file}
    )
    assert response.status_code == 422
    assert "只接受" in text_of(response)


@pytest.mark.parametrize("verb", ["explode", "report"])
def test_an_unknown_verb_is_not_found(cast: Cast, verb: str) -> None:
    number = cast.receive()
    assert visitor(cast, "manager").post(f"/matters/{number}/{verb}/").status_code == 404


def test_a_whole_life_on_the_page(cast: Cast) -> None:
    number = cast.receive(kind="repair")
    page = f"/matters/{number}/"
    desk, field = visitor(cast, "supervisor"), visitor(cast, "technician")
    steps: tuple[tuple[Visitor, str, dict[str, str]], ...] = (
        (desk, "assign", {"to": cast.code("technician"), "note": ""}),
        (field, "accept", {}),
        (field, "arrive", {}),
        (field, "progress", {"text": "在拆", "via": "phone", "unreached": ""}),
        (field, "finish", {"result": "换了阀门", "cause": "equipment"}),
        (field, "sign", {"name": "王丽"}),
        (desk, "reply", {"text": "修好了", "via": "phone"}),
        (desk, "visit-back", {"satisfaction": "5", "comment": "很快", "via": "phone"}),
        (desk, "close", {}),
        (desk, "reopen", {"reason": "又漏了"}),
    )
    for minute, (who, verb, given) in enumerate(steps, start=1):
        at = AT + timedelta(minutes=minute)
        data = {f"{verb}-{name}": value for name, value in given.items()}
        answer = who.http.post(
            f"{page}{verb}/",
            data,
            headers={"X-Huiyin-Now": at.isoformat(), "HX-Request": "true"},
        )
        assert answer.status_code == 200, (verb, text_of(answer))
    assert state_of(cast, number) == "reopened"


def test_the_page_holds_its_query_count(
    cast: Cast, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    number = cast.receive()
    desk = visitor(cast, "supervisor")
    desk.get(f"/matters/{number}/")
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        desk.get(f"/matters/{number}/")
