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


def name_matches(search: Search) -> Q:
    """Return the condition that the person of a role is meant by a search."""
    match = Q(person__name__contains=search.text)
    if search.letters:
        match |= Q(person__initials__startswith=search.letters)
        match |= Q(person__pinyin__startswith=search.letters)
    return match
