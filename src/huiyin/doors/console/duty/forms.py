"""Forms of the log of a shift: each does one thing to it."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiyin.desk import actions
from huiyin.doors.parts.forms import DoorForm, text_area

Choices = Sequence[tuple[str, str]]


class DutyForm(DoorForm):
    """One thing to do with a log: its field names are the arguments of the action behind it."""

    action: ClassVar[Callable[..., object]]
    title: ClassVar[Promise]


class NoteForm(DutyForm):
    """A line of the log."""

    action = actions.write_note
    title = _("记一笔")
    about = forms.ChoiceField(
        label=_("记在哪一栏"),
        choices=[("shift", _("值班情况")), ("keys", _("设备与钥匙"))],
        widget=forms.RadioSelect,
        initial="shift",
    )
    text = forms.CharField(label=_("内容"), widget=text_area(2))


class ChecksForm(DutyForm):
    """The four checks before leaving."""

    action = actions.tick_checks
    title = _("离岗四查")
    ticked = forms.MultipleChoiceField(
        label=_("查过的打勾"), widget=forms.CheckboxSelectMultiple, choices=()
    )

    def __init__(self, *args: Any, checks: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ticked"].choices = checks  # type: ignore[attr-defined]


class ItemForm(DutyForm):
    """Something unfinished for a named person."""

    action = actions.hand_item
    title = _("移交未结事项")
    matter = forms.ChoiceField(label=_("事项"), required=False)
    text = forms.CharField(
        label=_("交代什么"), required=False, help_text=_("没有事项编号的,写清楚是什么事。")
    )
    to = forms.ChoiceField(label=_("交给"))
    moves = forms.BooleanField(label=_("对方接收后,经办人也换成对方"), required=False)

    def __init__(
        self, *args: Any, people: Choices = (), matters: Choices = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", _("请选择")), *people]  # type: ignore[attr-defined]
        self.fields["matter"].choices = [("", _("没有编号,写在下面")), *matters]  # type: ignore[attr-defined]


class OffForm(DutyForm):
    """Leaving a shift that goes on with others."""

    action = actions.sign_off
    title = _("签退")
    excuse = forms.CharField(
        label=_("没有做四查的原因"), required=False, help_text=_("四查做完就不用填。")
    )


class OverForm(DutyForm):
    """Handing the shift over."""

    action = actions.hand_over_shift
    title = _("交班")
    excuse = forms.CharField(
        label=_("没有做四查或代办的原因"), required=False, help_text=_("四查做完就不用填。")
    )


class TakeForm(DutyForm):
    """Taking the shift over."""

    action = actions.take_over
    title = _("接班")


class SignForm(DutyForm):
    """The supervisor's signature with an opinion."""

    action = actions.sign_log
    title = _("主管阅签")
    opinion = forms.CharField(label=_("意见"), initial=_("已阅"), widget=text_area(2))


STEPS: dict[str, type[DutyForm]] = {
    "note": NoteForm,
    "checks": ChecksForm,
    "item": ItemForm,
    "off": OffForm,
    "over": OverForm,
    "take": TakeForm,
    "sign": SignForm,
}
