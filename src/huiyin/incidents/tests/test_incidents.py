"""An emergency from the button to its end: alarm, plan, help, review (EMG-01…EMG-07)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from huiyin.checklists.actions import save_template
from huiyin.incidents import actions, queries
from huiyin.incidents.models import Alarm, Incident, IncidentReport, OutsideCall
from huiyin.incidents.plans import PLANS
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, Refused
from huiyin.matters.models import Event, Matter, Promise
from huiyin.matters.tests.cast import AT, Cast
from huiyin.notices.models import Message

MINUTE = timedelta(minutes=1)


@dataclass
class Scene:
    """One incident and what people do about it."""

    cast: Cast
    number: str

    def does(self, post: str, action: Any, *, at: datetime = AT, **told: Any) -> Any:
        """Let the holder of a post act."""
        return action(by=self.cast.caller(post), at=at, number=self.number, **told)

    def step(self, item: str, value: object = True, *, by: str = "guard", **told: Any) -> Any:
        """Do a step."""
        return self.does(by, actions.mark_step, item=item, value=value, **told)

    def live(self, post: str = "guard", at: datetime = AT) -> queries.LiveView:
        """Look at it."""
        return queries.live(caller=self.cast.caller(post), number=self.number, at=at)

    def settle(self, at: datetime = AT + timedelta(hours=1)) -> None:
        """Leave out whatever was not done."""
        for one in self.live(at=at).steps:
            if not one.is_settled:
                key = one.view.item.key
                self.does("manager", actions.leave_out, at=at, item=key, reason="误报,不适用")


def alarm(cast: Cast, plan: str = "lift", **given: Any) -> Scene:
    """Press the button as the guard."""
    told: dict[str, Any] = {
        "community": "YG",
        "place": "3栋1单元2号梯",
        "text": "有人被困",
        **given,
    }
    by, at = told.pop("by", "guard"), told.pop("at", AT)
    return Scene(cast, actions.raise_alarm(by=cast.caller(by), at=at, plan=plan, **told))


def person(name: str, at: datetime = AT) -> dict[str, str]:
    """Return the answer of a step that asks who and when."""
    return {"name": name, "at": at.isoformat()}


# -- the button


@pytest.mark.rule("EMG-01")
@pytest.mark.rule("CMP-03")
def test_the_button_tells_everybody_with_a_part_in_the_plan_at_once(cast: Cast) -> None:
    scene = alarm(cast)
    matter = Matter.objects.get(number=scene.number)
    assert (matter.kind, matter.received_at) == ("complaint.emergency", AT)
    told = Message.objects.filter(about=scene.number, purpose__endswith=":emergency")
    codes = {one.recipient.code for one in told if one.recipient}
    posts = ("manager", "supervisor", "maintenance_foreman", "security_foreman", "guard")
    assert {cast.code(post) for post in (*posts, "technician", "receptionist")} <= codes
    assert all(one.urgent for one in told)
    foreman = told.get(recipient=cast.employee("maintenance_foreman"))
    assert "电梯维保公司已通知" in foreman.text  # their own part
    rungs = Message.objects.filter(about=scene.number, purpose__contains=":arrive:")
    assert {cast.code("manager"), cast.code("cleaning_foreman")} <= {
        one.recipient.code for one in rungs if one.recipient
    }


@pytest.mark.rule("EMG-01")
def test_a_button_left_open_by_a_colleague_still_rings(cast: Cast) -> None:
    key = uuid4()
    first = alarm(cast, key=key)
    second = alarm(cast, by="technician", key=key)
    assert second.number != first.number
    second.does("technician", actions.join_alarm, text="还在里面", key=key)
    assert Alarm.objects.filter(incident__matter__number=second.number).count() == 2


def test_it_counts_from_the_first_tap_and_the_same_press_counts_once(cast: Cast) -> None:
    key, tapped = uuid4(), AT - 2 * MINUTE
    scene = alarm(cast, tapped_at=tapped, key=key)
    assert alarm(cast, tapped_at=tapped, key=key).number == scene.number
    assert Incident.objects.get().raised_at == tapped
    assert Matter.objects.get(number=scene.number).received_at == tapped
    due = Promise.objects.get(matter__number=scene.number, code="arrive").due_at
    assert due == tapped + 5 * MINUTE
    first = scene.live().steps[0].view
    assert first.due_at == tapped + 2 * MINUTE
    stale = alarm(cast, tapped_at=AT - timedelta(hours=1))
    assert Matter.objects.get(number=stale.number).received_at == AT


@pytest.mark.rule("EMG-01")
def test_whoever_sees_the_same_joins_instead_of_opening_another(cast: Cast) -> None:
    scene = alarm(cast)
    shown = queries.same_event(
        caller=cast.caller("technician"), community_id=cast.town.community.pk, at=AT + MINUTE
    )
    assert [one.number for one in shown] == [scene.number]
    key = uuid4()
    for _again in range(2):
        scene.does("technician", actions.join_alarm, at=AT + MINUTE, text="还在里面", key=key)
    assert Alarm.objects.count() == 2
    assert Matter.objects.filter(kind="complaint.emergency").count() == 1
    much_later = AT + timedelta(hours=7)
    place = cast.town.community.pk
    assert not queries.same_event(caller=cast.caller("guard"), community_id=place, at=much_later)
    with pytest.raises(NotFound):
        actions.join_alarm(by=cast.caller("E031"), at=AT, number=scene.number, text="我")


def test_what_the_button_must_be_told(cast: Cast) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "plan": {"plan": "war"},
        "place": {"place": " "},
        "text": {"text": ""},
        "begins_at": {"plan": "power_cut.announced"},
        "ends_at": {"plan": "power_cut.announced", "begins_at": AT + MINUTE, "ends_at": AT},
    }
    for field, given in wrong.items():
        with pytest.raises(BadInput) as refused:
            alarm(cast, **given)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        alarm(cast, community="CH")


@pytest.mark.rule("EMG-01")
def test_an_emergency_that_came_another_way_gets_its_plan(cast: Cast) -> None:
    number = cast.receive(kind="complaint.emergency", text="5栋冒烟")
    place = cast.town.community.pk
    guard = cast.caller("guard")
    assert queries.without_plan(caller=guard, community_id=place) == ((number, "5栋冒烟"),)
    scene = Scene(cast, number)
    scene.does("guard", actions.open_plan, at=AT + MINUTE, plan="fire")
    assert scene.live().plan == "fire"
    assert scene.live().steps[0].view.due_at == AT + 3 * MINUTE  # from when it was opened
    with pytest.raises(actions.UnableToOpenPlan):
        scene.does("guard", actions.open_plan, plan="fire")
    with pytest.raises(actions.UnableToOpenPlan):
        Scene(cast, cast.receive()).does("manager", actions.open_plan, plan="fire")


# -- people on site, steps


@pytest.mark.rule("CMP-03")
@pytest.mark.rule("EMG-03")
def test_the_first_on_site_keeps_the_five_minutes_and_fills_in_the_step(cast: Cast) -> None:
    scene = alarm(cast)
    scene.does("guard", actions.attend, at=AT + 3 * MINUTE)
    scene.does("guard", actions.attend, at=AT + 9 * MINUTE)  # said twice
    promise = Promise.objects.get(matter__number=scene.number, code="arrive")
    assert (promise.state, promise.closed_at) == ("kept", AT + 3 * MINUTE)
    scene.does("technician", actions.attend, at=AT + 4 * MINUTE)
    said = {one.view.item.key: one.said for one in scene.live(at=AT + 10 * MINUTE).steps}
    assert said["guards"] == "何卫 09:03" and said["engineers"] == "许技 09:04"
    assert [one.name for one in scene.live().on_site] == ["何卫", "许技"]


def test_a_late_step_is_shown_and_stays_late(cast: Cast) -> None:
    scene = alarm(cast)
    assert scene.live().late == 0
    assert scene.live(at=AT + 6 * MINUTE).late > 0
    scene.step("companion", person("何卫", AT + 8 * MINUTE), at=AT + 8 * MINUTE)
    (step,) = [one for one in scene.live().steps if one.view.item.key == "companion"]
    assert step.is_late and step.is_settled and step.view.mark is not None
    assert (step.view.mark.by_name, step.view.mark.at) == ("何卫", AT + 8 * MINUTE)


@pytest.mark.rule("EMG-02")
def test_the_lift_stays_closed_until_it_is_repaired(cast: Cast) -> None:
    scene = alarm(cast)
    with pytest.raises(actions.UnableToMarkStep):
        scene.step("restored", person("许技"))
    scene.step("repaired", person("维保李工"))
    scene.step("restored", person("许技"))


def test_a_step_gone_from_an_edited_plan_holds_up_no_other(cast: Cast) -> None:
    save_template(
        by=cast.caller("manager"),
        at=AT,
        community_id=cast.town.community.pk,
        code="emergency.lift",
        title="电梯困人预案",
        items='[[item]]\nkey = "restored"\ntitle = "恢复运行"\nkind = "person_time"\n',
        reason="本小区的电梯由开发商维修",
    )
    scene = alarm(cast)
    scene.step("restored", person("许技"))


@pytest.mark.rule("EMG-06")
def test_a_lift_with_a_wet_panel_is_not_raised(cast: Cast) -> None:
    scene = alarm(cast, "flooding", text="负一层进水", place="负一层")
    scene.step("panel", "已经进水")
    with pytest.raises(actions.UnableToMarkStep):
        scene.step("lifts", "升到最高层后断电")
    scene.step("lifts", "原地断电,不升降")
    keys = {one.view.item.key for one in scene.live().steps}
    items = {"where", "water_source", "extent", "source_cut", "area_power", "sandbags", "warning"}
    assert items | {"clean_up", "owners_told", "losses"} <= keys


@pytest.mark.rule("EMG-05")
def test_somebody_in_a_lift_after_a_power_cut_opens_the_lift_plan(cast: Cast) -> None:
    scene = alarm(cast, "power_cut", text="全区停电", place="全区")
    opened = scene.step("lifts", "有人被困", note="5栋1号梯")
    linked = Incident.objects.get(matter__number=opened)
    assert (linked.plan, linked.matter.place) == ("lift", "5栋1号梯")
    assert scene.live().led_to == (opened,)
    assert Scene(cast, opened).live().came_of == scene.number
    assert scene.step("lifts", "有人被困", note="还是5栋") == opened  # once while it is going on
    scene.settle()
    with pytest.raises(actions.UnableToStandDown):
        scene.does("manager", actions.stand_down, at=AT + timedelta(hours=2))
    keys = {one.view.item.key: one.view.item for one in scene.live().steps}
    assert set(keys["source"].options) == {"外部停电", "内部故障"}
    for key in ("pumps", "lifts_back", "access", "cctv", "fire_alarm"):
        assert keys[key].bad_options == ("不正常",) and keys[key].raises
    assert {"owners_told", "posts", "losses"} <= keys.keys()


@pytest.mark.rule("EMG-04")
def test_of_an_announced_cut_every_household_and_entrance_is_told_beforehand(cast: Cast) -> None:
    begins, ends = AT + timedelta(days=2), AT + timedelta(days=2, hours=3)
    scene = alarm(
        cast, "power_cut.announced", by="supervisor", begins_at=begins, ends_at=ends, text="检修"
    )
    matter = Matter.objects.get(number=scene.number)
    assert matter.kind == "repair.public"  # no emergency: nobody is called out
    assert not Message.objects.filter(purpose__endswith=":emergency").exists()
    with pytest.raises(actions.UnableToMarkStep):  # nobody knows yet what to say
        scene.does("guard", actions.tell_households, houses=["3-1-1201"], way="door")
    for key in ("line", "area", "times", "lifts", "precautions"):
        scene.step(key, f"{key}的说明")
    shown = queries.telling(caller=cast.caller("guard"), number=scene.number, building=None, at=AT)
    assert [one.name for one in shown.buildings] == ["3栋", "5栋"]
    with pytest.raises(actions.UnableToMarkStep):
        scene.step("households")
    for building in shown.buildings:
        one = queries.telling(
            caller=cast.caller("guard"), number=scene.number, building=building.id, at=AT
        )
        houses = [house.key for house in one.houses]
        doors = [int(door.key) for door in one.entrances]
        scene.does("guard", actions.tell_households, houses=houses, entrances=doors, way="door")
    scene.step("households")
    scene.step("entrances")
    done = queries.telling(caller=cast.caller("guard"), number=scene.number, building=None, at=AT)
    assert done.told == done.total > 0
    told: dict[str, Any] = {"houses": ["3-1-1201"]}
    assert scene.does("guard", actions.tell_households, **told, way="door") == 0
    with pytest.raises(BadInput):
        scene.does("guard", actions.tell_households, **told, way="pigeon")


def test_who_was_told_after_the_cut_began_was_told_late(cast: Cast) -> None:
    begins = AT + timedelta(hours=2)
    scene = alarm(
        cast,
        "power_cut.announced",
        by="supervisor",
        begins_at=begins,
        ends_at=begins + timedelta(hours=1),
    )
    for key in ("line", "area", "times", "lifts", "precautions"):
        scene.step(key, "说明")
    scene.does("guard", actions.tell_households, at=begins, houses=["3-1-1201"], way="door")
    shown = queries.telling(caller=cast.caller("guard"), number=scene.number, building=None, at=AT)
    assert [one.is_late for one in shown.houses if one.told_at] == [True]


# -- outside help


@pytest.mark.rule("EMG-02")
def test_police_and_fire_brigade_only_with_consent_or_a_reason(cast: Cast) -> None:
    scene = alarm(cast)
    with pytest.raises(BadInput) as refused:
        scene.does("guard", actions.call_outside, service="fire")
    assert refused.value.field == "without_consent"
    call = scene.does("guard", actions.ask_consent, service="fire", why="维保也救不出来")
    assert Message.objects.filter(
        purpose__contains=":consent:", recipient=cast.employee("general_manager")
    ).exists()
    with pytest.raises(Forbidden):
        scene.does("guard", actions.give_consent, call=call)
    scene.does("general_manager", actions.give_consent, call=call, at=AT + MINUTE)
    assert Message.objects.filter(
        purpose__contains=":agreed:", recipient=cast.employee("guard")
    ).exists()
    assert scene.does("guard", actions.call_outside, service="fire", at=AT + 2 * MINUTE) == call
    row = OutsideCall.objects.get()
    assert row.consent_by == cast.employee("general_manager")
    assert (row.consent_way, row.without_consent, row.called_at) == ("page", "", AT + 2 * MINUTE)


@pytest.mark.rule("EMG-02")
def test_life_comes_first_the_reason_is_kept_and_the_leaders_hear_of_it(cast: Cast) -> None:
    scene = alarm(cast)
    scene.does("guard", actions.call_outside, service="fire", without_consent="里面有人窒息")
    row = OutsideCall.objects.get()
    assert (row.without_consent, row.consent_at) == ("里面有人窒息", None)
    told = Message.objects.filter(purpose__contains=":called:")
    leaders = {cast.code(post) for post in ("general_manager", "company_service", "manager")}
    assert leaders <= {one.recipient.code for one in told if one.recipient}
    assert all("里面有人窒息" in one.subject for one in told)
    noted = Event.objects.filter(matter__number=scene.number, kind="noted")
    assert any("未经同意先行拨打" in one.text for one in noted)


@pytest.mark.rule("EMG-02")
def test_the_database_refuses_a_call_with_neither_consent_nor_reason(cast: Cast) -> None:
    incident = Incident.objects.get(matter__number=alarm(cast).number)
    told = {"incident": incident, "service": "fire", "needs_consent": True, "called_at": AT}
    with pytest.raises(IntegrityError), transaction.atomic():
        OutsideCall.objects.create(**told)
    late = {"consent_at": AT + MINUTE, "consent_way": "phone"}
    with pytest.raises(IntegrityError), transaction.atomic():
        OutsideCall.objects.create(**told, **late, consent_by=cast.employee("manager"))
    with pytest.raises(IntegrityError), transaction.atomic():  # a consent has a giver
        OutsideCall.objects.create(**told, consent_at=AT)


@pytest.mark.rule("EMG-02")
def test_medics_and_the_lift_company_need_nobody_s_leave(cast: Cast) -> None:
    scene = alarm(cast)
    scene.step("state", "有人晕厥或神志不清")
    assert scene.live().urged == ("medics",)
    scene.does("guard", actions.call_outside, service="medics")
    scene.does("guard", actions.call_outside, service="lift", name="快修", phone="13800000000")
    live = scene.live()
    assert live.urged == ()
    said = {one.view.item.key: one.said for one in live.steps}
    assert said["medics"] == "已拨打 120" and said["lift_company"] == "已做"
    with pytest.raises(actions.UnableToCall):
        scene.does("guard", actions.ask_consent, service="medics", why="晕厥")


def test_a_leader_who_calls_has_agreed(cast: Cast) -> None:
    scene = alarm(cast)
    scene.does("manager", actions.call_outside, service="police")
    row = OutsideCall.objects.get()
    assert (row.consent_by, row.consent_way) == (cast.employee("manager"), "page")


@pytest.mark.rule("EMG-02")
def test_a_consent_by_telephone_is_written_down_with_who_when_and_how(cast: Cast) -> None:
    scene = alarm(cast)
    told: dict[str, Any] = {
        "service": "police",
        "way": "phone",
        "leader": cast.code("general_manager"),
    }
    for field, wrong in (
        ("leader", {"leader": cast.code("guard")}),
        ("way", {"way": "page"}),
        ("given_at", {"given_at": AT - MINUTE}),
        ("given_at", {"given_at": AT + MINUTE}),
    ):
        with pytest.raises(BadInput) as refused:
            scene.does("guard", actions.note_consent, **{**told, **wrong})
        assert refused.value.field == field
    scene.does("guard", actions.note_consent, **told)
    row = OutsideCall.objects.get()
    assert (row.consent_way, row.consent_noted_by) == ("phone", cast.employee("guard"))
    assert Message.objects.filter(  # the leader can put it right
        purpose__contains=":consented:", recipient=cast.employee("general_manager")
    ).exists()
    scene.does("guard", actions.call_outside, service="police")


@pytest.mark.rule("EMG-03")
def test_arrival_leaving_vehicles_and_hospital_are_kept(cast: Cast) -> None:
    scene = alarm(cast)
    call = scene.does("guard", actions.call_outside, service="medics")
    with pytest.raises(actions.UnableToCall):
        scene.does("guard", actions.help_left, call=call)
    scene.does("guard", actions.help_arrived, call=call, at=AT + 9 * MINUTE)
    with pytest.raises(BadInput):  # whose vehicle was it
        scene.does("guard", actions.help_left, call=call, at=AT + 20 * MINUTE)
    scene.does(
        "guard",
        actions.help_left,
        call=call,
        at=AT + 20 * MINUTE,
        vehicles="京A12345",
        hospital="市一医院",
    )
    with pytest.raises(actions.UnableToCall):
        scene.does("guard", actions.drop_call, call=call, reason="没来")
    lines = queries.whole_story(caller=cast.caller("manager"), number=scene.number, at=AT).record
    text = " ".join(f"{one.title} {one.text}" for one in lines)
    assert "京A12345" in text and "市一医院" in text and "09:09" in text and "09:20" in text


@pytest.mark.rule("EMG-03")
def test_the_lift_record_holds_every_moment(cast: Cast) -> None:
    scene = alarm(cast)
    scene.does("guard", actions.attend, at=AT + MINUTE)
    scene.does("technician", actions.attend, at=AT + 2 * MINUTE)
    lift = scene.does("guard", actions.call_outside, service="lift", at=AT + 3 * MINUTE)
    scene.does("guard", actions.help_arrived, call=lift, at=AT + 30 * MINUTE)
    scene.step("state", "平稳")
    scene.step("released", person("维保李工", AT + 40 * MINUTE))
    scene.step("names", "拒绝登记")
    scene.step("repaired", person("维保李工"))
    scene.step("restored", person("许技", AT + 90 * MINUTE))
    story = queries.whole_story(caller=cast.caller("manager"), number=scene.number, at=AT)
    record = {one.title: one.text for one in story.record}
    assert record == {
        "接报时间": "03-16 09:00",
        "保安到场": "何卫 09:01",
        "工程人员到场": "许技 09:02",
        "维保公司通知": "03-16 09:03",
        "维保公司到达": "03-16 09:30",
        "救出时间": "维保李工 09:40",
        "被困人员情况": "平稳",
        "姓名住址": "拒绝登记",
        "恢复运行": "许技 10:30",
    }
    assert [one.at for one in story.lines] == sorted(one.at for one in story.lines)
    assert story.messages


# -- the end


@pytest.mark.rule("EMG-07")
def test_it_is_over_when_every_step_is_done_or_left_out_with_a_reason(cast: Cast) -> None:
    scene = alarm(cast)
    scene.does("guard", actions.call_outside, service="medics")
    with pytest.raises(actions.UnableToStandDown):
        scene.does("manager", actions.stand_down)
    with pytest.raises(Forbidden):
        scene.does("guard", actions.leave_out, item="names", reason="不知道")
    with pytest.raises(BadInput):
        scene.does("manager", actions.leave_out, item="names", reason=" ")
    scene.settle()
    with pytest.raises(Forbidden):
        scene.does("guard", actions.stand_down)
    with pytest.raises(actions.UnableToStandDown):  # the medics are still on their way
        scene.does("manager", actions.stand_down)
    call = OutsideCall.objects.get().pk
    scene.does("guard", actions.drop_call, call=call, reason="已好转,取消")
    scene.does("manager", actions.stand_down, note="人已救出")
    assert scene.live().state == "over"
    with pytest.raises(Refused):
        scene.step("closed")


def test_a_step_left_out_and_done_after_all_counts_as_done(cast: Cast) -> None:
    scene = alarm(cast)
    scene.does("manager", actions.leave_out, item="closed", reason="先不停")
    scene.step("closed")
    (step,) = [one for one in scene.live().steps if one.view.item.key == "closed"]
    assert step.left_out == "" and step.is_settled
    with pytest.raises(actions.UnableToMarkStep):
        scene.does("manager", actions.leave_out, item="closed", reason="又不停")


REVIEW: dict[str, Any] = {"people": "王静、朱工", "causes": "门机故障", "lessons": "备件要常备"}
REPORT: dict[str, Any] = {
    "course": "见时间",
    "cause": "门机",
    "measures": "更换",
    "handling": "停梯",
    "responsibility": "维保",
}


@pytest.mark.rule("EMG-06")
@pytest.mark.rule("EMG-07")
def test_review_measures_and_report_follow_one_after_the_other(cast: Cast) -> None:
    scene = alarm(cast)
    late = AT + timedelta(hours=4)
    with pytest.raises(actions.UnableToReport):
        scene.does("manager", actions.submit_report, **REPORT)
    with pytest.raises(actions.UnableToReview):
        scene.does("manager", actions.hold_review, held_at=AT, **REVIEW)
    scene.settle()
    scene.does("manager", actions.stand_down, at=AT + timedelta(hours=2))
    with pytest.raises(actions.UnableToReport):
        scene.does("manager", actions.submit_report, at=late, **REPORT)
    with pytest.raises(BadInput):
        scene.does("manager", actions.hold_review, at=late, held_at=AT, **REVIEW)
    with pytest.raises(actions.UnableToReview):
        scene.does(
            "manager", actions.add_measure, text="换", owner="E013", due_on=date(2026, 3, 20)
        )
    held = AT + timedelta(hours=3)
    scene.does("manager", actions.hold_review, at=late, held_at=held, **REVIEW)
    owner = cast.code("maintenance_foreman")
    with pytest.raises(BadInput):
        scene.does(
            "manager", actions.add_measure, at=late, text="换", owner=owner, due_on=date(2026, 3, 1)
        )
    made = scene.does(
        "manager",
        actions.add_measure,
        at=late,
        text="更换门机",
        owner=owner,
        due_on=date(2026, 3, 20),
    )
    measure = Matter.objects.get(number=made)
    assert (measure.kind, measure.owner.code) == ("correction", owner)
    known = queries.report_draft(caller=cast.caller("manager"), number=scene.number, at=late)
    assert known.cause == "门机故障" and "更换门机" in known.measures
    assert "报告突发事件" in known.course and "接报" not in known.course
    with pytest.raises(BadInput):
        scene.does("manager", actions.submit_report, at=late, **{**REPORT, "responsibility": ""})
    scene.does("manager", actions.submit_report, at=late, **REPORT)
    row = queries.report(caller=cast.caller("manager"), number=scene.number, at=late)
    assert (row.category, row.happened_at) == ("lift", AT)
    assert row.place == "3栋1单元2号梯" and "何卫" in row.received


@pytest.mark.rule("CMP-03")
@pytest.mark.rule("EMG-07")
def test_a_foreman_s_report_goes_to_the_manager_then_the_company_and_never_changes(
    cast: Cast,
) -> None:
    scene = Scene(cast, cast.receive(kind="complaint.emergency", text="冒烟"))
    told: dict[str, Any] = {"course": "经过", "cause": "短路", "measures": "换线"}
    scene.does("maintenance_foreman", actions.submit_report, **told)
    with pytest.raises(Forbidden):  # not yet the company's turn
        scene.does("company_service", actions.approve_report)
    assert scene.does("manager", actions.approve_report, opinion="属实") == ""
    filed = scene.does("company_service", actions.approve_report, opinion="同意归档")
    row = queries.report(caller=cast.caller("manager"), number=scene.number, at=AT)
    assert row.file_number == filed == "YG-TF-2026-001"
    assert row.site_by is not None and row.site_by.code == cast.code("manager")
    assert (row.site_opinion, row.opinion) == ("属实", "同意归档")
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        IncidentReport.objects.update(cause="别的")


def test_the_site_may_return_a_report_too(cast: Cast) -> None:
    scene = Scene(cast, cast.receive(kind="complaint.emergency", text="冒烟"))
    told: dict[str, Any] = {"course": "经过", "cause": "短路", "measures": "换线"}
    scene.does("maintenance_foreman", actions.submit_report, **told)
    scene.does("manager", actions.return_report, opinion="时间不对")
    row = queries.report(caller=cast.caller("manager"), number=scene.number, at=AT)
    assert (row.state, row.opinion) == ("returned", "时间不对")
    scene.does("maintenance_foreman", actions.submit_report, **told)
    row = queries.report(caller=cast.caller("manager"), number=scene.number, at=AT)
    assert (row.state, row.site_opinion) == ("submitted", "")


def test_it_is_not_there_for_the_employee_it_is_about(cast: Cast) -> None:
    number = cast.receive(kind="complaint.emergency", about_employee=cast.code("guard"))
    scene = Scene(cast, number)
    scene.does("manager", actions.open_plan, plan="crime")
    with pytest.raises(NotFound):
        scene.live("guard")
    with pytest.raises(NotFound):
        scene.step("apart", by="guard")
    assert not Message.objects.filter(
        about=number, recipient=cast.employee("guard"), purpose__endswith=":emergency"
    ).exists()
    assert cast.employee("guard").name not in {
        one.name for one in queries.call_list(caller=cast.caller("manager"), number=number, at=AT)
    }


@pytest.mark.parametrize("plan", [one.code for one in PLANS.values() if one.calls_everybody])
def test_every_plan_opens_and_ends(cast: Cast, plan: str) -> None:
    scene = alarm(cast, plan)
    scene.settle()
    scene.does("manager", actions.stand_down, at=AT + timedelta(hours=2))
    assert scene.live().percent == 100
