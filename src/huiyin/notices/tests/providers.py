"""Providers played by the tests: each with a memory of its own that no crash of ours touches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest.mock import patch

from huiyin.notices.channels import Handed, Parcel, Unclear, Undeliverable, registry


@dataclass
class Provider:
    """A provider of one channel; ``arrived`` is what really reached somebody's telephone."""

    name: str
    remembers: bool = True
    reports_at_once: bool = False
    arrived: list[Parcel] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    tried: list[Parcel] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    """Raised one after the other, before anything is taken."""
    lost_answers: int = 0
    """So many parcels are taken and then the line breaks."""
    deaf: int = 0
    """So many questions are not answered."""
    meanwhile: Callable[[Parcel], object] | None = None
    """What happens while a parcel is with the provider."""

    def send(self, parcel: Parcel) -> Handed:
        """Take a parcel, unless a fault was laid out for it."""
        self.tried.append(parcel)
        if self.faults:
            raise self.faults.pop(0)
        self.take(parcel)
        if self.meanwhile:
            self.meanwhile(parcel)
        if self.lost_answers:
            self.lost_answers -= 1
            raise Unclear("the line broke")
        return Handed(self.id_of(parcel.reference), delivered=self.reports_at_once)

    def take(self, parcel: Parcel) -> None:
        """Let a parcel arrive, once where references are remembered."""
        known = {one.reference for one in self.arrived}
        if not (self.remembers and parcel.reference in known):
            self.arrived.append(parcel)

    def ask(self, reference: str) -> Handed | None:
        """Say what became of a reference."""
        self.asked.append(reference)
        if self.deaf or not self.remembers:
            self.deaf -= 1
            raise Unclear("no answer")
        known = {one.reference for one in self.arrived}
        return Handed(self.id_of(reference)) if reference in known else None

    @staticmethod
    def id_of(reference: str) -> str:
        """Return under which id the provider knows a reference."""
        return f"p-{reference}"


@contextmanager
def played(*providers: Provider) -> Iterator[dict[str, Provider]]:
    """Let these be the providers of every community, and no others."""
    by_name = {one.name: one for one in providers}
    ready = tuple(one for one in registry.NAMES if one in by_name)
    with (
        patch.object(registry, "get", lambda name, _code: by_name.get(name)),
        patch.object(registry, "ready", lambda _code: ready),
        patch.object(registry, "provider", lambda name, _code: name if name in by_name else ""),
    ):
        yield by_name


def refused(*, permanent: bool) -> Undeliverable:
    """Return the refusal of a provider that certainly took nothing."""
    return Undeliverable("refused", permanent=permanent)
