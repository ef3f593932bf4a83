"""Failed items that shall become matters, and those that did."""

from dataclasses import dataclass

from django.db import connection

from huiyin.checklists import rules, titles
from huiyin.checklists.models import Mark

MOST = 200  # of one round; the next follows a few seconds later
# By hand, for every tick asks it.
_TO_RAISE = """
SELECT id FROM checklists_mark WHERE raises <> '' AND raised = '' ORDER BY id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class ToRaise:
    """A failed item: which kind of matter it becomes, where, and what to say.

    ``before`` is the matter that the same item of the same run became when it failed before, or "".
    """

    id: int
    community: str
    kind: str
    subject: str
    checklist: str
    item: str
    answer: str
    note: str
    by_name: str
    photos: tuple[int, ...]
    before: str


def to_raise() -> list[int]:
    """Return the failed marks without their matter, oldest first. One look at a small index."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_RAISE, [MOST])
        return [pk for (pk,) in cursor.fetchall()]


def claim(*, mark_id: int) -> ToRaise | None:
    """Lock a failed mark without its matter, or return None where somebody else raises it.

    Must run inside the transaction that ends with :func:`keep_raised`.
    """
    mark = (
        Mark.objects.select_related("run__community", "run__version__template")
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
        .filter(pk=mark_id, raised="")
        .exclude(raises="")
        .first()
    )
    if mark is None:
        return None
    items = rules.from_data(mark.run.version.items)
    item = next(one for one in items if one.key == mark.item)
    return ToRaise(
        id=mark.pk,
        community=mark.run.community.code,
        kind=mark.raises,
        subject=mark.run.subject,
        checklist=mark.run.version.template.title,
        item=item.title,
        answer=titles.answer(item, mark.value),
        note=mark.note,
        by_name=mark.by_name,
        photos=_photos_beside(mark, items),
        before=_raised_before(mark),
    )


def _raised_before(mark: Mark) -> str:
    """Return the last matter of the same item: told again, it is still one thing that is wrong."""
    same = Mark.objects.filter(run=mark.run_id, item=mark.item).exclude(raised="")
    return same.order_by("-id").values_list("raised", flat=True).first() or ""


def _photos_beside(mark: Mark, items: tuple[rules.Item, ...]) -> tuple[int, ...]:
    """Return the photos that the run shows under the same heading: they may show what is wrong."""
    group = next(one.group for one in items if one.key == mark.item)
    beside = [one.key for one in items if one.kind == "photo" and one.group == group]
    marks = Mark.objects.filter(run=mark.run_id, item__in=beside).order_by("id")
    files = [file for one in marks for file in rules.files_in(one.value)]
    return tuple(dict.fromkeys(files))[: rules.MOST_PHOTOS]


def keep_raised(*, mark_id: int, number: str) -> None:
    """Write down which matter a failed item became."""
    Mark.objects.filter(pk=mark_id).update(raised=number)
