"""The day of somebody in the field: own jobs in the order they are walked, with all they need."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Q

from huiyin.checklists import queries as checklists
from huiyin.checklists import rules as items
from huiyin.checklists.models import Mark
from huiyin.checklists.rows import TemplateView
from huiyin.estate.models import House
from huiyin.fieldwork.models import FieldAct, Sheet
from huiyin.fieldwork.queries.papers import line_row, lines_of
from huiyin.fieldwork.queries.store import price_list
from huiyin.fieldwork.rows import ChecklistRow, Day, JobRow, LineRow, MarkRow
from huiyin.fieldwork.rules import (
    HOME_CHECKLIST,
    HOME_KINDS,
    Stop,
    next_acts,
    route,
    total_of,
)
from huiyin.kernel.caller import Caller
from huiyin.matters import titles
from huiyin.matters.access import visible
from huiyin.matters.models import Event, Matter, Photo
from huiyin.matters.rules import BY_PROCEDURE, OPEN
from huiyin.staff.queries import local_day

MOST_JOBS = 60
STAYS = timedelta(hours=18)  # a finished job stays on the phone until the shift is over


def jobs(*, caller: Caller, at: datetime) -> Day:
    """Return the caller's own jobs in route order, each whole, and the price lists.

    Open ones, and those finished since the shift began. Twelve queries whatever their number, two
    more for each community.
    """
    if caller.employee_id is None:
        return Day((), {})
    matters = list(
        visible(caller)
        .filter(
            Q(state__in=OPEN) | Q(state="finished", finished_at__gt=at - STAYS),
            owner_id=caller.employee_id,
            closed_at__isnull=True,
        )
        .exclude(kind__in=BY_PROCEDURE)  # settled on a page of their own, not by going there
        .select_related("community", "house__building")
        .order_by("nearest_due_at", "id")[:MOST_JOBS]
    )
    by_number = {one.number: one for one in matters}
    stops = [_stop(one) for one in matters]
    sheets = {
        one.matter_id: one
        for one in Sheet.objects.filter(matter__in=matters).select_related("run__version__template")
    }
    lines = defaultdict(list)
    for line in lines_of(list(sheets.values())):
        lines[line.sheet_id].append(line_row(line))
    photos = defaultdict(list)
    for matter_id, file_id, stage in (
        Photo.objects.filter(matter__in=matters)
        .order_by("id")
        .values_list("matter_id", "file_id", "stage")
    ):
        photos[matter_id].append((file_id, stage))
    marks = _marks(list(sheets.values()))
    times = _times(matters)
    communities = {one.community_id: one.community for one in matters}
    templates = {
        one: checklists.template(caller=caller, community_id=one, code=HOME_CHECKLIST)
        for one in communities
    }
    return Day(
        tuple(
            _job(
                matter,
                sheet=sheets.get(matter.pk),
                lines=tuple(lines[sheets[matter.pk].pk]) if matter.pk in sheets else (),
                photos=tuple(photos[matter.pk]),
                marks=marks,
                times=times[matter.pk],
                template=templates[matter.community_id],
            )
            for matter in (by_number[stop.number] for stop in route(stops))
        ),
        {
            one.code: price_list(caller=caller, community_id=one.pk, on=local_day(at, one.zone))
            for one in communities.values()
        },
    )


def _house(matter: Matter) -> House | None:
    """Return where to go; the house of an anonymous complaint tells who complained (CMP-11)."""
    return None if matter.anonymous and matter.kind.startswith("complaint") else matter.house


def _stop(matter: Matter) -> Stop:
    house = _house(matter)
    building = f"{matter.community_id}:{house.building_id}" if house and house.building_id else ""
    return Stop(matter.number, building, house.floor if house else None, matter.nearest_due_at)


def _marks(sheets: list[Sheet]) -> dict[int, dict[str, MarkRow]]:
    """Return the last mark of each item by run. One query."""
    found: dict[int, dict[str, MarkRow]] = defaultdict(dict)
    runs = [one.run_id for one in sheets if one.run_id is not None]
    for mark in Mark.objects.filter(run__in=runs).order_by("id"):
        found[mark.run_id][mark.item] = MarkRow(
            mark.value, mark.note, mark.failed, mark.at, mark.by_name
        )
    return found


def _times(matters: list[Matter]) -> dict[int, dict[str, datetime]]:
    """Return when each job was accepted, left for, arrived at and finished in its present cycle."""
    found: dict[int, dict[str, datetime]] = defaultdict(dict)
    kinds = ("accepted", "arrived", "finished", "reopened")
    events = Event.objects.filter(matter__in=matters, kind__in=kinds).order_by("at", "id")
    for matter_id, kind, at in events.values_list("matter_id", "kind", "at"):
        if kind == "reopened":
            found[matter_id].clear()
        else:
            found[matter_id][kind] = at
    left = FieldAct.objects.filter(matter__in=matters, act="leave", state=FieldAct.State.DONE)
    for matter_id, at in left.order_by("id").values_list("matter_id", "used_at"):
        if matter_id is not None:
            found[matter_id]["left"] = at
    return found


def _job(
    matter: Matter,
    *,
    sheet: Sheet | None,
    lines: tuple[LineRow, ...],
    photos: tuple[tuple[int, str], ...],
    marks: dict[int, dict[str, MarkRow]],
    times: dict[str, datetime],
    template: TemplateView,
) -> JobRow:
    house = _house(matter)
    signed = (
        sheet is not None and sheet.signed_at is not None and sheet.signed_cycle == matter.cycle
    )
    charged = [one.slip for one in lines if one.slip]
    slip = charged[-1] if signed and charged else ""
    live = tuple(one for one in lines if one.dropped_at is None and one.slip == slip)
    return JobRow(
        number=matter.number,
        community=matter.community.code,
        kind=matter.kind,
        kind_title=str(titles.KINDS[matter.kind]),
        state=matter.state,
        state_title=str(titles.STATES[matter.state]),
        text=matter.text,
        house=house.code if house else "",
        building=house.building.name if house and house.building else "",
        floor=house.floor if house else None,
        place=matter.place,
        important=matter.important,
        received_at=matter.received_at,
        due_at=matter.nearest_due_at,
        caller_name=matter.caller_name,
        caller_phone=matter.caller_phone,
        anonymous=matter.anonymous,
        next=next_acts(matter.state, is_signed=signed, is_anonymous=matter.anonymous),
        cause=sheet.cause if sheet else "",
        consent_name=sheet.consent_name if sheet else "",
        consent_amount=sheet.consent_amount if sheet else None,
        consent_at=sheet.consent_at if sheet else None,
        lines=live,
        total=total_of(one.amount for one in live),
        is_signed=signed,
        signed_name=sheet.signed_name if sheet and signed else "",
        signed_amount=sheet.signed_amount if sheet and signed else None,
        signed_at=sheet.signed_at if sheet and signed else None,
        slip=slip,
        checklist=_checklist(matter, sheet, marks, template),
        photos=photos,
        times=times,
        result=matter.result,
    )


def _checklist(
    matter: Matter,
    sheet: Sheet | None,
    marks: dict[int, dict[str, MarkRow]],
    template: TemplateView,
) -> ChecklistRow | None:
    """Return the checklist that goes with a job: as begun, or as it will be begun at the door."""
    if sheet is not None and sheet.run is not None:
        version = sheet.run.version
        return ChecklistRow(
            version.template.code,
            version.template.title,
            sheet.run.pk,
            sheet.run.state == "open",
            items.from_data(version.items),
            marks.get(sheet.run.pk, {}),
        )
    if sheet is not None or matter.kind not in HOME_KINDS or matter.house_id is None:
        return None
    return ChecklistRow(HOME_CHECKLIST, template.row.title, None, True, tuple(template.items), {})
