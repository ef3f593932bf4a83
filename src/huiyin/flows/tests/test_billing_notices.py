"""What people are told about their bills: the right ones, on the day or after, once (BIL-08)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.billing.models import Bill, Line, OpenItem, Run
from huiyin.billing.tests import running
from huiyin.billing.tests.bills import ahead, billed, made_run, offset, reverse
from huiyin.billing.tests.cast import Estate, make_estate
from huiyin.estate import queries as communities
from huiyin.estate.models import House, Person
from huiyin.flows import schedule
from huiyin.flows.billing_notices import tell_about_bills, withdraw_settled
from huiyin.kernel.caller import SYSTEM
from huiyin.matters.tests.cast import Cast, moment
from huiyin.notices.models import Message, Telling
from huiyin.notices.routing import route
from huiyin.notices.rules import LANGUAGES
from huiyin.notices.wording import filled, refused_in, shipped

# Bills of the run are issued on 16 March and due on the 31st: ten days before is the 21st.
ISSUED = moment("2026-03-16 10:00")
EARLY = moment("2026-03-20 23:59")
TIME = moment("2026-03-21 00:01")
LATE = moment("2026-03-29 09:00")
OVER = moment("2026-04-01 09:00")


@pytest.fixture
def estate(cast: Cast) -> Estate:
    """Build the estate."""
    return make_estate(cast)


def tell(at: object, **given: object) -> int:
    """Tell what is due to be told in YG."""
    town = communities.community(caller=SYSTEM, code="YG")
    return tell_about_bills(town=town, at=at, **given)  # type: ignore[arg-type]


def told(step: str = "") -> list[Telling]:
    """Return what was written, in order, of one step."""
    rows = Telling.objects.filter(category="bill").order_by("id")
    return [one for one in rows if one.purpose.endswith(f":{step}") or not step]


def pay(bill: Bill) -> None:
    """Settle a bill."""
    OpenItem.objects.filter(line__bill=bill).update(open=0)


def test_who_pays_at_the_counter_hears_ten_days_before_and_once(estate: Estate) -> None:
    bill = billed(estate, run=made_run(estate), amount="1827.40", left="1800.00")
    tell(EARLY)
    assert told("due") == []
    tell(TIME)
    (only,) = told("due")
    assert only.person == estate.people["owner"]
    assert only.values == {
        "house": "3-1-1201",
        "period": "2026年第二季度",
        "amount": "1,800.00",
        "due": "3月31日",
    }
    assert (only.link, only.about) == (f"/my/bills/{bill.number}/", f"bill:{bill.number}")
    assert only.channels == []
    for again in (TIME + timedelta(hours=1), LATE):
        tell(again)
    assert told("due") == [only]


def test_a_day_missed_is_caught_up_while_it_is_not_too_late(estate: Estate) -> None:
    billed(estate, run=made_run(estate))
    tell(LATE)
    assert len(told("due")) == 1
    Telling.objects.all().delete()
    tell(OVER)
    assert told("due") == [], "after its day a bill is no matter of a friendly word"


def test_nobody_is_told_of_what_is_settled_reversed_or_only_drafted(estate: Estate) -> None:
    run = made_run(estate)
    pay(billed(estate, run=run))
    reverse(billed(estate, "shop", "company", run=run))
    drafted = made_run(estate, "B", state="drafted")
    billed(estate, "space", item="parking", run=drafted)
    opening = made_run(estate, kind="opening", period="2025Q4")
    billed(estate, "sold", "seller", run=opening, until_on=date(2026, 5, 1))
    tell(TIME)
    assert told("due") == []


def test_paid_in_the_night_it_is_taken_back_before_it_leaves_the_house(estate: Estate) -> None:
    run = made_run(estate)
    paid, left = billed(estate, run=run), billed(estate, "shop", "company", run=run)
    tell(TIME)
    Telling.objects.exclude(template="bill.due").delete()
    pay(paid)
    assert withdraw_settled(at=TIME + timedelta(minutes=1)) == 1
    by_bill = {one.about: one.state for one in told("due")}
    assert by_bill == {f"bill:{paid.number}": "dropped", f"bill:{left.number}": "new"}
    reverse(left)
    assert withdraw_settled(at=TIME + timedelta(minutes=2)) == 1
    assert withdraw_settled(at=TIME + timedelta(minutes=3)) == 0
    tell(LATE)
    assert len(told("due")) == 2


def test_the_tenant_who_pays_is_told_and_not_the_owner(estate: Estate) -> None:
    billed(estate, "let", "tenant", liable="landlord", item="water", run=made_run(estate))
    tell(TIME)
    assert {one.person for one in told()} == {estate.people["tenant"]}


def test_several_bills_of_a_day_make_one_message(estate: Estate) -> None:
    run = made_run(estate)
    flat = billed(estate, run=run, amount="800.00")
    space = billed(estate, "space", item="parking", run=run, amount="150.00")
    tell(TIME)
    first, second = told("due")
    assert (first.about, second.about) == (f"bill:{flat.number}", f"bill:{space.number}")
    assert (first.values["amount"], first.values["count"]) == ("950.00", "2")
    assert (first.channels, second.channels) == ([], ["in_app"])
    assert second.values["amount"] == "150.00"


@pytest.mark.parametrize("paid", [0, 1])
def test_a_message_for_several_bills_is_worded_again_when_one_is_settled(
    estate: Estate, paid: int
) -> None:
    run = made_run(estate)
    bills = [
        billed(estate, run=run, amount="800.00"),
        billed(estate, "space", item="parking", run=run, amount="150.00"),
        billed(estate, "shop", "owner", run=run, amount="50.00"),
    ]
    tell(TIME)
    Telling.objects.exclude(template="bill.due").delete()
    Telling.objects.filter(channels=["in_app"]).update(
        state="told", due_at=None, settled_at=TIME
    )  # what stands in the portal stands there at once
    pay(bills.pop(paid))
    assert withdraw_settled(at=TIME + timedelta(minutes=1)) == 1
    (anew,) = Telling.objects.filter(epoch=1)
    left = sum(one.amount for one in bills)
    assert (anew.values["amount"], anew.values["count"]) == (f"{left}", "2")
    assert anew.channels == [] and anew.about in {f"bill:{one.number}" for one in bills}
    assert withdraw_settled(at=TIME + timedelta(minutes=2)) == 0
    for one in bills:
        pay(one)
    assert withdraw_settled(at=TIME + timedelta(minutes=3)) == 1
    assert not Telling.objects.filter(epoch=2).exists()


def test_a_household_with_a_mandate_hears_of_the_debit_and_not_of_the_counter(
    estate: Estate,
) -> None:
    """The group draws on the 10th and the 20th of April: three days before are the 7th and 17th."""
    run = made_run(estate, due_on=date(2026, 4, 15))
    bank = billed(estate, run=run, due_on=date(2026, 4, 15))
    cash = billed(estate, "shop", "company", run=run, due_on=date(2026, 4, 15))
    mandates = {(bank.house_id, bank.payer_id)}
    for day in ("2026-04-06 09:00", "2026-04-07 09:00", "2026-04-08 09:00"):
        tell(moment(day), debited=mandates)
    assert [one.about for one in told("due")] == [f"bill:{cash.number}"]
    (first,) = told("debit1")
    assert (first.about, first.values["day"]) == (f"bill:{bank.number}", "4月10日")
    tell(moment("2026-04-17 09:00"), debited=mandates)
    assert told("debit2")[0].values["day"] == "4月20日"
    pay(bank)
    assert withdraw_settled(at=moment("2026-04-17 09:01")) == 2
    # Nobody agreed to a debit: nobody hears of one.
    Telling.objects.all().delete()
    tell(moment("2026-04-07 09:00"))
    assert {one.template for one in told()} == {"bill.due"}


def test_who_has_something_in_advance_hears_of_the_offset(estate: Estate) -> None:
    run = made_run(estate)
    bill = billed(estate, run=run, amount="827.40")
    ahead(estate, "flat", "owner", "12.00")
    offset(estate, bill, "800.00", at=ISSUED)
    tell(ISSUED)
    (only,) = [one for one in told() if one.template == "bill.offset"]
    assert only.values == {
        "house": "3-1-1201",
        "amount": "800.00",
        "balance": "12.00",
        "open": "27.40",
    }
    tell(ISSUED + timedelta(hours=2))
    offset(estate, bill, "12.00", at=ISSUED + timedelta(days=1))
    tell(ISSUED + timedelta(days=1))
    offsets = [one for one in told() if one.template == "bill.offset"]
    assert [one.values["amount"] for one in offsets] == ["800.00", "12.00"]
    tell(ISSUED + timedelta(days=9))
    assert len([one for one in told() if one.template == "bill.offset"]) == 2


@pytest.mark.rule("BIL-05")
def test_a_new_bill_stands_in_the_portal_and_rings_nobody(estate: Estate) -> None:
    run = made_run(estate)
    billed(estate, run=run)
    billed(estate, "shop", "company", run=run, amount="0.00")
    tell(ISSUED)
    (only,) = told("issued")
    assert only.channels == ["in_app"]
    route(at=ISSUED)
    (message,) = Message.objects.filter(telling=only)
    assert message.channel == "in_app" and "2026年第二季度账单" in message.subject
    tell(ISSUED + timedelta(days=3))
    assert told("issued") == [only]


def test_who_was_told_of_a_bill_hears_that_it_was_withdrawn(estate: Estate) -> None:
    run = made_run(estate)
    heard, unheard = billed(estate, run=run), billed(estate, "shop", "company", run=run)
    tell(ISSUED)
    Telling.objects.filter(about=f"bill:{unheard.number}").delete()
    route(at=ISSUED)
    for one in (heard, unheard):
        reverse(one)
    Run.objects.filter(pk=run.pk).update(state="reversed", reversed_at=LATE)
    for hour in range(2):
        withdraw_settled(at=LATE + timedelta(hours=hour))
        tell(LATE + timedelta(hours=hour))
    (only,) = told("cancelled")
    assert only.about == f"bill:{heard.number}" and only.state == "new"


def test_a_real_run_is_told_of_offset_and_withdrawn(estate: Estate) -> None:
    """What the tests above write down by hand, done by the actions of the room."""
    run = running.posted(estate, "2026Q2")
    running.pay_ahead(estate, "300.00")
    assert tell(ISSUED) == 0, "it is issued tomorrow"
    issued = moment("2026-03-17 09:00")
    tell(issued)
    assert len(told("issued")) == Bill.objects.filter(run=run, amount__gt=0).count() > 0
    route(at=issued)
    running.offset(estate, issued)
    tell(issued + timedelta(hours=1))
    (used,) = [one for one in told() if one.template == "bill.offset"]
    assert (used.values["amount"], used.values["balance"]) == ("300.00", "0.00")
    assert used.person == estate.people["owner"]
    running.reverse(estate, run, issued + timedelta(hours=2))
    withdraw_settled(at=issued + timedelta(hours=3))
    tell(issued + timedelta(hours=3))
    assert len(told("cancelled")) == len(told("issued"))
    assert not told("due")


@pytest.mark.parametrize("code", [one for one in shipped() if one.startswith("bill.")])
def test_the_words_are_neutral_in_every_language(code: str) -> None:
    one = shipped()[code]
    assert set(one.texts) == set(LANGUAGES)
    for said in one.texts.values():
        for words in (said.subject, said.text, said.short):
            assert not refused_in(words), words
            assert not set("¥\uffe5") & set(words)
            assert filled(words, dict.fromkeys(one.variables, "值"))


def test_the_schedule_asks_every_hour_and_takes_back_every_minute(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule.forget()
    billed(estate, run=made_run(estate))
    assert schedule.tell_about_bills(TIME) == 2  # issued and due
    assert schedule.tell_about_bills(TIME + timedelta(minutes=59)) == 0
    asked: list[object] = []
    monkeypatch.setattr(
        "huiyin.flows.billing_notices.withdraw_settled", lambda *, at: asked.append(at)
    )
    for seconds in (60, 61, 119):
        schedule.tell_about_bills(TIME + timedelta(hours=1, seconds=seconds))
    assert len(asked) == 1
    schedule.forget()


def test_one_community_that_fails_does_not_keep_the_others_waiting(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*, town: object, at: object) -> int:
        raise RuntimeError

    schedule.forget()
    monkeypatch.setattr("huiyin.flows.billing_notices.tell_about_bills", failing)
    assert schedule.tell_about_bills(TIME) == 0
    monkeypatch.undo()
    billed(estate, run=made_run(estate))
    assert schedule.tell_about_bills(TIME) == 2, "it is tried again at the next tick"
    schedule.forget()


def many(estate: Estate, count: int) -> None:
    """Bill so many households."""
    run, here = made_run(estate), estate.community
    people = Person.objects.bulk_create(
        Person(community=here, name=f"户{number}") for number in range(count)
    )
    houses = House.objects.bulk_create(
        House(community=here, code=f"9-1-{number}", order_key=f"9-{number:06}")
        for number in range(count)
    )
    bills = Bill.objects.bulk_create(
        Bill(
            community=here,
            run=run,
            number=f"YG-ZD-M{number}",
            house=house,
            payer=person,
            liable=person,
            period=run.period,
            issued_on=run.issued_on,
            due_on=run.due_on,
            amount=Decimal("100.00"),
            made_at=ISSUED,
        )
        for number, (house, person) in enumerate(zip(houses, people, strict=True))
    )
    lines = Line.objects.bulk_create(
        Line(
            community=here,
            bill=bill,
            house=bill.house,
            item=estate.items["management"],
            from_on=run.from_on,
            until_on=run.until_on,
            quantity=1,
            amount=bill.amount,
            working={},
        )
        for bill in bills
    )
    OpenItem.objects.bulk_create(
        OpenItem(
            line=line,
            community=here,
            house=line.house,
            payer=bill.payer,
            due_on=bill.due_on,
            amount=line.amount,
            open=line.amount,
        )
        for line, bill in zip(lines, bills, strict=True)
    )


def test_many_households_are_told_by_the_batch(estate: Estate) -> None:
    many(estate, 2500)
    with CaptureQueriesContext(connection) as asked:
        assert tell(TIME) == 5000
    assert len(asked) < 50
    with CaptureQueriesContext(connection) as asked:
        assert tell(TIME) == 0
    assert len(asked) < 12
