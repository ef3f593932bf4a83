"""What entries are narrowed to; the days of the books."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiyin.doors.parts.forms import Day, DoorForm
from huiyin.ledger.titles import KINDS

Choices = Sequence[tuple[str, str]]
DAY = timedelta(days=1)


class NarrowForm(DoorForm):
    """The filters of the list of entries; each may be left empty."""

    words = forms.CharField(label=gettext_lazy("编号或摘要"), max_length=80, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("种类"), required=False)
    account = forms.ChoiceField(label=gettext_lazy("科目"), required=False)
    house = forms.CharField(label=gettext_lazy("房号"), max_length=60, required=False)
    first = Day(label=gettext_lazy("从"), required=False)
    last = Day(label=gettext_lazy("到"), required=False)

    def __init__(self, *given: Any, accounts: Choices, **more: Any) -> None:
        super().__init__(*given, **more)
        for name, choices in (("kind", list(KINDS.items())), ("account", list(accounts))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 written above
            field.choices = [("", _("全部")), *choices]

    @property
    def asked(self) -> dict[str, Any]:
        """What the list is asked for, days half-open."""
        given = dict(self.cleaned_data)
        first, last = given.pop("first"), given.pop("last")
        words = {name: given[name].strip() for name in ("words", "house")}
        return {**given, **words, "from_on": first, "until_on": last and last + DAY}


class DaysForm(DoorForm):
    """From one day to another, both included."""

    first = Day(label=gettext_lazy("从"))
    last = Day(label=gettext_lazy("到"))

    def clean(self) -> dict[str, Any]:
        """Refuse days that run backwards."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("first") and given.get("last") and given["last"] < given["first"]:
            self.add_error("last", _("结束日期不能早于开始日期。"))
        return given

    @property
    def half_open(self) -> tuple[date, date]:
        """The days as the rooms count them."""
        return self.cleaned_data["first"], self.cleaned_data["last"] + DAY


class OpenForm(DoorForm):
    """Since when there are books."""

    opened_on = Day(label=gettext_lazy("从哪天起记账"))


class LockForm(DoorForm):
    """Up to which day nothing is posted any more."""

    until_on = Day(
        label=gettext_lazy("锁到哪天(含当天)"),
        help_text=gettext_lazy("这一天和以前的账都不能再改、不能再记。锁了不能往回退。"),
    )
