"""What the writes of papers share: facts looked at before they are kept, the lock, the trail."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from huiyin.documents.access import admit_reader
from huiyin.documents.kinds import kinds
from huiyin.documents.models import Paper
from huiyin.documents.rules import DEPARTMENTS, LEVELS, Kind, folded, texts_of
from huiyin.estate.models import House, Person
from huiyin.estate.queries import house_model
from huiyin.files import queries as files
from huiyin.kernel.caller import POSTS, Caller
from huiyin.kernel.errors import BadInput, Forbidden, WrongState
from huiyin.staff.words import checked_text
from huiyin.trail.actions import record

LONGEST_TITLE, LONGEST_SUBJECT, LONGEST_SUMMARY, LONGEST_REASON = 120, 60, 4000, 300
MOST_YEARS = 99
# What a form is told about its printing is not what the paper says.
_NOT_SEARCHED = {"community", "url", "code", "printed_at", "lang", "signature", "number"}


class UnableToVouch(WrongState):
    """What is on the disk is not what was issued."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a paper is and who may read it, given by whoever files it; ``house`` is a code."""

    community_id: int
    kind: str
    title: str
    department: str = ""
    subject: str = ""
    house_id: int | None = None
    house: str = ""
    person_id: int | None = None
    about_id: int | None = None
    confidential: str = "staff"
    readers: tuple[str, ...] = ()
    summary: str = ""


def new_paper(facts: Facts, by: Caller, at: datetime, *, key: UUID | None = None) -> Paper:
    """Return an unsaved paper with its facts looked at; raises BadInput, NotFound."""
    if facts.house and facts.house_id is None:
        house = house_model(caller=by, community_id=facts.community_id, code=facts.house)
        facts = replace(facts, house_id=house.pk)
    kind = kind_of(facts.kind)
    department = facts.department or kind.department
    if department not in DEPARTMENTS:
        raise BadInput(_("没有这个部门。"), field="department")
    return Paper(
        community_id=facts.community_id,
        key=key,
        kind=kind.code,
        department=department,
        title=checked_text(facts.title, "title", LONGEST_TITLE),
        subject=checked_text(facts.subject, "subject", LONGEST_SUBJECT, required=False),
        house_id=_here(House, facts.house_id, facts.community_id, "house"),
        person_id=_here(Person, facts.person_id, facts.community_id, "person"),
        about_id=facts.about_id,
        level=checked_level(facts.confidential, facts),
        readers=checked_readers(facts.confidential, facts.readers),
        summary=checked_text(facts.summary, "summary", LONGEST_SUMMARY, required=False),
        made_at=at,
        made_by_id=by.employee_id,
        made_by_name=by.name[:60],
    )


def kind_of(code: str) -> Kind:
    """Return a kind of paper; BadInput when there is none such."""
    kind = kinds().get(code)
    if kind is None:
        raise BadInput(_("没有这种文件。"), field="kind")
    return kind


def checked_level(level: str, facts: Facts) -> str:
    """Return a level of secrecy that fits the paper."""
    if level not in LEVELS:
        raise BadInput(_("没有这个密级。"), field="confidential")
    if level == "owner" and facts.house_id is None and facts.person_id is None:
        raise BadInput(_("给业主看的文件要写明房号或业主。"), field="house")
    return level


def checked_readers(level: str, readers: Iterable[str]) -> list[str]:
    """Return the posts that may read a paper of the level ``posts``; no other level has any."""
    named = sorted(set(readers) & set(POSTS))
    if level != "posts":
        return []
    if not named:
        raise BadInput(_("请选择哪些岗位可以看。"), field="readers")
    return named


def checked_years(years: int | None, kind: Kind) -> int:
    """Return for how many years a paper is kept, by default those of its kind."""
    years = kind.years if years is None else years
    if not 0 <= years <= MOST_YEARS:
        raise BadInput(_("保存年限应为 0 到 99 年,0 表示永久。"), field="keep_years")
    return years


def searched(paper: Paper) -> str:
    """Return what a search looks through: number, title, whose it is, and everything it says."""
    said = {key: one for key, one in paper.data.items() if key not in _NOT_SEARCHED}
    whose = (
        House.objects.filter(pk=paper.house_id or 0).values_list("code", flat=True).first() or "",
        Person.objects.filter(pk=paper.person_id or 0).values_list("name", flat=True).first() or "",
    )
    parts = (paper.number, paper.title, *whose, paper.subject, paper.summary, *texts_of(said))
    return folded(" ".join(one for one in parts if one))


def bytes_of(paper: Paper) -> bytes:
    """Return the file of a paper; raise UnableToVouch when it is not the one that was issued."""
    data = files.read(paper.file_id or 0)[0]
    if paper.sha256 and hashlib.sha256(data).hexdigest() != paper.sha256:
        raise UnableToVouch(
            _("这份文件的内容和签发时的校验值不一致,可能被改动过。请不要使用,并通知管理员。")
        )
    return data


def locked(by: Caller, paper_id: int) -> Paper:
    """Lock a paper for whoever may read it; raises NotFound, Forbidden."""
    paper = (
        Paper.objects.select_related("community")
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=paper_id)
        .first()
    )
    return admit_reader(by, paper)


def employee_id(by: Caller) -> int:
    """Return who acts; what needs two people cannot be done by the system."""
    if by.employee_id is None:
        raise Forbidden(_("这一步要由员工本人办理。"))
    return by.employee_id


def trail(
    verb: str,
    by: Caller,
    at: datetime,
    paper: Paper,
    after: Mapping[str, Any] | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Write what happened to a paper into the trail."""
    record(
        action=f"documents.{verb}",
        by=by,
        at=at,
        subject=f"paper:{paper.pk}",
        community_id=paper.community_id,
        before=before,
        after={"number": paper.number, "title": paper.title, **(after or {})},
        reason=reason,
    )


def _here(model: Any, pk: int | None, community_id: int, field: str) -> int | None:
    """Return the id of a house or a person of this community; BadInput for any other."""
    if pk is None:
        return None
    if not model.objects.filter(pk=pk, community_id=community_id).exists():
        raise BadInput(_("这个小区没有这个房号或业主。"), field=field)
    return pk
