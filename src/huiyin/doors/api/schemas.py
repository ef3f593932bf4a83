"""The shapes of the API: what may come in, strictly; what goes out, named as it stays (1.x)."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeAlias

from django.utils.translation import gettext as _
from ninja import Body, Schema
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from huiyin.incidents.plans import PLANS
from huiyin.incidents.rules import SERVICES
from huiyin.matters.kinds import CAUSES, CHANNELS, KINDS, STATES
from huiyin.matters.rules import REPORTED

NO_NUL = r"^[^\u0000]*$"
EARLIEST_YEAR, LATEST_YEAR = 2000, 2099
MOST_ID = 2**63 - 1


def _within_reach(moment: datetime) -> datetime:
    """Refuse moments that only a slip of the keyboard makes."""
    if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR:
        raise ValueError(_("年份应在 2000 到 2099 之间。"))
    return moment


def _day_within_reach(day: date) -> date:
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise ValueError(_("年份应在 2000 到 2099 之间。"))
    return day


def _written(value: Any) -> Any:
    """Take a moment only as text: a bare number could be seconds, milliseconds or a slip."""
    if not isinstance(value, str):
        raise ValueError(_("应该是带时区的时间,例如 2026-03-16T09:00:00+08:00。"))
    return value


def _known(words: tuple[str, ...]) -> Callable[[str], str]:
    """Make a check that a text is one of a few words."""

    def check(value: str) -> str:
        if value not in words:
            raise ValueError(_("应该是其中之一:%(words)s。") % {"words": ", ".join(words)})
        return value

    return check


def _words(words: tuple[str, ...]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(words)})


Word: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=40, pattern=NO_NUL)
]
Line: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_NUL)
]
Text: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000, pattern=NO_NUL)
]
Remark: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=NO_NUL)
]
Code: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=NO_NUL)
]
PhotoId: TypeAlias = Annotated[int, Field(ge=1, le=MOST_ID)]
PhotoNames: TypeAlias = Annotated[
    list[Annotated[str, StringConstraints(max_length=120, pattern=NO_NUL)]], Field(max_length=9)
]
Cursor: TypeAlias = Annotated[str, StringConstraints(max_length=400, pattern=NO_NUL)]
Limit: TypeAlias = Annotated[int, Field(ge=1, le=200)]
Moment: TypeAlias = Annotated[
    AwareDatetime, BeforeValidator(_written), AfterValidator(_within_reach)
]
Day: TypeAlias = Annotated[date, BeforeValidator(_written), AfterValidator(_day_within_reach)]
Kind: TypeAlias = Annotated[str, AfterValidator(_known(KINDS)), _words(KINDS)]
Reported: TypeAlias = Annotated[str, AfterValidator(_known(REPORTED)), _words(REPORTED)]
Channel: TypeAlias = Annotated[str, AfterValidator(_known(CHANNELS)), _words(CHANNELS)]
Cause: TypeAlias = Annotated[str, AfterValidator(_known(CAUSES)), _words(CAUSES)]
State: TypeAlias = Annotated[str, AfterValidator(_known(STATES)), _words(STATES)]
Plan: TypeAlias = Annotated[str, AfterValidator(_known(tuple(PLANS))), _words(tuple(PLANS))]
Service: TypeAlias = Annotated[str, AfterValidator(_known(SERVICES)), _words(SERVICES)]
CALL_EVENTS = ("ringing", "answered", "abandoned", "ended")
CallEvent: TypeAlias = Annotated[str, AfterValidator(_known(CALL_EVENTS)), _words(CALL_EVENTS)]


class Given(Schema):
    """What a call brings: nothing that is not named here is taken."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Given):
    """A call that needs no words."""


MaybeNothing: TypeAlias = Annotated[Nothing | None, Body()]


# -- matters: what comes in


class NewMatter(Given):
    """A matter to receive (REC-02)."""

    community: Code
    channel: Channel
    kind: Reported
    text: Text
    house: Word | None = None
    place: Annotated[str, StringConstraints(max_length=80, pattern=NO_NUL)] | None = None
    phone: Annotated[str, StringConstraints(max_length=24, pattern=NO_NUL)] | None = None
    caller: Word | None = None
    anonymous: bool = False
    important: bool = False
    first_heard_by: Word | None = None
    about_employee: Word | None = None
    photos: PhotoNames = []


class Photos(Given):
    """Photos to add: names that ``POST /photos`` gave, taken before or after the work."""

    photos: PhotoNames
    stage: Literal["", "before", "after"] = ""


class Assignment(Given):
    to: Code
    note: Remark | None = None


TellLinked: TypeAlias = Annotated[
    bool, Field(description="The owners of all linked reports were told the same.")
]


class Progress(Given):
    text: Text
    via: Channel | None = None
    reached: bool = True
    tell_linked: TellLinked = False


class PromisedTime(Given):
    until: Moment
    reason: Line
    via: Channel = "phone"
    tell_linked: TellLinked = False


class PauseUntil(Given):
    reason: Line
    until: Moment


class Result(Given):
    result: Text
    cause: Cause | None = None


class Reply(Given):
    text: Text
    via: Channel = "phone"
    tell_linked: TellLinked = False


class Signature(Given):
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=NO_NUL)
    ]


class VisitBack(Given):
    satisfaction: Annotated[int, Field(ge=1, le=5)]
    comment: Remark | None = None
    via: Channel = "phone"


class Reason(Given):
    reason: Line


class Link(Given):
    """The matter that tells of the same problem."""

    to: Code
    reason: Remark | None = None


class NewKind(Given):
    kind: Kind
    reason: Line
    important: bool | None = None


class Escalation(Given):
    to: Code
    reason: Line


class Note(Given):
    text: Text


class CallEventGiven(Given):
    """One thing the telephone exchange tells of a call (REC-01)."""

    community: Code
    call_id: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=NO_NUL)
    ]
    event: CallEvent
    at: Moment
    number: Annotated[str, StringConstraints(max_length=24, pattern=r"^[0-9+*# ()-]*$")] = ""
    rings: Annotated[int, Field(ge=0, le=200)] = 0
    extension: Annotated[str, StringConstraints(max_length=12, pattern=r"^[0-9*#]*$")] = ""


class ReportGiven(Given):
    """What an incident report tells (CMP-03)."""

    course: Text
    cause: Text
    measures: Text
    losses: Remark | None = None
    handling: Text | None = None
    responsibility: Text | None = None


class Alarm(Given):
    """The red button (EMG-01); ``noticed_at`` counts where it is minutes ago at the most."""

    community: Code
    plan: Plan
    text: Line
    house: Code | None = None
    place: Word | None = None
    noticed_at: Moment | None = None
    begins_at: Moment | None = None
    ends_at: Moment | None = None


class PersonAndTime(Given):
    """Who did something, and when."""

    name: Code
    at: Moment

    def as_told(self) -> dict[str, str]:
        """Return it as a checklist keeps it."""
        return {"name": self.name, "at": self.at.isoformat()}


class StepDone(Given):
    """The answer to a step of a plan: true, a text, a number as text, or who and when."""

    value: bool | Remark | PersonAndTime
    note: Word | None = None


class OutsideCall(Given):
    """A call for outside help (EMG-02)."""

    service: Service
    phone: Annotated[str, StringConstraints(max_length=24, pattern=r"^[0-9+*# ()-]*$")] = ""
    why: Line | None = None
    without_consent: Line | None = None


class Opinion(Given):
    opinion: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=300, pattern=NO_NUL)
    ] = ""


class ReturnOpinion(Given):
    opinion: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=NO_NUL)
    ]


class Concerned(Given):
    """Whom a complaint is about."""

    employee: Word | None = None


class Correction(Given):
    """A correction within a time limit (CMP-05)."""

    task: Text
    due_on: Day


class Penalty(Given):
    penalty: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=NO_NUL)
    ]


# -- what goes out


class PersonOut(Schema):
    code: str
    name: str
    post: str


class OwnerOut(Schema):
    code: str
    name: str


class PromiseOut(Schema):
    code: str
    rule: str
    title: str
    cycle: int
    state: str
    started_at: str
    due_at: str
    closed_at: str | None
    paused_seconds: int
    provisional: bool
    explanation: str


class EventOut(Schema):
    """What happened; ``promise``, ``rung`` and ``to`` stand on ``escalated`` only."""

    at: str
    recorded_at: str
    kind: str
    by: PersonOut | None
    by_name: str
    via: str
    text: str
    contact: bool
    data: dict[str, Any]
    promise: str | None = None
    rung: int | None = None
    to: list[PersonOut] | None = None


class LinkedOut(Schema):
    number: str
    kind: str
    state: str
    house: str | None
    place: str
    caller: str
    anonymous: bool


class MatterOut(Schema):
    number: str
    community: str
    kind: str
    state: str
    channel: str
    house: str | None
    place: str
    text: str
    caller: str
    phone: str
    anonymous: bool
    important: bool
    owner: PersonOut
    follower: PersonOut | None
    received_at: str
    finished_at: str | None
    result: str
    signed_by: str
    satisfaction: int | None
    comment: str
    first_time_pass: bool | None
    cycle: int
    photos: list[str]
    parent: str | None
    linked: list[LinkedOut]
    verbs: list[str]
    promises: list[PromiseOut]
    events: list[EventOut]


class MatterRowOut(Schema):
    number: str
    community: str
    kind: str
    state: str
    house: str | None
    text: str
    owner: PersonOut
    important: bool
    received_at: str
    first_time_pass: bool | None
    next_due_at: str | None
    overdue: bool
    parent: str | None
    linked_count: int


class MattersOut(Schema):
    items: list[MatterRowOut]
    next: str | None


class PhotoOut(Schema):
    """What ``photos`` takes."""

    photo: str


class MessageOut(Schema):
    to: str
    name: str
    channel: str
    purpose: str
    at: str
    state: str


class CommunityOut(Schema):
    code: str
    name: str
    zone: str
    phone: str


class CommunitiesOut(Schema):
    items: list[CommunityOut]
    next: str | None


class HouseRowOut(Schema):
    house: str
    kind: str
    area: str | None
    building: str
    people: int
    vacant: bool
    incomplete: list[str]


class HousesOut(Schema):
    items: list[HouseRowOut]
    next: str | None


class PhoneOut(Schema):
    number: str
    state: str


class ResidentOut(Schema):
    name: str
    role: str
    phones: list[PhoneOut]


class OpenMatterOut(Schema):
    number: str
    kind: str
    state: str
    text: str
    received_at: str


class HouseOut(Schema):
    house: str
    kind: str
    area: str | None
    handed_over_on: str | None
    vacant: bool
    incomplete: list[str]
    keeper: PersonOut | None
    people: list[ResidentOut]
    vehicles: list[str]
    spaces: list[str]
    open_matters: list[OpenMatterOut]
    balance: str | None


class CandidateOut(Schema):
    """Somebody who may be calling: a candidate, never a guess."""

    community: str
    house: str
    name: str
    role: str
    phone_state: str


class CandidatesOut(Schema):
    items: list[CandidateOut]
    next: str | None


class CallOut(Schema):
    community: str
    call_id: str
    number: str
    ringing_at: str | None
    answered_at: str | None
    abandoned_at: str | None
    ended_at: str | None
    rings: int
    extension: str
    matter: str | None


class CallsOut(Schema):
    items: list[CallOut]
    next: str | None


class EmergencyStepOut(Schema):
    key: str
    title: str
    post: str
    due_at: str | None
    done_at: str | None
    done_by: str | None
    said: str
    late: bool
    left_out: str | None


class OnSiteOut(Schema):
    name: str
    at: str


class OutsideCallOut(Schema):
    service: str
    state: str
    called_at: str | None
    consent_by: str | None
    without_consent: str | None
    arrived_at: str | None
    left_at: str | None


class EmergencyOut(Schema):
    matter: str
    plan: str
    state: str
    place: str
    raised_at: str
    over_at: str | None
    came_of: str | None
    led_to: list[str]
    steps: list[EmergencyStepOut]
    on_site: list[OnSiteOut]
    calls: list[OutsideCallOut]


class ReportOut(Schema):
    matter: str
    state: str
    course: str
    cause: str
    losses: str
    measures: str
    handling: str
    responsibility: str
    written_by: PersonOut
    written_at: str
    site_by: PersonOut | None
    site_at: str | None
    site_opinion: str
    decided_by: PersonOut | None
    decided_at: str | None
    opinion: str
    file_number: str


class ConductOut(Schema):
    matter: str
    employee: PersonOut
    statement: str
    statement_at: str | None
    correction: str | None
    correction_due_on: str | None
    penalty: str
    penalty_by: PersonOut | None
    penalty_at: str | None
    approved_by: PersonOut | None
    approved_at: str | None


class KpiOut(Schema):
    code: str
    rule: str
    title: str
    target: str | None
    value: str | None
    numerator: int
    denominator: int
    met: bool | None


class KpiRowOut(Schema):
    number: str
    kind: str
    state: str
    owner: OwnerOut
    received_at: str
    promise: str | None
    due_at: str | None
    closed_at: str | None
    good: bool


class KpiRowsOut(Schema):
    items: list[KpiRowOut]
    next: str | None


class ProblemOut(Schema):
    """An error (RFC 9457); ``errors`` names the fields."""

    type: str
    title: str
    status: int
    detail: str
    errors: dict[str, list[str]] | None = None
