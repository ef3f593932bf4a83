"""Forms of an announcement, its end, its posters and slips."""

import re
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.announcements import actions, titles
from huiyin.announcements.actions import Content
from huiyin.announcements.audience import Audience
from huiyin.announcements.queries import BuildingOption
from huiyin.announcements.rules import CHANNELS, Facts
from huiyin.doors.console.steps import StepForm
from huiyin.doors.parts.forms import Day, DoorForm, Moment, text_area
from huiyin.doors.parts.photos import PhotosField, PhotosInput

USUAL = ("app", "sms", "wechat", "hall")
_BETWEEN = re.compile(r"[\s,,、;;]+")


def some(label: Any, choices: Any = ()) -> forms.MultipleChoiceField:
    """Return a field of boxes to tick, none of which must be."""
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class AnnouncementForm(DoorForm):
    """All that is written of an announcement; houses are typed by their numbers."""

    category = forms.ChoiceField(label=_("类别"), choices=list(titles.CATEGORIES.items()))
    urgent = forms.BooleanField(
        label=_("紧急通知"),
        required=False,
        help_text=_("突发的停用和险情:经理可以直接发布,夜里也发。计划内的不要勾选。"),
    )
    line = forms.CharField(label=_("线路(管线)"), required=False)
    area = forms.CharField(
        label=_("范围"), required=False, help_text=_("写给业主看的,例如:3栋、5栋及地下车库。")
    )
    from_at = Moment(label=_("从什么时间"))
    until_at = Moment(label=_("到什么时间"))
    lifts = forms.CharField(label=_("电梯"), required=False)
    precautions = forms.CharField(label=_("注意事项"), required=False, widget=text_area(2))
    title = forms.CharField(
        label=_("标题"), error_messages={"required": _("请写标题,例如:停电通知。")}
    )
    body = forms.CharField(
        label=_("正文"), widget=text_area(9), error_messages={"required": _("请写正文。")}
    )
    audience = forms.ChoiceField(
        label=_("通知谁"), choices=list(titles.AUDIENCES.items()), widget=forms.RadioSelect
    )
    buildings = some(_("楼栋"))
    units = some(_("单元"))
    houses = forms.CharField(
        label=_("房号"),
        required=False,
        widget=text_area(2),
        help_text=_("例如 3-1-1201,用逗号或空格隔开。"),
    )
    channels = some(_("通知方式"))
    starts_on = Day(label=_("开始展示"))
    ends_on = Day(label=_("展示到"), help_text=_("到这一天为止,第二天该撤下海报。"))
    source = forms.CharField(required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        places: Sequence[BuildingOption],
        set_up: Collection[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offer("channels", [(one, _channel(one, set_up)) for one in CHANNELS])
        self.places = places
        for name in ("from_at", "until_at"):
            self.fields[name].required = False
        self._offer("buildings", [(str(one.id), one.name) for one in places])
        self._offer(
            "units", [(str(pk), _unit(one, code)) for one in places for pk, code in one.units]
        )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the house numbers that were typed, each once."""
        text = self.data.get("houses", "") if self.is_bound else self.initial.get("houses", "")
        return tuple(dict.fromkeys(one for one in _BETWEEN.split(text.strip().upper()) if one))

    def audience_of(self, houses: tuple[int, ...]) -> Audience:
        """Return whom the announcement is for; ``houses`` are the ids of the numbers typed."""
        kind = self.cleaned_data["audience"]
        if kind == "houses":
            return Audience(kind, tuple(sorted(houses)))
        if kind == "all":
            return Audience(kind)
        return Audience(kind, tuple(sorted(int(one) for one in self.cleaned_data[kind])))

    def facts(self) -> Facts:
        """Return what is planned of a cut."""
        given = self.cleaned_data
        return Facts(
            line=given.get("line", ""),
            area=given.get("area", ""),
            from_at=given.get("from_at"),
            until_at=given.get("until_at"),
            lifts=given.get("lifts", ""),
            precautions=given.get("precautions", ""),
        )

    def content(self, houses: tuple[int, ...]) -> Content:
        """Return what was written, as the room takes it."""
        given = self.cleaned_data
        return Content(
            category=given["category"],
            title=given["title"],
            body=given["body"],
            audience=self.audience_of(houses),
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
            channels=tuple(given["channels"]),
            urgent=given["urgent"],
            facts=self.facts(),
        )


class Submit(StepForm):
    """Hand in for review."""

    action = actions.submit
    title = _("提交审批")


class Release(StepForm):
    """Publish an emergency at once."""

    action = actions.release
    title = _("立即发布")
    reason = forms.CharField(label=_("为什么来不及审批"), widget=text_area(2))


class Withdraw(StepForm):
    """Take it back."""

    action = actions.withdraw
    title = _("撤回")
    reason = forms.CharField(
        label=_("撤回原因"), widget=text_area(2), help_text=_("已收到通知的业主会看到。")
    )
    correct = forms.BooleanField(label=_("告诉已经收到通知的人:通知已撤回"), required=False)


STEPS: dict[str, type[StepForm]] = {"submit": Submit, "release": Release, "withdraw": Withdraw}


class PhotoForm(DoorForm):
    """The photo that proves a paper is where it belongs."""

    photos = PhotosField(
        label=_("现场照片"),
        widget=PhotosInput(attrs={"accept": "image/*"}),
        error_messages={"required": _("请拍一张照片作为凭证。")},
    )


class SentForm(DoorForm):
    """The number of registered mail."""

    ems_number = forms.CharField(
        label=_("快递单号"), error_messages={"required": _("请照面单填写单号。")}
    )


class ArrivedForm(DoorForm):
    """What became of a letter."""

    outcome = forms.ChoiceField(
        label=_("结果"),
        choices=[
            ("received", titles.SLIP_STATES["received"]),
            ("sent_back", titles.SLIP_STATES["sent_back"]),
        ],
        widget=forms.RadioSelect,
    )


def fresh(today: date, set_up: Collection[str], given: dict[str, Any]) -> dict[str, Any]:
    """Return what a new form begins with: what another page says, else today and what is usual."""
    return {
        "audience": "all",
        "channels": [one for one in USUAL if one in set_up],
        "starts_on": today,
        "ends_on": today,
        **given,
    }


def _channel(name: str, set_up: Collection[str]) -> str:
    title = str(titles.CHANNELS[name])
    return title if name in set_up else str(_("%(channel)s(未开通)")) % {"channel": title}


def _unit(building: BuildingOption, code: str) -> str:
    return str(_("%(building)s%(unit)s单元")) % {"building": building.name, "unit": code}
