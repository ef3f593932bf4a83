"""Reads of the files. Whoever asks has been admitted by the room the file hangs on."""

from django.utils.translation import gettext as _

from huiyin.files.models import StoredFile
from huiyin.files.places import path_of
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
