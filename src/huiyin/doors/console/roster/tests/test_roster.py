"""Importing a roster on the page: looked at first, written once."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huiyin.doors.console.tests.visit import Visitor, text_of, visitor
from huiyin.estate.models import House
from huiyin.matters.tests.cast import AT, Cast

ROSTER = "房号,业主姓名,联系电话,建筑面积\n7-1-101,赵一,13900000001,88.5\n7-1-102,钱二,139,abc\n"


def upload(desk: Visitor, content: str = ROSTER, name: str = "住户.csv") -> Any:
    """Send a file."""
    file = SimpleUploadedFile(name, content.encode(), "text/csv")
    headers = {"X-Huiyin-Now": AT.isoformat()}
    return desk.http.post("/roster/", {"file": file}, headers=headers)


def test_a_preview_writes_nothing_and_lists_what_is_wrong(cast: Cast) -> None:
    before = House.objects.count()
    shown = text_of(upload(visitor(cast, "manager")))
    assert "预览,还没有写入" in shown
    assert "abc" in shown
    assert "第 3 行" in shown
    assert House.objects.count() == before


def test_a_confirmed_roster_is_written_once(cast: Cast) -> None:
    desk = visitor(cast, "manager")
    token = text_of(upload(desk)).partition('name="token" value="')[2].partition('"')[0]
    shown = text_of(desk.post("/roster/confirm/", token=token))
    assert "已写入" in shown
    assert House.objects.filter(code="7-1-101").exists()
    assert desk.post("/roster/confirm/", token=token)["Location"] == "/roster/"


def test_what_was_uploaded_belongs_to_its_uploader(cast: Cast) -> None:
    token = text_of(upload(visitor(cast, "manager"))).partition('name="token" value="')[2]
    token = token.partition('"')[0]
    answer = visitor(cast, "supervisor").post("/roster/confirm/", token=token)
    assert answer["Location"] == "/roster/"
    assert not House.objects.filter(code="7-1-101").exists()


def test_a_file_that_is_no_roster_is_refused_in_words(cast: Cast) -> None:
    desk = visitor(cast, "manager")
    assert upload(desk, "甲,乙\n1,2\n").status_code == 422
    assert upload(desk, "x", "文件.xlsx").status_code == 422
    assert desk.post("/roster/").status_code == 422


@pytest.mark.rule("PLN-04")
def test_a_name_that_cannot_be_printed_is_named_before_it_is_imported(cast: Cast) -> None:
    sheet = "楼栋,单元,房号,业主姓名,联系电话\n7栋,1单元,101室,王𠮷,13800000007\n"
    shown = text_of(upload(visitor(cast, "manager"), sheet))
    assert "“𠮷”字库里没有" in shown and "第 2 行" in shown
