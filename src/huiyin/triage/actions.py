"""Writes of the table of words: every edit is a new version."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, WrongState
from huiyin.trail.actions import record
from huiyin.triage.access import admit_editor
from huiyin.triage.models import TableVersion
from huiyin.triage.queries import latest_number, text_of
from huiyin.triage.reading import read_table

REASON_MOST = 200


class UnableToSaveTable(WrongState):
    """Somebody else saved a version meanwhile, or nothing was changed."""


class UnableToGiveReason(BadInput):
    """The reason is missing or too long."""


@transaction.atomic
def save_table(
    *, by: Caller, at: datetime, community_id: int, text: str, reason: str, base: int | None = None
) -> int:
    """Make a text the community's table from now on; return the number of the version.

    ``base`` is the version the editor began with: refused when another was saved since.
    Raises NotFound, Forbidden, UnableToReadTable, UnableToGiveReason, UnableToSaveTable.
    """
    admit_editor(by, community_id)
    text = text.replace("\r\n", "\n").rstrip() + "\n"
    read_table(text)
    reason = reason.strip()
    if not reason or len(reason) > REASON_MOST or "\0" in reason:
        raise UnableToGiveReason(
            _("请写明修改原因,最多 %(n)d 字。") % {"n": REASON_MOST}, field="reason"
        )
    Community.objects.select_for_update(no_key=True).only("pk").get(pk=community_id)
    latest = latest_number(community_id)
    if base is not None and base != latest:
        raise UnableToSaveTable(
            _("别人刚保存了第 %(n)d 版,请打开新版再改。") % {"n": latest}, field="text"
        )
    if text.rstrip() == text_of(community_id, latest).rstrip():
        raise UnableToSaveTable(_("和现在的词表一样,没有可保存的修改。"), field="text")
    TableVersion.objects.create(
        community_id=community_id,
        number=latest + 1,
        text=text,
        made_at=at,
        made_by_id=by.employee_id,
        reason=reason,
    )
    record(
        action="triage.table_saved",
        by=by,
        at=at,
        subject=f"triage:{latest + 1}",
        community_id=community_id,
        before={"version": latest},
        after={"version": latest + 1},
        reason=reason,
    )
    return latest + 1
