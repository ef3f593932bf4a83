"""Emergencies with their plans: a lift, a flooding, and one going on right now (EMG-01…EMG-07)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from huiyin.approvals.models import Request
from huiyin.flows import approving
from huiyin.flows.demo import cast
from huiyin.flows.demo.deck import Deck
from huiyin.flows.demo.staffing import ZONE
from huiyin.flows.demo.stage import Stage
from huiyin.incidents import actions as incidents
from huiyin.incidents.models import Measure
from huiyin.matters import actions

CONTACTS = (
    ("lift", "日升电梯维保(24 小时)", "0755-26110001", "合同号 RS-0317,30 分钟内到场"),
    ("police", "海月路派出所", "0755-26110110", "紧急拨 110"),
    ("fire", "南山消防救援站", "0755-26110119", "紧急拨 119"),
    ("medics", "南山人民医院急诊", "0755-26110120", "紧急拨 120"),
    ("water", "自来水公司抢修", "0755-26110002", ""),
    ("power", "供电所网格抢修", "0755-26110004", "户号在配电房门后"),
    ("gas", "燃气公司抢险", "0755-26110003", "先撤人,再打电话"),
)
LIFT = {
    "lift": "3栋1单元1号梯",
    "floor": "7 楼与 8 楼之间",
    "people": "2",
    "state": "紧张,能对话",
    "leader_told": True,
    "power_off": True,
}
LIFT_END = {
    "outside_help": "能",
    "medics": "没有人需要",
    "released": "日升电梯 老周",
    "comforted": "当面慰问,老人血压正常,已由家人接回。",
    "names": "王女士和外婆,3栋1单元,回家。",
    "closed": True,
    "cause": "门机皮带打滑,关门不到位,安全回路断开。",
    "repaired": "日升电梯 老周",
    "restored": "高建国",
}
FLOODING = {
    "where": "7栋地下一层水泵房",
    "water_source": "生活水泵出口法兰垫片破裂",
    "extent": "积水约 15 厘米,漫到7栋1单元电梯前室",
    "panel": "没有进水",
    "lifts": "升到最高层后断电",
    "source_cut": "李大勇",
    "area_power": True,
    "sandbags": True,
    "warning": True,
    "owners_told": True,
}
FLOODING_END = {
    "clean_up": True,
    "repairs": "更换法兰垫片和两只阀门,电机烘干后绝缘合格。",
    "helped": "为7栋停水住户送水 18 桶。",
    "losses": "水泵电机一台受潮,其他无损失。",
}
NOW = {"lift": "6栋2单元1号梯", "floor": "5 楼", "people": "1", "state": "平稳"}
PEOPLE_AND_TIME = frozenset({"released", "repaired", "restored", "source_cut"})


def rehearse(stage: Stage, _rng: Random, _deck: Deck) -> None:
    """Put the call list and the incidents on the stage."""
    stage.put_on(_call_list(stage))
    stage.put_on(_lift(stage, Incident(stage, stage.moment(23, 17, 25))))
    stage.put_on(_flooding(stage, Incident(stage, stage.moment(3, 6, 40))))
    stage.put_on(_now(Incident(stage, stage.now - timedelta(minutes=17))))


@dataclass
class Incident:
    """One incident on its way; ``at`` is the moment of its next act."""

    stage: Stage
    at: datetime
    number: str = ""

    def given(self, by: str) -> dict[str, Any]:
        """Return what every action asks."""
        return {"by": self.stage.caller(by), "at": self.at, "number": self.number}

    def wait(self, minutes: float) -> datetime:
        """Let some minutes pass."""
        self.at += timedelta(minutes=minutes)
        return self.at

    def ring(self, by: str, plan: str, text: str, place: str) -> None:
        """Press the red button."""
        self.number = incidents.raise_alarm(
            by=self.stage.caller(by),
            at=self.at,
            community=cast.FIRST,
            plan=plan,
            text=text,
            place=place,
        )

    def come(self, *codes: str) -> None:
        """Let people be on site."""
        for code in codes:
            incidents.attend(by=self.stage.caller(code), at=self.at, number=self.number)

    def step(self, by: str, item: str, value: object) -> None:
        """Do a step of the plan."""
        given = {"name": value, "at": self.at.isoformat()} if item in PEOPLE_AND_TIME else value
        incidents.mark_step(
            by=self.stage.caller(by), at=self.at, number=self.number, item=item, value=given
        )

    def steps(self, by: str, answers: Mapping[str, object], minutes: float) -> Iterator[datetime]:
        """Do steps one after the other, some minutes apart."""
        for item, value in answers.items():
            yield self.wait(minutes)
            self.step(by, item, value)

    def call(self, by: str, service: str, **given: str) -> int:
        """Call outside help on the number of the list."""
        phone = next(phone for one, _name, phone, _note in CONTACTS if one == service)
        return incidents.call_outside(
            by=self.stage.caller(by),
            at=self.at,
            number=self.number,
            service=service,
            phone=phone,
            **given,
        )

    def over(self, note: str) -> None:
        """Stand down, finish the matter."""
        supervisor = self.stage.caller("E005")
        incidents.stand_down(by=supervisor, at=self.at, number=self.number, note=note)
        by = self.stage.owner(self.number)
        actions.finish_matter(by=by, at=self.at, number=self.number, result=note)

    def review(self, causes: str, lessons: str, measure: str, owner: str) -> None:
        """Hold the review meeting and set its measure."""
        supervisor = self.stage.caller("E005")
        incidents.hold_review(
            by=supervisor,
            at=self.at,
            number=self.number,
            held_at=self.at - timedelta(minutes=30),
            people="周启明、林岚、高建国、赵铁军",
            causes=causes,
            lessons=lessons,
        )
        incidents.add_measure(
            by=supervisor,
            at=self.at,
            number=self.number,
            text=measure,
            owner=owner,
            due_on=self.at.astimezone(ZONE).date() + timedelta(days=7),
        )

    def report(self, course: str, cause: str, measures: str, handling: str) -> None:
        """Write the report and ask for it to be approved."""
        incidents.submit_report(
            by=self.stage.caller("E005"),
            at=self.at,
            number=self.number,
            course=course,
            cause=cause,
            measures=measures,
            handling=handling,
            losses="无人员伤亡。",
            responsibility="设备原因,值班人员处置及时。",
        )
        self.stage.react(self.at)

    def decide(self, by: str, opinion: str) -> None:
        """Agree to the report."""
        waiting = Request.objects.filter(subject=f"matter:{self.number}", state="waiting")
        approving.decide(
            by=self.stage.caller(by),
            at=self.at,
            request_id=waiting.values_list("pk", flat=True).get(),
            verdict="approved",
            reason=opinion,
        )
        self.stage.react(self.at)


def _call_list(stage: Stage) -> Iterator[datetime]:
    at = stage.moment(61, 9, 30)
    yield at
    for service, name, phone, note in CONTACTS:
        incidents.save_contact(
            by=stage.caller("E005"),
            at=at,
            community_id=stage.community_id,
            service=service,
            name=name,
            phone=phone,
            note=note,
        )


def _lift(stage: Stage, lift: Incident) -> Iterator[datetime]:
    """Two people in a lift, the fire brigade called before anybody agreed; filed in the end."""
    yield lift.at
    text = "3栋1单元1号梯停在7楼和8楼之间,里面两个人在拍门。"
    lift.ring("E013", "lift", text, "3栋1单元1号梯")
    yield lift.wait(2)
    lift.step("E013", "lift", LIFT["lift"])
    called = lift.call("E013", "lift")
    yield lift.wait(1.5)
    lift.come("E018", "E019")
    lift.step("E018", "companion", {"name": "石磊", "at": lift.at.isoformat()})
    yield from lift.steps("E013", {key: LIFT[key] for key in list(LIFT)[1:]}, 0.6)
    yield lift.wait(4)
    why = "轿厢里的老人胸闷,等不及请示。"
    fire = lift.call("E018", "fire", why="有老人胸闷", without_consent=why)
    yield lift.wait(9)
    incidents.help_arrived(**lift.given("E018"), call=called, vehicles="粤B5D821")
    yield lift.wait(6)
    yield from lift.steps("E018", {key: LIFT_END[key] for key in list(LIFT_END)[:5]}, 1)
    reason = "人已救出,消防来电确认不用再来。"
    incidents.drop_call(**lift.given("E018"), call=fire, reason=reason)
    yield from lift.steps("E016", {key: LIFT_END[key] for key in list(LIFT_END)[5:]}, 14)
    incidents.help_left(**lift.given("E018"), call=called)
    yield lift.wait(5)
    lift.over("两名被困人员 40 分钟内安全救出,电梯修复合格后恢复运行。")
    yield lift.wait(16 * 60)
    lift.review(
        causes="门机皮带超期未换,关门时打滑。",
        lessons="维保巡检没有测皮带张力;三分钟内有人陪伴,效果好。",
        measure="会同维保公司对全部 18 台电梯门机皮带逐台检查并登记。",
        owner="E016",
    )
    measure = _measure(lift.number)
    yield lift.wait(50)
    lift.report(
        course="17:25 前台接报,两名业主被困3栋1单元1号梯;保安、工程三分钟到场,维保公司解救。",
        cause="门机皮带打滑,关门不到位,安全回路断开。",
        measures="更换皮带,全部电梯普查。",
        handling="专人陪伴安抚,切断动力电源,由维保公司盘车放人。",
    )
    yield lift.wait(90)
    lift.decide("E001", "情况属实,处置得当。")
    yield lift.wait(20 * 60)
    lift.decide("E902", "同意归档,请各项目举一反三。")
    yield lift.wait(3 * 24 * 60)
    owner, supervisor = stage.owner(measure), stage.caller("E005")
    done = "18 台电梯门机皮带已全部检查,更换 5 条,登记表已存档。"
    actions.finish_matter(by=owner, at=lift.at, number=measure, result=done)
    yield lift.wait(60)
    actions.close_matter(by=supervisor, at=lift.at, number=measure)
    _visited_and_closed(lift)


def _flooding(stage: Stage, flood: Incident) -> Iterator[datetime]:
    """A pump room under water; the report waits for the manager of the site."""
    yield flood.at
    flood.ring("E024", "flooding", "7栋地下室水泵房大量进水,水漫到电梯口。", "7栋地下一层水泵房")
    yield flood.wait(1)
    fire = flood.call("E018", "fire", why="水泵房抽水机不够,请求支援排水")
    yield flood.wait(1.5)
    flood.come("E018", "E019", "E016")
    yield from flood.steps("E016", FLOODING, 1.5)
    incidents.help_arrived(**flood.given("E018"), call=fire, vehicles="粤B119X6")
    yield flood.wait(55)
    incidents.help_left(**flood.given("E018"), call=fire)
    yield from flood.steps("E016", FLOODING_END, 25)
    flood.step("E018", "photos", {"files": [stage.photos[2]]})
    yield flood.wait(20)
    flood.over("积水已排净,水泵恢复供水,电梯检查后恢复。")
    yield flood.wait(26 * 60)
    flood.review(
        causes="法兰垫片老化,巡查没有发现渗漏。",
        lessons="沙包放得太远,取用花了八分钟。",
        measure="水泵房法兰垫片全部更换;在地下室入口增设沙包箱两处。",
        owner="E016",
    )
    yield flood.wait(70)
    flood.report(
        course="06:40 巡逻岗发现水泵房进水,主管到场后关泵断电,消防支援排水。",
        cause="生活水泵出口法兰垫片破裂。",
        measures="更换全部垫片,增设沙包箱。",
        handling="关泵断电,沙包围挡,电梯升顶断电,送水到户。",
    )


def _now(lift: Incident) -> Iterator[datetime]:
    """Somebody is in a lift right now; the lift company is on its way, a leader was asked."""
    yield lift.at
    lift.ring("E014", "lift", "6栋2单元电梯停了,里面有一位业主按了求救铃。", "6栋2单元1号梯")
    yield lift.wait(1)
    lift.call("E014", "lift")
    yield from lift.steps("E014", NOW, 0.2)
    yield lift.wait(1)
    lift.come("E018", "E020")
    yield lift.wait(0.5)
    lift.step("E018", "companion", {"name": "彭超", "at": lift.at.isoformat()})
    yield lift.wait(6)
    incidents.ask_consent(
        by=lift.stage.caller("E018"),
        at=lift.at,
        number=lift.number,
        service="fire",
        why="维保公司堵在滨海大道,预计还要 40 分钟。",
    )


def _visited_and_closed(incident: Incident) -> None:
    by = incident.stage.dispatcher(incident.at)
    at, number, comment = incident.at, incident.number, "处置及时,感谢。"
    actions.visit_back(by=by, at=at, number=number, satisfaction=5, comment=comment)
    actions.close_matter(by=by, at=at, number=number)


def _measure(number: str) -> str:
    """Return the matter of the measure that the review of an incident set."""
    found = Measure.objects.filter(review__incident__matter__number=number)
    return str(found.values_list("matter__number", flat=True).get())
