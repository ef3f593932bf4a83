"""A file that is looked at before it is taken: kept for an hour, for whoever sent it, once."""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from huiyin.doors.parts.middleware import StaffRequest

KEPT_FOR = 3600  # seconds between looking and confirming
MOST_BYTES = 10 * 1024 * 1024
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file waiting for its confirmation, and what else was given with it."""

    name: str
    content: bytes
    community: str
    given: str = ""


def keep(request: StaffRequest, what: str, upload: Upload) -> str:
    """Keep a file until its sender confirms it; return the word that names it."""
    token = secrets.token_urlsafe(16)
    cache.set(_key(request, what, token), upload, KEPT_FOR)
    return token


def take(request: StaffRequest, what: str, token: str) -> Upload | None:
    """Return the file under a word, once, to whoever sent it for this community; else None."""
    key = _key(request, what, token)
    upload: Upload | None = cache.get(key)
    if upload is None or upload.community != request.community.code:
        return None
    return upload if cache.delete(key) else None


def small_enough(file: "UploadedFile[Any]") -> "UploadedFile[Any]":
    """Return the file; raise ValidationError where it is too large to be tried."""
    if file.size is None or file.size > MOST_BYTES:
        raise forms.ValidationError(_("文件太大,请分开导入。"))
    return file


def _key(request: StaffRequest, what: str, token: str) -> str:
    return f"{what}-{request.caller.user_id}-{token if _TOKEN.fullmatch(token) else ''}"
