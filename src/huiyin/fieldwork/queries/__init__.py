"""Every read of the room, narrowed by the caller, returned as plain rows."""

from huiyin.fieldwork.queries.day import jobs
from huiyin.fieldwork.queries.papers import (
    kinds_to_bill,
    sheet,
    signature_file,
    slip,
    slips,
    slips_to_bill,
    unsigned,
)
from huiyin.fieldwork.queries.store import moves, price_board, price_history, price_list, stock

__all__ = [
    "jobs",
    "kinds_to_bill",
    "moves",
    "price_board",
    "price_history",
    "price_list",
    "sheet",
    "signature_file",
    "slip",
    "slips",
    "slips_to_bill",
    "stock",
    "unsigned",
]
