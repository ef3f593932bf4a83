"""Changing the kind of a matter: who owns it then, and who is told."""

import pytest

from huiyin.kernel.errors import BadInput, WrongState
from huiyin.matters import actions, queries
from huiyin.matters.tests.cast import Cast, make_cast, moment


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.mark.rule("REC-09")
def test_a_matter_nobody_was_sent_to_goes_to_whom_its_new_kind_belongs(cast: Cast) -> None:
    number = cast.receive(kind="complaint")
    desk, at = cast.caller("dispatcher"), moment("2026-03-16 09:04")
    actions.reclassify_matter(by=desk, at=at, number=number, kind="repair", reason="是报修")
    assert queries.matter(caller=desk, number=number, at=at).owner.post == "maintenance_foreman"
    told = [row.to for row in queries.messages(caller=desk, number=number)]
    assert told[-1] == cast.code("maintenance_foreman")


def test_a_matter_in_hand_stays_with_who_has_it(cast: Cast) -> None:
    number = cast.receive(kind="complaint")
    desk, at = cast.caller("dispatcher"), moment("2026-03-16 09:04")
    to = cast.code("technician")
    actions.assign_matter(by=desk, at=at, number=number, to=to)
    actions.reclassify_matter(by=desk, at=at, number=number, kind="repair", reason="是报修")
    assert queries.matter(caller=desk, number=number, at=at).owner.code == to


@pytest.mark.rule("CMP-03")
def test_becoming_an_emergency_calls_everybody_at_once(cast: Cast) -> None:
    number = cast.receive(kind="complaint")
    desk, at = cast.caller("dispatcher"), moment("2026-03-16 09:02")
    actions.reclassify_matter(
        by=desk, at=at, number=number, kind="complaint.emergency", reason="有人受伤"
    )
    told = {row.to for row in queries.messages(caller=desk, number=number) if row.at == at}
    assert {cast.code(post) for post in ("manager", "supervisor", "security_foreman")} <= told


def test_a_promise_is_explained_by_the_kind_it_was_made_for(cast: Cast) -> None:
    number = cast.receive(kind="repair")
    by = cast.caller("supervisor")
    at = moment("2026-03-16 09:03")
    actions.reclassify_matter(by=by, at=at, number=number, kind="complaint", reason="投诉")

    view = queries.matter(caller=by, number=number, at=at)

    told = {(one.rule, one.state): one.explanation for one in view.promises}
    assert "报修" in told["WO-01", "void"]
    assert "投诉" in told["CMP-07", "running"]


@pytest.mark.parametrize("kind", ["approval", "sign_off", "appointment", "correction"])
def test_what_a_procedure_made_keeps_its_kind(cast: Cast, kind: str) -> None:
    desk, at = cast.caller("supervisor"), moment("2026-03-16 09:04")
    number = cast.receive(kind=kind)
    with pytest.raises(WrongState, match="流程"):
        actions.reclassify_matter(by=desk, at=at, number=number, kind="complaint", reason="改")
    with pytest.raises(BadInput, match="流程"):
        actions.reclassify_matter(
            by=desk, at=at, number=cast.receive(kind="complaint"), kind=kind, reason="改"
        )


@pytest.mark.parametrize("kind", ["approval", "sign_off", "appointment"])
def test_what_ended_with_its_procedure_is_not_opened_again(cast: Cast, kind: str) -> None:
    desk, at = cast.caller("supervisor"), moment("2026-03-16 09:04")
    number = cast.receive(kind=kind)
    actions.finish_matter(by=desk, at=at, number=number, result="好", settled=True)
    with pytest.raises(WrongState):
        actions.reopen_matter(by=desk, at=at, number=number, reason="再来")
    assert not queries.matter(caller=desk, number=number, at=at).verbs & {"reopen", "finish"}
