"""Messages as the router makes and reads them; many are written by one statement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from huiyin.notices.models import Message

_WRITE = """
INSERT INTO notices_message
       (community_id, person_id, telling_id, channel, address, reference, purpose, epoch, about,
        subject, text, template, "values", vendor_ids, urgent, state, at, next_try_at, expires_at,
        sent_at, tries, problem)
SELECT community_id, person_id, telling_id, channel, address, reference, purpose, epoch, about,
       subject, text, template, "values", vendor_ids, urgent, state, at,
       CASE WHEN state = 'queued' THEN at END, expires_at, CASE WHEN state = 'sent' THEN at END, 0,
       ''
  FROM json_to_recordset(%s)
       AS n(community_id bigint, person_id bigint, telling_id bigint, channel text, address text,
            reference uuid, purpose text, epoch int, about text, subject text, text text,
            template text, "values" jsonb, vendor_ids jsonb, urgent bool, state text,
            at timestamptz, expires_at timestamptz)
"""


@dataclass(slots=True, eq=False)
class Outgoing:
    """A message of a telling: one to be written, or one written before (with an ``id``)."""

    community_id: int
    person_id: int | None
    telling_id: int
    channel: str
    address: str
    reference: UUID | None
    purpose: str
    epoch: int
    about: str
    subject: str
    text: str
    urgent: bool
    state: str
    at: datetime
    expires_at: datetime | None
    template: str = ""
    values: dict[str, str] | None = None
    vendor_ids: dict[str, str] | None = None
    id: int | None = None
    problem: str = ""
    is_read: bool = False
    lease_until: datetime | None = None


def read(one: Message) -> Outgoing:
    """Return a message written before, as far as the router asks about it."""
    return Outgoing(
        community_id=one.community_id,
        person_id=one.person_id,
        telling_id=one.telling_id or 0,
        channel=one.channel,
        address=one.address,
        reference=one.reference,
        purpose=one.purpose,
        epoch=one.epoch,
        about=one.about,
        subject=one.subject,
        text=one.text,
        urgent=one.urgent,
        state=one.state,
        at=one.at,
        expires_at=one.expires_at,
        id=one.pk,
        problem=one.problem,
        is_read=one.read_at is not None,
        lease_until=one.lease_until,
    )


def write(messages: Sequence[Outgoing]) -> None:
    """Write messages into the outbox."""
    if not messages:
        return
    rows = [
        {
            "community_id": one.community_id,
            "person_id": one.person_id,
            "telling_id": one.telling_id,
            "channel": one.channel,
            "address": one.address,
            "reference": one.reference and str(one.reference),
            "purpose": one.purpose,
            "epoch": one.epoch,
            "about": one.about,
            "subject": one.subject,
            "text": one.text,
            "template": one.template,
            "values": one.values,
            "vendor_ids": one.vendor_ids,
            "urgent": one.urgent,
            "state": one.state,
            "at": one.at.isoformat(),
            "expires_at": one.expires_at and one.expires_at.isoformat(),
        }
        for one in messages
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [json.dumps(rows, ensure_ascii=False)])
