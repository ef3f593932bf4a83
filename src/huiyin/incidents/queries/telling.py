"""Which households and entrances were told (EMG-04)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from huiyin.checklists.queries import run as run_of
from huiyin.estate.models import Building, House, Unit
from huiyin.incidents import titles
from huiyin.incidents.models import Incident, Telling
from huiyin.incidents.plans import PLANS
from huiyin.incidents.queries.live import found_incident
from huiyin.incidents.queries.rows import BuildingRow, DoorRow, TellingView
from huiyin.incidents.story import value_text
from huiyin.kernel.caller import Caller


def telling(*, caller: Caller, number: str, building: int | None, at: datetime) -> TellingView:
    """Return which households and entrances of a building were told (EMG-04). Six queries."""
    incident = found_incident(caller, number)
    homes = Q(houses__kind__in=[kind for kind in House.Kind.values if kind != House.Kind.PARKING])
    told = Q(houses__telling__incident=incident)
    found = (
        Building.objects.filter(community_id=incident.community_id)
        .annotate(
            homes=Count("houses", filter=homes, distinct=True),
            told=Count("houses", filter=homes & told, distinct=True),
        )
        .order_by("order", "id")
    )
    rows = tuple(BuildingRow(one.pk, one.name, one.homes, one.told) for one in found)
    chosen = next((one for one in rows if one.id == building), rows[0] if rows else None)
    run = run_of(caller=caller, run_id=incident.run_id, at=at)
    zone = ZoneInfo(run.zone)
    wanted = PLANS[incident.plan].notice
    said = tuple(
        (one.item, value_text(one.mark.value, one.item.unit, zone) if one.mark else "")
        for one in run.items
        if one.item.key in wanted
    )
    return TellingView(
        number=number,
        plan=incident.plan,
        community=incident.community.name,
        phone=incident.community.phone,
        buildings=rows,
        building=chosen,
        entrances=_entrances(incident, chosen) if chosen else (),
        houses=_houses(incident, chosen) if chosen else (),
        notice=tuple((item.title, text) for item, text in said),
        facts=tuple((item.key, text) for item, text in said),
        begins_at=incident.begins_at,
        ends_at=incident.ends_at,
        total=sum(one.houses for one in rows),
        told=sum(one.told for one in rows),
        is_open=incident.state == Incident.State.OPEN,
    )


def _houses(incident: Incident, building: BuildingRow) -> tuple[DoorRow, ...]:
    told = {one.house_id: one for one in incident.tellings.filter(house__building=building.id)}
    homes = House.objects.filter(building=building.id).exclude(kind=House.Kind.PARKING)
    return tuple(
        _door(one.code, one.code, told.get(one.pk), incident)
        for one in homes.order_by("order_key", "id")
    )


def _entrances(incident: Incident, building: BuildingRow) -> tuple[DoorRow, ...]:
    told = {one.unit_id: one for one in incident.tellings.filter(unit__building=building.id)}
    units = Unit.objects.filter(building=building.id).order_by("code", "id")
    return tuple(
        _door(
            str(one.pk),
            _("%(code)s 单元入口") % {"code": one.code},
            told.get(one.pk),
            incident,
        )
        for one in units
    )


def _door(key: str, title: str, told: Telling | None, incident: Incident) -> DoorRow:
    if told is None:
        return DoorRow(key, title, None, "", is_late=False)
    begins = incident.begins_at
    way = str(titles.TELLING_WAYS.get(told.way, told.way))
    return DoorRow(key, title, told.at, way, is_late=begins is not None and told.at >= begins)
