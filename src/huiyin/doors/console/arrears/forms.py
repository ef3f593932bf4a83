"""What arrears are narrowed to."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import DoorForm

AGES = (
    ("1", _("已逾期")),
    ("31", _("逾期 30 天以上")),
    ("91", _("逾期 90 天以上")),
    ("181", _("逾期 180 天以上")),
    ("366", _("逾期一年以上")),
    ("0", _("全部未付")),
)
Choices = Sequence[tuple[str, str]]


class NarrowForm(DoorForm):
    """The filters of the list; the first choice of each is everything."""

    use_required_attribute = False

    min_days = forms.ChoiceField(label=_("逾期"), choices=AGES)
    building = forms.ChoiceField(label=_("楼栋"))
    keeper = forms.ChoiceField(label=_("管家"))
    item = forms.ChoiceField(label=_("收费项目"))

    def __init__(
        self, *given: Any, buildings: Choices, keepers: Choices, items: Choices, **more: Any
    ) -> None:
        super().__init__(*given, **more)
        for name, everything, choices in (
            ("building", _("全部楼栋"), buildings),
            ("keeper", _("全部管家"), keepers),
            ("item", _("全部项目"), items),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 written above
            field.choices = [("", everything), *choices]
