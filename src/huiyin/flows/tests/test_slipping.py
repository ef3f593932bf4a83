"""From the owner's signature at the door to the line on the account (WO-04, WO-08, BIL-04)."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from huiyin.billing.actions import slips
from huiyin.billing.actions.runs import begin_run, post_run
from huiyin.billing.models import Assignment, Line, OpenItem, Slip
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.estate import queries as estates
from huiyin.fieldwork import actions as fieldwork
from huiyin.fieldwork.models import ChargeSlip
from huiyin.fieldwork.tests.phone import a_job, a_picture, prices
from huiyin.files.actions import store_photo
from huiyin.flows import schedule, slipping
from huiyin.kernel.caller import SYSTEM
from huiyin.ledger.models import Book
from huiyin.matters.actions import arrive_at_matter
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast, moment
from huiyin.notices.models import Message

LATER = moment("2026-03-16 11:00")
IN_APRIL = moment("2026-04-01 09:00")


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    schedule.forget()


@pytest.fixture
def estate(cast: Cast) -> Estate:
    """An estate whose item for slips takes those of repairs and of paid services."""
    made = make_estate(cast)
    made.items["slips"].matters = ["repair", "special_service"]
    made.items["slips"].save(update_fields=["matters"])
    Assignment.objects.filter(item=made.items["water"]).delete()
    prices(cast)
    return made


def sign(estate: Estate, kind: str = "repair") -> str:
    """Let 王丽 sign for two angle valves; return the number of the charge slip."""
    number = a_job(estate.cast, accepted=True, kind=kind)
    technician = estate.caller("technician")
    arrive_at_matter(by=technician, at=AT, number=number)
    fieldwork.add_line(
        by=technician, at=LATER, number=number, key=uuid4(), code="M01", quantity="2", price="38.50"
    )
    photo = store_photo(by=technician, at=LATER, name="s.png", data=a_picture(7))
    return fieldwork.sign_sheet(
        by=technician, at=LATER, number=number, name="王丽", file_id=photo, amount="77.00"
    )


def charge(estate: Estate) -> int:
    """Do what the schedule does."""
    town = estates.community(caller=SYSTEM, code=estate.community.code)
    return slipping.charge_signed(town=town, at=LATER)


@pytest.mark.rule("WO-04", "BIL-04")
def test_a_signed_repair_ends_on_the_account_of_the_household(estate: Estate) -> None:
    paper = sign(estate)
    assert schedule.charge_slips(LATER) == 1
    slip = Slip.objects.get(source=f"slip:{paper}")
    assert ChargeSlip.objects.get(number=paper).billed_at == LATER
    assert (slip.amount, slip.signed_name, slip.done_on) == (
        Decimal("77.00"),
        "王丽",
        date(2026, 3, 16),
    )
    assert [(one["text"], one["quantity"], one["amount"]) for one in slip.lines] == [
        ("角阀", "2.00", "77.00")
    ]
    run_id = begin_run(
        by=estate.caller("collector"),
        at=IN_APRIL,
        community_id=estate.community.pk,
        group_code="B",
        period="2026-04",
    )
    post_run(by=estate.caller("finance"), at=IN_APRIL, run_id=run_id)
    line = Line.objects.get(slip=slip)
    assert (line.amount, line.bill.payer_id) == (Decimal("77.00"), estate.people["owner"].pk)
    assert OpenItem.objects.get(line=line).open == Decimal("77.00")


@pytest.mark.rule("WO-08")
def test_a_paid_special_service_is_charged_at_its_price(estate: Estate) -> None:
    """Catalogue with prices, request, assign, perform, charge: the last step of it."""
    paper = sign(estate, "special_service")
    assert charge(estate) == 1
    assert Slip.objects.get(source=f"slip:{paper}").item == estate.items["slips"]


def test_however_often_it_runs_a_paper_is_charged_once(estate: Estate) -> None:
    sign(estate)
    assert [charge(estate) for _ in range(3)] == [1, 0, 0]
    assert Slip.objects.count() == 1


def test_a_crash_between_the_two_leaves_neither(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = sign(estate)

    def crash(**_given: object) -> str:
        raise RuntimeError("the plug")

    with monkeypatch.context() as patched:
        patched.setattr(slips, "take_over", crash)
        with pytest.raises(RuntimeError):
            charge(estate)
    assert ChargeSlip.objects.get(number=paper).billed_at is None
    assert charge(estate) == 1


def test_a_kind_without_an_item_waits_and_a_person_is_told_once(estate: Estate) -> None:
    paper = sign(estate, "home_service")
    assert [charge(estate), charge(estate)] == [0, 0]
    told = Message.objects.get(purpose="slips_wait:YG:home_service")
    assert told.recipient == estate.cast.employee("finance")
    assert "收费标准" in told.text
    estate.items["slips"].matters = ["repair", "home_service"]
    estate.items["slips"].save(update_fields=["matters"])
    assert charge(estate) == 1
    assert ChargeSlip.objects.get(number=paper).billed_at is not None


def test_what_somebody_asks_to_void_waits(estate: Estate) -> None:
    paper = sign(estate)
    fieldwork.ask_void(by=estate.caller("supervisor"), at=LATER, number=paper, reason="金额不对")
    assert charge(estate) == 0
    fieldwork.keep_slip(by=estate.caller("manager"), at=LATER, number=paper)
    assert charge(estate) == 1


def test_papers_from_before_the_books_stay_out(estate: Estate) -> None:
    sign(estate)
    Book.objects.filter(community=estate.community).update(opened_on=date(2026, 3, 17))
    assert charge(estate) == 0
    assert not Message.objects.filter(purpose__startswith="slips_wait").exists()


def test_a_voided_charge_is_told_to_its_matter_and_stays_void(estate: Estate) -> None:
    """The paper stays charged: it never comes a second time."""
    paper = sign(estate)
    charge(estate)
    number = Slip.objects.get().number
    slips.ask_void(by=estate.caller("collector"), at=LATER, number=number, reason="保修期内")
    slipping.agree_void(by=estate.caller("finance"), at=LATER, number=number)
    assert charge(estate) == 0
    assert Slip.objects.get().voided_at is not None
    assert ChargeSlip.objects.get(number=paper).billed_at is not None
    matter = Matter.objects.get(sheet__slips__number=paper)
    assert "不再向住户收费:保修期内" in matter.events.order_by("-id")[0].text
