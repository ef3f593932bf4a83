"""The few things an owner can do with a matter; each form hands its values to one action."""

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import text_area
from huiyin.doors.portal.page import OwnerRequest
from huiyin.doors.portal.requests.forms import PhotosForm
from huiyin.owners import actions

FACES = (
    (1, "mood-angry", _("很不满")),
    (2, "mood-sad", _("不满意")),
    (3, "mood-neutral", _("一般")),
    (4, "mood-smile", _("满意")),
    (5, "mood-happy", _("很满意")),
)


class VerbForm(PhotosForm):
    """A verb of an owner: its action, and how its values are named there."""

    verb: ClassVar[str]
    title: ClassVar[Any]
    icon: ClassVar[str]
    done: ClassVar[Any]
    with_photos: ClassVar[bool] = False

    def __init__(self, *args: Any, request: OwnerRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, prefix=self.verb, **kwargs)
        if not self.with_photos:
            del self.fields["photos"], self.fields["key"]

    def act(self, number: str) -> None:
        """Do it; raise Refused."""
        values = {name: self.cleaned_data[name] for name in self.fields}
        if self.with_photos:
            values["photos"] = self.save_photos()
        self.action(by=self.request.caller, at=self.request.moment, number=number, **values)

    @property
    def action(self) -> Callable[..., Any]:
        """Return the action of the room."""
        found: Callable[..., Any] = getattr(actions, ACTIONS[self.verb])
        return found


class Confirm(VerbForm):
    """It is done, says whoever asked for it."""

    verb, icon = "confirm", "check"
    title, done = _("确认已办好"), _("谢谢您的确认。")


class Rate(VerbForm):
    """How good it was, 1 to 5, and a word about it."""

    verb, icon = "rate", "star"
    title, done = _("评价"), _("谢谢您的评价,我们都会看。")
    satisfaction = forms.TypedChoiceField(
        label=_("这次办得怎么样?"),
        coerce=int,
        choices=[(value, title) for value, _picture, title in FACES],
        widget=forms.RadioSelect,
        error_messages={"required": _("请选一个表情,再提交。")},
    )
    comment = forms.CharField(
        label=_("想对我们说的话"), required=False, widget=text_area(3), strip=True
    )


class Reopen(VerbForm):
    """It is not done after all."""

    verb, icon = "reopen", "refresh"
    title, done = _("没解决,重新办理"), _("已重新打开,我们马上安排。")
    reason = forms.CharField(
        label=_("哪里没有解决?"),
        widget=text_area(3),
        error_messages={"required": _("请写一句哪里没有解决,我们好接着办。")},
    )


class Chase(VerbForm):
    """Where is it?"""

    verb, icon = "chase", "bell"
    title, done = _("催一下"), _("已替您催办,经办人收到了。")
    note = forms.CharField(label=_("想说的话"), required=False, widget=text_area(2))


class Add(VerbForm):
    """More words and photos."""

    verb, icon = "add", "plus"
    title, done = _("补充说明或照片"), _("已补充,经办人看得到。")
    with_photos = True
    field_order = ("text", "photos")
    text = forms.CharField(label=_("补充什么?"), required=False, widget=text_area(3))

    def clean(self) -> dict[str, Any] | None:
        """Refuse a form with neither a word nor a photo."""
        given = super().clean() or {}
        photos = given.get("photos") or self.kept_ids or self.errors.get("photos")
        if not given.get("text") and not photos:
            self.add_error("text", gettext("请写一句话,或者选一张照片。"))
        return given


ACTIONS = {
    "confirm": "confirm",
    "rate": "rate",
    "reopen": "reopen",
    "chase": "chase",
    "add": "add_word",
}
VERBS: dict[str, type[VerbForm]] = {form.verb: form for form in (Confirm, Rate, Reopen, Chase, Add)}
