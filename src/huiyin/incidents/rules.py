"""When help may be called, what comes first, when it is over: pure rules (EMG-02…EMG-07)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from huiyin.incidents.plans import Plan

# Outside help, in the order of a call list.
SERVICES: Final = ("police", "fire", "medics", "lift", "power", "water", "gas", "other")
# How a leader's consent was given; "page" is the leader's own hand.
WAYS: Final = ("page", "phone", "radio", "in_person")
# A page with the red button that lay open longer tells nothing about when somebody saw the danger.
PAGE_GOES_STALE: Final = timedelta(minutes=10)
# Open incidents this young are shown before another is opened: is it the same one?
SAME_EVENT: Final = timedelta(hours=6)
# Which department somebody arrives for, by post.
DEPARTMENTS: Final[Mapping[str, str]] = {
    "guard": "security",
    "security_foreman": "security",
    "technician": "engineering",
    "maintenance_foreman": "engineering",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a plan as it stands: when it was due, when done, why it was left out."""

    key: str
    title: str
    due_at: datetime | None = None
    done_at: datetime | None = None
    left_out: str = ""

    @property
    def is_settled(self) -> bool:
        """Tell whether it was done, or left out with a reason."""
        return self.done_at is not None or bool(self.left_out)


def moment_of_alarm(tapped_at: datetime | None, now: datetime) -> datetime:
    """Return when the alarm was raised: the first tap, unless the page is older or ahead of us."""
    if tapped_at is None or not now - PAGE_GOES_STALE <= tapped_at <= now:
        return now
    return tapped_at


def needs_consent(plan: Plan, service: str) -> bool:
    """Tell whether a leader must agree before this service is called (EMG-02)."""
    return service in plan.consent


def may_call(*, needed: bool, consent_at: datetime | None, reason: str, at: datetime) -> bool:
    """Tell whether help may be called now: freely, with consent, or at once for a reason told."""
    return not needed or bool(reason.strip()) or (consent_at is not None and consent_at <= at)


def is_late(step: Step, now: datetime) -> bool:
    """Tell whether a step was done after its time, or is still not done when its time is over."""
    if step.due_at is None or step.left_out:
        return False
    return (step.done_at or now) > step.due_at


def in_the_way(plan: Plan, key: str, marks: Mapping[str, Any]) -> str | None:
    """Return the step that must be done before this one and is not (EMG-02)."""
    first = plan.after.get(key)
    return first if first is not None and marks.get(first) in (None, False) else None


def excluded_by(plan: Plan, key: str, value: object, marks: Mapping[str, Any]) -> str | None:
    """Return the answered step that forbids this answer: lifts with a wet panel stay (EMG-06)."""
    for one in plan.never:
        if (key, value) == (one.step, one.answer) and marks.get(one.given) == one.answered:
            return one.given
        if (key, value) == (one.given, one.answered) and marks.get(one.step) == one.answer:
            return one.step
    return None


def unsettled(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Return the steps that are neither done nor left out: none may be when it is over."""
    return tuple(step for step in steps if not step.is_settled)


def urged(plan: Plan, failed: Iterable[str], called: Iterable[str]) -> tuple[str, ...]:
    """Return the services to be called now because of a bad answer, and not called yet."""
    known = set(called)
    wanted = [plan.urges[key] for key in failed if key in plan.urges]
    return tuple(service for service in dict.fromkeys(wanted) if service not in known)


def percent(steps: Sequence[Step]) -> int:
    """Return how much of a plan is settled; 100 only when every step is."""
    return 100 * sum(step.is_settled for step in steps) // max(len(steps), 1)
