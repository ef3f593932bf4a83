"""When a record is final, and the key that says so: another state of it is another paper."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

_OURS = UUID("0b1f6a52-6b8e-4a39-9d3c-5f1f0f6c1c11")


@dataclass(frozen=True, slots=True)
class Final:
    """A record nothing of which will change any more; the same key is the same state of it."""

    kind: str
    subject: str
    key: UUID


def order(number: str, cycle: int, signed_at: datetime | None) -> Final:
    """Name the signed sheet of a closed matter; opened again and signed anew it is another."""
    return _final(
        "work_order", f"matter:{number}", cycle, signed_at.isoformat() if signed_at else ""
    )


def slip(number: str, *, is_void: bool) -> Final:
    """Name a charge slip; void it is another paper under the same number."""
    return _final("slip", f"slip:{number}", "void" if is_void else "")


def report(number: str) -> Final:
    """Name the incident report of a matter, once it was filed."""
    return _final("incident_report", f"matter:{number}")


def shift(log: int) -> Final:
    """Name the log of a shift, once it was signed."""
    return _final("duty_log", f"shift:{log}")


def _final(kind: str, subject: str, *facts: object) -> Final:
    return Final(kind, subject, uuid5(_OURS, ":".join(map(str, (kind, subject, *facts)))))
