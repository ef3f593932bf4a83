"""What happens in the sixty days: how many calls on which day, and the days nobody forgets."""

from datetime import datetime, time, timedelta
from random import Random

from huiyin.flows.demo import (
    answers,
    boards,
    bursts,
    charges,
    counter,
    goods,
    letters,
    neighbours,
    owners,
    plans,
    rounds,
    shifts,
    visits,
)
from huiyin.flows.demo.courses import Course
from huiyin.flows.demo.deck import Deck, fork
from huiyin.flows.demo.occasions import Attitude, Emergency, Written, answered_call, missed_call
from huiyin.flows.demo.staffing import ZONE
from huiyin.flows.demo.stage import Stage
from huiyin.flows.demo.stories import stories

SEED = "sixty days of 阳光花园"
DAYS = 60
WEEKEND = 5
# Calls a day; people are at home at the weekend.
BUSY, BUSIER = (5, 6, 6, 7, 8), (6, 7, 8, 9)
HOURS = (7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 1, 5)
HOUR_WEIGHTS = (4, 9, 11, 10, 8, 4, 4, 7, 8, 8, 8, 9, 10, 8, 5, 2, 1, 1)
KINDS = {
    "repair": 30,
    "repair.public": 12,
    "complaint": 19,
    "home_service": 8,
    "special_service": 4,
    "enquiry": 12,
    "suggestion": 4,
    "praise": 3,
    "help": 6,
    "builder_defect": 2,
}
WORK = {
    "smooth": 66,
    "tardy": 7,
    "overnight": 8,
    "promised": 6,
    "waiting": 5,
    "redone": 4,
    "forgotten": 2,
    "reclassified": 2,
}
FATES = {
    "repair": WORK,
    "repair.public": {**WORK, "promised": 0, "redone": 2},
    "complaint": {
        "smooth": 60,
        "tardy": 7,
        "visited_late": 7,
        "overnight": 6,
        "waiting": 5,
        "escalated": 5,
        "redone": 4,
        "long_kept": 2,
        "long_missed": 2,
        "forgotten": 2,
        "reclassified": 2,
    },
    "home_service": {"smooth": 80, "tardy": 8, "overnight": 8, "redone": 4},
    "special_service": {"smooth": 75, "promised": 15, "tardy": 10},
    "enquiry": {"answered": 88, "answered_late": 12},
    "suggestion": {"answered": 60, "answered_late": 30, "long_kept": 10},
    "praise": {"answered": 100},
    "help": {"smooth": 90, "tardy": 10},
    "builder_defect": {"long_kept": 60, "long_missed": 40},
}
CHANNELS = {"phone": 62, "wechat": 17, "visit": 9, "web": 5, "walk": 3, "email": 2, "sms": 2}
PUBLIC_CHANNELS = {"phone": 40, "wechat": 25, "patrol": 20, "radio": 8, "walk": 7}
# What has a file of its own, each with dice of its own.
FAMILIES = (
    goods,
    visits,
    plans,
    counter,
    shifts,
    letters,
    answers,
    rounds,
    bursts,
    owners,
    neighbours,
    boards,
    charges,
)


def rehearse(stage: Stage) -> None:
    """Put every course of the sixty days on the stage."""
    rng = Random(SEED)  # noqa: S311 - a play, not a secret
    deck = Deck(rng)
    for back in range(DAYS, -1, -1):
        day = stage.today - timedelta(days=back)
        for _ in range(rng.choice(BUSIER if day.weekday() >= WEEKEND else BUSY)):
            hour = rng.choices(HOURS, weights=HOUR_WEIGHTS)[0]
            at = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), ZONE)
            _everyday(stage, rng, deck, at)
    _special_days(stage, rng, deck)
    _today(stage, rng, deck)
    for family in FAMILIES:
        family.rehearse(stage, Random(f"{SEED} {family.__name__}"), deck)  # noqa: S311


def _everyday(stage: Stage, rng: Random, deck: Deck, at: datetime) -> None:
    kind = _drawn(rng, KINDS)
    story, home = deck.deal(kind, stage)
    channel = _drawn(rng, PUBLIC_CHANNELS if kind == "repair.public" else CHANNELS)
    anonymous = kind in ("complaint", "suggestion") and rng.random() < 0.08  # noqa: PLR2004
    course = Course(
        stage,
        fork(rng),
        story,
        home,
        at,
        channel=rng.choice(("box", "letter", "forum")) if anonymous else channel,
        anonymous=anonymous,
        important=kind == "complaint" and rng.random() < 0.04,  # noqa: PLR2004
    )
    fate = _drawn(rng, FATES[kind])
    stage.put_on(course.run(fate))
    if channel == "phone" and not anonymous:
        rings = rng.choices((1, 2, 3, 4, 6), weights=(30, 40, 20, 7, 3))[0]
        stage.put_on(answered_call(stage, at - timedelta(minutes=2), course, rings))


def _drawn(rng: Random, weights: dict[str, int]) -> str:
    return rng.choices(list(weights), weights=list(weights.values()))[0]


# -- the days nobody forgets


def _special_days(stage: Stage, rng: Random, deck: Deck) -> None:
    for back, hour, building, fate in (
        (52, 15, "2", "urgent"),
        (38, 7, "7", "urgent"),
        (26, 21, "4", "urgent"),
        (8, 10, "1", "urgent"),
        (2, 10, "5", "before_company"),
    ):
        story, home = deck.deal("complaint.emergency", stage, building)
        at = stage.moment(back, hour, 12)
        stage.put_on(Emergency(stage, fork(rng), story, home, at).run(fate))
    _power_cut(stage, rng, deck, stage.moment(17, 19, 41))
    for back, about, fate in (
        (55, "E013", "smooth"),
        (41, "E025", "smooth"),
        (27, "E019", "overnight"),
        (13, "E015", "smooth"),
        (3, "E009", "smooth"),
    ):
        story, home = deck.deal("complaint.attitude", stage)
        at = stage.moment(back, 10, 20)
        attitude = Attitude(stage, fork(rng), story, home, at, about=about)
        stage.put_on(attitude.run(fate))
        stage.put_on(attitude.looked_into())
    for back, important, fate in (
        (57, False, "smooth"),
        (46, True, "led"),
        (36, False, "overnight"),
        (23, False, "smooth"),
        (11, True, "led"),
        (6, False, "smooth"),
        (1, True, "left"),
    ):
        story, home = deck.deal("complaint.written", stage)
        at = stage.moment(back, 9, 35)
        written = Written(stage, fork(rng), story, home, at, channel="letter", important=important)
        stage.put_on(written.run(fate))
    for back in (58, 49, 44, 33, 29, 21, 16, 10, 4, 2):
        at = stage.moment(back, rng.choice((9, 12, 18)), rng.randrange(50))
        home = rng.choice(stage.homes)
        stage.put_on(missed_call(stage, at, home, rng.choice((6, 14, 25, 55))))


def _power_cut(stage: Stage, rng: Random, deck: Deck, at: datetime) -> None:
    """One emergency, and within half an hour as many calls as on three common days."""
    dark = next(one for one in stories()["complaint.emergency"] if "停电" in one.text)
    home = next(one for one in stage.homes if one.building == "5")
    emergency = Emergency(stage, fork(rng), dark.at(home, rng), home, at)
    stage.put_on(emergency.run("urgent"))
    for number in range(18):
        story, home = deck.deal("power_cut", stage, "5")
        later = at + timedelta(seconds=70 * (number + 1) + rng.randrange(60))
        fate = "answered" if story.kind == "enquiry" else "smooth"
        if story.kind == "repair" and number % 2:
            fate = "tardy"  # lost in the rush
        course = Course(stage, fork(rng), story, home, later)
        stage.put_on(course.run(fate))
        if number % 3 == 0:
            rings = rng.randrange(4, 9)
            stage.put_on(answered_call(stage, later - timedelta(seconds=40), course, rings))


# -- and today: something of everything, whatever the hour


def _today(stage: Stage, rng: Random, deck: Deck) -> None:
    for minutes, kind, fate in (
        (15 * 1440, "builder_defect", "long_missed"),
        (11 * 1440, "complaint", "long_kept"),
        (50 * 60, "complaint", "unvisited"),
        (30 * 60, "repair", "unvisited"),
        (29 * 60, "repair", "forgotten"),
        (26 * 60, "repair", "only_taken"),
        (23 * 60 + 10, "complaint", "only_taken"),
        (19 * 60, "repair.public", "in_work"),
        (5 * 60, "repair", "waiting"),
        (4 * 60, "home_service", "in_work"),
        (150, "special_service", "only_taken"),
        (120, "suggestion", "left"),
        (95, "repair", "promised"),
        (75, "complaint", "in_work"),
        (64, "repair", "in_work"),
        (55, "complaint", "only_taken"),
        (41, "repair", "left"),
        (20, "enquiry", "left"),
        (17, "complaint", "left"),
        (6, "complaint", "left"),
        (3, "repair", "left"),
    ):
        story, home = deck.deal(kind, stage)
        at = stage.now - timedelta(minutes=minutes, seconds=rng.randrange(60))
        stage.put_on(Course(stage, fork(rng), story, home, at).run(fate))
