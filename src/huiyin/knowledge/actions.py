"""Writes of answers and guides: what stood there before is kept, nothing is deleted.

1. Somebody of the desk writes an answer; colleagues find it at once.
2. Meant for owners, it counts for them only after a second person looked at it.
3. Changed, it needs that look again; retired, it can be brought back.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.estate.pinyin import romanise
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.knowledge.access import (
    admit_checker,
    admit_guide_editor,
    admit_reader,
    admit_writer,
)
from huiyin.knowledge.models import Answer, GuideVersion
from huiyin.knowledge.queries import guide_text, latest_guides
from huiyin.knowledge.rules import gives_away, pieces
from huiyin.knowledge.words import GIVEN_AWAY, read_guides
from huiyin.staff.queries import local_day
from huiyin.trail.actions import record

QUESTION_MOST = 120
ANSWER_MOST = 2000
WORDS_MOST = 200
REASON_MOST = 200


class UnableToKeepAnswer(BadInput):
    """The answer lacks something, is too long, or gives somebody away."""


class UnableToConfirm(WrongState):
    """There is nothing to confirm: not meant for owners, or confirmed already."""


class UnableToRetire(WrongState):
    """The answer was retired already, or is in use again already."""


class UnableToSaveGuides(WrongState):
    """Somebody else saved guides meanwhile, or nothing was changed."""


@transaction.atomic
def keep_answer(
    *,
    by: Caller,
    at: datetime,
    community_id: int | None,
    question: str,
    answer: str,
    words: str = "",
    owner_visible: bool = False,
    review_on: date | None = None,
    from_matter: str = "",
    secrets: Collection[str] = (),
) -> int:
    """Write down an answer, for a community or (None) for all; return its id.

    ``secrets`` are name, telephone and house of whoever asked: refused in what owners may read.
    Raises NotFound, Forbidden, UnableToKeepAnswer.
    """
    admit_writer(by, community_id)
    values = _values(
        question=question,
        answer=answer,
        words=words,
        owner_visible=owner_visible,
        review_on=review_on,
        secrets=secrets,
        at=at,
    )
    made = Answer.objects.create(
        community_id=community_id,
        author_id=by.employee_id,
        changed_at=at,
        from_matter=from_matter,
        **values,
    )
    _trail("knowledge.answer_kept", by, at, made, after=_told(made))
    return made.pk


@transaction.atomic
def change_answer(
    *,
    by: Caller,
    at: datetime,
    answer_id: int,
    question: str,
    answer: str,
    words: str = "",
    owner_visible: bool = False,
    review_on: date | None = None,
    secrets: Collection[str] = (),
) -> None:
    """Change what an answer says; whoever changes it is its author, and the look is taken back.

    Only the review date changed, everything else stays. Raises NotFound, Forbidden,
    UnableToKeepAnswer.
    """
    found = _locked(by, answer_id)
    admit_writer(by, found.community_id)
    values = _values(
        question=question,
        answer=answer,
        words=words,
        owner_visible=owner_visible,
        review_on=review_on,
        secrets=secrets,
        at=at,
    )
    before = _told(found)
    says_the_same = all(
        getattr(found, name) == values[name] for name in ("question", "answer", "owner_visible")
    )
    for name, value in values.items():
        setattr(found, name, value)
    found.changed_at = at
    if not says_the_same:
        found.author_id, found.checked_by, found.checked_at = by.employee_id, None, None
    found.save(update_fields=[*values, "changed_at", "author", "checked_by", "checked_at"])
    _trail("knowledge.answer_changed", by, at, found, before=before, after=_told(found))


@transaction.atomic
def confirm_answer(*, by: Caller, at: datetime, answer_id: int) -> None:
    """Look at what somebody else wrote and let owners read it.

    Raises NotFound, Forbidden, UnableToConfirm.
    """
    found = _locked(by, answer_id)
    admit_checker(by, found.community_id, found.author_id)
    if not found.owner_visible or found.checked_at is not None or found.retired_at is not None:
        raise UnableToConfirm(_("这条答复不需要核对:没有标为业主可见,或已经核对过。"))
    if by.employee_id is None:
        raise UnableToConfirm(_("核对要由员工本人来做。"))
    found.checked_by_id, found.checked_at = by.employee_id, at
    found.save(update_fields=["checked_by", "checked_at"])
    _trail("knowledge.answer_confirmed", by, at, found)


@transaction.atomic
def retire_answer(*, by: Caller, at: datetime, answer_id: int) -> None:
    """Take an answer out of use; it is found no more and can be brought back.

    Raises NotFound, Forbidden, UnableToRetire.
    """
    found = _locked(by, answer_id)
    admit_writer(by, found.community_id)
    if found.retired_at is not None:
        raise UnableToRetire(_("这条答复已经停用。"))
    found.retired_at = at
    found.save(update_fields=["retired_at"])
    _trail("knowledge.answer_retired", by, at, found)


@transaction.atomic
def restore_answer(*, by: Caller, at: datetime, answer_id: int) -> None:
    """Bring a retired answer back into use.

    Raises NotFound, Forbidden, UnableToRetire.
    """
    found = _locked(by, answer_id)
    admit_writer(by, found.community_id)
    if found.retired_at is None:
        raise UnableToRetire(_("这条答复正在使用。"))
    found.retired_at = None
    found.save(update_fields=["retired_at"])
    _trail("knowledge.answer_restored", by, at, found)


@transaction.atomic
def count_use(*, by: Caller, at: datetime, answer_id: int, matter: str = "") -> None:
    """Note that an owner was told this answer.

    Raises NotFound.
    """
    found = _locked(by, answer_id)
    if found.retired_at is not None:
        raise NotFound(_("这条答复已经停用,请换一条。"))
    Answer.objects.filter(pk=found.pk).update(used_count=F("used_count") + 1)
    _trail("knowledge.answer_used", by, at, found, after={"matter": matter} if matter else None)


@transaction.atomic
def save_guides(
    *, by: Caller, at: datetime, community_id: int, text: str, reason: str, base: int | None = None
) -> int:
    """Make a text the community's guides from now on; return the number of the version (REC-07).

    ``base`` is the version the editor began with: refused when another was saved since.
    Raises NotFound, Forbidden, UnableToReadGuides, UnableToKeepAnswer, UnableToSaveGuides.
    """
    admit_guide_editor(by, community_id)
    text = text.replace("\r\n", "\n").rstrip() + "\n"
    read_guides(text)
    reason = _text(reason, "reason", REASON_MOST, _("请写明修改原因。"))
    Community.objects.select_for_update(no_key=True).only("pk").get(pk=community_id)
    latest = latest_guides(community_id)
    if base is not None and base != latest:
        raise UnableToSaveGuides(
            _("别人刚保存了第 %(n)d 版,请打开新版再改。") % {"n": latest}, field="text"
        )
    if text.rstrip() == guide_text(community_id, latest).rstrip():
        raise UnableToSaveGuides(_("和现在的指引一样,没有可保存的修改。"), field="text")
    GuideVersion.objects.create(
        community_id=community_id,
        number=latest + 1,
        text=text,
        made_at=at,
        made_by_id=by.employee_id,
        reason=reason,
    )
    record(
        action="knowledge.guides_saved",
        by=by,
        at=at,
        subject=f"guides:{latest + 1}",
        community_id=community_id,
        before={"version": latest},
        after={"version": latest + 1},
        reason=reason,
    )
    return latest + 1


def _locked(by: Caller, answer_id: int) -> Answer:
    """Lock an answer of a community the caller works in, or of the company."""
    found = Answer.objects.select_for_update(no_key=True).filter(pk=answer_id).first()
    if found is None:
        raise NotFound(_("没有这条答复。"))
    if found.community_id is not None:
        admit_reader(by, found.community_id)
    return found


def _values(
    *,
    question: str,
    answer: str,
    words: str,
    owner_visible: bool,
    review_on: date | None,
    secrets: Collection[str],
    at: datetime,
) -> dict[str, Any]:
    question = _text(question, "question", QUESTION_MOST, _("请写下业主会怎么问。"))
    answer = _text(answer, "answer", ANSWER_MOST, _("请写下怎么答复。"))
    words = _text(words, "words", WORDS_MOST, "")
    if review_on is not None and review_on < local_day(at):
        raise UnableToKeepAnswer(_("复核日期不能早于今天。"), field="review_on")
    if owner_visible:
        for field, text in (("question", question), ("answer", answer), ("words", words)):
            which, said = gives_away(text, secrets)
            if which:
                raise UnableToKeepAnswer(GIVEN_AWAY[which] % {"words": said}, field=field)
    return {
        "question": question,
        "answer": answer,
        "words": words,
        "owner_visible": owner_visible,
        "review_on": review_on,
        "pieces": sorted(pieces(f"{question} {words}")),
        "initials": f"{romanise(question)[1]} {romanise(words)[1]}".strip(),
    }


def _text(text: str, field: str, most: int, missing: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if missing and not text:
        raise UnableToKeepAnswer(missing, field=field)
    if len(text) > most or "\0" in text:
        raise UnableToKeepAnswer(
            _("内容最多 %(n)d 字,且不能含无效字符。") % {"n": most}, field=field
        )
    return text


def _told(answer: Answer) -> dict[str, Any]:
    """Return what the trail keeps of an answer: every version is there."""
    return {
        "question": answer.question,
        "answer": answer.answer,
        "words": answer.words,
        "owner_visible": answer.owner_visible,
        "review_on": answer.review_on,
    }


def _trail(
    action: str,
    by: Caller,
    at: datetime,
    answer: Answer,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    record(
        action=action,
        by=by,
        at=at,
        subject=f"answer:{answer.pk}",
        community_id=answer.community_id,
        before=before,
        after=after,
    )
