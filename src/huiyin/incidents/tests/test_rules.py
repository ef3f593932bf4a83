"""What the plans and the pure rules hold (EMG-01…EMG-07)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.checklists.shipped import all_shipped
from huiyin.incidents import rules, titles
from huiyin.incidents.plans import PLANS
from huiyin.incidents.rules import Step

NOW = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
LIFT, FLOODING = PLANS["lift"], PLANS["flooding"]
MINUTES = st.integers(min_value=-60, max_value=60).map(lambda n: timedelta(minutes=n))


@pytest.mark.rule("EMG-01")
def test_there_is_a_written_plan_for_each_with_a_post_and_a_time_for_every_step() -> None:
    wanted = {"lift", "power_cut", "power_cut.announced", "flooding", "fire", "typhoon", "crime"}
    assert wanted <= PLANS.keys() == titles.PLANS.keys()
    for plan in PLANS.values():
        for item in all_shipped()[plan.checklist].items:
            assert item.who and item.minutes is not None, (plan.code, item.key)
            assert not item.required, (plan.code, item.key)  # left out with a reason instead


@pytest.mark.parametrize("plan", PLANS.values(), ids=lambda plan: plan.code)
def test_a_plan_names_only_steps_and_answers_that_its_checklist_has(plan: object) -> None:
    assert isinstance(plan, type(LIFT))
    items = {item.key: item for item in all_shipped()[plan.checklist].items}
    named = {*plan.called.values(), *plan.arrived.values(), *plan.urges, *plan.opens, *plan.notice}
    named |= {*plan.after, *plan.after.values(), *plan.told, *plan.answers}
    assert named <= items.keys()
    assert set(plan.called) <= set(rules.SERVICES) >= plan.consent
    assert set(plan.opens.values()) <= PLANS.keys()
    for step, answer in plan.answers.items():
        assert answer in items[step].options
    for step in (*plan.urges, *plan.opens):
        assert items[step].bad_options, step
    for one in plan.never:
        assert one.answer in items[one.step].options and one.answered in items[one.given].options


@pytest.mark.rule("EMG-02")
def test_only_police_and_fire_brigade_for_a_lift_need_a_leader_s_consent() -> None:
    needed = [(plan, one) for plan in PLANS for one in rules.SERVICES if one in PLANS[plan].consent]
    assert needed == [("lift", "police"), ("lift", "fire")]


@pytest.mark.rule("EMG-02")
@given(needed=st.booleans(), shift=st.none() | MINUTES, reason=st.sampled_from(["", " ", "晕厥"]))
def test_help_is_called_freely_with_consent_from_before_or_for_a_reason(
    needed: bool, shift: timedelta | None, reason: str
) -> None:
    consent = None if shift is None else NOW + shift
    may = rules.may_call(needed=needed, consent_at=consent, reason=reason, at=NOW)
    assert may == (not needed or reason == "晕厥" or (consent is not None and consent <= NOW))


@given(shift=MINUTES)
def test_the_first_tap_counts_unless_it_cannot_be_true(shift: timedelta) -> None:
    counted = rules.moment_of_alarm(NOW + shift, NOW)
    assert counted <= NOW
    believable = -rules.PAGE_GOES_STALE <= shift <= timedelta(0)
    assert counted == (NOW + shift if believable else NOW)
    assert rules.moment_of_alarm(None, NOW) == NOW


@pytest.mark.rule("EMG-06")
def test_a_lift_with_a_wet_panel_is_never_raised() -> None:
    up, stay = "升到最高层后断电", "原地断电,不升降"
    wet, dry = {"panel": "已经进水"}, {"panel": "没有进水"}
    assert rules.excluded_by(FLOODING, "lifts", up, wet) == "panel"
    assert rules.excluded_by(FLOODING, "lifts", stay, wet) is None
    assert rules.excluded_by(FLOODING, "lifts", up, dry) is None
    assert rules.excluded_by(FLOODING, "lifts", up, {}) is None
    assert rules.excluded_by(FLOODING, "panel", "已经进水", {"lifts": up}) == "lifts"


@pytest.mark.rule("EMG-02")
def test_a_lift_runs_again_only_once_it_is_repaired() -> None:
    assert rules.in_the_way(LIFT, "restored", {}) == "repaired"
    assert rules.in_the_way(LIFT, "restored", {"repaired": False}) == "repaired"
    assert rules.in_the_way(LIFT, "restored", {"repaired": {"name": "李"}}) is None
    assert rules.in_the_way(LIFT, "closed", {}) is None


@given(done=st.none() | MINUTES, due=st.none() | MINUTES, left_out=st.sampled_from(["", "误报"]))
def test_late_is_what_has_a_time_and_kept_it_neither_way(
    done: timedelta | None, due: timedelta | None, left_out: str
) -> None:
    step = Step(
        "a",
        "甲",
        due_at=None if due is None else NOW + due,
        done_at=None if done is None else NOW + done,
        left_out=left_out,
    )
    late = due is not None and not left_out and (done if done is not None else timedelta(0)) > due
    assert rules.is_late(step, NOW) == late
    assert rules.unsettled([step]) == (() if done is not None or left_out else (step,))


def test_medics_are_urged_until_they_are_called() -> None:
    assert rules.urged(LIFT, ["state"], []) == ("medics",)
    assert rules.urged(LIFT, ["state"], ["medics"]) == ()
    assert rules.urged(LIFT, ["people"], []) == ()
