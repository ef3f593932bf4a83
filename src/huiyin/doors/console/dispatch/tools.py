"""The verbs of a dispatcher: assign to somebody of the list, nudge, take back."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiyin.doors.console.dispatch import people
from huiyin.doors.console.matter import forms as verbs
from huiyin.doors.parts.forms import text_area
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.matters import actions, titles
from huiyin.matters.queries import MatterView


class Assign(verbs.VerbForm):
    """Send somebody, chosen from the people there with their load."""

    action = actions.assign_matter
    icon = "user"
    to = forms.ChoiceField(label=gettext_lazy("派给"), widget=forms.RadioSelect)
    note = forms.CharField(label=gettext_lazy("交代一句"), required=False, widget=text_area(2))

    def __init__(self, *args: Any, hands: list[people.Hand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.code, _choice(one)) for one in hands]
        self.fields["to"] = forms.ChoiceField(
            label=gettext_lazy("派给"), widget=forms.RadioSelect, choices=choices
        )


class Nudge(verbs.VerbForm):
    """Remind whoever has it in hand."""

    action = actions.nudge_matter
    icon = "bell"
    note = forms.CharField(label=gettext_lazy("催一句"), required=False, max_length=200)


VERBS: dict[str, type[verbs.VerbForm]] = {
    "assign": Assign,
    "nudge": Nudge,
    "take-back": verbs.TakeBack,
    "give-back": verbs.GiveBack,
}


@dataclass(frozen=True, slots=True)
class Tool:
    """A verb as the panel offers it."""

    verb: str
    title: str
    form: verbs.VerbForm
    open: bool


def form(request: StaffRequest, matter: MatterView, verb: str, data: Any = None) -> verbs.VerbForm:
    """Return the form of a verb, empty or with what was sent."""
    given: dict[str, Any] = {"matter": matter, "prefix": verb}
    if verb == "assign":
        given["hands"] = people.fitting(people.on_hand(request), matter.kind)
        given["initial"] = {"to": matter.owner.code}
    return VERBS[verb](data, **given)


def offered(
    request: StaffRequest, matter: MatterView, refused: tuple[str, verbs.VerbForm] | None
) -> list[Tool]:
    """Return the verbs that the matter allows now, the refused one as it was typed."""
    tools = []
    for verb in VERBS:
        if refused and refused[0] == verb:
            tools.append(Tool(verb, str(titles.VERBS[verb]), refused[1], open=True))
        elif verb in matter.verbs:
            title, is_first = str(titles.VERBS[verb]), verb == "assign" and not refused
            tools.append(Tool(verb, title, form(request, matter, verb), open=is_first))
    return tools


def _choice(one: people.Hand) -> str:
    duty = _("在岗") if one.present else _("不在岗")
    load = _("在手 %(n)d 件") % {"n": one.load.open}
    late = _("超时 %(n)d 件") % {"n": one.load.late} if one.load.late else ""
    return format_html(
        '<b>{}</b> <span class="hy-soft">{} · {} · {}{}{}</span>',
        one.name,
        one.post_title,
        duty,
        load,
        " · " if late else "",
        late,
    )
