"""Reads of answers and guides: for colleagues all of them, for owners what was looked at twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.kernel import paging
from huiyin.kernel.caller import Caller
from huiyin.kernel.clock import BadMoment, parse
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.kernel.paging import Page
from huiyin.knowledge import rules
from huiyin.knowledge.access import admit_reader, may_write
from huiyin.knowledge.models import Answer, GuideVersion
from huiyin.knowledge.rules import Card, Guide
from huiyin.knowledge.words import read_guides, shipped, shipped_text

SHOWS = ("all", "check", "review", "retired")
MOST_LOOKED_AT = 60
TYPED_MOST = 400


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer as lists and pages show it; ``public`` means owners may read it."""

    id: int
    community_id: int | None
    question: str
    answer: str
    words: str
    owner_visible: bool
    public: bool
    review_on: date | None
    used_count: int
    from_matter: str
    author: str
    changed_at: datetime
    checked_by: str
    retired: bool
    may_write: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many answers are in use, wait for a second look, are due for review, are retired."""

    all: int
    check: int
    review: int
    retired: int


@dataclass(frozen=True, slots=True)
class GuideVersionRow:
    """One version of a community's guides in its history; number 0 is the shipped one."""

    number: int
    made_at: datetime | None
    made_by: str
    reason: str


# -- answers

# What may fit, the likeliest first; where each stands in the end is for rules.rank to say. LIKE
# and the pairs of characters are right in any locale; trigrams only bring order into the many.
_CANDIDATES = """
SELECT a.*, e.name AS author_name, c.name AS checker_name
  FROM knowledge_answer a
  LEFT JOIN staff_employee e ON e.id = a.author_id
  LEFT JOIN staff_employee c ON c.id = a.checked_by_id
 WHERE a.retired_at IS NULL AND (a.community_id = %(community)s OR a.community_id IS NULL)
   AND (NOT %(public)s OR (a.owner_visible AND a.checked_at IS NOT NULL))
   AND (a.question ILIKE %(like)s OR a.words ILIKE %(like)s OR a.answer ILIKE %(like)s
        OR (%(letters)s <> '' AND a.initials LIKE %(letters)s)
        OR a.pieces && %(pieces)s::varchar(8)[])
 ORDER BY (a.question ILIKE %(like)s) DESC, (a.words ILIKE %(like)s) DESC,
          word_similarity(a.question, %(typed)s) DESC, a.used_count DESC, a.id
 LIMIT %(most)s
"""


def find(
    *, caller: Caller, community_id: int, text: str, public: bool = False, limit: int = 8
) -> tuple[AnswerRow, ...]:
    """Find answers for what somebody types, the best first, as :mod:`rules` says. One query.

    ``public`` leaves only what owners may read. Raises NotFound to strangers.
    """
    admit_reader(caller, community_id)
    return _found(caller, community_id, text, public=public, limit=limit)


def find_public(*, community_id: int, text: str, limit: int = 5) -> tuple[AnswerRow, ...]:
    """Find answers that any owner may read, for doors where nobody is logged in. One query."""
    return _found(None, community_id, text, public=True, limit=limit)


def often_asked(*, community_id: int, limit: int = 8) -> tuple[AnswerRow, ...]:
    """Return the answers any owner may read that were used most, for a page where nobody typed."""
    public = Answer.objects.filter(
        _of(community_id), retired_at__isnull=True, owner_visible=True, checked_at__isnull=False
    )
    found = public.select_related("author", "checked_by").order_by("-used_count", "id")
    return tuple(_row(one, None) for one in found[:limit])


def _found(
    caller: Caller | None, community_id: int, text: str, *, public: bool, limit: int
) -> tuple[AnswerRow, ...]:
    typed = rules.fold(text.replace("\0", ""))[:TYPED_MOST]
    if not typed:
        return ()
    letters = typed.replace(" ", "")
    with_letters = len(letters) >= rules.PIECE and letters.isascii() and letters.isalnum()
    given = {
        "community": community_id,
        "public": public,
        "like": f"%{_escaped(typed)}%",
        "letters": f"%{letters}%" if with_letters else "",
        "pieces": sorted(rules.pieces(typed)),
        "typed": typed,
        "most": MOST_LOOKED_AT,
    }
    ranked = []
    for one in Answer.objects.raw(_CANDIDATES, given):
        card = Card(
            one.question, one.words, one.answer, one.initials, frozenset(one.pieces), one.used_count
        )
        place = rules.rank(typed, card)
        if place is not None:
            ranked.append((place, -one.used_count, one.pk, one))
    ranked.sort(key=lambda row: row[:3])
    return tuple(_row(one, caller) for *_place, one in ranked[:limit])


def _escaped(text: str) -> str:
    """Return a text to stand inside a LIKE pattern as itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def answers(
    *,
    caller: Caller,
    community_id: int,
    on: date,
    show: str = "all",
    cursor: str = "",
    limit: int = 25,
) -> Page[AnswerRow]:
    """Return answers, the newest change first: all in use, or those waiting for somebody.

    ``show`` is one of :data:`SHOWS`; ``check`` waits for the second look, ``review`` is overdue.
    Raises NotFound to strangers, BadInput for a bad cursor.
    """
    admit_reader(caller, community_id)
    rows = _shown(community_id, on, show if show in SHOWS else "all")
    if cursor:
        at, last = _read(cursor)
        rows = rows.filter(Q(changed_at__lt=at) | Q(changed_at=at, id__lt=last))
    found = list(
        rows.select_related("author", "checked_by").order_by("-changed_at", "-id")[: limit + 1]
    )
    return paging.page_of(
        found,
        limit,
        lambda one: _row(one, caller),
        lambda one: (one.changed_at.isoformat(), one.pk),
    )


def tally(*, caller: Caller, community_id: int, on: date) -> Tally:
    """Return how many answers each list holds. One query."""
    admit_reader(caller, community_id)
    scope = Answer.objects.filter(_of(community_id))
    counts = scope.aggregate(
        all=Count("pk", filter=_WHERE["all"]),
        check=Count("pk", filter=_WHERE["check"]),
        review=Count("pk", filter=_WHERE["all"] & Q(review_on__lt=on)),
        retired=Count("pk", filter=_WHERE["retired"]),
    )
    return Tally(**counts)


def answer(*, caller: Caller, community_id: int, answer_id: int) -> AnswerRow:
    """Return one answer of the community or the company; NotFound when it is neither."""
    admit_reader(caller, community_id)
    found = (
        Answer.objects.filter(_of(community_id), pk=answer_id)
        .select_related("author", "checked_by")
        .first()
    )
    if found is None:
        raise NotFound(_("没有这条答复。"))
    return _row(found, caller)


def overdue(*, community_id: int, on: date) -> tuple[str, ...]:
    """Return the questions whose answers were to be reviewed before a day, for the schedule."""
    rows = Answer.objects.filter(
        community_id=community_id, retired_at__isnull=True, review_on__lt=on
    )
    return tuple(rows.order_by("review_on", "id").values_list("question", flat=True))


_WHERE = {
    "all": Q(retired_at__isnull=True),
    "check": Q(retired_at__isnull=True, owner_visible=True, checked_at__isnull=True),
    "retired": Q(retired_at__isnull=False),
}


def _of(community_id: int) -> Q:
    return Q(community_id=community_id) | Q(community_id__isnull=True)


def _shown(community_id: int, on: date, show: str) -> QuerySet[Answer]:
    rows = Answer.objects.filter(_of(community_id))
    if show == "review":
        return rows.filter(_WHERE["all"], review_on__lt=on)
    return rows.filter(_WHERE[show])


def _read(cursor: str) -> tuple[datetime, int]:
    try:
        at, last = paging.read_cursor(cursor, str, int)
        return parse(str(at)), int(last)
    except (paging.BadCursor, BadMoment) as error:
        raise BadInput(_("翻页标记无效,请从第一页重新打开。"), field="cursor") from error


def _row(one: Answer, caller: Caller | None) -> AnswerRow:
    by_hand = hasattr(one, "author_name")
    author = one.author_name if by_hand else (one.author.name if one.author else "")  # type: ignore[attr-defined]
    checker = one.checker_name if by_hand else (one.checked_by.name if one.checked_by else "")  # type: ignore[attr-defined]
    return AnswerRow(
        id=one.pk,
        community_id=one.community_id,
        question=one.question,
        answer=one.answer,
        words=one.words,
        owner_visible=one.owner_visible,
        public=one.owner_visible and one.checked_at is not None,
        review_on=one.review_on,
        used_count=one.used_count,
        from_matter=one.from_matter,
        author=author or "",
        changed_at=one.changed_at,
        checked_by=checker or "",
        retired=one.retired_at is not None,
        may_write=caller is not None and may_write(caller, one.community_id),
    )


# -- guides


def guides(*, community_id: int) -> tuple[Guide, ...]:
    """Return the guides that count in a community. One query."""
    newest = (
        GuideVersion.objects.filter(community_id=community_id)
        .order_by("-number")
        .values_list("pk", flat=True)
        .first()
    )
    return shipped() if newest is None else _by_id(newest)


def guide_for(*, community_id: int, channel: str, kind: str) -> Guide | None:
    """Return the guide for a kind of contact, if there is one (REC-07)."""
    return rules.fitting(guides(community_id=community_id), channel=channel, kind=kind)


def guide_versions(*, caller: Caller, community_id: int) -> tuple[GuideVersionRow, ...]:
    """Return every version of the guides, the newest first, the shipped ones last."""
    admit_reader(caller, community_id)
    rows = GuideVersion.objects.filter(community_id=community_id).order_by("-number")
    made: Iterable[tuple[int, datetime, str | None, str]] = rows.values_list(
        "number", "made_at", "made_by__name", "reason"
    )
    return (
        *(
            GuideVersionRow(number, made_at, name or _("系统"), reason)
            for number, made_at, name, reason in made
        ),
        GuideVersionRow(0, None, _("系统"), _("随系统提供")),
    )


def guide_source(
    *, caller: Caller, community_id: int, number: int | None = None
) -> tuple[int, str]:
    """Return a version of the guides as it is edited: its number and its text."""
    admit_reader(caller, community_id)
    wanted = latest_guides(community_id) if number is None else number
    return wanted, guide_text(community_id, wanted)


def latest_guides(community_id: int) -> int:
    """Return the number of the version that counts; 0 is the shipped one."""
    rows = GuideVersion.objects.filter(community_id=community_id).order_by("-number")
    return rows.values_list("number", flat=True).first() or 0


def guide_text(community_id: int, number: int) -> str:
    """Return what a version says. Raises NotFound when it never was."""
    if number == 0:
        return shipped_text()
    found = GuideVersion.objects.filter(community_id=community_id, number=number)
    text = found.values_list("text", flat=True).first()
    if text is None:
        raise NotFound(_("没有第 %(n)d 版指引。") % {"n": number})
    return text


@lru_cache(maxsize=64)
def _by_id(version_id: int) -> tuple[Guide, ...]:
    """Return what a version says; versions never change, so it is read once per process."""
    return read_guides(GuideVersion.objects.values_list("text", flat=True).get(pk=version_id))
