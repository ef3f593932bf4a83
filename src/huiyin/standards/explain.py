"""A due moment in one plain sentence, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Final

from huiyin.kernel.calendar import ONE_DAY, WorkingCalendar
from huiyin.kernel.limits import (
    AsPromised,
    Days,
    Elapsed,
    Every,
    Limit,
    SameDay,
    WorkingDays,
    counts_working_time,
)
from huiyin.standards.document import Clause
from huiyin.standards.states import PromiseState

# Every phrase in Chinese and English. Moments, days and durations are filled in.
PHRASES: Final[Mapping[str, tuple[str, str]]] = {
    "received": ("收到 {moment}", "received {moment}"),
    "reopened": ("重新打开 {moment}", "re-opened {moment}"),
    "finished": ("办结 {moment}", "finished {moment}"),
    "visited_back": ("回访 {moment}", "visited back {moment}"),
    "promised": ("{moment} 与业主约定", "promised to the owner {moment}"),
    "since": ("从 {moment} 起", "counted from {moment}"),
    "elapsed": ("不看工作日历", "the working calendar does not matter"),
    "same_day": ("当日办", "the same day"),
    "late": ("当日收得晚,顺延到次日", "it came late that day, so it moves to the next"),
    "days": ("{count} 天(当天不算,到末日 24:00)", "{count} days, day zero not counted"),
    "working_days": ("{count} 个工作日(当天不算)", "{count} working days, day zero not counted"),
    "every": ("每 {limit}一次", "again every {limit}"),
    "as_promised": ("按约定的时间", "by the time that was told"),
    "holiday": ("跳过{name}假期 {days}", "{name} {days} skipped"),
    "weekend": ("跳过休息日 {days}", "days off {days} skipped"),
    "make_up": ("{days}补班", "{days} worked to make up"),
    "paused": ("暂停 {length}{reason}", "paused for {length}{reason}"),
    "pausing": ("正在暂停,到 {moment}{reason}", "paused until {moment}{reason}"),
    "provisional": (
        "{year} 年放假安排尚未公布,暂按平常星期推算",
        "the holidays of {year} are not published yet, so this may move",
    ),
    "assign": ("应于 {moment} 派人", "somebody assigned by {moment}"),
    "arrive": ("应于 {moment} 到场", "on site by {moment}"),
    "answer": ("应于 {moment} 前答复业主", "the owner answered by {moment}"),
    "finish": ("应于 {moment} 前办结", "finished by {moment}"),
    "keep_in_touch": ("应于 {moment} 前联系业主", "the owner contacted by {moment}"),
    "visit_back": ("应于 {moment} 前回访", "visited back by {moment}"),
    "leader_answer": (
        "应于 {moment} 前由负责人答复业主",
        "the owner answered by the person in charge by {moment}",
    ),
    "report": ("应于 {moment} 前提交事件报告", "the incident report filed by {moment}"),
    "feedback": ("应于 {moment} 前把结果告诉业主", "the owner told the result by {moment}"),
    "close": ("应于 {moment} 前归档关闭", "closed by {moment}"),
    "correction": ("应于 {moment} 前完成整改", "the correction made by {moment}"),
    "approve": ("应于 {moment} 前审批", "decided by {moment}"),
    "sign_off": ("应于 {moment} 前阅签", "signed off by {moment}"),
}
HOLIDAYS: Final[Mapping[str, str]] = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明": "Tomb-sweeping Day",
    "劳动节": "Labour Day",
    "端午": "Dragon Boat Festival",
    "国庆节": "National Day",
    "中秋": "Mid-autumn Festival",
}
MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
UNITS: Final = (
    (86400, " 天", " d"),
    (3600, " 小时", " h"),
    (60, " 分钟", " min"),
    (1, " 秒", " s"),
)


def explain(
    clause: Clause,
    promise: PromiseState,
    calendar: WorkingCalendar,
    kind_title: str,
    lang: str = "zh",
) -> str:
    """Say why a promise is due when it is due.

    "收到 21:50,紧急投诉,不看工作日历,5 分钟,应于 21:55 到场".
    """
    voice = _Voice(clause, promise, calendar, 0 if lang.startswith("zh") else 1)
    parts = [voice.beginning(), kind_title, *voice.limit(clause.limit)]
    if counts_working_time(clause.limit):
        parts += voice.days_off()
    parts += voice.pauses()
    if promise.provisional:
        parts.append(voice.say("provisional", year=str(voice.local(promise.due_at).year)))
    parts.append(voice.say(promise.code, moment=voice.due()))
    if voice.column == 0:
        return ",".join(parts)
    sentence = ", ".join(parts)
    return sentence[0].upper() + sentence[1:]


@dataclass(frozen=True)
class _Voice:
    """One promise, told in one language: column 0 of the phrases is Chinese, 1 English."""

    clause: Clause
    promise: PromiseState
    calendar: WorkingCalendar
    column: int

    def say(self, phrase: str, **values: str) -> str:
        return PHRASES[phrase][self.column].format(**values)

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.calendar.zone)

    # --- parts of the sentence ---

    def beginning(self) -> str:
        """Say what started the clock, and when."""
        if isinstance(self.clause.limit, Every):
            return self.say("since", moment=self.moment(self.promise.started_at, is_end=True))
        moment = self.moment(self.promise.base_at, dated=self.spans_days())
        if self.promise.cycle > 1 and "reopened" in self.clause.starts:
            return self.say("reopened", moment=moment)
        first = self.clause.starts[0]
        return self.say(first if first in PHRASES else "since", moment=moment)

    def limit(self, limit: Limit) -> Iterator[str]:
        """Say how long is allowed, and in which time."""
        match limit:
            case Elapsed(seconds):
                yield self.say("elapsed")
                yield self.length(seconds, UNITS[1:])
            case SameDay():
                yield self.say("same_day")
                if self.is_late():
                    yield self.say("late")
            case Days(count):
                yield self.say("days", count=str(count))
            case WorkingDays(count):
                yield self.say("working_days", count=str(count))
            case AsPromised():
                yield self.say("as_promised")
            case Every(each):
                yield self.say("every", limit=self.rhythm(each))

    def days_off(self) -> Iterator[str]:
        """Name the holidays and days off that were skipped, and the make-up workdays."""
        first = self.calendar.local_date(self.promise.base_at) + ONE_DAY
        last = self.calendar.local_date(self.promise.due_at)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        for is_open, run in groupby(days, self.calendar.is_working_day):
            stretch = list(run)
            if is_open:
                for day in stretch:
                    if not self.calendar.week.get(day.weekday()):
                        yield self.say("make_up", days=self.day(day))
                continue
            names = [self.calendar.names[day] for day in stretch if day in self.calendar.names]
            yield self.say(
                "holiday" if names else "weekend",
                days=self.days(stretch[0], stretch[-1]),
                name=self.holiday(names),
            )

    def pauses(self) -> Iterator[str]:
        """Name every pause, the one that lasts by its end."""
        for span in self.promise.pauses:
            reason = self.bracketed(span.reason)
            if span.to_at is None:
                yield self.say("pausing", moment=self.moment(span.until_at), reason=reason)
            else:
                seconds = (span.to_at - span.from_at) // timedelta(seconds=1)
                yield self.say("paused", length=self.length(seconds), reason=reason)

    def due(self) -> str:
        """Write the due moment; midnight is the end of the day before, 24:00."""
        return self.moment(self.promise.due_at, dated=self.spans_days(), is_end=True)

    # --- words ---

    def spans_days(self) -> bool:
        """Tell whether the clock begins and ends on different days, so that both are named."""
        last = self.promise.due_at - timedelta.resolution
        return self.calendar.local_date(self.promise.base_at) != self.calendar.local_date(last)

    def is_late(self) -> bool:
        """Tell whether a same-day limit was moved to the next day, pauses aside."""
        start = self.local(self.promise.base_at)
        paused = sum((end - begin for begin, end in self.promise.past_pauses), timedelta())
        return self.local(self.promise.due_at - paused) > self.local(
            self.calendar.instant(start.date() + ONE_DAY)
        )

    def moment(self, moment: datetime, *, dated: bool = True, is_end: bool = False) -> str:
        local = self.local(moment)
        day, clock = local.date(), f"{local:%H:%M}"
        if is_end and local.time() == time(0):
            day, clock = day - ONE_DAY, "24:00"
        return f"{self.day(day)} {clock}" if dated else clock

    def day(self, day: date) -> str:
        year = self.local(self.promise.base_at).year
        if self.column == 0:
            written = f"{day.month}月{day.day}日"
            return written if day.year == year else f"{day.year}年{written}"
        written = f"{day.day} {MONTHS[day.month - 1]}"
        return written if day.year == year else f"{written} {day.year}"

    def days(self, first: date, last: date) -> str:
        if first == last:
            return self.day(first)
        if self.column == 0 and first.month == last.month:
            return f"{self.day(first)}–{last.day}日"
        if self.column == 1 and first.month == last.month:
            return f"{first.day}–{self.day(last)}"
        return f"{self.day(first)}–{self.day(last)}"

    def holiday(self, names: list[str]) -> str:
        distinct = dict.fromkeys(names)
        if self.column == 0:
            return "、".join(distinct)
        return " / ".join(HOLIDAYS.get(name, name) for name in distinct)

    def length(self, seconds: int, units: Sequence[tuple[int, str, str]] = UNITS) -> str:
        """Write a duration in at most its two largest units: 1 天 2 小时."""
        written = []
        for size, *names in units:
            count, seconds = divmod(seconds, size)
            if count:
                written.append(f"{count}{names[self.column]}")
        return " ".join(written[:2]) or f"0{UNITS[-1][1 + self.column]}"

    def rhythm(self, limit: Elapsed | Days | WorkingDays) -> str:
        match limit:
            case Elapsed(seconds):
                return self.length(seconds, UNITS[1:])
            case Days(count):
                return f"{count} 天" if self.column == 0 else f"{count} days"
            case WorkingDays(count):
                return f"{count} 个工作日" if self.column == 0 else f"{count} working days"

    def bracketed(self, text: str) -> str:
        if not text:
            return ""
        return f"({text})" if self.column == 0 else f" ({text})"
