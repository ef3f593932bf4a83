"""The usual catalogue of a residential community, set up at once (BIL-01, BIL-05)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.billing.access import admit_to_bill
from huiyin.billing.actions.catalogue import save_group, save_item
from huiyin.billing.actions.tariffs import draft_tariff
from huiyin.billing.models import ChargeGroup
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import WrongState
from huiyin.ledger.actions import open_books
from huiyin.ledger.models import Book

ALL: Final = "all"  # the word of the file for every kind of house


class UnableToSeed(WrongState):
    """There is a catalogue already."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was set up: ids by code, and the drafts of prices, which people approve."""

    groups: dict[str, int]
    items: dict[str, int]
    tariffs: tuple[int, ...]


@transaction.atomic
def seed_usual(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    opened_on: date,
    prices: Mapping[str, Mapping[str, Decimal]] | None = None,
) -> Seeded:
    """Set up groups, items and drafts of prices as a residential community usually has them.

    Opens the books from that day where they are not open yet. ``prices`` gives other prices by item
    and kind of house (``""`` for all) than the file. Prices stay drafts until they are approved.
    Raises NotFound, Forbidden, UnableToSeed where a group is there already.
    """
    admit_to_bill(by, community_id)
    if ChargeGroup.objects.filter(community_id=community_id).exists():
        raise UnableToSeed(_("已经有收费批次了,请在现有的基础上修改。"))
    if not Book.objects.filter(community_id=community_id).exists():
        open_books(by=by, at=at, community_id=community_id, opened_on=opened_on)
    usual = _usual()
    given: dict[str, Any] = {"by": by, "at": at, "community_id": community_id}
    groups = {one["code"]: save_group(**given, **one) for one in usual["group"]}
    items: dict[str, int] = {}
    tariffs: list[int] = []
    for order, one in enumerate(usual["item"], start=1):
        facts = {key: value for key, value in one.items() if key not in {"group", "prices"}}
        made = save_item(**given, group_id=groups[one["group"]], order=order * 10, **facts)
        items[one["code"]] = made
        for kind, price in _prices(one, prices).items():
            tariffs += draft_tariff(
                by=by,
                at=at,
                item_id=made,
                house_kinds=[kind],
                price=price,
                from_on=opened_on,
                basis=_("前期物业服务合同(请核对条款后提交审批)"),
            )
    return Seeded(groups, items, tuple(tariffs))


def _prices(
    one: Mapping[str, Any], given: Mapping[str, Mapping[str, Decimal]] | None
) -> Mapping[str, Decimal]:
    """Return the prices of an item by kind of house, those given before those of the file."""
    if given is not None and one["code"] in given:
        return given[one["code"]]
    rows: Mapping[str, str] = one.get("prices", {})
    return {"" if kind == ALL else kind: Decimal(price) for kind, price in rows.items()}


@lru_cache(maxsize=1)
def _usual() -> dict[str, Any]:
    text = resources.files("huiyin.billing").joinpath("usual.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
