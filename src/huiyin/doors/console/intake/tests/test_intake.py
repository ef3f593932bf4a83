"""Writing down what came in, the mail, and the stickers, as the staff use them."""

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huiyin.doors.console.intake.forms import SHEETS
from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.estate.models import Community
from huiyin.intake.actions import Arrived
from huiyin.intake.models import Batch, RawMail, Sticker
from huiyin.intake.tests.mails import BOUNCE, picture, plain
from huiyin.intake.tests.test_mail import arrive, settle
from huiyin.matters.models import Event, Matter, Photo
from huiyin.matters.tests.cast import Cast
from huiyin.trail.models import Entry

SHEET: dict[str, dict[str, Any]] = {
    "box": {
        "kind": "suggestion",
        "opened_on": "2026-03-16",
        "first": "E011",
        "second": "E008",
        "place": "大堂",
        "text": "加长椅\n投诉:太吵",
    },
    "letter": {"kind": "complaint.written", "caller": "王丽", "house": "3-1-1201", "text": "来信"},
    "forum": {"kind": "complaint", "text": "停车乱", "link": "https://bbs.example.com/1"},
    "interview": {
        "kind": "suggestion",
        "house": "3-1-1201",
        "met_on": "2026-03-16",
        "text": "绿化好\n灯太暗",
    },
    "meeting": {
        "kind": "suggestion",
        "met_on": "2026-03-16",
        "title": "春季业主会",
        "text": "加快递柜",
    },
    "radio": {"kind": "repair.public", "text": "东门杆坏了", "place": "东门"},
    "walk": {"kind": "repair.public", "text": "井盖松动", "place": "花园"},
    "patrol": {"kind": "repair.public", "text": "消防栓漏水", "place": "3栋"},
    "sms": {"kind": "enquiry", "text": "几号停水", "phone": "13812345678"},
    "wechat": {"kind": "help", "text": "老人摔倒", "caller": "阳光"},
}


def fill(cast: Cast, channel: str, who: str = "receptionist", **given: Any) -> Any:
    """Fill in a sheet and send it."""
    form = {"key": str(uuid.uuid4()), **SHEET[channel], **given}
    return visitor(cast, who).post(f"/intake/{channel}/", form, htmx=True)


def test_every_sheet_has_a_sample() -> None:
    assert set(SHEET) == set(SHEETS)


@pytest.mark.rule("REC-06")
@pytest.mark.parametrize("channel", SHEETS)
def test_a_sheet_is_shown_taken_and_followed_by_the_next(cast: Cast, channel: str) -> None:
    shown = text_of(visitor(cast, "guard").get(f"/intake/{channel}/"))
    assert "保存并再记一条" in shown and 'name="key"' in shown
    answer = fill(cast, channel)
    text = text_of(answer)
    assert answer.status_code == 200, text
    numbers = list(Matter.objects.order_by("id").values_list("number", flat=True))
    assert len(numbers) == (2 if "\n" in SHEET[channel]["text"] else 1)
    assert all(number in text for number in numbers)
    assert set(Matter.objects.values_list("channel", flat=True)) == {channel}
    # The next sheet of the pile has another key and an empty text.
    assert "加长椅" not in text.partition("<form")[2]
    assert answer.context["form"]["key"].value() != Batch.objects.get().key


@pytest.mark.rule("REC-06")
def test_the_box_is_opened_by_two(cast: Cast) -> None:
    answer = fill(cast, "box", second="E011")
    assert answer.status_code == 422
    assert "两个人" in text_of(answer)
    assert fill(cast, "box", first="").status_code == 422
    after = fill(cast, "box")
    assert 'value="2026-03-16"' in text_of(after)  # the pile goes on: who and when stay
    assert Batch.objects.get().facts["opened_by"] == "E011 E008"
    assert {one.anonymous for one in Matter.objects.all()} == {True}
    assert Event.objects.filter(kind="noted", text__contains="开箱").count() == 2
    assert "没有意见条" in text_of(fill(cast, "box", text=""))


@pytest.mark.rule("CMP-04")
def test_a_letter_is_scanned(cast: Cast) -> None:
    scan = SimpleUploadedFile("信.jpg", picture(), "image/jpeg")
    fill(cast, "letter", text="", photos=[scan], written_on="2026-03-10")
    matter = Matter.objects.get()
    assert (matter.kind, matter.caller_name) == ("complaint.written", "王丽")
    assert matter.person and matter.house  # name and house agree
    assert Photo.objects.filter(matter=matter).count() == 1
    assert "2026-03-10" in Event.objects.get(matter=matter, kind="noted").text
    assert fill(cast, "letter", text="").status_code == 422


def test_a_refused_letter_keeps_its_scan(cast: Cast) -> None:
    scan = SimpleUploadedFile("信.jpg", picture(), "image/jpeg")
    answer = fill(cast, "letter", house="9-9-9", photos=[scan], text="内容甲")
    text = text_of(answer)
    assert answer.status_code == 422
    assert "内容甲" in text and "9-9-9" in text and "已收到 1 张" in text
    kept = answer.context["form"]["kept"].value()
    assert fill(cast, "letter", text="", kept=kept).status_code == 200
    assert Photo.objects.count() == 1


def test_a_sheet_sent_twice_is_one(cast: Cast) -> None:
    key = str(uuid.uuid4())
    assert fill(cast, "box", key=key).status_code == 200
    assert fill(cast, "box", key=key).status_code == 200
    assert Matter.objects.count() == 2


@pytest.mark.parametrize(
    ("channel", "given", "said"),
    [
        ("forum", {"link": "javascript:alert(1)"}, "http://"),
        ("forum", {"link": "http://[bad"}, "http://"),
        ("forum", {"text": " "}, "请写下内容"),
        ("interview", {"house": ""}, "请填写"),
        ("radio", {"first_heard_by": "E999"}, "E999"),
        ("meeting", {"met_on": "1900-01-01"}, "2000"),
        ("walk", {"kind": "nonsense"}, "nonsense"),
        ("sms", {"key": "x"}, "UUID"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    cast: Cast, channel: str, given: dict[str, str], said: str
) -> None:
    answer = fill(cast, channel, **given)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Matter.objects.exists()


def test_save_and_open_leads_to_the_matter(cast: Cast) -> None:
    answer = fill(cast, "radio", then="open")
    assert answer.headers["HX-Redirect"] == f"/matters/{Matter.objects.get().number}/"


@pytest.mark.rule("STD-05")
def test_who_called_in_follows_it(cast: Cast) -> None:
    fill(cast, "walk", first_heard_by=cast.code("guard"))
    assert Matter.objects.get().follower == cast.employee("guard")


def test_an_unknown_sheet_is_not_there(cast: Cast) -> None:
    assert visitor(cast, "manager").get("/intake/smoke/").status_code == 404


def test_a_sheet_costs_the_same_however_much_was_written_down(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    desk = visitor(cast, "receptionist")
    desk.get("/intake/")
    for _ in range(5):
        fill(cast, "box")
    with django_assert_max_num_queries(12):
        desk.get("/intake/")


# -- mail


def test_the_mail_is_listed_read_and_taken(cast: Cast, settings: Any) -> None:
    arrive(cast, plain("灯坏了<script>alert(1)</script>", subject="<b>灯</b>"), BOUNCE)
    settle(cast)
    desk = visitor(cast, "receptionist")
    shown = text_of(desk.get("/mail/"))
    assert "&lt;b&gt;灯" in shown and "退信" in shown
    assert "还没有设置收信信箱" in shown
    settings.MAILBOXES = {"YG": None}
    assert "还没有设置收信信箱" not in text_of(desk.get("/mail/"))
    letter, bounce = RawMail.objects.order_by("id")
    page = text_of(desk.get(f"/mail/{letter.pk}/"))
    assert "&lt;script&gt;" in page and "<script>alert" not in page
    raw = desk.get(f"/mail/{letter.pk}/raw/")
    assert raw["Content-Type"].startswith("text/plain")
    assert raw["X-Content-Type-Options"] == "nosniff"
    assert Entry.objects.filter(subject=f"mail:{letter.pk}").count() == 2
    answer = desk.post(f"/mail/{bounce.pk}/take/")
    bounce.refresh_from_db()
    assert bounce.matter and answer["Location"] == f"/matters/{bounce.matter.number}/"
    assert desk.post(f"/mail/{bounce.pk}/take/").status_code == 409


def test_an_empty_list_of_mails_says_so(cast: Cast) -> None:
    assert "没有邮件" in text_of(visitor(cast, "manager").get("/mail/", state="held"))


def test_long_lists_of_mails_are_paged(cast: Cast, django_assert_max_num_queries: Any) -> None:
    mails = [plain(f"第{n}封", sender=f"a{n}@b.cn", Precedence="bulk") for n in range(60)]
    arrive(cast, *mails)
    settle(cast)
    desk = visitor(cast, "manager")
    desk.get("/mail/")
    with django_assert_max_num_queries(10):
        page = desk.get("/mail/")
    cursor = page.context["page"].next
    assert cursor and text_of(page).count('class="hy-mail"') == 50
    more = desk.get("/mail/", htmx=True, cursor=cursor)
    assert text_of(more).count('class="hy-mail"') == 10
    assert "<html" not in text_of(more)


def test_a_held_mail_is_pointed_out(cast: Cast) -> None:
    from huiyin.intake import actions
    from huiyin.kernel.caller import SYSTEM
    from huiyin.matters.tests.cast import AT

    actions.store_mail(
        by=SYSTEM,
        at=AT,
        community_id=cast.town.community.pk,
        arrived=Arrived("box", 1, 5, b"", 9, refused=True),
    )
    assert "被拦下" in text_of(visitor(cast, "manager").get("/mail/"))


# -- stickers

MAKE = {"buildings": ["3", "5"], "places": "大堂\n1号电梯", "kind": "repair.public"}


def test_stickers_are_made_listed_printed(cast: Cast) -> None:
    Community.objects.filter(code="YG").update(phone="0755-26001234")
    desk = visitor(cast, "supervisor")
    assert "没有贴纸" in text_of(desk.get("/stickers/"))
    assert desk.post("/stickers/", MAKE).status_code == 302
    assert Sticker.objects.count() == 4
    shown = text_of(desk.get("/stickers/"))
    assert "已制作 4 张" in shown and "3栋 1号电梯" in shown
    paper = text_of(desk.get("/stickers/print/"))
    assert paper.count('class="segno"') == 4 and "扫码报修" in paper and "0755-26001234" in paper
    assert text_of(desk.get("/stickers/print/", building="5")).count('class="segno"') == 2
    assert "没有可打印的贴纸" in text_of(desk.get("/stickers/print/", id="999999"))
    desk.post("/stickers/", MAKE)
    assert "没有重复制作" in text_of(desk.get("/stickers/"))


def test_a_paper_that_no_phone_could_open_is_pointed_out(cast: Cast, settings: Any) -> None:
    desk = visitor(cast, "supervisor")
    desk.post("/stickers/", MAKE)
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]
    desk.http.defaults["HTTP_HOST"] = "localhost"
    assert "手机打不开" in text_of(desk.get("/stickers/print/"))
    settings.PUBLIC_URL = "https://fuwu.example.com"
    page = desk.get("/stickers/print/")
    assert "手机打不开" not in text_of(page)
    token = Sticker.objects.order_by("building__order", "place").values_list("token", flat=True)
    urls = {one.url for one in page.context["labels"]}
    assert urls == {f"https://fuwu.example.com/r/{one}/" for one in token}


def test_a_sticker_is_retired_restored_replaced(cast: Cast) -> None:
    desk = visitor(cast, "supervisor")
    desk.post("/stickers/", {**MAKE, "buildings": ["3"], "places": "大堂"})
    one = Sticker.objects.get()
    assert desk.post(f"/stickers/{one.pk}/retire/").status_code == 302
    assert "恢复" in text_of(desk.get("/stickers/", retired="1"))
    assert desk.post(f"/stickers/{one.pk}/restore/").status_code == 302
    answer = desk.post(f"/stickers/{one.pk}/replace/")
    new = Sticker.objects.get(retired_at__isnull=True)
    assert answer["Location"] == f"/stickers/print/?id={new.pk}"
    assert desk.post(f"/stickers/{one.pk}/restore/").status_code == 409
    assert desk.post(f"/stickers/{one.pk}/burn/").status_code == 404


def test_stickers_that_cannot_be_made(cast: Cast) -> None:
    desk = visitor(cast, "supervisor")
    answer = desk.post("/stickers/", {**MAKE, "places": "长" * 61})
    assert answer.status_code == 422 and "太长" in text_of(answer)
    assert desk.post("/stickers/", {**MAKE, "buildings": ["99"]}).status_code == 422
    assert visitor(cast, "guard").get("/stickers/").status_code == 403
