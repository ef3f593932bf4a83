"""What happened on a household's account between two days, from the ledger itself."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from huiyin.billing.queries.accounts import house_of
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.ledger import queries as ledger
from huiyin.ledger.queries import Statement

MOST_DAYS: Final = 3_660


@dataclass(frozen=True, slots=True)
class HouseStatement:
    """A household's account during half-open days."""

    house: str
    building: str
    from_on: date
    until_on: date
    statement: Statement


def statement(
    *, caller: Caller, community: str, house: str, from_on: date, until_on: date
) -> HouseStatement:
    """Return a household's account during half-open days, with what stood before and after.

    Raises NotFound to strangers and for no such house, Forbidden to who may not read accounts,
    BadInput for days that run backwards or far too long.
    """
    found = house_of(caller=caller, community=community, house=house)
    if from_on >= until_on:
        raise BadInput(_("开始日期应早于结束日期,请重新选择。"), field="from")
    if (until_on - from_on).days > MOST_DAYS:
        raise BadInput(_("一次最多查询十年,请缩短日期范围。"), field="from")
    return HouseStatement(
        house=found.code,
        building=found.building.name if found.building else "",
        from_on=from_on,
        until_on=until_on,
        statement=ledger.statement(
            caller=caller, house_id=found.pk, from_on=from_on, until_on=until_on
        ),
    )
