"""The plans for emergencies as data: read once from ``plans.toml`` (EMG-01)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final

EMERGENCY: Final = "complaint.emergency"


@dataclass(frozen=True, slots=True)
class Never:
    """Two answers that exclude each other: ``answer`` at ``step`` once ``given`` was so."""

    step: str
    answer: str
    given: str
    answered: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What the code must know of a plan; each field is explained at the head of the file."""

    code: str
    kind: str = EMERGENCY
    consent: frozenset[str] = frozenset()
    called: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    arrived: Mapping[str, str] = field(default_factory=dict)
    urges: Mapping[str, str] = field(default_factory=dict)
    opens: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    never: tuple[Never, ...] = ()
    notice: tuple[str, ...] = ()
    told: Mapping[str, str] = field(default_factory=dict)

    @property
    def checklist(self) -> str:
        """The code of the checklist that holds the plan's steps."""
        return f"emergency.{self.code}"

    @property
    def calls_everybody(self) -> bool:
        """Tell whether it is an emergency, which everybody hears of at once (CMP-03)."""
        return self.kind == EMERGENCY


def _plan(row: Mapping[str, Any]) -> Plan:
    return Plan(
        **{
            **row,
            "consent": frozenset(row.get("consent", ())),
            "never": tuple(Never(**one) for one in row.get("never", ())),
            "notice": tuple(row.get("notice", ())),
        }
    )


def _read() -> dict[str, Plan]:
    text = (resources.files("huiyin.incidents") / "plans.toml").read_text(encoding="utf-8")
    return {row["code"]: _plan(row) for row in tomllib.loads(text)["plan"]}


PLANS: Final[Mapping[str, Plan]] = _read()
# Kinds of matter that may have a plan.
PLANNED: Final = frozenset(plan.kind for plan in PLANS.values())
