"""The kinds of papers that come with the program."""

from functools import lru_cache
from importlib import resources

from huiyin.documents.rules import Kind, read_kinds


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """Return the kinds by code, in the order of the table."""
    file = resources.files(__package__).joinpath("kinds.toml")
    return read_kinds(file.read_text(encoding="utf-8"))
