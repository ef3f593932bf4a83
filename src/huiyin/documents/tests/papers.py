"""Papers for tests: a letter to 3-1-1201, a scan, and the callers around them."""

from typing import Any
from uuid import UUID, uuid4

from huiyin.documents import actions, typesetting
from huiyin.documents.actions import IssuedPaper
from huiyin.documents.actions.common import Facts
from huiyin.matters.tests.cast import AT, Cast

LETTER = {"title": "停水通知函", "salutation": "尊敬的业主:", "body": "3月20日停水,请储水备用。"}


def issue(cast: Cast, *, post: str = "supervisor", **given: Any) -> IssuedPaper:
    """Issue a letter in YG."""
    asked: dict[str, Any] = {
        "community_id": cast.town.community.pk,
        "form": "letter",
        "kind": "letter",
        "title": "停水通知函",
        "data": LETTER,
        "at": AT,
        **given,
    }
    return actions.issue_paper(by=cast.caller(post), **asked)


def facts(cast: Cast, **given: Any) -> Facts:
    """Return the facts of a letter in YG."""
    return Facts(
        **{
            "community_id": cast.town.community.pk,
            "kind": "letter",
            "title": "停水通知函",
            **given,
        }
    )


def draft(cast: Cast, *, post: str = "receptionist", key: UUID | None = None, **given: Any) -> int:
    """Draft a letter in YG."""
    return actions.draft_paper(
        by=cast.caller(post),
        at=AT,
        facts=facts(cast, **given),
        form="letter",
        data=LETTER,
        key=key or uuid4(),
    )


def scan(text: str = "装修承诺书") -> bytes:
    """Return a PDF that somebody scanned."""
    return typesetting.pdf("letter", {**LETTER, "community": {"name": "外单位"}, "body": text})


def filed(cast: Cast, *, post: str = "receptionist", **given: Any) -> int:
    """File a scan in YG."""
    asked = {
        "kind": "renovation",
        "title": "装修承诺书",
        "house_id": cast.town.flat.pk,
        **{key: one for key, one in given.items() if key in Facts.__dataclass_fields__},
    }
    rest = {key: one for key, one in given.items() if key not in Facts.__dataclass_fields__}
    return actions.archive_file(
        **{
            "by": cast.caller(post),
            "at": AT,
            "facts": facts(cast, **asked),
            "name": "承诺书.pdf",
            "file": scan(),
            "key": uuid4(),
            **rest,
        }
    )
