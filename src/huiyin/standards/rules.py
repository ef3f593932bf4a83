"""Pure decisions about versions and hours: nothing here knows the database."""

from collections.abc import Sequence

from huiyin.kernel.calendar import Hours
from huiyin.standards.reading import Table


def read_hours(spans: Sequence[str]) -> Hours:
    """Read opening hours such as ``["09:00-12:00"]``; raise BrokenStandard when they are not."""
    return Table({"spans": list(spans)}, {(): 1}).hours("spans", ())
