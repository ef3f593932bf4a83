"""Who is asking: built once per request by the door, understood by every room.

A caller carries the posts held now, per community. A post held for the company as a whole counts
in every community. Rooms ask the caller, never the request or the session.
"""

from dataclasses import dataclass, field

# Posts of HR-01, in the order of an organisation chart.
POSTS = (
    "general_manager",
    "company_service",
    "company_finance",
    "manager",
    "assistant",
    "finance",
    "quality",
    "supervisor",
    "keeper",
    "dispatcher",
    "receptionist",
    "collector",
    "maintenance_foreman",
    "cleaning_foreman",
    "security_foreman",
    "technician",
    "guard",
    "cleaner",
    "gardener",
)
COMPANY_POSTS = frozenset({"general_manager", "company_service", "company_finance"})


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or the system itself, with the posts held at this moment.

    ``posts`` maps a community id to the post codes held there; the key ``None`` holds posts of the
    company, which reach every community (HR-01). An owner or tenant holds no post: ``people`` are
    the ids of the persons they are in the rosters, ``households`` maps the ids of their houses to
    the role there (OWN-05).
    """

    user_id: int | None
    employee_id: int | None
    name: str
    posts: dict[int | None, frozenset[str]] = field(default_factory=dict)
    is_system: bool = False
    people: frozenset[int] = frozenset()
    households: dict[int, str] = field(default_factory=dict)

    def posts_in(self, community_id: int | None) -> frozenset[str]:
        """Return the post codes that count in a community."""
        company = self.posts.get(None, frozenset())
        if community_id is None:
            return company
        return company | self.posts.get(community_id, frozenset())

    def holds(self, community_id: int | None, *posts: str) -> bool:
        """Tell whether any of the posts is held in the community."""
        return self.is_system or bool(self.posts_in(community_id) & set(posts))

    def works_in(self, community_id: int) -> bool:
        """Tell whether the caller holds any post that counts in the community."""
        return self.is_system or bool(self.posts_in(community_id))

    @property
    def everywhere(self) -> bool:
        """True for the company's posts and the system, who see every community."""
        return self.is_system or bool(self.posts.get(None))

    @property
    def community_ids(self) -> frozenset[int]:
        """Communities in which a post is held directly."""
        return frozenset(key for key in self.posts if key is not None)


SYSTEM = Caller(user_id=None, employee_id=None, name="system", is_system=True)
