"""What may be done about one employee: one small form for each verb (HR-01…03).

A form's field names are the arguments of the action behind it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huiyin.doors.console.staff.forms import (
    AUTOMATIC,
    Choices,
    a_reason,
    asked_once,
    named,
    posts_to_give,
)
from huiyin.doors.parts import moments
from huiyin.doors.parts.forms import Day, DoorForm, Moment
from huiyin.flows.leaving import employee_leaves
from huiyin.kernel.caller import COMPANY_POSTS
from huiyin.matters import titles
from huiyin.staff import actions
from huiyin.staff.queries import AbsenceRow, AreaRow, EmployeeRow, EmployeeView, ShiftRow


@dataclass(frozen=True, slots=True)
class Papers:
    """What the forms about one employee choose from."""

    who: EmployeeView
    community_id: int
    today: date
    now: datetime
    people: Sequence[EmployeeRow]
    buildings: Sequence[AreaRow]
    leads: bool


class PaperForm(DoorForm):
    """What a verb asks for; ``action`` is called with the values under their own names."""

    action: ClassVar[Callable[..., object]]
    title: ClassVar[Any]
    icon: ClassVar[str] = "edit"
    alarm: ClassVar[bool] = False
    about_place: ClassVar[bool] = False
    about_employee: ClassVar[bool] = True

    def __init__(self, *args: Any, papers: Papers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.papers = papers
        self.choose()

    def choose(self) -> None:
        """Fill in what there is to choose from, and the days that are likely meant."""

    def offer(self, name: str, choices: Choices) -> None:
        """Let a field choose from these; the only one there is stands already chosen."""
        field = self.fields[name]
        first = [("", _("请选择"))] if len(choices) != 1 and field.required else []
        self.fields[name] = forms.ChoiceField(
            label=field.label,
            help_text=field.help_text,
            required=field.required,
            choices=[*first, *choices],
        )

    @classmethod
    def fits(cls, papers: Papers) -> bool:
        """Tell whether there is anything to do."""
        return not papers.who.gone

    def arguments(self) -> dict[str, Any]:
        """Return what the action is to be told."""
        values = {name: one for name, one in self.cleaned_data.items() if name != "sure"}
        if self.about_employee:
            values["employee"] = self.papers.who.code
        if self.about_place:
            values["community_id"] = self.papers.community_id
        return values

    def said(self, _result: object) -> str:
        """Say that it is done."""
        return gettext("已完成:%(verb)s。") % {"verb": self.title}


class HoldPost(PaperForm):
    """Give a post from a day on."""

    action = actions.hold_post
    title = _("任命岗位")
    icon = "plus"
    about_place = True
    post = forms.ChoiceField(label=_("岗位"))
    from_on = Day(label=_("从哪天起"))
    until_on = Day(label=_("到哪天为止"), required=False, help_text=_("这一天起不再任职。"))

    def choose(self) -> None:
        """Offer the posts this caller may give."""
        self.fields["post"] = forms.ChoiceField(
            label=_("岗位"), choices=posts_to_give(self.papers.leads)
        )
        self.fields["from_on"].initial = self.papers.today


class EndPost(PaperForm):
    """End a post on a day."""

    action = actions.end_post
    title = _("免去岗位")
    icon = "x"
    alarm = True
    about_place = True
    post = forms.ChoiceField(label=_("岗位"))
    until_on = Day(
        label=_("从哪天起不再任职"),
        help_text=_("管家的责任区同日结束。手上的事项不会自动移交,请先办理“全部交接”。"),
    )
    reason = a_reason()
    sure = asked_once()

    def choose(self) -> None:
        """Offer the posts held here."""
        self.offer("post", [(one, titles.POSTS[one]) for one in _posts(self.papers)])
        self.fields["until_on"].initial = self.papers.today

    @classmethod
    def fits(cls, papers: Papers) -> bool:
        """Tell whether a post of this community is held now or later."""
        return bool(_posts(papers))


class GiveArea(PaperForm):
    """Make a keeper responsible for a building."""

    action = actions.give_area
    title = _("指定责任区")
    icon = "building"
    building_id = forms.ChoiceField(
        label=_("楼栋"), help_text=_("原管家同日不再负责这栋楼,手上的事项不会自动移交。")
    )
    from_on = Day(label=_("从哪天起"))
    reason = a_reason()

    def choose(self) -> None:
        """Offer every building, with who keeps it now."""
        self.offer("building_id", [(str(one.building_id), _kept(one)) for one in self._others()])
        self.fields["from_on"].initial = self.papers.today

    def _others(self) -> list[AreaRow]:
        mine = {
            one.building_id
            for one in self.papers.who.areas
            if one.when == "now" and one.until_on is None
        }
        return [one for one in self.papers.buildings if one.building_id not in mine]

    @classmethod
    def fits(cls, papers: Papers) -> bool:
        """Tell whether the employee is a keeper, now or later."""
        return "keeper" in _posts(papers)

    def clean_building_id(self) -> int:
        """Read the number of the building."""
        return int(self.cleaned_data["building_id"])


class SetAbsence(PaperForm):
    """Say that somebody is away, and who acts meanwhile."""

    action = actions.set_absence
    title = _("登记离岗")
    icon = "moon"
    starts_at = Moment(label=_("从什么时候起"))
    ends_at = Moment(label=_("到什么时候为止"))
    delegate = forms.ChoiceField(
        label=_("代理人"), required=False, help_text=_("离岗期间新到的事项由代理人接手。")
    )
    reason = a_reason()

    def choose(self) -> None:
        """Offer the colleagues."""
        self.fields["ends_at"].required = False
        self.fields["ends_at"].help_text = _("不知道何时回来可留空,回来时再销假。")
        self.offer("delegate", [("", _("不指定")), *named(self.papers.people)])


class EndAbsence(PaperForm):
    """Say that somebody is back, or is not going away after all."""

    action = actions.end_absence
    title = _("销假")
    icon = "sun"
    about_employee = False
    absence_id = forms.ChoiceField(label=_("哪一次离岗"))
    sure = asked_once(_("确认现在回岗(尚未开始的则取消)"))

    def choose(self) -> None:
        """Offer what is not over."""
        away = [(str(one.id), _away(one, self.papers)) for one in _absences(self.papers)]
        self.offer("absence_id", away)

    @classmethod
    def fits(cls, papers: Papers) -> bool:
        """Tell whether anybody is away, or will be."""
        return bool(_absences(papers))

    def clean_absence_id(self) -> int:
        """Read the number of the absence."""
        return int(self.cleaned_data["absence_id"])


class PlanShift(PaperForm):
    """Put somebody on duty."""

    action = actions.plan_shift
    title = _("排班")
    icon = "calendar"
    about_place = True
    post = forms.ChoiceField(label=_("岗位"))
    starts_at = Moment(label=_("上班时间"))
    ends_at = Moment(label=_("下班时间"))

    def choose(self) -> None:
        """Offer the posts held here."""
        self.offer("post", [(one, titles.POSTS[one]) for one in _posts(self.papers)])

    @classmethod
    def fits(cls, papers: Papers) -> bool:
        """Tell whether a post of this community is held now or later."""
        return bool(_posts(papers))


class CancelShift(PaperForm):
    """Take a planned shift back."""

    action = actions.cancel_shift
    title = _("取消排班")
    icon = "trash"
    alarm = True
    about_employee = False
    shift_id = forms.ChoiceField(label=_("哪一班"))
    reason = a_reason()
    sure = asked_once()

    def choose(self) -> None:
        """Offer the shifts of the coming days."""
        self.offer(
            "shift_id", [(str(one.id), _shift(one, self.papers)) for one in self.papers.who.shifts]
        )

    @classmethod
    def fits(cls, papers: Papers) -> bool:
        """Tell whether there is a shift to come."""
        return bool(papers.who.shifts)

    def clean_shift_id(self) -> int:
        """Read the number of the shift."""
        return int(self.cleaned_data["shift_id"])


class ResetPassword(PaperForm):
    """Give a new password to who cannot log in."""

    action = actions.reset_password
    title = _("重置密码")
    icon = "key"
    alarm = True
    reason = a_reason()
    sure = asked_once(_("确认重置:旧密码立即失效,新密码只显示一次"))

    @classmethod
    def fits(cls, papers: Papers) -> bool:
        """Tell whether the account is open."""
        return papers.who.can_log_in and not papers.who.gone


class Leave(PaperForm):
    """Take somebody off the payroll; open matters go to another at once."""

    action = employee_leaves
    title = _("办理离职")
    icon = "logout"
    alarm = True
    left_on = Day(label=_("从哪天起不在职"))
    to = forms.ChoiceField(label=_("未关闭的事项交给"), required=False)
    reason = forms.CharField(label=_("离职原因"), max_length=100)
    sure = asked_once(_("确认离职:岗位与责任区同日结束,事项现在一次交接"))

    def choose(self) -> None:
        """Offer the colleagues."""
        self.offer("to", [("", AUTOMATIC), *named(self.papers.people)])
        self.fields["left_on"].initial = self.papers.today

    def arguments(self) -> dict[str, Any]:
        """Turn no name into what the flow asks."""
        values = super().arguments()
        return {**values, "to": values["to"] or None}

    def said(self, result: object) -> str:
        """Say how many matters moved."""
        return gettext("离职已办理,%(n)s 件事项已交接,时限不变。") % {"n": result}


VERBS: Mapping[str, type[PaperForm]] = {
    "hold-post": HoldPost,
    "give-area": GiveArea,
    "plan-shift": PlanShift,
    "set-absence": SetAbsence,
    "end-absence": EndAbsence,
    "cancel-shift": CancelShift,
    "end-post": EndPost,
    "reset-password": ResetPassword,
    "leave": Leave,
}
OWN = frozenset({"set-absence", "end-absence"})  # what everybody may say of themselves


def _posts(papers: Papers) -> list[str]:
    """Return the posts of this community held now or later, each once."""
    held = (one.post for one in papers.who.posts if one.when != "past")
    return [one for one in dict.fromkeys(held) if one not in COMPANY_POSTS]


def _absences(papers: Papers) -> list[AbsenceRow]:
    return [one for one in papers.who.absences if one.when != "past"]


def _kept(one: AreaRow) -> str:
    if not one.employee:
        return gettext("%(building)s(还没有管家)") % {"building": one.building}
    return gettext("%(building)s(现由 %(name)s 负责)") % {
        "building": one.building,
        "name": one.employee,
    }


def _away(one: AbsenceRow, papers: Papers) -> str:
    return _span(one.starts_at, one.ends_at, papers)


def _shift(one: ShiftRow, papers: Papers) -> str:
    return f"{_span(one.starts_at, one.ends_at, papers)} · {titles.POSTS[one.post]}"


def _span(start: datetime, end: datetime | None, papers: Papers) -> str:
    zone = timezone.get_current_timezone()
    said = moments.say_moment(start, papers.now, zone)
    return f"{said} — {moments.say_deadline(end, papers.now, zone) if end else ''}".strip()
