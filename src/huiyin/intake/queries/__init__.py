"""Reads of the intake, each narrowed to what the caller may see."""

from huiyin.intake.queries.batches import BatchRow, batches
from huiyin.intake.queries.mail import (
    MailboxState,
    MailRow,
    MailView,
    mail,
    mailbox,
    mails,
    raw_mail,
    waiting_mails,
)
from huiyin.intake.queries.stickers import (
    BuildingRow,
    Place,
    StickerRow,
    buildings,
    place,
    sheet,
    stickers,
)

__all__ = [
    "BatchRow",
    "BuildingRow",
    "MailRow",
    "MailView",
    "MailboxState",
    "Place",
    "StickerRow",
    "batches",
    "buildings",
    "mail",
    "mailbox",
    "mails",
    "place",
    "raw_mail",
    "sheet",
    "stickers",
    "waiting_mails",
]
