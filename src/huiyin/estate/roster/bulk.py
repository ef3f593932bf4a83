"""Writes thousands of new rows at once, by COPY; five times as fast as inserting them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Model
from django.db.models.fields.related import RelatedField
from psycopg import sql
from psycopg.types.json import Jsonb


def copy_in(rows: Sequence[Model]) -> None:
    """Write new rows of one model and give them their keys; what they refer to has its own."""
    if not rows:
        return
    about = rows[0]._meta
    fields = about.concrete_fields
    columns: list[sql.Composable] = [sql.Identifier(str(field.column)) for field in fields]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(about.db_table), sql.SQL(", ").join(columns)
    )
    with connection.cursor() as cursor:
        if not about.pk.is_relation:  # a row that hangs on another has its key already
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [about.db_table, about.pk.column, len(rows)],
            )
            for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
                row.pk = key
                row._state.adding = False
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([_value(row, field) for field in fields])


def _value(row: Model, field: Field[Any, Any]) -> Any:
    """Return what a column of a row holds: plain text for a choice, the key of another row."""
    if isinstance(field, RelatedField) and field.is_cached(row):
        other = getattr(row, field.name)
        setattr(row, field.attname, other and other.pk)
    value = getattr(row, field.attname)
    if isinstance(field, JSONField):
        return Jsonb(value)
    return str(value) if isinstance(value, str) else value
