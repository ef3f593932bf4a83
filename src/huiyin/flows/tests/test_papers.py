"""Papers built from records, and the final ones in the archive (PLN-04, WO-04, CMP-03, REC-12)."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from huiyin.desk import actions as desk
from huiyin.documents.models import Paper
from huiyin.documents.queries import paper_bytes
from huiyin.doors.console.tests.visit import paper_of, visitor, words_of
from huiyin.fieldwork import actions as fieldwork
from huiyin.fieldwork.models import ChargeSlip
from huiyin.fieldwork.tests.phone import a_job, a_picture, prices
from huiyin.files.actions import store_photo
from huiyin.flows import papers
from huiyin.flows.papers import keeping
from huiyin.incidents import actions as incidents
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.matters import actions
from huiyin.matters.queries.visits import visits_back
from huiyin.matters.tests.cast import AT, Cast

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    keeping.forget()


def signed(cast: Cast, name: str = "王丽") -> str:
    """Do a job for 38.50 that the owner signs."""
    number = a_job(cast, accepted=True, caller=name, phone="13800000001")
    told: dict[str, Any] = {"by": cast.caller("technician"), "at": AT, "number": number}
    actions.arrive_at_matter(**told)
    fieldwork.add_line(**told, code="M01", quantity="1", price="38.50")
    file_id = store_photo(by=told["by"], at=AT, name="s.png", data=a_picture(7))
    fieldwork.sign_sheet(**told, name=name, file_id=file_id, amount="38.50")
    return number


def closed(cast: Cast, number: str, at: Any = AT) -> None:
    """Finish a job, visit back and close it."""
    actions.finish_matter(by=cast.caller("technician"), at=at, number=number, result="换角阀一个")
    desk = {"by": cast.caller("receptionist"), "at": at, "number": number}
    actions.visit_back(**desk, satisfaction=5, comment="师傅很准时", via="phone")
    actions.close_matter(**desk)


def in_archive(kind: str) -> list[Paper]:
    """Return the papers of a kind that are in force."""
    return list(Paper.objects.filter(kind=kind, state="issued").order_by("id"))


def test_a_paper_is_chinese_in_whatever_language_it_was_asked_for(cast: Cast) -> None:
    prices(cast)
    number = signed(cast)
    with translation.override("en"):
        paper = papers.service_order(caller=cast.caller("supervisor"), number=number, at=AT)
    assert paper.data["kind"] == "报修" and paper.data["channel"] == "电话"
    assert paper.data["received_at"] == "2026-03-16 09:00"


@pytest.mark.rule("PLN-04")
def test_a_signed_sheet_is_filed_once_when_its_matter_is_closed(cast: Cast) -> None:
    prices(cast)
    number = signed(cast)
    assert papers.keep_finals(at=AT) == 1  # the slip: the sheet may still say more
    assert in_archive("work_order") == []
    closed(cast, number)
    assert papers.keep_finals(at=AT + HOUR) == 1
    assert papers.keep_finals(at=AT + 2 * HOUR) == 0
    (kept,) = in_archive("work_order")
    assert kept.subject == f"matter:{number}"
    house = kept.house
    assert house is not None and house.code == "3-1-1201"
    data, _name = paper_bytes(caller=cast.caller("receptionist"), paper_id=kept.pk, at=AT)
    words = words_of(data)
    for said in (
        kept.number,
        number,
        "王丽",
        "很满意",
        "换角阀一个",
        "叁拾捌元伍角",
        "138****0001",
    ):
        assert said in words, said
    assert "13800000001" not in words
    with pytest.raises(Forbidden):  # who may not know who raised it (CMP-11)
        paper_bytes(caller=cast.caller("quality"), paper_id=kept.pk, at=AT)


@pytest.mark.rule("PLN-04")
def test_what_is_handed_out_is_the_paper_of_the_archive(cast: Cast) -> None:
    prices(cast)
    number = signed(cast)
    closed(cast, number)
    papers.keep_finals(at=AT)
    (kept,) = in_archive("work_order")
    page = f"/matters/{number}/sheet/paper/"
    one = visitor(cast, "receptionist").get(page, at=AT + HOUR)
    two = visitor(cast, "receptionist").get(page, at=AT + 9 * HOUR)
    assert one.content == two.content and kept.number in paper_of(one)
    narrow = paper_of(visitor(cast, "quality").get(page))  # the record with its blanks
    assert kept.number not in narrow and "王丽" not in narrow and number in narrow


@pytest.mark.rule("WO-04")
def test_a_slip_is_filed_and_voided_is_its_next_version(cast: Cast) -> None:
    prices(cast)
    signed(cast)
    papers.keep_finals(at=AT)
    (first,) = in_archive("slip")
    slip = ChargeSlip.objects.get()
    asked: dict[str, Any] = {"number": slip.number, "at": AT}
    fieldwork.ask_void(by=cast.caller("supervisor"), reason="数量错", **asked)
    fieldwork.void_slip(by=cast.caller("manager"), **asked)
    assert papers.keep_finals(at=AT + HOUR) == 1
    (second,) = in_archive("slip")
    assert (second.replaces_id, second.version) == (first.pk, 2)
    data, _name = paper_bytes(caller=cast.caller("supervisor"), paper_id=second.pk, at=AT)
    assert "已作废" in words_of(data) and slip.number in words_of(data)
    assert papers.keep_finals(at=AT + HOUR) == 0


@pytest.mark.rule("REC-12")
def test_the_log_of_a_signed_shift_is_filed(cast: Cast) -> None:
    desk_hand, boss = cast.caller("receptionist"), cast.caller("supervisor")
    shift = desk.sign_in(by=desk_hand, at=AT, community="YG")
    desk.write_note(by=desk_hand, at=AT, log=shift, text="供电局来电,周三检修")
    desk.hand_over_shift(by=desk_hand, at=AT + HOUR, log=shift, excuse="停电无法检查")
    desk.take_over(by=cast.caller("dispatcher"), at=AT + HOUR, log=shift)
    assert papers.keep_finals(at=AT + HOUR) == 0
    desk.sign_log(by=boss, at=AT + 2 * HOUR, log=shift, opinion="已阅")
    assert papers.keep_finals(at=AT + 2 * HOUR) == 1
    (kept,) = in_archive("duty_log")
    words = words_of(paper_bytes(caller=boss, paper_id=kept.pk, at=AT)[0])
    for said in (kept.number, "周三检修", "停电无法检查", "已阅", cast.employee("supervisor").name):
        assert said in words, said
    with pytest.raises(Forbidden):  # who does no shifts reads no log of one
        paper_bytes(caller=cast.caller("technician"), paper_id=kept.pk, at=AT)


@pytest.mark.rule("CMP-03")
def test_a_filed_incident_report_is_in_the_archive(cast: Cast) -> None:
    number = cast.receive(kind="complaint.emergency", text="3栋电梯困人")
    story: dict[str, Any] = {"course": "08:12 救出", "cause": "接触器老化", "measures": "全部更换"}
    incidents.submit_report(by=cast.caller("supervisor"), at=AT, number=number, **story)
    given: dict[str, Any] = {"at": AT + HOUR, "number": number, "opinion": "情况属实"}
    assert papers.keep_finals(at=AT + HOUR) == 0
    incidents.approve_report(by=cast.caller("manager"), **given)
    incidents.approve_report(by=cast.caller("company_service"), **given)
    assert papers.keep_finals(at=AT + 2 * HOUR) == 1
    (kept,) = in_archive("incident_report")
    assert kept.subject == f"matter:{number}"
    page = f"/matters/{number}/incident/paper/"
    drawn = paper_of(visitor(cast, "manager").get(page, at=AT + 2 * HOUR))
    for said in (kept.number, number, "08:12救出", "接触器老化", "情况属实"):
        assert said in drawn, said


def test_a_name_no_font_has_holds_up_nobody_else(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    prices(cast)
    signed(cast, name="\U0003134a先生")
    good = signed(cast)
    assert papers.keep_finals(at=AT) == 1
    (kept,) = in_archive("slip")
    assert kept.data["matter"] == good
    tried: list[object] = []
    monkeypatch.setattr(keeping, "_keep", lambda one, _at: tried.append(one))
    papers.keep_finals(at=AT + timedelta(minutes=1))
    assert tried == []  # again in an hour, not every minute
    papers.keep_finals(at=AT + HOUR)
    assert len(tried) == 1


def test_whoever_asks_for_the_paper_with_such_a_name_is_told(cast: Cast) -> None:
    prices(cast)
    number = signed(cast, name="\U0003134a先生")
    told = visitor(cast, "supervisor").get(f"/matters/{number}/sheet/paper/")
    assert told.status_code == 422
    assert "字库里没有这些字" in told.content.decode()


@pytest.mark.rule("VIS-03")
def test_the_record_of_visits_back_says_who_was_asked_what(cast: Cast) -> None:
    number = a_job(cast, accepted=True)
    closed(cast, number)
    day = date(2026, 3, 16)
    place = cast.town.community.pk
    asked: dict[str, Any] = {"community_id": place, "since": day, "until": day, "at": AT}
    paper = papers.visit_record(caller=cast.caller("supervisor"), **asked)
    (row,) = paper.data["rows"]
    assert row == {
        "at": "2026-03-16 09:00",
        "house": "3-1-1201",
        "way": "电话",
        "number": number,
        "opinion": "师傅很准时",
        "satisfaction": "很满意",
        "handling": "已关闭",
        "by": cast.employee("receptionist").name,
    }
    assert paper.data["counts"] == [["回访", "1 件"], ["满意以上", "1 件"], ["不满意", "0 件"]]
    other = {**asked, "since": day + timedelta(days=1), "until": day + timedelta(days=1)}
    assert papers.visit_record(caller=cast.caller("supervisor"), **other).data["rows"] == []
    with pytest.raises(NotFound):
        papers.visit_record(caller=cast.caller("E031"), **asked)


@pytest.mark.rule("CMP-11")
def test_the_record_hides_the_house_of_who_complained(cast: Cast) -> None:
    number = cast.receive()
    at = AT + HOUR
    by = cast.caller("receptionist")
    actions.assign_matter(by=by, at=at, number=number, to=cast.code("keeper"))
    actions.accept_matter(by=cast.caller("keeper"), at=at, number=number)
    actions.finish_matter(by=cast.caller("keeper"), at=at, number=number, result="已清理")
    actions.visit_back(by=by, at=at, number=number, satisfaction=2, comment="又堆了")
    actions.reopen_matter(by=by, at=at, number=number, reason="又堆了")
    days: dict[str, Any] = {
        "community_id": cast.town.community.pk,
        "since": AT,
        "until": AT + timedelta(days=1),
    }
    (known,) = visits_back(caller=cast.caller("supervisor"), **days)
    assert known.house == "3-1-1201" and known.handled.startswith("重新打开")
    (hidden,) = visits_back(caller=cast.caller("quality"), **days)
    assert hidden.house == "" and hidden.opinion == "又堆了"


@pytest.mark.rule("CMP-09")
def test_the_analysis_of_complaints_counts_as_the_weekly_message_does(cast: Cast) -> None:
    for _n in range(3):
        cast.receive()
    cast.receive(at=AT - timedelta(days=1))
    asked: dict[str, Any] = {"since": date(2026, 3, 16), "until": date(2026, 3, 16), "at": AT}
    paper = papers.complaint_statistics(
        caller=cast.caller("manager"), community_id=cast.town.community.pk, **asked
    )
    assert paper.data["counts"][:2] == [["本期投诉", "3"], ["上期投诉", "1"]]
    kinds = paper.data["tables"][0]
    assert (kinds["title"], kinds["rows"]) == ("类别", [["投诉", 3]])
    assert "投诉统计分析报告" in words_of(paper.pdf())
