"""The archive on its pages: found, taken in, written, released, printed, destroyed."""

import re
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huiyin.approvals.models import Request
from huiyin.documents.models import Paper
from huiyin.documents.tests.papers import draft, filed, issue, scan
from huiyin.doors.console.tests.visit import paper_of, text_of, visitor, words_of
from huiyin.matters.tests.cast import Cast, moment
from huiyin.trail.models import Entry

LETTER = {
    "title": "停水通知函",
    "kind": "letter",
    "house": "3-1-1201",
    "confidential": "staff",
    "to_name": "王丽",
    "body": "3月20日停水。",
}


def upload(data: bytes | None = None, **given: Any) -> dict[str, Any]:
    """Return the form of a scan as the browser sends it."""
    return {
        "key": str(uuid4()),
        "title": "装修承诺书",
        "kind": "renovation",
        "house": "3栋1单元1201室",
        "confidential": "staff",
        "file": SimpleUploadedFile("承诺书.pdf", scan() if data is None else data),
        **given,
    }


@pytest.mark.rule("PLN-04")
def test_a_letter_goes_from_the_draft_to_a_numbered_paper(cast: Cast) -> None:
    desk, boss = visitor(cast, "receptionist"), visitor(cast, "manager")
    answer = desk.post("/archive/new/letter/", {"key": str(uuid4()), **LETTER})
    assert answer.status_code == 302
    page = answer["Location"]
    shown = text_of(desk.get(page))
    assert "草稿" in shown and "看样张" in shown
    assert "停水通知函" in paper_of(desk.get(f"{page}file/"))
    assert desk.post(page, {"step": "submit"}).status_code == 302
    assert "待审批" in text_of(desk.get(page))
    request = Request.objects.get(kind="paper_release")
    approval = text_of(boss.get(f"/approvals/{request.pk}/"))
    assert f'href="{page}"' in approval
    assert "停水通知函" in text_of(boss.get(page))
    decided = {"act": "decide", "decide-step": "0", "decide-verdict": "approved"}
    assert boss.post(f"/approvals/{request.pk}/", decided).status_code in {200, 302}
    shown = text_of(desk.get(page))
    assert "YG-HJ-2026-0001" in shown and "有效" in shown
    assert "YG-HJ-2026-0001" in paper_of(desk.get(f"{page}file/"))


def test_a_sign_that_cannot_be_printed_is_told_beside_its_field_and_nothing_is_lost(
    cast: Cast,
) -> None:
    desk = visitor(cast, "receptionist")
    answer = desk.post(
        "/archive/new/letter/", {"key": str(uuid4()), **LETTER, "to_name": "𠮷田", "body": "留下"}
    )
    assert answer.status_code == 422
    shown = text_of(answer)
    assert re.search(r'id="id_to_name_error">.*U\+20BB7', shown, re.S)
    assert "留下" in shown and "𠮷田" in shown


@pytest.mark.rule("PLN-04")
def test_a_scan_is_taken_in_found_and_opened_safely(cast: Cast) -> None:
    desk = visitor(cast, "receptionist")
    answer = desk.post("/archive/new/file/", upload(summary="押金三千元"))
    assert answer.status_code == 302
    page = answer["Location"]
    assert "YG-ZX-2026-0001" in text_of(desk.get("/archive/", q="押金", htmx=True))
    opened = desk.get(f"{page}file/")
    assert "装修承诺书" in paper_of(opened)
    assert "YG-ZX-2026-0001 装修承诺书.pdf" in unquote(opened["Content-Disposition"])
    assert "sandbox" not in opened.headers.get("X-Frame-Options", "")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"data": b"MZ program"}, "file"),
        ({"house": "9-9-999"}, "house"),
        ({"confidential": "posts"}, "readers"),
        ({"confidential": "owner", "house": ""}, "house"),
        ({"title": " "}, "title"),
    ],
)
def test_what_is_wrong_with_an_upload_stands_beside_its_field(
    cast: Cast, given: dict[str, Any], field: str
) -> None:
    answer = visitor(cast, "receptionist").post("/archive/new/file/", upload(**given))
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not Paper.objects.exists()


def test_a_photo_is_taken_in_as_well(cast: Cast) -> None:
    import io

    from PIL import Image

    picture = io.BytesIO()
    Image.new("RGB", (400, 600), "white").save(picture, "JPEG")
    answer = visitor(cast, "receptionist").post("/archive/new/file/", upload(picture.getvalue()))
    assert answer.status_code == 302
    assert visitor(cast, "receptionist").get(f"{answer['Location']}file/").status_code == 200


def test_the_list_costs_the_same_with_many_papers(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    boss = visitor(cast, "manager")
    for _ in range(30):
        draft(cast, house_id=cast.town.flat.pk)
    boss.get("/archive/")
    with django_assert_max_num_queries(7):
        shown = text_of(boss.get("/archive/"))
    assert shown.count("停水通知函") >= 25
    more = re.search(r'hx-get="(/archive/\?[^"]*cursor=[^"]+)"', shown)
    assert more is not None
    following = text_of(boss.get(more[1].replace("&amp;", "&"), htmx=True))
    assert following.count('href="/archive/') == 5 and "<html" not in following


def test_empty_and_bad_searches_say_what_to_do(cast: Cast) -> None:
    boss = visitor(cast, "manager")
    assert "还没有文件" in text_of(boss.get("/archive/"))
    assert "没有找到文件" in text_of(boss.get("/archive/", q="%"))
    assert "日期应写作" in text_of(boss.get("/archive/", since="昨天"))
    assert boss.get("/archive/", cursor="x").status_code == 422


@pytest.mark.rule("PLN-04")
def test_a_confidential_paper_shows_its_readers_to_leaders_only(cast: Cast) -> None:
    pk = issue(cast, post="manager", confidential="posts", readers=("finance",)).id
    assert visitor(cast, "receptionist").get(f"/archive/{pk}/").status_code == 403
    assert visitor(cast, "receptionist").get(f"/archive/{pk}/file/").status_code == 403
    assert visitor(cast, "E032").get(f"/archive/{pk}/").status_code == 404
    money = visitor(cast, "finance")
    assert money.get(f"/archive/{pk}/file/").status_code == 200
    assert "谁打开过" not in text_of(money.get(f"/archive/{pk}/"))
    assert "陈会" in text_of(visitor(cast, "manager").get(f"/archive/{pk}/"))


@pytest.mark.rule("PLN-04")
def test_nobody_reads_a_confidential_paper_beside_the_record(cast: Cast) -> None:
    pk = issue(cast, post="manager", confidential="leaders").id
    said = Paper.objects.get(pk=pk).data["body"]
    boss = visitor(cast, "manager")
    assert said not in text_of(boss.get(f"/archive/{pk}/"))
    assert not Entry.objects.filter(action="documents.paper_read").exists()
    boss.get(f"/archive/{pk}/file/")
    assert Entry.objects.filter(action="documents.paper_read").count() == 1
    plain = issue(cast, post="manager").id
    assert said in text_of(boss.get(f"/archive/{plain}/"))


@pytest.mark.rule("PLN-04")
def test_chosen_papers_are_one_file(cast: Cast) -> None:
    made = [issue(cast).id for _ in range(2)]
    desk = visitor(cast, "receptionist")
    answer = desk.post("/archive/print/", {"paper": made})
    assert {"YG-HJ-2026-0001", "YG-HJ-2026-0002"} <= set(
        re.findall(r"YG-HJ-2026-\d{4}", words_of(answer.content))
    )
    refused = desk.post("/archive/print/", {})
    assert refused.status_code == 422 and "请先勾选" in text_of(refused)
    assert desk.post("/archive/print/", {"paper": ["x"]}).status_code == 404


def test_a_new_version_is_drafted_from_the_old_one(cast: Cast) -> None:
    pk = issue(cast, post="receptionist").id
    desk = visitor(cast, "receptionist")
    answer = desk.post(f"/archive/{pk}/revise/")
    edit = answer["Location"]
    assert "储水备用" in text_of(desk.get(edit))
    changed = {"title": "停水通知函", "body": "改为21日。"}
    assert desk.post(edit, changed).status_code == 302
    assert "改为21日" in text_of(desk.get(edit.replace("edit/", "")))
    again = desk.post(f"/archive/{pk}/revise/")
    assert again["Location"] == f"/archive/{pk}/"


def test_the_scan_of_a_draft_is_changed(cast: Cast) -> None:
    pk = filed(cast, needs_release=True)
    desk = visitor(cast, "receptionist")
    torn = {"title": "承诺书", "file": SimpleUploadedFile("x.pdf", b"torn")}
    assert desk.post(f"/archive/{pk}/edit/", torn).status_code == 422
    whole = {"title": "承诺书二", "summary": "新", "file": SimpleUploadedFile("x.pdf", scan("乙"))}
    assert desk.post(f"/archive/{pk}/edit/", whole).status_code == 302
    assert "承诺书二" in text_of(desk.get(f"/archive/{pk}/"))


@pytest.mark.rule("PLN-04")
def test_given_out_it_is_voided_by_two_on_its_page(cast: Cast) -> None:
    pk = issue(cast, post="supervisor").id
    page = f"/archive/{pk}/"
    lead, boss = visitor(cast, "supervisor"), visitor(cast, "manager")
    assert lead.post(page, {"step": "give_out"}).status_code == 302
    assert lead.post(page, {"step": "void", "void-reason": ""}).status_code == 422
    assert lead.post(page, {"step": "void", "void-reason": "日期错"}).status_code == 302
    assert "日期错" in text_of(boss.get(page))
    assert boss.post(page, {"step": "confirm_void"}).status_code == 302
    assert "已作废" in text_of(boss.get(page))
    assert boss.post(page, {"step": "confirm_void"}).status_code == 409
    assert boss.post(page, {"step": "burn"}).status_code == 404


@pytest.mark.rule("PLN-04")
def test_what_is_over_is_destroyed_by_two_on_its_page(cast: Cast) -> None:
    boss, second = visitor(cast, "manager"), visitor(cast, "assistant")
    assert "没有到期的文件" in text_of(boss.get("/archive/over/"))
    pk = issue(cast, at=moment("2018-05-01 10:00"), keep_years=5).id
    assert "YG-HJ-2018-0001" in text_of(boss.get("/archive/over/"))
    assert boss.post("/archive/over/", {"act": "propose"}).status_code == 422
    assert boss.post("/archive/over/", {"act": "propose", "paper": [pk]}).status_code == 302
    assert "已提出" in text_of(second.get("/archive/over/"))
    assert second.post("/archive/over/", {"act": "approve", "paper": [pk]}).status_code == 302
    assert "已销毁" in text_of(boss.get(f"/archive/{pk}/"))
    assert boss.get(f"/archive/{pk}/file/").status_code == 404
    assert visitor(cast, "receptionist").get("/archive/over/").status_code == 403
