"""The forms of an emergency: the alarm, one for each kind of step, one for each act."""

from datetime import datetime, time, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from huiyin.checklists.rules import Item
from huiyin.doors.console.steps import StepForm
from huiyin.doors.parts.forms import Day, DoorForm, Moment, text_area
from huiyin.doors.parts.photos import PhotosField
from huiyin.incidents import actions, titles
from huiyin.incidents.plans import PLANS
from huiyin.incidents.rules import SERVICES, WAYS

Choices = list[tuple[str, Any]]


class AlarmForm(DoorForm):
    """What is asked of whoever presses the button: which plan, where, one sentence."""

    plan = forms.ChoiceField(
        label=_("发生了什么"),
        choices=[(code, titles.PLANS[code]) for code in PLANS],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择是哪一种突发事件。")},
    )
    place = forms.CharField(
        label=_("在哪里"),
        help_text=_("例如:3 栋 1 单元 2 号梯、地下车库 B 区。"),
        error_messages={"required": _("请写明在哪里,现场的人才找得到。")},
    )
    house = forms.CharField(label=_("房号"), required=False, help_text=_("在住户家里才填。"))
    text = forms.CharField(
        label=_("一句话说明"),
        widget=text_area(2),
        error_messages={"required": _("请用一句话说明发生了什么。")},
    )
    begins_at = Moment(label=_("开始停电"))
    ends_at = Moment(label=_("恢复供电"))
    tapped_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("begins_at", "ends_at"):
            self.fields[name].required = False

    @classmethod
    def fresh(cls, at: datetime) -> "AlarmForm":
        """Return an empty form that remembers the moment of the tap."""
        return cls(initial={"tapped_at": at.isoformat(), "key": uuid4()})

    @property
    def shown(self) -> set[str]:
        """Return the incidents that were on the page when the form was filled in."""
        return {one for one in str(self["seen"].value() or "").split(",") if one}


class JoinForm(DoorForm):
    """The same event, reported again."""

    text = forms.CharField(label=_("您看到了什么"), widget=text_area(2))
    tapped_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)


class MarkForm(DoorForm):
    """The answer to one step, asked for as its kind wants it."""

    def __init__(
        self, data: Any = None, files: Any = None, *, item: Item, who: str, now: datetime
    ) -> None:
        super().__init__(data, files, prefix=item.key)
        self.item, self.now = item, now
        self.fields |= _answer(item, who, now)
        self.fields["note"] = forms.CharField(
            label=_("补充说明"), required=False, widget=forms.TextInput
        )

    def value(self) -> object:
        """Return the answer as a checklist takes it; photos are stored by the view."""
        told = self.cleaned_data
        if self.item.kind == "tick":
            return True
        if self.item.kind == "person_time":
            return {"name": told["name"], "at": _latest(told["at"], self.now).isoformat()}
        return told["value"]


def _answer(item: Item, who: str, now: datetime) -> dict[str, forms.Field]:
    """Return the fields of an answer by the kind of the item."""
    local = now.astimezone(timezone.get_current_timezone())
    match item.kind:
        case "choice":
            options = [(one, one) for one in item.options]
            return {
                "value": forms.ChoiceField(
                    label=_("回答"), choices=options, widget=forms.RadioSelect
                )
            }
        case "text":
            return {"value": forms.CharField(label=_("内容"), widget=text_area(2))}
        case "number":
            box = forms.TextInput(attrs={"inputmode": "decimal"})
            return {"value": forms.CharField(label=item.unit or _("数值"), widget=box)}
        case "person_time":
            clock = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            return {
                "name": forms.CharField(label=_("谁"), initial=who),
                "at": forms.TimeField(label=_("几点"), initial=local.time(), widget=clock),
            }
        case "photo":
            return {"value": PhotosField()}
    return {}


def _latest(clock: time, now: datetime) -> datetime:
    """Return the last moment at which the clock on the wall showed this time."""
    zone = timezone.get_current_timezone()
    moment = datetime.combine(now.astimezone(zone).date(), clock, zone)
    return moment if moment <= now else moment - timedelta(days=1)


class LeaveOutForm(DoorForm):
    """Why a step does not apply."""

    reason = forms.CharField(label=_("为什么省去"), widget=forms.TextInput)


class Act(StepForm):
    """An act of the live page; ``look`` is the class of its button."""

    look: ClassVar[str] = "btn-primary"
    hint: ClassVar[Promise | str] = ""

    def __init__(self, *args: Any, known: dict[str, Any] | None = None, **kwargs: Any) -> None:
        if known:
            kwargs.setdefault("initial", known)
            kwargs["auto_id"] = f"id_{known.get('call', 0)}_%s"
        super().__init__(*args, **kwargs)


class PerCall(Act):
    """An act on one call for outside help."""

    call = forms.IntegerField(widget=forms.HiddenInput)


class Attend(Act):
    """Say that one is on site."""

    action = actions.attend
    title = _("我到现场了")


class Ask(Act):
    """Ask the leaders for their consent."""

    action = actions.ask_consent
    title = _("请示领导")
    look = "btn-quiet"
    service = forms.CharField(widget=forms.HiddenInput)
    why = forms.CharField(label=_("为什么要请他们来"), widget=text_area(2))


class Agree(PerCall):
    """Agree as a leader."""

    action = actions.give_consent
    title = _("我同意")


class Noted(Act):
    """Write down a consent given in another way."""

    action = actions.note_consent
    title = _("登记领导已同意")
    look = "btn-quiet"
    service = forms.CharField(widget=forms.HiddenInput)
    leader = forms.CharField(label=_("哪位领导"))
    way = forms.ChoiceField(
        label=_("怎样同意的"), choices=[(one, titles.WAYS[one]) for one in WAYS if one != "page"]
    )

    def offer(self, leaders: Choices) -> None:
        """Let the leader be picked from a list."""
        _pick(self, "leader", leaders)


class Call(Act):
    """Record a call for outside help."""

    action = actions.call_outside
    title = _("已拨打,登记")
    look = "btn-alarm"
    service = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("对方单位或接听人"), required=False)
    phone = forms.CharField(
        label=_("号码"), required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    why = forms.CharField(label=_("告诉对方什么情况"), required=False)
    without_consent = forms.CharField(
        label=_("未经同意先行拨打,原因"),
        required=False,
        help_text=_("人命关天等不及请示时填写,立即拨打;领导会马上收到通知。"),
    )

    def __init__(self, *args: Any, needs_consent: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not needs_consent:
            del self.fields["without_consent"]


class Arrived(PerCall):
    """Outside help is here."""

    action = actions.help_arrived
    title = _("到了")
    vehicles = forms.CharField(label=_("车牌号"), required=False)


class Left(PerCall):
    """Outside help has left."""

    action = actions.help_left
    title = _("离开了")
    vehicles = forms.CharField(label=_("车牌号"), required=False)
    hospital = forms.CharField(label=_("送往医院"), required=False)


class Drop(PerCall):
    """Outside help is not coming."""

    action = actions.drop_call
    title = _("没有来,取消")
    look = "btn-quiet"
    reason = forms.CharField(label=_("原因"))


class Over(Act):
    """End the incident."""

    action = actions.stand_down
    title = _("解除突发事件")
    note = forms.CharField(label=_("最后情况"), required=False, widget=text_area(2))


class Held(Act):
    """Record the review meeting."""

    action = actions.hold_review
    title = _("记录总结会")
    held_at = Moment(label=_("开会时间"))
    people = forms.CharField(label=_("参加人员"))
    causes = forms.CharField(label=_("事件原因"), widget=text_area())
    lessons = forms.CharField(label=_("经验教训"), widget=text_area())


class AddMeasure(Act):
    """Set a measure with an owner and a last day."""

    action = actions.add_measure
    title = _("下达整改措施")
    text = forms.CharField(label=_("做什么"), widget=text_area(2))
    owner = forms.CharField(label=_("责任人"))
    due_on = Day(label=_("完成期限"))

    def offer(self, people: Choices) -> None:
        """Let the owner be picked from a list."""
        _pick(self, "owner", people)


def _pick(form: DoorForm, name: str, choices: Choices) -> None:
    """Show a code as a list to pick from; what was typed stays chosen."""
    form.fields[name].widget = forms.Select(choices=[("", _("请选择")), *choices])


class OpenPlan(Act):
    """Choose the plan of an emergency that came in another way."""

    action = actions.open_plan
    title = _("打开预案")
    look = "btn-alarm"
    plan = forms.ChoiceField(
        label=_("发生了什么"),
        choices=[
            (one.code, titles.PLANS[one.code]) for one in PLANS.values() if one.calls_everybody
        ],
        widget=forms.RadioSelect,
    )


class Tell(DoorForm):
    """Which households and entrances were told, and how."""

    way = forms.ChoiceField(label=_("告知方式"), choices=list(titles.TELLING_WAYS.items()))
    houses = forms.MultipleChoiceField(required=False)
    entrances = forms.TypedMultipleChoiceField(required=False, coerce=int)

    def __init__(self, *args: Any, houses: list[str], entrances: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["houses"].choices = [(one, one) for one in houses]  # type: ignore[attr-defined]
        doors = [(one, one) for one in entrances]
        self.fields["entrances"].choices = doors  # type: ignore[attr-defined]


class ContactForm(DoorForm):
    """A number for the call list."""

    service = forms.ChoiceField(
        label=_("哪一方"), choices=[(one, titles.SERVICES[one]) for one in SERVICES]
    )
    name = forms.CharField(label=_("单位和联系人"))
    phone = forms.CharField(label=_("电话"), widget=forms.TextInput(attrs={"inputmode": "tel"}))
    note = forms.CharField(label=_("备注"), required=False)


STEPS: dict[str, type[Act]] = {
    "plan": OpenPlan,
    "attend": Attend,
    "ask": Ask,
    "agree": Agree,
    "noted": Noted,
    "call": Call,
    "arrived": Arrived,
    "left": Left,
    "drop": Drop,
    "over": Over,
    "held": Held,
    "measure": AddMeasure,
}


def said_twice() -> str:
    """Say that somebody was faster, and ask whether it is the same."""
    return _now("刚才已经有人报告了。是同一件吗?是就点“是这一件”,不是再提交一次。")
