"""The timeline in owners' language: every kind of event is decided on, the internal is silent."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.matters import actions as matters
from huiyin.matters.kinds import EVENT_KINDS, KINDS, STATES
from huiyin.matters.models import Event
from huiyin.matters.tests.cast import AT, Cast, moment
from huiyin.owners import queries, rules, titles
from huiyin.owners.access import SHOWN_KINDS
from huiyin.owners.steps import STEPS, Happened, said
from huiyin.owners.tests.people import OWNER, caller, raised
from huiyin.standards.words import PROMISE_CODES

SHANGHAI = ZoneInfo("Asia/Shanghai")
SECRET = "业主难缠,先拖一拖"
INTERNAL = {
    "paused",
    "resumed",
    "reclassified",
    "handed_over",
    "escalated",
    "noted",
    "reported",
    "linked",
    "unlinked",
    "given_back",
}
HAPPENED = Happened(
    kind="noted",
    at=AT,
    via="",
    is_own=False,
    text=SECRET,
    data={},
    who="许技 维修技工",
    mine=True,
    now=AT,
    zone=SHANGHAI,
)


@pytest.mark.rule("OWN-01")
def test_every_kind_of_event_is_decided_on() -> None:
    assert set(STEPS) == set(EVENT_KINDS)
    assert {kind for kind, step in STEPS.items() if step is None} == INTERNAL


@pytest.mark.rule("OWN-01")
@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_what_is_internal_says_nothing(kind: str) -> None:
    words = said(replace(HAPPENED, kind=kind))
    if kind in INTERNAL:
        assert words is None
    elif kind in {"received", "assigned", "accepted", "arrived", "signed", "visited_back"}:
        assert words is not None and SECRET not in "".join(words)  # a note between colleagues


def test_every_promise_state_and_kind_has_words() -> None:
    assert set(titles.DEEDS) | set(titles.BETWEEN_COLLEAGUES) == PROMISE_CODES
    assert not set(titles.DEEDS) & set(titles.BETWEEN_COLLEAGUES)
    assert set(titles.STATES) == set(STATES)
    assert set(SHOWN_KINDS) <= set(KINDS) and set(SHOWN_KINDS) == titles.SEEN
    for verb, states in rules.ALLOWED.items():
        for state in set(STATES) - set(states):
            assert titles.refusal(rules.refusal(verb, state, signed=False, rated=False) or "")


@pytest.mark.rule("OWN-01")
def test_a_failed_call_is_told_honestly_and_a_note_not_at_all() -> None:
    call = replace(HAPPENED, kind="progressed", via="phone", data={"reached": False})
    assert said(call) == ("我们联系过您,没有联系上", "")
    assert said(replace(call, via="")) is None
    assert said(replace(call, data={"reached": True}, text="等料")) == ("进展", "等料")


@pytest.mark.rule("OWN-01")
def test_nothing_internal_of_a_whole_life_is_shown(cast: Cast) -> None:
    number = raised(cast)
    lead, foreman = cast.caller("supervisor"), cast.caller("maintenance_foreman")
    technician = cast.caller("technician")
    at = AT + timedelta(minutes=1)
    matters.note_matter(by=lead, at=at, number=number, text=SECRET)
    matters.nudge_matter(by=lead, at=at, number=number, note=SECRET)
    matters.assign_matter(by=foreman, at=at, number=number, to=cast.code("technician"), note=SECRET)
    matters.give_back(by=technician, at=at, number=number, reason=SECRET)
    matters.assign_matter(by=foreman, at=at, number=number, to=cast.code("technician"))
    matters.record_progress(by=technician, at=at, number=number, text=SECRET)
    until = moment("2026-03-18 10:00")
    matters.pause_matter(by=foreman, at=at, number=number, reason=SECRET, until=until)
    matters.resume_matter(by=foreman, at=at, number=number)
    matters.escalate_matter(by=lead, at=at, number=number, to=cast.code("manager"), reason=SECRET)
    other = cast.receive(kind="repair", house="3-1-1202", phone="13900001111")
    matters.link_matter(by=lead, at=at, number=number, to=other)
    matters.unlink_matter(by=lead, at=at, number=number, reason=SECRET)
    matters.reclassify_matter(by=lead, at=at, number=number, kind="builder_defect", reason=SECRET)
    view = queries.my_matter(caller=caller(OWNER), at=at, number=number)
    assert Event.objects.filter(matter__number=number, text__contains=SECRET).count() >= 8
    assert SECRET not in str(view) and other not in str(view)
    assert [step.title for step in view.steps][:2] == [
        "我们收到了",
        f"安排了{cast.employee('technician').name} 维修技工",
    ]


def test_a_paused_promise_does_not_say_why(cast: Cast) -> None:
    number = raised(cast)
    lead = cast.caller("supervisor")
    until = moment("2026-03-18 10:00")
    matters.pause_matter(by=lead, at=AT, number=number, reason=SECRET, until=until)
    view = queries.my_matter(caller=caller(OWNER), at=AT, number=number)
    paused = [one for one in view.promises if one.state == "paused"]
    assert [one.words for one in paused] == ["办好的时间要顺延,定下来后会告诉您"]


@pytest.mark.parametrize(
    ("due", "words"),
    [
        ("2026-03-16 18:00", "今天 18:00"),
        ("2026-03-17 00:00", "今天 24:00"),
        ("2026-03-17 09:30", "明天 09:30"),
        ("2026-03-18 09:30", "后天 09:30"),
        ("2026-03-15 09:30", "昨天 09:30"),
        ("2026-03-23 12:00", "3月23日 12:00"),
    ],
)
def test_moments_are_said_as_people_say_them(due: str, words: str) -> None:
    assert titles.when(moment(due), AT, SHANGHAI) == words


standings = st.sampled_from(("running", "late", "paused", "kept", "broken", "void"))


@given(
    st.lists(st.tuples(standings, st.integers(0, 10**6).map(lambda n: AT + n * timedelta(1e-5))))
)
def test_what_is_shown_first_is_what_comes_next(dues: list[tuple[str, object]]) -> None:
    first = rules.next_of(dues)  # type: ignore[arg-type]
    owed = [row for row in dues if row[0] in {"running", "late", "paused"}]
    if not owed:
        assert first is None
        return
    assert first is not None
    state, due = dues[first]
    running = [when for at, when in owed if at == "running"]
    late = [when for at, when in owed if at == "late"]
    if running:
        assert (state, due) == ("running", min(running))  # type: ignore[type-var]
    elif late:
        assert (state, due) == ("late", max(late))  # type: ignore[type-var]
    else:
        assert state == "paused"


@given(st.text(max_size=30))
def test_a_shortened_name_gives_away_one_sign(name: str) -> None:
    short = rules.shortened(name)
    assert short[:1] == name[:1] and set(short[1:]) <= {"*"}
