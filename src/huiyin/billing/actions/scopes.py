"""Which houses share a cost (分摊范围): named once, used for many costs (BIL-02)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.billing import sharing
from huiyin.billing.access import admit_to_bill
from huiyin.billing.actions.core import trail
from huiyin.billing.models import Scope
from huiyin.estate.models import Building, Community, House, Unit
from huiyin.estate.queries import house_model
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.staff.words import checked_text

LONGEST_NAME: Final = 40


class UnableToSaveScope(WrongState):
    """The name is taken."""


@transaction.atomic
def save_scope(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    name: str,
    kinds: Sequence[str] = (),
    buildings: Iterable[int] = (),
    units: Iterable[int] = (),
    houses: str = "",
    but: str = "",
    scope_id: int | None = None,
) -> int:
    """Name the houses that share a cost, or change which they are; return the scope's id.

    Buildings, units and single houses add up, none of them means the whole community; ``kinds``
    narrows that, and houses in ``but`` stay out. ``houses`` and ``but`` are codes as people write
    them, apart by blanks or commas. What was shared out before stays as it was. Raises NotFound,
    Forbidden, UnableToSaveScope, BadInput.
    """
    admit_to_bill(by, community_id)
    Community.objects.select_for_update(no_key=True).get(pk=community_id)
    scope = Scope(community_id=community_id)
    if scope_id is not None:
        scope = scope_of(by, community_id, scope_id)
    before = _said(scope) if scope.pk else None
    name = checked_text(name, "name", LONGEST_NAME)
    same = Scope.objects.filter(community_id=community_id, name=name).exclude(pk=scope.pk)
    if same.exists():
        raise UnableToSaveScope(
            _("已有名为“%(name)s”的分摊范围,请换一个名称。") % {"name": name}, field="name"
        )
    scope.name = name
    scope.places = {
        "kinds": _kinds(kinds),
        "buildings": _ours(Building.objects.filter(community_id=community_id), buildings),
        "units": _ours(Unit.objects.filter(building__community_id=community_id), units),
        "houses": _named(by, community_id, houses, "houses"),
        "but": _named(by, community_id, but, "but"),
    }
    if not sharing.houses_of(scope):
        raise BadInput(_("这样选没有任何房屋,请至少选到一户。"), field="kinds")
    scope.save()
    trail(
        "scope_saved",
        by,
        at,
        community_id,
        f"scope:{scope.pk}",
        before=before,
        after=_said(scope),
    )
    return scope.pk


def scope_of(by: Caller, community_id: int, scope_id: int) -> Scope:
    """Lock a scope of the community; NotFound when there is none."""
    found = Scope.objects.select_for_update(no_key=True).filter(
        pk=scope_id, community_id=community_id
    )
    scope = found.first()
    if scope is None:
        raise NotFound(_("没有这个分摊范围,请重新选择。"), field="scope_id")
    return scope


def codes_in(text: str) -> list[str]:
    """Return the house codes of a text, in order and each once."""
    parts = text.replace(",", " ").replace(",", " ").replace("、", " ").replace(";", " ").split()
    return list(dict.fromkeys(parts))


def _kinds(kinds: Sequence[str]) -> list[str]:
    if not set(kinds) <= set(House.Kind.values):
        raise BadInput(_("请从列表中选择房屋类型。"), field="kinds")
    return sorted(set(kinds))


def _ours(places: Any, ids: Iterable[int]) -> list[int]:
    wanted = sorted(set(ids))
    found = sorted(places.filter(pk__in=wanted).values_list("pk", flat=True))
    if found != wanted:
        raise NotFound(_("没有这栋楼或这个单元,请刷新后重新选择。"))
    return found


def _named(by: Caller, community_id: int, text: str, field: str) -> list[int]:
    found = []
    for code in codes_in(text):
        try:
            found.append(house_model(caller=by, community_id=community_id, code=code).pk)
        except NotFound as missing:
            raise BadInput(str(missing), field=field) from missing
    return sorted(set(found))


def _said(scope: Scope) -> Mapping[str, object]:
    return {"name": scope.name, "places": scope.places}
