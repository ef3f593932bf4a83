"""The board of figures of a community, and the matters behind one of them (RPT-03, RPT-07)."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiyin.doors.console.figures import periods
from huiyin.doors.console.figures.periods import Period
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts.fragments import show, wants_fragment
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.doors.parts.templatetags.parts import share
from huiyin.flows import papers
from huiyin.kernel.errors import BadInput, NotFound
from huiyin.matters.access import FIELD
from huiyin.reports import kpis as reports
from huiyin.reports.kpis import Kpi
from huiyin.staff.queries import local_day

PAGE = 50


class UnableToReadPeriod(BadInput):
    """The days asked for are no days, or the wrong way round."""


class NoSuchFigure(NotFound):
    """The standard in force has no figure of this name."""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure as a line of the board; ``code`` is empty where no matters stand behind it."""

    code: str
    row: Kpi
    target: str
    value: str


@require_safe
@staff_page
def board(request: StaffRequest) -> HttpResponse:
    """Show every figure of the chosen days beside its target."""
    period, form = periods.read(request.GET, _today(request))
    context: dict[str, Any] = {
        "form": form,
        "period": period,
        "chosen": request.GET.get("period", ""),
        "lines": [_line(one) for one in _kpis(request, period)] if period else [],
        "narrowed": _narrowed(request),
    }
    status = 200 if period else 422
    return show(request, "figures/figures.html", "figures/_figures.html", context, status=status)


@require_safe
@staff_page
def export(request: StaffRequest) -> HttpResponse:
    """Send the board as a table that spreadsheets open (RPT-06)."""
    period = _period(request)
    table = io.StringIO()
    writer = csv.writer(table)
    titles = (_("规则"), _("指标"), _("目标"), _("结果"), _("达成数"), _("总数"), _("是否达标"))
    writer.writerow(titles)
    words = {True: _("达标"), False: _("未达标"), None: ""}
    for one in _kpis(request, period):
        writer.writerow(
            (
                one.rule,
                one.title,
                "" if one.target is None else one.target,
                "" if one.value is None else one.value,
                one.numerator,
                one.denominator,
                words[one.met],
            )
        )
    # The mark in front tells spreadsheets that the text is UTF-8.
    response = HttpResponse("\ufeff" + table.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"{request.community.code}-{period.since}-{period.until}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@staff_page
def rows(request: StaffRequest, code: str) -> HttpResponse:
    """Show what one figure counts: over all pages as many rows as its denominator says."""
    period = _period(request)
    page = reports.rows(
        **_asked(request, period), name=code, cursor=request.GET.get("cursor", ""), limit=PAGE
    )
    context: dict[str, Any] = {
        "rows": page.items,
        "period": period,
        "next": _next(period, page.next),
        "code": code,
    }
    if wants_fragment(request) and request.GET.get("cursor"):
        return render(request, "figures/_more.html", context)
    context["line"] = _one(request, period, code)
    return show(request, "figures/rows.html", "figures/_rows.html", context)


@require_safe
@staff_page
def complaints_paper(request: StaffRequest) -> HttpResponse:
    """Send the analysis of the complaints of the chosen days as a paper (CMP-09)."""
    period = _period(request)
    drawn = papers.complaint_statistics(
        caller=request.caller,
        community_id=request.community.id,
        since=period.since,
        until=period.until,
        at=request.moment,
    )
    return pdf_answer(drawn.name, drawn.pdf())


def _today(request: StaffRequest) -> date:
    return local_day(request.moment, request.community.zone)


def _period(request: StaffRequest) -> Period:
    """Return the days asked for, or raise UnableToReadPeriod."""
    period, form = periods.read(request.GET, _today(request))
    if period is None:
        said = next((text for errors in form.errors.values() for text in errors), "")
        raise UnableToReadPeriod(said or _("请选择起止日期。"))
    return period


def _asked(request: StaffRequest, period: Period) -> dict[str, Any]:
    return {
        "caller": request.caller,
        "at": request.moment,
        "community": request.community.code,
        "since": period.since,
        "until": period.until,
    }


def _kpis(request: StaffRequest, period: Period) -> tuple[Kpi, ...]:
    return reports.kpis(**_asked(request, period))


def _one(request: StaffRequest, period: Period, code: str) -> Line:
    for one in _kpis(request, period):
        if code in {one.code, one.rule}:
            return _line(one)
    raise NoSuchFigure(_("没有“%(name)s”这项指标的明细。") % {"name": code})


def _line(row: Kpi) -> Line:
    return Line(
        code="" if row.code == reports.CALLS else row.code,
        row=row,
        target=share(row.target),
        value=share(row.value),
    )


def _next(period: Period, cursor: str | None) -> str:
    """Return the query of the following page, or nothing when this was the last."""
    return "&".join(filter(None, (period.query, urlencode({"cursor": cursor})))) if cursor else ""


def _narrowed(request: StaffRequest) -> bool:
    """Tell whether somebody sees only their own matters, so that the figures count only those."""
    return request.caller.posts_in(request.community.id) <= FIELD
