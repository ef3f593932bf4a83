"""What follows a complaint about an attitude (CMP-05), without telling who complained (CMP-11)."""

from datetime import date, timedelta

import pytest

from huiyin.conduct import actions, queries
from huiyin.conduct.models import ConductCase
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.matters import queries as matters
from huiyin.matters.models import Matter
from huiyin.matters.queries import Filters
from huiyin.matters.tests.cast import AT, Cast, moment
from huiyin.notices.models import Message

LATER = AT + timedelta(hours=1)
CONCERNED = "guard"


def complaint(cast: Cast) -> str:
    """Receive a complaint about the guard."""
    return cast.receive(
        kind="complaint.attitude",
        text="门岗对业主说话难听",
        phone="13812345678",
        caller="王丽",
        about_employee=cast.code(CONCERNED),
    )


def opened(cast: Cast) -> str:
    """Receive a complaint and open its case."""
    number = complaint(cast)
    actions.open_case(by=cast.caller("supervisor"), at=LATER, number=number)
    return number


@pytest.mark.rule("CMP-05")
def test_a_case_goes_from_the_facts_to_the_penalty(cast: Cast) -> None:
    number = opened(cast)
    supervisor, manager = cast.caller("supervisor"), cast.caller("manager")
    actions.open_case(by=manager, at=LATER, number=number)
    actions.take_statement(by=supervisor, at=LATER, number=number, text="当时在处理堵车")
    correction = actions.set_correction(
        by=supervisor, at=LATER, number=number, task="学习门岗礼仪", due_on=date(2026, 3, 18)
    )
    actions.propose_penalty(by=supervisor, at=LATER, number=number, penalty="口头警告")
    actions.propose_penalty(by=supervisor, at=LATER, number=number, penalty="书面警告")
    actions.approve_penalty(by=manager, at=LATER, number=number)
    row = queries.case(caller=manager, number=number, at=LATER)
    assert ConductCase.objects.count() == 1
    assert row.employee.code == cast.code(CONCERNED)
    assert (row.statement, row.correction, row.penalty) == (
        "当时在处理堵车",
        correction,
        "书面警告",
    )
    assert row.penalty_by is not None and row.penalty_by.code == cast.code("supervisor")
    assert row.approved_by is not None and row.approved_by.code == cast.code("manager")


@pytest.mark.rule("CMP-05")
def test_the_correction_is_the_employee_s_own_matter_with_a_date(cast: Cast) -> None:
    number = opened(cast)
    correction = actions.set_correction(
        by=cast.caller("manager"),
        at=LATER,
        number=number,
        task="学习门岗礼仪",
        due_on=date(2026, 3, 18),
    )
    view = matters.matter(caller=cast.caller(CONCERNED), number=correction, at=LATER)
    assert (view.kind, view.owner.code) == ("correction", cast.code(CONCERNED))
    dues = {one.rule: one.due_at for one in view.promises if one.state == "running"}
    assert dues["REC-03"] == moment("2026-03-19 00:00")
    assert number not in str(view)


@pytest.mark.rule("CMP-11")
def test_whom_it_is_about_never_learns_who_complained(cast: Cast) -> None:
    number = opened(cast)
    correction = actions.set_correction(
        by=cast.caller("manager"),
        at=LATER,
        number=number,
        task="学习门岗礼仪",
        due_on=date(2026, 3, 18),
    )
    concerned = cast.caller(CONCERNED)
    for look in (
        lambda: matters.matter(caller=concerned, number=number, at=LATER),
        lambda: matters.messages(caller=concerned, number=number),
        lambda: queries.case(caller=concerned, number=number, at=LATER),
        lambda: actions.take_statement(by=concerned, at=LATER, number=number, text="我没有"),
    ):
        with pytest.raises(NotFound):
            look()
    listed = matters.list_matters(caller=concerned, at=LATER, filters=Filters()).items
    assert [one.number for one in listed] == [correction]
    shown = str(matters.matter(caller=concerned, number=correction, at=LATER))
    for secret in ("王丽", "13812345678", "3-1-1201", number):
        assert secret not in shown
    assert not Message.objects.filter(recipient=cast.employee(CONCERNED), about=number).exists()


@pytest.mark.rule("CMP-11")
@pytest.mark.parametrize(
    "task",
    [
        "向王丽道歉",
        "向 王 丽 道歉",
        "向王女士道歉",
        "去3-1-1201道歉",
        "去1201室道歉",
        "打13812345678",
    ],
)
def test_a_correction_that_says_who_complained_is_refused(cast: Cast, task: str) -> None:
    number = opened(cast)
    with pytest.raises(BadInput) as refused:
        actions.set_correction(
            by=cast.caller("manager"), at=LATER, number=number, task=task, due_on=date(2026, 3, 18)
        )
    assert refused.value.field == "task"
    assert not Matter.objects.filter(kind="correction").exists()


@pytest.mark.rule("CMP-05")
def test_a_penalty_needs_two_people(cast: Cast) -> None:
    number = opened(cast)
    manager = cast.caller("manager")
    with pytest.raises(actions.UnableToPunish):
        actions.approve_penalty(by=manager, at=LATER, number=number)
    actions.propose_penalty(by=manager, at=LATER, number=number, penalty="扣绩效")
    with pytest.raises(Forbidden):
        actions.approve_penalty(by=manager, at=LATER, number=number)
    with pytest.raises(Forbidden):
        actions.approve_penalty(by=cast.caller("supervisor"), at=LATER, number=number)
    actions.approve_penalty(by=cast.caller("company_service"), at=LATER, number=number)
    with pytest.raises(actions.UnableToPunish):
        actions.approve_penalty(by=cast.caller("general_manager"), at=LATER, number=number)
    with pytest.raises(actions.UnableToPunish):
        actions.propose_penalty(by=manager, at=LATER, number=number, penalty="再扣")


def test_a_case_needs_an_attitude_and_an_employee(cast: Cast) -> None:
    manager = cast.caller("manager")
    for number in (cast.receive(), cast.receive(kind="complaint.attitude")):
        with pytest.raises(actions.UnableToOpenCase):
            actions.open_case(by=manager, at=LATER, number=number)
        with pytest.raises(WrongState):
            actions.take_statement(by=manager, at=LATER, number=number, text="说明")
        with pytest.raises(NotFound):
            queries.case(caller=manager, number=number, at=LATER)


@pytest.mark.rule("CMP-05")
def test_whom_it_is_about_may_become_known_later(cast: Cast) -> None:
    number = cast.receive(kind="complaint.attitude")
    manager, guard = cast.caller("manager"), cast.code(CONCERNED)
    with pytest.raises(BadInput) as refused:
        actions.open_case(by=manager, at=LATER, number=number, employee="E999")
    assert refused.value.field == "employee"
    with pytest.raises(actions.UnableToOpenCase):
        actions.open_case(by=manager, at=LATER, number=number)
    for _ in range(2):
        actions.open_case(by=manager, at=LATER, number=number, employee=guard)
    with pytest.raises(actions.UnableToOpenCase):
        actions.open_case(by=manager, at=LATER, number=number, employee=cast.code("cleaner"))
    with pytest.raises(NotFound):
        matters.matter(caller=cast.caller(CONCERNED), number=number, at=LATER)


def test_nobody_handles_a_complaint_about_themselves(cast: Cast) -> None:
    number = cast.receive(kind="complaint.attitude")
    supervisor = cast.caller("supervisor")
    with pytest.raises(Forbidden):
        actions.open_case(by=supervisor, at=LATER, number=number, employee=cast.code("supervisor"))
    owner = Matter.objects.get(number=number).owner.code
    with pytest.raises(actions.UnableToOpenCase):
        actions.open_case(by=supervisor, at=LATER, number=number, employee=owner)


def test_one_correction_with_a_day_to_come(cast: Cast) -> None:
    number = opened(cast)
    manager = cast.caller("manager")
    with pytest.raises(BadInput):
        actions.set_correction(
            by=manager, at=LATER, number=number, task="学习", due_on=date(2026, 3, 15)
        )
    actions.set_correction(
        by=manager, at=LATER, number=number, task="学习", due_on=date(2026, 3, 16)
    )
    with pytest.raises(actions.UnableToCorrect):
        actions.set_correction(
            by=manager, at=LATER, number=number, task="学习", due_on=date(2026, 3, 18)
        )


@pytest.mark.parametrize("text", ["", "长" * 4001, "\0"])
def test_a_statement_is_a_text(cast: Cast, text: str) -> None:
    number = opened(cast)
    with pytest.raises(BadInput):
        actions.take_statement(by=cast.caller("manager"), at=LATER, number=number, text=text)


def test_cases_are_for_those_who_lead_them(cast: Cast) -> None:
    number = opened(cast)
    for post in ("receptionist", "keeper"):
        with pytest.raises(Forbidden):
            actions.take_statement(by=cast.caller(post), at=LATER, number=number, text="说明")
        with pytest.raises(Forbidden):
            queries.case(caller=cast.caller(post), number=number, at=LATER)
    with pytest.raises(NotFound):
        queries.case(caller=cast.caller("E031"), number=number, at=LATER)
