"""Billing: what is charged, for how much, to whom, and what is still open of it."""

from huiyin.billing.models.bills import Allocation, Bill, Line, OpenItem, Prepaid, Reduction
from huiyin.billing.models.catalogue import (
    Assignment,
    ChargeGroup,
    ChargeItem,
    Relief,
    Tariff,
    Terms,
)
from huiyin.billing.models.runs import DraftLine, Part, Run, Snag
from huiyin.billing.models.sources import HandOver, Pool, Scope, Share, Slip

__all__ = [
    "Allocation",
    "Assignment",
    "Bill",
    "ChargeGroup",
    "ChargeItem",
    "DraftLine",
    "HandOver",
    "Line",
    "OpenItem",
    "Part",
    "Pool",
    "Prepaid",
    "Reduction",
    "Relief",
    "Run",
    "Scope",
    "Share",
    "Slip",
    "Snag",
    "Tariff",
    "Terms",
]
