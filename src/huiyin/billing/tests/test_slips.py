"""Signed slips: written once, voided by two, billed once (BIL-04)."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from huiyin.billing.actions import slips
from huiyin.billing.actions.runs import begin_run, drop_run, post_run
from huiyin.billing.actions.sources import UnableToWithdraw
from huiyin.billing.models import Assignment, Line, Slip
from huiyin.billing.queries import slips as reads
from huiyin.billing.tests.cast import Estate
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused
from huiyin.ledger.models import Posting
from huiyin.matters.tests.cast import AT, moment

WATER = {"text": "桶装水", "unit": "桶", "quantity": "3", "price": "18.5"}
IN_APRIL = moment("2026-04-01 09:00")


def write(estate: Estate, post: str = "receptionist", **given: object) -> str:
    """Take down three bottles of water for 3-1-1201, unless told otherwise."""
    told: dict[str, object] = {
        "item": "slips",
        "house": "3-1-1201",
        "done_on": date(2026, 3, 16),
        "lines": [WATER],
        "signed_name": "王丽",
        **given,
    }
    return slips.write_slip(
        by=estate.caller(post),
        at=AT,
        community_id=estate.community.pk,
        **told,  # type: ignore[arg-type]
    )


def void(estate: Estate, number: str, asked: str = "collector", agreed: str = "finance") -> None:
    """Void a slip by two people."""
    slips.ask_void(by=estate.caller(asked), at=AT, number=number, reason="记错了户")
    slips.agree_void(by=estate.caller(agreed), at=AT, number=number)


@pytest.fixture
def april(estate: Estate) -> Estate:
    """An estate whose April can be billed: nobody waits for readings."""
    Assignment.objects.filter(item=estate.items["water"]).delete()
    return estate


def draft(estate: Estate) -> int:
    """Draft April of the monthly charges."""
    return begin_run(
        by=estate.caller("collector"),
        at=IN_APRIL,
        community_id=estate.community.pk,
        group_code="B",
        period="2026-04",
    )


def bill(estate: Estate) -> None:
    """Bill April of the monthly charges."""
    post_run(by=estate.caller("finance"), at=IN_APRIL, run_id=draft(estate))


@pytest.mark.rule("BIL-04")
def test_a_signed_slip_becomes_a_charge_of_the_next_run_once(april: Estate) -> None:
    number = write(april, lines=[WATER, {"text": "押桶", "quantity": "1", "price": "0.335"}])
    slip = Slip.objects.get(number=number)
    assert (slip.amount, slip.lines[1]["amount"]) == (Decimal("55.84"), "0.34")  # rounded per line
    bill(april)
    line = Line.objects.get(slip=slip)
    assert (line.amount, line.house_id, line.item.code) == (slip.amount, slip.house_id, "slips")
    legs = dict(
        Posting.objects.filter(journal__key=f"bill:{line.bill.number}").values_list(
            "account__code", "amount"
        )
    )
    assert legs["600104"] == -slip.amount
    assert reads.slip(caller=april.caller("finance"), number=number).row.state == "billed"
    with pytest.raises(UnableToWithdraw, match="先冲销"):
        void(april, number)


@pytest.mark.rule("BIL-04")
@pytest.mark.parametrize("code", ["garden", "pool", "rent", "lease"])
def test_contracts_are_billed_monthly_by_their_own_price(april: Estate, code: str) -> None:
    """Garden and pool care, a parking lease, a rent: the price stands in the contract."""
    from huiyin.billing.models import ChargeItem

    if code != "garden":
        april.items[code] = ChargeItem.objects.create(
            community=april.community,
            group=april.groups["B"],
            code=code,
            name=code,
            way="contract",
            account="600104",
        )
    april.assign("flat", code, price=Decimal("320.5000"), contract="HT-2026-07")
    bill(april)
    line = Line.objects.get(item=april.items[code])
    assert (line.amount, line.from_on) == (Decimal("320.50"), date(2026, 4, 1))


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"lines": []}, "lines", "1 到 30 行"),
        ({"lines": [WATER] * 31}, "lines", "1 到 30 行"),
        ({"lines": [WATER | {"quantity": "0"}]}, "lines", "第 1 行"),
        ({"lines": [WATER, WATER | {"price": "-1"}]}, "lines", "第 2 行"),
        ({"lines": [WATER | {"price": 18.5}]}, "lines", "第 1 行"),
        ({"lines": [WATER | {"price": "0"}]}, "lines", "大于 0"),
        ({"lines": [WATER | {"text": " "}]}, "lines", "请填写"),
        ({"done_on": date(2026, 3, 17)}, "done_on", "还没到"),
        ({"signed_name": ""}, "signed_name", "请填写"),
        ({"item": "management"}, "item", "不是按单据"),
        ({"scan_id": 404}, "scan", "重新上传"),
    ],
)
def test_what_is_no_slip_is_refused_in_words(
    estate: Estate, wrong: dict[str, object], field: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        write(estate, **wrong)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not Slip.objects.exists()


def test_a_form_sent_twice_is_one_slip(estate: Estate) -> None:
    key = uuid4()
    assert write(estate, key=key) == write(estate, key=key)
    with pytest.raises(slips.UnableToWriteSlip, match="重新打开"):
        write(estate, key=key, signed_name="别人")
    assert Slip.objects.count() == 1


def test_two_people_void_a_slip_and_it_is_never_charged(april: Estate) -> None:
    number = write(april)
    with pytest.raises(slips.UnableToVoidSlip, match="还没有人申请"):
        slips.agree_void(by=april.caller("finance"), at=AT, number=number)
    slips.ask_void(by=april.caller("collector"), at=AT, number=number, reason="记错了户")
    with pytest.raises(Forbidden, match="另一个人"):
        slips.agree_void(by=april.caller("collector"), at=AT, number=number)
    slips.keep_slip(by=april.caller("finance"), at=AT, number=number)
    assert Slip.objects.get(number=number).void_reason == ""
    void(april, number)
    with pytest.raises(slips.UnableToVoidSlip, match="已经作废"):
        void(april, number)
    april.assign("flat", "garden", price=Decimal(1))
    bill(april)
    assert not Line.objects.filter(slip__isnull=False).exists()


def test_a_slip_in_a_draft_is_voided_after_the_draft_is_dropped(april: Estate) -> None:
    number = write(april)
    run_id = draft(april)
    with pytest.raises(UnableToWithdraw, match="草稿"):
        void(april, number)
    drop_run(by=april.caller("collector"), at=IN_APRIL, run_id=run_id)
    void(april, number)


def test_who_writes_and_who_reads_slips(estate: Estate) -> None:
    number = write(estate, post="keeper")
    for post, refusal in (("guard", Forbidden), ("E034", NotFound)):
        with pytest.raises(refusal):
            write(estate, post=post)
        with pytest.raises(refusal):
            reads.slip(caller=estate.caller(post), number=number)
    for post, refusal in (("receptionist", Forbidden), ("E031", NotFound)):
        with pytest.raises(refusal):
            slips.ask_void(by=estate.caller(post), at=AT, number=number, reason="x")


def test_slips_are_listed_by_state_and_page(
    estate: Estate, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: object
) -> None:
    monkeypatch.setattr(reads, "PAGE", 2)
    numbers = [write(estate) for _ in range(3)]
    void(estate, numbers[0])
    slips.ask_void(by=estate.caller("collector"), at=AT, number=numbers[1], reason="x")
    caller = estate.caller("finance")

    def listed(state: str = "", cursor: str = "") -> list[str]:
        page = reads.slips(
            caller=caller, community_id=estate.community.pk, state=state, cursor=cursor
        )
        rest = listed(state, page.next) if page.next else []
        return [one.number for one in page.items] + rest

    assert listed() == numbers[::-1]
    assert listed("waiting") == [numbers[2], numbers[1]]
    assert listed("asked") == [numbers[1]]
    assert listed("void") == [numbers[0]]
    assert listed("billed") == []
    with pytest.raises(Refused):
        listed("colour")
    with pytest.raises(Refused):
        listed("", "nonsense")
    with django_assert_num_queries(1):  # type: ignore[operator]
        reads.slips(caller=caller, community_id=estate.community.pk)


def test_a_slip_written_after_its_days_is_billed_later(april: Estate) -> None:
    """Billed by whichever run comes after it, however late it was handed in."""
    number = write(april, done_on=date(2026, 3, 16) - timedelta(days=60))
    bill(april)
    assert Line.objects.get(slip__number=number).from_on == date(2026, 1, 15)
