"""A due moment in one plain sentence, in Chinese and English."""

from __future__ import annotations

from huiyin.kernel.calendar import WorkingCalendar
from huiyin.standards.document import Clause
from huiyin.standards.react import PromiseState


def explain(
    clause: Clause,
    promise: PromiseState,
    calendar: WorkingCalendar,
    kind_title: str,
    lang: str = "zh",
) -> str:
    """Say why a promise is due when it is due."""
    raise NotImplementedError
