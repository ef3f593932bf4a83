"""Where a request comes from, as far as it can be believed."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

NETWORK_BITS = 64  # of an IPv6 address: what one household has


def address_of(request: HttpRequest) -> str:
    """Return where a request comes from: behind a proxy what it appended last."""
    told = request.META.get("REMOTE_ADDR", "")
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT:
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or told
    try:
        address = ip_address(told)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        return str(ip_network(f"{address}/{NETWORK_BITS}", strict=False))
    return str(address)
