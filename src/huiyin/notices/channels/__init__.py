"""What every way out of the house has in common: SMS, e-mail, WeChat, WeCom (NOT-01, NOT-04).

A channel hands one parcel to a provider and says honestly what it knows afterwards. ``Handed`` is
certain; ``Undeliverable`` is certain that nothing arrived; ``Unclear`` is neither, as when the line
broke after the request had left: such a parcel is never sent again unless the provider knows our
reference and can be asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message as a provider gets it; ``reference`` is ours, the same at every try."""

    reference: str
    community: str
    to: str
    subject: str
    text: str
    template: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Handed:
    """The provider took the parcel; ``delivered`` when it already says that it arrived."""

    provider_id: str = ""
    delivered: bool = False


class Undeliverable(Exception):
    """The provider certainly did not take it; ``permanent`` when another try would be in vain."""

    def __init__(self, problem: str, *, permanent: bool) -> None:
        super().__init__(problem)
        self.problem = problem
        self.permanent = permanent


class Unclear(Exception):
    """Nobody knows whether the provider took it."""


class Channel(Protocol):
    """One way out of the house."""

    @property
    def name(self) -> str:
        """Return how the way is called: sms, email, wechat, wecom."""
        ...

    @property
    def remembers(self) -> bool:
        """Tell whether the provider drops a reference it has seen before, and can be asked."""
        ...

    def send(self, parcel: Parcel) -> Handed:
        """Hand the parcel over; raise Undeliverable or Unclear."""
        ...

    def ask(self, reference: str) -> Handed | None:
        """Ask what became of a reference: handed, or None when the provider never saw it.

        Raises Unclear when the provider cannot be asked.
        """
        ...
