"""The sheet on which an owner writes what is wrong, in their words."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiyin.doors.parts.forms import Day, DoorForm, text_area
from huiyin.doors.parts.photos import PhotosField, PhotosInput, store
from huiyin.doors.portal.page import OwnerRequest
from huiyin.doors.portal.requests import kept
from huiyin.doors.portal.requests.kept import KeptPhoto
from huiyin.kernel.errors import Refused
from huiyin.owners.access import NAMELESS
from huiyin.owners.actions import UnableToSend
from huiyin.owners.actions.requests import PHOTOS_MOST, PLACE_MOST
from huiyin.owners.queries import Household, KindChoice

ABOUT_MOST = 40
PARTS = {
    "": gettext_lazy("都可以"),
    "morning": gettext_lazy("上午"),
    "afternoon": gettext_lazy("下午"),
    "evening": gettext_lazy("晚上"),
}


class PhotosForm(DoorForm):
    """A form with photos that are kept when it is refused; the same key sent again is one deed."""

    key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": gettext_lazy("页面已失效,请重新打开再填。"),
            "invalid": gettext_lazy("页面已失效,请重新打开再填。"),
        },
    )
    photos = PhotosField(
        label=gettext_lazy("照片"),
        required=False,
        widget=PhotosInput(attrs={"accept": "image/*", "multiple": True}),
    )

    def __init__(
        self,
        data: Any = None,
        files: "MultiValueDict[str, Any] | None" = None,
        *,
        request: OwnerRequest,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(data, files, **kwargs)
        self.request = request
        words = data.getlist(self.add_prefix("kept")) if data is not None else []
        self.kept_ids = kept.read(words, by=request.caller)

    @property
    def kept_photos(self) -> tuple[KeptPhoto, ...]:
        """Return the photos an earlier try has brought already, to be shown and sent again."""
        return kept.shown(self.kept_ids, by=self.request.caller)

    @property
    def photos_most(self) -> int:
        """Return how many photos go with one form."""
        return PHOTOS_MOST

    def clean_photos(self) -> Any:
        """Refuse more photos than the page takes, before one is stored."""
        files: list[Any] = self.cleaned_data["photos"]
        if len(files) + len(self.kept_ids) > PHOTOS_MOST:
            raise ValidationError(_("照片最多 %(n)d 张。") % {"n": PHOTOS_MOST})
        return files

    def save_photos(self) -> tuple[int, ...]:
        """Store what was sent and return it with what was kept; raise Refused for what is none.

        What can be stored is stored first: one bad file does not cost the others.
        """
        wrong: Refused | None = None
        ids = list(self.kept_ids)
        for file in self.cleaned_data.get("photos") or ():
            file.seek(0)
            try:
                # The trail must not say who sent what is said anonymously, nor does a file's name.
                file.name = "photo"
                ids += store([file], by=NAMELESS, at=self.request.moment)
            except Refused as refusal:
                wrong = refusal
        self.kept_ids = tuple(dict.fromkeys(ids))
        if wrong is not None:
            raise wrong
        return self.kept_ids

    def take_back(self, refusal: Refused) -> None:
        """Show a refusal; a sheet sent before with other words may go as another one.

        Whoever goes back to a sheet and writes something else on it means something else.
        """
        if not isinstance(refusal, UnableToSend):
            super().take_back(refusal)
            return
        self.add_error(None, _("刚才那张已经提交了。如果这是另一件事,请再按一次“提交”。"))
        data: QueryDict = self.data.copy()  # type: ignore[attr-defined]
        data[self.add_prefix("key")] = str(uuid.uuid4())
        self.data = data

    def keep_photos(self) -> None:
        """Keep what was sent with a form that is refused, so that it need not be chosen again."""
        try:
            self.save_photos()
        except Refused as refusal:
            self.take_back(refusal)


def house_title(request: OwnerRequest, one: Household) -> str:
    """Name a house; with its community where the owner has houses in several."""
    several = len({house.community.id for house in request.households}) > 1
    return f"{one.community.name} {one.code}" if several else one.code


class RequestForm(PhotosForm):
    """What it is about, where, in which words; when somebody may come; whether anonymously."""

    house = forms.TypedChoiceField(
        label=gettext_lazy("哪套房屋"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("请选择是哪套房屋。"),
            "invalid_choice": gettext_lazy("您目前不是这套房屋的住户,请重新选择。"),
        },
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("您要反映什么?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("请先选一项,我们好交给合适的人。"),
            "invalid_choice": gettext_lazy("请先选一项,我们好交给合适的人。"),
        },
    )
    text = forms.CharField(
        label=gettext_lazy("具体情况"),
        widget=text_area(5),
        error_messages={"required": gettext_lazy("请用几句话写下是什么情况。")},
    )
    place = forms.CharField(
        label=gettext_lazy("在哪个位置"),
        required=False,
        max_length=PLACE_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("比如:厨房、3栋1单元电梯、地下车库B区"),
    )
    about = forms.CharField(
        label=gettext_lazy("是哪位工作人员"),
        required=False,
        max_length=ABOUT_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("姓名或工号,不清楚可以不填。处理时会避开这位工作人员。"),
    )
    wished_on = Day(label=gettext_lazy("希望哪天上门"), required=False)
    wished_part = forms.ChoiceField(
        label=gettext_lazy("什么时候方便"),
        required=False,
        choices=list(PARTS.items()),
        widget=forms.RadioSelect,
    )
    anonymous = forms.BooleanField(label=gettext_lazy("匿名反映"), required=False)

    def __init__(
        self,
        data: Any = None,
        files: "MultiValueDict[str, Any] | None" = None,
        *,
        request: OwnerRequest,
        kinds: Sequence[KindChoice],
        today: date,
        **kwargs: Any,
    ) -> None:
        initial = {"house": request.household.house_id, "wished_part": ""}
        kwargs["initial"] = {**initial, **kwargs.get("initial", {})}
        super().__init__(data, files, request=request, **kwargs)
        self.today = today
        self.fields["wished_on"].widget.attrs["min"] = today.isoformat()
        houses = [(one.house_id, house_title(request, one)) for one in request.households]
        self.fields["house"].choices = houses  # type: ignore[attr-defined]
        self.fields["kind"].choices = [(one.kind, one.title) for one in kinds]  # type: ignore[attr-defined]

    @property
    def one_house(self) -> bool:
        """Tell whether there is nothing to choose: the owner has one house."""
        return len(self.request.households) == 1

    def clean_wished_on(self) -> date | None:
        """Refuse a day that is over."""
        day: date | None = self.cleaned_data["wished_on"]
        if day is not None and day < self.today:
            raise ValidationError(_("这一天已经过去了,请选今天或以后的日子。"))
        return day

    def wished(self) -> str:
        """Return when somebody may come, in words; empty when it does not matter."""
        day, part = self.cleaned_data["wished_on"], self.cleaned_data["wished_part"]
        said = str(PARTS[part]) if part else ""
        if day is None:
            return said
        when = _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}
        return f"{when} {said}".strip()
