"""Writes of the files: bytes are kept once, under their hash."""

import hashlib
import os
import tempfile
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from huiyin.files.models import StoredFile
from huiyin.files.places import path_of
from huiyin.files.rules import BadDocument, BadPhoto, check_document, cleaned
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import BadInput
from huiyin.trail.actions import record


class UnableToStorePhoto(BadInput):
    """It is no photo, or too big."""


class UnableToStoreDocument(BadInput):
    """It is no PDF, or too big."""


@transaction.atomic
def store_photo(*, by: Caller, at: datetime, name: str, data: bytes) -> int:
    """Keep a photo, cleaned of where it was taken, and return the id of the file.

    1. The content decides what it is; the name only goes into the trail.
    2. The bytes are on the disk before the row is written: a row never points at nothing.
    3. The same photo again gives the same file.
    """
    try:
        kept, media_type = cleaned(data)
    except BadPhoto as bad:
        raise UnableToStorePhoto(_sentence(bad.code), field="photos") from bad
    return _keep(kept, media_type, name, by, at)


@transaction.atomic
def store_document(*, by: Caller, at: datetime, name: str, data: bytes) -> int:
    """Keep a PDF as it is and return the id of the file; the same bytes give the same file.

    Raises UnableToStoreDocument for what is no PDF, or above 20 MiB.
    """
    try:
        check_document(data)
    except BadDocument as bad:
        raise UnableToStoreDocument(document_sentence(bad.code), field="file") from bad
    return _keep(data, "application/pdf", name, by, at)


@transaction.atomic
def remove(*, by: Caller, at: datetime, file_id: int) -> bool:
    """Remove a file that nothing hangs on any more, its bytes when the transaction is kept.

    Returns whether it went: a file that something else still needs stays.
    """
    file = StoredFile.objects.select_for_update().get(pk=file_id)
    try:
        with transaction.atomic():
            file.delete()
    except ProtectedError:
        return False
    record(
        action="files.removed",
        by=by,
        at=at,
        subject=f"file:{file_id}",
        before={"sha256": file.sha256, "size": file.size},
    )
    transaction.on_commit(lambda: _unlink(file.sha256))
    return True


def _unlink(sha256: str) -> None:
    """Take the bytes away unless the same were kept anew meanwhile."""
    if not StoredFile.objects.filter(sha256=sha256).exists():
        path_of(sha256).unlink(missing_ok=True)


def _keep(kept: bytes, media_type: str, name: str, by: Caller, at: datetime) -> int:
    sha256 = hashlib.sha256(kept).hexdigest()
    _write(path_of(sha256), kept)
    file, created = StoredFile.objects.get_or_create(
        sha256=sha256, defaults={"size": len(kept), "media_type": media_type, "created_at": at}
    )
    if created:
        record(
            action="files.stored",
            by=by,
            at=at,
            subject=f"file:{file.pk}",
            after={"name": name.replace("\0", "")[:120], "sha256": sha256, "size": len(kept)},
        )
    return file.pk


def _write(path: Path, data: bytes) -> None:
    """Write bytes so that nobody ever reads half of them, not even after a power cut."""
    if path.exists() and path.stat().st_size == len(data):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".incoming-")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _sentence(code: str) -> str:
    return {
        "empty": _("照片是空文件。"),
        "too_big": _("照片超过 10 MB,请压缩后再传。"),
        "too_large": _("照片超过 5000 万像素,请缩小后再传。"),
    }.get(code, _("只接受 JPEG、PNG、WebP 照片,这个文件不是。"))


def document_sentence(code: str) -> str:
    """Say what is wrong with a document, by the code of BadDocument."""
    return {
        "empty": _("文件是空的,请重新选择。"),
        "too_big": _("文件超过 20 MB,请分成几份,或用较低的清晰度重新扫描。"),
    }.get(code, _("只接受 PDF 文件或 JPEG、PNG、WebP 照片,这个文件不是。"))
