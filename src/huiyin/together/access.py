"""Who takes part and who looks after it: neighbours of the community, and its staff (OWN-03)."""

from django.utils.translation import gettext as _

from huiyin.estate.models import House, Person
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound, WrongState
from huiyin.staff.access import LEADERS, admit_post

HOSTS = (*LEADERS, "supervisor", "keeper", "quality")
MODERATORS = (*HOSTS, "receptionist", "dispatcher")


def lives_in(caller: Caller, community_id: int) -> bool:
    """Tell whether one of the caller's households is in a community."""
    houses = House.objects.filter(pk__in=list(caller.households), community_id=community_id)
    return houses.exists()


def neighbour(caller: Caller, community_id: int) -> Person:
    """Return the person the caller is in a community; NotFound unless somebody lives there."""
    found = Person.objects.filter(pk__in=list(caller.people), community_id=community_id)
    person = found.order_by("id").first() if lives_in(caller, community_id) else None
    if person is None:
        raise NotFound(_("没有这个小区,或您目前不是这里的住户。"))
    return person


def own_house(caller: Caller, community_id: int, house_id: int) -> House:
    """Return a house of the caller's own in a community; NotFound for any other.

    A parking space is no household: whoever has three would speak three times.
    """
    houses = House.objects.filter(pk=house_id, community_id=community_id)
    found = houses.first() if house_id in caller.households else None
    if found is None:
        raise NotFound(_("没有这套房屋,或您目前不是这套房屋的住户。"))
    if found.kind == House.Kind.PARKING:
        raise WrongState(_("车位不单独参加,请在首页换成您的住房再来。"))
    return found


def admit_host(caller: Caller, community_id: int) -> None:
    """Admit who may ask surveys and plan gatherings."""
    sentence = _("问卷和活动由管家、主管和经理发起。")
    admit_post(caller, community_id, *HOSTS, refusal=sentence)


def admit_moderator(caller: Caller, community_id: int) -> None:
    """Admit who may answer for the service centre on the board, and hide what may not stand."""
    sentence = _("邻里留言由前台、管家和主管管理。")
    admit_post(caller, community_id, *MODERATORS, refusal=sentence)


def reads(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller lives or works in a community."""
    return caller.works_in(community_id) or lives_in(caller, community_id)


def shown_name(person: Person, households: dict[int, str]) -> str:
    """Return how somebody is called among neighbours: building and surname, never more."""
    house = (
        House.objects.filter(pk__in=list(households), community_id=person.community_id)
        .exclude(kind=House.Kind.PARKING)
        .select_related("building")
        .order_by("order_key")
        .first()
    )
    surname = _("%(name)s业主") % {"name": person.name[:1]}
    place = house.building.name if house and house.building else ""
    return f"{place} {surname}".strip()
