"""Who sees what (OWN-05, CMP-11): the table of the README; random worlds beside a plain model."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import count
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from huiyin.estate.models import House, Person, Phone
from huiyin.kernel.errors import NotFound
from huiyin.matters import actions as matters
from huiyin.matters import queries as staff_pages
from huiyin.matters.kinds import KINDS
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast
from huiyin.owners import actions, queries
from huiyin.owners.access import owner_caller, visible
from huiyin.owners.tests.people import OWNER, TENANT, account, caller, lives, person, raised

TODAY = AT.date()
SPOUSE, BUYER, COMPANY, GUEST = "13600000001", "13600000002", "13600000003", "13600000004"


def seen(phone: str, at: datetime = AT) -> set[str]:
    return {
        row.number for row in queries.my_matters(caller=caller(phone, at), at=at, show="all").items
    }


@pytest.mark.rule("OWN-05")
def test_nobodys_number_sees_nothing(cast: Cast) -> None:
    number = raised(cast)
    me = caller(GUEST)
    assert (me.people, me.households, me.posts, me.employee_id) == (frozenset(), {}, {}, None)
    assert seen(GUEST) == set()
    with pytest.raises(NotFound):
        queries.my_matter(caller=me, at=AT, number=number)


@pytest.mark.rule("OWN-05")
def test_an_owner_sees_their_own_and_a_neighbour_does_not(cast: Cast) -> None:
    number = raised(cast)
    assert seen(OWNER) == {number}
    assert seen(TENANT) == set()
    for house in (cast.town.other.pk, 999_999):
        with pytest.raises(NotFound):
            raised(cast, OWNER, house_id=house)
        with pytest.raises(NotFound):
            queries.my_matters(caller=caller(), at=AT, house_id=house)


@pytest.mark.rule("OWN-05")
def test_a_co_owner_sees_repairs_of_the_house_but_no_complaint(cast: Cast) -> None:
    lives(person(cast, "李明", SPOUSE), cast.town.flat, "co_owner")
    repair = raised(cast)
    cleaning = raised(cast, kind="home_service")
    raised(cast, kind="complaint", text="楼上太吵")
    raised(cast, kind="enquiry", text="物业费怎么算")
    assert seen(SPOUSE) == {repair, cleaning}
    view = queries.my_matter(caller=caller(SPOUSE), at=AT, number=repair)
    assert view.row.text == "厨房水管漏水" and not view.mine
    assert view.may == {"chase", "add"}  # whether it is done, says who asked


@pytest.mark.rule("OWN-05")
def test_a_tenant_knows_of_a_repair_without_reading_it(cast: Cast) -> None:
    landlord = person(cast, "房东", BUYER)
    lives(landlord, cast.town.other)
    repair = raised(cast, BUYER, house_id=cast.town.other.pk, text="租客总是投诉漏水")
    private = raised(cast, TENANT, house_id=cast.town.other.pk, kind="home_service")
    own = raised(cast, TENANT, house_id=cast.town.other.pk)
    assert seen(TENANT) == {repair, private, own}
    assert seen(BUYER) == {repair, own}  # what a tenant orders for the home is the tenant's
    view = queries.my_matter(caller=caller(TENANT), at=AT, number=repair)
    assert (view.row.text, view.result, view.may) == ("", "", frozenset())
    assert view.row.next is not None and view.steps[0].text == ""


@pytest.mark.rule("OWN-05")
def test_who_sold_last_week_sees_nothing_more_and_the_buyer_nothing_older(cast: Cast) -> None:
    before = AT - timedelta(days=30)
    old = raised(cast, at=before)
    sold = TODAY - timedelta(days=7)
    cast.town.owner.occupancies.filter(house=cast.town.flat).update(until_on=sold)
    lives(person(cast, "新业主", BUYER), cast.town.flat, from_on=sold)
    assert seen(OWNER, before) == {old}
    new = raised(cast, BUYER)
    assert (seen(OWNER), seen(BUYER)) == (set(), {new})
    with pytest.raises(NotFound):
        actions.chase(by=caller(), at=AT, number=old)


@pytest.mark.rule("OWN-05")
def test_a_buyer_without_a_known_day_came_when_the_seller_left(cast: Cast) -> None:
    raised(cast, at=AT - timedelta(days=30))
    cast.town.owner.occupancies.filter(house=cast.town.flat).update(until_on=TODAY)
    lives(person(cast, "新业主", BUYER), cast.town.flat)
    assert seen(BUYER) == set()


@pytest.mark.rule("OWN-05")
def test_a_couple_with_one_telephone_sees_what_either_of_them_sees(cast: Cast) -> None:
    lives(person(cast, "李明", OWNER), cast.town.flat, "co_owner")
    me = caller()
    assert cast.town.owner.pk in me.people and len(me.people) == 3  # 王丽 lives in CH as well
    number = raised(cast)
    kept = Matter.objects.get(number=number)
    assert (kept.caller_name, kept.person_id) == ("王丽、李明", cast.town.owner.pk)


@pytest.mark.rule("OWN-05")
def test_a_number_that_is_wrong_now_belongs_to_nobody_here(cast: Cast) -> None:
    number = raised(cast)
    moved = person(cast, "新机主", OWNER)
    lives(moved, cast.town.other, "tenant")
    cast.town.owner.phones.filter(number=OWNER).update(state="wrong")
    cast.neighbour.owner.phones.filter(number=OWNER).update(state="wrong")
    me = caller()
    assert me.people == {moved.pk} and set(me.households) == {cast.town.other.pk}
    assert number not in seen(OWNER)


@pytest.mark.rule("OWN-05")
def test_two_communities_are_two_households(cast: Cast) -> None:
    homes = queries.households(caller=caller(), at=AT)
    assert {one.community.code for one in homes} == {"YG", "CH"}
    here = raised(cast)
    there = raised(cast, house_id=cast.neighbour.flat.pk)
    assert seen(OWNER) == {here, there}
    page = queries.my_matters(caller=caller(), at=AT, house_id=cast.neighbour.flat.pk)
    assert [row.number for row in page.items] == [there]


@pytest.mark.rule("OWN-05")
def test_a_shut_account_is_nobody(cast: Cast) -> None:
    user = account(OWNER)
    user.is_active = False
    assert owner_caller(user, AT).people == frozenset()


@pytest.mark.rule("OWN-05")
def test_names_of_others_in_the_house_are_shortened(cast: Cast) -> None:
    lives(person(cast, "欧阳小明", SPOUSE), cast.town.flat, "co_owner")
    homes = queries.households(caller=caller(), at=AT)
    (home,) = [one for one in homes if one.house_id == cast.town.flat.pk]
    assert home.people == ("王丽", "欧**")


@pytest.mark.rule("CMP-11")
def test_what_is_said_without_a_name_is_nobodys_and_leaves_no_trace(cast: Cast) -> None:
    key = uuid4()
    number = raised(cast, kind="complaint", text="楼上太吵", anonymous=True, key=key)
    kept = Matter.objects.get(number=number)
    assert kept.anonymous and kept.person_id is None and kept.house_id is None
    assert (kept.caller_name, kept.caller_phone) == ("", "")
    assert seen(OWNER) == set()
    from huiyin.owners.models import Submission
    from huiyin.trail.models import Entry

    assert Submission.objects.get(key=key).user_id is None
    assert not Entry.objects.filter(by_id=account(OWNER).pk).exists()
    assert raised(cast, kind="complaint", text="楼上太吵", anonymous=True, key=key) == number


@pytest.mark.rule("CMP-11")
def test_the_digest_of_a_nameless_form_does_not_tell_the_house(cast: Cast) -> None:
    from huiyin.owners.models import Submission

    lives(cast.town.owner, cast.town.other)
    for house in (cast.town.flat, cast.town.other):
        raised(cast, kind="complaint", text="楼上太吵", anonymous=True, house_id=house.pk)
    # Everything else in it stands in the matter: trying every house would tell which one it was.
    assert len(set(Submission.objects.values_list("fingerprint", flat=True))) == 1


@pytest.mark.rule("CMP-11")
def test_colleagues_read_that_an_owner_chased_not_who(cast: Cast) -> None:
    number = raised(cast, kind="complaint", text="太吵")
    actions.chase(by=caller(), at=AT + timedelta(minutes=1), number=number)
    from huiyin.matters.models import Event

    names = set(Event.objects.filter(matter__number=number).values_list("by_name", flat=True))
    assert "王丽" not in names


@pytest.mark.rule("CMP-05")
def test_a_complaint_about_an_employee_goes_past_the_employee(cast: Cast) -> None:
    keeper = cast.employee("keeper")
    number = raised(cast, kind="complaint.attitude", text="说话难听", about=keeper.name)
    kept = Matter.objects.get(number=number)
    assert kept.about_employee_id == keeper.pk and kept.owner_id != keeper.pk
    assert kept.owner_id == cast.employee("supervisor").pk
    unknown = raised(cast, kind="complaint.attitude", text="说话难听", about="穿蓝衣服的")
    assert Matter.objects.get(number=unknown).about_employee_id is None
    assert "穿蓝衣服的" in Matter.objects.get(number=unknown).text
    for post, reads in (("keeper", False), ("receptionist", False), ("quality", True)):
        desk = cast.caller(post)
        page = staff_pages.list_matters(caller=desk, at=AT)
        assert (unknown in [row.number for row in page.items]) == reads
        board = staff_pages.board(
            caller=desk,
            at=AT,
            community_id=cast.town.community.pk,
            stalled_after=timedelta(hours=4),
        )
        assert board.unassigned.count == len(board.unassigned.rows)
        if not reads:
            with pytest.raises(NotFound):
                staff_pages.matter(caller=desk, number=unknown, at=AT)
    about_head = raised(
        cast, kind="complaint.attitude", text="不理人", about=cast.employee("supervisor").name
    )
    assert Matter.objects.get(number=about_head).owner_id == cast.employee("manager").pk


# -- random worlds


@dataclass(frozen=True)
class Role:
    """Somebody's role in a house, days counted from today."""

    person: int
    house: int
    role: str
    start: int | None
    end: int | None

    def today(self) -> bool:
        return (self.start is None or self.start <= 0) and (self.end is None or self.end > 0)


@dataclass(frozen=True)
class Asked:
    """A matter: who raised it, about which house, how many days from today."""

    person: int | None
    house: int | None
    kind: str
    anonymous: bool
    day: int


@dataclass(frozen=True)
class World:
    """People and houses by index; the reader is whoever holds the number of ``mine``."""

    roles: tuple[Role, ...]
    matters: tuple[Asked, ...]
    mine: frozenset[int]
    wrong: frozenset[int]


PEOPLE, HOUSES = 3, 2
OWNING = {"owner", "co_owner"}
INTERNAL = {"callback", "correction", "approval", "sign_off", "appointment"}


def expected(world: World) -> set[int]:
    """Say in plain loops what the table of the README says."""
    me = world.mine - world.wrong
    today = [one for one in world.roles if one.today()]
    mine = [one for one in today if one.person in me]
    found = set()
    for index, asked in enumerate(world.matters):
        if asked.anonymous or asked.kind in INTERNAL or not mine:
            continue
        at_home = [one for one in mine if one.house == asked.house]
        if asked.person in me and (at_home or asked.house is None):
            found.add(index)
        if asked.house is None or not at_home:
            continue
        owns = any(one.role in OWNING for one in at_home)
        held = [one for one in at_home if (one.role in OWNING) == owns]
        best = min(held, key=lambda one: ORDER.index(one.role)).role
        since = min(_since(one, world, me) for one in held if one.role == best)
        if asked.day < since:
            continue
        tenants = any(
            one.person == asked.person and one.house == asked.house and one.role not in OWNING
            for one in world.roles
        )
        if asked.kind in {"repair", "builder_defect"}:
            found.add(index)
        if owns and asked.kind in {"home_service", "special_service"} and not tenants:
            found.add(index)
    return found


ORDER = ("owner", "co_owner", "company", "tenant", "developer")
EVER = -10_000


def _since(role: Role, world: World, me: frozenset[int]) -> int:
    if role.start is not None:
        return role.start
    return max(
        (
            one.end
            for one in world.roles
            if one.house == role.house
            and one.person not in me
            and one.end is not None
            and one.end <= 0
            and (one.role in OWNING) == (role.role in OWNING)
        ),
        default=EVER,
    )


days = st.none() | st.integers(-40, 5)
roles = st.builds(
    Role,
    person=st.integers(0, PEOPLE - 1),
    house=st.integers(0, HOUSES - 1),
    role=st.sampled_from(ORDER),
    start=days,
    end=days,
).filter(lambda it: it.start is None or it.end is None or it.start < it.end)
askings = st.builds(
    Asked,
    person=st.none() | st.integers(0, PEOPLE - 1),
    house=st.none() | st.integers(0, HOUSES - 1),
    kind=st.sampled_from(("repair", "repair", "home_service", "builder_defect", *KINDS)),
    anonymous=st.booleans(),
    day=st.integers(-40, 0),
).map(lambda it: replace(it, person=None) if it.anonymous else it)

worlds = st.builds(
    World,
    roles=st.lists(roles, max_size=6, unique_by=lambda it: (it.person, it.house, it.role)).map(
        tuple
    ),
    matters=st.lists(askings, min_size=1, max_size=8).map(tuple),
    mine=st.frozensets(st.integers(0, PEOPLE - 1), min_size=1),
    wrong=st.frozensets(st.integers(0, PEOPLE - 1), max_size=1),
)


@contextmanager
def undone() -> Iterator[None]:
    """Forget what one example wrote."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.rule("OWN-05")
def test_walls_hold_in_any_world(cast: Cast) -> None:
    number = "13500000000"
    user = account(number)
    owner = cast.employee("keeper")
    standard = matters_standard(cast)
    serial = count(1)

    def build(world: World) -> dict[str, int]:
        people = [
            Person.objects.create(community=cast.town.community, name=f"某{index}")
            for index in range(PEOPLE)
        ]
        houses = [
            House.objects.create(
                community=cast.town.community, code=f"9-1-10{index}", order_key=f"9{index}"
            )
            for index in range(HOUSES)
        ]
        for index in world.mine:
            state = "wrong" if index in world.wrong else "good"
            Phone.objects.create(person=people[index], number=number, state=state)
        for one in world.roles:
            lives(people[one.person], houses[one.house], one.role, on(one.start), on(one.end))
        numbers = {}
        for index, it in enumerate(world.matters):
            made = Matter.objects.create(
                community=cast.town.community,
                number=f"W-{next(serial)}",
                kind=it.kind,
                channel="web",
                text="某事",
                house=houses[it.house] if it.house is not None else None,
                person=people[it.person] if it.person is not None else None,
                anonymous=it.anonymous,
                received_at=AT + timedelta(days=it.day),
                moved_at=AT,
                owner=owner,
                standard_id=standard,
            )
            numbers[made.number] = index
        return numbers

    @settings(max_examples=120, deadline=None)
    @given(worlds)
    def holds(world: World) -> None:
        with undone():
            numbers = build(world)
            found = visible(owner_caller(user, AT), AT).values_list("number", flat=True)
            assert {numbers[one] for one in found} == expected(world)

    holds()


def on(days: int | None) -> date | None:
    return None if days is None else TODAY + timedelta(days=days)


def matters_standard(cast: Cast) -> int:
    """Return the version of the standard that a matter of the cast stands under."""
    number = matters.receive_matter(
        by=cast.caller("receptionist"),
        at=AT,
        community="YG",
        channel="phone",
        kind="enquiry",
        text="问一下",
    )
    return Matter.objects.get(number=number).standard_id
