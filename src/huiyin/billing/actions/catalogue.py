"""What may be charged: groups with their calendar, items, and the terms of a community (BIL-01).

What a bill was computed by never changes under it: once an item was billed, how it is charged and
which account it goes to stay, and a group that was billed keeps the length of its periods.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from huiyin.billing.access import admit_to_bill, admit_to_post
from huiyin.billing.actions.core import trail
from huiyin.billing.models import ChargeGroup, ChargeItem, Line, Run, Terms
from huiyin.estate.models import Community, Person
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.ledger.chart import AGENCY_PAYABLE
from huiyin.ledger.models import Account
from huiyin.meters.models import Meter
from huiyin.staff.words import checked_text

LONGEST_CODE, LONGEST_NAME, LONGEST_UNIT, LONGEST_WAYS = 20, 40, 20, 300
FARTHEST_DAY: Final = 366  # a calendar reaches a year from its period, not further
# What a bill was made by; it stays once there is one.
FIXED_BY_BILLS: Final = ("way", "phase", "split", "meter_kind", "agency", "account")


class UnableToSaveGroup(WrongState):
    """The code is taken, or the group was billed already."""


class UnableToSaveItem(WrongState):
    """The code is taken, or the item was billed already."""


@transaction.atomic
def save_group(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    code: str,
    name: str,
    months: int,
    draft_after: int,
    issue_after: int,
    due_after: int,
    offset_after: int,
    debit_after: Sequence[int] = (),
    in_use: bool = True,
    group_id: int | None = None,
) -> int:
    """Write a group of charges with its calendar, or change one; return it (BIL-05).

    Days count from the first day of the period, negative before it. Raises NotFound, Forbidden,
    UnableToSaveGroup, BadInput.
    """
    admit_to_bill(by, community_id)
    _hold(community_id)
    group = _group(community_id, group_id)
    code = _code(code)
    if _taken(ChargeGroup, community_id, code, group.pk):
        raise UnableToSaveGroup(
            _("编号 %(code)s 已经有批次在用,请换一个编号。") % {"code": code}, field="code"
        )
    if months not in (1, 3, 6, 12):
        raise BadInput(_("账期只能是一个月、一季、半年或一年。"), field="months")
    if group.pk and group.months != months and Run.objects.filter(group=group).exists():
        raise UnableToSaveGroup(
            _("这个批次已经出过账,账期长短不能再改。请另建一个批次,再把项目转过去。"),
            field="months",
        )
    days = {
        "draft_after": draft_after,
        "issue_after": issue_after,
        "due_after": due_after,
        "offset_after": offset_after,
    }
    _check_calendar(days, debit_after)
    return _save(
        "group_saved",
        by,
        at,
        group,
        {
            "code": code,
            "name": checked_text(name, "name", LONGEST_NAME),
            "months": months,
            **days,
            "debit_after": sorted(set(debit_after)),
            "in_use": in_use,
        },
    )


@transaction.atomic
def save_item(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    group_id: int,
    code: str,
    name: str,
    way: str,
    phase: str,
    split: str = "day",
    unit: str = "",
    meter_kind: str = "",
    account: str,
    agency: bool = False,
    prepayable: bool = True,
    order: int = 0,
    matters: Sequence[str] = (),
    in_use: bool = True,
    item_id: int | None = None,
) -> int:
    """Write something a household pays for, or change it; return it (BIL-01, BIL-16).

    The account must be one of income in the books of the community, or, for what is collected for
    others, the one of what is owed to them. ``matters`` are the kinds of matters whose signed slips
    become this charge, each of one item only. Raises NotFound, Forbidden, UnableToSaveItem,
    BadInput.
    """
    admit_to_bill(by, community_id)
    _hold(community_id)
    item = _item(community_id, item_id)
    code = _code(code)
    if _taken(ChargeItem, community_id, code, item.pk):
        raise UnableToSaveItem(
            _("编号 %(code)s 已经有项目在用,请换一个编号。") % {"code": code}, field="code"
        )
    group = ChargeGroup.objects.filter(pk=group_id, community_id=community_id).first()
    if group is None:
        raise BadInput(_("请先建收费批次,再选一个。"), field="group_id")
    _check_choice(way, ChargeItem.Way.values, "way")
    _check_choice(phase, ChargeItem.Phase.values, "phase")
    _check_choice(split, ChargeItem.Split.values, "split")
    if way == ChargeItem.Way.METERED:
        _check_choice(meter_kind, Meter.Kind.values, "meter_kind")
    new: dict[str, Any] = {
        "group_id": group.pk,
        "code": code,
        "name": checked_text(name, "name", LONGEST_NAME),
        "way": way,
        "phase": phase,
        "split": split,
        "unit": checked_text(unit, "unit", LONGEST_UNIT, required=False),
        "meter_kind": meter_kind if way == ChargeItem.Way.METERED else "",
        "account": _account(community_id, account, agency=agency),
        "agency": agency,
        "prepayable": prepayable,
        "order": order,
        "matters": _matters(item, way, matters),
        "in_use": in_use,
    }
    _keep_what_was_billed(item, new)
    return _save("item_saved", by, at, item, new)


@transaction.atomic
def save_terms(
    *, by: Caller, at: datetime, community_id: int, developer_id: int | None, ways: str
) -> None:
    """Say who answers for unsold houses and how owners may pay (BIL-15).

    Raises NotFound, Forbidden, BadInput.
    """
    admit_to_post(by, community_id)
    _hold(community_id)
    people = Person.objects.filter(community_id=community_id)
    if developer_id is not None and not people.filter(pk=developer_id).exists():
        raise BadInput(_("住户册里没有这个单位,请先登记。"), field="developer_id")
    terms = Terms.objects.filter(community_id=community_id).first() or Terms(
        community_id=community_id
    )
    new = {
        "developer_id": developer_id,
        "ways": checked_text(ways, "ways", LONGEST_WAYS, required=False),
    }
    _save("terms_saved", by, at, terms, new)


def _hold(community_id: int) -> None:
    """Let two people write the catalogue of a community one after the other."""
    Community.objects.select_for_update(no_key=True).filter(pk=community_id).first()


def _group(community_id: int, group_id: int | None) -> ChargeGroup:
    if group_id is None:
        return ChargeGroup(community_id=community_id)
    group = ChargeGroup.objects.filter(pk=group_id, community_id=community_id).first()
    if group is None:
        raise NotFound(_("没有这个收费批次。"))
    return group


def _item(community_id: int, item_id: int | None) -> ChargeItem:
    if item_id is None:
        return ChargeItem(community_id=community_id)
    item = ChargeItem.objects.filter(pk=item_id, community_id=community_id).first()
    if item is None:
        raise NotFound(_("没有这个收费项目。"))
    return item


def _code(code: str) -> str:
    """Return a code as it may stand in an address: letters, digits, dash and underscore."""
    code = checked_text(code, "code", LONGEST_CODE)
    if not code.isascii() or not code.replace("-", "").replace("_", "").isalnum():
        raise BadInput(_("编号只用字母、数字、短横线,例如 A 或 water。"), field="code")
    return code


def _taken(
    model: type[ChargeGroup] | type[ChargeItem], community_id: int, code: str, pk: int | None
) -> bool:
    """Tell whether another row has the code; ``A`` and ``a`` are the same to people."""
    rows = model._default_manager.filter(community_id=community_id, code__iexact=code)
    return any(one != pk for one in rows.values_list("pk", flat=True))


def _check_choice(value: str, allowed: Sequence[str], field: str) -> None:
    if value not in allowed:
        raise BadInput(_("请选择一项。"), field=field)


def _check_calendar(days: Mapping[str, int], debit_after: Sequence[int]) -> None:
    """Refuse a calendar that runs backwards: drafted, issued, due, and no debit before the bill."""
    named = [*days.items(), *(("debit_after", one) for one in debit_after)]
    for field, day in named:
        if not -FARTHEST_DAY <= day <= FARTHEST_DAY:
            raise BadInput(_("请填写账期前后一年以内的天数。"), field=field)
    if days["issue_after"] < days["draft_after"]:
        raise BadInput(_("出账日不能早于试算日。"), field="issue_after")
    if days["due_after"] < days["issue_after"]:
        raise BadInput(_("应缴日不能早于出账日。"), field="due_after")
    if any(one < days["issue_after"] for one in debit_after):
        raise BadInput(_("托收日不能早于出账日。"), field="debit_after")


def _account(community_id: int, code: str, *, agency: bool) -> str:
    """Return the code of an account that a charge may be credited to."""
    accounts = Account.objects.filter(community_id=community_id)
    if not accounts.exists():
        raise BadInput(_("本小区还没有开账。请先在“账簿”里开账,再建收费项目。"), field="account")
    found = accounts.filter(code=code.strip()).first()
    if found is None:
        raise BadInput(
            _("账簿里没有科目 %(code)s,请从列表里选。") % {"code": code[:20]}, field="account"
        )
    if agency and found.code != AGENCY_PAYABLE:
        raise BadInput(
            _("代收的钱不是收入,科目只能选 %(code)s(代收代付)。") % {"code": AGENCY_PAYABLE},
            field="account",
        )
    if not agency and found.kind != Account.Kind.INCOME:
        raise BadInput(
            _("收费项目的科目要选收入类;替别人代收的请勾选“代收代付”。"), field="account"
        )
    return found.code


def _matters(item: ChargeItem, way: str, kinds: Sequence[str]) -> list[str]:
    """Return the kinds of matters whose slips become the charge; none of them another's."""
    if way != ChargeItem.Way.SLIP:
        return []
    rows = ChargeItem.objects.filter(community_id=item.community_id, in_use=True)
    other = rows.filter(matters__overlap=list(kinds)).exclude(pk=item.pk).first()
    if kinds and other is not None:
        raise BadInput(
            _("这类事项的单据已经归到“%(item)s”,一类事项只能归一个项目。") % {"item": other.name},
            field="matters",
        )
    return sorted({checked_text(one, "matters", LONGEST_CODE) for one in kinds})


def _keep_what_was_billed(item: ChargeItem, new: Mapping[str, Any]) -> None:
    changed = [one for one in FIXED_BY_BILLS if item.pk and getattr(item, one) != new[one]]
    if changed and Line.objects.filter(item=item).exists():
        raise UnableToSaveItem(
            _("这个项目已经出过账,计费方式和科目不能再改。请停用它,另建一个新项目。"),
            field=changed[0],
        )


def _save(
    action: str,
    by: Caller,
    at: datetime,
    row: ChargeGroup | ChargeItem | Terms,
    new: Mapping[str, Any],
) -> int:
    """Write what is different, and the difference into the trail; return the row."""
    is_new = row.pk is None
    before = {} if is_new else model_to_dict(row)
    for field, value in new.items():
        setattr(row, field, value)
    if is_new:
        row.save(force_insert=True)
    else:
        row.save(update_fields=[field.removesuffix("_id") for field in new])
    after = model_to_dict(row)
    changed = {field: after[field] for field in after if before.get(field) != after[field]}
    if changed:
        trail(
            action,
            by,
            at,
            row.community_id,
            f"{type(row).__name__.lower()}:{row.pk}",
            before={field: before[field] for field in changed if field in before} or None,
            after=changed,
        )
    return row.pk
