"""Names of channels and states of messages, for the pages that show them."""

from django import template

from huiyin.notices import titles
from huiyin.notices.wording import Fault

register = template.Library()


@register.filter
def channel_title(name: str) -> str:
    """Say what a channel is called."""
    return str(titles.CHANNELS.get(name, name))


@register.filter
def message_state(state: str) -> str:
    """Say how a message stands."""
    return str(titles.STATES.get(state, state))


@register.filter
def wording_state(state: str) -> str:
    """Say how a wording of a template stands."""
    return str(titles.WORDING_STATES.get(state, state))


@register.filter
def category_title(name: str) -> str:
    """Say what kind of message it is."""
    return str(titles.CATEGORIES.get(name, name))


@register.filter
def language_title(code: str) -> str:
    """Say the name of a language in itself."""
    return str(titles.LANGUAGES.get(code, code))


@register.filter
def fault_sentence(fault: Fault) -> str:
    """Say what is wrong with a wording and what to do."""
    return str(titles.FAULTS[fault.code]) % {"what": fault.what}
