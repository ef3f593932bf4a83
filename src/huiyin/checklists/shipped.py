"""The templates that come with the program: ``templates/*.toml``, read once."""

from functools import lru_cache
from importlib import resources

from huiyin.checklists.rules import Template, read_template

_FOLDER = "templates"


@lru_cache(maxsize=1)
def all_shipped() -> dict[str, Template]:
    """Return every shipped template by its code; a broken one is a fault of ours."""
    found = {}
    for file in sorted(resources.files(__package__).joinpath(_FOLDER).iterdir(), key=str):
        code = file.name.removesuffix(".toml")
        if code != file.name:
            found[code] = read_template(file.read_text(encoding="utf-8"), code=code)
    return found


def shipped(code: str) -> Template | None:
    """Return the shipped template of a code, if there is one."""
    return all_shipped().get(code)
