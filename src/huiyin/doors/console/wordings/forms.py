"""The form of a template: its words in three languages, and what vendors know it as (NOT-01)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import DoorForm, text_area
from huiyin.notices.actions.wordings import VENDORS
from huiyin.notices.titles import LANGUAGES
from huiyin.notices.wording import SOURCE, Template

PARTS = {"subject": _("标题"), "text": _("业主页面、邮件、微信的文字"), "short": _("短信")}
VENDOR_TITLES = {"alibaba": _("阿里云短信模板编号"), "tencent": _("腾讯云短信模板编号")}


class WordingForm(DoorForm):
    """One box for each part and language; empty languages fall back to Simplified Chinese."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for language in LANGUAGES:
            for part, title in PARTS.items():
                widget = forms.TextInput() if part == "subject" else text_area(3)
                self.fields[f"{language}-{part}"] = forms.CharField(
                    label=title, required=language == SOURCE, widget=widget
                )
        for vendor in VENDORS:
            self.fields[vendor] = forms.CharField(
                label=VENDOR_TITLES[vendor], required=False, max_length=40
            )

    @staticmethod
    def initial_of(template: Template) -> dict[str, str]:
        """Return what the boxes show of a wording."""
        said = {
            f"{language}-{part}": getattr(one, part)
            for language, one in template.texts.items()
            for part in PARTS
        }
        return {**said, **template.vendor_ids}

    @property
    def languages(self) -> list[dict[str, Any]]:
        """The boxes by language, the source language open."""
        return [
            {
                "code": language,
                "title": title,
                "fields": [self[f"{language}-{part}"] for part in PARTS],
                "is_source": language == SOURCE,
                "has_errors": any(self.errors.get(f"{language}-{part}") for part in PARTS),
            }
            for language, title in LANGUAGES.items()
        ]

    @property
    def vendors(self) -> list[Any]:
        """The boxes of the vendors' ids."""
        return [self[vendor] for vendor in VENDORS]

    @property
    def texts(self) -> dict[str, dict[str, str]]:
        """What was typed, by language and part."""
        return {
            language: {part: self.cleaned_data[f"{language}-{part}"] for part in PARTS}
            for language in LANGUAGES
        }

    @property
    def vendor_ids(self) -> dict[str, str]:
        """What was typed as the vendors' ids."""
        return {vendor: self.cleaned_data[vendor] for vendor in VENDORS}
