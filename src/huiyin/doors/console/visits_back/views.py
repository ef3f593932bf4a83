"""Who was asked afterwards in some days, and what they said: on the page and on paper."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from huiyin.doors.console.figures import periods
from huiyin.doors.console.figures.periods import Period
from huiyin.doors.console.page import staff_page
from huiyin.doors.parts import codes
from huiyin.doors.parts.middleware import StaffRequest
from huiyin.doors.parts.pdf import pdf_answer
from huiyin.flows import papers
from huiyin.kernel.errors import BadInput
from huiyin.matters.queries import visits
from huiyin.staff.queries import local_day

SHOWN = 100
DAY = timedelta(days=1)


class UnableToReadPeriod(BadInput):
    """The days asked for are no days, or the wrong way round."""


@require_safe
@staff_page
def record(request: StaffRequest) -> HttpResponse:
    """Show the visits back of the days asked for, and what the record of them counts."""
    period, form = periods.read(request.GET, _today(request))
    context: dict[str, Any] = {"form": form, "period": period}
    if period is not None:
        zone = ZoneInfo(request.community.zone)
        rows = visits.visits_back(
            caller=request.caller,
            community_id=request.community.id,
            since=datetime.combine(period.since, time(0), zone),
            until=datetime.combine(period.until + DAY, time(0), zone),
        )
        context |= {"rows": rows[:SHOWN], "total": len(rows), "more": len(rows) > SHOWN}
    context["chosen"] = request.GET.get("period", "")
    status = 200 if period else 422
    return render(request, "visits_back/record.html", context, status=status)


@require_safe
@staff_page
def paper(request: StaffRequest) -> HttpResponse:
    """Send the record of these days as the paper that is signed (回访记录表)."""
    period, form = periods.read(request.GET, _today(request))
    if period is None:
        said = next((text for errors in form.errors.values() for text in errors), "")
        raise UnableToReadPeriod(said or _("请选择起止日期。"))
    drawn = papers.visit_record(
        caller=request.caller,
        community_id=request.community.id,
        since=period.since,
        until=period.until,
        at=request.moment,
        url=_address(request, period),
    )
    return pdf_answer(drawn.name, drawn.pdf())


def _address(request: StaffRequest, period: Period) -> str:
    """Return where the same days are shown, also next month."""
    days = f"period=days&since={period.since}&until={period.until}"
    return f"{codes.site(request)}{reverse('visits_back')}?{days}"


def _today(request: StaffRequest) -> date:
    return local_day(request.moment, request.community.zone)
