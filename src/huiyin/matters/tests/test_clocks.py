"""The clocks of a matter, told as small stories through the real actions."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from huiyin.kernel.errors import BadInput, WrongState
from huiyin.matters import actions, queries
from huiyin.matters.models import Event, Matter, Promise
from huiyin.matters.queries import PromiseView
from huiyin.matters.tests.cast import AT, Cast, make_cast, moment, tick, tick_until
from huiyin.notices.models import Message
from huiyin.standards.actions import change_clause

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def promises(number: str, code: str) -> list[tuple[str, datetime, datetime | None]]:
    """List what became of one kind of clock, in the order due."""
    rows = Promise.objects.filter(matter__number=number, code=code).order_by("due_at", "id")
    return list(rows.values_list("state", "due_at", "closed_at"))


def shown(cast: Cast, number: str, code: str, at: datetime) -> PromiseView:
    """Return the clock as the page shows it."""
    view = queries.matter(caller=cast.caller("manager"), number=number, at=at)
    return next(one for one in view.promises if one.code == code)


def accepted(cast: Cast, at: datetime = AT, **given: object) -> str:
    """Receive a matter that its owner takes at once."""
    number = cast.receive(at=at, **given)
    owner = Matter.objects.get(number=number).owner.code
    actions.accept_matter(by=cast.caller(owner), at=at, number=number)
    return number


# -- assigned, answered, finished


@pytest.mark.rule("CMP-01")
@pytest.mark.parametrize(("seconds", "state"), [(599, "kept"), (600, "broken"), (601, "broken")])
def test_assigned_within_ten_minutes_means_before_they_are_over(
    seconds: int, state: str, cast: Cast
) -> None:
    number = cast.receive()
    at = AT + timedelta(seconds=seconds)
    actions.assign_matter(by=cast.caller("dispatcher"), at=at, number=number, to="E009")

    assert promises(number, "assign") == [(state, AT + 10 * MINUTE, at)]


@pytest.mark.rule("CMP-06", "REC-05")
@pytest.mark.parametrize("kind", ["complaint", "repair", "home_service"])
@pytest.mark.parametrize(
    ("received", "answered", "state"),
    [
        ("2026-03-16 09:00", "2026-03-16 23:59", "kept"),
        ("2026-03-16 00:01", "2026-03-17 00:00", "broken"),
        ("2026-03-16 19:59", "2026-03-17 11:00", "broken"),
        ("2026-03-16 23:58", "2026-03-17 11:59", "kept"),
        ("2026-03-16 20:00", "2026-03-17 12:00", "broken"),
    ],
)
def test_answered_the_same_day_or_next_noon_when_it_came_late(
    kind: str, received: str, answered: str, state: str, cast: Cast
) -> None:
    number = cast.receive(at=moment(received), kind=kind)
    actions.reply_to_owner(
        by=cast.caller("supervisor"),
        at=moment(answered),
        number=number,
        text="已安排师傅",
        via="phone",
    )

    assert [one[0] for one in promises(number, "answer")] == [state]


@pytest.mark.rule("REC-05", "WO-01")
@pytest.mark.parametrize(
    ("kind", "post"), [("repair", "maintenance_foreman"), ("home_service", "cleaning_foreman")]
)
def test_a_work_order_goes_to_its_foreman_and_is_due_the_same_day(
    kind: str, post: str, cast: Cast
) -> None:
    number = cast.receive(kind=kind)

    assert Matter.objects.get(number=number).owner.code == cast.code(post)
    told = Message.objects.get(about=number, purpose__endswith=":received")
    assert told.recipient_id == cast.employee(post).pk
    for code in ("answer", "finish"):
        assert promises(number, code) == [("running", moment("2026-03-17 00:00"), None)]


@pytest.mark.rule("CMP-07")
def test_a_complaint_is_settled_within_a_day_and_night(cast: Cast) -> None:
    in_time, late = accepted(cast), accepted(cast)
    keeper = cast.caller("keeper")
    actions.finish_matter(
        by=keeper, at=AT + DAY - timedelta(seconds=1), number=in_time, result="好了"
    )
    actions.finish_matter(by=keeper, at=AT + DAY, number=late, result="好了")

    assert promises(in_time, "finish")[0][0] == "kept"
    assert promises(late, "finish")[0][0] == "broken"


@pytest.mark.rule("REC-10")
def test_the_department_finishes_in_time_and_the_follower_hears_of_it_at_once(cast: Cast) -> None:
    number = accepted(cast, kind="suggestion", first_heard_by="E017")
    (finish,) = promises(number, "finish")
    assert finish == ("running", moment("2026-03-24 00:00"), None)

    actions.finish_matter(by=cast.caller("keeper"), at=AT + DAY, number=number, result="已采纳")

    assert promises(number, "finish")[0][0] == "kept"
    told = Message.objects.get(about=number, purpose__contains=":finished:")
    assert (told.recipient_id, told.at) == (cast.employee("E017").pk, AT + DAY)


@pytest.mark.rule("REC-11")
@pytest.mark.parametrize(
    ("via", "at", "state"),
    [
        ("phone", "2026-03-16 23:00", "kept"),
        ("email", "2026-03-16 23:00", "kept"),
        ("radio", "2026-03-16 23:00", "running"),
        ("visit", "2026-03-17 08:00", "broken"),
    ],
)
def test_the_result_is_told_to_the_owner_on_the_day_by_a_way_that_reaches_them(
    via: str, at: str, state: str, cast: Cast
) -> None:
    number, keeper = accepted(cast), cast.caller("keeper")
    actions.finish_matter(by=keeper, at=AT + HOUR, number=number, result="已清理")
    actions.reply_to_owner(by=keeper, at=moment(at), number=number, text="已清理", via=via)

    assert promises(number, "feedback")[0][0] == state


# -- a word given to the owner


@pytest.mark.rule("REC-03")
@pytest.mark.parametrize(("hours", "state"), [(47, "kept"), (48, "broken")])
def test_a_promised_time_starts_a_clock_of_its_own(hours: int, state: str, cast: Cast) -> None:
    number, keeper = accepted(cast), cast.caller("keeper")
    until = AT + 48 * HOUR
    actions.promise_time(by=keeper, at=AT, number=number, until=until, reason="等配件")
    promised = Promise.objects.get(matter__number=number, rule="REC-03")
    assert (promised.code, promised.due_at) == ("finish", until)

    actions.finish_matter(by=keeper, at=AT + hours * HOUR, number=number, result="好了")

    promised.refresh_from_db()
    assert promised.state == state
    # The limit of the standard is not talked away.
    assert Promise.objects.get(matter__number=number, rule="CMP-07").state == "broken"


@pytest.mark.rule("REC-03")
def test_a_new_time_replaces_the_old_one_unless_that_was_missed(cast: Cast) -> None:
    number, keeper = accepted(cast), cast.caller("keeper")
    for given, until in ((0, 5), (1, 10), (11, 20)):
        actions.promise_time(
            by=keeper,
            at=AT + given * HOUR,
            number=number,
            until=AT + until * HOUR,
            reason="等配件",
        )

    rows = Promise.objects.filter(matter__number=number, rule="REC-03").order_by("id")
    assert list(rows.values_list("state", "void_reason")) == [
        ("void", "superseded"),
        ("broken", ""),
        ("running", ""),
    ]


def test_a_time_without_a_reason_or_in_the_past_is_refused(cast: Cast) -> None:
    number, keeper = accepted(cast), cast.caller("keeper")
    with pytest.raises(BadInput) as refused:
        actions.promise_time(by=keeper, at=AT, number=number, until=AT + HOUR, reason=" ")
    assert refused.value.field == "reason"
    with pytest.raises(BadInput) as refused:
        actions.promise_time(by=keeper, at=AT, number=number, until=AT, reason="等配件")
    assert refused.value.field == "until"


# -- keeping in touch


@pytest.mark.rule("CMP-06")
def test_only_a_real_contact_renews_the_weekly_clock(cast: Cast) -> None:
    number, keeper = accepted(cast), cast.caller("keeper")
    first = moment("2026-03-24 00:00")
    assert promises(number, "keep_in_touch") == [("running", first, None)]

    it: dict[str, Any] = {"by": keeper, "number": number}
    actions.note_matter(**it, at=AT + DAY, text="内部讨论")
    actions.record_progress(**it, at=AT + DAY, text="没有接通", via="phone", reached=False)
    actions.record_progress(**it, at=AT + DAY, text="问过物料", via="")
    actions.record_progress(**it, at=AT + DAY, text="班组对讲", via="radio")
    assert promises(number, "keep_in_touch") == [("running", first, None)]

    called = moment("2026-03-20 15:00")
    actions.record_progress(**it, at=called, text="业主知道了", via="phone")
    again = called + HOUR
    actions.record_progress(**it, at=again, text="补充说明", via="wechat")
    assert promises(number, "keep_in_touch") == [
        ("kept", first, called),
        ("kept", moment("2026-03-28 00:00"), again),
        ("running", moment("2026-03-28 00:00"), None),
    ]


@pytest.mark.rule("REC-04")
def test_a_missed_week_is_broken_and_the_next_one_runs_on_until_the_call_comes(cast: Cast) -> None:
    number = accepted(cast, kind="builder_defect")
    tick_until(moment("2026-04-02 10:00"), start=AT, every=timedelta(hours=20))
    called = moment("2026-04-02 11:00")
    actions.record_progress(
        by=cast.caller("keeper"), at=called, number=number, text="施工方下周来", via="phone"
    )

    assert promises(number, "keep_in_touch") == [
        ("broken", moment("2026-03-24 00:00"), called),
        ("broken", moment("2026-03-31 00:00"), called),
        ("kept", moment("2026-04-07 00:00"), called),
        ("running", moment("2026-04-10 00:00"), None),
    ]
    assert {
        one.rule for one in Promise.objects.filter(matter__number=number, code="keep_in_touch")
    } == {"REC-04"}


@pytest.mark.rule("CMP-06")
def test_the_weekly_clock_ends_when_the_work_is_finished_and_pausing_does_not_stop_it(
    cast: Cast,
) -> None:
    number, keeper = accepted(cast), cast.caller("keeper")
    actions.pause_matter(by=keeper, at=AT, number=number, until=AT + 20 * DAY, reason="业主外出")
    tick(moment("2026-03-24 00:00"))
    assert [one[0] for one in promises(number, "keep_in_touch")] == ["broken", "running"]

    actions.finish_matter(by=keeper, at=AT + 9 * DAY, number=number, result="好了")
    assert [one[0] for one in promises(number, "keep_in_touch")] == ["broken", "void"]
    assert all(closed for _, _, closed in promises(number, "keep_in_touch"))


# -- letters, attitudes, important matters


@pytest.mark.rule("CMP-04")
@pytest.mark.parametrize(
    ("answered", "state"), [("2026-10-09 17:59", "kept"), ("2026-10-09 18:00", "broken")]
)
def test_an_important_letter_before_the_national_day_week_is_answered_by_the_leader_after_it(
    answered: str, state: str, cast: Cast
) -> None:
    """Received 30 September; 1 to 7 October are holidays, so 8 and 9 are the two working days."""
    at = moment("2026-09-30 16:00")
    number = cast.receive(at=at, kind="complaint.written", channel="letter", important=True)
    assert Matter.objects.get(number=number).owner.code == cast.code("manager")
    assert promises(number, "leader_answer") == [("running", moment("2026-10-09 18:00"), None)]

    it: dict[str, Any] = {"number": number, "text": "已调查", "via": "letter"}
    actions.reply_to_owner(by=cast.caller("supervisor"), at=at + DAY, **it)
    assert promises(number, "leader_answer")[0][0] == "running", "only the person in charge counts"
    actions.reply_to_owner(by=cast.caller("manager"), at=moment(answered), **it)
    assert promises(number, "leader_answer")[0][0] == state


@pytest.mark.rule("CMP-04")
def test_an_ordinary_letter_is_answered_the_same_day(cast: Cast) -> None:
    number = cast.receive(kind="complaint.written", channel="letter")

    assert promises(number, "answer") == [("running", moment("2026-03-17 00:00"), None)]
    assert promises(number, "leader_answer") == []


@pytest.mark.rule("CMP-05")
def test_a_complaint_about_an_attitude_is_not_judged_by_the_one_complained_of(cast: Cast) -> None:
    number = cast.receive(kind="complaint.attitude", about_employee="E009")

    matter = Matter.objects.get(number=number)
    assert matter.owner.code != "E009"
    assert promises(number, "answer") == [("running", moment("2026-03-17 00:00"), None)]
    with pytest.raises(BadInput):
        actions.assign_matter(by=cast.caller("manager"), at=AT, number=number, to="E009")


@pytest.mark.rule("CMP-10")
def test_a_serious_complaint_is_the_managers_and_the_supervisor_follows_it(cast: Cast) -> None:
    number = cast.receive(important=True)

    matter = Matter.objects.get(number=number)
    assert matter.owner.code == cast.code("manager")
    assert matter.follower is not None
    assert matter.follower.code == cast.code("supervisor")
    told = Message.objects.get(about=number, purpose__endswith=":received")
    assert told.recipient_id == cast.employee("manager").pk

    actions.escalate_matter(
        by=cast.caller("supervisor"), at=AT + HOUR, number=number, to="E002", reason="需公司出面"
    )
    assert Message.objects.filter(about=number, recipient__code="E002").count() == 1


@pytest.mark.rule("REC-09", "CMP-10")
def test_what_turns_out_important_is_told_to_the_manager_and_changes_its_clocks(cast: Cast) -> None:
    number = cast.receive(kind="complaint.written", channel="letter")
    actions.mark_important(
        by=cast.caller("receptionist"), at=AT + HOUR, number=number, reason="多户联名"
    )

    told = Message.objects.get(about=number, purpose__endswith=":important")
    assert told.recipient_id == cast.employee("manager").pk
    assert promises(number, "answer")[0][0] == "void"
    assert promises(number, "leader_answer") == [("running", moment("2026-03-18 18:00"), None)]


# -- after the work


@pytest.mark.rule("CMP-02", "CMP-08")
@pytest.mark.parametrize(
    ("asked", "state"), [("2026-03-19 23:59", "kept"), ("2026-03-20 00:00", "broken")]
)
def test_visited_back_within_three_days_and_not_closed_before(
    asked: str, state: str, cast: Cast
) -> None:
    number, keeper = accepted(cast), cast.caller("keeper")
    actions.finish_matter(by=keeper, at=AT + 2 * HOUR, number=number, result="已清理")
    with pytest.raises(WrongState):
        actions.close_matter(by=keeper, at=AT + 3 * HOUR, number=number)

    at = moment(asked)
    actions.visit_back(by=keeper, at=at, number=number, satisfaction=4)
    actions.close_matter(by=keeper, at=at + HOUR, number=number)

    assert promises(number, "visit_back") == [(state, moment("2026-03-20 00:00"), at)]
    assert not Promise.objects.filter(matter__number=number, closed_at=None).exists()


@pytest.mark.rule("STD-03")
def test_what_is_finished_but_never_closed_keeps_ringing(cast: Cast) -> None:
    number, keeper = accepted(cast), cast.caller("keeper")
    actions.finish_matter(by=keeper, at=AT, number=number, result="已清理")
    actions.visit_back(by=keeper, at=AT, number=number, satisfaction=4)

    tick_until(AT + 30 * DAY, start=AT, every=timedelta(hours=11))

    owed = Promise.objects.filter(matter__number=number, closed_at=None)
    assert {one.code for one in owed} == {"close"}
    assert Event.objects.filter(matter__number=number, kind="escalated").count() >= 4


@pytest.mark.rule("WO-05", "STD-03")
def test_a_reopened_matter_begins_a_new_cycle_and_the_old_verdicts_stay(cast: Cast) -> None:
    number, keeper = accepted(cast), cast.caller("keeper")
    actions.finish_matter(by=keeper, at=AT + HOUR, number=number, result="已清理")
    assert Matter.objects.get(number=number).first_time_pass is True
    actions.visit_back(by=keeper, at=AT + HOUR, number=number, satisfaction=2)
    actions.close_matter(by=keeper, at=AT + HOUR, number=number)

    at = moment("2026-04-01 10:00")
    actions.reopen_matter(by=cast.caller("receptionist"), at=at, number=number, reason="又堆了")

    matter = Matter.objects.get(number=number)
    assert (matter.state, matter.cycle, matter.first_time_pass) == ("reopened", 2, False)
    assert [one[0] for one in promises(number, "finish")] == ["kept", "running"]
    assert promises(number, "assign")[1] == ("running", at + 10 * MINUTE, None)
    actions.accept_matter(by=keeper, at=at, number=number)
    actions.finish_matter(by=keeper, at=at + HOUR, number=number, result="再次清理")
    assert Matter.objects.get(number=number).first_time_pass is False


def test_a_reclassified_matter_counts_from_its_reception(cast: Cast) -> None:
    number, desk = cast.receive(kind="enquiry"), cast.caller("receptionist")
    at = AT + 30 * MINUTE
    tick(at)
    actions.reclassify_matter(by=desk, at=at, number=number, kind="complaint", reason="是投诉")

    rows = Promise.objects.filter(matter__number=number, code="assign").order_by("id")
    assert [(one.rule, one.state, one.due_at) for one in rows] == [
        ("REC-09", "broken", AT + 10 * MINUTE),
        ("CMP-01", "broken", AT + 10 * MINUTE),
    ]
    assert Promise.objects.get(matter__number=number, rule="CMP-07").due_at == AT + DAY
    assert Promise.objects.get(matter__number=number, rule="REC-10").state == "void"


# -- pausing


@pytest.mark.rule("REC-10")
def test_a_pause_moves_the_due_moment_by_exactly_its_length(cast: Cast) -> None:
    number, keeper = accepted(cast), cast.caller("keeper")
    it: dict[str, Any] = {"by": keeper, "number": number}
    for from_at, seconds in ((AT + HOUR, 90), (AT + HOUR + timedelta(seconds=100), 20)):
        actions.pause_matter(**it, at=from_at, until=AT + 9 * DAY, reason="业主外出")
        actions.resume_matter(**it, at=from_at + timedelta(seconds=seconds))

    assert promises(number, "finish") == [("running", AT + DAY + timedelta(seconds=110), None)]
    at = AT + 2 * HOUR
    assert shown(cast, number, "finish", at).paused_seconds == 110


def test_a_pause_ends_by_itself_and_says_so(cast: Cast) -> None:
    number, keeper = accepted(cast), cast.caller("keeper")
    until = AT + 3 * DAY
    actions.pause_matter(by=keeper, at=AT, number=number, until=until, reason="业主外出")
    tick(until + HOUR)

    assert promises(number, "finish") == [("running", AT + 4 * DAY, None)]
    resumed = Event.objects.get(matter__number=number, kind="resumed")
    assert (resumed.at, resumed.recorded_at) == (until, until + HOUR)


def test_pausing_after_the_limit_hides_nothing(cast: Cast) -> None:
    number, keeper = accepted(cast), cast.caller("keeper")
    tick(AT + DAY)
    with pytest.raises(WrongState):
        actions.pause_matter(
            by=keeper, at=AT + DAY, number=number, until=AT + 3 * DAY, reason="业主外出"
        )
    assert promises(number, "finish")[0][:2] == ("broken", AT + DAY)


# -- the standard is data


@pytest.mark.rule("STD-01")
def test_a_changed_limit_holds_for_new_matters_only_unless_asked_for(cast: Cast) -> None:
    before = cast.receive()
    manager, community = cast.caller("manager"), cast.town.community.pk
    change_clause(
        by=manager,
        at=AT + MINUTE,
        community_id=community,
        clause_id="complaint.assign",
        limit="5m",
        reason="从严",
    )
    after = cast.receive(at=AT + 2 * MINUTE)
    assert promises(before, "assign")[0][1] == AT + 10 * MINUTE
    assert promises(after, "assign")[0][1] == AT + 7 * MINUTE

    actions.recalculate_running(
        by=manager, at=AT + 3 * MINUTE, community_id=community, reason="统一", adopt_standard=True
    )
    assert promises(before, "assign")[0][1] == AT + 5 * MINUTE


# -- enquiries, praise, suggestions, help


@pytest.mark.rule("REC-14")
@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("enquiry", "2026-03-17 00:00"),
        ("help", "2026-03-17 00:00"),
        ("suggestion", "2026-03-20 00:00"),
        ("praise", "2026-03-20 00:00"),
    ],
)
def test_every_kind_of_word_has_its_own_clock(kind: str, due: str, cast: Cast) -> None:
    number = cast.receive(kind=kind)

    assert promises(number, "answer") == [("running", moment(due), None)]
    assert set(
        Promise.objects.filter(matter__number=number, code="answer").values_list("rule")
    ) == {("REC-14",)}
    actions.finish_matter(
        by=cast.caller("receptionist"), at=AT + MINUTE, number=number, result="已答"
    )
    assert promises(number, "answer")[0][0] == "kept"


def test_a_due_moment_explains_itself(cast: Cast) -> None:
    number = cast.receive(at=moment("2026-03-16 21:50"), kind="complaint.emergency")

    said = shown(cast, number, "arrive", moment("2026-03-16 21:51")).explanation

    for word in ("21:50", "5 分钟", "21:55"):
        assert word in said


@pytest.mark.rule("REC-10")
def test_a_matter_reclassified_in_the_middle_of_a_pause_stays_paused(cast: Cast) -> None:
    number, keeper = accepted(cast), cast.caller("keeper")
    until = AT + 2 * DAY
    actions.pause_matter(by=keeper, at=AT, number=number, until=until, reason="业主外出")
    actions.reclassify_matter(
        by=keeper, at=AT + HOUR, number=number, kind="repair.public", reason="公共部位"
    )

    finish = Promise.objects.get(matter__number=number, clause="repair.public.finish")
    assert (finish.state, finish.pauses.get().until_at) == ("paused", until)
    tick(until)
    finish.refresh_from_db()
    assert (finish.state, finish.due_at) == ("running", until + DAY)


@pytest.mark.rule("CMP-04")
@pytest.mark.parametrize(("post", "state"), [("manager", "kept"), ("supervisor", "running")])
def test_who_answered_in_which_post_is_remembered_when_it_turns_out_to_be_a_letter(
    post: str, state: str, cast: Cast
) -> None:
    number = cast.receive(important=True)
    actions.reply_to_owner(
        by=cast.caller(post), at=AT + HOUR, number=number, text="已调查", via="phone"
    )
    actions.reclassify_matter(
        by=cast.caller("receptionist"),
        at=AT + 2 * HOUR,
        number=number,
        kind="complaint.written",
        reason="另有来信",
    )

    assert promises(number, "leader_answer")[0][0] == state
