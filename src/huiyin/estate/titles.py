"""What roles and kinds of houses are called, in the reader's language."""

from django.utils.translation import gettext as _


def role_title(role: str) -> str:
    """Say a role in the reader's language."""
    return {
        "owner": _("业主"),
        "co_owner": _("共有人"),
        "tenant": _("租户"),
        "company": _("公司"),
        "developer": _("开发商"),
    }.get(role, role)


def kind_title(kind: str) -> str:
    """Say a kind of house in the reader's language."""
    return {
        "flat": _("住宅"),
        "shop": _("商铺"),
        "office": _("写字楼"),
        "parking": _("车位"),
    }.get(kind, kind)
