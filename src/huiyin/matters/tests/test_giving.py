"""Giving back and taking back: who cannot do it says why at once, and somebody is sent anew."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.matters import actions, queries
from huiyin.matters.actions import UnableToChangeMatter
from huiyin.matters.models import Event, Matter, Promise
from huiyin.matters.tests.cast import AT, Cast, make_cast, tick
from huiyin.notices.models import Message
from huiyin.reports import audit

LATER = AT + timedelta(minutes=30)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def sent(cast: Cast) -> str:
    number = cast.receive(kind="repair")
    by = cast.caller("dispatcher")
    actions.assign_matter(by=by, at=AT, number=number, to=cast.code("technician"))
    return number


def row(number: str) -> Matter:
    return Matter.objects.select_related("owner").get(number=number)


def assigning(number: str) -> list[str]:
    rows = Promise.objects.filter(matter__number=number, code="assign").order_by("id")
    return [one.state for one in rows]


def exact() -> None:
    tick(LATER)
    assert [line.broken for line in audit.audit(LATER) if not line.ok] == []


@pytest.mark.rule("REC-10")
@pytest.mark.rule("WO-02")
@pytest.mark.parametrize("steps", [(), ("accept",), ("accept", "arrive")])
def test_who_cannot_do_it_says_why_and_the_foreman_sends_another(
    cast: Cast, steps: tuple[str, ...]
) -> None:
    number, by = sent(cast), cast.caller("technician")
    if "accept" in steps:
        actions.accept_matter(by=by, at=AT, number=number)
    if "arrive" in steps:
        actions.arrive_at_matter(by=by, at=AT, number=number)

    actions.give_back(by=by, at=LATER, number=number, reason="要电工证,我没有")

    matter = row(number)
    assert (matter.state, matter.owner.code) == ("received", cast.code("maintenance_foreman"))
    event = Event.objects.get(matter=matter, kind="given_back")
    assert event.text == "要电工证,我没有"
    assert event.data["from_name"] == by.name
    told = Message.objects.get(purpose=f"{number}:given_back:{event.pk}")
    assert told.recipient_id == matter.owner_id
    assert "要电工证" in told.subject
    # Somebody must be sent anew, within the same limit; the other clocks go on.
    assert assigning(number) == ["kept", "running"]
    again = Promise.objects.filter(matter=matter, code="assign").latest("id")
    assert again.due_at == LATER + timedelta(minutes=10)
    assert Promise.objects.get(matter=matter, code="finish").started_at == AT

    foreman = cast.caller("maintenance_foreman")
    actions.assign_matter(by=foreman, at=LATER, number=number, to="E020")
    assert assigning(number) == ["kept", "kept"]
    exact()


def test_without_a_reason_or_by_another_it_is_refused(cast: Cast) -> None:
    number = sent(cast)

    with pytest.raises(BadInput) as refused:
        actions.give_back(by=cast.caller("technician"), at=LATER, number=number, reason="  ")
    assert refused.value.field == "reason"
    with pytest.raises(Forbidden):
        actions.give_back(by=cast.caller("dispatcher"), at=LATER, number=number, reason="x")
    with pytest.raises(NotFound):
        actions.give_back(by=cast.caller("guard"), at=LATER, number=number, reason="x")
    with pytest.raises(NotFound):
        actions.take_back(by=cast.caller("E031"), at=LATER, number=number, reason="x")
    with pytest.raises(Forbidden):
        actions.take_back(by=cast.caller("technician"), at=LATER, number=number, reason="x")
    with pytest.raises(BadInput):
        actions.take_back(by=cast.caller("dispatcher"), at=LATER, number=number, reason="")
    assert row(number).state == "assigned"


def test_only_what_somebody_has_in_hand_goes_back(cast: Cast) -> None:
    number = cast.receive(kind="repair")
    foreman = cast.caller("maintenance_foreman")
    with pytest.raises(UnableToChangeMatter):
        actions.give_back(by=foreman, at=LATER, number=number, reason="x")
    number = sent(cast)
    by = cast.caller("technician")
    actions.finish_matter(by=by, at=AT, number=number, result="好了")
    with pytest.raises(UnableToChangeMatter):
        actions.give_back(by=by, at=LATER, number=number, reason="x")


@pytest.mark.rule("WO-02")
def test_a_dispatcher_takes_it_back_and_the_one_sent_is_told(cast: Cast) -> None:
    number, by = sent(cast), cast.caller("dispatcher")

    actions.take_back(by=by, at=LATER, number=number, reason="先去救急")

    matter = row(number)
    assert (matter.state, matter.owner.code) == ("received", cast.code("dispatcher"))
    event = Event.objects.get(matter=matter, kind="given_back")
    assert event.data["taken"] is True
    told = Message.objects.get(purpose=f"{number}:taken_back:{event.pk}")
    assert told.recipient_id == cast.employee("technician").pk
    assert assigning(number) == ["kept", "running"]
    with pytest.raises(NotFound):
        actions.accept_matter(by=cast.caller("technician"), at=LATER, number=number)
    exact()


def test_who_has_it_in_hand_gives_it_back_and_does_not_take_it(cast: Cast) -> None:
    number = cast.receive(kind="repair")
    by = cast.caller("dispatcher")
    actions.accept_matter(by=by, at=AT, number=number)

    with pytest.raises(UnableToChangeMatter, match="退回"):
        actions.take_back(by=by, at=LATER, number=number, reason="x")
    verbs = queries.matter(caller=by, number=number, at=LATER).verbs
    assert "give-back" in verbs
    assert "take-back" not in verbs


def test_in_a_later_cycle_it_goes_back_to_re_opened(cast: Cast) -> None:
    number, by, desk = sent(cast), cast.caller("technician"), cast.caller("dispatcher")
    actions.finish_matter(by=by, at=AT, number=number, result="好了")
    actions.reopen_matter(by=desk, at=AT, number=number, reason="又漏")
    actions.assign_matter(by=desk, at=AT, number=number, to=cast.code("technician"))

    actions.give_back(by=by, at=LATER, number=number, reason="缺配件")

    assert row(number).state == "reopened"
    exact()


def test_what_is_given_back_takes_its_linked_reports_along(cast: Cast) -> None:
    number = sent(cast)
    child = cast.receive(kind="repair")
    desk = cast.caller("dispatcher")
    actions.link_matter(by=desk, at=AT, number=child, to=number)

    actions.give_back(by=cast.caller("technician"), at=LATER, number=number, reason="缺配件")

    foreman = cast.code("maintenance_foreman")
    assert (row(child).state, row(child).owner.code) == ("received", foreman)
    exact()


@pytest.mark.rule("WO-02")
def test_the_whole_way_of_an_order(cast: Cast) -> None:
    number, by, desk = sent(cast), cast.caller("technician"), cast.caller("dispatcher")
    seen = [row(number).state]
    steps: tuple[tuple[Callable[..., str], dict[str, str]], ...] = (
        (actions.accept_matter, {}),
        (actions.arrive_at_matter, {}),
        (actions.finish_matter, {"result": "换了阀门"}),
        (actions.sign_matter, {"name": "王丽"}),
    )
    for act, given in steps:
        act(by=by, at=LATER, number=number, **given)
        seen.append(row(number).state)
    assert row(number).signed_name == "王丽"
    actions.visit_back(by=desk, at=LATER, number=number, satisfaction=5)
    seen.append(row(number).state)
    actions.close_matter(by=desk, at=LATER, number=number)
    seen.append(row(number).state)
    assert seen == [
        "assigned",
        "accepted",
        "on_site",
        "finished",
        "finished",
        "visited_back",
        "closed",
    ]
    exact()
