"""Reads for the clocks and the messages they send."""

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.matters.access import knows_caller, visible
from huiyin.matters.models import Heartbeat, Promise
from huiyin.notices import queries as notices
from huiyin.notices.actions import Fence
from huiyin.notices.queries import MessageRow


def still_wanted(fences: Iterable[Fence]) -> set[Fence]:
    """Return the fences whose promise is still owed under the same epoch."""
    asked = list(fences)
    rows = Promise.objects.filter(
        pk__in={one.promise_id for one in asked}, closed_at__isnull=True
    ).exclude(state="paused")
    live = {Fence(pk, epoch) for pk, epoch in rows.values_list("pk", "epoch")}
    return live & set(asked)


def last_sweep() -> Heartbeat | None:
    """Return the sweeper's last heartbeat, or None when it never ran."""
    return Heartbeat.objects.filter(name="sweeper").first()


def messages(*, caller: Caller, number: str) -> tuple[MessageRow, ...]:
    """Return the outgoing messages about a matter; NotFound to those who may not see it.

    Owners stand with a masked name, and with none for those who may not know who raised it.
    """
    matter = visible(caller).filter(number=number).first()
    if matter is None:
        raise NotFound(_("没有编号为“%(number)s”的事项。") % {"number": number})
    rows = notices.about(subject=number)
    if knows_caller(caller, matter) and not matter.anonymous:
        return rows
    return tuple(one if one.to else replace(one, to_name=_("业主")) for one in rows)


def photo_file(*, caller: Caller, number: str, file_id: int) -> int:
    """Return the file id of a photo of a matter the caller may see; NotFound otherwise."""
    if not visible(caller).filter(number=number, photos__file_id=file_id).exists():
        raise NotFound(_("没有这张照片。"))
    return file_id
