"""What a text seems to be, for matters that arrive when nobody is there to choose a kind."""

from huiyin.intake.actions import Suggested
from huiyin.intake.actions.mail import DEFAULT_KIND
from huiyin.intake.rules import sounds_alarm
from huiyin.triage import queries as triage

_WORDS_SHOWN = 4


def of_mail(community_id: int, text: str) -> Suggested:
    """Return what the table of words proposes for a mail; a person confirms it.

    A word of danger that the table's judgement set aside still counts as urgent here, where nobody
    hears the voice: a false alarm is better than an emergency missed.
    """
    proposed = triage.suggest(community_id=community_id, text=text)
    seen = "、".join(words for words, _why in proposed.seen[:_WORDS_SHOWN])
    urgent = proposed.urgent or sounds_alarm(text)
    return Suggested(kind=proposed.kind or DEFAULT_KIND, urgent=urgent, seen=seen)
