"""What becomes of a photo before it is kept: pure work on bytes."""

import io
import warnings

from PIL import Image, ImageOps

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
_LAST_LINES = 2048  # scanners write blanks after the end
MOST_A_DAY = 300  # photos of one person from a phone
FORMATS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
QUALITY = 88
MOST_DOCUMENT_BYTES = 20 * 1024 * 1024


class BadPhoto(ValueError):
    """Bytes that cannot be kept as a photo; ``code``: empty, too_big, too_large or no_photo."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BadDocument(ValueError):
    """Bytes that cannot be kept as a document; ``code``: empty, too_big or no_pdf."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_document(data: bytes) -> None:
    """Raise BadDocument for what is no PDF from its first to its last line, or above 20 MiB."""
    if not data:
        raise BadDocument("empty")
    if len(data) > MOST_DOCUMENT_BYTES:
        raise BadDocument("too_big")
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-_LAST_LINES:]:
        raise BadDocument("no_pdf")


def cleaned(data: bytes) -> tuple[bytes, str]:
    """Return a photo drawn anew, upright and without anything but its pixels; and its media type.

    What the file is says its content, not its name. Where it was taken (EXIF) is not kept. Raises
    BadPhoto for what is no JPEG, PNG or WebP, has more than 10 MiB or more than 50 megapixels.
    """
    if not data:
        raise BadPhoto("empty")
    if len(data) > MOST_BYTES:
        raise BadPhoto("too_big")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _drawn_anew(data)
    except BadPhoto:
        raise
    except Image.DecompressionBombError as error:
        raise BadPhoto("too_large") from error
    # Pillow's readers raise whatever the broken bytes lead them to.
    except Exception as error:
        raise BadPhoto("no_photo") from error


def _drawn_anew(data: bytes) -> tuple[bytes, str]:
    with Image.open(io.BytesIO(data), formats=tuple(FORMATS)) as photo:
        kind = photo.format or ""
        if photo.width * photo.height > MOST_PIXELS:
            raise BadPhoto("too_large")
        upright = ImageOps.exif_transpose(photo)
    mode = "RGB" if kind == "JPEG" or "A" not in upright.getbands() else "RGBA"
    if upright.mode == "P" and "transparency" in upright.info and kind != "JPEG":
        mode = "RGBA"
    plain = Image.new(mode, upright.size)
    plain.paste(upright.convert(mode))
    kept = io.BytesIO()
    plain.save(kept, kind, **({} if kind == "PNG" else {"quality": QUALITY}))
    return kept.getvalue(), FORMATS[kind]
