"""The ladder: who hears when, after a silence, with nobody on duty, and never after the answer."""

from datetime import timedelta
from typing import Any

import pytest

from huiyin.matters import actions
from huiyin.matters.actions.sweep import sweep
from huiyin.matters.models import Event, Matter, Promise
from huiyin.matters.tests.cast import AT, Cast, make_cast, moment, tick, tick_until
from huiyin.notices.models import Message
from huiyin.staff.models import Absence, PostHolding, Shift
from huiyin.standards.actions import change_clause

MINUTE = timedelta(minutes=1)
OWNER, SUPERVISOR, MANAGER, COMPANY = "E009", "E008", "E004", "E002"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def rungs(number: str, code: str = "assign") -> list[tuple[int, list[str]]]:
    """List the rungs that one clock of a matter climbed, and who was told."""
    return [
        (one.data["rung"], one.data["to"])
        for one in Event.objects.filter(matter__number=number, kind="escalated").order_by("id")
        if one.data["promise"] == code
    ]


def told(number: str, code: str = "assign") -> list[tuple[str, str]]:
    """List who was sent a message by one clock, and what became of it."""
    rows = Message.objects.filter(about=number, purpose__contains=f":{code}:").order_by("id")
    return list(rows.values_list("recipient__code", "state"))


def away(cast: Cast, *posts: str, delegate: str = "") -> None:
    """Send the holders of some posts away for good."""
    for post in posts:
        Absence.objects.create(
            employee=cast.employee(post),
            delegate=cast.employee(delegate) if delegate else None,
            starts_at=AT - timedelta(days=1),
        )


# -- climbing


@pytest.mark.rule("CMP-01", "REC-09")
def test_left_alone_it_climbs_from_owner_to_company_by_next_morning(cast: Cast) -> None:
    number = cast.receive()
    heard = {}
    for at in (4, 5, 9, 10, 19, 20, 60):
        tick(AT + at * MINUTE)
        heard[at] = len(rungs(number))
    tick(moment("2026-03-17 08:59"))
    heard[1439] = len(rungs(number))
    tick(moment("2026-03-17 09:00"))

    assert heard == {4: 0, 5: 1, 9: 1, 10: 2, 19: 2, 20: 3, 60: 3, 1439: 3}
    assert rungs(number) == [
        (1, [OWNER]),
        (2, [SUPERVISOR]),
        (3, [MANAGER]),
        (4, [COMPANY]),
    ]
    assert told(number) == [
        (OWNER, "sent"),
        (SUPERVISOR, "sent"),
        (MANAGER, "sent"),
        (COMPANY, "sent"),
    ]


@pytest.mark.rule("STD-03", "CMP-01")
def test_late_is_broken_for_ever_and_the_ladder_stops_with_the_answer(cast: Cast) -> None:
    number = cast.receive()
    tick(AT + 15 * MINUTE)
    actions.assign_matter(
        by=cast.caller("dispatcher"), at=AT + 35 * MINUTE, number=number, to=OWNER
    )
    tick_until(AT + timedelta(days=3), start=AT + 40 * MINUTE, every=timedelta(hours=7))

    promise = Promise.objects.get(matter__number=number, code="assign")
    assert (promise.state, promise.closed_at) == ("broken", AT + 35 * MINUTE)
    assert promise.next_alarm_at is None
    assert [one for one, _ in rungs(number)] == [2]


@pytest.mark.rule("CMP-03")
def test_an_emergency_calls_everybody_in_charge_within_the_same_second(cast: Cast) -> None:
    number = cast.receive(at=moment("2026-03-15 02:10"), kind="complaint.emergency")

    everybody = [
        cast.code(post)
        for post in (
            "manager",
            "supervisor",
            "maintenance_foreman",
            "cleaning_foreman",
            "security_foreman",
        )
    ]
    assert rungs(number, "arrive") == [(1, everybody)]
    messages = Message.objects.filter(about=number, purpose__contains=":arrive:")
    assert {one.at for one in messages} == {moment("2026-03-15 02:10")}
    assert all(one.urgent for one in messages)
    promise = Promise.objects.get(matter__number=number, code="arrive")
    assert promise.due_at == moment("2026-03-15 02:15")

    tick(moment("2026-03-15 02:15"))
    assert rungs(number, "arrive")[1:] == [(2, [MANAGER, COMPANY])]


# -- after a silence of the sweeper


@pytest.mark.parametrize(
    ("silence", "fired", "late"),
    [
        (timedelta(minutes=5), [1], []),
        (timedelta(minutes=12), [2], [1]),
        (timedelta(hours=3), [3], [1, 2]),
        (timedelta(days=3), [4], [1, 2, 3]),
    ],
)
def test_after_a_silence_only_the_present_rung_fires_and_the_skipped_are_on_record(
    silence: timedelta, fired: list[int], late: list[int], cast: Cast
) -> None:
    number = cast.receive()
    Message.objects.all().delete()

    tick(AT + silence)

    assert [one for one, _ in rungs(number)] == fired
    assert len(told(number)) == 1
    event = Event.objects.filter(matter__number=number, kind="escalated").order_by("id").first()
    assert event is not None
    assert event.data.get("late", []) == late


def test_any_schedule_of_ticks_ends_with_the_same_verdicts(cast: Cast) -> None:
    """However seldom the sweeper runs, the promises end alike; only how many were told differs."""
    end = AT + timedelta(days=16)
    lives = []
    for every in (timedelta(hours=1), timedelta(hours=31), timedelta(days=16)):
        number = cast.receive()
        actions.assign_matter(
            by=cast.caller("dispatcher"), at=AT + 9 * MINUTE, number=number, to=OWNER
        )
        tick_until(end, start=AT + 10 * MINUTE, every=every)
        rows = Promise.objects.filter(matter__number=number).order_by("clause", "due_at")
        lives.append(list(rows.values_list("clause", "state", "due_at", "closed_at")))

    assert lives[0] == lives[1] == lives[2]
    assert [row[1] for row in lives[0] if row[0] == "complaint.keep_in_touch"] == [
        "broken",
        "broken",
        "running",
    ]


# -- people


@pytest.mark.rule("REC-09")
def test_a_rung_with_nobody_on_duty_passes_on_at_once_and_says_so(cast: Cast) -> None:
    away(cast, "supervisor", "assistant")
    PostHolding.objects.filter(employee=cast.employee("supervisor")).delete()
    change_clause(
        by=cast.caller("manager"),
        at=AT,
        community_id=cast.town.community.pk,
        clause_id="complaint.assign",
        ladder=[("half", ["supervisor"]), ("due", ["manager"])],
        reason="试行",
    )
    number = cast.receive()

    tick(AT + 5 * MINUTE)

    assert rungs(number) == [(2, [MANAGER])]
    event = Event.objects.get(matter__number=number, kind="escalated")
    assert event.data["nobody"] == ["supervisor"]
    assert "无人当值" in event.text

    tick(AT + 10 * MINUTE)
    assert rungs(number) == [(2, [MANAGER])], "what was passed on does not ring a second time"


def test_a_whole_ladder_without_anybody_ends_with_the_manager_on_duty_or_not(cast: Cast) -> None:
    change_clause(
        by=cast.caller("manager"),
        at=AT,
        community_id=cast.town.community.pk,
        clause_id="complaint.assign",
        ladder=[("half", ["supervisor"]), ("due", ["quality"])],
        reason="试行",
    )
    number = cast.receive()
    away(cast, "supervisor", "quality", "assistant", "manager")

    tick(AT + 5 * MINUTE)

    assert rungs(number) == [(2, [MANAGER])]
    event = Event.objects.get(matter__number=number, kind="escalated")
    assert event.data["nobody"] == ["supervisor", "quality"]


def test_the_delegate_hears_for_an_absent_owner(cast: Cast) -> None:
    number = cast.receive()
    away(cast, "keeper", delegate="quality")

    tick(AT + 5 * MINUTE)

    assert rungs(number) == [(1, [cast.code("quality")])]


def test_who_is_not_on_shift_is_not_rung_up(cast: Cast) -> None:
    """Where a roster is kept for a post, only its shifts count as duty."""
    Shift.objects.create(
        employee=cast.employee("supervisor"),
        community=cast.town.community,
        post="supervisor",
        starts_at=AT + timedelta(hours=5),
        ends_at=AT + timedelta(hours=9),
    )
    number = cast.receive()

    tick(AT + 10 * MINUTE)

    assert rungs(number)[-1] == (2, [MANAGER])


def test_one_person_in_two_places_of_a_rung_gets_one_message(cast: Cast) -> None:
    PostHolding.objects.create(
        employee=cast.employee("supervisor"),
        community=cast.town.community,
        post="security_foreman",
        from_on=AT.date(),
    )
    number = cast.receive(kind="complaint.emergency")
    tick(AT)

    codes = [code for code, _ in told(number, "arrive")]
    assert len(codes) == len(set(codes)) == 5


# -- nothing rings after the answer


@pytest.mark.parametrize("answer", ["assigned", "re-assigned", "paused", "finished", "voided"])
def test_what_was_answered_between_firing_and_sending_is_overtaken(answer: str, cast: Cast) -> None:
    number = cast.receive()
    half, keeper = AT + 12 * 60 * MINUTE, cast.caller("keeper")
    if answer != "assigned":
        actions.accept_matter(by=keeper, at=AT, number=number)
    fired, code = (AT + 5 * MINUTE, "assign") if answer == "assigned" else (half, "finish")
    while sweep(at=fired):
        pass
    assert told(number, code) == [(OWNER, "queued")]

    at = fired + timedelta(seconds=1)
    it: dict[str, Any] = {"by": keeper, "at": at, "number": number}
    if answer == "assigned":
        actions.assign_matter(**it, to=OWNER)
    elif answer == "re-assigned":
        actions.assign_matter(**it, to="E020")
    elif answer == "paused":
        actions.pause_matter(**it, until=at + timedelta(days=1), reason="业主外出")
    elif answer == "finished":
        actions.finish_matter(**it, result="已清理")
    else:
        actions.reclassify_matter(**it, kind="praise", reason="是表扬")
    tick(at)

    assert told(number, code) == [(OWNER, "superseded")]


@pytest.mark.rule("CMP-03")
@pytest.mark.parametrize("taken", ["assigned", "accepted"])
def test_an_emergency_taken_before_it_was_sent_still_calls_everybody(
    taken: str, cast: Cast
) -> None:
    number = cast.receive(kind="complaint.emergency")
    foreman = cast.caller("security_foreman")
    if taken == "assigned":
        actions.assign_matter(by=foreman, at=AT, number=number, to=cast.code("security_foreman"))
    else:
        actions.accept_matter(by=foreman, at=AT, number=number)
    tick(AT)
    assert [state for _, state in told(number, "arrive")] == ["sent"] * 5


def test_what_superiors_were_to_hear_survives_a_change_of_the_owner(cast: Cast) -> None:
    number = cast.receive()
    actions.accept_matter(by=cast.caller("keeper"), at=AT, number=number)
    due = AT + timedelta(hours=24)
    while sweep(at=due):
        pass
    actions.assign_matter(by=cast.caller("receptionist"), at=due, number=number, to="E020")
    tick(due)
    assert told(number, "finish") == [(SUPERVISOR, "sent")]

    actions.assign_matter(by=cast.caller("receptionist"), at=due, number=number, to=OWNER)
    actions.finish_matter(by=cast.caller("keeper"), at=due, number=number, result="已清理")
    tick(due)
    assert told(number, "finish") == [(SUPERVISOR, "sent")]


def test_after_a_reassignment_the_next_rung_rings_at_the_new_owner(cast: Cast) -> None:
    number = cast.receive()
    actions.accept_matter(by=cast.caller("keeper"), at=AT, number=number)
    actions.assign_matter(by=cast.caller("supervisor"), at=AT + MINUTE, number=number, to="E020")

    tick(AT + timedelta(hours=12))

    assert told(number, "finish") == [("E020", "sent")]


def test_while_paused_nothing_rings_and_afterwards_it_goes_on(cast: Cast) -> None:
    number, keeper = cast.receive(), cast.caller("keeper")
    actions.accept_matter(by=keeper, at=AT, number=number)
    until = AT + timedelta(days=5)
    actions.pause_matter(
        by=keeper, at=AT + timedelta(hours=6), number=number, until=until, reason="业主外出"
    )
    tick_until(until, start=AT + timedelta(hours=7), every=timedelta(hours=9))
    assert rungs(number, "finish") == []

    tick(until + timedelta(hours=5))
    assert rungs(number, "finish") == []
    tick(until + timedelta(hours=6))
    assert rungs(number, "finish") == [(1, [OWNER])]


@pytest.mark.rule("STD-05")
def test_the_first_asked_follower_of_a_dropped_matter_gets_one_non_conformity(cast: Cast) -> None:
    number = cast.receive(kind="repair", first_heard_by="E017")
    tick_until(AT + timedelta(days=4), start=AT, every=timedelta(hours=5))

    matter = Matter.objects.get(number=number)
    found = list(matter.non_conformities.values_list("employee__code", "promise__code"))
    assert ("E017", "assign") in found
    assert len(found) == len(set(found))
