"""The wall between communities, proved for every table that has one (invariant 9).

Nothing is listed by hand: whatever way leads from a row to a community is followed, and all ways
must end in the same one. A room added tomorrow is covered tomorrow.
"""

from django.apps import apps
from django.db.models import F, ForeignKey, Model, Q

from huiyin.trail.proofs import SHOWN, Finding

_COMMUNITY = "estate.Community"
_DEPTH = 3


def crossings() -> Finding:
    """Look for rows that reach two communities at once."""
    checked, broken = 0, list[str]()
    for model in apps.get_models():
        first, *others = ways(model) or [""]
        if not others:
            continue
        rows = model._default_manager.all()
        checked += rows.count()
        for other in others:
            both = Q(**{f"{first}__isnull": False, f"{other}__isnull": False})
            wrong = rows.filter(both).exclude(**{first: F(other)})
            broken += [
                f"{model._meta.label} {row}: {first} {one} and {other} {two}"
                for row, one, two in wrong.values_list("pk", first, other)[:SHOWN]
            ]
    return Finding(checked, tuple(broken[:SHOWN]))


def ways(model: type[Model], depth: int = _DEPTH) -> list[str]:
    """Name the ways from a model to a community, as lookups, its own community first.

    One way is enough through each link: the rows it passes are compared themselves.
    """
    own: list[str] = []
    through: list[str] = []
    for link in model._meta.concrete_fields:
        target = link.related_model
        if not isinstance(link, ForeignKey) or not isinstance(target, type):
            continue
        if target._meta.label == _COMMUNITY:
            own.append(link.attname)
        elif depth and (behind := ways(target, depth - 1)):
            through.append(f"{link.name}__{behind[0]}")
    return own + through
