"""Papers of work at the door: the service sheet, the charge slip, a checklist (WO-01…06)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from huiyin.checklists import queries as checklists
from huiyin.checklists import rules as checklist_rules
from huiyin.checklists import titles as checklist_titles
from huiyin.checklists.rows import ItemView, RunView
from huiyin.checklists.rules import Item
from huiyin.estate.models import Community
from huiyin.fieldwork import queries as fieldwork
from huiyin.fieldwork.rows import LineRow, SheetView
from huiyin.fieldwork.rules import total_of
from huiyin.flows.papers import finals
from huiyin.flows.papers.drawing import (
    SATISFACTIONS,
    Paper,
    frame,
    in_chinese,
    local,
    photo_of,
    signature_of,
)
from huiyin.kernel.caller import Caller
from huiyin.kernel.money import say_price, say_quantity
from huiyin.matters import queries as matters
from huiyin.matters import titles
from huiyin.matters.queries import EventView, MatterView

MATTER = "matter:"


# -- the service sheet


@in_chinese
def service_order(*, caller: Caller, number: str, at: datetime, url: str = "") -> Paper:
    """Build the service sheet of a matter, filled in as far as it is known to the caller.

    NotFound to strangers; who raised it is blank to those who may not know (CMP-11).
    """
    found = matters.matter(caller=caller, number=number, at=at)
    view = fieldwork.sheet(caller=caller, number=number, at=at)
    town = Community.objects.get(pk=found.community_id)
    data = frame(town, at=at, number=number, url=url) | _order(found, view)
    is_final = view.is_signed and found.state == "closed"
    final = finals.order(number, found.cycle, view.signed_at)
    return Paper("service_order", f"服务工作单 {number}", data, final if is_final else None)


def _order(found: MatterView, view: SheetView) -> dict[str, Any]:
    last = {one.kind: one for one in found.events}
    zone = found.zone
    others = [one for one in view.shown if one.kind != "material"]
    visit = last.get("visited_back")
    return {
        "received_at": local(found.received_at, zone),
        "received_by": _by(last.get("received")),
        "channel": found.channel_title,
        "house": " ".join(one for one in (found.house, found.place) if one),
        "caller": found.caller_name,
        "phone": found.caller_phone,
        "kind": found.kind_title,
        "text": found.text,
        "appointed_at": _appointed(last.get("promised"), zone),
        "sent_to": str(titles.POSTS.get(found.owner.post, "")),
        "accepted_by": _by(last.get("accepted")),
        "arrived_at": _at(last.get("arrived"), zone),
        "cause": view.cause or _cause(last.get("finished")),
        "result": found.result,
        "materials": [_line(one) for one in view.shown if one.kind == "material"],
        "labour": str(total_of(one.amount for one in others)) if others else "",
        "total": str(view.shown_total) if view.is_open else "",
        "capitals": view.capitals if view.is_open else "",
        "finished_at": local(found.finished_at, zone),
        "signed_name": view.signed_name if view.is_signed else "",
        "signed_at": local(view.signed_at, zone) if view.is_signed else "",
        "signature": signature_of(view.signature) if view.is_signed else [],
        "done_by": _by(last.get("finished")) or _by(last.get("accepted")),
        "visited_at": _at(visit, zone),
        "visited_by": _by(visit),
        "satisfaction": SATISFACTIONS.get(found.satisfaction or 0, ""),
    }


def _by(event: EventView | None) -> str:
    return event.by_name if event else ""


def _at(event: EventView | None, zone: str) -> str:
    return local(event.at, zone) if event else ""


def _appointed(event: EventView | None, zone: str) -> str:
    until = event.data.get("until") if event else None
    return local(datetime.fromisoformat(until), zone) if until else ""


def _cause(event: EventView | None) -> str:
    code = event.data.get("cause") if event else None
    return str(titles.CAUSES.get(code, "")) if code else ""


def _line(one: LineRow) -> dict[str, str]:
    return {
        "text": one.text,
        "quantity": say_quantity(one.quantity, one.unit),
        "price": say_price(one.price),
        "amount": str(one.amount),
    }


# -- charge slips


@in_chinese
def slip(*, caller: Caller, number: str, at: datetime, url: str = "") -> Paper:
    """Build a charge slip as it was signed; NotFound to strangers, Forbidden as its page."""
    view = fieldwork.slip(caller=caller, number=number)
    town = Community.objects.get(chargeslip__number=number)
    data = frame(town, at=at, number=number, url=url) | {
        "title": "维修(服务)单",
        "matter": view.row.matter,
        "house": view.row.house,
        "signed_at": local(view.signed_at, view.zone),
        "lines": [_signed_line(one) for one in view.lines],
        **_parts(view.lines),
        "total": str(view.row.amount),
        "capitals": view.capitals,
        "payer": view.row.payer_name,
        "signature": signature_of(view.signature),
        "by": view.row.by_name,
        "void": "已作废" if view.row.voided_at else "",
    }
    final = finals.slip(number, is_void=view.row.voided_at is not None)
    return Paper("slip", f"收费单 {number}", data, final)


def _signed_line(one: Mapping[str, str]) -> dict[str, str]:
    return {
        "text": one["text"],
        "quantity": say_quantity(Decimal(one["quantity"]), one["unit"]),
        "price": say_price(Decimal(one["price"])),
        "amount": one["amount"],
    }


def _parts(lines: tuple[dict[str, str], ...]) -> dict[str, str]:
    """Return what material and labour came to, where a slip has both."""
    sums: dict[bool, list[Decimal]] = {True: [], False: []}
    for one in lines:
        sums[one.get("kind") == "material"].append(Decimal(one["amount"]))
    if not sums[True] or not sums[False]:
        return {}
    return {
        "material_total": str(total_of(sums[True])),
        "labour_total": str(total_of(sums[False])),
    }


# -- checklists


@in_chinese
def checklist(*, caller: Caller, run_id: int, at: datetime, url: str = "") -> Paper:
    """Build a checklist as it was filled in, for whoever may see what it is about."""
    found = checklists.run(caller=caller, run_id=run_id, at=at)
    if found.subject.startswith(MATTER):
        matters.matter(caller=caller, number=found.subject.removeprefix(MATTER), at=at)
    town = Community.objects.get(pk=found.community_id)
    data = frame(town, at=at, number=f"{town.code}-JC-{found.id:06d}", url=url)
    return Paper("checklist", f"{found.title} {data['number']}", data | _run(found))


def _run(found: RunView) -> dict[str, Any]:
    return {
        "title": found.title,
        "standing": str(checklist_titles.STATES[found.state]),
        "about": _about(found.subject),
        "by": found.started_by,
        "started_at": local(found.started_at, found.zone),
        "ended_at": local(found.ended_at, found.zone),
        "lines": [_marked(one, found) for one in found.items],
    }


def _about(subject: str) -> str:
    kind, _colon, name = subject.partition(":")
    return "值班" + f" {name}" if kind in ("shift", "duty") else name


def _marked(view: ItemView, found: RunView) -> dict[str, Any]:
    mark = view.mark
    shown = _asked(view.item)
    if mark is None:
        answer = "未填" if view.item.required else "—"
        return shown | {"answer": answer, "flags": "超时" if view.is_late else ""}
    flags = [word for word, holds in (("不合格", mark.failed), ("超时", view.is_late)) if holds]
    who = f"{mark.by_name} {local(mark.at, found.zone, '%m-%d %H:%M')}"
    return shown | {
        "answer": checklist_titles.answer(view.item, mark.value),
        "flags": " ".join(flags),
        "photos": [p for p in map(photo_of, checklist_rules.files_in(mark.value)) if p],
        "remark": "\n".join(one for one in (who, mark.note, mark.raised) if one),
    }


def _asked(item: Item) -> dict[str, Any]:
    limit = f"限 {item.minutes} 分钟" if item.minutes is not None else ""
    return {
        "group": item.group,
        "title": item.title,
        "optional": not item.required,
        "asks": "\n".join(one for one in (_good(item), limit) if one),
    }


def _good(item: Item) -> str:
    """Say what a good answer is: 5 至 60 ℃, one of the options."""
    if item.kind != "number":
        return "/".join(item.options)
    if item.least and item.most:
        return f"{item.least} 至 {item.most} {item.unit}".strip()
    if item.least:
        return f"不低于 {item.least} {item.unit}".strip()
    return f"不高于 {item.most} {item.unit}".strip() if item.most else item.unit


@in_chinese
def blank_checklist(
    *, caller: Caller, community_id: int, code: str, at: datetime, url: str = ""
) -> Paper:
    """Build an empty checklist, for work without a phone; NotFound to strangers."""
    found = checklists.template(caller=caller, community_id=community_id, code=code)
    town = Community.objects.get(pk=community_id)
    data = frame(town, at=at, url=url, blank=True) | {
        "title": found.row.title,
        "lines": [_asked(one) | _empty(one) for one in found.items],
    }
    return Paper("checklist", f"{found.row.title}(空白)", data)


def _empty(item: Item) -> dict[str, Any]:
    """Return what stands on paper to be ticked or completed."""
    if item.kind == "tick":
        return {"choices": ["是", "否"]}
    if item.kind == "choice":
        return {"choices": list(item.options)}
    return {"unit": f"________ {item.unit}".strip()} if item.kind == "number" else {}
