"""What owners do about their own matters: chase, add a word, say how good it was (OWN-01).

Which matters are an owner's is decided above, in the room of owners; whoever calls has admitted.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput, WrongState
from huiyin.matters import titles
from huiyin.matters.actions.core import Work, finish_work, open_work, tell, write_event
from huiyin.matters.actions.intake import MAX_PHOTOS, check_text
from huiyin.matters.models import Event, Photo
from huiyin.staff.rules import Duty

LOW = 2  # of 5: what the supervisor hears of at once
_SHORT = 60


class UnableToChase(WrongState):
    """It was chased a moment ago."""


@transaction.atomic
def chase_matter(*, by: Caller, at: datetime, number: str, note: str = "") -> str:
    """Let the owner of the house remind whoever has the matter in hand and whoever follows it.

    No clock hears it, but every list shows it. Raises UnableToChangeMatter, and UnableToChase
    when the last time is younger than the standard allows.
    """
    work = open_work(number=number, by=by, at=at, verb="chase", admitted=True)
    again = chase_again_at(work.matter.pk, work.standard.owners.chase_every)
    if again is not None and at < again:
        local = again.astimezone(work.calendar.zone)
        raise UnableToChase(
            _("刚刚已经催过,经办人收到了。%(time)s 以后可以再催。") % {"time": f"{local:%H:%M}"}
        )
    note = note.strip()[:200]
    event = write_event(work, "chased", by=by, at=at, text=note, via="web")
    work.set(chases=min(work.matter.chases + 1, 999))
    subject = _("业主催办 %(number)s(%(kind)s)") % _named(work)
    tell_those_in_charge(
        work, f"chased:{event.pk}", f"{subject}:{note}" if note else subject, urgent=True
    )
    return finish_work(work)


def chase_again_at(matter_id: int, every: timedelta) -> datetime | None:
    """Return from when on a matter may be chased again; None when it never was."""
    chased = Event.objects.filter(matter_id=matter_id, kind="chased")
    last = chased.order_by("-at").values_list("at", flat=True).first()
    return last + every if last else None


@transaction.atomic
def add_to_matter(
    *, by: Caller, at: datetime, number: str, text: str, photos: Sequence[int] = ()
) -> str:
    """Add what the owner of the house wants to say or show; whoever has it in hand is told."""
    work = open_work(number=number, by=by, at=at, verb="add", admitted=True)
    text = check_text(text, "text") if text.strip() or not photos else ""
    there = Photo.objects.filter(matter=work.matter).count()
    if len(photos) > MAX_PHOTOS or there + len(photos) > 4 * MAX_PHOTOS:
        raise BadInput(
            _("照片最多 %(n)d 张。") % {"n": min(MAX_PHOTOS, max(4 * MAX_PHOTOS - there, 0))},
            field="photos",
        )
    kept = list(dict.fromkeys(photos))
    Photo.objects.bulk_create(
        [Photo(matter=work.matter, file_id=one, at=at) for one in kept], ignore_conflicts=True
    )
    data = {"photos": kept} if kept else None
    event = write_event(work, "added", by=by, at=at, text=text, via="web", data=data)
    subject = _("业主补充 %(number)s(%(kind)s)") % _named(work)
    short = text[:_SHORT]
    tell_those_in_charge(work, f"added:{event.pk}", f"{subject}:{short}" if short else subject)
    return finish_work(work)


@transaction.atomic
def rate_matter(
    *, by: Caller, at: datetime, number: str, satisfaction: int, comment: str = ""
) -> str:
    """Keep the owner's own rating where it is no visit back: nobody has talked to them yet.

    A low one reaches the supervisor at once, beside whoever has the matter in hand.
    """
    work = open_work(number=number, by=by, at=at, verb="rate", admitted=True)
    if satisfaction not in range(1, 6):
        raise BadInput(_("满意度请选 1 到 5。"), field="satisfaction")
    comment = comment.strip()[:2000]
    work.set(satisfaction=satisfaction, comment=comment)
    data = {"satisfaction": satisfaction}
    event = write_event(work, "rated", by=by, at=at, text=comment, via="web", data=data)
    if satisfaction <= LOW:
        subject = _("%(number)s(%(kind)s)业主评价 %(n)d 分,请尽快回访") % {
            **_named(work),
            "n": satisfaction,
        }
        supervisors = work.staff.on_duty("supervisor") or work.staff.on_duty("manager")
        tell_those_in_charge(work, f"rated:{event.pk}", subject, urgent=True, also=supervisors)
    return finish_work(work)


def tell_those_in_charge(
    work: Work, purpose: str, subject: str, *, urgent: bool = False, also: Sequence[Duty] = ()
) -> None:
    """Tell who has the matter in hand, or stands in, and who follows it; each once."""
    owner = work.staff.stand_in(work.matter.owner_id)
    follower = work.staff.people.get(work.matter.follower_id or 0)
    people = {one.id: one for one in (owner, follower, *also) if one is not None}
    for person in people.values():
        tell(work, person, purpose, subject, urgent=urgent)


def _named(work: Work) -> dict[str, object]:
    return {"number": work.matter.number, "kind": titles.KINDS[work.matter.kind]}
