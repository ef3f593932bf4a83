"""The price list, the store, slips and papers on their pages."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from huiyin.doors.console.tests.visit import paper_of, text_of, visitor
from huiyin.fieldwork import actions
from huiyin.fieldwork.models import ChargeSlip, Line
from huiyin.fieldwork.tests.phone import Phone, a_job, a_picture, prices
from huiyin.files.actions import store_photo
from huiyin.matters.actions import arrive_at_matter
from huiyin.matters.tests.cast import AT, Cast


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path


def a_signed_job(cast: Cast) -> str:
    """Do a job for 38.50 and let the owner sign; the price list must be there."""
    number = a_job(cast, accepted=True, caller="王丽", phone="13800000001")
    told: dict[str, Any] = {"by": cast.caller("technician"), "at": AT, "number": number}
    arrive_at_matter(**told)
    actions.add_line(**told, code="M01", quantity="1", price="38.50")
    file_id = store_photo(by=told["by"], at=AT, name="s.png", data=a_picture(7))
    actions.sign_sheet(**told, name="王丽", file_id=file_id, amount="38.50")
    return number


ADD = {
    "step": "add",
    "add-code": "m07",
    "add-name": "三角阀",
    "add-kind": "material",
    "add-unit": "个",
    "add-price": "25.5",
    "add-from_on": "2026-03-16",
    "add-reason": "常用",
}


def test_the_list_is_written_changed_and_retired(cast: Cast) -> None:
    boss = visitor(cast, "supervisor")
    assert "价目表还是空的" in text_of(boss.get("/prices/"))
    refused = boss.post("/prices/", {**ADD, "add-price": "很贵"})
    assert refused.status_code == 422
    assert "请填写单价" in text_of(refused) and "三角阀" in text_of(refused)
    assert boss.post("/prices/", ADD).status_code == 302
    assert "三角阀" in text_of(boss.get("/prices/"))
    change = {
        "step": "change",
        "change-price": "28",
        "change-from_on": "2026-04-01",
        "change-reason": "进价上涨",
    }
    assert boss.post("/prices/M07/", change).status_code == 302
    shown = text_of(boss.get("/prices/M07/"))
    assert "待生效" in shown and "28.00" in shown and "25.50" in shown
    late = boss.post("/prices/M07/", {**change, "change-from_on": "2026-03-01"})
    assert late.status_code == 422 and "不能早于今天" in text_of(late)
    assert boss.post("/prices/M07/", {"step": "burn"}).status_code == 404
    technician = visitor(cast, "technician")
    assert technician.post("/prices/", ADD).status_code == 403
    assert "新增项目" not in text_of(technician.get("/prices/"))


@pytest.mark.rule("WO-09")
def test_the_store_is_received_and_counted(cast: Cast) -> None:
    foreman = visitor(cast, "maintenance_foreman")
    assert "还没有材料" in text_of(foreman.get("/stock/"))
    prices(cast)
    receive = {"step": "receive", "receive-quantity": "10", "receive-reason": "采购"}
    assert foreman.post("/stock/M01/", receive).status_code == 302
    count = {"step": "count", "count-counted": "8", "count-reason": "月末"}
    assert foreman.post("/stock/M01/", count).status_code == 302
    shown = text_of(foreman.get("/stock/M01/"))
    assert "8.00" in shown and "-2.00" in shown and "盘点" in shown
    wrong = foreman.post("/stock/M01/", {**receive, "receive-quantity": "0"})
    assert wrong.status_code == 422 and "大于 0" in text_of(wrong)
    assert foreman.get("/stock/M99/").status_code == 404


def test_a_slip_is_voided_on_its_page_by_two(cast: Cast) -> None:
    prices(cast)
    a_signed_job(cast)
    slip = ChargeSlip.objects.get().number
    one, two = visitor(cast, "supervisor"), visitor(cast, "manager")
    assert slip in text_of(one.get("/slips/"))
    page = f"/slips/{slip}/"
    assert "叁拾捌元伍角" in text_of(one.get(page))
    empty = one.post(page, {"step": "ask", "ask-reason": ""})
    assert empty.status_code == 422
    assert one.post(page, {"step": "ask", "ask-reason": "数量错"}).status_code == 302
    assert "同意作废" not in text_of(one.get(page))
    assert "同意作废" in text_of(two.get(page))
    assert one.post(page, {"step": "void"}).status_code == 403
    assert two.post(page, {"step": "void"}).status_code == 302
    assert "已作废" in text_of(two.get(page))


def test_the_sheet_is_a_paper_of_two_copies(cast: Cast) -> None:
    prices(cast)
    number = a_signed_job(cast)
    desk = visitor(cast, "supervisor")
    shown = text_of(desk.get(f"/matters/{number}/sheet/"))
    for said in ("角阀", "38.50", "叁拾捌元伍角", f"/matters/{number}/sheet/paper/"):
        assert said in shown
    drawn = paper_of(desk.get(f"/matters/{number}/sheet/paper/"))
    wanted = ("存根", "业主联", "13800000001", "角阀", "38.50", "叁拾捌元伍角", "许技", number)
    for said in wanted:
        assert said in drawn, said
    # Who may not know who raised it has the paper without name, number and signature (CMP-11).
    narrow = paper_of(visitor(cast, "quality").get(f"/matters/{number}/sheet/paper/"))
    assert "13800000001" not in narrow and "王丽" not in narrow and "角阀" in narrow


def test_a_slip_is_a_paper_that_says_when_it_is_void(cast: Cast) -> None:
    prices(cast)
    a_signed_job(cast)
    number = ChargeSlip.objects.get().number
    one, two = visitor(cast, "supervisor"), visitor(cast, "manager")
    drawn = paper_of(one.get(f"/slips/{number}/paper/"))
    for said in (number, "王丽", "叁拾捌元伍角", "38.50", "业主联", "存根"):
        assert said in drawn, said
    assert "已作废" not in drawn
    one.post(f"/slips/{number}/", {"step": "ask", "ask-reason": "数量错"})
    two.post(f"/slips/{number}/", {"step": "void"})
    assert "已作废" in paper_of(one.get(f"/slips/{number}/paper/"))
    assert visitor(cast, "technician").get(f"/slips/{number}/paper/").status_code == 403


def test_a_conflict_is_seen_on_the_sheet(cast: Cast) -> None:
    prices(cast)
    number = a_job(cast, accepted=True)
    phone = Phone(cast)
    phone.did("line", number, AT, code="M01", quantity="1", price="30")
    phone.send(AT)
    shown = text_of(visitor(cast, "supervisor").get(f"/matters/{number}/sheet/"))
    assert "手机补传但没有生效的记录" in shown and "价目表是 38.50 元" in shown


def test_a_signature_is_served_through_its_matter_only(cast: Cast) -> None:
    prices(cast)
    number, other = a_signed_job(cast), a_job(cast)
    file_id = ChargeSlip.objects.get().signature_id
    address = f"/matters/{number}/sheet/signature/{file_id}/"
    response = visitor(cast, "technician").get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"].startswith("private")
    assert visitor(cast, "guard").get(address).status_code == 404
    assert visitor(cast, "E031").get(address).status_code == 404
    # Who may see the matter but not who raised it, sees no signature either.
    assert visitor(cast, "quality").get(address).status_code == 404
    elsewhere = f"/matters/{other}/sheet/signature/{file_id}/"
    assert visitor(cast, "manager").get(elsewhere).status_code == 404


@pytest.mark.parametrize("address", ["/prices/", "/stock/", "/slips/"])
def test_a_long_list_costs_no_more_questions(
    cast: Cast, django_assert_max_num_queries: Any, address: str
) -> None:
    prices(cast)
    for _ in range(6):
        a_signed_job(cast)
    boss = visitor(cast, "manager")
    boss.get(address)
    with django_assert_max_num_queries(8):
        assert boss.get(address).status_code == 200


def test_a_paper_sheet_is_written_down_afterwards(cast: Cast) -> None:
    prices(cast)
    number = a_job(cast, accepted=True)
    arrive_at_matter(by=cast.caller("technician"), at=AT, number=number)
    page = f"/matters/{number}/sheet/"
    desk = visitor(cast, "receptionist")
    line = {"step": "line", "line-item": "M01 38.5000", "line-quantity": "2"}
    assert desk.post(page, line).status_code == 302
    other = {
        "step": "other",
        "other-kind": "labour",
        "other-text": "开孔",
        "other-quantity": "1",
        "other-price": "20",
    }
    assert desk.post(page, other).status_code == 302
    wrong = desk.post(page, {**other, "other-quantity": "0"})
    assert wrong.status_code == 422 and "大于 0" in text_of(wrong)
    shown = text_of(desk.get(page))
    assert "97.00" in shown and "补录纸单" in shown
    key = str(Line.objects.get(text="开孔").key)
    assert desk.post(page, {"step": "drop", "drop-line": key}).status_code == 302
    paper = SimpleUploadedFile("paper.png", a_picture(9), "image/png")
    signed = {"step": "sign", "sign-name": "王丽", "sign-amount": "97.00", "sign-paper": paper}
    refused = desk.post(page, signed)
    assert refused.status_code == 422
    assert "业主看到的是 97.00 元,工作单现在是 77.00 元" in text_of(refused)
    paper = SimpleUploadedFile("paper.png", a_picture(9), "image/png")
    assert (
        desk.post(page, {**signed, "sign-amount": "77.00", "sign-paper": paper}).status_code == 302
    )
    assert ChargeSlip.objects.get().amount == 77
    late = desk.post(page, line)
    assert late.status_code == 422 and "已经签字" in text_of(late)
    assert "补录纸单" not in text_of(desk.get(page))
    assert visitor(cast, "collector").post(page, line).status_code == 403


def test_money_that_nobody_signed_for_is_seen(cast: Cast) -> None:
    prices(cast)
    number = a_job(cast, accepted=True)
    phone = Phone(cast)
    phone.did("arrive", number, AT)
    phone.did("line", number, AT, code="M01", quantity="1", price="38.50")
    phone.did("finish", number, AT, result="好了")
    told = phone.send(AT)
    assert "工作单 38.50 元还没有业主签字" in told[-1].told
    shown = text_of(visitor(cast, "finance").get("/slips/"))
    assert "已完工但没有签字" in shown and number in shown
    assert "还没有业主签字" in text_of(visitor(cast, "manager").get(f"/matters/{number}/"))
    assert phone.sign(number, "38.50", AT).state == "done"
    assert "已完工但没有签字" not in text_of(visitor(cast, "finance").get("/slips/"))


@pytest.mark.rule("WO-08")
def test_a_paid_service_from_request_to_charge(cast: Cast) -> None:
    boss = visitor(cast, "supervisor")
    service = {**ADD, "add-code": "S01", "add-name": "擦窗", "add-kind": "service"}
    assert boss.post("/prices/", service).status_code == 302
    number = a_job(cast, kind="special_service", text="请擦窗")
    phone = Phone(cast)
    phone.did("accept", number, AT)
    phone.did("arrive", number, AT)
    phone.did("line", number, AT, code="S01", quantity="2", price="25.5000")
    phone.send(AT)
    assert phone.sign(number, "51.00", AT).state == "done"
    (line,) = ChargeSlip.objects.get().lines
    assert (line["kind"], line["text"], line["amount"]) == ("service", "擦窗", "51.00")
