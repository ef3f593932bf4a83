"""What the router must know of communities and people, each read once for a whole batch."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext, override

from huiyin.estate.models import Community, Phone
from huiyin.kernel.errors import NotFound
from huiyin.notices import wording
from huiyin.notices.channels import registry
from huiyin.notices.models import Address, Language, Preference, TemplateVersion
from huiyin.notices.rules import Number, Wishes, sms_number
from huiyin.notices.wording import Template
from huiyin.standards import queries as standards
from huiyin.standards.document import NoticeRules

# Values that are words of ours in the source language: a kind, a post behind a name, a moment.
_OUR_WORDS = ("kind", "who")
_MOMENT = re.compile(r"(\d{1,2})月(\d{1,2})日 (\d\d:\d\d)")


def in_language(values: Mapping[str, str], language: str) -> dict[str, str]:
    """Return values as the person reads them: ours are translated, what people wrote is not."""
    said = dict(values)
    if language == wording.SOURCE:
        return said
    with override(language):
        for name in _OUR_WORDS:
            if said.get(name):
                said[name] = " ".join(gettext(one) for one in said[name].split())
        if found := _MOMENT.fullmatch(said.get("due", "")):
            said["due"] = gettext("%(month)d月%(day)d日 %(time)s") % {
                "month": int(found[1]),
                "day": int(found[2]),
                "time": found[3],
            }
    return said


@dataclass(frozen=True, slots=True)
class Town:
    """A community as the router sees it."""

    code: str
    zone: ZoneInfo
    signature: str
    values: dict[str, str]
    rules: NoticeRules
    ready: tuple[str, ...]


@dataclass
class Around:
    """Communities and templates as they are at a moment."""

    at: datetime
    _towns: dict[int, Town] = field(default_factory=dict)
    _templates: dict[int, dict[str, Template]] = field(default_factory=dict)

    def town(self, community_id: int) -> Town:
        """Return a community."""
        if community_id not in self._towns:
            one = Community.objects.get(pk=community_id)
            self._towns[community_id] = Town(
                code=one.code,
                zone=ZoneInfo(one.zone),
                signature=wording.cut(one.name, wording.BUILT_IN["community"]),
                values={
                    "community": wording.cut(one.name, wording.BUILT_IN["community"]),
                    "desk": one.phone[: wording.BUILT_IN["desk"]],
                },
                rules=_rules(community_id, self.at),
                ready=registry.ready(one.code),
            )
        return self._towns[community_id]

    def template(self, community_id: int, code: str) -> Template:
        """Return a template as the community words it."""
        if community_id not in self._templates:
            self._templates[community_id] = own_templates(community_id)
        return self._templates[community_id].get(code) or wording.template(code)


def own_templates(community_id: int) -> dict[str, Template]:
    """Return the approved wordings of a community, by code."""
    rows = TemplateVersion.objects.filter(
        community=community_id, state=TemplateVersion.State.APPROVED
    )
    return {one.code: worded(one) for one in rows if one.code in wording.shipped()}


def worded(version: TemplateVersion) -> Template:
    """Return a community's version of a template."""
    base = wording.template(version.code)
    return Template(
        code=base.code,
        category=base.category,
        title=version.title,
        variables=base.variables,
        required=base.required,
        texts=wording.read_texts(version.texts),
        vendor_ids=version.vendor_ids,
    )


def about_people(person_ids: Iterable[int]) -> dict[int, Wishes]:
    """Return where people are reached, what they chose and in which language. Four queries."""
    ids = list(person_ids)
    numbers: dict[int, list[Number]] = defaultdict(list)
    if not ids:
        return {}
    for one in Phone.objects.filter(person__in=ids).order_by("rank", "id"):
        numbers[one.person_id].append(Number(one.number, one.state, one.rank))
    proved: dict[int, dict[str, str]] = defaultdict(dict)
    rows = Address.objects.filter(person__in=ids, verified_at__isnull=False)
    for person_id, channel, value in rows.values_list("person_id", "channel", "value"):
        proved[person_id][channel] = value
    chosen: dict[int, dict[str, tuple[str, ...]]] = defaultdict(dict)
    wishes = Preference.objects.filter(person__in=ids)
    for person_id, category, channels in wishes.values_list("person_id", "category", "channels"):
        chosen[person_id][category] = tuple(channels)
    languages = dict(Language.objects.filter(person__in=ids).values_list("person_id", "language"))
    return {
        one: Wishes(
            addresses={**proved[one], "sms": sms_number(numbers[one])},
            chosen=chosen[one],
            language=languages.get(one, wording.SOURCE),
        )
        for one in ids
    }


def _rules(community_id: int, at: datetime) -> NoticeRules:
    """Return the clauses about messages of the standard in force, the usual ones without any."""
    try:
        _version, standard = standards.current(community_id=community_id, at=at)
    except NotFound:
        return NoticeRules()
    return standard.notices
