"""Forms of what neighbours do together: a survey's sheet, a sign-up, something on the board."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import DoorForm, text_area
from huiyin.together.actions.board import TEXT_MOST, TITLE_MOST
from huiyin.together.actions.gatherings import HEADS_MOST, NOTE_MOST
from huiyin.together.actions.surveys import WORDS_MOST
from huiyin.together.queries import SurveyRow
from huiyin.together.rules import SCORE

SCORE_WORDS = {
    "1": _("1 很不满意"),
    "2": _("2 不满意"),
    "3": _("3 一般"),
    "4": _("4 满意"),
    "5": _("5 很满意"),
}


class SurveyForm(DoorForm):
    """The sheet of a survey: one choice for each question, and a few words if one likes."""

    def __init__(self, survey: SurveyRow, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, one in enumerate(survey.questions):
            options = [
                (option, SCORE_WORDS[option] if one.kind == SCORE else option)
                for option in one.options
            ]
            self.fields[f"q{number}"] = forms.ChoiceField(
                label=f"{number + 1}. {one.text}",
                choices=options,
                required=False,
                widget=forms.RadioSelect,
            )
        self.fields["words"] = forms.CharField(
            label=_("还想对我们说的"),
            required=False,
            max_length=WORDS_MOST,
            widget=text_area(3),
        )
        self.count = len(survey.questions)

    @property
    def answers(self) -> dict[int, str]:
        """What was chosen, by the number of the question."""
        return {number: self.cleaned_data.get(f"q{number}", "") for number in range(self.count)}


class SignUpForm(DoorForm):
    """How many come, and what the host should know."""

    heads = forms.IntegerField(
        label=_("几个人参加"),
        initial=1,
        min_value=1,
        max_value=HEADS_MOST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    note = forms.CharField(label=_("要说明的事"), required=False, max_length=NOTE_MOST)


class PostForm(DoorForm):
    """Something on the board; the same key sent again is one post."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("标题"), max_length=TITLE_MOST)
    text = forms.CharField(label=_("内容"), max_length=TEXT_MOST, widget=text_area(4))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class ReplyForm(PostForm):
    """An answer on the board has no title of its own."""

    title = None  # type: ignore[assignment]
