"""Workbooks to fill in: an empty list of meters, and every meter waiting for its reading."""

import io
from datetime import datetime

import xlsxwriter

from huiyin.estate.models import Community
from huiyin.kernel.caller import Caller
from huiyin.meters.access import admit_to_keep
from huiyin.meters.queries.lists import METERS, meter_rows
from huiyin.meters.sheets import TITLES
from huiyin.staff.queries import local_day

_READINGS = ("meter", "house", "place", "read_on", "value", "note")
_METERS = (
    "meter",
    "kind",
    "house",
    "building",
    "place",
    "factor",
    "digits",
    "route",
    "step",
    "from_on",
    "initial",
)
_WIDTH = 16


def blank_workbook(*, caller: Caller, at: datetime, community_id: int, what: str) -> bytes:
    """Return a workbook for ``meters``, or for ``readings`` with the meters in walking order.

    Raises NotFound, Forbidden.
    """
    admit_to_keep(caller, community_id)
    names = _READINGS if what == "readings" else _METERS
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("抄表" if what == "readings" else "表册")
    bold = book.add_format({"bold": True, "bg_color": "#e3f1ef"})
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        form = day if name.endswith("_on") else text if name in ("meter", "house") else None
        sheet.set_column(column, column, _WIDTH, form)
        sheet.write_string(0, column, TITLES[name], bold)
    if what == "readings":
        today = local_day(at, Community.objects.get(pk=community_id).zone)
        query = METERS + (
            " WHERE m.community_id = %(community)s AND m.until_on IS NULL"
            " ORDER BY m.route, m.step, m.id"
        )
        for number, row in enumerate(meter_rows(query, {"community": community_id}), start=1):
            sheet.write_string(number, 0, row.code, text)
            sheet.write_string(number, 1, row.house or row.building, text)
            sheet.write_string(number, 2, row.place)
            sheet.write_datetime(number, 3, today, day)
    book.close()
    return out.getvalue()
