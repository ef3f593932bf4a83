"""From the first word to the last: raise, chase, add, confirm, rate, re-open (OWN-01)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from huiyin.estate.models import Community
from huiyin.fieldwork.tests.phone import a_picture
from huiyin.files.actions import store_photo
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused
from huiyin.matters import actions as matters
from huiyin.matters import queries as staff_pages
from huiyin.matters.actions import UnableToChase
from huiyin.matters.models import Event, Matter, Promise
from huiyin.matters.tests.cast import AT, Cast, moment, publish, tick
from huiyin.notices.actions import set_language
from huiyin.notices.courier import run_once
from huiyin.notices.models import Message, Telling
from huiyin.notices.tests.providers import Provider, played
from huiyin.owners import actions, queries
from huiyin.owners.actions import UnableToSend, UnableToUseVerb
from huiyin.owners.tests.people import OWNER, caller, lives, person, raised
from huiyin.reports import audit
from huiyin.standards.queries import current

MINUTE = timedelta(minutes=1)


def finished(cast: Cast, at: datetime = AT, **given: Any) -> str:
    """Raise a repair at 9:00 and let it be finished half an hour later."""
    number = raised(cast, at=at, **given)
    foreman, technician = cast.caller("maintenance_foreman"), cast.caller("technician")
    matters.assign_matter(
        by=foreman, at=at + 5 * MINUTE, number=number, to=cast.code("technician"), note="快去"
    )
    matters.arrive_at_matter(by=technician, at=at + 15 * MINUTE, number=number)
    matters.finish_matter(by=technician, at=at + 30 * MINUTE, number=number, result="换了角阀")
    return number


def told(number: str) -> list[str]:
    rows = Telling.objects.filter(about=number).order_by("id")
    return list(rows.values_list("template", flat=True))


def messages(number: str, part: str) -> dict[str, Message]:
    rows = Message.objects.filter(about=number, purpose__contains=f":{part}")
    return {row.recipient.code: row for row in rows.select_related("recipient") if row.recipient}


@pytest.mark.rule("OWN-01")
@pytest.mark.rule("REC-06")
def test_a_request_from_the_phone_ends_in_the_same_queue(cast: Cast) -> None:
    number = raised(cast, place="厨房", wished="周六上午", text="水管漏水")
    found = staff_pages.matter(caller=cast.caller("receptionist"), number=number, at=AT)
    assert (found.channel, found.state, found.kind) == ("web", "received", "repair")
    assert found.text == "水管漏水\n期望时间:周六上午" and found.place == "厨房"
    assert (found.caller_name, found.caller_phone) == ("王丽", OWNER)
    assert found.owner.code == cast.code("maintenance_foreman")
    codes = {row.code for row in found.promises}
    assert {"assign", "answer", "finish"} <= codes
    queue = staff_pages.list_matters(caller=cast.caller("dispatcher"), at=AT, order="due")
    assert [row.number for row in queue.items] == [number]
    assert (
        staff_pages.board(
            caller=cast.caller("dispatcher"),
            at=AT,
            community_id=cast.town.community.pk,
            stalled_after=timedelta(hours=4),
        ).unassigned.count
        == 1
    )


@pytest.mark.rule("OWN-01")
def test_the_same_form_twice_is_one_matter(cast: Cast) -> None:
    key = uuid4()
    number = raised(cast, key=key)
    assert raised(cast, key=key) == number
    with pytest.raises(UnableToSend):
        raised(cast, key=key, text="还有阳台的灯")
    assert Matter.objects.count() == 1 and told(number) == ["matter.received"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "correction"}, "kind"),
        ({"kind": "callback"}, "kind"),
        ({"text": "  "}, "text"),
        ({"text": "字" * 4001}, "text"),
        ({"place": "字" * 81}, "place"),
        ({"wished": "字" * 61}, "wished"),
        ({"photos": range(10)}, "photos"),
        ({"anonymous": True}, "anonymous"),
    ],
)
def test_what_cannot_be_taken_is_refused_beside_its_field(
    cast: Cast, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        raised(cast, **given)
    assert refused.value.field == field
    assert Matter.objects.count() == 0


@pytest.mark.rule("OWN-01")
def test_who_has_it_and_by_when(cast: Cast) -> None:
    number = raised(cast)
    me = caller()
    view = queries.my_matter(caller=me, at=AT, number=number)
    assert view.who == "" and view.row.next is not None
    assert view.row.next.words == "今天 09:10 前安排人员"
    assert [one.words for one in view.promises] == [
        "今天 09:10 前安排人员",
        "今天 24:00 前给您答复",
        "今天 24:00 前办好",
        "3月23日 24:00 前联系您、告诉您进展",
    ]
    late = queries.my_matter(caller=me, at=AT + 11 * MINUTE, number=number)
    assert late.promises[0].state == "late"
    assert late.promises[0].words == "原定 今天 09:10 前安排人员,我们没有做到,正在加紧,请您谅解"
    assert late.row.next is not None and late.row.next.words == "今天 24:00 前给您答复"
    matters.assign_matter(
        by=cast.caller("maintenance_foreman"),
        at=AT + 12 * MINUTE,
        number=number,
        to=cast.code("technician"),
    )
    view = queries.my_matter(caller=me, at=AT + 12 * MINUTE, number=number)
    assert view.who == f"{cast.employee('technician').name} 维修技工"
    assert view.promises[0].state == "broken"
    assert "做晚了" in view.promises[0].words


@pytest.mark.rule("OWN-01")
def test_a_chase_reaches_whoever_has_it_in_hand_and_not_more_than_once_an_hour(cast: Cast) -> None:
    number = raised(cast)
    me = caller()
    actions.chase(by=me, at=AT + MINUTE, number=number, note="在滴水")
    (message,) = messages(number, "chased").values()
    assert message.urgent and message.recipient_id == cast.employee("maintenance_foreman").pk
    assert "业主催办" in message.subject and "在滴水" in message.subject
    _version, standard = current(community_id=cast.town.community.pk, at=AT)
    every = standard.owners.chase_every
    view = queries.my_matter(caller=me, at=AT + 2 * MINUTE, number=number)
    assert view.chase_again_at == AT + MINUTE + every
    with pytest.raises(UnableToChase, match="10:01"):
        actions.chase(by=me, at=AT + MINUTE + every - timedelta(seconds=1), number=number)
    actions.chase(by=me, at=AT + MINUTE + every, number=number)
    (row,) = staff_pages.list_matters(caller=cast.caller("dispatcher"), at=AT).items
    assert row.chases == 2
    assert not Promise.objects.filter(matter__number=number, state="kept").exists()


def test_a_chase_reaches_the_follower_too(cast: Cast) -> None:
    number = cast.receive(
        kind="repair", phone=OWNER, first_heard_by=cast.code("keeper"), text="漏水"
    )
    actions.chase(by=caller(), at=AT + MINUTE, number=number)
    codes = {cast.code("maintenance_foreman"), cast.code("keeper")}
    assert set(messages(number, "chased")) == codes


def test_what_colleagues_read_is_in_their_language(cast: Cast) -> None:
    with override("en"):
        number = raised(cast)
        actions.chase(by=caller(), at=AT + MINUTE, number=number)
    (message,) = messages(number, "chased").values()
    assert "业主催办" in message.subject
    assert set(Event.objects.values_list("by_name", flat=True)) == {"业主"}
    assert Telling.objects.get(about=number).values["kind"] == "报修"


@pytest.mark.rule("OWN-01")
def test_a_word_and_a_photo_are_added_once(cast: Cast) -> None:
    number = raised(cast)
    me, key = caller(), uuid4()
    photo = store_photo(by=me, at=AT, name="p.jpg", data=a_picture(3))
    for _again in range(2):
        actions.add_word(
            by=me, at=AT + MINUTE, number=number, text="漏得更大了", photos=[photo], key=key
        )
    view = queries.my_matter(caller=me, at=AT + MINUTE, number=number)
    assert [(step.title, step.text, step.photos) for step in view.steps] == [
        ("我们收到了", "", ()),
        ("您补充了", "漏得更大了", (photo,)),
    ]
    assert len(messages(number, "added")) == 1
    data, media_type = queries.photo(caller=me, at=AT, number=number, photo_id=photo)
    assert data and media_type.startswith("image/")
    with pytest.raises(BadInput):
        actions.add_word(by=me, at=AT + MINUTE, number=number, text=" ", key=uuid4())


def test_only_ones_own_photos_and_those_of_the_work_are_shown(cast: Cast) -> None:
    number = raised(cast)
    desk = cast.caller("receptionist")
    inside, after = (
        store_photo(by=desk, at=AT, name="p.jpg", data=a_picture(seed)) for seed in (4, 5)
    )
    matters.add_photos(by=desk, at=AT, number=number, photos=[inside])
    matters.add_photos(by=desk, at=AT, number=number, photos=[after], stage="after")
    me = caller()
    assert queries.photo(caller=me, at=AT, number=number, photo_id=after)
    for hidden in (inside, 999_999):
        with pytest.raises(NotFound):
            queries.photo(caller=me, at=AT, number=number, photo_id=hidden)
    with pytest.raises(NotFound):
        queries.photo(caller=caller("13900001111"), at=AT, number=number, photo_id=after)


@pytest.mark.rule("OWN-01")
def test_the_result_is_confirmed_and_rated_by_the_owner(cast: Cast) -> None:
    number = finished(cast)
    me, at = caller(), AT + 40 * MINUTE
    view = queries.my_matter(caller=me, at=at, number=number)
    assert view.result == "换了角阀" and view.may == {"add", "confirm", "rate", "reopen"}
    actions.confirm(by=me, at=at, number=number)
    actions.rate(by=me, at=at, number=number, satisfaction=5, comment="师傅很好")
    kept = Matter.objects.get(number=number)
    assert (kept.signed_name, kept.state, kept.satisfaction) == ("王丽", "visited_back", 5)
    promise = Promise.objects.get(matter=kept, code="visit_back")
    assert (promise.state, promise.closed_at) == ("kept", at)
    view = queries.my_matter(caller=me, at=at, number=number)
    assert (view.signed, view.rated, set(view.may)) == (True, 5, {"add", "reopen"})
    for verb, extra in (("confirm", {}), ("rate", {"satisfaction": 4})):
        with pytest.raises(UnableToUseVerb, match="过了,谢谢"):
            getattr(actions, verb)(by=me, at=at, number=number, **extra)


@pytest.mark.rule("WO-06")
@pytest.mark.rule("OWN-01")
def test_a_low_rating_is_no_visit_back_and_reaches_the_supervisor(cast: Cast) -> None:
    number = finished(cast)
    at = AT + 40 * MINUTE
    actions.rate(by=caller(), at=at, number=number, satisfaction=2, comment="又漏了")
    kept = Matter.objects.get(number=number)
    assert (kept.state, kept.satisfaction, kept.comment) == ("finished", 2, "又漏了")
    assert Promise.objects.get(matter=kept, code="visit_back").closed_at is None
    found = messages(number, "rated")
    assert set(found) == {cast.code("supervisor"), cast.code("technician")}
    assert found[cast.code("supervisor")].urgent
    matters.visit_back(
        by=cast.caller("receptionist"), at=at + MINUTE, number=number, satisfaction=4
    )
    assert Matter.objects.get(number=number).satisfaction == 4


@pytest.mark.rule("OWN-01")
def test_what_a_colleague_wrote_down_of_a_talk_is_not_the_owners_own_rating(cast: Cast) -> None:
    number, at = finished(cast), AT + 40 * MINUTE
    desk, note = cast.caller("receptionist"), "业主脾气大,少说为妙"
    matters.visit_back(by=desk, at=at, number=number, satisfaction=4, comment=note, via="web")
    view = queries.my_matter(caller=caller(), at=at, number=number)
    assert (view.rated, "rate" in view.may) == (None, True)
    assert note not in str(view.steps)
    matters.reopen_matter(
        by=cast.caller("supervisor"), at=at, number=number, reason=note, via="web"
    )
    assert note not in str(queries.my_matter(caller=caller(), at=at, number=number).steps)


@pytest.mark.rule("CMP-02")
def test_after_a_complaint_somebody_talks_however_good_the_rating(cast: Cast) -> None:
    number = raised(cast, kind="complaint", text="垃圾没收")
    keeper = cast.caller("keeper")
    matters.accept_matter(by=keeper, at=AT + MINUTE, number=number)
    matters.finish_matter(by=keeper, at=AT + 2 * MINUTE, number=number, result="已收")
    actions.rate(by=caller(), at=AT + 3 * MINUTE, number=number, satisfaction=5)
    kept = Matter.objects.get(number=number)
    assert (kept.state, kept.satisfaction) == ("finished", 5)
    assert Promise.objects.get(matter=kept, code="visit_back").state == "running"
    with pytest.raises(Refused):
        matters.close_matter(by=cast.caller("supervisor"), at=AT + 4 * MINUTE, number=number)


@pytest.mark.rule("OWN-01")
@pytest.mark.rule("WO-05")
def test_re_opened_it_is_a_new_cycle_and_no_first_time_pass(cast: Cast) -> None:
    number = finished(cast)
    at = AT + 40 * MINUTE
    me = caller()
    actions.rate(by=me, at=at, number=number, satisfaction=2)
    actions.reopen(by=me, at=at, number=number, reason="还在滴水")
    kept = Matter.objects.get(number=number)
    assert (kept.state, kept.cycle, kept.first_time_pass) == ("reopened", 2, False)
    assert set(messages(number, "reopened")) == {cast.code("technician")}
    view = queries.my_matter(caller=me, at=at, number=number)
    assert view.steps[-1].title == "重新办理" and view.steps[-1].text == "还在滴水"
    assert (view.rated, view.result, set(view.may)) == (None, "", {"chase", "add"})
    with pytest.raises(UnableToUseVerb, match="还在办理"):
        actions.reopen(by=me, at=at, number=number, reason="再说一次")


@pytest.mark.parametrize(
    ("verb", "extra"),
    [("confirm", {}), ("rate", {"satisfaction": 5}), ("reopen", {"reason": "没好"})],
)
def test_what_is_still_going_on_is_not_done(cast: Cast, verb: str, extra: dict[str, Any]) -> None:
    number = raised(cast)
    with pytest.raises(UnableToUseVerb, match="还在办理"):
        getattr(actions, verb)(by=caller(), at=AT, number=number, **extra)


@pytest.mark.rule("OWN-01")
def test_no_door_chases_more_often_than_once_an_hour(cast: Cast) -> None:
    number, first, by = raised(cast), AT + MINUTE, cast.caller("supervisor")
    matters.chase_matter(by=by, at=first, number=number)
    with pytest.raises(UnableToChase):
        matters.chase_matter(by=by, at=first + timedelta(minutes=59, seconds=59), number=number)
    matters.chase_matter(by=by, at=first + timedelta(hours=1), number=number)
    assert Matter.objects.get(number=number).chases == 2


def test_what_is_done_is_not_chased(cast: Cast) -> None:
    number = finished(cast)
    with pytest.raises(UnableToUseVerb, match="重新办理"):
        actions.chase(by=caller(), at=AT + 40 * MINUTE, number=number)


@pytest.mark.rule("OWN-05")
def test_who_did_not_raise_it_may_not_rate_it(cast: Cast) -> None:
    lives(person(cast, "李明", "13600000001"), cast.town.flat, "co_owner")
    number = finished(cast)
    spouse, at = caller("13600000001"), AT + 40 * MINUTE
    with pytest.raises(Forbidden):
        actions.rate(by=spouse, at=at, number=number, satisfaction=1)
    stranger = caller("13900001111")
    for verb, extra in (
        ("chase", {}),
        ("add_word", {"text": "嗨", "key": uuid4()}),
        ("confirm", {}),
        ("rate", {"satisfaction": 1}),
        ("reopen", {"reason": "嗨"}),
    ):
        with pytest.raises(NotFound):
            getattr(actions, verb)(by=stranger, at=at, number=number, **extra)


@pytest.mark.rule("REC-11")
def test_who_raised_it_is_told_at_every_step_and_of_the_result_at_once(cast: Cast) -> None:
    Community.objects.filter(pk=cast.town.community.pk).update(phone="0755-88886666")
    number = finished(cast)
    assert told(number) == [
        "matter.received",
        "matter.assigned",
        "matter.arrived",
        "matter.finished",
    ]
    rows = list(Telling.objects.filter(about=number).order_by("id"))
    assert {row.person_id for row in rows} == {cast.town.owner.pk}
    assert {row.link for row in rows} == {f"/my/matters/{number}/"}
    assert rows[0].values["due"] == "3月16日 24:00" and rows[0].values["kind"] == "报修"
    assert rows[0].values["phone"] == "0755-88886666"
    assert rows[1].values["who"].startswith(cast.employee("technician").name)
    assert "快去" not in str(rows[1].values)  # a note to the technician
    assert rows[3].values["result"] == "换了角阀" and rows[3].at == AT + 30 * MINUTE


@pytest.mark.rule("REC-11")
def test_who_called_is_told_as_well_when_known_and_nobody_else(cast: Cast) -> None:
    known = cast.receive(kind="repair", phone=OWNER)
    unknown = cast.receive(kind="repair", phone="13700000000", caller="路人")
    nameless = cast.receive(kind="complaint", anonymous=True)
    assert told(known) == ["matter.received"]
    assert told(unknown) == told(nameless) == []


@pytest.mark.rule("REC-11")
def test_who_reads_english_is_told_what_is_ours_in_english(cast: Cast) -> None:
    me = caller()
    people = sorted(me.people)
    set_language(by=me, at=AT, person_ids=people, language="en")
    number = finished(cast)
    run_once(AT + timedelta(hours=1))
    rows = Message.objects.filter(telling__about=number, channel="in_app").order_by("id")
    received, assigned = rows[0].text, rows[1].text
    assert "报修" not in received and "Repair request" in received
    assert "维修技工" not in assigned and cast.employee("technician").name in assigned


@pytest.mark.rule("REC-11")
def test_that_it_is_filed_rings_nobodys_telephone(cast: Cast) -> None:
    number = finished(cast)
    actions.rate(by=caller(), at=AT + 40 * MINUTE, number=number, satisfaction=5)
    matters.close_matter(by=cast.caller("supervisor"), at=AT + 50 * MINUTE, number=number)
    last = Telling.objects.filter(about=number).latest("id")
    assert (last.template, last.channels) == ("matter.closed", ["in_app"])


@pytest.mark.rule("REC-11")
def test_what_was_said_before_it_was_opened_again_is_not_said_any_more(cast: Cast) -> None:
    number, night = finished(cast, at=moment("2026-03-16 20:00")), moment("2026-03-16 20:40")
    with played(Provider("sms")) as ways:
        run_once(night)
        actions.reopen(by=caller(), at=night + MINUTE, number=number, reason="还在漏")
        for hours in range(1, 40):
            run_once(night + timedelta(hours=hours))
        said = [one.text for one in ways["sms"].arrived]
    assert len(said) == 1
    assert "重新" in said[0]
    stale = Telling.objects.filter(about=number).exclude(template="matter.reopened")
    assert set(stale.values_list("note", flat=True)) == {"withdrawn"}


@pytest.mark.rule("REC-11")
def test_that_somebody_came_hours_ago_rings_nobodys_telephone(cast: Cast) -> None:
    number = raised(cast)
    boss, tech = cast.caller("supervisor"), cast.caller("technician")
    matters.assign_matter(by=boss, at=AT, number=number, to=cast.code("technician"))
    came, heard = AT + 10 * MINUTE, AT + 3 * 60 * MINUTE
    matters.arrive_at_matter(by=tech, at=came, number=number, recorded_at=heard)
    matters.finish_matter(by=tech, at=heard, number=number, result="换了角阀")
    rows = Telling.objects.filter(about=number).order_by("id")
    assert [(row.template, row.channels) for row in rows][2:] == [
        ("matter.arrived", ["in_app"]),
        ("matter.finished", []),
    ]


@pytest.mark.rule("OWN-05")
def test_who_sold_the_house_hears_no_more_of_it(cast: Cast) -> None:
    number = raised(cast)
    cast.town.owner.occupancies.filter(house=cast.town.flat).update(until_on=AT.date())
    matters.assign_matter(
        by=cast.caller("supervisor"), at=AT, number=number, to=cast.code("technician")
    )
    assert told(number) == ["matter.received"]


@pytest.mark.rule("REC-11")
def test_telling_costs_reception_one_statement(cast: Cast) -> None:
    cast.receive(kind="repair", phone="13700000000")  # what is read once is read
    with CaptureQueriesContext(connection) as untold:
        cast.receive(kind="repair", phone="13700000000")
    with CaptureQueriesContext(connection) as telling:
        cast.receive(kind="repair", phone=OWNER)
    assert len(telling) <= len(untold) + 1
    inserts = [one["sql"] for one in telling if "INSERT INTO notices_telling" in one["sql"]]
    assert len(inserts) == 1


@pytest.mark.rule("REC-11")
def test_what_was_said_on_the_telephone_is_not_said_twice(cast: Cast) -> None:
    number = raised(cast)
    desk = cast.caller("receptionist")
    matters.reply_to_owner(by=desk, at=AT, number=number, text="马上来", via="phone")
    assert told(number) == ["matter.received"]
    matters.reply_to_owner(by=desk, at=AT, number=number, text="马上来", via="web")
    until = moment("2026-03-17 10:00")
    matters.promise_time(by=desk, at=AT, number=number, until=until, reason="等配件")
    assert told(number) == ["matter.received", "matter.replied", "matter.promised"]
    last = Telling.objects.filter(about=number).latest("id")
    assert last.values["due"] == "3月17日 10:00"


def test_internal_steps_tell_nobody(cast: Cast) -> None:
    number = raised(cast)
    desk = cast.caller("supervisor")
    matters.note_matter(by=desk, at=AT, number=number, text="业主很急")
    matters.nudge_matter(by=desk, at=AT, number=number)
    matters.record_progress(by=desk, at=AT, number=number, text="等料")
    assert told(number) == ["matter.received"]


def test_news_are_marked_until_they_are_read(cast: Cast) -> None:
    number = raised(cast)
    me = caller()

    def unread() -> bool:
        (row,) = queries.my_matters(caller=me, at=AT).items
        return row.unread

    assert not unread()
    matters.note_matter(by=cast.caller("supervisor"), at=AT, number=number, text="内部")
    assert not unread()
    matters.assign_matter(
        by=cast.caller("supervisor"), at=AT, number=number, to=cast.code("technician")
    )
    assert unread()
    actions.mark_seen(by=me, at=AT, number=number)
    assert not unread()
    actions.mark_seen(by=caller("13900001111"), at=AT, number=number)  # a stranger's look


def test_the_list_pages_and_holds_its_query_count(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    numbers = [raised(cast, at=AT + index * MINUTE) for index in range(5)]
    me, at = caller(), AT + 10 * MINUTE
    with django_assert_max_num_queries(4):
        first = queries.my_matters(caller=me, at=at, limit=3)
    assert [row.number for row in first.items] == numbers[:1:-1]
    rest = queries.my_matters(caller=me, at=at, limit=3, cursor=first.next or "")
    assert [row.number for row in rest.items] == numbers[1::-1] and rest.next is None
    with pytest.raises(BadInput):
        queries.my_matters(caller=me, at=at, cursor="x")
    with django_assert_max_num_queries(9):
        queries.my_matter(caller=me, at=at, number=numbers[0])


def test_what_is_done_with_leaves_the_open_list(cast: Cast) -> None:
    number = finished(cast)
    me, at = caller(), AT + 40 * MINUTE
    assert [row.number for row in queries.my_matters(caller=me, at=at).items] == [number]
    actions.rate(by=me, at=at, number=number, satisfaction=5)
    assert queries.my_matters(caller=me, at=at).items == ()
    (row,) = queries.my_matters(caller=me, at=at, show="all").items
    assert row.state_title == "已办结"


def test_forms_of_old_are_forgotten(cast: Cast) -> None:
    raised(cast)
    assert actions.forget_submissions(at=AT + timedelta(days=89)) == 0
    assert actions.forget_submissions(at=AT + timedelta(days=91)) == 1


@pytest.mark.rule("STD-03")
def test_every_proof_stays_whole_whatever_owners_do(cast: Cast) -> None:
    me = caller()
    for satisfaction in (1, 3, 5):
        number = raised(cast, text=f"漏水{satisfaction}")
        actions.chase(by=me, at=AT + MINUTE, number=number)
        actions.add_word(by=me, at=AT + 2 * MINUTE, number=number, text="快", key=uuid4())
        desk = cast.caller("supervisor")
        at = AT + 3 * MINUTE
        matters.assign_matter(by=desk, at=at, number=number, to=cast.code("technician"))
        matters.finish_matter(by=desk, at=AT + 4 * MINUTE, number=number, result="好了")
        actions.confirm(by=me, at=AT + 5 * MINUTE, number=number)
        actions.rate(by=me, at=AT + 6 * MINUTE, number=number, satisfaction=satisfaction)
        if satisfaction != 3:
            actions.reopen(by=me, at=AT + 7 * MINUTE, number=number, reason="没好")
    publish(2027)
    end = AT + timedelta(days=2)
    tick(end)
    assert [line for line in audit.audit(end) if not line.ok] == []
