"""The catalogue on its pages: empty, filled and refused, and what approving a price looks like."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from huiyin.approvals.models import Request
from huiyin.billing.models import Assignment, ChargeGroup, ChargeItem, Relief, Tariff, Terms
from huiyin.billing.tests.cast import Estate
from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.estate.models import House
from huiyin.matters.tests.cast import Cast

DRAFT = {
    "step": "draft",
    "draft-house_kinds": ["flat", "shop"],
    "draft-price": "3.10",
    "draft-from_on": "2026-07-01",
    "draft-basis": "业主大会 2026-02 决议",
}
GROUP = {
    "code": "C",
    "name": "半年账单",
    "months": "6",
    "draft_after": "-20",
    "issue_after": "-10",
    "due_after": "10",
    "offset_after": "0",
    "debit_after": "10,20",
    "in_use": "on",
}
ITEM = {
    "save-code": "lift",
    "save-name": "电梯费",
    "save-way": "fixed",
    "save-phase": "advance",
    "save-split": "day",
    "save-account": "600101",
    "save-order": "9",
    "save-in_use": "on",
}


def test_the_empty_page_sets_up_the_usual_charges(cast: Cast) -> None:
    finance = visitor(cast, "finance")
    empty = text_of(finance.get("/charges/"))
    assert "怎么开始" in empty and "建常用项目" in empty
    assert "请财务或收费员在这里设置" in text_of(visitor(cast, "receptionist").get("/charges/"))
    collector = visitor(cast, "collector")
    assert "请财务或项目经理先开账" in text_of(collector.get("/charges/"))
    assert collector.post("/charges/", {"opened_on": "2026-01-01"}).status_code == 403
    wrong = finance.post("/charges/", {"opened_on": ""})
    assert wrong.status_code == 422
    assert finance.post("/charges/", {"opened_on": "2026-01-01"}).status_code == 302
    shown = text_of(finance.get("/charges/"))
    assert "物业管理费" in shown and "还没有单价" in shown and "3 条待批" in shown
    assert "起草单价并提交审批" in shown
    again = finance.post("/charges/", {"opened_on": "2026-01-01"})
    assert again.status_code == 422


def test_the_page_shows_prices_days_and_who_is_charged(estate: Estate) -> None:
    shown = text_of(visitor(estate.cast, "collector").get("/charges/"))
    for said in ("出账日", "2026-03-17", "2026年第二季度", "2.80", "按面积计费", "代收"):
        assert said in shown
    assert "怎么开始" not in shown


def test_a_group_is_written(estate: Estate) -> None:
    finance = visitor(estate.cast, "finance")
    assert finance.get("/charges/groups/").status_code == 200
    wrong = finance.post("/charges/groups/", {**GROUP, "due_after": "-11"})
    assert wrong.status_code == 422 and "应缴日不能早于出账日" in text_of(wrong)
    assert "半年账单" in text_of(wrong)
    odd = finance.post("/charges/groups/", {**GROUP, "debit_after": "十号"})
    assert "请只填天数" in text_of(odd)
    assert finance.post("/charges/groups/", GROUP).status_code == 302
    assert ChargeGroup.objects.get(code="C").debit_after == [10, 20]
    page = text_of(finance.get("/charges/groups/C/"))
    assert "2026年上半年" in page or "2026年下半年" in page
    changed = {**GROUP, "name": "上下半年"}
    assert finance.post("/charges/groups/C/", changed).status_code == 302
    assert finance.get("/charges/groups/nothing/").status_code == 404
    assert visitor(estate.cast, "keeper").get("/charges/groups/").status_code == 403


def test_an_item_is_written_and_changed(estate: Estate) -> None:
    finance = visitor(estate.cast, "finance")
    form = {**ITEM, "save-group_id": str(estate.groups["A"].pk)}
    assert finance.get("/charges/items/").status_code == 200
    wrong = finance.post("/charges/items/", {**form, "save-agency": "on"})
    assert wrong.status_code == 422 and "代收的钱不是收入" in text_of(wrong)
    assert finance.post("/charges/items/", form).status_code == 302
    page = "/charges/items/lift/"
    assert "还没有批准过单价" in text_of(finance.get(page))
    change = {**form, "step": "save", "save-name": "电梯维保费"}
    assert finance.post(page, change).status_code == 302
    assert ChargeItem.objects.get(code="lift").name == "电梯维保费"
    assert finance.post(page, {"step": "burn"}).status_code == 404
    assert finance.get("/charges/items/no/").status_code == 404


@pytest.mark.rule("BIL-01")
@pytest.mark.rule("PLN-02")
def test_a_price_goes_from_draft_through_two_people_to_the_board(estate: Estate) -> None:
    finance = visitor(estate.cast, "finance")
    page = "/charges/items/management/"
    gap = finance.post(page, {**DRAFT, "draft-from_on": "2024-01-01"})
    assert gap.status_code == 422 and "2025-01-01 起已有批准" in text_of(gap)
    assert "业主大会 2026-02 决议" in text_of(gap)  # nothing typed is lost
    assert finance.post(page, DRAFT).status_code == 302
    made = Tariff.objects.get(state="draft", house_kind="flat")
    address = f"/charges/tariffs/{made.pk}/"
    shown = text_of(finance.get(address))
    assert "提交审批" in shown and "3.10" in shown and "2.80" in shown
    assert finance.post(address, {"step": "submit"}).status_code == 302
    twice = finance.post(address, {"step": "submit"})
    assert twice.status_code == 422 and "不是草稿" in text_of(twice)
    request = Request.objects.get()
    for step, post in enumerate(("manager", "company_finance")):
        boss = visitor(estate.cast, post)
        asked = text_of(boss.get(f"/approvals/{request.pk}/"))
        assert "收费标准:物业费 住宅 3.10 元" in asked and address in asked
        verdict = {"act": "decide", "decide-verdict": "approved", "decide-step": step}
        assert boss.post(f"/approvals/{request.pk}/", verdict).status_code == 302
    assert "待生效" in text_of(finance.get(page))
    assert "2026-07-01 起执行" in text_of(finance.get("/charges/board/"))


def test_a_draft_is_changed_taken_back_and_dropped(estate: Estate) -> None:
    finance = visitor(estate.cast, "finance")
    finance.post("/charges/items/water/", {**DRAFT, "draft-house_kinds": []})
    made = Tariff.objects.get(state="draft")
    assert made.house_kind == ""
    address = f"/charges/tariffs/{made.pk}/"
    change = {
        "step": "change",
        "change-price": "3.50",
        "change-bound_1": "18",
        "change-price_2": "5.25",
        "change-from_on": "2026-07-01",
        "change-basis": "物价局文件",
    }
    wrong = finance.post(address, {**change, "change-bound_1": ""})
    assert wrong.status_code == 422 and "最后一档不设上限" in text_of(wrong)
    assert finance.post(address, change).status_code == 302
    assert "18 以上: 5.25" in text_of(finance.get(address))
    finance.post(address, {"step": "submit"})
    assert finance.post(address, {"step": "take_back"}).status_code == 302
    assert finance.post(address, {"step": "drop"}).status_code == 302
    made.refresh_from_db()
    assert made.state == "dropped"
    assert finance.post(address, {"step": "burn"}).status_code == 404
    assert finance.post(address, {}).status_code == 404


def test_terms_are_written_by_who_may(estate: Estate) -> None:
    form = {"developer_id": str(estate.developer.pk), "ways": "前台刷卡"}
    assert visitor(estate.cast, "collector").post("/charges/terms/", form).status_code == 403
    assert "阳光置业" in text_of(visitor(estate.cast, "collector").get("/charges/terms/"))
    assert visitor(estate.cast, "finance").post("/charges/terms/", form).status_code == 302
    assert Terms.objects.get().ways == "前台刷卡"


def test_the_board_says_when_there_is_nothing(cast: Cast) -> None:
    assert "还没有批准的收费标准" in text_of(visitor(cast, "manager").get("/charges/board/"))


# -- who bears what


def test_a_house_gets_changes_and_loses_a_charge(estate: Estate) -> None:
    finance = visitor(estate.cast, "finance")
    page = "/charges/houses/3-1-1201/"
    shown = text_of(finance.get(page))
    assert "物业费" in shown and "每月 275.80 元" in shown
    add = {
        "step": "assign",
        "assign-item_id": str(estate.items["parking"].pk),
        "assign-pays": "owner",
        "assign-quantity": "1",
        "assign-label": "B1-002",
    }
    undated = finance.post(page, add)
    assert undated.status_code == 422 and "没有登记交付日期" in text_of(undated)
    assert finance.post(page, {**add, "assign-from_on": "2026-03-01"}).status_code == 302
    again = finance.post(page, {**add, "assign-from_on": "2026-04-01"})
    assert again.status_code == 422 and "已经有" in text_of(again)
    row = Assignment.objects.get(label="B1-002")
    change = {
        "step": "change",
        "row": str(row.pk),
        f"change{row.pk}-from_on": "2026-05-01",
        f"change{row.pk}-pays": "person",
        f"change{row.pk}-quantity": "2",
        f"change{row.pk}-reason": "租户代缴",
    }
    wrong = finance.post(page, change)
    assert wrong.status_code == 422 and "请选择是谁" in text_of(wrong)
    payer = {f"change{row.pk}-payer_id": str(estate.people["tenant"].pk)}
    assert finance.post(page, {**change, **payer}).status_code == 302
    first, second = Assignment.objects.filter(label="B1-002").order_by("from_on")
    assert first.until_on == second.from_on == date(2026, 5, 1)
    assert (first.quantity, second.quantity) == (Decimal(1), Decimal(2))
    assert second.payer == estate.people["tenant"]
    end = {
        "step": "end",
        "row": str(second.pk),
        f"end{second.pk}-until_on": "2026-06-01",
        f"end{second.pk}-reason": "退租",
    }
    assert finance.post(page, end).status_code == 302
    second.refresh_from_db()
    assert second.until_on == date(2026, 6, 1)
    # A charge of another house is not there, whatever the form says.
    other = estate.assignments["shop", "management"].pk
    assert finance.post(page, {**end, "row": str(other)}).status_code == 404
    assert visitor(estate.cast, "keeper").post(page, add).status_code == 403


def test_many_houses_are_counted_before_they_are_charged(estate: Estate) -> None:
    estate.houses["flat"].handed_over_on = date(2024, 5, 20)
    estate.houses["flat"].save(update_fields=["handed_over_on"])
    finance = visitor(estate.cast, "finance")
    form = {
        "step": "preview",
        "item_id": str(estate.items["parking"].pk),
        "kinds": ["flat", "parking"],
        "pays": "owner",
    }
    assert finance.get("/charges/assign/").status_code == 200
    empty = finance.post("/charges/assign/", {**form, "kinds": []})
    assert empty.status_code == 422
    before = Assignment.objects.count()
    counted = text_of(finance.post("/charges/assign/", form))
    assert "数好了" in counted and "确认为 1 处房屋设置" in counted
    assert "早于开账日" in counted
    assert Assignment.objects.count() == before
    assert finance.post("/charges/assign/", {**form, "step": "do"}).status_code == 302
    made = Assignment.objects.get(item=estate.items["parking"], house=estate.houses["flat"])
    assert made.from_on == date(2024, 5, 20)
    assert "没有需要设置的房屋" in text_of(finance.post("/charges/assign/", form))
    assert visitor(estate.cast, "keeper").get("/charges/assign/").status_code == 403


def test_houses_without_a_charge_are_listed(estate: Estate) -> None:
    finance = visitor(estate.cast, "finance")
    estate.houses["other"] = House.objects.get(community=estate.community, code="5-1-101")
    estate.assign("other", "management")
    assert "所有房屋都设置了收费" in text_of(finance.get("/charges/houses/"))
    House.objects.create(community=estate.community, code="3-1-1601", order_key="0003-0001-1601")
    House.objects.create(
        community=estate.community, code="B1-009", order_key="z-B1-009", kind="parking"
    )
    shown = text_of(finance.get("/charges/houses/"))
    assert "3-1-1601" in shown and "B1-009" in shown and "3-1-1201" not in shown
    assert "有 2 处房屋还没有设置物业费" in text_of(finance.get("/charges/"))


@pytest.mark.rule("PLN-02")
def test_a_relief_is_asked_for_and_decided_by_another(estate: Estate) -> None:
    finance = visitor(estate.cast, "finance")
    row = estate.assignments["flat", "management"]
    page = "/charges/houses/3-1-1201/"
    form = {
        "step": "relief",
        "row": str(row.pk),
        f"relief{row.pk}-from_on": "2026-04-01",
        f"relief{row.pk}-until_on": "2026-07-01",
        f"relief{row.pk}-percent": "50",
        f"relief{row.pk}-reason": "漏水三个月未修好",
    }
    both = finance.post(page, {**form, f"relief{row.pk}-monthly": "10"})
    assert both.status_code == 422 and "请填其中一个" in text_of(both)
    assert "没有减免" in text_of(finance.get("/charges/reliefs/"))
    assert finance.post(page, form).status_code == 302
    relief = Relief.objects.get()
    address = f"/charges/reliefs/{relief.pk}/"
    assert "减 50%" in text_of(finance.get(address))
    request = Request.objects.get()
    assert request.amount == Decimal("412.28")  # 275.80 a month, by half, for 91 days
    boss = visitor(estate.cast, "manager")
    assert address in text_of(boss.get(f"/approvals/{request.pk}/"))
    verdict = {"act": "decide", "decide-verdict": "approved", "decide-step": "0"}
    assert boss.post(f"/approvals/{request.pk}/", verdict).status_code == 302
    relief.refresh_from_db()
    assert relief.state == "approved"
    assert "漏水三个月未修好" in text_of(finance.get("/charges/reliefs/"))
    over = finance.post(address, {"step": "drop"})
    assert over.status_code == 422 and "已经办完" in text_of(over)


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/charges/", 15),
        ("/charges/board/", 11),
        ("/charges/items/management/", 18),
        ("/charges/houses/", 9),
        ("/charges/houses/3-1-1201/", 15),
        ("/charges/reliefs/", 9),
    ],
)
def test_more_rows_cost_no_more_questions(
    estate: Estate, django_assert_max_num_queries: Any, address: str, most: int
) -> None:
    for number in range(12):
        House.objects.create(
            community=estate.community, code=f"9-{number}", order_key=f"0009-{number:04}"
        )
        made = ChargeItem.objects.create(
            community=estate.community,
            group=estate.groups["B"],
            code=f"i{number}",
            name="杂费",
            way="fixed",
            account="600104",
        )
        estate.items[made.code] = made
        estate.price(made.code, "5")
        row = estate.assign("flat", made.code)
        Relief.objects.create(
            assignment=row,
            from_on=date(2026, 1, 1),
            until_on=date(2026, 2, 1),
            percent=10,
            reason="试",
            asked_by=estate.cast.employee("finance"),
            asked_at=row.made_at,
        )
    boss = visitor(estate.cast, "manager")
    boss.get(address)
    with django_assert_max_num_queries(most):
        assert boss.get(address).status_code == 200
