"""Numbers that are not on the roster: asked by anybody, decided by the desk (OWN-05)."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from huiyin.estate.models import Phone
from huiyin.kernel.errors import BadInput, Forbidden, NotFound
from huiyin.matters import actions as matters
from huiyin.matters.models import Matter, Promise
from huiyin.matters.tests.cast import AT, Cast
from huiyin.notices.models import Message, Telling
from huiyin.owners import actions, queries
from huiyin.owners.actions import UnableToAsk, UnableToSettle
from huiyin.owners.models import Verification
from huiyin.owners.tests.people import OWNER, caller
from huiyin.trail.models import Entry

NEW = "13700000000"


def asked(**given: Any) -> str:
    told: dict[str, Any] = {
        "phone": NEW,
        "name": "王丽",
        "community": "YG",
        "house": "3栋1单元1201",
        "note": "换了新号码",
        "key": uuid4(),
        **given,
    }
    assert isinstance(told["key"], UUID)
    return actions.ask_verification(at=AT, **told)


def settle(cast: Cast, post: str = "receptionist", **given: Any) -> None:
    request = Verification.objects.latest("id")
    actions.settle_verification(by=cast.caller(post), at=AT, request_id=request.pk, **given)


@pytest.mark.rule("OWN-05")
def test_asking_gives_the_desk_a_matter_with_a_clock(cast: Cast) -> None:
    number = asked()
    matter = Matter.objects.get(number=number)
    assert (matter.kind, matter.channel, matter.caller_phone) == ("enquiry", "web", NEW)
    assert matter.owner_id == cast.employee("receptionist").pk
    assert matter.house_id is None and matter.person_id is None  # a claim is no fact
    assert Promise.objects.filter(matter=matter, code="answer").exists()
    assert Message.objects.filter(about=number, recipient=cast.employee("receptionist")).exists()
    assert caller(NEW).people == frozenset()


@pytest.mark.rule("OWN-05")
def test_the_answer_does_not_tell_what_the_roster_says(cast: Cast) -> None:
    known, unknown = asked(phone=OWNER), asked(phone="13711112222", name="路人", house="99-9")
    assert known.rpartition("-")[0] == unknown.rpartition("-")[0]
    assert not Telling.objects.exists()


def test_the_same_form_or_number_makes_one_matter(cast: Cast) -> None:
    key = uuid4()
    number = asked(key=key)
    assert asked(key=key) == number
    assert asked(name="别人") == number
    assert Matter.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"phone": "0755-26001234"}, "phone"),
        ({"phone": "abc"}, "phone"),
        ({"phone": "\0"}, "phone"),
        ({"name": " "}, "name"),
        ({"house": ""}, "house"),
        ({"note": "字" * 501}, "note"),
        ({"community": "XX"}, "community"),
        ({"community": "\0"}, "community"),
    ],
)
def test_what_cannot_be_asked(cast: Cast, given: dict[str, Any], field: str) -> None:
    with pytest.raises(UnableToAsk) as refused:
        asked(**given)
    assert refused.value.field == field
    assert Matter.objects.count() == 0


@pytest.mark.rule("OWN-05")
def test_accepted_the_number_opens_the_household(cast: Cast) -> None:
    number = asked()
    owner = cast.town.owner
    desk, community_id = cast.caller("receptionist"), cast.town.community.pk
    (row,) = queries.verifications(caller=desk, community_id=community_id).items
    assert row.phone == "137****0000"
    one = queries.verification(caller=desk, at=AT, community_id=community_id, request_id=row.id)
    assert one.phone == NEW and one.candidates[0].person_id == owner.pk
    assert Entry.objects.filter(action="personal.read", subject=f"verification:{row.id}").exists()
    settle(cast, accepted=True, person_id=owner.pk)
    assert caller(NEW).people == {owner.pk}
    assert Matter.objects.get(number=number).state == "finished"
    told = Telling.objects.order_by("id").values_list("template", "address", "person_id")
    assert list(told) == [
        ("account.number_added", NEW, owner.pk),
        ("account.number_joined", OWNER, owner.pk),  # who was known before hears of it
    ]
    warned = Telling.objects.get(address=OWNER)
    assert warned.values["number"] == "137****0000"
    actions_done = set(Entry.objects.values_list("action", flat=True))
    assert {"owners.verified", "estate.phone_added"} <= actions_done
    with pytest.raises(UnableToSettle):
        settle(cast, accepted=False, reason="重复")


@pytest.mark.rule("OWN-05")
def test_declined_nobody_is_told_anything(cast: Cast) -> None:
    number = asked()
    with pytest.raises(BadInput) as refused:
        settle(cast, accepted=False)
    assert refused.value.field == "reason"
    settle(cast, accepted=False, reason="查无此人")
    assert not Telling.objects.exists()
    assert caller(NEW).people == frozenset()
    assert Matter.objects.get(number=number).state == "finished"
    entry = Entry.objects.get(action="owners.verification_declined")
    assert entry.reason == "查无此人" and NEW not in str(entry.after)
    assert asked() != number  # asked again it is looked at again


def test_a_number_found_wrong_before_is_good_again(cast: Cast) -> None:
    Phone.objects.create(person=cast.town.owner, number=NEW, rank=5, state="wrong")
    asked()
    settle(cast, accepted=True, person_id=cast.town.owner.pk)
    assert Phone.objects.get(person=cast.town.owner, number=NEW).state == "good"


def test_whose_number_it_was_is_shown_to_the_desk(cast: Cast) -> None:
    Phone.objects.create(person=cast.town.tenant, number=NEW)
    asked()
    row = Verification.objects.get()
    found = queries.verification(
        caller=cast.caller("receptionist"),
        at=AT,
        community_id=row.community_id,
        request_id=row.pk,
    )
    assert [one.name for one in found.known_as] == ["赵强"]


@pytest.mark.rule("OWN-05")
def test_the_desk_of_the_place_decides_and_nobody_else(cast: Cast) -> None:
    asked()
    for post, refusal in (("technician", Forbidden), ("E034", NotFound)):
        with pytest.raises(refusal):
            settle(cast, post, accepted=False, reason="不认识")
        with pytest.raises(refusal):
            queries.verifications(caller=cast.caller(post), community_id=cast.town.community.pk)
    for stranger in (None, cast.neighbour.owner.pk, 999_999):
        with pytest.raises(BadInput) as refused:
            settle(cast, accepted=True, person_id=stranger)
        assert refused.value.field == "person_id"


def test_a_matter_finished_by_hand_does_not_stand_in_the_way(cast: Cast) -> None:
    number = asked()
    matters.finish_matter(by=cast.caller("receptionist"), at=AT, number=number, result="已电话核实")
    settle(cast, accepted=True, person_id=cast.town.owner.pk)
    assert Matter.objects.get(number=number).result == "已电话核实"
