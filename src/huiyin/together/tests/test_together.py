"""Surveys without names, places given once, a board that stays decent (OWN-03, REC-06)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from huiyin.estate.models import House, Occupancy, Person
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.kernel.paging import write_cursor
from huiyin.matters.models import Matter
from huiyin.matters.tests.cast import AT, Cast, moment
from huiyin.notices.models import Telling
from huiyin.together import actions, queries
from huiyin.together.models import Ballot, Gathering, Post, SignUp, Survey, Turnout

LATER = moment("2026-03-20 10:00")
QUESTIONS = "保洁做得怎么样\n您常用哪个门:南门/北门"


def lives(cast: Cast, name: str = "王丽", code: str = "3-1-1201", role: str = "owner") -> Caller:
    """Return the caller for somebody of YG, as the log-in by number builds it."""
    person = Person.objects.get(community=cast.town.community, name=name)
    house = House.objects.get(community=cast.town.community, code=code)
    return Caller(None, None, name, people=frozenset({person.pk}), households={house.pk: role})


def tenant(cast: Cast) -> Caller:
    """Return the caller for the tenant next door."""
    return lives(cast, "赵强", "3-1-1202", "tenant")


def foreigner(cast: Cast) -> Caller:
    """Return the caller for an owner of the other community."""
    person = Person.objects.get(community=cast.neighbour.community, name="王丽")
    house = House.objects.get(community=cast.neighbour.community, code="3-1-1201")
    return Caller(None, None, "王丽", people=frozenset({person.pk}), households={house.pk: "owner"})


def house_of(caller: Caller) -> int:
    """Return the only house of a caller."""
    return next(iter(caller.households))


def survey(cast: Cast, *, opened: bool = True, **given: Any) -> int:
    """Ask a survey as the keeper."""
    keeper = cast.caller("keeper")
    words = {
        "title": "半年服务问卷",
        "intro": "请花一分钟",
        "questions": QUESTIONS,
        "opens_on": date(2026, 3, 16),
        "closes_on": date(2026, 3, 31),
        **given,
    }
    pk = actions.save_survey(by=keeper, at=AT, community_id=cast.town.community.pk, **words)
    if opened:
        actions.open_survey(by=keeper, at=AT, survey_id=pk)
    return pk


def answer(caller: Caller, pk: int, *given: str, words: str = "", at: Any = AT) -> None:
    """Answer for the caller's house."""
    actions.answer_survey(
        by=caller,
        at=at,
        survey_id=pk,
        house_id=house_of(caller),
        answers=dict(enumerate(given)),
        words=words,
    )


def gathering(cast: Cast, **given: Any) -> int:
    """Plan a gathering as the keeper."""
    words = {
        "title": "中秋游园",
        "text": "自带小凳子",
        "place": "中心花园",
        "starts_at": LATER,
        "ends_at": LATER + timedelta(hours=2),
        "sign_up_until": LATER - timedelta(days=1),
        "seats": 5,
        **given,
    }
    return actions.plan_gathering(
        by=cast.caller("keeper"), at=AT, community_id=cast.town.community.pk, **words
    )


def join(caller: Caller, pk: int, heads: int = 2, at: Any = AT) -> int:
    """Sign the caller's house up."""
    return actions.sign_up(
        by=caller, at=at, gathering_id=pk, house_id=house_of(caller), heads=heads
    )


def write(cast: Cast, caller: Caller, text: str = "有人捡到一串钥匙吗?", **given: Any) -> int:
    """Write on the board of YG."""
    words = {"title": "寻钥匙", "key": uuid4(), **given}
    return actions.write_post(
        by=caller, at=AT, community_id=cast.town.community.pk, text=text, **words
    )


# -- surveys


@pytest.mark.rule("OWN-03")
def test_each_household_answers_once_and_nobody_knows_what(cast: Cast) -> None:
    pk = survey(cast)
    answer(lives(cast), pk, "5", "南门", words="草坪该修了")
    answer(tenant(cast), pk, "2", "北门")
    with pytest.raises(actions.UnableToAnswer):
        answer(lives(cast), pk, "1", "南门")
    open_still = queries.results(caller=cast.caller("quality"), survey_id=pk, at=AT)
    assert (open_still.answered, open_still.counted, open_still.words) == (2, (), ())
    over = moment("2026-04-01 09:00")
    found = queries.results(caller=cast.caller("quality"), survey_id=pk, at=over)
    assert (found.answered, found.words) == (2, ("草坪该修了",))
    score, choice = found.counted
    assert dict(score.counts) == {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1}
    assert score.satisfied == 0.5
    assert dict(choice.counts) == {"南门": 1, "北门": 1}
    # No column leads from a sheet to a house, a person or a moment.
    assert {one.name for one in Ballot._meta.get_fields()} == {"id", "survey", "answers", "words"}
    assert {one.name for one in Turnout._meta.get_fields()} == {"id", "survey", "house"}
    with pytest.raises(DatabaseError), transaction.atomic():
        Ballot.objects.update(words="改了")


def test_the_order_of_rows_does_not_tell_who_answered_what(cast: Cast) -> None:
    pk = survey(cast)
    homes = [
        House.objects.create(community=cast.town.community, code=f"9-1-{n}", order_key=f"9{n}")
        for n in range(12)
    ]
    me = lives(cast)
    for n, home in enumerate(homes):
        answer(replace(me, households={home.pk: "owner"}), pk, "5", "南门", words=str(n))
    came = list(Turnout.objects.order_by("id").values_list("house_id", flat=True))
    assert sorted(came) == [one.pk for one in homes] and came != [one.pk for one in homes]
    with connection.cursor() as cursor:  # as a dump walks it
        cursor.execute("SELECT house_id FROM together_turnout ORDER BY ctid")
        assert [house for (house,) in cursor.fetchall()] == came


def test_a_parking_space_has_no_say(cast: Cast) -> None:
    pk = survey(cast)
    space = House.objects.create(
        community=cast.town.community, code="B9-999", kind=House.Kind.PARKING, order_key="b9"
    )
    me = lives(cast)
    with pytest.raises(WrongState, match="车位"):
        answer(replace(me, households={space.pk: "owner"}), pk, "5", "南门")
    with pytest.raises(WrongState, match="车位"):
        join(replace(me, households={space.pk: "owner"}), gathering(cast))


def test_what_is_missing_is_named_and_nothing_is_kept(cast: Cast) -> None:
    pk = survey(cast)
    with pytest.raises(BadInput, match="第 2 题"):
        answer(lives(cast), pk, "5")
    with pytest.raises(BadInput, match="第 1 题"):
        answer(lives(cast), pk, "6", "南门")
    assert not Turnout.objects.exists() and not Ballot.objects.exists()


def test_only_homes_somebody_lives_in_are_asked(cast: Cast) -> None:
    pk, town = survey(cast), cast.town.community
    boss = cast.caller("quality")
    before = queries.results(caller=boss, survey_id=pk, at=AT).asked
    empty = House.objects.create(community=town, code="9-9-901", order_key="9901")
    assert queries.results(caller=boss, survey_id=pk, at=AT).asked == before
    me = Person.objects.get(community=town, name="王丽")
    Occupancy.objects.create(house=empty, person=me, role="tenant", until_on=date(2027, 1, 1))
    assert queries.results(caller=boss, survey_id=pk, at=AT).asked == before + 1
    Occupancy.objects.filter(house=empty).update(until_on=date(2026, 3, 16))
    assert queries.results(caller=boss, survey_id=pk, at=AT).asked == before


def test_only_its_days_and_its_households_count(cast: Cast) -> None:
    pk = survey(cast, opens_on=date(2026, 3, 17), closes_on=date(2026, 3, 18))
    me = lives(cast)
    early, last, late = AT, moment("2026-03-18 23:59"), moment("2026-03-19 00:00")
    for at, refusal in ((early, NotFound), (late, actions.UnableToAnswer)):
        with pytest.raises(refusal):
            answer(me, pk, "5", "南门", at=at)
    with pytest.raises(NotFound):
        answer(foreigner(cast), pk, "5", "南门", at=last)
    answer(me, pk, "5", "南门", at=last)
    (row,) = queries.surveys_for(caller=me, community_id=cast.town.community.pk, at=last)
    assert (row.state, row.answered) == ("open", True)
    assert queries.surveys_for(caller=me, community_id=cast.town.community.pk, at=early) == ()
    assert (
        queries.surveys_for(caller=foreigner(cast), community_id=cast.town.community.pk, at=last)
        == ()
    )
    with pytest.raises(NotFound):
        queries.survey_for(caller=foreigner(cast), survey_id=pk, at=last)


def test_an_open_survey_is_never_changed(cast: Cast) -> None:
    draft = survey(cast, opened=False)
    survey(cast, opened=False, survey_id=draft, title="改过的问卷")
    assert Survey.objects.get().title == "改过的问卷"
    actions.open_survey(by=cast.caller("keeper"), at=AT, survey_id=draft)
    with pytest.raises(WrongState):
        survey(cast, survey_id=draft)
    with pytest.raises(WrongState):
        actions.open_survey(by=cast.caller("keeper"), at=AT, survey_id=draft)
    actions.close_survey(by=cast.caller("keeper"), at=AT, survey_id=draft)
    with pytest.raises(actions.UnableToAnswer):
        answer(lives(cast), draft, "5", "南门")
    with pytest.raises(Forbidden):
        actions.close_survey(by=cast.caller("guard"), at=AT, survey_id=draft)
    with pytest.raises(NotFound):
        actions.close_survey(by=cast.caller("E031"), at=AT, survey_id=draft)
    with pytest.raises(actions.UnableToAsk):
        survey(cast, questions="好吗:是")


# -- gatherings


@pytest.mark.rule("OWN-03")
def test_places_are_given_while_there_are_some(cast: Cast) -> None:
    pk = gathering(cast)
    me, other = lives(cast), tenant(cast)
    assert join(me, pk, 4) == 1
    with pytest.raises(actions.UnableToSignUp, match="只剩 1 个"):
        join(other, pk, 2)
    with pytest.raises(actions.UnableToSignUp, match="已经报过"):
        join(me, pk, 1)
    assert join(other, pk, 1) == 0
    (row,) = queries.gatherings_for(caller=me, community_id=cast.town.community.pk, at=AT)
    assert (row.taken, row.left, row.mine, row.state) == (5, 0, 4, "full")
    actions.sign_off(by=me, at=AT, gathering_id=pk, house_id=house_of(me))
    assert join(me, pk, 4) == 0
    view = queries.gathering(caller=cast.caller("keeper"), gathering_id=pk, at=AT)
    assert sorted((one.house, one.heads) for one in view.coming) == [
        ("3-1-1201", 4),
        ("3-1-1202", 1),
    ]
    with pytest.raises(NotFound):
        join(foreigner(cast), pk)
    with pytest.raises(NotFound):
        actions.sign_up(by=me, at=AT, gathering_id=pk, house_id=house_of(other), heads=1)


def test_too_late_is_too_late(cast: Cast) -> None:
    pk = gathering(cast)
    with pytest.raises(actions.UnableToSignUp, match="截止"):
        join(lives(cast), pk, at=LATER - timedelta(days=1))
    join(lives(cast), pk)
    with pytest.raises(actions.UnableToSignUp, match="已经开始"):
        actions.sign_off(by=lives(cast), at=LATER, gathering_id=pk, house_id=house_of(lives(cast)))


def test_who_signed_up_is_told_once_that_it_is_off(cast: Cast) -> None:
    pk = gathering(cast)
    join(lives(cast), pk)
    actions.call_off(by=cast.caller("keeper"), at=AT, gathering_id=pk, why="台风预警")
    (told,) = Telling.objects.all()
    assert told.person.name == "王丽" and told.values["text"] == "台风预警"  # type: ignore[union-attr]
    with pytest.raises(WrongState):
        actions.call_off(by=cast.caller("keeper"), at=AT, gathering_id=pk, why="台风预警")
    with pytest.raises(actions.UnableToSignUp, match="取消"):
        join(tenant(cast), pk)
    assert Gathering.objects.get().called_off_why == "台风预警"
    assert SignUp.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"starts_at": AT}, "starts_at"),
        ({"ends_at": LATER}, "ends_at"),
        ({"sign_up_until": AT}, "sign_up_until"),
        ({"seats": 0}, "seats"),
        ({"title": " "}, "title"),
    ],
)
def test_what_cannot_take_place_is_refused(cast: Cast, given: Any, field: str) -> None:
    with pytest.raises(BadInput) as told:
        gathering(cast, **given)
    assert told.value.field == field


# -- the board


@pytest.mark.rule("OWN-03")
def test_neighbours_talk_without_giving_themselves_away(cast: Cast) -> None:
    first = write(cast, lives(cast))
    write(cast, tenant(cast), "在3栋门口见过", title="", thread_id=first)
    actions.reply_as_staff(
        by=cast.caller("keeper"), at=AT, thread_id=first, text="前台有一串", key=uuid4()
    )
    found = queries.thread(caller=tenant(cast), thread_id=first)
    assert found.first.author == "3栋 王业主" and not found.first.is_mine
    assert [one.text for one in found.replies] == ["在3栋门口见过", "前台有一串"]
    assert [one.is_staff for one in found.replies] == [False, True]
    assert not found.may_moderate
    with pytest.raises(NotFound):
        queries.thread(caller=foreigner(cast), thread_id=first)
    with pytest.raises(NotFound):
        write(cast, foreigner(cast))
    with pytest.raises(NotFound):
        queries.threads(caller=foreigner(cast), community_id=cast.town.community.pk)


def test_the_same_key_writes_once_and_a_day_has_an_end(cast: Cast) -> None:
    key = uuid4()
    first = write(cast, lives(cast), key=key)
    assert write(cast, lives(cast), key=key) == first
    assert Post.objects.count() == 1
    for _ in range(19):
        write(cast, lives(cast))
    with pytest.raises(actions.UnableToPost):
        write(cast, lives(cast))


def test_what_may_not_stand_is_hidden_with_a_reason_and_comes_back(cast: Cast) -> None:
    first = write(cast, lives(cast), "李四电话13800138000,大家骂他")
    write(cast, tenant(cast), "别这样", title="", thread_id=first)
    second = Post.objects.get(text="别这样").pk
    desk = cast.caller("receptionist")
    with pytest.raises(BadInput):
        actions.hide_post(by=desk, at=AT, post_id=first, why=" ")
    actions.hide_post(by=desk, at=AT, post_id=first, why="公开他人电话")
    page = queries.threads(caller=tenant(cast), community_id=cast.town.community.pk)
    assert page.items == ()
    with pytest.raises(NotFound):
        queries.thread(caller=tenant(cast), thread_id=first)
    assert queries.thread(caller=desk, thread_id=first).first.hidden_why == "公开他人电话"
    with pytest.raises(actions.UnableToPost):
        write(cast, tenant(cast), title="", thread_id=first)
    actions.show_post(by=desk, at=AT, post_id=first)
    actions.hide_post(by=desk, at=AT, post_id=second, why="测试")
    (reply,) = queries.thread(caller=lives(cast), thread_id=first).replies
    assert reply.is_hidden and reply.text == ""
    with pytest.raises(Forbidden):
        actions.hide_post(by=cast.caller("guard"), at=AT, post_id=first, why="不喜欢")
    with pytest.raises(NotFound):
        actions.hide_post(by=cast.caller("E031"), at=AT, post_id=first, why="外人")


@pytest.mark.rule("REC-06")
def test_what_somebody_has_to_see_to_becomes_a_matter(cast: Cast) -> None:
    first = write(cast, lives(cast), "3栋一楼的灯又坏了", title="灯坏了")
    desk = cast.caller("receptionist")
    number = actions.raise_matter(by=desk, at=AT, post_id=first, kind="repair.public")
    matter = Matter.objects.get(number=number)
    assert (matter.channel, matter.kind, matter.text) == (
        "forum",
        "repair.public",
        "灯坏了\n3栋一楼的灯又坏了",
    )
    assert matter.person is not None and matter.person.name == "王丽"
    with pytest.raises(WrongState):
        actions.raise_matter(by=desk, at=AT, post_id=first, kind="repair.public")
    assert queries.thread(caller=desk, thread_id=first).first.matter == number
    assert queries.thread(caller=lives(cast), thread_id=first).first.matter == ""


def test_lists_ask_as_often_for_many_rows_as_for_one(
    cast: Cast, django_assert_num_queries: Any
) -> None:
    place = cast.town.community.pk
    keeper = cast.caller("keeper")
    write(cast, lives(cast))
    gathering(cast)
    survey(cast)
    reads: list[Any] = [
        (1, lambda: queries.threads(caller=keeper, community_id=place, limit=4)),
        (1, lambda: queries.gatherings(caller=keeper, community_id=place, at=AT, limit=4)),
        (1, lambda: queries.surveys(caller=keeper, community_id=place, at=AT, limit=4)),
    ]
    for asked, read in reads:
        with django_assert_num_queries(asked):
            read()
    for number in range(6):
        write(cast, lives(cast), f"第{number}条")
        gathering(cast, starts_at=LATER + timedelta(minutes=number % 2))
        survey(cast)
    for asked, read in reads:
        with django_assert_num_queries(asked):
            page = read()
        assert len(page.items) == 4 and page.next


def test_pages_follow_on_without_gap_or_twice(cast: Cast) -> None:
    keeper, place = cast.caller("keeper"), cast.town.community.pk
    for number in range(7):
        write(cast, lives(cast), f"第{number}条")
    seen: list[int] = []
    cursor = ""
    while True:
        page = queries.threads(caller=keeper, community_id=place, cursor=cursor, limit=3)
        seen += [one.id for one in page.items]
        if page.next is None:
            break
        cursor = page.next
    assert len(seen) == len(set(seen)) == 7
    for broken in ("x", "zzzz", "WyJhIiwxXQ"):
        assert queries.threads(caller=keeper, community_id=place, cursor=broken).items


@pytest.mark.parametrize("at", ["2026-01-01T00:00:00", "0001-01-01T00:00:00+23:59", "9999-12-31"])
def test_a_made_up_cursor_is_the_first_page(cast: Cast, at: str) -> None:
    place: dict[str, Any] = {"community_id": cast.town.community.pk}
    place["cursor"] = write_cursor(at, 1)
    write(cast, lives(cast))
    gathering(cast)
    assert len(queries.threads(caller=lives(cast), **place).items) == 1
    assert len(queries.gatherings(caller=cast.caller("keeper"), at=AT, **place).items) == 1
