"""What employees write is looked at before it is kept."""

from django.utils.translation import gettext as _

from huiyin.kernel.errors import BadInput


def checked_text(text: str, field: str, most: int, *, required: bool = True) -> str:
    """Return a text without surrounding blanks, or raise BadInput naming the field."""
    text = text.strip()
    if required and not text:
        raise BadInput(_("请填写内容。"), field=field)
    if len(text) > most or "\0" in text:
        raise BadInput(_("内容最多 %(n)d 字,且不能含无效字符。") % {"n": most}, field=field)
    return text
