"""Drafts and scans: written or taken in, reviewed, released or returned (PLN-04).

The approval itself is the business of the approvals; ``flows.releasing`` joins the two.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.documents import typesetting
from huiyin.documents.access import admit_writer, is_leader
from huiyin.documents.actions.common import (
    LONGEST_REASON,
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    Facts,
    checked_years,
    kind_of,
    locked,
    new_paper,
    searched,
    trail,
)
from huiyin.documents.actions.issuing import (
    UnableToIssue,
    check_replaceable,
    next_version,
    put_in_force,
)
from huiyin.documents.models import Paper
from huiyin.documents.rules import keep_until
from huiyin.documents.typesetting import Looked, UnableToTypeset
from huiyin.files.actions import UnableToStoreDocument, document_sentence, store_document
from huiyin.files.rules import BadDocument, BadPhoto, check_document, cleaned
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, WrongState
from huiyin.staff.queries import local_day
from huiyin.staff.words import checked_text

State = Paper.State
MOST_PAGES = 500


class UnableToEdit(WrongState):
    """The paper is under review or in force."""


@transaction.atomic
def draft_paper(
    *, by: Caller, at: datetime, facts: Facts, form: str, data: Mapping[str, Any], key: UUID
) -> int:
    """Keep a draft of a paper that a form will draw; the same key gives the same draft.

    Signs that cannot be printed are refused now, not at the release. Raises NotFound, Forbidden,
    BadInput, MissingGlyph.
    """
    admit_writer(by, facts.community_id)
    paper = new_paper(facts, by, at, key=key)
    paper.form, paper.data, paper.state = form, typesetting.plain(data), State.DRAFT
    typesetting.check(paper.data)
    paper.words = searched(paper)
    return _kept(paper, "drafted", by, at)


@transaction.atomic
def archive_file(
    *,
    by: Caller,
    at: datetime,
    facts: Facts,
    name: str,
    file: bytes,
    key: UUID,
    keep_years: int | None = None,
    needs_release: bool = False,
) -> int:
    """Take in a scan as a paper: a PDF as it is, a photo as a PDF of one page.

    1. It is looked at in a process of its own: locked and active files are refused.
    2. Its own text, where it has any, is found by a search like what was written about it.
    3. It is numbered and in force at once, unless ``needs_release`` makes it a draft.

    The same key gives the same paper. Raises NotFound, Forbidden, BadInput.
    """
    admit_writer(by, facts.community_id)
    paper = new_paper(facts, by, at, key=key)
    known = Paper.objects.filter(key=key, made_by_id=by.employee_id).first()
    if known is not None:
        return known.pk
    years = checked_years(keep_years, kind_of(facts.kind))
    document, looked = _taken_in(file)
    paper.file_id = store_document(by=by, at=at, name=name, data=document)
    paper.summary = _with_text(paper.summary, looked.text)
    paper.keep_until = keep_until(local_day(at, paper.community.zone), years)
    paper.state, paper.words = State.DRAFT, searched(paper)
    pk = _kept(paper, "filed", by, at)
    if not needs_release:
        put_in_force(paper, by, at, years=years)
    return pk


@transaction.atomic
def revise(*, by: Caller, at: datetime, paper_id: int) -> int:
    """Begin the next version of a paper as a draft with what it says now; return the draft."""
    old = locked(by, paper_id)
    admit_writer(by, old.community_id)
    check_replaceable(old)
    paper = next_version(old, by, at)
    if not paper.form:
        paper.file_id = old.file_id
    paper.words = searched(paper)
    paper.save()
    trail("revised", by, at, paper, {"replaces": old.number})
    return paper.pk


@transaction.atomic
def edit_draft(
    *,
    by: Caller,
    at: datetime,
    paper_id: int,
    title: str,
    data: Mapping[str, Any] | None = None,
    summary: str = "",
    file: bytes | None = None,
    name: str = "",
) -> None:
    """Change what a draft says; one under review has to be taken back first.

    Raises NotFound, Forbidden, UnableToEdit, BadInput, MissingGlyph.
    """
    paper = _own(by, paper_id)
    if paper.state not in {State.DRAFT, State.RETURNED}:
        raise UnableToEdit(_("审批中或已生效的文件不能改。请先撤回,或出新版。"))
    paper.title = checked_text(title, "title", LONGEST_TITLE)
    if paper.form:
        paper.data = typesetting.plain(data or {})
        typesetting.check(paper.data)
    else:
        paper.summary = checked_text(summary, "summary", LONGEST_SUMMARY, required=False)
    if file is not None and not paper.form:
        document, looked = _taken_in(file)
        paper.file_id = store_document(by=by, at=at, name=name, data=document)
        paper.summary = _with_text(paper.summary, looked.text)
    paper.words = searched(paper)
    paper.save(update_fields=["title", "data", "summary", "file", "words"])
    trail("edited", by, at, paper)


@transaction.atomic
def submit(*, by: Caller, at: datetime, paper_id: int) -> Paper:
    """Hand a draft in for review; handed in already, it stays so. Raises UnableToEdit."""
    paper = _own(by, paper_id)
    if paper.state not in {State.DRAFT, State.RETURNED, State.IN_REVIEW}:
        raise UnableToEdit(_("这份文件已经生效或作废,不用再送审。"))
    if not paper.form and paper.file_id is None:
        raise UnableToEdit(_("请先上传文件内容,再送审。"))
    paper.state, paper.returned_why = State.IN_REVIEW, ""
    paper.save(update_fields=["state", "returned_why"])
    trail("submitted", by, at, paper)
    return paper


@transaction.atomic
def take_back(*, by: Caller, at: datetime, paper_id: int) -> None:
    """Take a paper back from review, to change it. Raises UnableToEdit."""
    paper = _own(by, paper_id)
    if paper.state != State.IN_REVIEW:
        raise UnableToEdit(_("这份文件现在不在审批中。"))
    paper.state = State.DRAFT
    paper.save(update_fields=["state"])
    trail("taken_back", by, at, paper)


@transaction.atomic
def return_paper(*, by: Caller, at: datetime, paper_id: int, reason: str) -> None:
    """Send a paper back to its writer; whoever decides on the request was admitted by it."""
    paper = Paper.objects.select_for_update(no_key=True).get(pk=paper_id)
    if paper.state != State.IN_REVIEW:
        return
    paper.state, paper.returned_why = State.RETURNED, reason[:LONGEST_REASON]
    paper.save(update_fields=["state", "returned_why"])
    trail("returned", by, at, paper, reason=reason)


@transaction.atomic
def drop_draft(*, by: Caller, at: datetime, paper_id: int, reason: str) -> None:
    """Give a draft up; it stays in the archive as void. Raises UnableToEdit, BadInput."""
    paper = _own(by, paper_id)
    if paper.state not in {State.DRAFT, State.RETURNED}:
        raise UnableToEdit(_("只有草稿能直接放弃。审批中的请先撤回。"))
    paper.void_why = checked_text(reason, "reason", LONGEST_REASON)
    paper.state, paper.void_at, paper.void_by_id = State.VOID, at, by.employee_id
    paper.replaces = None
    paper.save(update_fields=["void_why", "state", "void_at", "void_by", "replaces"])
    trail("dropped", by, at, paper, reason=paper.void_why)


def _own(by: Caller, paper_id: int) -> Paper:
    """Lock a draft for its writer or a leader."""
    paper = locked(by, paper_id)
    if by.employee_id != paper.made_by_id and not is_leader(by, paper.community_id):
        raise Forbidden(_("草稿只能由起草人或项目经理修改。"))
    return paper


def _kept(paper: Paper, verb: str, by: Caller, at: datetime) -> int:
    """Save a new draft unless the key made one before, by the same person."""
    known = Paper.objects.filter(key=paper.key).first()
    if known is not None:
        if known.made_by_id != paper.made_by_id:
            raise UnableToIssue(_("同一个请求已经出过另一份文件,请重新打开页面再试。"))
        return known.pk
    paper.save()
    trail(verb, by, at, paper)
    return paper.pk


def _taken_in(file: bytes) -> tuple[bytes, Looked]:
    """Return what is kept of a file somebody gave us, and what it is."""
    try:
        photo, _media_type = cleaned(file)
    except BadPhoto:
        document = file
    else:
        document = typesetting.from_photo(photo)
    _check(document)
    try:
        looked = typesetting.look(document)
    except UnableToTypeset as error:
        raise UnableToStoreDocument(
            _("这个 PDF 已损坏或无法读取,请重新扫描或另存后再传。"), field="file"
        ) from error
    if looked.encrypted:
        raise UnableToStoreDocument(_("这个 PDF 加了密码,请去掉密码再传。"), field="file")
    if looked.active:
        raise UnableToStoreDocument(
            _("这个 PDF 里有会自动运行的内容,请用“打印成 PDF”另存后再传。"), field="file"
        )
    if not 0 < looked.pages <= MOST_PAGES:
        raise UnableToStoreDocument(
            _("这个 PDF 应有 1 到 %(n)d 页,请分成几份再传。") % {"n": MOST_PAGES}, field="file"
        )
    return document, looked


def _check(document: bytes) -> None:
    """Let the files say what is wrong with it, before anybody looks inside."""
    try:
        check_document(document)
    except BadDocument as bad:
        raise UnableToStoreDocument(document_sentence(bad.code), field="file") from bad


def _with_text(summary: str, text: str) -> str:
    """Keep what a file says behind what was written about it."""
    return f"{summary}\n{text}".strip().replace("\0", "")
