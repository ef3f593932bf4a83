"""Reads of the files. Whoever asks has been admitted by the room the file hangs on."""

import hashlib

from django.utils.translation import gettext as _

from huiyin.files.models import StoredFile
from huiyin.files.places import path_of
from huiyin.files.rules import BadPhoto, cleaned
from huiyin.kernel.errors import NotFound


def read(file_id: int) -> tuple[bytes, str]:
    """Return the bytes of a file and their media type; NotFound when there is none."""
    file = StoredFile.objects.filter(pk=file_id).first()
    if file is None:
        raise NotFound(_("没有这个文件。"))
    try:
        return path_of(file.sha256).read_bytes(), file.media_type
    except FileNotFoundError as error:
        raise NotFound(_("文件内容已丢失,请联系管理员。")) from error


def find_photo(data: bytes) -> int | None:
    """Return the id of a photo that is kept already, None for any other bytes; nothing is kept."""
    try:
        kept, _media_type = cleaned(data)
    except BadPhoto:
        return None
    sha256 = hashlib.sha256(kept).hexdigest()
    return StoredFile.objects.filter(sha256=sha256).values_list("pk", flat=True).first()
