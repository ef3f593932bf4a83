from datetime import timedelta
from uuid import uuid4

from huiyin.matters import actions as matters
from huiyin.matters.tests.cast import AT, Cast
from huiyin.owners import actions, queries
from huiyin.owners.tests.people import caller, raised


def test_smoke(cast: Cast) -> None:
    number = raised(cast, wished="今天下午", place="厨房")
    me = caller()
    _other, home = queries.households(caller=me, at=AT)
    assert home.code == "3-1-1201"
    page = queries.my_matters(caller=me, at=AT)
    assert page.items[0].number == number
    view = queries.my_matter(caller=me, at=AT, number=number)
    print(view)
    actions.chase(by=me, at=AT + timedelta(minutes=5), number=number, note="快点")
    actions.add_word(by=me, at=AT + timedelta(minutes=6), number=number, text="更大了", key=uuid4())
    foreman = cast.caller("maintenance_foreman")
    at = AT + timedelta(minutes=10)
    matters.assign_matter(by=foreman, at=at, number=number, to=cast.code("technician"))
    tech = cast.caller("technician")
    matters.arrive_at_matter(by=tech, at=at + timedelta(minutes=10), number=number)
    matters.finish_matter(by=tech, at=at + timedelta(minutes=20), number=number, result="换了角阀")
    at += timedelta(minutes=30)
    actions.mark_seen(by=me, at=at, number=number)
    actions.confirm(by=me, at=at, number=number)
    actions.rate(by=me, at=at, number=number, satisfaction=2, comment="又漏了")
    print(queries.my_matter(caller=me, at=at, number=number))
    actions.reopen(by=me, at=at, number=number, reason="又漏了")
    print(queries.my_matter(caller=me, at=at, number=number))
    n = actions.ask_verification(
        at=AT, phone="13700000000", name="王丽", community="YG", house="3-1-1201", key=uuid4()
    )
    desk = cast.caller("receptionist")
    (row,) = queries.verifications(caller=desk, community_id=cast.town.community.pk).items
    one = queries.verification(
        caller=desk, at=AT, community_id=cast.town.community.pk, request_id=row.id
    )
    print(one)
    actions.settle_verification(
        by=desk, at=AT, request_id=row.id, accepted=True, person_id=cast.town.owner.pk
    )
    print(queries.kept(caller=me, at=AT))
    print(actions.export(by=me, at=AT))
    actions.ask_correction(by=me, at=AT, house_id=cast.town.flat.pk, text="名字写错了", key=uuid4())
