"""Every write of the room, verb first."""

from huiyin.fieldwork.actions.acts import (
    ActResult,
    TooManyPhotos,
    UnableToSync,
    take_acts,
    wants_photo,
)
from huiyin.fieldwork.actions.core import UnableToChangeSheet
from huiyin.fieldwork.actions.prices import (
    UnableToChangePrice,
    add_price_item,
    change_price,
    retire_price_item,
)
from huiyin.fieldwork.actions.reading import record_reads
from huiyin.fieldwork.actions.sheets import (
    UnableToPrice,
    UnableToSignSheet,
    add_line,
    drop_line,
    give_consent,
    open_sheet,
    sign_sheet,
)
from huiyin.fieldwork.actions.slips import (
    UnableToVoid,
    ask_void,
    keep_slip,
    mark_billed,
    void_slip,
)
from huiyin.fieldwork.actions.store import count_stock, receive_stock

__all__ = [
    "ActResult",
    "TooManyPhotos",
    "UnableToChangePrice",
    "UnableToChangeSheet",
    "UnableToPrice",
    "UnableToSignSheet",
    "UnableToSync",
    "UnableToVoid",
    "add_line",
    "add_price_item",
    "ask_void",
    "change_price",
    "count_stock",
    "drop_line",
    "give_consent",
    "keep_slip",
    "mark_billed",
    "open_sheet",
    "receive_stock",
    "record_reads",
    "retire_price_item",
    "sign_sheet",
    "take_acts",
    "void_slip",
    "wants_photo",
]
