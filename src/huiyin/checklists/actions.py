"""Writes of checklists: start, mark, end or drop a run; write or retire a template.

A run keeps the version of the template it began with. Marks are only added: the last one of an
item counts, the others stay to be seen.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.checklists import rules, titles
from huiyin.checklists.access import admit_to_drop, admit_to_run, admit_to_write
from huiyin.checklists.models import Mark, Run, Template, Version
from huiyin.checklists.queries import mark_row
from huiyin.checklists.rows import MarkRow
from huiyin.checklists.rules import BadValue, BrokenTemplate, Problem
from huiyin.checklists.shipped import shipped
from huiyin.files.models import StoredFile
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, NotFound, WrongState
from huiyin.staff.access import admit_to_community
from huiyin.staff.words import checked_text
from huiyin.trail.actions import record

LONGEST_SUBJECT = 60
LONGEST_NOTE = 300
LONGEST_REASON = 200
SHIPPED = "shipped"  # why a version was made that nobody wrote here


class UnableToStart(NotFound):
    """There is no such checklist in the community."""


class UnableToMark(WrongState):
    """The run is over, or the key was used for another mark."""


class UnableToTakeMark(BadInput):
    """The item does not take such a value; ``field`` names the item."""


class UnableToEnd(WrongState):
    """The run is over, or required items are missing."""


class UnableToSaveTemplate(BadInput):
    """The template is broken; ``problems`` tells every mistake."""

    def __init__(self, broken: BrokenTemplate) -> None:
        super().__init__("".join(sentence(one) + "。" for one in broken.problems), field="items")
        self.problems = broken.problems


@transaction.atomic
def start_run(*, by: Caller, at: datetime, community_id: int, code: str, subject: str) -> int:
    """Start going through a checklist about a subject; return the run, the open one if there is.

    Raises NotFound to strangers, UnableToStart, BadInput.
    """
    admit_to_community(by, community_id)
    subject = checked_text(subject, "subject", LONGEST_SUBJECT)
    if not rules.is_code(code):
        raise UnableToStart(_("没有这种检查表。"))
    wanted = {
        "community_id": community_id,
        "subject": subject,
        "code": code,
        "state": Run.State.OPEN,
    }
    open_one = Run.objects.filter(**wanted).first()
    if open_one is not None:
        return open_one.pk
    run, is_new = Run.objects.get_or_create(
        **wanted,
        defaults={
            "version": _version_in_use(community_id, code, at),
            "started_at": at,
            "started_by_id": by.employee_id,
        },
    )
    if is_new:
        _trail("checklists.run_started", by, at, run, {"code": code})
    return run.pk


@transaction.atomic
def mark_item(
    *,
    by: Caller,
    at: datetime,
    run_id: int,
    item: str,
    value: object,
    note: str = "",
    key: UUID | None = None,
    recorded_at: datetime | None = None,
) -> MarkRow:
    """Mark an item of an open run with a value as ``rules.checked`` takes it.

    ``at`` is when it was done, ``recorded_at`` when we hear of it. The same ``key`` again gives
    back the mark it made, with another content UnableToMark. Files must have been stored by the
    door for this very call: the ids are never taken from a browser.

    Raises NotFound, UnableToMark, UnableToTakeMark (field: the item).
    """
    run = _locked(by, run_id)
    note = note.strip()
    asked = _item(run, item)
    kept = _checked(asked, value, note)
    if key is not None and (there := Mark.objects.filter(key=key).first()) is not None:
        if (there.run_id, there.item, there.value, there.note) != (run.pk, item, kept, note):
            raise UnableToMark(_("同一个操作编号已用于另一项内容,请刷新后重新填写。"))
        return mark_row(there)
    if run.state != Run.State.OPEN:
        raise UnableToMark(_("这份检查表已经结束,不能再填写。"))
    is_bad = rules.failed(asked, kept)
    mark = Mark.objects.create(
        run=run,
        item=item,
        value=kept,
        note=note,
        failed=is_bad,
        raises=asked.raises if is_bad else "",
        at=at,
        recorded_at=recorded_at or at,
        by_id=by.employee_id,
        by_name=by.name[:60],
        key=key,
    )
    return mark_row(mark)


@transaction.atomic
def end_run(*, by: Caller, at: datetime, run_id: int, recorded_at: datetime | None = None) -> None:
    """End a run; refused while required items are missing, naming them.

    Raises NotFound, UnableToEnd.
    """
    run = _locked(by, run_id)
    if run.state != Run.State.OPEN:
        raise UnableToEnd(_("这份检查表已经结束。"))
    marked = set(Mark.objects.filter(run=run).values_list("item", flat=True))
    missing = rules.missing(rules.from_data(run.version.items), marked)
    if missing:
        names = "、".join(one.title for one in missing)
        raise UnableToEnd(_("还有必填项没有填写:%(names)s。") % {"names": names})
    _close(run, by, at, Run.State.DONE)
    _trail("checklists.run_ended", by, recorded_at or at, run, {"ended_at": at})


@transaction.atomic
def drop_run(*, by: Caller, at: datetime, run_id: int, reason: str) -> None:
    """Give up a run for a reason; what was marked stays to be seen.

    Raises NotFound, Forbidden, UnableToEnd, BadInput.
    """
    run = _locked(by, run_id)
    admit_to_drop(by, run)
    reason = checked_text(reason, "reason", LONGEST_REASON)
    if run.state != Run.State.OPEN:
        raise UnableToEnd(_("这份检查表已经结束。"))
    _close(run, by, at, Run.State.DROPPED)
    _trail("checklists.run_dropped", by, at, run, reason=reason)


@transaction.atomic
def save_template(
    *,
    by: Caller,
    at: datetime,
    community_id: int,
    code: str,
    title: str,
    items: str,
    reason: str,
) -> int:
    """Write a community's own version of a checklist from TOML ``[[item]]`` tables; return its id.

    From now on new runs of the community follow it; open ones keep theirs.
    Raises NotFound, Forbidden, UnableToSaveTemplate (every mistake told), BadInput.
    """
    admit_to_write(by, community_id)
    reason = checked_text(reason, "reason", LONGEST_REASON)
    title = checked_text(title, "title", rules.LONGEST_TITLE)
    try:
        written = rules.read_template(items, code=code, title=title)
    except BrokenTemplate as broken:
        raise UnableToSaveTemplate(broken) from broken
    data = rules.to_data(written.items)
    template, _is_new = Template.objects.get_or_create(
        community_id=community_id, code=code, defaults={"title": title}
    )
    template = Template.objects.select_for_update(no_key=True).get(pk=template.pk)
    latest = template.versions.order_by("-number").first()
    is_same = template.title == title and template.retired_at is None
    if latest is not None and is_same and latest.items == data:
        return latest.pk
    template.title, template.retired_at = title, None
    template.save(update_fields=["title", "retired_at"])
    version = _add_version(template, data, at, reason, by.employee_id)
    record(
        action="checklists.template_saved",
        by=by,
        at=at,
        subject=f"checklist:{code}",
        community_id=community_id,
        before={"items": latest.items} if latest else None,
        after={"title": title, "version": version.number, "items": data},
        reason=reason,
    )
    return version.pk


@transaction.atomic
def retire_template(*, by: Caller, at: datetime, community_id: int, code: str, reason: str) -> None:
    """Use a community's own version no more: the shipped one counts again, if there is one.

    Raises NotFound, Forbidden, BadInput.
    """
    admit_to_write(by, community_id)
    reason = checked_text(reason, "reason", LONGEST_REASON)
    retired = Template.objects.filter(
        community_id=community_id, code=code, retired_at__isnull=True
    ).update(retired_at=at)
    if not retired:
        raise NotFound(_("本小区没有自己的“%(code)s”检查表。") % {"code": code})
    record(
        action="checklists.template_retired",
        by=by,
        at=at,
        subject=f"checklist:{code}",
        community_id=community_id,
        reason=reason,
    )


def sentence(problem: Problem) -> str:
    """Say a mistake in a template: where, under which key, what."""
    said = str(titles.PROBLEMS[problem.code]) % {"value": problem.value}
    key = titles.KEYS.get(problem.key, problem.key)
    if not problem.item:
        return f"{key}:{said}" if key else said
    return _("第 %(n)d 项“%(key)s”:%(said)s") % {"n": problem.item, "key": key, "said": said}


def _version_in_use(community_id: int, code: str, at: datetime) -> Version:
    """Return the community's version, else the company's, brought up to what is shipped."""
    own = (
        Version.objects.filter(
            template__community_id=community_id,
            template__code=code,
            template__retired_at__isnull=True,
        )
        .order_by("-number")
        .first()
    )
    return own or _company_version(code, at)


def _company_version(code: str, at: datetime) -> Version:
    """Return the company's version; a shipped text not seen before becomes the newest."""
    source = shipped(code)
    template = Template.objects.filter(community__isnull=True, code=code).first()
    if source is None:
        latest = template.versions.order_by("-number").first() if template else None
        if latest is None:
            raise UnableToStart(_("没有“%(code)s”这种检查表。") % {"code": code})
        return latest
    data = rules.to_data(source.items)
    if template is None:
        template, _is_new = Template.objects.get_or_create(
            community=None, code=code, defaults={"title": source.title}
        )
    latest = template.versions.order_by("-number").first()
    if latest is not None and latest.items == data and template.title == source.title:
        return latest
    template = Template.objects.select_for_update(no_key=True).get(pk=template.pk)
    latest = template.versions.order_by("-number").first()
    if latest is not None and latest.items == data and template.title == source.title:
        return latest  # somebody else was faster
    template.title = source.title
    template.save(update_fields=["title"])
    return _add_version(template, data, at, SHIPPED, None)


def _add_version(
    template: Template, data: list[dict[str, Any]], at: datetime, reason: str, made_by: int | None
) -> Version:
    last = template.versions.order_by("-number").values_list("number", flat=True).first() or 0
    return Version.objects.create(
        template=template,
        number=last + 1,
        items=data,
        made_at=at,
        made_by_id=made_by,
        reason=reason,
    )


def _locked(by: Caller, run_id: int) -> Run:
    """Lock a run, so that marks and its end come one after the other."""
    run = (
        Run.objects.select_related("version")
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=run_id)
        .first()
    )
    return admit_to_run(by, run)


def _item(run: Run, key: str) -> rules.Item:
    for item in rules.from_data(run.version.items):
        if item.key == key:
            return item
    raise UnableToTakeMark(_("这份检查表里没有“%(key)s”这一项。") % {"key": key}, field=key)


def _checked(item: rules.Item, value: object, note: str) -> Any:
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise UnableToTakeMark(_("备注最多 %(n)d 字。") % {"n": LONGEST_NOTE}, field=item.key)
    try:
        kept = rules.checked(item, value)
    except BadValue as bad:
        raise UnableToTakeMark(
            str(titles.VALUES[bad.code]) % {"limit": bad.limit}, field=item.key
        ) from bad
    files = rules.files_in(kept)
    if files and StoredFile.objects.filter(pk__in=files).count() < len(files):
        raise UnableToTakeMark(_("照片没有传上来,请再传一次。"), field=item.key)
    return kept


def _close(run: Run, by: Caller, at: datetime, state: str) -> None:
    run.state, run.ended_at, run.ended_by_id = state, max(at, run.started_at), by.employee_id
    run.save(update_fields=["state", "ended_at", "ended_by"])


def _trail(
    action: str,
    by: Caller,
    at: datetime,
    run: Run,
    after: Mapping[str, object] | None = None,
    *,
    reason: str = "",
) -> None:
    record(
        action=action,
        by=by,
        at=at,
        subject=run.subject,
        community_id=run.community_id,
        after={"run": run.pk, **(after or {})},
        reason=reason,
    )
