"""Forms that change a clause, a target, or a day of the calendar (STD-01)."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.doors.console.standards.limits import write_limit
from huiyin.doors.parts.forms import DoorForm, Moment, text_area
from huiyin.matters import titles
from huiyin.standards.queries import ClauseRow, TargetRow

ROLES = {
    "owner": _("经办人"),
    "superior": _("经办人的上级"),
    "duty_officers": _("各部门当值人员"),
    **titles.POSTS,
}
RUNGS = {
    "start": _("一开始"),
    "half": _("过半"),
    "due": _("到期"),
    "twice": _("超过一倍"),
    "morning": _("次日早上"),
}


class ChangeForm(DoorForm):
    """What every change of the standards needs: from when on, and why."""

    effective_at = Moment(label=_("生效时间"))
    reason = forms.CharField(label=_("修改原因"), widget=text_area(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_at"].required = False
        self.fields["effective_at"].help_text = _("留空为立即生效。已在计时的事项沿用旧标准。")


class ClauseForm(ChangeForm):
    """Change a limit, whether it may pause, and its ladder, one rung a line."""

    limit = forms.CharField(
        label=_("时限"),
        help_text=_("如:10m 或 10 分钟、24h、same day 或 当日、3d 或 3 天、2wd 或 2 个工作日"),
    )
    pausable = forms.BooleanField(label=_("允许暂停计时"), required=False)
    ladder = forms.CharField(
        label=_("提醒阶梯"),
        required=False,
        widget=text_area(4),
        help_text=_(
            "每行一级,如“过半: 经办人”,多个岗位用逗号隔开。"
            "时刻:一开始、过半、到期、超过一倍、次日早上。"
        ),
    )
    field_order = ("limit", "pausable", "ladder", "effective_at", "reason")

    def clean_limit(self) -> str:
        """Read a limit in words too: 30 分钟, 2 个工作日, 当日."""
        return write_limit(self.cleaned_data["limit"])

    @staticmethod
    def initial_of(row: ClauseRow) -> dict[str, Any]:
        """Return what the clause says now."""
        rungs = (
            f"{RUNGS.get(at, at)}: {', '.join(str(ROLES.get(one, one)) for one in to)}"
            for at, to in row.ladder
        )
        return {"limit": row.limit, "pausable": row.pausable, "ladder": "\n".join(rungs)}

    def clean_ladder(self) -> Sequence[tuple[str, Sequence[str]]]:
        """Read the rungs, one a line, in words or codes; the standards judge what they mean."""
        moments = {str(title): code for code, title in RUNGS.items()}
        roles = {str(title): code for code, title in ROLES.items()}
        rungs: list[tuple[str, Sequence[str]]] = []
        for line in self.cleaned_data["ladder"].splitlines():
            at, colon, to = line.replace("\uff1a", ":").partition(":")
            if not line.strip():
                continue
            if not colon:
                raise forms.ValidationError(
                    _("“%(line)s”缺少冒号。"), params={"line": line.strip()}
                )
            named = [one.strip() for one in re.split("[,\uff0c\u3001]", to) if one.strip()]
            people = [roles.get(one, one) for one in named]
            rungs.append((moments.get(at.strip(), at.strip()), people))
        return rungs


class TargetForm(ChangeForm):
    """Change the figure a community wants to reach."""

    value = forms.DecimalField(label=_("目标值"))
    field_order = ("value", "effective_at", "reason")

    @staticmethod
    def initial_of(row: TargetRow) -> dict[str, Any]:
        """Return the figure in force."""
        return {"value": row.value}


class DayForm(DoorForm):
    """Make a day a holiday or a make-up workday in this community."""

    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}))
    is_working = forms.TypedChoiceField(
        label=_("这一天"),
        choices=[("0", _("放假")), ("1", _("上班"))],
        coerce=lambda text: text == "1",
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("名称"), max_length=40, required=False)
    reason = forms.CharField(label=_("原因"), required=False)
