"""Forms of surveys, gatherings and the board, for the staff."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import Day, DoorForm, Moment, text_area
from huiyin.matters.rules import REPORTED
from huiyin.matters.titles import KINDS
from huiyin.together.actions import board, gatherings, surveys


class SurveyForm(DoorForm):
    """A survey as somebody writes it: one question a line."""

    title = forms.CharField(label=_("标题"), max_length=surveys.TITLE_MOST)
    intro = forms.CharField(
        label=_("开头的话"), required=False, max_length=surveys.INTRO_MOST, widget=text_area(2)
    )
    questions = forms.CharField(
        label=_("问题"),
        widget=text_area(8),
        help_text=_("一行一题。只写问题是 1 到 5 分打分;带选项的写成“您常走哪个门:南门/北门”。"),
    )
    opens_on = Day(label=_("开始日期"))
    closes_on = Day(label=_("结束日期(含当天)"))


class GatheringForm(DoorForm):
    """A gathering: what, where, when, for how many."""

    title = forms.CharField(label=_("活动名称"), max_length=gatherings.TITLE_MOST)
    text = forms.CharField(
        label=_("说明"), required=False, max_length=gatherings.TEXT_MOST, widget=text_area(4)
    )
    place = forms.CharField(label=_("地点"), max_length=gatherings.PLACE_MOST)
    starts_at = Moment(label=_("开始时间"))
    ends_at = Moment(label=_("结束时间"))
    sign_up_until = Moment(label=_("报名截止"))
    seats = forms.IntegerField(
        label=_("名额"),
        required=False,
        min_value=1,
        max_value=gatherings.SEATS_MOST,
        help_text=_("按人数算,不限请留空。"),
    )


class CallOffForm(DoorForm):
    """Why a gathering does not take place."""

    why = forms.CharField(label=_("取消原因(会告诉报名的人)"), max_length=gatherings.WHY_MOST)


class StaffReplyForm(DoorForm):
    """An answer of the service centre; the same key sent again is one answer."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("以服务中心名义回复"), max_length=board.TEXT_MOST, widget=text_area(3)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class HideForm(DoorForm):
    """Why a post is hidden."""

    why = forms.CharField(label=_("隐藏原因"), max_length=board.WHY_MOST)


class RaiseForm(DoorForm):
    """What kind of matter a post becomes."""

    kind = forms.ChoiceField(
        label=_("转为哪类事项"), choices=[(kind, KINDS[kind]) for kind in REPORTED]
    )
