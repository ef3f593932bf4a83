"""Requests to be verified, as the desk reads them; the number in full, so each look is recorded."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from huiyin.estate.models import Occupancy
from huiyin.estate.queries import lives_on
from huiyin.estate.rules import house_codes, masked
from huiyin.estate.titles import role_title
from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page
from huiyin.owners import titles
from huiyin.owners.access import admit_verifier
from huiyin.owners.models import Verification
from huiyin.owners.rows import Candidate, VerificationRow
from huiyin.staff.queries import local_day
from huiyin.trail.actions import record

_MOST = 5


def verifications(
    *,
    caller: Caller,
    community_id: int,
    show: str = "waiting",
    cursor: str = "",
    limit: int = 30,
) -> Page[VerificationRow]:
    """Return the requests of a community, newest first, telephone numbers masked.

    Raises NotFound to strangers, Forbidden to colleagues who do not keep the roster.
    """
    admit_verifier(caller, community_id)
    rows = Verification.objects.filter(community_id=community_id)
    rows = rows.select_related("matter", "person", "settled_by")
    if show == "waiting":
        rows = rows.filter(state=Verification.State.WAITING)
    if cursor:
        try:
            (last,) = paging.read_cursor(cursor, int)
        except paging.BadCursor as error:
            raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error
        rows = rows.filter(pk__lt=last)
    found = list(rows.order_by("-id")[: limit + 1])
    return paging.page_of(
        found, limit, lambda one: _row(one, masked(one.phone)), lambda one: (one.pk,)
    )


def verification(
    *, caller: Caller, at: datetime, community_id: int, request_id: int
) -> VerificationRow:
    """Return one request with whom it might be; the look goes into the trail.

    Raises NotFound, Forbidden.
    """
    admit_verifier(caller, community_id)
    one = (
        Verification.objects.select_related("matter", "person", "settled_by")
        .filter(pk=request_id, community_id=community_id)
        .first()
    )
    if one is None:
        raise NotFound(_("没有这份核实申请。"))
    record(
        action="personal.read",
        by=caller,
        at=at,
        subject=f"verification:{one.pk}",
        community_id=community_id,
    )
    living = Occupancy.objects.filter(
        lives_on(local_day(at)), house__community_id=community_id
    ).select_related("person", "house")
    here = living.filter(Q(house__code__in=house_codes(one.house)) | Q(person__name=one.name))
    known = living.filter(person__phones__number=one.phone)
    return _row(
        one,
        one.phone,
        candidates=_candidates(sorted(here[: 4 * _MOST], key=lambda it: _fit(it, one))),
        known_as=_candidates(list(known[:_MOST])),
    )


def _fit(it: Occupancy, one: Verification) -> tuple[bool, bool, int]:
    """Order people by how well they fit: name and house, then name, then house."""
    return (
        it.person.name != one.name,
        it.house.code not in house_codes(one.house),
        it.pk,
    )


def _candidates(found: Sequence[Occupancy]) -> tuple[Candidate, ...]:
    rows = [
        Candidate(it.person_id, it.person.name, role_title(it.role), it.house.code)
        for it in found[:_MOST]
    ]
    return tuple(rows)


def _row(
    one: Verification,
    phone: str,
    *,
    candidates: tuple[Candidate, ...] = (),
    known_as: tuple[Candidate, ...] = (),
) -> VerificationRow:
    return VerificationRow(
        id=one.pk,
        number=one.matter.number,
        phone=phone,
        name=one.name,
        house=one.house,
        note=one.note,
        at=one.at,
        state=one.state,
        state_title=str(titles.VERIFICATIONS[one.state]),
        reason=one.reason,
        settled_at=one.settled_at,
        settled_by=one.settled_by.name if one.settled_by else "",
        person=one.person.name if one.person else "",
        candidates=candidates,
        known_as=known_as,
    )
