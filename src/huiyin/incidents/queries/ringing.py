"""Whom to ring: colleagues on duty, the lift company, police, fire brigade, medics (EMG-01)."""

from collections import defaultdict
from datetime import datetime

from huiyin.checklists.queries import run as run_of
from huiyin.incidents import rules, titles
from huiyin.incidents.access import LISTERS
from huiyin.incidents.models import EmergencyContact
from huiyin.incidents.plans import PLANS
from huiyin.incidents.queries.live import found_incident
from huiyin.incidents.queries.rows import ContactRow, DutyRow
from huiyin.kernel.caller import Caller
from huiyin.matters.titles import POSTS
from huiyin.staff.access import admit_to_community
from huiyin.staff.queries import employees

CALL_LIST = ("general_manager", "company_service", "manager", "assistant", "supervisor")


def contacts(*, caller: Caller, community_id: int) -> tuple[ContactRow, ...]:
    """Return the numbers of a community with those of the whole country, police first (EMG-01)."""
    admit_to_community(caller, community_id)
    own: dict[str, list[ContactRow]] = defaultdict(list)
    for one in EmergencyContact.objects.filter(community_id=community_id).order_by("id"):
        own[one.service].append(
            ContactRow(
                one.pk,
                one.service,
                str(titles.SERVICES[one.service]),
                one.name,
                one.phone,
                one.note,
            )
        )
    found: list[ContactRow] = []
    for service in rules.SERVICES:
        if service in titles.NUMBERS:
            title = str(titles.SERVICES[service])
            found.append(ContactRow(0, service, title, title, titles.NUMBERS[service], ""))
        found += own[service]
    return tuple(found)


def missing_contacts(*, caller: Caller, community_id: int) -> tuple[str, ...]:
    """Return the names of services that a plan rings and that have no number here."""
    known = {one.service for one in contacts(caller=caller, community_id=community_id)}
    wanted = dict.fromkeys(service for plan in PLANS.values() for service in plan.called)
    return tuple(str(titles.SERVICES[one]) for one in wanted if one not in known)


def may_list(*, caller: Caller, community_id: int) -> bool:
    """Tell whether the caller keeps the call list."""
    return caller.holds(community_id, *LISTERS)


def call_list(*, caller: Caller, number: str, at: datetime) -> tuple[DutyRow, ...]:
    """Return the colleagues with a part in the plan and their telephones, on duty first."""
    incident = found_incident(caller, number)
    run = run_of(caller=caller, run_id=incident.run_id, at=at)
    wanted = [*CALL_LIST, *dict.fromkeys(one.item.who for one in run.items if one.item.who)]
    people = employees(caller=caller, community_id=incident.community_id, at=at)
    about = incident.matter.about_employee_id
    rows = [
        (
            not one.present,
            wanted.index(post),
            DutyRow(one.name, str(POSTS[post]), one.phone, one.present),
        )
        for one in people
        if one.id != about
        for post in [next((post for post in wanted if post in one.posts), "")]
        if post
    ]
    return tuple(row for _away, _rank, row in sorted(rows, key=lambda row: row[:2]))
