"""Every write of the intake: mails, batches written down, stickers and what comes through them."""

from huiyin.intake.actions.batches import NewItem, UnableToTakeBatch, take_batch
from huiyin.intake.actions.mail import (
    Arrived,
    Cursor,
    Suggested,
    UnableToTakeMail,
    count_try,
    note_look,
    open_mailbox,
    pass_over,
    read_next,
    store_mail,
    take_mail,
)
from huiyin.intake.actions.reports import UnableToReport, knock, report
from huiyin.intake.actions.stickers import (
    Made,
    UnableToChangeSticker,
    UnableToMakeStickers,
    make_stickers,
    replace_sticker,
    restore_sticker,
    retire_sticker,
)

__all__ = [
    "Arrived",
    "Cursor",
    "Made",
    "NewItem",
    "Suggested",
    "UnableToChangeSticker",
    "UnableToMakeStickers",
    "UnableToReport",
    "UnableToTakeBatch",
    "UnableToTakeMail",
    "count_try",
    "knock",
    "make_stickers",
    "note_look",
    "open_mailbox",
    "pass_over",
    "read_next",
    "replace_sticker",
    "report",
    "restore_sticker",
    "retire_sticker",
    "store_mail",
    "take_batch",
    "take_mail",
]
