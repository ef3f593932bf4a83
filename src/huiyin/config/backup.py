"""Write the whole system into one archive and read it back.

The archive is a zip: ``manifest.json`` (version, moment, hash of every member), ``database.dump``
(pg_dump's custom form) and ``files/``. The database is dumped first: files are only ever added, so
every file it names is among those copied after it.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from huiyin import __version__
from huiyin.config import env
from huiyin.config.programs import bindir, clean_environment
from huiyin.kernel import clock

FORM = 1
MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files"
SAID = 300  # characters of a program's complaint worth repeating


class UnableToBackUp(Exception):
    """The archive cannot be written; the sentence says why."""


class UnableToRestore(Exception):
    """The archive cannot be read back; the sentence says why. Nothing has changed."""


def backup(target: Path) -> int:
    """Write database and files into an archive, complete or not at all."""
    if target.exists():
        raise UnableToBackUp(f"{target}: is already there; backups are never overwritten")
    if not target.parent.is_dir():
        raise UnableToBackUp(f"{target.parent}: there is no such folder")
    half = target.with_name(target.name + ".half")
    try:
        with _workplace() as work:
            dump = work / DUMP
            _run(UnableToBackUp, "pg_dump", "--format=custom", "--no-owner", f"--file={dump}")
            _write_archive(half, dump)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    print(f"{target}: written, {target.stat().st_size / 1e6:.1f} MB")
    return 0


def restore(source: Path, *, replace: bool = False) -> int:
    """Read an archive back, all of it or nothing.

    1. Refuse when the database holds tables already, unless told to replace them.
    2. Unpack beside the files and compare every hash with the manifest.
    3. Empty and refill the database in one transaction.
    4. Put the files in the place of the old ones.
    """
    if _has_tables() and not replace:
        raise UnableToRestore("the database is not empty; add --replace to lose what is in it")
    env.home().mkdir(parents=True, exist_ok=True)
    with _workplace(env.home()) as work:
        _unpack(source, work)
        _fill_database(work / DUMP, work / "restore.sql")
        _replace_files(work / FILES)
    print(f"{source}: restored")
    return 0


def _write_archive(target: Path, dump: Path) -> None:
    files = _file_store()
    stored = sorted(path for path in files.rglob("*") if path.is_file()) if files.exists() else []
    members = {DUMP: dump} | {f"{FILES}/{path.relative_to(files)}": path for path in stored}
    manifest = {
        "form": FORM,
        "huiyin": __version__,
        "at": clock.now().isoformat(),
        "sha256": {name: _hash(path) for name, path in members.items()},
    }
    target.touch(mode=0o600)
    with zipfile.ZipFile(target, "w", strict_timestamps=False) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False))
        for name, path in members.items():
            archive.write(path, name)


def _unpack(source: Path, work: Path) -> None:
    """Unpack the archive and refuse one that is damaged, incomplete or of a later form."""
    try:
        with zipfile.ZipFile(source) as archive:
            archive.extractall(work)
        manifest: Any = json.loads((work / MANIFEST).read_text(encoding="utf-8"))
    except (zipfile.BadZipFile, OSError, ValueError, KeyError) as error:
        raise UnableToRestore(f"{source}: is damaged, or not a backup of Huiyin") from error
    if not isinstance(manifest, dict) or manifest.get("form") != FORM:
        raise UnableToRestore(f"{source}: was not written by this version of Huiyin")
    for name, expected in manifest["sha256"].items():
        path = work / name
        if not path.is_file() or _hash(path) != expected:
            raise UnableToRestore(f"{source}: {name} is damaged or missing")


def _fill_database(dump: Path, script: Path) -> None:
    _run(
        UnableToRestore,
        *("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(dump)),
        connected=False,
    )
    connection.close()
    _run(
        UnableToRestore,
        *("psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1"),
        *("--output", os.devnull),
        *("--command", "DROP SCHEMA public CASCADE", "--command", "CREATE SCHEMA public"),
        *("--file", str(script)),
    )


def _replace_files(fresh: Path) -> None:
    fresh.mkdir(exist_ok=True)
    files = _file_store()
    old = files.with_name(files.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if files.exists():
        files.rename(old)
    shutil.move(fresh, files)
    shutil.rmtree(old, ignore_errors=True)


def _has_tables() -> bool:
    with connection.cursor() as cursor:
        return bool(connection.introspection.table_names(cursor))


def _file_store() -> Path:
    return Path(settings.MEDIA_ROOT)


def _hash(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@contextmanager
def _workplace(beside: Path | None = None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="huiyin-", dir=beside) as folder:
        yield Path(folder)


def _run(refusal: type[Exception], program: str, *arguments: str, connected: bool = True) -> None:
    """Run one of PostgreSQL's programs on our database; the password never shows in a list."""
    database: dict[str, Any] = settings.DATABASES["default"]
    address = {
        "PGHOST": database["HOST"],
        "PGPORT": database["PORT"],
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
        "PGSSLMODE": database["OPTIONS"].get("sslmode", ""),
        "PGOPTIONS": "--client-min-messages=warning",
    }
    given = {name: value for name, value in address.items() if value} if connected else {}
    done = subprocess.run(
        [bindir() / program, *arguments],
        env=clean_environment() | given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[-SAID:]
        raise refusal(f"{program} failed: {said}")
