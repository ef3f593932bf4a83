"""Whose telephone number is it: gives the numbers of a row to the people of the row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from huiyin.estate.roster.names import NameText
from huiyin.estate.roster.parsed import ParsedPerson, ParsedPhone
from huiyin.estate.roster.phones import PhoneText

_LONGEST_LABEL = 20
Cells = Sequence[tuple[str, Sequence[PhoneText]]]


def assign(people: Iterable[NameText], cells: Cells) -> tuple[ParsedPerson, ...]:
    """Give each number of the cells to one of the people.

    A number goes to whom the words beside it name; else, when a cell holds as many numbers as
    there are people, to the one in the same place; else to the first. Each cell comes with the
    label its column gives to its numbers.
    """
    named = list(people)
    if not named:
        return ()
    phones: dict[str, dict[str, ParsedPhone]] = {}
    for person in named:
        phones[person.name] = {p.number: _phone(p, "") for p in person.phones}
    for label, cell in cells:
        pairs = len(named) > 1 and len(cell) == len(named)
        for place, phone in enumerate(cell):
            owner = _named_beside(phone, named)
            name = owner or named[place if pairs else 0].name
            words = label if owner else (phone.label or label)
            phones[name].setdefault(phone.number, _phone(phone, words))
    return tuple(
        ParsedPerson(person.name, person.company, tuple(phones[person.name].values()))
        for person in named
    )


def _named_beside(phone: PhoneText, people: Sequence[NameText]) -> str:
    """Return the name of the one whom the words beside a number mean, or nothing."""
    words = phone.label.replace(" ", "")
    return next((person.name for person in people if words and words == person.name), "")


def _phone(phone: PhoneText, label: str) -> ParsedPhone:
    """Write the label of a number, its extension first."""
    words = f"转{phone.extension} {label}" if phone.extension else label
    return ParsedPhone(phone.number, words.strip()[:_LONGEST_LABEL])
