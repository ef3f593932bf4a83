"""How a matter goes, from the first call to the file: the courses of the demo's sixty days.

Each is a generator for the stage. What happens in it goes through the actions of the rooms, so a
clock is kept or broken here exactly as in real life.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from random import Random

from huiyin.flows.demo import cast
from huiyin.flows.demo.staffing import ZONE
from huiyin.flows.demo.stage import Home, Stage
from huiyin.flows.demo.stories import Story
from huiyin.kernel.caller import Caller
from huiyin.matters import actions

MOVES = (actions.assign_matter, actions.accept_matter, actions.reopen_matter)
MORNING, EVENING = time(8, 20), time(20, 40)
CREWS = {
    "repair": "technician",
    "repair.public": "technician",
    "builder_defect": "keeper",
    "home_service": "cleaner",
    "special_service": "technician",
    "help": "guard",
}
THANKS = (
    "师傅手脚麻利,走之前还把地拖干净了。",
    "处理得很快,没想到当天就弄好了。",
    "挺好的,谢谢你们还记得打电话来问。",
    "已经好了,没有再出现。",
    "管家一直跟着,态度很好。",
    "还可以,就是来之前最好先打个电话。",
    "弄好了,希望以后不要再坏。",
    "一般吧,等的时间有点长。",
)
GRUMBLES = (
    "又漏了,和没修一样,赶紧再来看看。",
    "只是嘴上说说,根本没有改善。",
    "修了两天又坏了,这次请派个有经验的师傅。",
)
TOLD = (
    "向业主说明情况:已安排人员处理,有结果马上告知。",
    "电话告知业主处理安排和预计时间,业主表示理解。",
    "已回电业主,解释原因并致歉,约定处理完再回复。",
)
RESULT_TOLD = (
    "电话告知业主处理结果,业主认可。",
    "微信发送完工照片,业主回复收到。",
    "当面向业主说明结果,业主满意。",
)
WAITS = ("等待配件到货", "业主出差,约回来后上门", "雨天无法高空作业", "等维保单位排期")

Verb = Callable[..., str]


@dataclass
class Course:
    """One matter on its way; ``at`` is the moment of its next act."""

    stage: Stage
    rng: Random
    story: Story
    home: Home
    at: datetime
    channel: str = "phone"
    anonymous: bool = False
    important: bool = False
    about: str | None = None
    number: str = field(default="", init=False)
    _owner: Caller | None = field(default=None, init=False)

    # -- the play

    def run(self, fate: str) -> Iterator[datetime]:
        """Yield the moments of a fate, one of the methods below."""
        yield self.at
        self.receive()
        yield from getattr(self, fate)()

    def smooth(self) -> Iterator[datetime]:
        """Everything in time: assigned, worked on, told, visited back, filed."""
        yield from self.taken(2, 8)
        yield from self.worked()
        yield from self.followed_up(self.rng.choices((5, 4, 3), weights=(62, 32, 6))[0])

    def tardy(self) -> Iterator[datetime]:
        """Assigned too late, then done."""
        yield from self.taken(12, 45)
        yield from self.worked()
        yield from self.followed_up(self.rng.choices((5, 4, 3), weights=(30, 50, 20))[0])

    def overnight(self) -> Iterator[datetime]:
        """Told the same day, done only the next: the finishing clock breaks."""
        yield from self.taken(2, 9)
        yield self.wait(20, 90)
        self.tell(self.rng.choice(TOLD))
        yield self.next_day()
        yield from self.worked()
        yield from self.followed_up(self.rng.choice((3, 4, 4, 5)))

    def promised(self) -> Iterator[datetime]:
        """A time is promised, and the word kept or just not."""
        yield from self.taken(2, 8)
        yield self.wait(15, 60)
        until = _on(self.at + timedelta(days=1), time(17))
        self.promise(until, "材料明天上午到,到货后立即上门,今天无法完成。")
        yield self.next_day()
        yield from self.worked()
        yield from self.followed_up(self.rng.choice((4, 5)))

    def waiting(self) -> Iterator[datetime]:
        """Looked at, paused for a reason, done after the pause."""
        yield from self.taken(2, 8)
        yield self.wait(20, 50)
        self.act(actions.arrive_at_matter)
        yield self.wait(10, 20)
        self.tell(self.story.news or self.rng.choice(TOLD))
        yield self.wait(1, 3)
        until = _on(self.at + timedelta(days=self.rng.randrange(1, 4)), time(12))
        self.act(actions.pause_matter, reason=self.rng.choice(WAITS), until=until)
        self.at = until
        yield self.wait(30, 200)
        self.finish()
        yield from self.followed_up(self.rng.choice((3, 4, 5)))

    def redone(self) -> Iterator[datetime]:
        """Not right the first time: opened again, a second cycle."""
        yield from self.taken(2, 8)
        yield from self.worked()
        yield self.wait(5, 30)
        self.tell(self.rng.choice(RESULT_TOLD))
        yield self.daytime(self.at + timedelta(minutes=self.rng.randrange(60, 240)))
        reason = self.rng.choice(GRUMBLES)
        self.visit(2, reason)
        yield self.wait(2, 6)
        by = self.stage.dispatcher(self.at)
        self.act(actions.reopen_matter, by=by, reason=reason)
        yield from self.taken(3, 8)
        yield from self.worked()
        yield from self.followed_up(4)

    def forgotten(self) -> Iterator[datetime]:
        """Nobody takes it up until the ladder has climbed to the manager, or to the company."""
        yield self.daytime(self.at + timedelta(hours=self.rng.randrange(5, 40)))
        yield from self.taken(1, 5, by="E001")
        yield from self.worked()
        yield from self.followed_up(self.rng.choice((2, 3, 3)))

    def escalated(self) -> Iterator[datetime]:
        """Beyond the site: reported upwards by hand, then settled."""
        yield from self.taken(2, 9)
        yield self.wait(40, 120)
        self.tell(self.rng.choice(TOLD))
        yield self.wait(20, 60)
        self.act(actions.escalate_matter, to="E001", reason="涉及外部单位,需经理出面协调。")
        yield self.next_day()
        self.act(actions.record_progress, text=self.story.news or TOLD[0], via="phone")
        yield from self.worked()
        yield from self.followed_up(self.rng.choice((3, 4)))

    def reclassified(self) -> Iterator[datetime]:
        """Heard as one thing, found to be another; its clocks count from the first call."""
        yield from self.taken(2, 6)
        yield self.wait(10, 30)
        kind = "complaint" if self.story.kind.startswith("repair") else "repair.public"
        by = self.stage.dispatcher(self.at)
        self.act(actions.reclassify_matter, by=by, kind=kind, reason="核实后按实际情况改类别。")
        self.story = replace(self.story, kind=kind)
        yield self.wait(20, 60)
        self.tell(self.rng.choice(TOLD))
        yield from self.worked()
        yield from self.followed_up(4)

    def visited_late(self) -> Iterator[datetime]:
        """Done in time, but nobody asked the owner until the fourth day."""
        yield from self.taken(2, 8)
        yield from self.worked()
        yield self.wait(5, 40)
        self.tell(self.rng.choice(RESULT_TOLD))
        yield self.daytime(self.at + timedelta(days=4))
        self.visit(self.rng.choice((3, 4)), self.rng.choice(THANKS))
        yield self.wait(30, 300)
        self.close()

    def long_kept(self) -> Iterator[datetime]:
        """Weeks of work, and a call every week."""
        yield from self.long((6, 6, 5, 6))

    def long_missed(self) -> Iterator[datetime]:
        """Weeks of work; one week nobody calls."""
        yield from self.long((6, 9, 5))

    def long(self, gaps: tuple[int, ...]) -> Iterator[datetime]:
        """Tell progress after each gap of days, then finish."""
        yield from self.taken(2, 9)
        yield self.wait(30, 120)
        self.tell(self.rng.choice(TOLD))
        for gap in gaps:
            yield self.daytime(self.at + timedelta(days=gap))
            news = self.story.news or "仍在与责任单位协调,已排入本周计划。"
            self.act(actions.record_progress, text=news, via="phone")
        yield self.next_day()
        self.finish()
        yield from self.followed_up(self.rng.choice((3, 4)))

    def answered(self) -> Iterator[datetime]:
        """Settled at the desk while the caller waits."""
        yield self.wait(1, 8)
        by = self.stage.dispatcher(self.at)
        self.act(actions.reply_to_owner, by=by, text=self.story.done, via="phone")
        yield self.wait(1, 3)
        self.finish(by=by)
        yield self.wait(60, 1500)
        self.close()

    def answered_late(self) -> Iterator[datetime]:
        """Asked colleagues first and forgot to call back until days later."""
        yield from self.taken(3, 9)
        yield self.daytime(self.at + timedelta(days=self.rng.randrange(1, 3)))
        self.tell(self.story.done)
        yield self.wait(5, 30)
        self.finish()
        yield self.wait(300, 2000)
        self.close()

    def left(self) -> Iterator[datetime]:
        """Nothing at all happens."""
        yield from ()

    def only_taken(self) -> Iterator[datetime]:
        """Assigned and accepted in time, and then it lies."""
        yield from self.taken(2, 8)

    def in_work(self) -> Iterator[datetime]:
        """On site, and not done yet."""
        yield from self.taken(2, 6)
        yield self.wait(10, 25)
        self.act(actions.arrive_at_matter)
        yield self.wait(4, 9)
        self.tell(self.rng.choice(TOLD))

    def unvisited(self) -> Iterator[datetime]:
        """Done and told; the visit back is still owed."""
        yield from self.taken(2, 6)
        yield from self.worked()
        yield self.wait(5, 10)
        self.tell(self.rng.choice(RESULT_TOLD))

    # -- stretches

    def taken(self, low: int, high: int, by: str = "") -> Iterator[datetime]:
        """Assign after some minutes; the owner accepts."""
        yield self.wait(low, high)
        who = self.stage.caller(by) if by else self.stage.dispatcher(self.at)
        self.act(actions.assign_matter, by=who, to=self.crew(), note="请尽快联系业主。")
        yield self.wait(1, 5)
        self.act(actions.accept_matter)

    def worked(self) -> Iterator[datetime]:
        """Go there by day, do it, write the result."""
        if self.story.kind.startswith("complaint"):
            yield self.wait(30, 150)
            self.tell(self.rng.choice(TOLD))
            if self.story.news:
                yield self.wait(20, 90)
                self.act(actions.record_progress, text=self.story.news)
            yield self.daytime(self.at + timedelta(minutes=self.rng.randrange(60, 420)))
        else:
            yield self.daytime(self.at + timedelta(minutes=self.rng.randrange(10, 45)))
            if self.rng.random() < 0.8:  # noqa: PLR2004
                self.act(actions.arrive_at_matter)
            yield self.wait(20, 80)
        self.finish()

    def followed_up(self, satisfaction: int) -> Iterator[datetime]:
        """Tell the result, let the owner sign, ask how it was, file it."""
        yield self.wait(3, 25)
        self.tell(self.rng.choice(RESULT_TOLD))
        if self.story.kind in ("repair", "home_service") and not self.anonymous:
            yield self.wait(1, 4)
            self.act(actions.sign_matter, name=self.home.name)
        if self.story.kind.startswith(("complaint", "builder")):
            yield self.daytime(self.at + timedelta(hours=self.rng.randrange(18, 50)))
        else:
            yield self.wait(15, 90)
        if self.story.kind not in ("repair.public", "enquiry", "suggestion", "praise"):
            words = THANKS if satisfaction > 2 else GRUMBLES  # noqa: PLR2004
            self.visit(satisfaction, self.rng.choice(words))
        yield self.daytime(self.at + timedelta(hours=self.rng.randrange(2, 30)))
        self.close()

    # -- single acts

    def receive(self) -> None:
        """Take the matter in; a photo now and then."""
        named = not self.anonymous and self.channel not in ("patrol", "radio")
        photo = self.story.kind.startswith(("repair", "builder")) and self.rng.random() < 0.2  # noqa: PLR2004
        self.number = actions.receive_matter(
            by=self.stage.dispatcher(self.at),
            at=self.at,
            community=cast.FIRST,
            channel=self.channel,
            kind=self.story.kind,
            text=self.story.text,
            house=self.home.code if not self.story.place and not self.anonymous else None,
            phone=self.home.phone if named else "",
            caller=self.home.name if named else "",
            anonymous=self.anonymous,
            important=self.important,
            about_employee=self.about,
            place=self.story.place,
            photos=(self.rng.choice(self.stage.photos),) if photo else (),
        )

    def act(self, verb: Verb, *, by: Caller | None = None, **given: object) -> None:
        """Let somebody, by default the owner, use a verb on the matter now."""
        verb(by=by or self.owner(), at=self.at, number=self.number, **given)
        if verb in MOVES:
            self._owner = None

    def owner(self) -> Caller:
        """Return who owns the matter now: not always who it was given to."""
        if self._owner is None:
            self._owner = self.stage.owner(self.number)
        return self._owner

    def crew(self) -> str:
        """Return the code of who is sent: a keeper for words, a crew for work."""
        post = CREWS.get(self.story.kind, "keeper")
        if post == "keeper":
            keeper = self.stage.keeper(self.home.building)
            return "E005" if keeper == self.about else keeper
        return self.rng.choice(cast.codes(post))

    def tell(self, text: str) -> None:
        """Reply to the owner by telephone or chat."""
        via = self.rng.choice(("phone", "phone", "wechat"))
        self.act(actions.reply_to_owner, text=text, via=via)

    def promise(self, until: datetime, reason: str) -> None:
        """Tell by when it will be done."""
        self.act(actions.promise_time, until=until, reason=reason)

    def finish(self, by: Caller | None = None) -> None:
        """Write the result, with its cause where it was a complaint."""
        self.act(actions.finish_matter, by=by, result=self.story.done, cause=self.story.cause)

    def visit(self, satisfaction: int, comment: str) -> None:
        """Ask how it was."""
        by = self.stage.dispatcher(self.at)
        self.act(actions.visit_back, by=by, satisfaction=satisfaction, comment=comment)

    def close(self) -> None:
        """File it."""
        self.act(actions.close_matter, by=self.stage.dispatcher(self.at))

    # -- time

    def wait(self, low: float, high: float) -> datetime:
        """Let some minutes pass."""
        self.at += timedelta(seconds=round(self.rng.uniform(low, high) * 60))
        return self.at

    def daytime(self, moment: datetime) -> datetime:
        """Go on at a moment, or the next morning when it falls into the night."""
        local = moment.astimezone(ZONE)
        if local.time() >= EVENING:
            local = _on(local + timedelta(days=1), MORNING)
        elif local.time() < MORNING:
            local = _on(local, MORNING)
        else:
            self.at = moment
            return self.at
        self.at = local
        return self.wait(0, 60)

    def next_day(self) -> datetime:
        """Go on some time the next day."""
        self.at = _on(self.at + timedelta(days=1), MORNING)
        return self.wait(10, 420)


def _on(day: datetime, hour: time) -> datetime:
    return datetime.combine(day.astimezone(ZONE).date(), hour, ZONE)
