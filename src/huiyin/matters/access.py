"""Who may see a matter, who may do what with it, who may know who raised it (CMP-11)."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden
from huiyin.matters.models import Matter
from huiyin.staff.access import LEADERS

# The desk: posts that receive, dispatch, follow and settle any matter of the site (STD-04).
DESK = (*LEADERS, "supervisor", "dispatcher", "receptionist", "keeper", "quality")
FOREMEN = ("maintenance_foreman", "cleaning_foreman", "security_foreman")
# Posts in the field, who see the matters they own, follow or took in, and no others.
FIELD = frozenset({"technician", "guard", "cleaner", "gardener"})
# Who reads a complaint about an employee whom nobody has named yet: it may be about any other.
HEADS = (*LEADERS, "supervisor", "quality")
# Posts that may know who raised a matter without owning it.
KNOWS_CALLER = (*LEADERS, "supervisor", "dispatcher", "receptionist")

# Verb → posts that may do it beside the matter's owner. None: everybody who sees the matter.
MAY_DO: dict[str, tuple[str, ...] | None] = {
    "assign": (*DESK, *FOREMEN),
    "accept": None,
    "arrive": None,
    "progress": (*DESK, *FOREMEN),
    "promise": (*DESK, *FOREMEN),
    "pause": (*DESK, *FOREMEN),
    "resume": (*DESK, *FOREMEN),
    "finish": (*DESK, *FOREMEN),
    "reply": (*DESK, *FOREMEN),
    "sign": (*DESK, *FOREMEN),
    "visit-back": (*DESK, *FOREMEN),
    "close": DESK,
    "reopen": DESK,
    "reclassify": (*DESK, *FOREMEN),
    "escalate": None,
    "note": None,
    "photo": None,
    "mark-important": DESK,
    "report": (*DESK, *FOREMEN),
    "hand-over": (*LEADERS, "supervisor"),
    "nudge": (*DESK, *FOREMEN),
    "give-back": (),
    "take-back": (*DESK, *FOREMEN),
    "link": (*DESK, *FOREMEN),
    "unlink": (*DESK, *FOREMEN),
    # An owner's own words: no colleague says them instead.
    "chase": (),
    "add": (),
    "rate": (),
}
# What the owner of a matter may not do alone, because somebody else must look at it.
NOT_BY_OWNER_ALONE = frozenset(
    {
        "close",
        "reopen",
        "reclassify",
        "mark-important",
        "take-back",
        "link",
        "unlink",
        "chase",
        "add",
        "rate",
    }
)


# What an owner wrote alone on the phone (CMP-05, CMP-11); at the desk somebody has heard it.
_UNNAMED = {"kind": "complaint.attitude", "channel": "web", "about_employee_id__isnull": True}


def is_unnamed(matter: Matter) -> bool:
    """Tell whether a complaint is about an employee whom nobody has named yet."""
    return (
        matter.kind == "complaint.attitude"
        and matter.channel == "web"
        and matter.about_employee_id is None
    )


def visible(caller: Caller) -> QuerySet[Matter]:
    """Return the matters a caller may see: of their communities, never one about themselves."""
    matters = Matter.objects.all()
    if caller.is_system:
        return matters
    me = caller.employee_id
    if not caller.everywhere:
        whole: list[int] = []
        own: list[int] = []
        for community_id in caller.community_ids:
            field_only = caller.posts_in(community_id) <= FIELD
            (own if field_only else whole).append(community_id)
        narrowed = Q(community_id__in=whole)
        if own:
            narrowed |= Q(community_id__in=own) & (
                Q(owner_id=me) | Q(follower_id=me) | Q(received_by_id=me)
            )
        matters = matters.filter(narrowed)
    if me is not None:
        matters = matters.filter(Q(about_employee_id__isnull=True) | ~Q(about_employee_id=me))
    if not caller.holds(None, *HEADS):
        heads = [one for one in caller.community_ids if caller.holds(one, *HEADS)]
        mine = Q(owner_id=me) if me is not None else Q(pk__in=[])
        matters = matters.filter(mine | Q(community_id__in=heads) | ~Q(**_UNNAMED))
    return matters


def sees(caller: Caller, matter: Matter) -> bool:
    """Tell for one row in hand what :func:`visible` tells in SQL."""
    me = caller.employee_id
    if caller.is_system:
        return True
    if not caller.works_in(matter.community_id):
        return False
    if me is not None and matter.about_employee_id == me:
        return False
    if is_unnamed(matter) and me != matter.owner_id:
        return caller.holds(matter.community_id, *HEADS)
    if caller.posts_in(matter.community_id) <= FIELD:
        return me in (matter.owner_id, matter.follower_id, matter.received_by_id)
    return True


def may_do(caller: Caller, matter: Matter, verb: str) -> bool:
    """Tell whether a caller who sees the matter may use a verb on it."""
    if caller.is_system:
        return True
    posts = MAY_DO[verb]
    if posts is None or caller.holds(matter.community_id, *posts):
        return True
    return caller.employee_id == matter.owner_id and verb not in NOT_BY_OWNER_ALONE


def admit_verb(caller: Caller, matter: Matter, verb: str) -> None:
    """Raise Forbidden, telling whom to ask, unless the caller may use the verb."""
    if not may_do(caller, matter, verb):
        raise Forbidden(_("这一步要由经办人或前台、主管来做,请联系他们。"))


def knows_caller(caller: Caller, matter: Matter) -> bool:
    """Tell whether a caller may know who raised the matter: only those who handle it (CMP-11)."""
    if caller.is_system or caller.holds(matter.community_id, *KNOWS_CALLER):
        return True
    me = caller.employee_id
    return me is not None and me in (matter.owner_id, matter.follower_id, matter.received_by_id)
