"""The accounts that the rooms post to, and the chart that every book opens with."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

CASH: Final = "1001"
BANK: Final = "1002"
# Taken by WeChat, Alipay or card and not in the bank yet.
IN_TRANSIT: Final = "1012"
RECEIVABLE: Final = "1122"
AGENCY_RECEIVABLE: Final = "1221"
PREPAID: Final = "2203"
DEPOSITS: Final = "224101"
AGENCY_PAYABLE: Final = "224102"
# What the books begin with has this on its other side.
OPENING: Final = "410499"
INCOME_MANAGEMENT: Final = "600101"
INCOME_SHARED: Final = "600102"
INCOME_METERED: Final = "600103"
INCOME_PARKING: Final = "600104"
INCOME_SERVICES: Final = "600105"
INCOME_CLUB: Final = "600106"
INCOME_OTHER: Final = "6051"
INCOME_LATE_FEES: Final = "6301"

# What households owe, and where money may come in.
RECEIVABLES: Final = (RECEIVABLE, AGENCY_RECEIVABLE)
MONEY: Final = (CASH, BANK, IN_TRANSIT)
KINDS: Final = ("asset", "liability", "equity", "income", "expense")


class BadChart(ValueError):
    """The file of the chart names something twice, or something that is no account."""


@dataclass(frozen=True, slots=True)
class ChartRow:
    """An account that comes with the program."""

    code: str
    name: str
    kind: str


@lru_cache(maxsize=1)
def shipped() -> tuple[ChartRow, ...]:
    """Return the accounts every book opens with, in order of code."""
    file = resources.files(__package__).joinpath("chart.toml")
    return read_chart(file.read_text(encoding="utf-8"))


def read_chart(text: str) -> tuple[ChartRow, ...]:
    """Read a chart of accounts; raise BadChart where it cannot be one."""
    rows = [ChartRow(**row) for row in tomllib.loads(text)["account"]]
    codes = [row.code for row in rows]
    if len(set(codes)) < len(codes):
        raise BadChart("an account twice")
    for row in rows:
        if row.kind not in KINDS or not is_code(row.code) or not row.name:
            raise BadChart(f"not an account: {row}")
    return tuple(sorted(rows, key=lambda row: row.code))


def is_code(text: str) -> bool:
    """Tell whether a text can be the code of an account: four to twelve plain digits."""
    return text.isascii() and text.isdigit() and 4 <= len(text) <= 12  # noqa: PLR2004
