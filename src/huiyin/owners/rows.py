"""Plain rows that the pages of owners show."""

from dataclasses import dataclass
from datetime import date, datetime

from huiyin.estate.rows import CommunityRow


@dataclass(frozen=True, slots=True)
class Household:
    """A house the reader belongs to and in which role; ``people`` are the names, shortened."""

    house_id: int
    code: str
    kind_title: str
    community: CommunityRow
    role: str
    role_title: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind of request in owners' words; ``hint`` says what belongs there."""

    kind: str
    title: str
    hint: str
    may_be_anonymous: bool


@dataclass(frozen=True, slots=True)
class OwnPromise:
    """A promise in plain words; ``state`` is running, paused, kept, late (still owed) or broken."""

    words: str
    due_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class OwnStep:
    """Something that happened, as an owner reads it; ``photos`` are ids for :func:`photo`."""

    at: datetime
    title: str
    text: str
    photos: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class MyMatterRow:
    """A matter in an owner's list; ``next`` is what is promised next, late ones first."""

    number: str
    kind: str
    kind_title: str
    text: str
    place: str
    state: str
    state_title: str
    next: OwnPromise | None
    received_at: datetime
    house: str
    unread: bool


@dataclass(frozen=True, slots=True)
class MyMatterView:
    """Everything an owner sees of one matter; what is not theirs to read is blank."""

    row: MyMatterRow
    mine: bool
    who: str
    phone: str
    result: str
    promises: tuple[OwnPromise, ...]
    steps: tuple[OwnStep, ...]
    may: frozenset[str]
    chase_again_at: datetime | None
    rated: int | None
    signed: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody on the roster who might be the one who asks to be verified."""

    person_id: int
    name: str
    role_title: str
    house: str


@dataclass(frozen=True, slots=True)
class VerificationRow:
    """A request to be verified as the desk reads it; ``known_as`` has the number already."""

    id: int
    number: str
    phone: str
    name: str
    house: str
    note: str
    at: datetime
    state: str
    state_title: str
    reason: str
    settled_at: datetime | None
    settled_by: str
    person: str
    candidates: tuple[Candidate, ...]
    known_as: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class KeptPhone:
    """A number of one's own as it is kept."""

    number: str
    label: str
    state_title: str
    is_log_in: bool


@dataclass(frozen=True, slots=True)
class KeptRole:
    """A role one holds or held in a house."""

    house: str
    role_title: str
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True, slots=True)
class KeptPerson:
    """One person the reader is in the roster of one community."""

    community: str
    name: str
    birthday: str
    phones: tuple[KeptPhone, ...]
    roles: tuple[KeptRole, ...]
    plates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptData:
    """What is kept of the reader, and for how long (``retention``, in sentences).

    ``addresses`` are where else they are reached, their middle hidden.
    """

    log_in: str
    language: str
    people: tuple[KeptPerson, ...]
    addresses: tuple[str, ...]
    matters: int
    messages: int
    retention: tuple[str, ...]
