"""QR codes on papers and stickers: our own drawing of our own address, and nothing else."""

import segno
from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe


def site(request: HttpRequest) -> str:
    """Return the address people reach this site under, as printed on paper."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


def drawn(address: str, *, border: int = 1) -> SafeString:
    """Draw an address as inline SVG that fills whatever it stands in."""
    code = segno.make_qr(address, error="m").svg_inline(omitsize=True, border=border)
    return mark_safe(code)  # noqa: S308 - see above
