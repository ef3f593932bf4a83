"""Announcements on their pages: drafted, counted, previewed, approved, hung, withdrawn."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from huiyin.announcements.models import Announcement, Posting, Slip
from huiyin.announcements.tests.blocks import Blocks
from huiyin.approvals.models import Request
from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.fieldwork.tests.phone import a_picture
from huiyin.matters.tests.cast import AT, Cast, moment, tick
from huiyin.notices.models import Telling

NUMBER = "YG-TZ-2026-001"


@pytest.fixture(autouse=True)
def _home(settings: Any, tmp_path: Path) -> None:
    """Keep the photos of these tests apart."""
    settings.HOME = tmp_path


def words(blocks: Blocks, **changed: Any) -> dict[str, Any]:
    """Return what is typed for a power cut in both buildings."""
    return {
        "category": "power_cut",
        "title": "停电通知",
        "body": "因线路检修,7栋、8栋将停电。",
        "line": "10千伏阳光线",
        "area": "7栋、8栋",
        "from_at": "2026-03-18T09:00",
        "until_at": "2026-03-18T12:00",
        "lifts": "停运",
        "precautions": "请关闭电器",
        "audience": "buildings",
        "buildings": [str(blocks.seven.pk), str(blocks.eight.pk)],
        "channels": ["app", "sms", "hall"],
        "starts_on": "2026-03-16",
        "ends_on": "2026-03-18",
        **changed,
    }


def photo() -> SimpleUploadedFile:
    """Return a photo as a phone sends it."""
    return SimpleUploadedFile("hall.png", a_picture(), content_type="image/png")


def wrong(answer: Any) -> str:
    """Return what the page says is wrong."""
    return " ".join(re.findall(r"hy-error[^>]*>(.*?)</(?:div|p)>", text_of(answer), re.S))


@pytest.mark.rule("NOT-02")
def test_from_the_draft_to_the_photo_of_the_poster(blocks: Blocks) -> None:
    cast = blocks.cast
    keeper, boss = visitor(cast, "keeper"), visitor(cast, "supervisor")
    saved = keeper.post("/announcements/new/", words(blocks))
    assert saved.status_code == 302, wrong(saved)
    page = f"/announcements/{NUMBER}/"
    assert saved["Location"] == page
    shown = text_of(keeper.get(page))
    assert "按 2 条计费" in shown or "按 1 条计费" in shown
    assert "【YG花园】停电通知:7栋、8栋" in shown
    assert keeper.post(page, {"step": "submit"}).status_code == 302
    request = Request.objects.get()
    asked = text_of(boss.get(f"/approvals/{request.pk}/"))
    assert page in asked
    decision = {"act": "decide", "decide-verdict": "approved", "decide-step": "0"}
    assert boss.post(f"/approvals/{request.pk}/", decision).status_code == 302
    assert Telling.objects.count() == 6
    assert "待张贴" in text_of(keeper.get("/postings/", mine="1"))
    first = Posting.objects.order_by("id").first()
    assert first is not None
    refused = keeper.post(f"/postings/{first.pk}/up/")
    assert refused.status_code == 422 and "请拍一张照片" in wrong(refused)
    no_photo = SimpleUploadedFile("hall.png", b"no picture", content_type="image/png")
    refused = keeper.post(f"/postings/{first.pk}/up/", {"photos": no_photo})
    assert refused.status_code == 422 and "只接受" in wrong(refused)
    up = keeper.post(f"/postings/{first.pk}/up/?mine=1", {"photos": photo()})
    assert (up.status_code, up["Location"]) == (302, "/postings/?mine=1")
    proof = keeper.get(f"/postings/{first.pk}/photo/")
    assert proof["X-Content-Type-Options"] == "nosniff"
    assert proof["Content-Type"] == "image/png"
    assert keeper.post(f"/postings/{first.pk}/up/", {"photos": photo()}).status_code == 409
    assert "1 / 4" in text_of(keeper.get(page))
    assert visitor(cast, "technician").post(f"/postings/{first.pk}/up/").status_code == 403
    after = moment("2026-03-20 09:00")
    assert "已超期 2 天" in text_of(keeper.get("/postings/", show="to_take_down", at=after))
    assert keeper.post(f"/postings/{first.pk}/down/", at=after).status_code == 302


@pytest.mark.rule("NOT-02")
def test_the_count_tells_whom_no_channel_reaches(blocks: Blocks) -> None:
    keeper = visitor(blocks.cast, "keeper")
    shown = text_of(keeper.post("/announcements/count/", words(blocks), htmx=True))
    assert re.findall(r"<dd>(\d+)</dd>", shown) == ["6", "6", "4", "1"]
    assert "郑失" in shown
    everybody = text_of(keeper.post("/announcements/count/", {"audience": "all"}, htmx=True))
    assert re.findall(r"<dd>(\d+)</dd>", everybody)[0] == "9"
    some = words(blocks, audience="houses", houses="7-1-101,7-9-999")
    shown = text_of(keeper.post("/announcements/count/", some, htmx=True))
    assert "没有这些房号:7-9-999" in shown
    assert "选好范围后" in text_of(keeper.post("/announcements/count/", {}, htmx=True))
    assert visitor(blocks.cast, "technician").post("/announcements/count/", {}).status_code == 403


@pytest.mark.rule("EMG-04")
def test_title_and_text_are_filled_from_the_facts(blocks: Blocks) -> None:
    keeper = visitor(blocks.cast, "keeper")
    typed = words(blocks, title="", body="", act="fill")
    shown = text_of(keeper.post("/announcements/new/", typed, htmx=True))
    assert 'value="停电通知"' in shown
    assert "3月18日(周三)09:00至12:00" in shown
    assert "10千伏阳光线" in shown
    assert "hy-error" not in shown
    assert not Announcement.objects.exists()


def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(blocks: Blocks) -> None:
    keeper = visitor(blocks.cast, "keeper")
    for changed, said in (
        ({"title": ""}, "请写标题"),
        ({"channels": []}, "请至少选择一种通知方式"),
        ({"buildings": []}, "请选择要通知的楼栋"),
        ({"ends_on": "2026-03-15"}, "结束日期不能早于开始日期"),
        ({"until_at": "2026-03-18T08:00"}, "结束时间要晚于开始时间"),
        ({"audience": "houses", "houses": "9-9-999"}, "没有这些房号"),
    ):
        answer = keeper.post("/announcements/new/", words(blocks, **changed))
        assert answer.status_code == 422, changed
        assert said in wrong(answer), changed
        assert "10千伏阳光线" in text_of(answer)
    assert not Announcement.objects.exists()


def test_a_draft_that_lacks_something_is_not_handed_in(blocks: Blocks) -> None:
    keeper = visitor(blocks.cast, "keeper")
    keeper.post("/announcements/new/", words(blocks, lifts=""))
    answer = keeper.post(f"/announcements/{NUMBER}/", {"step": "submit"})
    assert answer.status_code == 422
    assert "计划停用的通知要写明:电梯" in text_of(answer)
    fixed = keeper.post(f"/announcements/{NUMBER}/edit/", words(blocks))
    assert fixed.status_code == 302
    assert keeper.post(f"/announcements/{NUMBER}/", {"step": "submit"}).status_code == 302
    assert "第 1 版正在等审批" in text_of(keeper.get(f"/announcements/{NUMBER}/"))
    boss = visitor(blocks.cast, "supervisor")
    assert boss.get(f"/announcements/{NUMBER}/edit/").status_code == 403


def test_an_emergency_is_released_by_the_manager_with_a_reason(blocks: Blocks) -> None:
    keeper, boss = visitor(blocks.cast, "keeper"), visitor(blocks.cast, "manager")
    keeper.post("/announcements/new/", words(blocks, urgent="on", title="突发停电通知"))
    page = f"/announcements/{NUMBER}/"
    assert "不等审批" not in text_of(keeper.get(page))
    answer = boss.post(page, {"step": "release"})
    assert answer.status_code == 422
    released = boss.post(page, {"step": "release", "release-reason": "正在抢修"})
    assert released.status_code == 302
    assert "未等审批" in text_of(boss.get(page))
    assert Telling.objects.filter(urgent=True).count() == 6
    gone = boss.post(page, {"step": "withdraw", "withdraw-reason": "已恢复供电"})
    assert gone.status_code == 302
    assert "已恢复供电" in text_of(boss.get(page))
    assert keeper.get(f"{page}edit/").status_code == 409


@pytest.mark.rule("NOT-03")
def test_doors_with_photos_letters_with_numbers(blocks: Blocks) -> None:
    number = blocks.published(channels=("door", "letter"))
    keeper = visitor(blocks.cast, "keeper")
    doors, letters = f"/announcements/{number}/door/", f"/announcements/{number}/letter/"
    door = Slip.objects.filter(kind="door").order_by("id").first()
    letter = Slip.objects.filter(kind="letter").order_by("id").first()
    assert door is not None and letter is not None
    assert keeper.post(f"{doors}{door.pk}/", {"step": "door"}).status_code == 422
    done = keeper.post(f"{doors}{door.pk}/", {"step": "door", "photos": photo()})
    assert done.status_code == 302
    assert keeper.get(f"/doors/{door.pk}/photo/").status_code == 200
    bad = keeper.post(f"{letters}{letter.pk}/", {"step": "sent", "ems_number": "12"})
    assert bad.status_code == 422 and 'value="12"' in text_of(bad)
    sent = {"step": "sent", "ems_number": "ea123456789cn"}
    assert keeper.post(f"{letters}{letter.pk}/", sent).status_code == 302
    assert "EA123456789CN" in text_of(keeper.get(letters))
    end = keeper.post(f"{letters}{letter.pk}/", {"step": "arrived", "outcome": "received"})
    assert end.status_code == 302
    assert "已签收" in text_of(keeper.get(letters))
    for path in (doors, letters):
        assert visitor(blocks.cast, "technician").get(path).status_code == 403
    assert keeper.get(f"/announcements/{number}/boat/").status_code == 404


@pytest.mark.rule("NOT-02")
def test_all_posters_come_in_one_file(blocks: Blocks) -> None:
    number = blocks.published(channels=("hall", "letter", "door"))
    keeper = visitor(blocks.cast, "keeper")
    for path, pages in (
        (f"/announcements/{number}/posters/", 4),
        ("/postings/print/", 4),
        ("/postings/print/?mine=1", 2),
        (f"/announcements/{number}/letter/print/", 5),
        (f"/announcements/{number}/door/print/", 6),
    ):
        answer = keeper.get(path)
        assert answer["Content-Type"] == "application/pdf", path
        assert _pages(answer.content) == pages, path


def test_the_lists_cost_the_same_whatever_their_length(blocks: Blocks) -> None:
    keeper = visitor(blocks.cast, "keeper")

    def cost(path: str) -> int:
        keeper.get(path)
        with CaptureQueriesContext(connection) as counted:
            assert keeper.get(path).status_code == 200
        return len(counted)

    blocks.published()
    paths = ("/announcements/", "/postings/", "/announcements/?show=all")
    before = [cost(path) for path in paths]
    for _ in range(4):
        blocks.published()
    assert [cost(path) for path in paths] == before


def test_more_than_a_page_is_walked_by_cursor(blocks: Blocks) -> None:
    for _ in range(3):
        blocks.published()
    keeper = visitor(blocks.cast, "keeper")
    shown = text_of(keeper.get("/announcements/", show="all"))
    assert shown.count('class="an-row"') == 3
    assert keeper.get("/announcements/", show="all", cursor="zz").status_code == 422
    assert keeper.get("/postings/", cursor="zz").status_code == 422
    assert keeper.get("/postings/", show="mine").status_code == 404
    assert keeper.get("/announcements/", show="mine").status_code == 404


def test_empty_lists_say_so(cast: Cast) -> None:
    keeper = visitor(cast, "keeper")
    assert "现在没有展示中的通知" in text_of(keeper.get("/announcements/"))
    assert "没有草稿" in text_of(keeper.get("/announcements/", show="drafts"))
    assert "都贴好了" in text_of(keeper.get("/postings/"))
    assert "没有该撤下的海报" in text_of(keeper.get("/postings/", show="to_take_down"))


def test_the_keepers_message_leads_to_the_announcement(blocks: Blocks) -> None:
    number = blocks.published()
    tick(AT + timedelta(minutes=1))
    keeper = visitor(blocks.cast, "keeper")
    shown = text_of(keeper.get("/inbox/"))
    assert "请张贴" in shown
    about = re.search(r'name="about" value="(announcement:[^"]+)"', shown)
    assert about is not None
    went = keeper.post("/inbox/read/", about=about[1])
    assert went["Location"] == f"/announcements/{number}/"


def _pages(data: bytes) -> int:
    return len(PdfReader(io.BytesIO(data)).pages)
