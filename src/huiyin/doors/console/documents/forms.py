"""Forms of the archive: a scan taken in, a letter written, what may be done with a paper."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiyin.documents import actions, titles
from huiyin.documents.actions import Facts
from huiyin.documents.rules import LEVELS
from huiyin.doors.parts.forms import DoorForm, text_area
from huiyin.flows import releasing
from huiyin.kernel.caller import POSTS
from huiyin.kernel.errors import Refused
from huiyin.matters.titles import POSTS as POST_TITLES

WRITTEN = ("letter", "notice", "correspondence", "other")  # kinds of letters somebody writes here
_KINDS = list(titles.KINDS.items())
_LEVELS = [(code, titles.LEVELS[code]) for code in LEVELS]
_POSTS = [(post, POST_TITLES[post]) for post in POSTS]


class PaperForm(DoorForm):
    """What a paper is and who may read it."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("标题"))
    kind = forms.ChoiceField(label=_("种类"), choices=_KINDS)
    department = forms.ChoiceField(
        label=_("归口部门"),
        required=False,
        choices=[("", _("按种类")), *titles.DEPARTMENTS.items()],
    )
    house = forms.CharField(label=_("房号"), required=False, help_text=_("和某一户有关时填写。"))
    confidential = forms.ChoiceField(
        label=_("谁可以看"), choices=_LEVELS, initial=LEVELS[0], widget=forms.RadioSelect
    )
    readers = forms.MultipleChoiceField(
        label=_("哪些岗位"),
        required=False,
        choices=_POSTS,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    def facts(self, community_id: int, summary: str = "") -> Facts:
        """Return what was typed as the archive takes it."""
        typed = self.cleaned_data
        return Facts(
            community_id=community_id,
            kind=typed["kind"],
            title=typed["title"],
            department=typed["department"],
            house=typed["house"],
            confidential=typed["confidential"],
            readers=tuple(typed["readers"]),
            summary=summary,
        )


class FileForm(PaperForm):
    """A scan to keep."""

    file = forms.FileField(
        label=_("文件"),
        help_text=_("PDF(20 MB 以内),或一张 JPEG、PNG 照片。"),
        widget=forms.ClearableFileInput(
            attrs={"accept": "application/pdf,image/jpeg,image/png,image/webp"}
        ),
    )
    summary = forms.CharField(
        label=_("内容摘要"),
        required=False,
        widget=text_area(2),
        help_text=_("扫描件里的字查不到,写几个以后会搜的词。"),
    )
    keep_years = forms.IntegerField(
        label=_("保存年限"),
        required=False,
        min_value=0,
        max_value=99,
        help_text=_("不填按种类;0 表示永久。"),
    )
    needs_release = forms.BooleanField(label=_("先审批,批准后才生效"), required=False)


class LetterForm(PaperForm):
    """A letter to write; it is approved before it gets a number."""

    to_name = forms.CharField(label=_("收件人"), required=False)
    to_address = forms.CharField(label=_("收件地址"), required=False)
    salutation = forms.CharField(
        label=_("称呼"), required=False, help_text=_("不填写作“尊敬的业主、住户”。")
    )
    body = forms.CharField(label=_("正文"), widget=text_area(10), help_text=_("一行一段。"))
    closing = forms.CharField(label=_("结束语"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (code, titles.KINDS[code]) for code in WRITTEN
        ]

    def said(self) -> dict[str, Any]:
        """Return what was typed as the form of the letter takes it."""
        typed = self.cleaned_data
        return {
            "title": typed["title"],
            "to": {"name": typed["to_name"], "address": typed["to_address"]},
            "salutation": typed["salutation"],
            "body": typed["body"],
            "closing": typed["closing"],
        }

    def take_back(self, refusal: Refused) -> None:
        """Show a sign that cannot be printed beside the field it was typed in."""
        if refusal.field and "." in refusal.field:
            refusal.field = refusal.field.replace(".", "_")
        super().take_back(refusal)


class EditLetterForm(LetterForm):
    """The letter of a draft; what it is was said before."""

    kind = department = house = confidential = readers = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        DoorForm.__init__(self, *args, **kwargs)
        self.fields.pop("key")


class EditFileForm(DoorForm):
    """The scan of a draft."""

    title = forms.CharField(label=_("标题"))
    summary = forms.CharField(label=_("内容摘要"), required=False, widget=text_area(3))
    file = forms.FileField(
        label=_("换一个文件"), required=False, help_text=_("不换可不选。PDF 或照片。")
    )


def fresh() -> dict[str, Any]:
    """Return the key that makes a form sent twice one paper."""
    return {"key": uuid4(), "confidential": LEVELS[0]}


class PaperStep(DoorForm):
    """One thing that may be done with a paper; its fields are the arguments of the action."""

    action: ClassVar[Callable[..., object]]
    title: ClassVar[Promise]
    said: ClassVar[Promise] = _("已办好。")
    icon: ClassVar[str] = "check"
    loud: ClassVar[bool] = False


class SubmitStep(PaperStep):
    """Hand in for approval."""

    action = releasing.submit
    title = _("送审")
    said = _("已送审。批准后自动编号生效。")
    icon = "send"
    loud = True


class TakeBackStep(PaperStep):
    """Take back from approval."""

    action = releasing.take_back
    title = _("撤回修改")
    icon = "arrow-back-up"


class DropStep(PaperStep):
    """Give a draft up."""

    action = actions.drop_draft
    title = _("放弃草稿")
    icon = "x"
    reason = forms.CharField(label=_("原因"))


class GiveOutStep(PaperStep):
    """Write down that it was handed over."""

    action = actions.give_out
    title = _("登记已交出")
    said = _("已登记。以后作废要两个人。")
    icon = "walk"


class VoidStep(PaperStep):
    """Void, or ask for it."""

    action = actions.ask_void
    title = _("作废")
    said = _("已记录。交出过的文件要等另一位负责人确认。")
    icon = "trash"
    reason = forms.CharField(label=_("作废原因"))


class ConfirmVoidStep(PaperStep):
    """Confirm what another asked."""

    action = actions.confirm_void
    title = _("确认作废")
    said = _("已作废。")
    icon = "trash"
    loud = True


class RefuseVoidStep(PaperStep):
    """Leave it in force."""

    action = actions.refuse_void
    title = _("不作废")
    icon = "arrow-back-up"


class ClassifyStep(PaperStep):
    """Say anew who may read it."""

    action = actions.classify
    title = _("改密级")
    said = _("已改。")
    icon = "eye-off"
    confidential = forms.ChoiceField(label=_("谁可以看"), choices=_LEVELS, widget=forms.RadioSelect)
    readers = forms.MultipleChoiceField(
        label=_("哪些岗位"),
        required=False,
        choices=_POSTS,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )


STEPS: dict[str, type[PaperStep]] = {
    "submit": SubmitStep,
    "take_back": TakeBackStep,
    "confirm_void": ConfirmVoidStep,
    "refuse_void": RefuseVoidStep,
    "give_out": GiveOutStep,
    "classify": ClassifyStep,
    "void": VoidStep,
    "drop": DropStep,
}
