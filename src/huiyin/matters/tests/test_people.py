"""Whose matter it is: owners from the first second, followers, hand-over, and who may do what."""

import threading
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connections

from huiyin.estate.tests.cast import caller_with
from huiyin.kernel.caller import SYSTEM, Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused, WrongState
from huiyin.kernel.paging import write_cursor
from huiyin.matters import actions, queries
from huiyin.matters.models import Event, Matter, NonConformity, Promise
from huiyin.matters.queries import Filters
from huiyin.matters.tests.cast import AT, Cast, hire, make_cast, tick, tick_until
from huiyin.notices.models import Message
from huiyin.staff.models import Absence, Area, PostHolding
from huiyin.staff.queries import caller_for

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def owner_of(number: str) -> str:
    return Matter.objects.get(number=number).owner.code


def clocks_of(number: str) -> list[tuple[object, ...]]:
    """List everything about the clocks of a matter except who they ring for."""
    rows = Promise.objects.filter(matter__number=number).order_by("id")
    return list(
        rows.values_list("clause", "state", "started_at", "due_at", "closed_at", "next_alarm_at")
    )


# -- from the first second


@pytest.mark.rule("HR-02", "STD-03")
@pytest.mark.parametrize(("house", "keeper"), [("3-1-1201", "E009"), ("5-1-101", "E020")])
def test_a_complaint_belongs_to_the_keeper_of_its_building(
    house: str, keeper: str, cast: Cast
) -> None:
    assert owner_of(cast.receive(house=house)) == keeper


@pytest.mark.rule("HR-02")
def test_the_keeper_is_who_keeps_the_building_on_that_day(cast: Cast) -> None:
    Area.objects.filter(employee=cast.employee("keeper")).update(until_on=AT.date() + DAY)
    Area.objects.create(
        employee=cast.people["E020"], building=cast.town.building, from_on=AT.date() + DAY
    )

    assert owner_of(cast.receive()) == "E009"
    assert owner_of(cast.receive(at=AT + DAY)) == "E020"


@pytest.mark.rule("HR-01", "STD-03")
def test_the_absent_are_replaced_by_delegate_then_assistant_then_manager(cast: Cast) -> None:
    assert owner_of(cast.receive(kind="repair")) == cast.code("maintenance_foreman")

    for post, delegate, owner in (
        ("maintenance_foreman", "technician", "technician"),
        ("technician", None, "assistant"),
        ("assistant", None, "manager"),
        ("manager", None, "manager"),
    ):
        Absence.objects.create(
            employee=cast.employee(post),
            delegate=cast.employee(delegate) if delegate else None,
            starts_at=AT - HOUR,
        )
        assert owner_of(cast.receive(kind="repair")) == cast.code(owner)


@pytest.mark.rule("STD-03")
def test_a_community_without_staff_receives_nothing_rather_than_for_nobody(cast: Cast) -> None:
    PostHolding.objects.all().delete()
    with pytest.raises(actions.NobodyToOwn):
        cast.receive(by=SYSTEM)
    assert not Matter.objects.exists()


@pytest.mark.rule("STD-04")
def test_one_desk_takes_in_every_channel_and_follows_every_department(cast: Cast) -> None:
    """Fourteen channels end in one queue, which the desk sees whole whoever does the work."""
    desk = cast.caller("receptionist")
    channels = [
        *("phone", "visit", "web", "email", "sms", "wechat", "box"),
        *("letter", "forum", "walk", "interview", "meeting", "patrol", "radio"),
    ]
    kinds = ("complaint", "repair", "home_service", "enquiry")
    numbers = [
        cast.receive(channel=channel, kind=kinds[index % len(kinds)])
        for index, channel in enumerate(channels)
    ]

    queue = queries.list_matters(
        caller=desk, at=AT, filters=Filters(community="YG", open_only=True), order="due"
    )

    assert {row.number for row in queue.items} == set(numbers)
    assert len({row.owner_code for row in queue.items}) == 3
    actions.reply_to_owner(by=desk, at=AT, number=numbers[1], text="师傅下午到", via="phone")
    assert "reply" in queries.matter(caller=desk, number=numbers[2], at=AT).verbs


@pytest.mark.rule("REC-02")
def test_what_is_written_down_about_a_call(cast: Cast) -> None:
    number = cast.receive(phone="13812345678")

    view = queries.matter(caller=cast.caller("receptionist"), number=number, at=AT)

    assert (view.house, view.caller_name, view.caller_phone) == (
        "3-1-1201",
        "王丽",
        "13812345678",
    )
    assert (view.channel, view.received_at) == ("phone", AT)
    first = view.events[0]
    assert (first.kind, first.via, first.by and first.by.code) == (
        "received",
        "phone",
        cast.code("receptionist"),
    )


def test_who_calls_is_never_guessed(cast: Cast) -> None:
    stranger = Matter.objects.get(number=cast.receive(phone="13900001111"))
    assert stranger.person is None, "that number belongs to another flat"
    unknown = Matter.objects.get(number=cast.receive(phone="13700000000", caller="王丽"))
    assert unknown.person == cast.town.owner


# -- first asked


@pytest.mark.rule("STD-05")
def test_whoever_heard_it_first_is_named_hears_the_result_and_answers_for_it(cast: Cast) -> None:
    number = cast.receive(kind="repair", first_heard_by="E017")
    foreman = cast.caller("maintenance_foreman")

    view = queries.matter(caller=cast.caller("E017"), number=number, at=AT)
    assert view.follower is not None
    assert view.follower.code == "E017"
    actions.accept_matter(by=foreman, at=AT, number=number)
    actions.finish_matter(by=foreman, at=AT + HOUR, number=number, result="修好了")
    assert Message.objects.filter(about=number, recipient__code="E017").count() == 1


@pytest.mark.rule("STD-05")
def test_a_non_conformity_comes_only_when_the_last_rung_was_reached(cast: Cast) -> None:
    kept, dropped = (cast.receive(kind="praise", first_heard_by="E017") for _ in range(2))
    actions.accept_matter(by=cast.caller("keeper"), at=AT + 12 * MINUTE, number=kept)
    tick_until(AT + DAY, start=AT, every=5 * MINUTE * 12)

    found = NonConformity.objects.values_list("matter__number", "employee__code", "promise__code")
    assert list(found) == [(dropped, "E017", "assign")]


def test_without_a_follower_nobody_is_blamed(cast: Cast) -> None:
    cast.receive(kind="praise")
    tick_until(AT + 2 * DAY, start=AT, every=HOUR)

    assert not NonConformity.objects.exists()


# -- taking and handing over


def test_of_two_who_take_one_matter_one_wins_and_the_other_is_told_who(
    transactional_db: None,
) -> None:
    cast = make_cast()
    number = cast.receive()
    callers = [cast.caller(code) for code in ("E009", "E020", "E013", "E016")]
    # Field posts see what is theirs: the technician took the call in.
    Matter.objects.filter(number=number).update(received_by=cast.people["E016"])
    won: list[str] = []
    refused: list[str] = []
    start = threading.Barrier(len(callers))

    def take(caller: Caller) -> None:
        start.wait()
        try:
            actions.accept_matter(by=caller, at=AT + MINUTE, number=number)
            won.append(caller.name)
        except WrongState as error:
            refused.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(won) == 1
    assert len(refused) == 3
    assert all(won[0] in sentence for sentence in refused)
    assert Matter.objects.get(number=number).owner.name == won[0]
    assert Event.objects.filter(matter__number=number, kind="accepted").count() == 1


@pytest.mark.rule("HR-02")
def test_when_someone_leaves_everything_open_moves_with_its_clocks_unchanged(cast: Cast) -> None:
    open_ones = [cast.receive() for _ in range(3)]
    actions.accept_matter(by=cast.caller("keeper"), at=AT, number=open_ones[0])
    followed = cast.receive(kind="repair", first_heard_by="E009")
    closed = cast.receive()
    keeper = cast.caller("keeper")
    actions.accept_matter(by=keeper, at=AT, number=closed)
    actions.finish_matter(by=keeper, at=AT, number=closed, result="好了")
    actions.visit_back(by=keeper, at=AT, number=closed, satisfaction=5)
    actions.close_matter(by=keeper, at=AT, number=closed)
    tick(AT + 11 * MINUTE)
    before = [clocks_of(number) for number in open_ones]

    moved = actions.hand_over(
        by=cast.caller("supervisor"),
        at=AT + 12 * MINUTE,
        employee="E009",
        to="E020",
        reason="离职",
    )

    assert moved == 3
    assert [owner_of(number) for number in open_ones] == ["E020"] * 3
    assert [clocks_of(number) for number in open_ones] == before
    follower = Matter.objects.get(number=followed).follower
    assert follower is not None
    assert follower.code == "E020"
    assert owner_of(closed) == "E009", "what is closed keeps its history"
    assert Message.objects.filter(purpose__contains=":handed_over:").count() == 3


@pytest.mark.rule("HR-02")
def test_what_somebody_else_took_meanwhile_is_not_taken_away_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between listing the matters and locking each, others go on working."""
    first, assigned, closed = (cast.receive(kind="enquiry", owner="E009") for _ in range(3))
    it: dict[str, Any] = {"by": cast.caller("supervisor"), "at": AT}
    module = import_module("huiyin.matters.actions.handover")
    move = module._move

    def meanwhile(**given: Any) -> bool:
        if given["number"] == first:
            actions.assign_matter(**it, number=assigned, to=cast.code("receptionist"))
            actions.finish_matter(**it, number=closed, result="已答复")
            actions.visit_back(**it, number=closed, satisfaction=5)
            actions.close_matter(**it, number=closed)
        return bool(move(**given))

    monkeypatch.setattr(module, "_move", meanwhile)
    assert actions.hand_over(**it, employee="E009", to="E020", reason="离职") == 1

    owners = [owner_of(number) for number in (first, assigned, closed)]
    assert owners == ["E020", cast.code("receptionist"), "E009"]


def test_a_strangers_employee_cannot_be_told_from_none(cast: Cast) -> None:
    for code in ("E031", "E999"):
        with pytest.raises(NotFound):
            actions.hand_over(by=cast.caller("manager"), at=AT, employee=code, reason="离职")


def test_each_order_and_report_is_a_message_of_its_own_even_at_one_moment(cast: Cast) -> None:
    number = cast.receive()
    it: dict[str, Any] = {"by": cast.caller("supervisor"), "at": AT, "number": number}
    for to in ("E009", "E020", "E009"):
        actions.assign_matter(**it, to=to)
    for reason in ("要人", "要料"):
        actions.escalate_matter(**it, to=cast.code("manager"), reason=reason)

    purposes = list(Message.objects.filter(about=number).values_list("purpose", flat=True))
    assert sum(":assigned:" in one for one in purposes) == 3
    assert sum(":escalated:" in one for one in purposes) == 2


@pytest.mark.rule("REC-09")
def test_what_is_reclassified_as_important_is_told_to_the_manager(cast: Cast) -> None:
    number = cast.receive()
    it: dict[str, Any] = {"by": cast.caller("supervisor"), "at": AT, "number": number}
    actions.reclassify_matter(**it, kind="repair", reason="漏水", important=True)
    told = Message.objects.filter(about=number, purpose__endswith=":important")
    assert [one.recipient_id for one in told] == [cast.employee("manager").pk]


@pytest.mark.rule("HR-02")
def test_handed_over_without_a_name_it_goes_to_the_same_post_then_up_never_to_nobody(
    cast: Cast,
) -> None:
    number = cast.receive()
    by = cast.caller("manager")
    taken = []
    for minutes in range(4):
        leaving = owner_of(number)
        if leaving == cast.code("manager"):
            break
        actions.hand_over(by=by, at=AT + minutes * MINUTE, employee=leaving, reason="离职")
        PostHolding.objects.filter(employee__code=leaving).delete()
        taken.append(owner_of(number))

    assert taken[0] == "E020"
    assert taken[1:] == [cast.code("supervisor"), cast.code("manager")]


@pytest.mark.rule("HR-02", "CMP-05")
def test_a_complaint_about_the_successor_goes_to_somebody_else(cast: Cast) -> None:
    number = cast.receive(kind="complaint.attitude", about_employee="E020")
    assert owner_of(number) == "E009"

    actions.hand_over(by=cast.caller("manager"), at=AT, employee="E009", to="E020", reason="离职")

    assert owner_of(number) not in {"E009", "E020"}


def test_handing_over_is_the_leaders_and_within_the_community(cast: Cast) -> None:
    cast.receive()
    it: dict[str, Any] = {"at": AT, "employee": "E009", "reason": "离职"}
    with pytest.raises(Forbidden):
        actions.hand_over(by=cast.caller("receptionist"), **it)
    with pytest.raises(NotFound):
        actions.hand_over(by=cast.caller("E031"), **it)
    with pytest.raises(BadInput):
        actions.hand_over(by=cast.caller("manager"), **{**it, "to": "E033"})
    with pytest.raises(BadInput):
        actions.hand_over(by=cast.caller("manager"), **{**it, "reason": " "})


@pytest.mark.rule("HR-02")
def test_a_reopened_matter_does_not_go_back_silently_to_someone_away(cast: Cast) -> None:
    number, keeper = cast.receive(), cast.caller("keeper")
    actions.accept_matter(by=keeper, at=AT, number=number)
    actions.finish_matter(by=keeper, at=AT, number=number, result="好了")
    Absence.objects.create(
        employee=cast.employee("keeper"), delegate=cast.people["E020"], starts_at=AT
    )

    actions.reopen_matter(by=cast.caller("supervisor"), at=AT + DAY, number=number, reason="又来了")

    assert owner_of(number) == "E020"
    assert Message.objects.filter(purpose__contains=":reopened:", recipient__code="E020").exists()


# -- who may see and do what


@pytest.mark.rule("HR-01")
@pytest.mark.parametrize(
    ("post", "sees", "may_assign", "may_close"),
    [
        ("manager", True, True, True),
        ("company_service", True, True, True),
        ("dispatcher", True, True, True),
        ("maintenance_foreman", True, True, False),
        ("collector", True, False, False),
        ("technician", False, False, False),
        ("guard", False, False, False),
        ("E031", False, False, False),
    ],
)
def test_what_a_post_sees_and_may_do(
    post: str, sees: bool, may_assign: bool, may_close: bool, cast: Cast
) -> None:
    number, caller = cast.receive(), cast.caller(post)
    listed = [row.number for row in queries.list_matters(caller=caller, at=AT).items]
    assert listed == ([number] if sees else [])
    if not sees:
        with pytest.raises(NotFound):
            queries.matter(caller=caller, number=number, at=AT)
        with pytest.raises(NotFound):
            actions.assign_matter(by=caller, at=AT, number=number, to="E009")
        return

    assert _allowed(caller, number, "assign") is may_assign
    keeper = cast.caller("keeper")
    actions.assign_matter(by=keeper, at=AT, number=number, to="E009")
    actions.finish_matter(by=keeper, at=AT, number=number, result="好了")
    actions.visit_back(by=keeper, at=AT, number=number, satisfaction=5)
    assert _allowed(caller, number, "close") is may_close


def _allowed(caller: Caller, number: str, verb: str) -> bool:
    """Tell whether the page offers a verb, having tried that the action agrees."""
    offered = verb in queries.matter(caller=caller, number=number, at=AT).verbs
    try:
        if verb == "assign":
            actions.assign_matter(by=caller, at=AT, number=number, to="E009")
        else:
            actions.close_matter(by=caller, at=AT, number=number)
    except Forbidden:
        assert not offered
    else:
        assert offered
    return offered


@pytest.mark.rule("HR-01")
def test_posts_count_where_and_while_they_are_held(cast: Cast) -> None:
    number = cast.receive()
    user = cast.employee("receptionist").user
    assert user is not None
    PostHolding.objects.filter(employee__user=user).update(until_on=AT.date() + DAY)

    actions.note_matter(by=caller_for(user, AT), at=AT, number=number, text="还在岗")
    with pytest.raises(NotFound):
        actions.note_matter(by=caller_for(user, AT + DAY), at=AT + DAY, number=number, text="离岗")


@pytest.mark.rule("HR-01", "CMP-04")
def test_the_assistant_answers_for_the_manager_only_while_the_manager_is_away(cast: Cast) -> None:
    Absence.objects.create(
        employee=cast.employee("manager"), starts_at=AT + HOUR, ends_at=AT + 2 * HOUR
    )
    number = cast.receive(kind="complaint.written", channel="letter", important=True)
    promise = Promise.objects.get(matter__number=number, code="leader_answer")
    assistant = cast.caller("assistant")

    for minutes, state in ((30, "running"), (90, "kept")):
        actions.reply_to_owner(
            by=assistant, at=AT + minutes * MINUTE, number=number, text="已调查", via="phone"
        )
        promise.refresh_from_db()
        assert promise.state == state


@pytest.mark.rule("HR-01")
def test_an_employee_of_two_communities_sees_both_and_a_company_post_all(cast: Cast) -> None:
    both = {"keeper": cast.town.community.pk}
    employee = hire(cast, "E050", "双岗", both)
    PostHolding.objects.create(
        employee=employee, community=cast.neighbour.community, post="keeper", from_on=AT.date()
    )
    mine = cast.receive()
    theirs = cast.receive(by=cast.caller("E034"), community="CH")

    for caller, seen in (
        (cast.caller("E050"), {mine, theirs}),
        (cast.caller("company_service"), {mine, theirs}),
        (cast.caller("manager"), {mine}),
        (cast.caller("E031"), {theirs}),
        (caller_with(None), set()),
    ):
        listed = {row.number for row in queries.list_matters(caller=caller, at=AT).items}
        assert listed == seen


# -- who raised it


@pytest.mark.rule("CMP-11")
def test_only_those_who_handle_it_see_who_raised_it(cast: Cast) -> None:
    number = cast.receive(phone="13812345678", caller="王丽")
    for post, knows in (
        ("receptionist", True),
        ("supervisor", True),
        ("keeper", True),
        ("collector", False),
        ("E020", False),
        ("maintenance_foreman", False),
    ):
        view = queries.matter(caller=cast.caller(post), number=number, at=AT)
        assert view.identity_visible is knows
        assert (view.caller_name, view.caller_phone, view.house) == (
            ("王丽", "13812345678", "3-1-1201") if knows else ("", "", "")
        )


@pytest.mark.rule("CMP-11")
def test_the_list_does_not_tell_either(cast: Cast) -> None:
    cast.receive(phone="13812345678", caller="王丽")
    collector, owner = cast.caller("collector"), cast.caller("keeper")

    (row,) = queries.list_matters(caller=collector, at=AT).items
    assert "1201" not in repr(row)
    filters = Filters(house="3-1-1201")
    assert queries.list_matters(caller=collector, at=AT, filters=filters).items == ()
    assert len(queries.list_matters(caller=owner, at=AT, filters=filters).items) == 1


@pytest.mark.rule("CMP-11")
def test_the_house_of_a_complaint_is_not_found_by_who_may_not_know_it(cast: Cast) -> None:
    cast.receive()
    nameless = cast.receive(anonymous=True)
    filters = Filters(house="3-1-1201")
    for post, found in (("company_finance", 0), ("manager", 1), ("company_service", 1)):
        caller = cast.caller(post)
        assert len(queries.list_matters(caller=caller, at=AT, filters=filters).items) == found
        rows = {row.number: row.house for row in queries.list_matters(caller=caller, at=AT).items}
        assert rows.pop(nameless) == ""
        assert set(rows.values()) == ({"3-1-1201"} if found else {""})


@pytest.mark.rule("CMP-11")
def test_a_signature_is_shown_only_to_who_may_know_who_complained(cast: Cast) -> None:
    number, keeper = cast.receive(), cast.caller("keeper")
    actions.accept_matter(by=keeper, at=AT, number=number)
    actions.finish_matter(by=keeper, at=AT, number=number, result="好了")
    actions.sign_matter(by=keeper, at=AT, number=number, name="王丽")

    assert "王丽" in repr(queries.matter(caller=keeper, number=number, at=AT))
    assert "王丽" not in repr(queries.matter(caller=cast.caller("collector"), number=number, at=AT))


@pytest.mark.rule("CMP-11")
def test_nobody_signs_for_an_anonymous_complaint(cast: Cast) -> None:
    number, keeper = cast.receive(anonymous=True), cast.caller("keeper")
    actions.accept_matter(by=keeper, at=AT, number=number)
    actions.finish_matter(by=keeper, at=AT, number=number, result="好了")

    assert "sign" not in queries.matter(caller=keeper, number=number, at=AT).verbs
    with pytest.raises(WrongState):
        actions.sign_matter(by=keeper, at=AT, number=number, name="王丽")


@pytest.mark.rule("CMP-11")
def test_an_anonymous_complaint_keeps_no_name_at_all(cast: Cast) -> None:
    number = cast.receive(phone="13812345678", caller="王丽", anonymous=True)

    matter = Matter.objects.get(number=number)
    assert (matter.person, matter.caller_name, matter.caller_phone) == (None, "", "")
    view = queries.matter(caller=cast.caller("manager"), number=number, at=AT)
    assert "王丽" not in repr(view)
    assert "13812345678" not in repr(view)


@pytest.mark.rule("CMP-11", "CMP-05")
def test_who_is_complained_of_never_sees_the_complaint(cast: Cast) -> None:
    number = cast.receive(kind="complaint.attitude", about_employee="E008")
    supervisor = cast.caller("supervisor")

    assert queries.list_matters(caller=supervisor, at=AT).items == ()
    for read_or_write in (
        lambda: queries.matter(caller=supervisor, number=number, at=AT),
        lambda: actions.note_matter(by=supervisor, at=AT, number=number, text="?"),
        lambda: queries.messages(caller=supervisor, number=number),
    ):
        with pytest.raises(NotFound):
            read_or_write()


@pytest.mark.rule("CMP-05")
@pytest.mark.parametrize("important", [False, True])
@pytest.mark.parametrize("post", ["keeper", "supervisor", "manager", "company_service"])
def test_who_is_complained_of_owns_nothing_of_it_and_no_rung_tells_them(
    post: str, important: bool, cast: Cast
) -> None:
    about = cast.code(post)
    number = cast.receive(
        kind="complaint.attitude",
        about_employee=about,
        first_heard_by=about,
        important=important,
    )
    tick_until(AT + 8 * DAY, start=AT, every=5 * MINUTE + 7 * HOUR)

    assert owner_of(number) != about
    heard = set(Message.objects.filter(about=number).values_list("recipient__code", flat=True))
    assert heard
    assert about not in heard


@pytest.mark.parametrize("stamp", ["2026-01-01T00:00:00", "0001-01-01T00:00:00+14:00", "soon"])
def test_a_made_up_cursor_is_refused(stamp: str, cast: Cast) -> None:
    for order in ("newest", "due"):
        with pytest.raises(BadInput):
            queries.list_matters(
                caller=cast.caller("manager"), at=AT, cursor=write_cursor(stamp, 1), order=order
            )


def test_a_refusal_writes_nothing(cast: Cast) -> None:
    before = Matter.objects.count(), Event.objects.count()
    for wrong in (
        {"kind": "nonsense"},
        {"channel": "pigeon"},
        {"text": "  "},
        {"text": "长" * 5000},
        {"text": "a\x00b"},
        {"house": "9-9-999"},
        {"first_heard_by": "E031"},
        {"about_employee": "E999"},
        {"photos": tuple(range(20))},
    ):
        with pytest.raises(Refused):
            cast.receive(**wrong)
    assert (Matter.objects.count(), Event.objects.count()) == before
