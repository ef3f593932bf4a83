"""Checklists filled in on their page, item by item, and printed."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from huiyin.checklists import actions
from huiyin.checklists.models import Mark, Run
from huiyin.doors.console.tests.visit import Visitor, paper_of, text_of, visitor
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast

LATER = AT + timedelta(minutes=20)
ITEMS = """
[[item]]
key = "door"
title = "门已锁"
raises = "repair.public"
[[item]]
key = "heat"
title = "水温"
kind = "number"
unit = "℃"
least = "5"
most = "60"
minutes = 10
[[item]]
key = "look"
title = "外观"
kind = "choice"
options = ["完好", "破损"]
bad_options = ["破损"]
group = "外部"
[[item]]
key = "words"
title = "说明"
kind = "text"
required = false
[[item]]
key = "pictures"
title = "照片"
kind = "photo"
required = false
[[item]]
key = "sign"
title = "业主签字"
kind = "signature"
required = false
[[item]]
key = "who"
title = "到场人"
kind = "person_time"
required = false
"""


@pytest.fixture(autouse=True)
def own_files(tmp_path: Any, settings: Any) -> None:
    """Keep the files of these tests apart."""
    settings.HOME = tmp_path


def save(cast: Cast) -> None:
    """Write a checklist of every kind of item."""
    actions.save_template(
        by=cast.caller("manager"),
        at=AT,
        community_id=cast.town.community.pk,
        code="own.all",
        title="泵房检查",
        items=ITEMS,
        reason="新",
    )


def start(cast: Cast, page: Visitor) -> str:
    """Start a run on its page and return its address."""
    save(cast)
    answer = page.post("/checklists/", {"code": "own.all", "place": "3栋泵房"})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def picture(colour: str = "red") -> SimpleUploadedFile:
    """Make a small picture."""
    data = BytesIO()
    Image.new("RGB", (8, 8), colour).save(data, "PNG")
    return SimpleUploadedFile("p.png", data.getvalue(), "image/png")


def test_a_run_is_filled_in_item_by_item_and_ended(cast: Cast) -> None:
    page = visitor(cast, "technician")
    path = start(cast, page)
    shown = text_of(page.get(path))
    for word in ("3栋泵房", "5 至 60 ℃", "限 10 分钟", "外部", "还有 3 个必填项"):
        assert word in shown
    sent: dict[str, dict[str, Any]] = {
        "door": {"value": "yes"},
        "heat": {"value": "75", "note": "表坏"},
        "look": {"value": "完好"},
        "words": {"value": "<b>好</b>"},
        "pictures": {"files": [picture(), picture("blue")]},
        "sign": {"files": [picture()], "name": "王丽"},
        "who": {"name": "许技", "at": "2026-03-16T09:15"},
    }
    for item, form in sent.items():
        answer = page.post(f"{path}mark/{item}/", form, htmx=True, at=LATER)
        assert answer.status_code == 200, text_of(answer)
        assert f'id="item-{item}"' in text_of(answer) and 'id="progress"' in text_of(answer)
    marks = {one.item: one for one in Mark.objects.all()}
    assert marks["door"].value is True
    assert (marks["heat"].failed, marks["heat"].note) == (True, "表坏")
    assert len(marks["pictures"].value["files"]) == 2
    assert marks["sign"].value["name"] == "王丽"
    assert marks["who"].value == {"name": "许技", "at": "2026-03-16T01:15:00+00:00"}
    shown = text_of(page.get(path, at=LATER))
    assert "75 ℃" in shown and "不合格" in shown and "超时" in shown
    assert "&lt;b&gt;好&lt;/b&gt;" in shown
    assert page.post(f"{path}finish/", at=LATER).status_code == 302
    shown = text_of(page.get(path, at=LATER))
    assert "已完成" in shown and "mark/" not in shown
    assert page.post(f"{path}mark/door/", {"value": "no"}, at=LATER).status_code == 409


def test_missing_items_are_named_and_nothing_is_ended(cast: Cast) -> None:
    page = visitor(cast, "technician")
    path = start(cast, page)
    answer = page.post(f"{path}finish/")
    assert answer.status_code == 409
    assert "门已锁、水温、外观" in text_of(answer)


def test_a_failed_item_becomes_a_matter_at_once(cast: Cast) -> None:
    page = visitor(cast, "technician")
    path = start(cast, page)
    answer = page.post(f"{path}mark/door/", {"value": "no", "note": "锁芯坏"}, htmx=True)
    matter = Matter.objects.get(kind="repair.public")
    assert f"已生成 {matter.number}" in text_of(answer)


@pytest.mark.parametrize(
    ("item", "form", "said"),
    [
        ("door", {}, "请选择"),
        ("heat", {"value": "12度"}, "请填写数字"),
        ("words", {"value": ""}, "请填写内容"),
        ("pictures", {}, "请拍照"),
        ("pictures", {"files": "broken"}, "只接受"),
        ("sign", {"name": "王丽"}, "请签名"),
        ("who", {"name": "许技", "at": "昨天"}, "请填写时间"),
        ("who", {"name": "", "at": "2026-03-16T09:00"}, "请填写内容"),
    ],
)
def test_a_refusal_stands_at_its_item_and_keeps_what_was_typed(
    cast: Cast, item: str, form: dict[str, Any], said: str
) -> None:
    page = visitor(cast, "technician")
    path = start(cast, page)
    for htmx in (True, False):
        if "files" in form:
            form = {"files": SimpleUploadedFile("x.png", b"no picture")}
        answer = page.post(f"{path}mark/{item}/", {**form, "note": "备注留着"}, htmx=htmx)
        assert answer.status_code == 422
        shown = text_of(answer)
        assert said in shown and "备注留着" in shown
        for typed in form.values():
            assert not isinstance(typed, str) or typed in shown
    assert not Mark.objects.exists()


def test_sent_twice_it_is_marked_once(cast: Cast) -> None:
    page = visitor(cast, "technician")
    path = start(cast, page)
    key = re.search(r'name="key" value="([0-9a-f-]+)"', text_of(page.get(path)))
    assert key
    for _ in range(2):
        form = {"value": "yes", "key": key[1]}
        assert page.post(f"{path}mark/door/", form, htmx=True).status_code == 200
    assert Mark.objects.count() == 1


def test_photos_are_added_or_changed_and_shown_to_the_house_only(cast: Cast) -> None:
    page = visitor(cast, "technician")
    path = start(cast, page)
    page.post(f"{path}mark/pictures/", {"files": [picture()]})
    page.post(f"{path}mark/pictures/", {"files": [picture("blue")]})
    both = Mark.objects.latest("id").value["files"]
    assert len(both) == 2
    page.post(f"{path}mark/pictures/", {"files": [picture("green")], "anew": "1"})
    assert len(Mark.objects.latest("id").value["files"]) == 1
    answer = page.get(f"{path}photos/{both[0]}/")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/png"
    assert page.get(f"{path}photos/{both[1] + 99}/").status_code == 404
    assert visitor(cast, "E031").get(f"{path}photos/{both[0]}/").status_code == 404


def test_a_run_is_dropped_for_a_reason(cast: Cast) -> None:
    page = visitor(cast, "technician")
    path = start(cast, page)
    assert page.post(f"{path}drop/", {"reason": ""}).status_code == 422
    assert visitor(cast, "guard").post(f"{path}drop/", {"reason": "x"}).status_code == 403
    assert page.post(f"{path}drop/", {"reason": "选错表"}).status_code == 302
    assert "已作废" in text_of(page.get(path))


def test_the_list_of_a_procedure_is_only_read_here_by_who_sees_the_matter(cast: Cast) -> None:
    number = cast.receive(kind="repair")
    run_id = actions.start_run(
        by=cast.caller("manager"),
        at=AT,
        community_id=cast.town.community.pk,
        code="visit.home",
        subject=f"matter:{number}",
    )
    path = f"/checklists/{run_id}/"
    page = visitor(cast, "manager")
    shown = text_of(page.get(path))
    assert number in shown and "只供查看" in shown and "mark/" not in shown
    assert page.post(f"{path}mark/cause/", {"value": "yes"}).status_code == 403
    assert page.post(f"{path}finish/").status_code == 403
    for there in (path, f"{path}print/"):
        assert visitor(cast, "gardener").get(there).status_code == 404
    assert number in text_of(page.get("/checklists/"))
    assert number not in text_of(visitor(cast, "gardener").get("/checklists/"))
    assert page.post("/checklists/", {"code": "visit.home", "place": "x"}).status_code == 422


def test_a_run_is_started_where_and_for_what_is_said(cast: Cast) -> None:
    save(cast)
    page = visitor(cast, "guard")
    answer = page.post("/checklists/", {"code": "own.all", "place": ""})
    assert answer.status_code == 422 and "泵房检查" in text_of(answer)
    first = page.post("/checklists/", {"code": "own.all", "place": "东门"})
    again = page.post("/checklists/", {"code": "own.all", "place": "东门"})
    assert first.headers["Location"] == again.headers["Location"]
    assert Run.objects.count() == 1
    assert "东门" in text_of(page.get("/checklists/"))
    assert "还没有检查记录" in text_of(page.get("/checklists/", show="done"))
    assert page.get("/checklists/", show="nothing").status_code == 404
    assert page.get("/checklists/99999999999999999999/").status_code == 404


def test_papers_are_in_chinese_with_a_code_and_room_to_sign(cast: Cast) -> None:
    page = visitor(cast, "technician")
    path = start(cast, page)
    page.post(f"{path}mark/heat/", {"value": "20", "note": "正常"})
    page.post(f"{path}mark/pictures/", {"files": [picture()]})
    filled = paper_of(page.get(f"{path}print/"))
    for word in ("YG花园", "泵房检查", "YG-JC-", "20℃", "未填", "检查人签字", "3栋泵房", "正常"):
        assert word in filled, word
    blank = paper_of(page.get("/checklists/templates/own.all/print/"))
    for word in ("YG花园", "是否", "完好破损", "5至60℃", "主管签字"):
        assert word in blank, word
    assert "20℃" not in blank


def test_lists_and_runs_ask_few_questions_however_long(cast: Cast) -> None:
    page = visitor(cast, "technician")
    start(cast, page)
    page.get("/checklists/")
    with CaptureQueriesContext(connection) as few:
        page.get("/checklists/")
    for number in range(20):
        page.post("/checklists/", {"code": "own.all", "place": f"{number}栋"})
    with CaptureQueriesContext(connection) as many:
        page.get("/checklists/")
    assert len(many) == len(few)
