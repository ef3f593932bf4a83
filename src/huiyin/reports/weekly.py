"""The weekly analysis of complaints, as a text for the manager (CMP-09, RPT-02)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from huiyin.matters import titles
from huiyin.matters.queries.figures import ComplaintRow

Titles = Mapping[str, "str | LazyText"]

DEPARTMENT_OF = {
    **dict.fromkeys(("maintenance_foreman", "technician"), "engineering"),
    **dict.fromkeys(("cleaning_foreman", "cleaner", "gardener"), "environment"),
    **dict.fromkeys(("security_foreman", "guard"), "order"),
    **dict.fromkeys(("supervisor", "keeper", "dispatcher", "receptionist"), "service"),
    **dict.fromkeys(("finance", "collector", "company_finance"), "finance"),
}
DEPARTMENTS: Titles = {
    "service": gettext_lazy("客服部"),
    "engineering": gettext_lazy("工程部"),
    "environment": gettext_lazy("环境部"),
    "order": gettext_lazy("秩序部"),
    "finance": gettext_lazy("财务部"),
    "management": gettext_lazy("管理处"),
}
NAMED = 10


def subject(since: datetime, rows: tuple[ComplaintRow, ...]) -> str:
    """Return the subject line: the week and how many there were."""
    return _("投诉周报 %(week)s:%(count)d 件") % {"week": week(since), "count": len(rows)}


def week(since: datetime) -> str:
    """Return the days of a week, as in 3月9日—3月15日."""
    last = since + timedelta(days=6)
    return _("%(m1)d月%(d1)d日—%(m2)d月%(d2)d日") % {
        "m1": since.month,
        "d1": since.day,
        "m2": last.month,
        "d2": last.day,
    }


def analysis(
    since: datetime, rows: tuple[ComplaintRow, ...], before: tuple[ComplaintRow, ...]
) -> str:
    """Return the analysis: how many by kind, cause, area and department, beside the week before.

    ``since`` is the week's Monday in the community's zone.
    """
    late = [row for row in rows if row.late]
    pending = [row for row in rows if not row.finished]
    return "\n".join(
        (
            _("%(week)s收到投诉 %(count)d 件,前一周 %(before)d 件。")
            % {"week": week(since), "count": len(rows), "before": len(before)},
            _("类别:") + _counted((row.kind for row in rows), titles.KINDS),
            _("原因:") + _counted((row.cause for row in rows), titles.CAUSES),
            _("区域:") + _counted((row.building or _("公共区域") for row in rows), {}),
            _("部门:") + _counted(map(_department, rows), DEPARTMENTS),
            _("超时 %(count)d 件%(which)s") % {"count": len(late), "which": _named(late)},
            _("未办结 %(count)d 件%(which)s") % {"count": len(pending), "which": _named(pending)},
        )
    )


def _department(row: ComplaintRow) -> str:
    return DEPARTMENT_OF.get(row.owner_post, "management")


def tables(rows: tuple[ComplaintRow, ...]) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
    """Return the counts of the analysis by kind, cause, area and department, for a paper."""
    by_kind = _counts((row.kind for row in rows), titles.KINDS)
    by_cause = _counts((row.cause for row in rows), titles.CAUSES)
    by_area = _counts((row.building or _("公共区域") for row in rows), {})
    by_department = _counts(map(_department, rows), DEPARTMENTS)
    return (
        (_("类别"), by_kind),
        (_("原因"), by_cause),
        (_("区域"), by_area),
        (_("部门"), by_department),
    )


def _counted(values: Iterable[str], words: Titles) -> str:
    """Write how often each value came, the most frequent first."""
    said = (f"{name} {count}" for name, count in _counts(values, words))
    return _("、").join(said) or _("无")


def _counts(values: Iterable[str], words: Titles) -> tuple[tuple[str, int], ...]:
    """Count how often each value came, by its name, the most frequent first."""
    counts = sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0]))
    unnamed = _("未注明")
    return tuple((str(words.get(value, value) or unnamed), count) for value, count in counts)


def _named(rows: list[ComplaintRow]) -> str:
    if not rows:
        return _("。")
    numbers = _("、").join(row.number for row in rows[:NAMED])
    return _(":%(numbers)s%(more)s。") % {
        "numbers": numbers,
        "more": _("等") if len(rows) > NAMED else "",
    }
