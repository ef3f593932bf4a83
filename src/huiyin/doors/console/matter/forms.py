"""One small form for each verb; its field names are the arguments of the action behind it."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import DoorForm, Moment, text_area
from huiyin.doors.parts.photos import PhotosField, store
from huiyin.matters import actions, titles
from huiyin.matters.kinds import OWNER_CHANNELS
from huiyin.matters.queries import LinkedRow, MatterView
from huiyin.matters.rules import REPORTED
from huiyin.staff.queries import EmployeeRow

CONTACTS = [(code, title) for code, title in titles.CHANNELS.items() if code in OWNER_CHANNELS]


class VerbForm(DoorForm):
    """What a verb asks for. ``action`` is called with the values under their own names."""

    action: ClassVar[Callable[..., str]]
    icon: ClassVar[str] = "edit"
    alarm: ClassVar[bool] = False
    tells_owner: ClassVar[bool] = False
    """What is told to the owner may have been told to the owners of linked reports as well."""

    def __init__(
        self,
        *args: Any,
        matter: MatterView,
        people: Sequence[EmployeeRow] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.matter = matter
        if isinstance(self.fields.get("to"), forms.ChoiceField):
            choices = [("", _("请选择")), *[(one.code, _person(one)) for one in people]]
            self.fields["to"] = forms.ChoiceField(label=_("交给"), choices=choices)
        if self.tells_owner and (others := matter.open_linked):
            self.fields["tell_linked"] = _tell_linked(others)

    def arguments(self) -> dict[str, Any]:
        """Return what the action is to be told."""
        return dict(self.cleaned_data)


def _tell_linked(others: Sequence[LinkedRow]) -> forms.BooleanField:
    """Return the box that says all were told, naming whom to call."""
    told = [one for one in others if one.can_be_told]
    names = "、".join(
        " ".join(
            part for part in (one.house or one.place, one.caller_name, one.caller_phone) if part
        )
        or one.number
        for one in told
    )
    secret = len(others) - len(told)
    note = gettext("匿名的 %(n)d 件无法告知。") % {"n": secret} if secret else ""
    return forms.BooleanField(
        label=gettext("同时告知另外 %(n)d 户") % {"n": len(told)},
        required=False,
        disabled=not told,
        help_text=f"{names} {note}".strip(),
    )


def _person(one: EmployeeRow) -> str:
    post = titles.POSTS[one.posts[0]] if one.posts else ""
    duty = _("在岗") if one.present else _("不在岗")
    return f"{one.name} · {post} · {duty}"


class Assign(VerbForm):
    """Dispatch the matter to somebody."""

    action = actions.assign_matter
    icon = "user"
    to = forms.ChoiceField(label=_("交给"))
    note = forms.CharField(label=_("交代一句"), required=False, widget=text_area(2))


class Accept(VerbForm):
    """Take the matter on."""

    action = actions.accept_matter
    icon = "check"


class Arrive(VerbForm):
    """Say that one is on site."""

    action = actions.arrive_at_matter
    icon = "map-pin"


class Progress(VerbForm):
    """Write down how it goes, and whether the owner was told."""

    action = actions.record_progress
    tells_owner = True
    icon = "edit"
    text = forms.CharField(label=_("进展"), widget=text_area())
    via = forms.ChoiceField(
        label=_("怎样告诉了业主"), required=False, choices=[("", _("没有联系,内部记录")), *CONTACTS]
    )
    unreached = forms.BooleanField(label=_("没有联系上"), required=False)

    def arguments(self) -> dict[str, Any]:
        """Turn "not reached" into what the action asks."""
        values = super().arguments()
        unreached = values.pop("unreached")
        return {**values, "reached": not unreached}


class Promise(VerbForm):
    """Agree a time with the owner."""

    action = actions.promise_time
    tells_owner = True
    icon = "calendar"
    until = Moment(label=_("约定办结时间"))
    reason = forms.CharField(label=_("原因"), widget=text_area(2))
    via = forms.ChoiceField(label=_("怎样告诉了业主"), choices=CONTACTS)


class Pause(VerbForm):
    """Stop the finish clock for a reason, until a moment."""

    action = actions.pause_matter
    icon = "player-pause"
    reason = forms.CharField(label=_("暂停原因"), widget=text_area(2))
    until = Moment(label=_("暂停到"))


class Resume(VerbForm):
    """Let the clock go on."""

    action = actions.resume_matter
    icon = "player-play"


class Finish(VerbForm):
    """Say what the result is."""

    action = actions.finish_matter
    icon = "clipboard-check"
    result = forms.CharField(label=_("办理结果"), widget=text_area())
    cause = forms.ChoiceField(
        label=_("原因归类"), required=False, choices=[("", _("未归类")), *titles.CAUSES.items()]
    )


class Reply(VerbForm):
    """Tell the owner."""

    action = actions.reply_to_owner
    tells_owner = True
    icon = "message"
    text = forms.CharField(label=_("答复内容"), widget=text_area())
    via = forms.ChoiceField(label=_("答复方式"), choices=CONTACTS)


class Sign(VerbForm):
    """Let the owner sign."""

    action = actions.sign_matter
    icon = "edit"
    name = forms.CharField(label=_("签字人姓名"), max_length=40)


class VisitBack(VerbForm):
    """Ask the owner what they think of it."""

    action = actions.visit_back
    icon = "phone"
    satisfaction = forms.TypedChoiceField(
        label=_("业主满意吗?"),
        coerce=int,
        choices=[
            (5, _("很满意")),
            (4, _("满意")),
            (3, _("一般")),
            (2, _("不满意")),
            (1, _("很不满")),
        ],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(label=_("业主怎么说"), required=False, widget=text_area())
    via = forms.ChoiceField(label=_("回访方式"), choices=CONTACTS)


class Close(VerbForm):
    """Close the matter."""

    action = actions.close_matter
    icon = "check"


class Reopen(VerbForm):
    """Open it again because it is not solved."""

    action = actions.reopen_matter
    icon = "arrow-back-up"
    reason = forms.CharField(label=_("重新打开的原因"), widget=text_area(2))


class Reclassify(VerbForm):
    """Change the kind; clocks follow."""

    action = actions.reclassify_matter
    icon = "refresh"
    kind = forms.ChoiceField(
        label=_("改为"), choices=[(one, titles.KINDS[one]) for one in REPORTED]
    )
    reason = forms.CharField(label=_("原因"), widget=text_area(2))


class Escalate(VerbForm):
    """Report it upwards by hand."""

    action = actions.escalate_matter
    icon = "alert-triangle"
    to = forms.ChoiceField(label=_("交给"))
    reason = forms.CharField(label=_("上报原因"), widget=text_area(2))


class Note(VerbForm):
    """Write something down for colleagues."""

    action = actions.note_matter
    icon = "file-text"
    text = forms.CharField(label=_("内部备注"), widget=text_area())


class Photos(VerbForm):
    """Hang photos on the matter."""

    action = actions.add_photos
    icon = "camera"
    photos = PhotosField()
    stage = forms.ChoiceField(
        label=_("拍的是"),
        required=False,
        choices=[("", _("不分")), ("before", _("施工前")), ("after", _("施工后"))],
    )

    def save_files(self, **who: Any) -> None:
        """Store the pictures, so that the action is told ids."""
        self.cleaned_data["photos"] = store(self.cleaned_data["photos"], **who)


class GiveBack(VerbForm):
    """Say that one cannot do it, and why."""

    action = actions.give_back
    icon = "arrow-back-up"
    reason = forms.CharField(label=_("为什么办不了"), widget=text_area(2))


class TakeBack(VerbForm):
    """Take it from whoever has it in hand."""

    action = actions.take_back
    icon = "arrow-back-up"
    reason = forms.CharField(label=_("收回的原因"), widget=text_area(2))


class Link(VerbForm):
    """Link a report to the matter that tells of the same problem: typed, or chosen of those found.

    What is chosen counts, and stands in the field when something is refused.
    """

    action = actions.link_matter
    icon = "copy"
    to = forms.CharField(
        label=_("并入哪一件"),
        max_length=60,
        help_text=_("输入编号,或输入内容查找后点选。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(label=_("原因"), required=False, widget=text_area(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].widget.attrs |= {
            "hx-get": reverse("matter_linkable", args=[self.matter.number]),
            "hx-trigger": "focus once, input changed delay:300ms",
            "hx-target": "#linkable",
            "hx-swap": "innerHTML",
            "hx-disabled-elt": "unset",
        }
        if chosen := self.data.get(self.add_prefix("chosen")):
            typed = {name: self.data[name] for name in self.data}
            self.data = {**typed, self.add_prefix("to"): chosen}


class Unlink(VerbForm):
    """Take a report out of a problem it does not belong to."""

    action = actions.unlink_matter
    icon = "x"
    reason = forms.CharField(label=_("为什么不是同一问题"), widget=text_area(2))


class MarkImportant(VerbForm):
    """Mark it as important; the manager is told."""

    action = actions.mark_important
    icon = "star"
    reason = forms.CharField(label=_("为什么重要"), widget=text_area(2))


VERBS: dict[str, type[VerbForm]] = {
    "assign": Assign,
    "accept": Accept,
    "arrive": Arrive,
    "finish": Finish,
    "visit-back": VisitBack,
    "reply": Reply,
    "progress": Progress,
    "promise": Promise,
    "pause": Pause,
    "resume": Resume,
    "sign": Sign,
    "photo": Photos,
    "note": Note,
    "give-back": GiveBack,
    "take-back": TakeBack,
    "link": Link,
    "unlink": Unlink,
    "reclassify": Reclassify,
    "mark-important": MarkImportant,
    "escalate": Escalate,
    "reopen": Reopen,
    "close": Close,
}

# The steps a matter usually takes next, shown large; everything else stands below (WO-02).
NEXT: dict[str, tuple[str, ...]] = {
    "received": ("assign", "accept", "finish"),
    "reopened": ("assign", "accept"),
    "assigned": ("accept", "arrive", "finish"),
    "accepted": ("arrive", "finish"),
    "on_site": ("finish",),
    "finished": ("visit-back", "reply"),
    "visited_back": ("close",),
    "closed": (),
}
