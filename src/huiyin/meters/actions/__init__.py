"""Every write of the room, verb first."""

from huiyin.meters.actions.core import UnableToRead
from huiyin.meters.actions.hanging import (
    UnableToHang,
    UnableToOrder,
    UnableToReplace,
    add_meter,
    order_walk,
    replace,
    take_down,
)
from huiyin.meters.actions.importing import import_meters, import_readings
from huiyin.meters.actions.reading import (
    UnableToCorrect,
    UnableToEstimate,
    UnableToReadAgain,
    correct,
    estimate,
    read,
    skip,
)
from huiyin.meters.actions.settling import UnableToSettle, UnableToVoid, settle, void

__all__ = [
    "UnableToCorrect",
    "UnableToEstimate",
    "UnableToHang",
    "UnableToOrder",
    "UnableToRead",
    "UnableToReadAgain",
    "UnableToReplace",
    "UnableToSettle",
    "UnableToVoid",
    "add_meter",
    "correct",
    "estimate",
    "import_meters",
    "import_readings",
    "order_walk",
    "read",
    "replace",
    "settle",
    "skip",
    "take_down",
    "void",
]
