"""One scan of a paper with a form, a photo or a PDF, kept while the form is put right."""

from typing import Any

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.files import queries as files
from huiyin.files.actions import store_document, store_photo
from huiyin.files.rules import MOST_BYTES, MOST_DOCUMENT_BYTES
from huiyin.kernel.errors import Refused

SALT = "scan"
HOURS = 24
PDF = "application/pdf"


class ScanForm(DoorForm):
    """A form with a scan: ``cleaned_data["scan_id"]`` is the file that is kept, or None."""

    scan = forms.FileField(
        label=_("扫描件或照片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}),
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Replace the upload by the file it became."""
        given: dict[str, Any] = dict(super().clean() or self.cleaned_data)
        given.pop("scan", None)
        given["scan_id"] = _file_of(given.pop("kept", ""))
        return given

    @property
    def has_kept(self) -> bool:
        """True when a scan sent before need not be chosen again."""
        return self.is_bound and _file_of(self.data.get(self.add_prefix("kept"), "")) is not None


def with_scan(request: StaffRequest, prefix: str = "") -> tuple[QueryDict, str]:
    """Keep the scan that came with a form; return what was sent with it named, and what is wrong.

    Whoever asks has been admitted by then: nothing is kept for others.
    """
    sent = request.POST.copy()
    at = f"{prefix}-" if prefix else ""
    upload = request.FILES.get(f"{at}scan")
    if not isinstance(upload, UploadedFile):
        return sent, ""
    head = upload.read(5)
    upload.seek(0)
    is_pdf = head == b"%PDF-"
    data = upload.read((MOST_DOCUMENT_BYTES if is_pdf else MOST_BYTES) + 1)
    keep = store_document if is_pdf else store_photo
    try:
        file_id = keep(by=request.caller, at=request.moment, name=upload.name or "", data=data)
    except Refused as refusal:
        return sent, str(refusal)
    sent[f"{at}kept"] = signing.dumps(file_id, salt=SALT)
    return sent, ""


def scan_answer(name: str, file_id: int) -> HttpResponse:
    """Answer a scan to be shown by the browser, kept by nobody."""
    data, media_type = files.read(file_id)
    if media_type == PDF:
        return pdf_answer(name, data)
    response = HttpResponse(data, content_type=media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _file_of(word: str) -> int | None:
    try:
        return int(signing.loads(word, salt=SALT, max_age=HOURS * 3600)) if word else None
    except signing.BadSignature:
        return None
