"""A community's own wording of a template: drafted, reviewed, in use, back to the shipped (NOT-01).

Asking for the approval is for the flow above, which hands the request's id in; so is hearing of
its outcome.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, Forbidden, NotFound, WrongState
from huiyin.notices import wording
from huiyin.notices.access import admit_to_word
from huiyin.notices.models import TemplateVersion
from huiyin.notices.titles import FAULTS
from huiyin.notices.wording import Template
from huiyin.staff.words import checked_text
from huiyin.trail.actions import record

LONGEST_REASON = 300
LONGEST_VENDOR_ID = 40
VENDORS = ("alibaba", "tencent")
OPEN = ("draft", "returned")


class UnableToWord(BadInput):
    """A wording breaks a rule; the field names language and part, such as ``zh-hans-short``."""


class UnableToSubmit(WrongState):
    """There is no draft, or it is being reviewed already."""


@transaction.atomic
def save_template(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    code: str,
    texts: Mapping[str, Mapping[str, str]],
    vendor_ids: Mapping[str, str] | None = None,
) -> int:
    """Keep a wording as the community's draft and return its id; what is in use stays in use.

    ``texts`` holds subject, text and short for each language; Simplified Chinese is needed, a
    language left empty falls back to it. What a one-time code says is not for anybody to change:
    of it only the vendors' ids are kept. Raises NotFound, Forbidden, UnableToWord, UnableToSubmit
    while a draft is being reviewed.
    """
    admit_to_word(by, community_id)
    shipped = _shipped(code)
    is_code = shipped.category == "code"
    made = shipped if is_code else replace(shipped, texts=wording.read_texts(texts))
    if found := wording.faults(made):
        fault = found[0]
        raise UnableToWord(
            FAULTS[fault.code] % {"what": fault.what}, field=f"{fault.language}-{fault.part}"
        )
    ids = _vendor_ids(vendor_ids or {})
    Community.objects.select_for_update(no_key=True).get(pk=community_id)
    mine = TemplateVersion.objects.filter(community_id=community_id, code=code)
    if mine.filter(state="in_review").exists():
        raise UnableToSubmit(_("这条模板正在审批,审批后才能再改。"))
    draft = mine.filter(state__in=OPEN).first()
    said = {
        language: {"subject": one.subject, "text": one.text, "short": one.short}
        for language, one in made.texts.items()
    }
    before = {"texts": draft.texts, "vendor_ids": draft.vendor_ids} if draft else None
    if draft is None:
        number = (mine.aggregate(last=Max("number"))["last"] or 0) + 1
        draft = TemplateVersion(community_id=community_id, code=code, number=number)
    draft.title = shipped.title
    draft.texts, draft.vendor_ids = said, ids
    draft.state = TemplateVersion.State.DRAFT
    draft.made_at, draft.made_by_name = at, by.name
    draft.save()
    _trail("saved", draft, by, at, before=before, after={"texts": said, "vendor_ids": ids})
    return draft.pk


@transaction.atomic
def put_in_review(*, by: Caller, at: datetime, template_id: int, request_id: int) -> None:
    """Note under which request of approval a draft is being reviewed."""
    draft = _locked(template_id)
    admit_to_word(by, draft.community_id)
    if draft.state not in OPEN:
        raise UnableToSubmit(_("没有可提交的草稿,它可能已经在审批中。"))
    draft.state, draft.request_id = TemplateVersion.State.IN_REVIEW, request_id
    draft.save(update_fields=["state", "request_id"])
    _trail("submitted", draft, by, at, after={"request": request_id})


@transaction.atomic
def settle_template(
    *, by: Caller, at: datetime, request_id: int, approved: bool, opinion: str = ""
) -> None:
    """Take what was decided: into use in place of the former wording, or back to be reworked.

    Asked again about the same request it does nothing more.
    """
    draft = (
        TemplateVersion.objects.select_for_update()
        .filter(request_id=request_id, state=TemplateVersion.State.IN_REVIEW)
        .first()
    )
    if draft is None:
        return
    state = TemplateVersion.State
    if approved:
        TemplateVersion.objects.filter(
            community_id=draft.community_id, code=draft.code, state=state.APPROVED
        ).update(state=state.RETIRED)
    draft.state = state.APPROVED if approved else state.RETURNED
    draft.opinion, draft.decided_at = opinion[:LONGEST_REASON], at
    draft.save(update_fields=["state", "opinion", "decided_at"])
    _trail("approved" if approved else "returned", draft, by, at, reason=opinion)


@transaction.atomic
def retire_template(*, by: Caller, at: datetime, community_id: int, code: str, reason: str) -> None:
    """Go back to the shipped wording; only those who may approve do this alone."""
    admit_to_word(by, community_id)
    if not by.holds(community_id, "manager", "assistant", "company_service", "general_manager"):
        raise Forbidden(_("恢复系统原文会立即生效,请经理来操作。"))
    reason = checked_text(reason, "reason", LONGEST_REASON)
    _shipped(code)
    used = (
        TemplateVersion.objects.select_for_update()
        .filter(community_id=community_id, code=code, state=TemplateVersion.State.APPROVED)
        .first()
    )
    if used is None:
        raise UnableToSubmit(_("现在用的就是系统自带的文字。"))
    used.state = TemplateVersion.State.RETIRED
    used.save(update_fields=["state"])
    _trail("retired", used, by, at, reason=reason)


def _shipped(code: str) -> Template:
    found = wording.shipped().get(code)
    if found is None:
        raise NotFound(_("没有这条消息模板。"))
    return found


def _vendor_ids(given: Mapping[str, str]) -> dict[str, str]:
    ids = {vendor: given.get(vendor, "").strip() for vendor in VENDORS}
    for vendor, text in ids.items():
        if len(text) > LONGEST_VENDOR_ID or not (text.isascii() and text.isprintable()):
            raise UnableToWord(
                _("运营商的模板编号只有字母和数字,请照短信平台上的抄写。"), field=vendor
            )
    return {vendor: text for vendor, text in ids.items() if text}


def _locked(template_id: int) -> TemplateVersion:
    found = TemplateVersion.objects.select_for_update().filter(pk=template_id).first()
    if found is None:
        raise NotFound(_("没有这条消息模板。"))
    return found


def _trail(what: str, template: TemplateVersion, by: Caller, at: datetime, **more: object) -> None:
    record(
        action=f"notices.template_{what}",
        by=by,
        at=at,
        subject=f"template:{template.pk}",
        community_id=template.community_id,
        **more,  # type: ignore[arg-type]
    )
