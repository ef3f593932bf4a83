"""What owners choose: channels for each category, their language, where they are reached."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate.models import Person
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.notices.models import Address, Language, Preference
from huiyin.notices.rules import CHOOSABLE, LADDER, LANGUAGES, masked_address
from huiyin.trail.actions import record

ADDRESSES = ("email", "wechat", "wecom")
LONGEST_ADDRESS = 120


@transaction.atomic
def set_preference(
    *,
    by: Caller,
    at: datetime,
    person_ids: Sequence[int],
    category: str,
    channels: tuple[str, ...],
) -> None:
    """Choose on which channels persons hear of a category, first choice first; none: only the app.

    Owners choose for themselves, colleagues of their community for them. Raises NotFound, BadInput.
    """
    people = _people(by, person_ids)
    if category not in CHOOSABLE:
        raise BadInput(_("没有这类通知。"), field="category")
    if not set(channels) <= set(LADDER):
        raise BadInput(_("没有这种通知方式。"), field="channels")
    wanted = list(dict.fromkeys(channels))
    for person in people:
        Preference.objects.update_or_create(
            person=person,
            category=category,
            defaults={"channels": wanted, "changed_at": at},
        )
        after = {"category": category, "channels": wanted}
        _trail(person, "notices.preference_set", after, by=by, at=at)


@transaction.atomic
def set_language(*, by: Caller, at: datetime, person_ids: Sequence[int], language: str) -> None:
    """Choose the language in which persons are told things. Raises NotFound, BadInput."""
    people = _people(by, person_ids)
    if language not in LANGUAGES:
        raise BadInput(_("没有这种语言。"), field="language")
    for person in people:
        Language.objects.update_or_create(person=person, defaults={"language": language})
        _trail(person, "notices.language_set", {"language": language}, by=by, at=at)


@transaction.atomic
def set_address(
    *,
    by: Caller,
    at: datetime,
    person_ids: Sequence[int],
    channel: str,
    value: str,
    verified_at: datetime | None,
) -> None:
    """Write down where persons are reached by e-mail, WeChat or WeCom; an empty value forgets it.

    Nothing is sent there before it is proved. Raises NotFound, BadInput.
    """
    people = _people(by, person_ids)
    value = value.strip()
    if channel not in ADDRESSES:
        raise BadInput(_("没有这种通知方式。"), field="channel")
    if len(value) > LONGEST_ADDRESS or "\0" in value:
        raise BadInput(_("地址太长,请检查后重新填写。"), field="value")
    for person in people:
        mine = Address.objects.filter(person=person, channel=channel)
        before = mine.values_list("value", flat=True).first() or ""
        if value:
            new = {"value": value, "verified_at": verified_at}
            Address.objects.update_or_create(person=person, channel=channel, defaults=new)
        else:
            mine.delete()
        _trail(
            person,
            "notices.address_set",
            {"channel": channel, "address": value and masked_address(value)},
            before={"address": before and masked_address(before)},
            by=by,
            at=at,
        )


@transaction.atomic
def forget_address(*, by: Caller, at: datetime, channel: str, value: str) -> int:
    """Forget an address that its provider says is gone, whoever gave it; return at how many.

    Who stops following the official account is told the other ways from then on.
    """
    gone = Address.objects.select_for_update().filter(channel=channel, value=value)
    found = list(gone.select_related("person").order_by("person_id"))
    for one in found:
        one.delete()
        before = {"address": masked_address(value)}
        after = {"channel": channel, "address": ""}
        _trail(one.person, "notices.address_set", after, before=before, by=by, at=at)
    return len(found)


def _people(by: Caller, person_ids: Sequence[int]) -> list[Person]:
    """Return persons whom the caller is, or who live where the caller works; else NotFound."""
    people = list(Person.objects.filter(pk__in=list(person_ids)).order_by("id"))
    mine = [one for one in people if one.pk in by.people or by.works_in(one.community_id)]
    if not mine or len(mine) < len(set(person_ids)):
        raise NotFound(_("没有这位住户。"))
    return mine


def _trail(
    person: Person,
    action: str,
    after: Mapping[str, object],
    *,
    by: Caller,
    at: datetime,
    before: Mapping[str, object] | None = None,
) -> None:
    record(
        action=action,
        by=by,
        at=at,
        subject=f"person:{person.pk}",
        community_id=person.community_id,
        before=before,
        after=after,
    )
