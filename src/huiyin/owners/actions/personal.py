"""One's own data: taken along as a file, corrected by the desk (privacy)."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.accounts.models import User
from huiyin.documents.queries import owner_papers
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import NotFound
from huiyin.matters.actions.intake import check_text
from huiyin.matters.models import Event, Matter
from huiyin.notices.queries import preferences
from huiyin.owners import titles
from huiyin.owners.actions.requests import raise_request
from huiyin.owners.queries.personal import messages_to, people_kept, retention
from huiyin.trail.actions import record

# Events in which the owner speaks: what colleagues wrote is theirs.
_OWN_WORDS = ("received", "chased", "added", "rated", "signed")


@transaction.atomic
def export(*, by: Caller, at: datetime) -> dict[str, Any]:
    """Return everything kept of the caller as plain JSON, and write down that it was taken.

    Of other people in the household, of colleagues and of what they noted there is nothing in it.
    Raises NotFound to whoever is nobody's number.
    """
    user = User.objects.filter(pk=by.user_id or 0).first()
    if user is None:
        raise NotFound(_("请先登录。"))
    record(
        action="owners.exported",
        by=by,
        at=at,
        subject=f"user:{user.pk}",
        after={"people": sorted(by.people)},
    )
    return {
        "made_at": at.isoformat(),
        "log_in": user.phone or "",
        "language": user.language,
        "people": [_plain(asdict(one)) for one in people_kept(by, user.phone or "", full=True)],
        "addresses": {
            one.channel: one.value
            for one in preferences(person_ids=sorted(by.people)).addresses.values()
        },
        "matters": _matters(by),
        "messages": _messages(by),
        "papers": _papers(by, at),
        "retention": [str(one) for one in retention()],
    }


def _matters(by: Caller) -> list[dict[str, Any]]:
    """Return what the caller raised, also from houses left since: own words and the answer."""
    rows = list(
        Matter.objects.filter(person__in=by.people, anonymous=False)
        .select_related("community", "house")
        .order_by("received_at", "id")
    )
    said: dict[int, list[dict[str, str]]] = {row.pk: [] for row in rows}
    for event in Event.objects.filter(matter__in=said, kind__in=_OWN_WORDS).order_by("at", "id"):
        text = event.text if event.via == "web" else ""
        said[event.matter_id].append({"at": event.at.isoformat(), "kind": event.kind, "text": text})
    return [
        {
            "number": one.number,
            "community": one.community.name,
            "house": one.house.code if one.house else "",
            "kind": titles.kind_title(one.kind) if one.kind in titles.SEEN else one.kind,
            "text": one.text,
            "place": one.place,
            "received_at": one.received_at.isoformat(),
            "finished_at": one.finished_at.isoformat() if one.finished_at else None,
            "result": one.result,
            "satisfaction": one.satisfaction,
            "said": said[one.pk],
        }
        for one in rows
    ]


def _messages(by: Caller) -> list[dict[str, str]]:
    """Return what the caller was told, and where."""
    rows = messages_to(by).values_list("at", "channel", "address", "subject", "text", "state")
    names = ("at", "channel", "address", "subject", "text", "state")
    return [dict(zip(names, (row[0].isoformat(), *row[1:]), strict=True)) for row in rows]


def _papers(by: Caller, at: datetime) -> list[dict[str, str]]:
    """Return the papers meant for the caller by number; they are opened one by one."""
    found: list[dict[str, str]] = []
    cursor = ""
    while True:
        page = owner_papers(caller=by, at=at, cursor=cursor)
        found += [{"number": one.number, "title": one.title} for one in page.items]
        if page.next is None:
            return found
        cursor = page.next


def _plain(value: Any) -> Any:
    """Turn days into text, tuples into lists."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def ask_correction(*, by: Caller, at: datetime, house_id: int, text: str, key: UUID) -> str:
    """Ask the desk to correct what is kept; return the number of the matter it becomes.

    Raises NotFound for a house that is not the caller's, BadInput, UnableToSend.
    """
    text = check_text(text, "text")
    return raise_request(
        by=by,
        at=at,
        house_id=house_id,
        kind="enquiry",
        text=_("申请更正资料:%(text)s") % {"text": text},
        key=key,
    )
