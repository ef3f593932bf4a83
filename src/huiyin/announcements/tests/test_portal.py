"""What owners see: what was published about their own houses, nothing else (NOT-02, OWN-05)."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiyin.announcements import actions, queries
from huiyin.announcements.audience import Audience
from huiyin.announcements.tests.blocks import Blocks, owner
from huiyin.estate.models import House
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.matters.tests.cast import AT, moment

LATER = AT + timedelta(hours=1)


def numbers(caller: Caller, at: object = LATER) -> list[str]:
    """Return what an owner finds in the list."""
    page = queries.published_for(caller=caller, at=at)  # type: ignore[arg-type]
    return [one.number for one in page.items]


@pytest.mark.rule("OWN-05")
def test_owners_see_what_is_about_their_houses(blocks: Blocks) -> None:
    town = blocks.cast.town
    everybody = blocks.published(audience=Audience("all"))
    both = blocks.published()
    unit = blocks.published(audience=Audience("units", (blocks.units["7-2"].pk,)))
    house = blocks.published(audience=Audience("houses", (blocks.houses["8-1-101"].pk,)))
    seven = owner(blocks.houses["7-1-101"])
    assert numbers(seven) == [both, everybody]
    assert numbers(owner(blocks.houses["7-2-101"])) == [unit, both, everybody]
    assert numbers(owner(blocks.houses["8-1-101"])) == [house, both, everybody]
    assert numbers(owner(town.flat)) == [everybody]
    assert numbers(owner(blocks.cast.neighbour.flat)) == []
    assert numbers(owner()) == []
    for number in (unit, house):
        with pytest.raises(NotFound):
            queries.published_one(caller=seven, at=LATER, number=number)
    two = owner(blocks.houses["7-1-101"], blocks.houses["8-2-101"], town.flat)
    assert numbers(two) == [both, everybody]
    view = queries.published_one(caller=two, at=LATER, number=both)
    assert view.houses == ("7-1-101", "8-2-101")


def test_a_parking_space_alone_is_told_only_where_it_is_named(blocks: Blocks) -> None:
    space = House.objects.get(code="B1-077")
    blocks.published()
    assert numbers(owner(space)) == []
    named = blocks.published(audience=Audience("houses", (space.pk,)))
    assert numbers(owner(space)) == [named]


@pytest.mark.rule("NOT-02")
def test_nothing_shows_before_it_is_out_and_its_day_has_come(blocks: Blocks) -> None:
    mine = owner(blocks.houses["7-1-101"])
    for hidden in (blocks.draft(), blocks.submitted()):
        with pytest.raises(NotFound):
            queries.published_one(caller=mine, at=LATER, number=hidden)
    later = blocks.published(starts_on=date(2026, 3, 17))
    assert numbers(mine) == []
    assert numbers(mine, moment("2026-03-17 00:00")) == [later]


@pytest.mark.rule("NOT-02")
def test_what_is_over_says_so_and_what_is_withdrawn_is_gone(blocks: Blocks) -> None:
    mine = owner(blocks.houses["7-1-101"])
    over, gone = blocks.published(), blocks.published()
    actions.withdraw(
        by=blocks.cast.caller("supervisor"), at=LATER, number=gone, reason="改期", correct=True
    )
    assert numbers(mine) == [over]
    view = queries.published_one(caller=mine, at=LATER, number=gone)
    assert (view.row.is_over, view.withdrawn_reason) == (True, "改期")
    (row,) = queries.published_for(caller=mine, at=moment("2026-03-19 09:00")).items
    assert row.is_over
    assert numbers(mine, moment("2027-03-20 09:00")) == []


def test_the_list_costs_the_same_whatever_its_length(blocks: Blocks) -> None:
    mine = owner(blocks.houses["7-1-101"])

    def cost() -> int:
        with CaptureQueriesContext(connection) as counted:
            numbers(mine)
        return len(counted)

    blocks.published()
    before = cost()
    for _ in range(3):
        blocks.published()
    assert cost() == before == 2
    page = queries.published_for(caller=mine, at=LATER, limit=3)
    assert page.next is not None
    rest = queries.published_for(caller=mine, at=LATER, limit=3, cursor=page.next)
    assert len({one.number for one in (*page.items, *rest.items)}) == 4
