"""Who writes announcements, releases emergencies, hangs papers, withdraws (NOT-02, HR-01)."""

from django.utils.translation import gettext as _

from huiyin.announcements.models import Announcement
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.staff.access import admit_to_community

COMPANY = ("company_service", "general_manager")
# Keepers draft; engineers write about cuts together with the service side (EMG-04).
WRITERS = (
    "keeper",
    "receptionist",
    "dispatcher",
    "quality",
    "supervisor",
    "maintenance_foreman",
    "assistant",
    "manager",
    *COMPANY,
)
# Who may tell everybody of an emergency without waiting for a second person.
RELEASERS = ("manager", "assistant")
# Who takes back what was published.
WITHDRAWERS = ("supervisor", "assistant", "manager", *COMPANY)
# Who puts up posters and door notices, sends letters: whoever walks the halls.
HANGERS = (
    "keeper",
    "receptionist",
    "dispatcher",
    "supervisor",
    "assistant",
    "manager",
    "security_foreman",
    "guard",
    "cleaning_foreman",
)
_UNPUBLISHED = ("draft", "in_review", "returned")


def sees(caller: Caller, announcement: Announcement) -> bool:
    """Tell whether the caller may see it: what was published everybody who works there.

    What is not published yet is for those who write and decide.
    """
    place = announcement.community_id
    if announcement.published_at is None:
        return may_write(caller, place)
    return caller.works_in(place)


def admit_to(caller: Caller, announcement: Announcement | None) -> Announcement:
    """Return the announcement; NotFound to strangers, Forbidden to colleagues before its time."""
    if announcement is None or not caller.works_in(announcement.community_id):
        raise NotFound(_("没有这条通知。"))
    if not sees(caller, announcement):
        raise Forbidden(_("这条通知还没有发布。"))
    return announcement


def may_write(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller may draft announcements."""
    return caller.holds(community_id, *WRITERS)


def admit_writer(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers and Forbidden to colleagues who draft no announcements."""
    admit_to_community(caller, community_id)
    if not may_write(caller, community_id):
        raise Forbidden(_("通知由管家、客服或主管起草,请告诉他们。"))


def admit_drafter(caller: Caller, announcement: Announcement) -> None:
    """Raise Forbidden unless the caller drafted it: two people never write on one text."""
    if caller.employee_id is None or caller.employee_id != announcement.drafted_by_id:
        raise Forbidden(_("只有起草人可以修改和提交。"))


def may_release(caller: Caller, announcement: Announcement) -> bool:
    """Tell whether the caller may publish it at once: an emergency, by who leads the site."""
    return announcement.urgent and caller.holds(announcement.community_id, *RELEASERS)


def may_withdraw(caller: Caller, announcement: Announcement) -> bool:
    """Tell whether the caller may take it back: what is not out yet its drafter, else a leader."""
    is_drafter = caller.employee_id == announcement.drafted_by_id
    leads = caller.holds(announcement.community_id, *WITHDRAWERS)
    if announcement.state == Announcement.State.IN_REVIEW:
        return is_drafter
    if announcement.state in _UNPUBLISHED:
        return is_drafter or leads
    return leads


def may_hang(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller puts up posters, door notices and sends letters."""
    return caller.holds(community_id, *HANGERS)


def admit_hanger(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers and Forbidden to colleagues who put nothing up."""
    admit_to_community(caller, community_id)
    if not may_hang(caller, community_id):
        raise Forbidden(_("张贴和寄送由管家、前台或保安班来做。"))
