"""Conditions that several reads of the estate share."""

from datetime import date

from django.db.models import Q

from huiyin.estate.rules import Search


def lives_on(on: date, prefix: str = "") -> Q:
    """Return the condition that a role is held on a day; ``prefix`` is the path to the role."""
    return (
        Q(**{f"{prefix}from_on__isnull": True}) | Q(**{f"{prefix}from_on__lte": on})
    ) & not_over(on, prefix)


def not_over(on: date | None, prefix: str = "") -> Q:
    """Return the condition that a role has not ended by a day, or (None) has no end."""
    still = Q(**{f"{prefix}until_on__isnull": True})
    return still if on is None else still | Q(**{f"{prefix}until_on__gt": on})


def name_matches(search: Search, prefix: str = "") -> Q:
    """Return the condition that a person is meant by a search; ``prefix`` is the path to it."""
    match = Q(**{f"{prefix}name__contains": search.text})
    if search.letters:
        match |= Q(**{f"{prefix}initials__startswith": search.letters})
        match |= Q(**{f"{prefix}pinyin__startswith": search.letters})
    return match
