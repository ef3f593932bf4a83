"""How an announcement will read on each channel, before it goes out (NOT-02)."""

from dataclasses import dataclass
from datetime import datetime

from huiyin.announcements.access import admit_to
from huiyin.announcements.drafts import telling_values, template_of
from huiyin.announcements.models import Announcement
from huiyin.kernel.caller import Caller
from huiyin.notices import wording
from huiyin.notices.around import Around


@dataclass(frozen=True, slots=True)
class Preview:
    """The short message with its parts, and the longer text of the other channels."""

    sms: str
    sms_signs: int
    sms_parts: int
    subject: str
    text: str


def preview(*, caller: Caller, number: str, at: datetime) -> Preview:
    """Return the messages as owners will read them in Chinese. Raises NotFound, Forbidden."""
    found = Announcement.objects.select_related("community").filter(number=number)
    one = admit_to(caller, None if "\0" in number else found.first())
    code = template_of(one)
    said = Around(at).template(one.community_id, code).said(wording.SOURCE)
    values = {
        **wording.checked_values(code, telling_values(one)),
        "community": one.community.name,
        "desk": one.community.phone,
    }
    sms = wording.signed(one.community.name, wording.filled(said.short, values))
    return Preview(
        sms=sms,
        sms_signs=len(sms),
        sms_parts=wording.sms_parts(sms),
        subject=wording.filled(said.subject, values),
        text=wording.filled(said.text, values),
    )
