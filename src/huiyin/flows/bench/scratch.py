"""A database of its own for a bench, on the same server, dropped afterwards whatever happens."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper


@contextmanager
def scratch_database() -> Iterator[None]:
    """Make a migrated scratch database this process, and those it starts, work on in the block."""
    name = f"huiyin_bench_{secrets.token_hex(4)}"
    usual_name, usual_url = settings.DATABASES["default"]["NAME"], os.environ.get("DATABASE_URL")
    _administer(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        _move_to(name)
        if usual_url:
            os.environ["DATABASE_URL"] = urlsplit(usual_url)._replace(path=f"/{name}").geturl()
        call_command("migrate", verbosity=0, interactive=False)
        yield
    finally:
        _move_to(usual_name)
        if usual_url:
            os.environ["DATABASE_URL"] = usual_url
        _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


def leave_database() -> None:
    """Close this process's connections and its pool; the next query opens them anew."""
    for each in connections.all(initialized_only=True):
        each.close()
        if isinstance(each, DatabaseWrapper):
            each.close_pool()


def _move_to(name: str) -> None:
    leave_database()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _administer(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
