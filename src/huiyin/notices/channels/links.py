"""The page of the portal that a message is about, as an address that opens outside."""

from django.conf import settings

from huiyin.notices.channels import Parcel


def link_of(parcel: Parcel) -> str:
    """Return the page a message leads to, empty when nobody outside could open it."""
    link = parcel.values.get("link", "")
    if link.startswith("/"):
        return settings.PUBLIC_URL + link if settings.PUBLIC_URL else ""
    return link
