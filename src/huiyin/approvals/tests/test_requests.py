"""Requests from the asking to the last decision: who, when, why (PLN-02)."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from huiyin.approvals import actions, queries
from huiyin.approvals.models import Decision, Request
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused
from huiyin.matters.tests.cast import AT, HIRED, Cast, make_cast
from huiyin.notices.models import Message
from huiyin.staff.models import Absence, PostHolding
from huiyin.trail.models import Entry

LATER = AT + timedelta(hours=1)
SUBJECT = "matter:YG-20260316-0001"


def ask(cast: Cast, post: str = "supervisor", **given: Any) -> int:
    """Ask for an incident report to be approved."""
    request: dict[str, Any] = {
        "community_id": cast.town.community.pk,
        "kind": "incident_report",
        "subject": SUBJECT,
        "title": "突发事件处理表",
        **given,
    }
    return actions.ask(by=cast.caller(post), at=AT, **request)


def decide(
    cast: Cast, request_id: int, post: str, verdict: str = "approved", **given: object
) -> actions.Outcome:
    """Decide as the holder of a post."""
    return actions.decide(
        by=cast.caller(post),
        at=LATER,
        request_id=request_id,
        verdict=verdict,  # type: ignore[arg-type]
        **given,  # type: ignore[arg-type]
    )


def seen(cast: Cast, request_id: int, post: str = "manager") -> queries.RequestView:
    """Look at a request as the holder of a post."""
    return queries.request(caller=cast.caller(post), request_id=request_id, at=LATER)


def away(cast: Cast, post: str, delegate: str = "") -> None:
    """Send the holder of a post away."""
    Absence.objects.create(
        employee=cast.employee(post),
        delegate=cast.employee(delegate) if delegate else None,
        starts_at=AT - timedelta(days=1),
    )


def leave(cast: Cast, post: str) -> None:
    """Let nobody hold a post any more."""
    PostHolding.objects.filter(employee=cast.employee(post)).update(until_on=HIRED + timedelta(1))


@pytest.mark.rule("PLN-02")
def test_a_request_goes_up_step_by_step(cast: Cast) -> None:
    request_id = ask(cast)
    assert [one.state for one in seen(cast, request_id).steps] == ["now", "later"]
    first = decide(cast, request_id, "manager", reason="属实")
    assert (first.state, first.is_final) == ("waiting", False)
    last = decide(cast, request_id, "general_manager")
    assert (last.state, last.is_final, last.kind) == ("approved", True, "incident_report")
    view = seen(cast, request_id)
    assert (view.row.state, view.decided_at) == ("approved", LATER)
    assert [(one.by, one.at, one.verdict, one.reason) for one in view.decisions] == [
        (cast.employee("manager").name, LATER, "approved", "属实"),
        (cast.employee("general_manager").name, LATER, "approved", ""),
    ]
    told = Message.objects.get(purpose=f"approval:{request_id}:approved")
    assert told.recipient == cast.employee("supervisor")
    entries = Entry.objects.filter(subject=f"approval:{request_id}").order_by("id")
    assert [one.action for one in entries] == [
        "approvals.asked",
        "approvals.decided",
        "approvals.decided",
    ]


@pytest.mark.rule("PLN-02")
def test_a_return_needs_a_reason_and_ends_it(cast: Cast) -> None:
    request_id = ask(cast)
    with pytest.raises(BadInput) as refused:
        decide(cast, request_id, "manager", "returned", reason=" ")
    assert refused.value.field == "reason"
    outcome = decide(cast, request_id, "manager", "returned", reason="原因不清")
    assert (outcome.state, outcome.is_final) == ("returned", True)
    with pytest.raises(actions.UnableToDecide):
        decide(cast, request_id, "company_service")
    again = ask(cast)
    assert again != request_id
    found = queries.of_subject(caller=cast.caller("supervisor"), subject=SUBJECT, at=LATER)
    assert [one.row.state for one in found] == ["waiting", "returned"]
    assert [one.state for one in found[1].steps] == ["done", "unneeded"]


@pytest.mark.rule("PLN-02")
def test_the_asker_never_decides_and_a_step_of_one_s_own_is_passed_over(cast: Cast) -> None:
    request_id = ask(cast, "manager")
    assert [one.state for one in seen(cast, request_id).steps] == ["skipped", "now"]
    for post in ("manager", "assistant"):
        with pytest.raises(Forbidden):
            decide(cast, request_id, post)
    assert decide(cast, request_id, "company_service").is_final


@pytest.mark.rule("PLN-02")
def test_a_request_never_approves_itself(cast: Cast) -> None:
    leave(cast, "company_service")
    with pytest.raises(actions.UnableToAsk):
        ask(cast, "manager", kind="penalty")
    leave(cast, "general_manager")
    request_id = ask(cast)
    outcome = decide(cast, request_id, "manager")
    assert (outcome.state, outcome.is_final) == ("waiting", False)
    view = seen(cast, request_id)
    assert (view.is_stuck, view.may_decide) == (True, False)
    with pytest.raises(Refused):
        decide(cast, request_id, "manager")


@pytest.mark.rule("PLN-02")
@pytest.mark.parametrize("delegate", ["finance", ""])
def test_an_absent_holder_is_represented(cast: Cast, delegate: str) -> None:
    away(cast, "manager", delegate)
    acting = delegate or "assistant"
    request_id = ask(cast, kind="penalty")
    community_id = cast.town.community.pk
    (row,) = queries.waiting(caller=cast.caller(acting), community_id=community_id, at=LATER)
    assert row.on_behalf_of == cast.employee("manager").name
    decide(cast, request_id, acting)
    decision = Decision.objects.get()
    assert decision.by == cast.employee(acting)
    assert decision.on_behalf_of == cast.employee("manager")
    assert seen(cast, request_id, acting).decisions[0].on_behalf_of == row.on_behalf_of


def test_who_leaves_in_between_is_passed_over(cast: Cast) -> None:
    request_id = ask(cast)
    leave(cast, "manager")
    leave(cast, "assistant")
    assert [one.state for one in seen(cast, request_id, "company_service").steps] == [
        "skipped",
        "now",
    ]
    assert decide(cast, request_id, "company_service").is_final
    assert Request.objects.get().skipped == [0]


@pytest.mark.rule("PLN-02")
def test_what_waits_for_somebody_is_found(cast: Cast) -> None:
    request_id, community_id = ask(cast), cast.town.community.pk
    ask(cast, subject="matter:other", kind="penalty")

    def waiting(post: str) -> list[str]:
        caller = cast.caller(post)
        found = queries.waiting(caller=caller, community_id=community_id, at=LATER)
        return [one.kind for one in found]

    assert waiting("manager") == ["incident_report", "penalty"]
    assert waiting("assistant") == ["incident_report"]
    assert waiting("company_service") == ["penalty"]
    assert waiting("supervisor") == waiting("guard") == []
    company = cast.caller("company_service")
    everywhere = queries.waiting(caller=company, community_id=None, at=LATER)
    assert [one.community for one in everywhere] == ["YG花园"]
    assert queries.waiting(caller=cast.caller("E031"), community_id=None, at=LATER) == ()
    decide(cast, request_id, "assistant")
    assert waiting("company_service") == ["incident_report", "penalty"]
    asked = queries.asked_by_me(caller=cast.caller("supervisor"), community_id=community_id)
    assert [one.kind for one in asked.items] == ["penalty", "incident_report"]
    decided = queries.decided_by_me(caller=cast.caller("assistant"), community_id=community_id)
    assert [one.id for one in decided.items] == [request_id]


def test_the_same_is_asked_once_at_a_time(cast: Cast) -> None:
    request_id = ask(cast)
    with pytest.raises(actions.UnableToAsk):
        ask(cast)
    with pytest.raises(Forbidden):
        actions.withdraw(by=cast.caller("manager"), at=LATER, request_id=request_id, reason="不")
    with pytest.raises(BadInput):
        actions.withdraw(by=cast.caller("supervisor"), at=LATER, request_id=request_id, reason="")
    actions.withdraw(by=cast.caller("supervisor"), at=LATER, request_id=request_id, reason="写错")
    with pytest.raises(actions.UnableToWithdraw):
        actions.withdraw(by=cast.caller("supervisor"), at=LATER, request_id=request_id, reason="x")
    with pytest.raises(actions.UnableToDecide, match="撤回"):
        decide(cast, request_id, "manager")
    assert ask(cast) != request_id


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "holiday"},
        {"title": ""},
        {"title": "长" * 121},
        {"subject": "\0"},
        {"amount": Decimal(-1)},
    ],
)
def test_what_cannot_be_asked_is_refused(cast: Cast, given: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        ask(cast, **given)


def test_strangers_learn_nothing_and_colleagues_do_not_meddle(cast: Cast) -> None:
    request_id, community_id = ask(cast), cast.town.community.pk
    for look in (
        lambda: seen(cast, request_id, "E031"),
        lambda: decide(cast, request_id, "E031"),
        lambda: ask(cast, "E031", subject="matter:x"),
        lambda: queries.waiting(caller=cast.caller("E031"), community_id=community_id, at=LATER),
        lambda: seen(cast, request_id + 1),
    ):
        with pytest.raises(NotFound):
            look()
    for post in ("guard", "supervisor", "company_service"):
        with pytest.raises(Forbidden):
            decide(cast, request_id, post)
    with pytest.raises(Forbidden):
        seen(cast, request_id, "guard")
    with pytest.raises(Forbidden):
        actions.decide(by=SYSTEM, at=LATER, request_id=request_id, verdict="approved")
    with pytest.raises(BadInput):
        decide(cast, request_id, "manager", "maybe")
    stranger = cast.caller("E031")
    assert queries.of_subject(caller=stranger, subject=SUBJECT, at=LATER) == ()


def test_nothing_is_decided_unseen(cast: Cast) -> None:
    """A second press of the button must not decide the step that came after."""
    PostHolding.objects.create(
        employee=cast.employee("manager"), post="company_service", from_on=HIRED
    )
    request_id = ask(cast)
    decide(cast, request_id, "manager", step=0)
    with pytest.raises(actions.UnableToDecide):
        decide(cast, request_id, "manager", step=0)
    assert decide(cast, request_id, "manager", step=1).is_final


def test_decisions_are_history(cast: Cast) -> None:
    decide(cast, ask(cast), "manager")
    for change in (
        lambda: Decision.objects.update(verdict="returned", reason="x"),
        lambda: Decision.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# -- chains


def set_chain(
    cast: Cast, post: str, steps: list[list[str]], amount: int = 0, **given: object
) -> None:
    """Set who decides on discounts."""
    words: dict[str, object] = {
        "community_id": cast.town.community.pk,
        "kind": "discount",
        "reason": "按公司规定",
        **given,
    }
    actions.set_chain(
        by=cast.caller(post),
        at=AT,
        from_amount=Decimal(amount),
        steps=steps,
        **words,  # type: ignore[arg-type]
    )


@pytest.mark.rule("PLN-02")
def test_chains_follow_kind_and_amount(cast: Cast) -> None:
    set_chain(cast, "general_manager", [["company_service"]], community_id=None)
    set_chain(cast, "manager", [["supervisor"]])
    set_chain(cast, "manager", [["supervisor"], ["manager"]], 100)
    set_chain(cast, "manager", [["supervisor"], ["finance"], ["general_manager"]], 1000)

    def steps(amount: Decimal | None, number: int) -> list[list[str]]:
        given: dict[str, Any] = {
            "kind": "discount",
            "amount": amount,
            "subject": f"bill:{number}",
        }
        return list(Request.objects.get(pk=ask(cast, "keeper", **given)).steps)

    assert steps(None, 1) == [["supervisor"]]
    assert steps(Decimal("99.99"), 2) == [["supervisor"]]
    assert steps(Decimal(100), 3) == [["supervisor"], ["manager"]]
    assert steps(Decimal(5000), 4) == [["supervisor"], ["finance"], ["general_manager"]]
    set_chain(cast, "manager", [], 100)
    assert steps(Decimal(100), 5) == [["supervisor"]]
    neighbour: dict[str, Any] = {"community_id": cast.neighbour.community.pk, "kind": "discount"}
    other = ask(cast, "E033", **neighbour)
    assert Request.objects.get(pk=other).steps == [["company_service"]]
    rows = queries.chains_in_force(caller=cast.caller("guard"), community_id=cast.town.community.pk)
    found = {(one.kind, int(one.from_amount), one.origin) for one in rows}
    assert {one for one in found if one[0] == "discount"} == {
        ("discount", 0, "community"),
        ("discount", 1000, "community"),
    }
    assert ("incident_report", 0, "shipped") in found


def test_a_request_keeps_the_steps_it_was_asked_under(cast: Cast) -> None:
    request_id = ask(cast)
    set_chain(cast, "manager", [["finance"]], kind="incident_report")
    assert len(seen(cast, request_id).steps) == 2


def test_chains_are_set_by_those_in_charge(cast: Cast) -> None:
    for post in ("assistant", "supervisor", "finance"):
        with pytest.raises(Forbidden):
            set_chain(cast, post, [["finance"]])
    with pytest.raises(Forbidden):
        set_chain(cast, "manager", [["finance"]], community_id=None)
    with pytest.raises(NotFound):
        set_chain(cast, "E031", [["finance"]])
    for broken in ({"kind": "No"}, {"steps": [["king"]]}, {"amount": -1}, {"reason": ""}):
        given: dict[str, object] = {"steps": [["finance"]], **broken}
        with pytest.raises(BadInput):
            set_chain(cast, "manager", **given)  # type: ignore[arg-type]


# -- two at once, and how much is asked


@pytest.mark.slow
@pytest.mark.rule("PLN-02")
def test_of_two_who_decide_at_once_one_wins(transactional_db: None) -> None:
    cast = make_cast()
    request_id = ask(cast)
    told: list[str] = []
    ready = threading.Barrier(4)

    def act(post: str, verdict: str) -> Callable[[], None]:
        def run() -> None:
            try:
                caller = cast.caller(post)
                ready.wait(20)
                actions.decide(
                    by=caller,
                    at=LATER,
                    request_id=request_id,
                    verdict=verdict,  # type: ignore[arg-type]
                    reason="同时",
                )
                told.append("won")
            except Refused as refusal:
                told.append(type(refusal).__name__)
            finally:
                connections.close_all()

        return run

    given = [("manager", "approved"), ("assistant", "returned")] * 2
    threads = [threading.Thread(target=act(*one)) for one in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["UnableToDecide"] * 3 + ["won"]
    assert Decision.objects.count() == 1


def test_lists_ask_few_questions_however_long(cast: Cast) -> None:
    community_id = cast.town.community.pk
    for number in range(30):
        decide(cast, ask(cast, subject=f"matter:{number}"), "assistant")
    caller = cast.caller("company_service")
    with CaptureQueriesContext(connection) as asked:
        assert len(queries.waiting(caller=caller, community_id=community_id, at=LATER)) == 30
    assert len(asked) == 2
    for look, post in ((queries.asked_by_me, "supervisor"), (queries.decided_by_me, "assistant")):
        caller = cast.caller(post)
        with CaptureQueriesContext(connection) as asked:
            page = look(caller=caller, community_id=community_id)
        assert (len(asked), len(page.items)) == (1, 25)
        rest = look(caller=caller, community_id=community_id, cursor=page.next or "")
        assert (len(rest.items), rest.next) == (5, None)
        with pytest.raises(BadInput):
            look(caller=caller, community_id=community_id, cursor="x")


@pytest.mark.rule("CMP-05")
def test_whom_the_subject_complains_about_decides_nothing_and_finds_nothing(cast: Cast) -> None:
    manager = cast.employee("manager")
    request_id = ask(cast, about_id=manager.pk)
    assert seen(cast, request_id, "general_manager").steps[0].people == (
        cast.employee("assistant").name,
    )
    caller, place = cast.caller("manager"), cast.town.community.pk
    assert queries.waiting(caller=caller, community_id=place, at=LATER) == ()
    assert queries.of_subject(caller=caller, subject=SUBJECT, at=LATER) == ()
    with pytest.raises(NotFound):
        seen(cast, request_id, "manager")
    with pytest.raises(NotFound):
        decide(cast, request_id, "manager")
    assert decide(cast, request_id, "assistant").state == "waiting"
