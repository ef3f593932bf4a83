"""Publishing what a community promises its owners (服务承诺公示), and taking it back (STD-01)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, WrongState
from huiyin.staff.words import checked_text
from huiyin.standards.access import admit_to_change
from huiyin.standards.models import Publication
from huiyin.standards.queries import current
from huiyin.trail.actions import record

LONGEST_PROMISE = 100
LONGEST_NOTE = 300


class UnableToPublish(BadInput):
    """Nothing was chosen, a promise has no target behind it, or its words are missing."""


class UnableToWithdraw(WrongState):
    """Nothing is published."""


@transaction.atomic
def publish_promises(
    *, by: Caller, at: datetime, community_id: int, words: Mapping[str, str], note: str = ""
) -> int:
    """Publish promises in place of those published before; return the publication's id.

    ``words`` maps codes of targets in force to what owners read, in the order of the page. Only
    what has a target can be published, so that beside each promise stands how it was kept. The
    same again changes nothing. Raises NotFound, Forbidden, UnableToPublish.
    """
    admit_to_change(by, community_id)
    Community.objects.select_for_update(no_key=True).get(pk=community_id)
    _version, standard = current(community_id=community_id, at=at)
    targets = {one.code for one in standard.targets}
    if not words:
        raise UnableToPublish(_("请至少选择一条承诺。"), field="words")
    if unknown := [code for code in words if code not in targets]:
        raise UnableToPublish(
            _("现行标准里没有“%(code)s”这项目标,不能公示。") % {"code": unknown[0]}, field="words"
        )
    said = [
        {"code": code, "text": checked_text(text, code, LONGEST_PROMISE)}
        for code, text in words.items()
    ]
    note = checked_text(note, "note", LONGEST_NOTE, required=False)
    before = Publication.objects.filter(community_id=community_id, withdrawn_at=None).first()
    if before is not None:
        if (before.words, before.note) == (said, note):
            return before.pk
        before.withdrawn_at = at
        before.save(update_fields=["withdrawn_at"])
    made = Publication.objects.create(
        community_id=community_id,
        words=said,
        note=note,
        published_at=at,
        published_by_name=by.name,
    )
    record(
        action="standards.published",
        by=by,
        at=at,
        subject=f"publication:{made.pk}",
        community_id=community_id,
        before={"words": before.words, "note": before.note} if before else None,
        after={"words": said, "note": note},
    )
    return made.pk


@transaction.atomic
def withdraw_promises(*, by: Caller, at: datetime, community_id: int, reason: str) -> None:
    """Take the page off the net; what was promised stays in the history."""
    admit_to_change(by, community_id)
    reason = checked_text(reason, "reason", LONGEST_NOTE)
    live = Publication.objects.select_for_update().filter(
        community_id=community_id, withdrawn_at=None
    )
    found = live.first()
    if found is None:
        raise UnableToWithdraw(_("现在没有公示服务承诺。"))
    found.withdrawn_at = at
    found.save(update_fields=["withdrawn_at"])
    record(
        action="standards.unpublished",
        by=by,
        at=at,
        subject=f"publication:{found.pk}",
        community_id=community_id,
        after={"withdrawn_at": at.isoformat()},
        reason=reason,
    )
