"""The quick forms: one sheet for each way in which things are heard (REC-06)."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiyin.doors.console.desk.forms import WHILE_TYPING
from huiyin.doors.parts.forms import Day, DoorForm, text_area
from huiyin.doors.parts.kept_photos import read_word
from huiyin.doors.parts.photos import PhotosField
from huiyin.intake.actions import NewItem
from huiyin.intake.rules import slips
from huiyin.matters import titles
from huiyin.staff.queries import EmployeeRow

KINDS = (
    "complaint",
    "repair",
    "repair.public",
    "home_service",
    "enquiry",
    "suggestion",
    "praise",
    "help",
    "complaint.attitude",
    "complaint.emergency",
)
LINK_MOST = 500


def kind_field(first: str, kinds: Sequence[str] = KINDS) -> forms.ChoiceField:
    """Return the choice of a kind, with one chosen to begin with."""
    return forms.ChoiceField(
        label=gettext_lazy("类别"),
        choices=[(kind, titles.KINDS[kind]) for kind in kinds],
        initial=first,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择类别。")},
    )


def text_field(label: Any, *, rows: int = 4, help_text: Any = "") -> forms.CharField:
    """Return the field of what was said, which nobody may leave empty.

    Where it holds one thing, not one a line, a kind is proposed while one types.
    """
    widget = text_area(rows)
    if not help_text:
        widget.attrs |= WHILE_TYPING
    return forms.CharField(
        label=label,
        widget=widget,
        help_text=help_text,
        error_messages={"required": gettext_lazy("请写下内容。")},
    )


def line(label: Any, *, required: bool = False, most: int = 80, **attrs: str) -> forms.CharField:
    """Return a field of one line."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": gettext_lazy("请填写这一项。")},
    )


HOUSE = gettext_lazy("房号")
PHONE = gettext_lazy("电话")
PLACE = gettext_lazy("地点")


class Employee(forms.ChoiceField):
    """A choice among those who work here."""

    default_error_messages = {"required": gettext_lazy("请选择员工。")}


class SheetForm(DoorForm):
    """What every sheet has: a key, so that sending it twice is harmless, and what to keep.

    ``sticky`` are the fields that stay filled in for the next one of the same pile.
    """

    channel: ClassVar[str]
    sticky: ClassVar[tuple[str, ...]] = ()
    key = forms.UUIDField(widget=forms.HiddenInput)
    kept = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, people: Sequence[EmployeeRow], **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        names = [("", _("请选择")), *[(one.code, f"{one.name} ({one.code})") for one in people]]
        for field in self.fields.values():
            if isinstance(field, Employee):
                field.choices = names

    @property
    def kept_count(self) -> int:
        """Count the photos that an earlier try of this sheet has brought already."""
        return len(read_word(self["kept"].value() or ""))

    def items(self, photos: tuple[int, ...]) -> tuple[NewItem, ...]:
        """Return what becomes a matter."""
        raise NotImplementedError

    def facts(self) -> dict[str, str]:
        """Return what is kept with the sheet itself."""
        return {}

    def note(self) -> str:
        """Return what is written on each matter: where it is from."""
        return ""

    def next_initial(self) -> dict[str, Any]:
        """Return what the next sheet of the pile begins with."""
        return {name: self.cleaned_data[name] for name in self.sticky}


class Box(SheetForm):
    """The suggestion box: opened by two, one line a slip, each slip a matter."""

    channel = "box"
    sticky = ("opened_on", "first", "second", "place")
    opened_on = Day(label=gettext_lazy("开箱日期"))
    first = Employee(label=gettext_lazy("开箱人一"))
    second = Employee(label=gettext_lazy("开箱人二"))
    place = line(gettext_lazy("哪个意见箱"))
    kind = kind_field("suggestion")
    text = forms.CharField(
        label=gettext_lazy("意见条,每行一张"),
        required=False,
        widget=text_area(8),
        help_text=gettext_lazy(
            "每行一张意见条,各成一件事。行首写“投诉:”“表扬:”等可单独归类。箱内没有意见条时留空。"
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a box opened by one person alone."""
        values = super().clean() or self.cleaned_data
        first, second = values.get("first"), values.get("second")
        if first and first == second:
            self.add_error("second", _("意见箱要由两个人一起打开,请选另一位。"))
        return values

    def items(self, photos: tuple[int, ...]) -> tuple[NewItem, ...]:
        """Return one matter a slip; a slip says nothing of who wrote it."""
        values = self.cleaned_data
        names = [(kind, str(titles.KINDS[kind])) for kind in KINDS]
        found = slips(values["text"], kind=values["kind"], names=names)
        return tuple(NewItem(one.kind, one.text, anonymous=True) for one in found)

    def facts(self) -> dict[str, str]:
        """Return who opened which box when."""
        values = self.cleaned_data
        return {
            "opened_on": values["opened_on"].isoformat(),
            "opened_by": f"{values['first']} {values['second']}",
            "place": values["place"],
        }

    def note(self) -> str:
        """Say which opening it was."""
        values = self.cleaned_data
        told = {"day": values["opened_on"].isoformat(), "place": values["place"]}
        told |= {"first": values["first"], "second": values["second"]}
        return _("意见箱 %(place)s %(day)s 由 %(first)s、%(second)s 开箱。") % told


class Letter(SheetForm):
    """A letter, scanned: from whom, and whether it is a written complaint (CMP-04)."""

    channel = "letter"
    kind = kind_field("complaint.written", ("complaint.written", *KINDS))
    caller = line(gettext_lazy("写信人"), most=40)
    house = line(HOUSE, most=60)
    phone = line(PHONE, most=24, inputmode="tel")
    written_on = Day(label=gettext_lazy("信上日期"), required=False)
    text = forms.CharField(
        label=gettext_lazy("内容或摘要"),
        required=False,
        widget=text_area(4),
        help_text=gettext_lazy("有扫描件时可以只写摘要或留空。"),
    )
    photos = PhotosField(label=gettext_lazy("扫描件或照片"), required=False)
    important = forms.BooleanField(label=gettext_lazy("重要,报告经理"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a letter of which nothing at all is kept."""
        values = super().clean() or self.cleaned_data
        if not (values.get("text") or values.get("photos") or self.kept_count):
            self.add_error("text", _("请上传扫描件,或写下信的内容。"))
        return values

    def items(self, photos: tuple[int, ...]) -> tuple[NewItem, ...]:
        """Return the one matter a letter is."""
        values = self.cleaned_data
        return (
            NewItem(
                kind=values["kind"],
                text=values["text"] or _("来信,全文见扫描件。"),
                house=values["house"],
                phone=values["phone"],
                caller=values["caller"],
                important=values["important"],
                photos=photos,
            ),
        )

    def note(self) -> str:
        """Say when the letter was written, if it says so."""
        day = self.cleaned_data["written_on"]
        return _("信上日期 %(day)s。") % {"day": day.isoformat()} if day else ""


class Forum(SheetForm):
    """A post in the owners' forum: its author as written, its words, its link."""

    channel = "forum"
    sticky = ("link",)
    kind = kind_field("complaint")
    caller = line(gettext_lazy("发帖人(照原样写)"), most=40)
    text = text_field(gettext_lazy("帖子内容"))
    link = line(gettext_lazy("帖子链接"), most=LINK_MOST, inputmode="url")

    def clean_link(self) -> str:
        """Refuse what is no address of a page."""
        link = str(self.cleaned_data["link"])
        try:
            parts = urlsplit(link)
        except ValueError:
            parts = urlsplit("")
        if link and (parts.scheme not in ("http", "https") or not parts.netloc):
            raise ValidationError(_("链接应以 http:// 或 https:// 开头。"))
        return link

    def items(self, photos: tuple[int, ...]) -> tuple[NewItem, ...]:
        """Return the one matter a post is."""
        values = self.cleaned_data
        return (NewItem(values["kind"], values["text"], caller=values["caller"]),)

    def note(self) -> str:
        """Keep the link."""
        link = self.cleaned_data["link"]
        return _("帖子链接:%(link)s") % {"link": link} if link else ""


class Interview(SheetForm):
    """A home interview: which household, with whom, what they said (VIS-06)."""

    channel = "interview"
    sticky = ("met_on",)
    kind = kind_field("suggestion")
    house = line(HOUSE, required=True, most=60)
    caller = line(gettext_lazy("受访人"), most=40)
    phone = line(PHONE, most=24, inputmode="tel")
    met_on = Day(label=gettext_lazy("走访日期"))
    text = text_field(
        gettext_lazy("业主意见,每行一条"), help_text=gettext_lazy("每行一条,各成一件事。")
    )

    def items(self, photos: tuple[int, ...]) -> tuple[NewItem, ...]:
        """Return one matter a line."""
        values = self.cleaned_data
        who = {name: values[name] for name in ("house", "caller", "phone")}
        return _lines(values, **who)

    def note(self) -> str:
        """Say when the household was visited."""
        return _("上门专访 %(day)s。") % {"day": self.cleaned_data["met_on"].isoformat()}


class Meeting(SheetForm):
    """An owners' meeting: what was raised, one line each."""

    channel = "meeting"
    sticky = ("met_on", "title", "kind")
    kind = kind_field("suggestion")
    met_on = Day(label=gettext_lazy("会议日期"))
    title = line(gettext_lazy("会议名称"), required=True, most=60)
    caller = line(gettext_lazy("提出人"), most=40)
    text = text_field(
        gettext_lazy("会上提出的事,每行一件"),
        rows=6,
        help_text=gettext_lazy("每行一件。行首写“投诉:”“报修:”等可单独归类。"),
    )

    def items(self, photos: tuple[int, ...]) -> tuple[NewItem, ...]:
        """Return one matter a line."""
        return _lines(self.cleaned_data, caller=self.cleaned_data["caller"])

    def facts(self) -> dict[str, str]:
        """Return which meeting it was."""
        values = self.cleaned_data
        return {"met_on": values["met_on"].isoformat(), "title": values["title"]}

    def note(self) -> str:
        """Say at which meeting it was raised."""
        return _("业主会议“%(title)s”,%(met_on)s。") % self.facts()


class Radio(SheetForm):
    """A call over the two-way radio: one line, a place, who called."""

    channel = "radio"
    sticky = ("first_heard_by",)
    kind = kind_field("repair.public")
    text = line(gettext_lazy("一句话"), required=True, most=200)
    place = line(PLACE)
    first_heard_by = Employee(label=gettext_lazy("呼叫人"), required=False)

    def items(self, photos: tuple[int, ...]) -> tuple[NewItem, ...]:
        """Return the one matter of a call; who called in follows it (STD-05)."""
        values = self.cleaned_data
        return (
            NewItem(
                kind=values["kind"],
                text=values["text"],
                place=values["place"],
                first_heard_by=values["first_heard_by"],
            ),
        )


class Walk(Radio):
    """What somebody of the staff saw on a walk through the community."""

    channel = "walk"
    sticky = ("first_heard_by",)
    text = text_field(gettext_lazy("看到了什么"), rows=3)
    first_heard_by = Employee(label=gettext_lazy("发现人"), required=False)
    photos = PhotosField(required=False)

    def items(self, photos: tuple[int, ...]) -> tuple[NewItem, ...]:
        """Return the one matter that was seen."""
        (item,) = super().items(photos)
        return (replace(item, photos=photos),)


class Patrol(Walk):
    """A finding of a patrol that was written down on paper."""

    channel = "patrol"


class Sms(SheetForm):
    """A text message to the centre's phone."""

    channel = "sms"
    kind = kind_field("enquiry")
    phone = line(gettext_lazy("来信号码"), most=24, inputmode="tel")
    caller = line(gettext_lazy("称呼"), most=40)
    house = line(HOUSE, most=60)
    text = text_field(gettext_lazy("内容"))
    photos = PhotosField(label=gettext_lazy("截图或照片"), required=False)

    def items(self, photos: tuple[int, ...]) -> tuple[NewItem, ...]:
        """Return the one matter of a message."""
        names = ("text", "phone", "caller", "house")
        values = self.cleaned_data
        given = {name: values[name] for name in names}
        return (NewItem(kind=values["kind"], photos=photos, **given),)


class Wechat(Sms):
    """A message in a WeChat group or chat, with the name shown there."""

    channel = "wechat"
    caller = line(gettext_lazy("微信名(照原样写)"), most=40)


SHEETS: dict[str, type[SheetForm]] = {
    one.channel: one
    for one in (Box, Letter, Forum, Interview, Meeting, Radio, Walk, Patrol, Sms, Wechat)
}


def _lines(
    values: dict[str, Any], *, caller: str = "", house: str = "", phone: str = ""
) -> tuple[NewItem, ...]:
    names = [(kind, str(titles.KINDS[kind])) for kind in KINDS]
    found = slips(values["text"], kind=values["kind"], names=names)
    return tuple(
        NewItem(one.kind, one.text, house=house, phone=phone, caller=caller) for one in found
    )


# -- stickers


class StickersForm(DoorForm):
    """Many stickers at once: buildings times places."""

    buildings = forms.MultipleChoiceField(
        label=gettext_lazy("楼栋"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("不选楼栋时,位置属于整个小区,如大门、泳池。"),
    )
    places = forms.CharField(
        label=gettext_lazy("位置或设备,每行一个"),
        widget=text_area(5),
        help_text=gettext_lazy("例如:大堂、1号电梯、地下车库入口。已有贴纸的位置不会重复制作。"),
        error_messages={"required": gettext_lazy("请写下位置或设备,每行一个。")},
    )
    kind = kind_field(
        "repair.public", ("repair.public", "repair", "complaint", "suggestion", "enquiry", "help")
    )

    def __init__(self, *args: Any, buildings: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["buildings"].choices = buildings  # type: ignore[attr-defined]
