"""Issue a paper: its number, its PDF, and from then on nothing of it changes (PLN-04)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from huiyin.documents import typesetting
from huiyin.documents.actions.common import (
    Facts,
    checked_years,
    kind_of,
    locked,
    new_paper,
    searched,
    trail,
)
from huiyin.documents.models import Paper
from huiyin.documents.rules import keep_until, number_of
from huiyin.estate.actions import next_number
from huiyin.estate.models import Community
from huiyin.files.actions import store_document
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import WrongState
from huiyin.staff.access import admit_to_community
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text

State = Paper.State
# Set by us when a paper is issued, whatever the form was told; and the day where it names none.
_OURS = ("number", "community", "printed_at")


class UnableToIssue(WrongState):
    """The key was used for another paper, or the paper is not in a state to be issued."""


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """A paper that was issued, by its number."""

    id: int
    number: str
    version: int


@transaction.atomic
def issue_paper(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    form: str,
    kind: str,
    title: str,
    data: Mapping[str, Any],
    department: str = "",
    subject: str = "",
    house_id: int | None = None,
    person_id: int | None = None,
    about_id: int | None = None,
    confidential: str = "staff",
    readers: tuple[str, ...] = (),
    keep_years: int | None = None,
    key: UUID | None = None,
) -> IssuedPaper:
    """Draw a paper, number it and keep it; nothing of it changes from then on.

    1. The same key with the same data gives the same paper; with other data it is refused.
    2. Numbers are counted per community, kind and year, without gaps.
    3. ``number``, ``community`` and ``printed_at`` in the data are ours.

    The procedure that issues has admitted the caller. Raises NotFound, BadInput, MissingGlyph,
    UnableToIssue.
    """
    admit_to_community(by, community_id)
    facts = Facts(
        community_id=community_id,
        kind=kind,
        title=title,
        department=department,
        subject=subject,
        house_id=house_id,
        person_id=person_id,
        about_id=about_id,
        confidential=confidential,
        readers=readers,
    )
    paper = new_paper(facts, by, at, key=key)
    paper.form, paper.data = form, typesetting.plain(data)
    paper.state = State.DRAFT
    years = checked_years(keep_years, kind_of(kind))
    if key is not None and (known := _known(paper)):
        return known
    try:
        with transaction.atomic():
            paper.save()
    except IntegrityError:
        if key is not None and (known := _known(paper)):
            return known
        raise
    return put_in_force(paper, by, at, years=years)


@transaction.atomic
def replace_paper(
    *,
    by: Caller,
    at: datetime,
    paper_id: int,
    data: Mapping[str, Any],
    title: str = "",
    key: UUID | None = None,
) -> IssuedPaper:
    """Issue the next version of a paper under its number; the former is kept, marked as replaced.

    The same key with the same data gives the same version. Raises NotFound, Forbidden, BadInput,
    MissingGlyph, UnableToIssue.
    """
    old = locked(by, paper_id)
    paper = next_version(old, by, at, key=key)
    paper.form, paper.data = old.form, typesetting.plain(data)
    if title:
        paper.title = checked_text(title, "title", len(title))
    if key is not None and (known := _known(paper)):
        return known
    check_replaceable(old)
    paper.save()
    return put_in_force(paper, by, at, years=None)


@transaction.atomic
def release(*, by: Caller, at: datetime, paper_id: int) -> IssuedPaper:
    """Put a paper into force that was reviewed and approved; done already, it stays as it is.

    Called by what decides on the request; it has admitted whoever decided.
    """
    paper = Paper.objects.select_for_update(no_key=True).get(pk=paper_id)
    if paper.state == State.ISSUED:
        return IssuedPaper(paper.pk, paper.number, paper.version)
    if paper.state != State.IN_REVIEW:
        raise UnableToIssue(_("这份文件现在不在审批中。"))
    return put_in_force(paper, by, at, years=None)


def put_in_force(paper: Paper, by: Caller, at: datetime, *, years: int | None) -> IssuedPaper:
    """Number a saved draft, draw it, keep its bytes, and mark what it replaces.

    ``years`` None: as long as was said before, or else as its kind.
    """
    town = Community.objects.get(pk=paper.community_id)
    day = local_day(at, town.zone)
    old = _replaced(paper)
    if old is not None:
        paper.number, paper.version = old.number, old.version + 1
    else:
        kind = kind_of(paper.kind)
        count = next_number(community_id=town.pk, series=f"paper-{kind.prefix}-{day.year}")
        paper.number = number_of(town.code, kind.prefix, day.year, count)
    if paper.form:
        paper.data = {**paper.data, **_ours(paper, town, at)}
        drawn = typesetting.pdf(paper.form, paper.data)
        paper.file_id = store_document(by=by, at=at, name=f"{paper.number}.pdf", data=drawn)
    if paper.file is None:
        raise UnableToIssue(_("这份文件还没有内容,请先上传。"))
    paper.sha256 = paper.file.sha256
    years = _years_said(paper, old) if years is None else years
    paper.keep_until = keep_until(day, checked_years(years, kind_of(paper.kind)))
    paper.state, paper.issued_at, paper.issued_by_id = State.ISSUED, at, by.employee_id
    paper.words = searched(paper)
    if old is not None:
        old.state = State.REPLACED
        old.save(update_fields=["state"])
    paper.save()
    trail("issued", by, at, paper, {"version": paper.version, "sha256": paper.sha256})
    return IssuedPaper(paper.pk, paper.number, paper.version)


def _years_said(paper: Paper, old: Paper | None) -> int | None:
    """Return for how long a draft, or the version before, was to be kept; None: nobody said.

    A version in force counts its years anew, and what is kept for good stays so.
    """
    said, since = (old, old.issued_at) if old is not None else (paper, paper.made_at)
    if said.keep_until is None:
        was_said = old is not None or not paper.form
        return 0 if was_said else None
    begun = local_day(since or paper.made_at, paper.community.zone)
    return said.keep_until.year - begun.year - 1


def next_version(old: Paper, by: Caller, at: datetime, *, key: UUID | None = None) -> Paper:
    """Return an unsaved draft that is to replace a paper."""
    return Paper(
        community_id=old.community_id,
        key=key,
        replaces=old,
        state=State.DRAFT,
        kind=old.kind,
        department=old.department,
        form=old.form,
        title=old.title,
        subject=old.subject,
        house_id=old.house_id,
        person_id=old.person_id,
        about_id=old.about_id,
        level=old.level,
        readers=old.readers,
        data={key: one for key, one in old.data.items() if key not in _OURS},
        summary=old.summary,
        keep_until=old.keep_until,
        made_at=at,
        made_by_id=by.employee_id,
        made_by_name=by.name[:60],
    )


def check_replaceable(old: Paper) -> None:
    """Raise UnableToIssue unless the paper is in force and no next version is under way."""
    if old.state != State.ISSUED:
        raise UnableToIssue(_("只有有效的文件才能出新版。"))
    if Paper.objects.filter(replaces=old).exists():
        raise UnableToIssue(_("这份文件的新版已经在起草或审批中。"))


def numbered(paper: Paper) -> str:
    """Return the number as a paper shows it; from the second version on it says which."""
    if paper.version == 1:
        return paper.number
    return _("%(number)s(第%(n)d版)") % {"number": paper.number, "n": paper.version}


def preview(paper: Paper) -> dict[str, Any]:
    """Return what is ours on a draft: the place, and that it has no number yet."""
    return {"community": _place(paper.community), "number": _("草稿"), "printed_at": ""}


def _place(town: Community) -> dict[str, str]:
    return {"name": town.name, "phone": town.phone, "address": town.address}


def _ours(paper: Paper, town: Community, at: datetime) -> dict[str, Any]:
    local = at.astimezone(ZoneInfo(town.zone))
    return {
        "number": numbered(paper),
        "community": _place(town),
        "printed_at": f"{local:%Y-%m-%d %H:%M}",
        "date": paper.data.get("date") or f"{local.year}年{local.month}月{local.day}日",
    }


def _replaced(paper: Paper) -> Paper | None:
    """Lock what the paper replaces, if anything; it must still be in force."""
    if paper.replaces_id is None:
        return None
    old = Paper.objects.select_for_update(no_key=True).get(pk=paper.replaces_id)
    if old.state != State.ISSUED:
        raise UnableToIssue(_("原来的文件已经作废或被代替,不能再出新版。"))
    return old


def _known(paper: Paper) -> IssuedPaper | None:
    """Return the paper that the key made before; UnableToIssue when it says something else."""
    known = Paper.objects.filter(key=paper.key).first()
    if known is None:
        return None
    same = ("community_id", "kind", "form", "title", "subject", "house_id", "person_id")
    asked = {key: one for key, one in paper.data.items() if key not in _OURS}
    said = {key: known.data.get(key) for key in asked}
    if said != asked or any(getattr(known, one) != getattr(paper, one) for one in same):
        raise UnableToIssue(_("同一个请求已经出过另一份文件,请重新打开页面再试。"))
    return IssuedPaper(known.pk, known.number, known.version)
