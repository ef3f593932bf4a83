"""Courses of their own: emergencies, letters, complaints about manners, calls nobody answered."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from huiyin.conduct import actions as conduct
from huiyin.desk import actions as desk
from huiyin.desk.queries import CallRow
from huiyin.flows.demo import cast
from huiyin.flows.demo.courses import Course
from huiyin.flows.demo.staffing import ZONE
from huiyin.flows.demo.stage import Home, Stage
from huiyin.incidents import actions as incidents
from huiyin.matters import actions

SORRY = "当时窗口排队的人多,我语气急了,没有解释清楚,愿意向业主当面道歉。"
EXTENSION = "8003"  # whoever dispatches sits there
TASK = "学习服务礼仪规范,写出书面检讨,由主管陪同演练接待三次。"


class Emergency(Course):
    """Everybody is told at once; somebody is there within minutes, mostly (CMP-03)."""

    def urgent(self) -> Iterator[datetime]:
        """Arrive, settle, write the report, have it approved by the company."""
        yield from self._settled()
        yield from self.reported()
        yield self.daytime(self.at + timedelta(hours=self.rng.randrange(5, 20)))
        self.visit(self.rng.choice((4, 5)), "处置及时,感谢。")
        yield self.wait(30, 300)
        self.close()

    def before_company(self) -> Iterator[datetime]:
        """The manager has agreed to the report, the company has not said anything yet."""
        yield from self._settled()
        yield from self._written()

    def reported(self) -> Iterator[datetime]:
        """Write the incident report, sometimes twice, until the company files it."""
        for opinion in ("请补充设备维保记录。", "") if self.rng.random() < 0.4 else ("",):  # noqa: PLR2004
            yield from self._written()
            yield self.daytime(self.at + timedelta(hours=self.rng.randrange(3, 20)))
            by = self.stage.caller("E902")
            if opinion:
                incidents.return_report(by=by, at=self.at, number=self.number, opinion=opinion)
            else:
                incidents.approve_report(by=by, at=self.at, number=self.number, opinion="同意。")
            self.stage.react(self.at)

    def _settled(self) -> Iterator[datetime]:
        is_late = self.rng.random() < 0.25  # noqa: PLR2004
        yield self.wait(5.5, 7) if is_late else self.wait(2, 4.5)
        self.act(actions.arrive_at_matter, by=self.stage.caller("E018"))
        yield self.wait(10, 30)
        by = self.stage.dispatcher(self.at)
        self.act(actions.reply_to_owner, by=by, text="已到现场处置,人员安全。", via="phone")
        yield self.wait(30, 90)
        self.finish()

    def _written(self) -> Iterator[datetime]:
        """Write the report; the manager of the site agrees."""
        yield self.daytime(self.at + timedelta(hours=self.rng.randrange(3, 16)))
        incidents.submit_report(
            by=self.stage.caller("E005"),
            at=self.at,
            number=self.number,
            course=self.story.course,
            cause=self.story.why,
            measures=self.story.measures,
            losses="无人员伤亡。",
        )
        self.stage.react(self.at)
        yield self.daytime(self.at + timedelta(hours=self.rng.randrange(1, 3)))
        by = self.stage.caller("E001")
        incidents.approve_report(by=by, at=self.at, number=self.number, opinion="情况属实。")
        self.stage.react(self.at)


class Written(Course):
    """A letter; an important one is answered by the person in charge (CMP-04)."""

    def led(self) -> Iterator[datetime]:
        """The manager looks into it and answers in person within two working days."""
        yield from self.taken(2, 8, by="E001")
        yield self.daytime(self.at + timedelta(hours=5))
        self.act(actions.record_progress, text=self.story.news or "经理召集相关部门查办。")
        yield self.daytime(self.at + timedelta(hours=22))
        manager = self.stage.caller("E001")
        self.act(actions.reply_to_owner, by=manager, text=self.story.done, via="letter")
        yield self.wait(60, 240)
        self.finish()
        yield from self.followed_up(4)


class Attitude(Course):
    """A complaint about an employee, who never learns who complained (CMP-05)."""

    def looked_into(self) -> Iterator[datetime]:
        """Hear the employee, set a correction, propose and approve a penalty."""
        supervisor, at = self.stage.caller("E005"), self.at + timedelta(hours=1)
        yield at
        conduct.open_case(by=supervisor, at=at, number=self.number)
        yield (at := at + timedelta(minutes=50))
        conduct.take_statement(by=supervisor, at=at, number=self.number, text=SORRY)
        yield (at := at + timedelta(minutes=40))
        correction = conduct.set_correction(
            by=supervisor,
            at=at,
            number=self.number,
            task=TASK,
            due_on=at.astimezone(ZONE).date() + timedelta(days=5),
        )
        penalty = "扣发当月绩效一百元。"
        conduct.propose_penalty(by=supervisor, at=at, number=self.number, penalty=penalty)
        yield (at := at + timedelta(hours=5))
        manager = self.stage.caller("E001")
        conduct.approve_penalty(by=manager, at=at, number=self.number)
        yield (at := at + timedelta(days=self.rng.choice((3, 4, 6)), hours=2))
        owner = self.stage.owner(correction)
        done = "书面检讨已交,三次接待演练合格。"
        actions.finish_matter(by=owner, at=at, number=correction, result=done)
        yield (at := at + timedelta(hours=3))
        actions.close_matter(by=supervisor, at=at, number=correction)


def answered_call(stage: Stage, at: datetime, course: Course, rings: int) -> Iterator[datetime]:
    """A call that was answered after some rings, and the matter that came of it (REC-01)."""
    yield at
    call = _tell_call(stage, at, course.home.phone, "answered", rings)
    yield (at := at + timedelta(minutes=4))
    if course.number:
        by = stage.dispatcher(at)
        desk.tie_call(by=by, at=at, call=call.id, number=course.number)


def missed_call(stage: Stage, at: datetime, home: Home, minutes: int) -> Iterator[datetime]:
    """A call given up before anybody answered, and called back after some minutes (REC-01)."""
    yield at
    number = _tell_call(stage, at, home.phone, "abandoned", 5).matter
    if number is None:
        return
    yield (at := at + timedelta(minutes=minutes))
    by = stage.dispatcher(at)
    told = "已回拨,业主询问车位月卡办理,已答复。"
    actions.reply_to_owner(by=by, at=at, number=number, text=told, via="phone")
    yield (at := at + timedelta(minutes=2))
    actions.finish_matter(by=by, at=at, number=number, result=told)
    yield (at := at + timedelta(hours=3))
    actions.close_matter(by=stage.dispatcher(at), at=at, number=number)


def _tell_call(stage: Stage, at: datetime, phone: str, event: str, rings: int) -> CallRow:
    return desk.record_call(
        by=stage.dispatcher(at),
        at=at,
        community=cast.FIRST,
        call_id=f"{at.astimezone(ZONE):%Y%m%d%H%M%S}-{phone[-4:]}",
        event=event,
        moment=at,
        number=phone,
        rings=rings,
        extension=EXTENSION if event == "answered" else "",
    )
