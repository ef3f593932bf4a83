"""Communities, and who may be calling from a number."""

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.estate.models import Community, Occupancy
from huiyin.estate.queries.conditions import lives_on
from huiyin.estate.roster.phones import read_number
from huiyin.estate.rows import CallerRow, CommunityRow
from huiyin.estate.rules import phone_fragment
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound

_LOCAL_NUMBER = 8


def communities(*, caller: Caller) -> tuple[CommunityRow, ...]:
    """Return the communities in which the caller works, in order of code."""
    return tuple(_community_row(one) for one in _mine(caller).order_by("code"))


def community(*, caller: Caller, code: str) -> CommunityRow:
    """Return a community by its code; NotFound when there is none or it is not the caller's."""
    return _community_row(community_model(caller=caller, code=code))


def community_model(*, caller: Caller, code: str) -> Community:
    """Return the community itself, for rooms above; NotFound as in :func:`community`."""
    # By hand: every page and every call asks, and the query builder would cost more than the row.
    rows = Community.objects.raw("SELECT * FROM estate_community WHERE code = %s", [code])
    found = None if "\0" in code else next(iter(rows), None)
    if found is None or not caller.works_in(found.pk):
        raise NotFound(_("没有这个小区,或您不在该小区任职。"), field="community")
    return found


def _mine(caller: Caller) -> QuerySet[Community]:
    if caller.everywhere:
        return Community.objects.all()
    return Community.objects.filter(pk__in=caller.community_ids)


def _community_row(one: Community) -> CommunityRow:
    return CommunityRow(one.pk, one.code, one.name, one.zone, one.phone, one.calendar_version)


def callers(
    *, caller: Caller, phone: str, on: date, community_code: str | None = None
) -> tuple[CallerRow, ...]:
    """Return everybody known under a number in the caller's communities: candidates, never a guess.

    A number without its area code matches a landline by its end. One query.
    """
    digits = read_number(phone) or phone_fragment(phone)
    if not digits:
        return ()
    number = Q(person__phones__number=digits)
    if len(digits) in (_LOCAL_NUMBER - 1, _LOCAL_NUMBER):
        number |= Q(person__phones__number__endswith=digits, person__phones__number__startswith="0")
    towns = _mine(caller)
    if community_code:
        towns = towns.filter(code=community_code)
    rows = (
        Occupancy.objects.filter(lives_on(on), number, house__community__in=towns)
        .order_by("house__community__code", "person__phones__rank", "house__order_key", "id")
        .values_list(
            "house__community__code",
            "house__community__name",
            "person_id",
            "person__name",
            "role",
            "house__code",
            "person__phones__state",
        )
    )
    return tuple(CallerRow(*row) for row in rows[:50])
