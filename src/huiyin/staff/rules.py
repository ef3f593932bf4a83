"""Who stands in for whom, and who is told: pure decisions over a snapshot of the staff (HR-01)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

# Whom a post answers to. What is not named answers to the manager.
SUPERIOR = {
    "keeper": "supervisor",
    "receptionist": "supervisor",
    "dispatcher": "supervisor",
    "collector": "supervisor",
    "technician": "maintenance_foreman",
    "cleaner": "cleaning_foreman",
    "gardener": "cleaning_foreman",
    "guard": "security_foreman",
    "maintenance_foreman": "supervisor",
    "cleaning_foreman": "supervisor",
    "security_foreman": "supervisor",
    "supervisor": "manager",
    "assistant": "manager",
    "quality": "manager",
    "finance": "manager",
    "manager": "company_service",
    "company_service": "general_manager",
    "company_finance": "general_manager",
}
# The duty officers of the departments (各部门值班员): service, engineering, cleaning, security.
DUTY_OFFICERS = ("supervisor", "maintenance_foreman", "cleaning_foreman", "security_foreman")


@dataclass(frozen=True, slots=True)
class Duty:
    """An employee as the directory knows them at one moment.

    ``present`` means not away, and on shift wherever a roster is kept for one of the posts.
    """

    id: int
    code: str
    name: str
    posts: tuple[str, ...]
    present: bool
    delegate_id: int | None = None
    can_log_in: bool = True

    @property
    def post(self) -> str:
        """The first post held, in the order of the organisation chart."""
        return self.posts[0] if self.posts else ""


@dataclass(frozen=True)
class Directory:
    """The staff of one community, with the company above it, at one moment."""

    people: dict[int, Duty] = field(default_factory=dict)
    by_post: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _told: dict[tuple[tuple[str, ...], int], tuple[Duty, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def without(self, employee_id: int | None) -> "Directory":
        """Return the staff as if one employee were not there, who must not hear of something."""
        if employee_id not in self.people:
            return self
        return Directory(
            {one: duty for one, duty in self.people.items() if one != employee_id},
            {
                post: tuple(one for one in held if one != employee_id)
                for post, held in self.by_post.items()
            },
        )

    def holders(self, post: str) -> tuple[Duty, ...]:
        """Return everybody who holds the post, on duty or not, in order of employee code."""
        return tuple(self.people[one] for one in self.by_post.get(post, ()))

    def on_duty(self, post: str) -> tuple[Duty, ...]:
        """Return who acts in the post now: holders present, else their present delegates.

        The assistant acts for a manager who is absent and named nobody.
        """
        holders = self.holders(post)
        present = tuple(one for one in holders if one.present)
        if present:
            return present
        delegates = (self.people.get(one.delegate_id or 0) for one in holders)
        acting = _once(one for one in delegates if one is not None and one.present)
        return acting or (self.on_duty("assistant") if post == "manager" else ())

    def stand_in(self, employee_id: int | None) -> Duty | None:
        """Return who acts for an employee now: self, delegate, assistant manager, manager.

        The last resort is a manager who is off duty, then anybody at all: a matter never belongs
        to nobody. None only when the community has no staff whatever.
        """
        person = self.people.get(employee_id or 0)
        if person is not None:
            if person.present:
                return person
            delegate = self.people.get(person.delegate_id or 0)
            if delegate is not None and delegate.present:
                return delegate
        for post in ("assistant", "manager"):
            acting = self.on_duty(post)
            if acting:
                return acting[0]
        for post in ("manager", "assistant", "supervisor", "company_service", "general_manager"):
            if holders := self.holders(post):
                return holders[0]
        return person or next(iter(self.people.values()), None)

    def superior(self, employee_id: int) -> tuple[Duty, ...]:
        """Return who supervises an employee and is on duty now, never the employee."""
        person = self.people.get(employee_id)
        post = SUPERIOR.get(person.post if person else "", "manager")
        while True:
            acting = tuple(one for one in self.on_duty(post) if one.id != employee_id)
            if acting or post not in SUPERIOR or post == "manager":
                return acting
            post = SUPERIOR[post]

    def told(self, roles: Iterable[str], owner_id: int) -> tuple[Duty, ...]:
        """Return the people behind the roles of a rung who are on duty, each once.

        Asked for hundreds of alarms in one sweep, it is worked out once for each owner.
        """
        asked = (tuple(roles), owner_id)
        if asked not in self._told:
            self._told[asked] = self._behind(*asked)
        return self._told[asked]

    def _behind(self, roles: tuple[str, ...], owner_id: int) -> tuple[Duty, ...]:
        found: list[Duty] = []
        for role in roles:
            if role == "owner":
                owner = self.stand_in(owner_id)
                found += [owner] if owner else []
            elif role == "superior":
                found += self.superior(owner_id)
            elif role == "duty_officers":
                for post in DUTY_OFFICERS:
                    found += self.on_duty(post)
            else:
                found += self.on_duty(role)
        return _once(found)

    def floor(self) -> tuple[Duty, ...]:
        """Return who is told when a whole ladder found nobody: the manager, on duty or not."""
        last = self.stand_in(None)
        return (last,) if last else ()


def _once(people: Iterable[Duty]) -> tuple[Duty, ...]:
    return tuple({one.id: one for one in people}.values())
