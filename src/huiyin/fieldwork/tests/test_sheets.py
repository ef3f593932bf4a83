"""The sheet at the door: lines, consent, signature, slip; what is drawn from the store."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from huiyin.checklists.models import Run
from huiyin.fieldwork import actions, queries
from huiyin.fieldwork.actions import UnableToPrice, UnableToSignSheet, UnableToVoid
from huiyin.fieldwork.actions.store import balance
from huiyin.fieldwork.models import ChargeSlip, Line, PriceItem, Sheet, StockMove
from huiyin.fieldwork.rows import SheetView
from huiyin.fieldwork.tests.phone import Phone, a_job, a_picture, prices
from huiyin.files.actions import store_photo
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.matters.actions import (
    arrive_at_matter,
    assign_matter,
    finish_matter,
    reopen_matter,
)
from huiyin.matters.models import Event, Matter
from huiyin.matters.tests.cast import AT, Cast
from huiyin.notices.models import Message
from huiyin.trail.models import Entry

MINUTE = timedelta(minutes=1)
LATER = AT + 30 * MINUTE


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path


@pytest.fixture
def job(cast: Cast) -> str:
    """A repair at 3-1-1201 in the technician's hands, on site."""
    prices(cast)
    number = a_job(cast, accepted=True)
    arrive_at_matter(by=cast.caller("technician"), at=AT + MINUTE, number=number)
    return number


def line(cast: Cast, number: str, **given: Any) -> UUID:
    """Write a line down; an angle valve unless told otherwise."""
    key = uuid4()
    told: dict[str, Any] = {"code": "M01", "quantity": "1", "price": "38.50", **given}
    actions.add_line(by=cast.caller("technician"), at=LATER, number=number, key=key, **told)
    return key


def sign(cast: Cast, number: str, amount: str, name: str = "王丽", by: str = "technician") -> str:
    """Let the owner sign."""
    caller = cast.caller(by)
    file_id = store_photo(by=caller, at=LATER, name="s.png", data=a_picture(7))
    return actions.sign_sheet(
        by=caller, at=LATER, number=number, name=name, file_id=file_id, amount=amount
    )


def sheet(cast: Cast, number: str) -> SheetView:
    """Read the sheet."""
    return queries.sheet(caller=cast.caller("technician"), number=number, at=LATER)


@pytest.mark.rule("WO-03")
def test_a_home_visit_has_its_protocol_consent_and_signature(cast: Cast, job: str) -> None:
    actions.open_sheet(by=cast.caller("technician"), at=LATER, number=job)
    run = Run.objects.get(subject=f"matter:{job}")
    assert (run.code, sheet(cast, job).run_id) == ("visit.home", run.pk)
    line(cast, job)
    actions.give_consent(
        by=cast.caller("technician"), at=LATER, number=job, name="王丽", cause="老化", amount="40"
    )
    sign(cast, job, "38.50")
    view = sheet(cast, job)
    assert (view.consent_name, view.consent_amount, view.cause) == (
        "王丽",
        Decimal("40.00"),
        "老化",
    )
    assert (view.is_signed, view.signed_name, view.signed_amount) == (
        True,
        "王丽",
        Decimal("38.50"),
    )
    matter = Matter.objects.get(number=job)
    assert (matter.signed_name, matter.signed_at) == ("王丽", LATER)
    actions_taken = list(Entry.objects.values_list("action", flat=True))
    for action in ("sheet_opened", "line_added", "consent_given", "sheet_signed"):
        assert f"fieldwork.{action}" in actions_taken


@pytest.mark.rule("WO-04")
def test_a_signed_amount_becomes_a_slip_with_its_lines_frozen(cast: Cast, job: str) -> None:
    line(cast, job)
    line(cast, job, code="L01", quantity="1.50", price="60")
    line(cast, job, code="", kind="material", text="胶", quantity="2", price="2.335")
    number = sign(cast, job, "133.17")
    assert number == "YG-SF-20260316-0001"
    slip = ChargeSlip.objects.get(number=number)
    assert (slip.amount, slip.house.code, slip.payer_name) == (
        Decimal("133.17"),
        "3-1-1201",
        "王丽",
    )
    assert [one["amount"] for one in slip.lines] == ["38.50", "90.00", "4.67"]
    view = queries.slip(caller=cast.caller("finance"), number=number)
    assert view.capitals == "壹佰叁拾叁元壹角柒分"
    with pytest.raises(WrongState, match="已经签字"):
        line(cast, job)
    with pytest.raises(WrongState, match="已由王丽签字"):
        sign(cast, job, "0")


def test_what_was_signed_is_refused_when_the_owner_saw_another_amount(cast: Cast, job: str) -> None:
    line(cast, job)
    with pytest.raises(UnableToSignSheet, match=r"业主看到的是 38.00 元,工作单现在是 38.50 元"):
        sign(cast, job, "38.00")
    assert Matter.objects.get(number=job).signed_at is None
    assert ChargeSlip.objects.count() == 0


def test_nothing_to_pay_is_signed_without_a_slip(cast: Cast, job: str) -> None:
    assert sign(cast, job, "0") == ""
    assert ChargeSlip.objects.count() == 0
    assert sheet(cast, job).is_signed


def test_an_anonymous_matter_takes_no_signature(cast: Cast) -> None:
    number = cast.receive(kind="repair", anonymous=True, owner=cast.code("technician"))
    arrive_at_matter(by=cast.caller("technician"), at=AT + MINUTE, number=number)
    with pytest.raises(WrongState):
        sign(cast, number, "0")
    assert not Sheet.objects.filter(matter__number=number, signed_at__isnull=False).exists()


def test_no_charge_without_a_house(cast: Cast) -> None:
    prices(cast)
    number = a_job(cast, accepted=True, house=None, place="大堂")
    arrive_at_matter(by=cast.caller("technician"), at=AT + MINUTE, number=number)
    line(cast, number)
    with pytest.raises(UnableToSignSheet, match="房号"):
        sign(cast, number, "38.50")


def test_a_line_dropped_stays_to_be_seen(cast: Cast, job: str) -> None:
    key = line(cast, job)
    drop: dict[str, Any] = {"by": cast.caller("technician"), "at": LATER, "number": job}
    actions.drop_line(**drop, line=key, reason="业主自备")
    actions.drop_line(**drop, line=key)  # once more changes nothing
    view = sheet(cast, job)
    assert (view.total, view.lines) == (Decimal("0.00"), ())
    assert [one.drop_reason for one in view.dropped] == ["业主自备"]
    with pytest.raises(NotFound):
        actions.drop_line(**drop, line=uuid4())
    for statement in (
        "DELETE FROM fieldwork_line",
        "UPDATE fieldwork_line SET amount = 1",
        "UPDATE fieldwork_line SET dropped_at = NULL",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "1.005"}, "quantity"),
        ({"quantity": 1.5}, "quantity"),
        ({"price": "-1"}, "price"),
        ({"code": "", "kind": "gold", "text": "x"}, "kind"),
        ({"code": "", "kind": "labour", "text": " "}, "text"),
    ],
)
def test_what_is_no_line(cast: Cast, job: str, given: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refused:
        line(cast, job, **given)
    assert refused.value.field == field


def test_a_price_not_on_the_list_or_out_of_date_is_a_conflict(cast: Cast, job: str) -> None:
    with pytest.raises(UnableToPrice, match="价目表里没有"):
        line(cast, job, code="M99")
    actions.change_price(
        by=cast.caller("supervisor"),
        at=AT,
        community_id=cast.town.community.pk,
        code="M01",
        price=Decimal("42"),
        from_on=date(2026, 3, 17),
        reason="进价上涨",
    )
    line(cast, job)  # today's price holds today
    with pytest.raises(UnableToPrice, match=r"价目表是 42.00 元"):
        actions.add_line(
            by=cast.caller("technician"),
            at=AT + timedelta(days=1),
            number=job,
            code="M01",
            quantity="1",
            price="38.50",
        )


def test_only_who_works_on_it_writes_on_a_sheet(cast: Cast, job: str) -> None:
    with pytest.raises(Forbidden):
        actions.open_sheet(by=cast.caller("collector"), at=LATER, number=job)
    for outsider in ("guard", "E031"):
        with pytest.raises(NotFound):
            actions.open_sheet(by=cast.caller(outsider), at=LATER, number=job)
        with pytest.raises(NotFound):
            queries.sheet(caller=cast.caller(outsider), number=job, at=LATER)


# -- voiding


def voided(cast: Cast, number: str) -> None:
    """Void a slip by two people."""
    actions.ask_void(by=cast.caller("supervisor"), at=LATER, number=number, reason="数量错")
    actions.void_slip(by=cast.caller("manager"), at=LATER, number=number)


def test_a_slip_is_voided_by_two_and_the_sheet_is_signed_anew(cast: Cast, job: str) -> None:
    key = line(cast, job)
    first = sign(cast, job, "38.50")
    actions.ask_void(by=cast.caller("supervisor"), at=LATER, number=first, reason="数量错")
    with pytest.raises(Forbidden, match="另一个人"):
        actions.void_slip(by=cast.caller("supervisor"), at=LATER, number=first)
    with pytest.raises(Forbidden):
        actions.void_slip(by=cast.caller("receptionist"), at=LATER, number=first)
    with pytest.raises(NotFound):
        actions.void_slip(by=cast.caller("E031"), at=LATER, number=first)
    actions.void_slip(by=cast.caller("manager"), at=LATER, number=first)
    with pytest.raises(UnableToVoid, match="已经作废"):
        actions.void_slip(by=cast.caller("manager"), at=LATER, number=first)
    actions.drop_line(by=cast.caller("technician"), at=LATER, number=job, line=key)
    line(cast, job, quantity="2")
    second = sign(cast, job, "77.00")
    assert second == "YG-SF-20260316-0002"
    said = Event.objects.filter(matter__number=job, kind="noted").values_list("text", flat=True)
    assert any("重新签字,金额 77.00 元" in one for one in said)
    assert ChargeSlip.objects.get(number=first).amount == Decimal("38.50")  # the paper stays


def test_asking_to_void_can_be_turned_down(cast: Cast, job: str) -> None:
    line(cast, job)
    number = sign(cast, job, "38.50")
    with pytest.raises(UnableToVoid):
        actions.void_slip(by=cast.caller("manager"), at=LATER, number=number)
    actions.ask_void(by=cast.caller("supervisor"), at=LATER, number=number, reason="数量错")
    actions.keep_slip(by=cast.caller("manager"), at=LATER, number=number)
    assert not ChargeSlip.objects.get(number=number).void_asked_by_id


def test_the_database_keeps_a_slip_as_it_was_issued(cast: Cast, job: str) -> None:
    line(cast, job)
    number = sign(cast, job, "38.50")
    slips = ChargeSlip.objects.filter(number=number)
    changes: list[dict[str, Any]] = [
        {"amount": Decimal(1)},
        {"payer_name": "别人"},
        {"lines": []},
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            slips.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        slips.delete()
    boss = cast.employee("manager")
    with pytest.raises(IntegrityError), transaction.atomic():
        slips.update(voided_by=boss, void_asked_by=boss, voided_at=LATER, void_reason="x")
    slips.update(billed_at=LATER)
    with pytest.raises(DatabaseError), transaction.atomic():
        slips.update(billed_at=None)
    with pytest.raises(UnableToVoid, match="已经入账"):
        actions.ask_void(by=cast.caller("manager"), at=LATER, number=number, reason="x")


def test_a_reopened_matter_is_signed_again_for_what_is_new(cast: Cast, job: str) -> None:
    line(cast, job)
    sign(cast, job, "38.50")
    tech, desk = cast.caller("technician"), cast.caller("supervisor")
    finish_matter(by=tech, at=LATER, number=job, result="换了")
    reopen_matter(by=desk, at=LATER, number=job, reason="又漏了")
    phone = Phone(cast)
    phone.did("accept", job, LATER + MINUTE)
    phone.did("arrive", job, LATER + 2 * MINUTE)
    phone.did("line", job, LATER + 3 * MINUTE, code="L01", quantity="1", price="60")
    phone.send(LATER + 4 * MINUTE)
    told = phone.sign(job, "60.00", LATER + 5 * MINUTE)
    assert (told.state, told.told) == ("done", "收费单 YG-SF-20260316-0002")
    assert sum(one.amount for one in ChargeSlip.objects.all()) == Decimal("98.50")


# -- the store


@pytest.mark.rule("WO-09")
def test_material_used_is_drawn_from_the_store(cast: Cast, job: str) -> None:
    town = cast.town.community.pk
    keeper = cast.caller("maintenance_foreman")
    store: dict[str, Any] = {"by": keeper, "at": AT, "community_id": town, "code": "M01"}
    actions.receive_stock(**store, quantity=Decimal(10), reason="进货")
    key = line(cast, job, quantity="3")
    line(cast, job, code="L01", price="60")  # labour lies in no store
    assert balance(town, "M01") == 7
    actions.drop_line(by=cast.caller("technician"), at=LATER, number=job, line=key)
    assert balance(town, "M01") == 10
    assert actions.count_stock(**store, counted=Decimal("8"), reason="月末盘点") == -2
    assert balance(town, "M01") == 8
    kinds = StockMove.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["in", "out", "back", "count"]
    with pytest.raises(DatabaseError), transaction.atomic():
        StockMove.objects.update(quantity=1)


def test_nobody_is_refused_at_the_door_for_want_of_stock(cast: Cast, job: str) -> None:
    line(cast, job, quantity="2")
    assert balance(cast.town.community.pk, "M01") == -2
    told = Message.objects.get(purpose__startswith="stock:M01")
    assert told.recipient == cast.employee("maintenance_foreman")
    assert "角阀 账面 -2.00 个" in told.subject
    assert Entry.objects.filter(action="fieldwork.stock_short").count() == 1
    (short,) = [
        one
        for one in queries.stock(
            caller=cast.caller("technician"), community_id=cast.town.community.pk
        )
        if one.is_short
    ]
    assert short.code == "M01"


def test_the_store_is_kept_by_its_keepers(cast: Cast) -> None:
    prices(cast)
    store: dict[str, Any] = {"at": AT, "community_id": cast.town.community.pk, "code": "M01"}
    with pytest.raises(Forbidden):
        actions.receive_stock(
            by=cast.caller("technician"), **store, quantity=Decimal(1), reason="x"
        )
    with pytest.raises(NotFound):
        actions.receive_stock(by=cast.caller("E031"), **store, quantity=Decimal(1), reason="x")
    boss = cast.caller("manager")
    for quantity in (Decimal(0), Decimal("0.001")):
        with pytest.raises(BadInput):
            actions.receive_stock(by=boss, **store, quantity=quantity, reason="x")
    with pytest.raises(NotFound):
        actions.count_stock(by=boss, **{**store, "code": "L01"}, counted=Decimal(1), reason="x")


# -- prices


@pytest.mark.rule("WO-08")
def test_a_price_holds_from_a_day_on_and_its_history_stays(cast: Cast) -> None:
    prices(cast)
    town = cast.town.community.pk
    change: dict[str, Any] = {
        "by": cast.caller("manager"),
        "at": AT,
        "community_id": town,
        "code": "M01",
        "reason": "进价上涨",
    }
    actions.change_price(**change, price=Decimal("42"), from_on=date(2026, 4, 1))
    caller = cast.caller("technician")

    def price(on: date) -> Decimal:
        rows = queries.price_list(caller=caller, community_id=town, on=on)
        return next(one.price for one in rows if one.code == "M01")

    assert (price(date(2026, 3, 31)), price(date(2026, 4, 1))) == (Decimal("38.5"), Decimal(42))
    history = queries.price_history(
        caller=caller, community_id=town, code="M01", on=date(2026, 3, 16)
    )
    assert [one.when for one in history] == ["later", "now"]
    with pytest.raises(WrongState, match="已有一次改价"):
        actions.change_price(**change, price=Decimal("43"), from_on=date(2026, 4, 1))
    with pytest.raises(BadInput, match="不能早于今天"):
        actions.change_price(**change, price=Decimal("43"), from_on=date(2026, 3, 15))
    actions.retire_price_item(**change, until_on=date(2026, 5, 1))
    rows = queries.price_list(caller=caller, community_id=town, on=date(2026, 5, 1))
    assert "M01" not in [one.code for one in rows]
    entries = Entry.objects.filter(subject="price:M01").order_by("id")
    assert [one.action for one in entries] == [
        "fieldwork.price_added",
        "fieldwork.price_changed",
        "fieldwork.price_retired",
    ]
    assert entries[1].before == {"price": "38.5000", "name": "角阀"}


def test_prices_are_made_by_those_who_lead(cast: Cast) -> None:
    given: dict[str, Any] = {
        "at": AT,
        "community_id": cast.town.community.pk,
        "code": "s01",
        "name": "擦窗",
        "kind": "service",
        "unit": "次",
        "price": Decimal(80),
        "from_on": AT.date(),
        "reason": "新开",
    }
    with pytest.raises(Forbidden):
        actions.add_price_item(by=cast.caller("technician"), **given)
    with pytest.raises(NotFound):
        actions.add_price_item(by=cast.caller("E031"), **given)
    boss = cast.caller("supervisor")
    actions.add_price_item(by=boss, **given)
    assert PriceItem.objects.get().code == "S01"
    with pytest.raises(WrongState, match="已经在价目表"):
        actions.add_price_item(by=boss, **given)
    with pytest.raises(BadInput):
        actions.add_price_item(by=boss, **{**given, "code": "S02", "price": Decimal(-1)})
    with pytest.raises(IntegrityError), transaction.atomic():
        PriceItem.objects.create(
            community=cast.town.community,
            code="S01",
            name="擦窗",
            kind="service",
            unit="次",
            price=1,
            from_on=date(2026, 6, 1),
        )


def test_a_key_writes_one_line(cast: Cast, job: str) -> None:
    key = uuid4()
    given: dict[str, Any] = {"quantity": "1", "price": "38.50", "code": "M01", "key": key}
    tech = cast.caller("technician")
    first = actions.add_line(by=tech, at=LATER, number=job, **given)
    assert actions.add_line(by=tech, at=LATER, number=job, **given) == first
    assert Line.objects.count() == 1


@pytest.mark.rule("CMP-05")
def test_whoever_the_matter_is_about_finds_neither_its_slip_nor_its_number(
    cast: Cast, job: str
) -> None:
    line(cast, job)
    number, town = sign(cast, job, "38.50"), cast.town.community.pk
    Matter.objects.filter(number=job).update(about_employee=cast.employee("supervisor"))
    for post, found in (("manager", True), ("supervisor", False)):
        caller = cast.caller(post)
        page = queries.slips(caller=caller, community_id=town)
        assert [one.number for one in page.items] == ([number] if found else [])
        (move,) = queries.moves(caller=caller, community_id=town, code="M01").items
        assert move.matter == (job if found else "")
    with pytest.raises(NotFound):
        queries.slip(caller=cast.caller("supervisor"), number=number)
    with pytest.raises(NotFound):
        actions.ask_void(by=cast.caller("supervisor"), at=LATER, number=number, reason="错")


def test_what_only_reminds_of_a_procedure_is_no_job_to_go_to(cast: Cast) -> None:
    by = cast.caller("technician")
    job = a_job(cast)
    for kind in ("approval", "sign_off", "appointment"):
        number = cast.receive(kind=kind, house=None)
        assign_matter(
            by=cast.caller("supervisor"), at=AT, number=number, to=cast.code("technician")
        )
    assert [one.number for one in queries.jobs(caller=by, at=AT).jobs] == [job]
