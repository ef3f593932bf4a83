"""The staff, and handing over everything somebody has in hand."""

import pytest

from huiyin.doors.console.tests.visit import text_of, visitor
from huiyin.matters.queries import matter
from huiyin.matters.tests.cast import AT, Cast


def test_everybody_sees_who_works_here_and_who_is_on_duty(cast: Cast) -> None:
    shown = text_of(visitor(cast, "technician").get("/staff/"))
    assert "蒋管" in shown
    assert "当值" in shown
    assert "全部交接" not in shown
    assert "曹邻" not in shown


@pytest.mark.rule("HR-02")
def test_all_work_of_a_keeper_is_handed_over_in_one_action(cast: Cast) -> None:
    numbers = [cast.receive(), cast.receive()]
    answer = visitor(cast, "manager").post(
        f"/staff/{cast.code('keeper')}/hand-over/", to="E020", reason="调离", sure="on"
    )
    assert answer["Location"] == "/staff/"
    for number in numbers:
        found = matter(caller=cast.caller("manager"), number=number, at=AT)
        assert found.owner.code == "E020"


@pytest.mark.parametrize(
    "given", [{"reason": "调离"}, {"sure": "on"}, {"to": "E999", "reason": "调离", "sure": "on"}]
)
def test_without_reason_or_confirmation_nothing_moves(cast: Cast, given: dict[str, str]) -> None:
    number = cast.receive()
    answer = visitor(cast, "manager").http.post(
        f"/staff/{cast.code('keeper')}/hand-over/", given, headers={"X-Huiyin-Now": AT.isoformat()}
    )
    assert answer.status_code == 422
    found = matter(caller=cast.caller("manager"), number=number, at=AT)
    assert found.owner.code == cast.code("keeper")


def test_a_neighbour_is_not_found(cast: Cast) -> None:
    assert visitor(cast, "manager").get("/staff/E031/hand-over/").status_code == 404


def test_the_list_holds_its_query_count(
    cast: Cast, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    desk = visitor(cast, "manager")
    desk.get("/staff/")
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        desk.get("/staff/")
