"""Pages of the service standards: what is in force, its history, and the working calendar."""

import calendar as months
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.doors.console.page import staff_page
from huiyin.doors.console.standards.forms import ROLES, RUNGS, ClauseForm, DayForm, TargetForm
from huiyin.doors.console.standards.limits import say_limit
from huiyin.doors.parts.forms import DoorForm
from huiyin.doors.parts.fragments import show
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.kernel.errors import NotFound
from huiyin.matters import titles
from huiyin.staff.queries import local_day
from huiyin.standards import actions
from huiyin.standards import queries as standards
from huiyin.standards.actions import EARLIEST_YEAR, LATEST_YEAR
from huiyin.standards.queries import Board, ClauseRow, DayRow, TargetRow


class NoSuchLine(NotFound):
    """The standard in force has no clause or target of this name."""


@dataclass(frozen=True, slots=True)
class Group:
    """The clauses about one kind of promise."""

    title: str
    clauses: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with its kinds and ladder in words."""

    row: ClauseRow
    limit: str
    kinds: str
    ladder: tuple[tuple[str, str], ...]


@require_safe
@staff_page
def board(request: StaffRequest) -> HttpResponse:
    """Show every clause and target in force."""
    found = _board(request)
    groups: dict[str, list[Clause]] = {}
    for row in found.clauses:
        groups.setdefault(row.code, []).append(_clause(row))
    context = {
        "board": found,
        "groups": [Group(str(titles.PROMISES[code]), tuple(all_)) for code, all_ in groups.items()],
    }
    return show(request, "standards/standards.html", "standards/_standards.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def change_clause(request: StaffRequest, clause: str) -> HttpResponse:
    """Change one clause from a moment on, for a reason."""
    row = _one(_board(request).clauses, lambda one: one.id == clause)
    initial = ClauseForm.initial_of(row)
    form = ClauseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        if _same_ladder(values["ladder"], row):
            values.pop("ladder")
        done = form.tries(
            lambda: actions.change_clause(**_who(request), clause_id=clause, **values)
        )
        if done:
            messages.success(request, _("已修改,旧标准留在历史里。"))
            return redirect("standards")
    return _change_page(request, form, row)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def change_target(request: StaffRequest, code: str) -> HttpResponse:
    """Change one target from a moment on, for a reason."""
    row = _one(_board(request).targets, lambda one: one.code == code)
    form = TargetForm(request.POST or None, initial=TargetForm.initial_of(row))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = form.tries(lambda: actions.change_target(**_who(request), code=code, **values))
        if done:
            messages.success(request, _("已修改,旧标准留在历史里。"))
            return redirect("standards")
    return _change_page(request, form, row)


@require_safe
@staff_page
def history(request: StaffRequest) -> HttpResponse:
    """Show every version: who changed what when, and why."""
    rows = standards.versions(
        caller=request.caller, community_id=request.community.id, at=request.moment
    )
    return show(request, "standards/history.html", "standards/_history.html", {"versions": rows})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def calendar(request: StaffRequest) -> HttpResponse:
    """Show a year of working days, holidays and make-up days; those who lead may set a day."""
    today = local_day(request.moment, request.community.zone)
    asked = request.GET.get("year", "")
    year = int(asked) if asked in _YEARS else today.year
    form = DayForm(request.POST or None, initial={"is_working": "0"})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            done = form.tries(lambda: actions.set_day(**_who(request), **form.cleaned_data))
            if done:
                messages.success(request, _("日历已更新,按工作日计算的时限会照此计算。"))
                return redirect(f"{request.path}?year={form.cleaned_data['day'].year}")
    days = standards.calendar_days(
        caller=request.caller, community_id=request.community.id, year=year
    )
    context: dict[str, Any] = {
        "form": form,
        "year": year,
        "months": [_month(year, month, {one.day: one for one in days}) for month in range(1, 13)],
        "named": [one for one in days if one.name or one.own],
        "warning": standards.warn_unpublished(request.moment, request.community.zone),
        "may_change": _board(request).may_change,
    }
    return show(
        request, "standards/calendar.html", "standards/_calendar.html", context, status=status
    )


@dataclass(frozen=True, slots=True)
class Month:
    """A month as a table of weeks, Monday first."""

    title: str
    weeks: tuple[tuple["Day | None", ...], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the table, with the word that says what it is."""

    number: int
    look: str
    word: str
    title: str


SATURDAY = 5
_YEARS = frozenset(str(year) for year in range(EARLIEST_YEAR, LATEST_YEAR + 1))


def _month(year: int, month: int, dated: dict[date, DayRow]) -> Month:
    weeks = [
        tuple(_day(one, dated.get(one)) if one.month == month else None for one in week)
        for week in months.Calendar().monthdatescalendar(year, month)
    ]
    return Month(_("%(n)d 月") % {"n": month}, tuple(weeks))


def _day(day: date, row: DayRow | None) -> Day:
    if row is not None and row.is_working:
        return Day(day.day, "is-makeup", _("班"), row.name or _("调休上班"))
    if row is not None:
        return Day(day.day, "is-holiday", _("休"), row.name or _("放假"))
    return Day(day.day, "is-off" if day.weekday() >= SATURDAY else "", "", "")


def _board(request: StaffRequest) -> Board:
    return standards.board(
        caller=request.caller, community_id=request.community.id, at=request.moment
    )


def _clause(row: ClauseRow) -> Clause:
    kinds = "、".join(_kind(kind) for kind in row.kinds)
    ladder = tuple(
        (str(RUNGS.get(at, at)), "、".join(str(ROLES.get(one, one)) for one in to))
        for at, to in row.ladder
    )
    return Clause(row, say_limit(row.limit), kinds, ladder)


def _kind(pattern: str) -> str:
    if pattern == "*":
        return _("全部类别")
    if pattern.endswith(".*"):
        return _("各类%(kind)s") % {"kind": titles.KINDS.get(pattern[:-2], pattern[:-2])}
    return str(titles.KINDS.get(pattern, pattern))


T = TypeVar("T")


def _one(rows: tuple[T, ...], fits: Callable[[T], bool]) -> T:
    for row in rows:
        if fits(row):
            return row
    raise NoSuchLine(_("现行标准里没有这一条。"))


def _same_ladder(given: Any, row: ClauseRow) -> bool:
    return [(at, tuple(to)) for at, to in given] == list(row.ladder)


def _who(request: StaffRequest) -> dict[str, Any]:
    return {
        "by": request.caller,
        "at": request.moment,
        "community_id": request.community.id,
    }


def _change_page(request: StaffRequest, form: DoorForm, row: ClauseRow | TargetRow) -> HttpResponse:
    context = {"form": form, "row": row, "may_change": _board(request).may_change}
    status = 422 if form.errors else 200
    return show(request, "standards/change.html", "standards/_change.html", context, status=status)
