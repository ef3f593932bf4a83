"""What a correction may say: pure decisions (CMP-05, CMP-11)."""

from collections.abc import Iterable

SHORTEST_NAME = 2
SHORTEST_ROOM = 3  # "1" would be found in every date
TITLES = ("先生", "女士", "小姐", "太太", "阿姨", "叔叔", "师傅", "老师", "业主")


def tells_who(text: str, names: Iterable[str]) -> str:
    """Return the first of the names, phones or house numbers that the text gives away, or nothing.

    What an employee is told to correct must not say who complained.
    """
    said = "".join(text.split())
    for name in names:
        plain = "".join(name.split())
        if len(plain) >= SHORTEST_NAME and plain in said:
            return name
    return ""


def forms_of_address(name: str) -> tuple[str, ...]:
    """Return how somebody is spoken of by the surname: 王女士, 王业主."""
    return tuple(f"{name[0]}{title}" for title in TITLES) if name else ()


def room_of(house: str) -> str:
    """Return the room of a house number where it is long enough to tell: 1201 of 3-1-1201."""
    room = house.rpartition("-")[2]
    return room if len(room) >= SHORTEST_ROOM else ""
