"""How rooms prove their rows: queries that name what should not exist, attempts that must fail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import Error, connection, transaction

SHOWN = 10
# The SQL states of our triggers' refusals: any of them, and that of a day the books are shut on.
_RAISED = ("P0001", "HY001")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a proof found: how many rows it looked at, and sentences about those that break it."""

    checked: int
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """A query whose one column names each wrong row, and one that counts the rows in question."""

    wrong: str
    counted: str = ""


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What must be impossible: a table, the beginning of its trigger's name, an attempt."""

    table: str
    trigger: str
    attempt: str


def unchangeable(table: str, trigger: str = "append_only") -> tuple[Forbidden, ...]:
    """Return that a row of the table is neither changed nor deleted."""
    one = f"id = (SELECT min(id) FROM {table})"  # noqa: S608  our own names
    return (
        Forbidden(table, trigger, f"UPDATE {table} SET id = id WHERE {one}"),  # noqa: S608
        Forbidden(table, trigger, f"DELETE FROM {table} WHERE {one}"),  # noqa: S608
    )


def prove(proofs: Sequence[Proof], values: dict[str, Any] | None = None) -> Finding:
    """Run the queries and return at most ``SHOWN`` sentences about wrong rows."""
    checked, broken = 0, []
    with connection.cursor() as cursor:
        for proof in proofs:
            if proof.counted:
                cursor.execute(proof.counted)
                checked += cursor.fetchone()[0]
            cursor.execute(f"{proof.wrong} LIMIT {SHOWN}", values or {})
            broken += [sentence for (sentence,) in cursor.fetchall()]
    return Finding(checked, tuple(broken[:SHOWN]))


def attempt(forbidden: Sequence[Forbidden]) -> Finding:
    """Try what is forbidden, each inside a savepoint: the database must refuse every time.

    Where a table has no row to try it on, its trigger must at least be there and switched on.
    """
    broken: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
        triggers = cursor.fetchall()
    for one in forbidden:
        name = f"pgtrigger_{one.trigger}_"
        if not any(table == one.table and name in found for table, found in triggers):
            broken.append(f"{one.table}: the trigger {one.trigger} is missing or switched off")
        elif not _refused(one.attempt):
            broken.append(f"the database allowed: {one.attempt}")
    return Finding(len(forbidden), tuple(broken))


def _refused(statement: str) -> bool:
    """Tell whether the database refuses a statement; what it allows is undone."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            allowed = cursor.rowcount > 0
            transaction.set_rollback(True)
    except Error as error:
        if getattr(error.__cause__, "sqlstate", "") not in _RAISED:
            raise
        return True
    return not allowed
