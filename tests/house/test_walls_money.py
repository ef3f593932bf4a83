"""The pages and calls about money under attack: cursors and numbers that nobody would send.

Whatever is sent, the answer is a page, a refusal in words, or "there is none": never an error.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import uuid4

from django.db import transaction

from huiyin.billing.tests.cast import make_estate
from huiyin.doors.api.tests.cast import Site
from huiyin.doors.console.tests.visit import Visitor, visitor
from huiyin.kernel.paging import write_cursor
from huiyin.matters.tests.cast import AT
from tests.house.billing_things import a_pool, a_printed_run, an_advance

FAULT = 500
HUGE = 2**70
ODD_CURSORS = [
    write_cursor(*key)
    for key in (
        ("", 1),
        ("x", 1),
        ("2026-13-01", 1),
        ("20260316T090000+08:00", 1),
        ("2026-03-16", HUGE),
        ("2026-03-16", -HUGE),
        ("2026-03-16T00:00:00+00:00", 2**63 - 1),
        ("NaN", 1),
        ("1e999999", 1),
        (HUGE,),
        (HUGE, 1),
        (1, 2**63 - 1),
        ("线", HUGE, 1),
    )
] + ["💥", "a" * 400]
ODD_NUMBERS = ("sNaN", "1e400", "9" * 5000, f"{HUGE}")
ODD_DAYS = ("9999-12-31", "9999Q4")


class Attack:
    """Collects what broke, so that one test names all of it."""

    def __init__(self) -> None:
        self.broken: list[str] = []

    def see(self, what: str, ask: Callable[[], int]) -> None:
        """Ask, and note an error or an answer that says there was one."""
        try:
            with transaction.atomic():
                status = ask()
        except Exception as error:
            self.broken.append(f"{what}: {error!r:.120}")
        else:
            if status >= FAULT:
                self.broken.append(f"{what}: {status}")


def opened(browser: Visitor, path: str) -> int:
    """Open a page and return its status."""
    return int(browser.http.get(path, headers={"X-Huiyin-Now": AT.isoformat()}).status_code)


def test_no_cursor_breaks_a_list(site: Site) -> None:
    estate = make_estate(site.cast)
    pool, run, _owner = a_pool(estate), a_printed_run(estate), an_advance(estate)
    finance, api, attack = visitor(site.cast, "finance"), site.api("finance"), Attack()
    pages = (
        "/billing/",
        f"/billing/{run}/snags/",
        f"/billing/{run}/lines/",
        "/arrears/",
        "/households/3-1-1201/",
        "/ledger/",
        "/prepaid/",
        "/meters/list/",
        "/meters/held/",
        "/shared-costs/",
        f"/shared-costs/{pool}/",
        "/charge-slips/",
        "/charge-slips/agency/",
        "/charges/reliefs/",
        "/charges/houses/",
    )
    calls = (
        "/billing/runs",
        f"/billing/runs/{run}/exceptions",
        f"/billing/runs/{run}/lines",
        "/arrears",
        "/meters",
    )
    for cursor in ODD_CURSORS:
        for path in pages:
            assert opened(finance, path) == 200 or cursor != ODD_CURSORS[0], path
            attack.see(f"{path} {cursor}", lambda: finance.get(path, cursor=cursor).status_code)  # noqa: B023
        for path in calls:
            given: dict[str, Any] = {"community": "YG", "cursor": cursor}
            attack.see(f"{path} {cursor}", lambda: api.get(path, **given).status)  # noqa: B023
    assert not attack.broken, "\n".join(attack.broken)


def test_no_number_in_an_address_breaks_a_page(site: Site) -> None:
    run = a_printed_run(make_estate(site.cast))
    finance, api, attack = visitor(site.cast, "finance"), site.api("finance"), Attack()
    for path in (
        f"/billing/{HUGE}/",
        f"/billing/{HUGE}/live/",
        f"/billing/{HUGE}/snags/",
        f"/billing/{HUGE}/lines/",
        f"/billing/{HUGE}/papers/",
        f"/billing/{HUGE}/papers/1/",
        f"/billing/{run}/papers/0/",
        f"/billing/{run}/papers/{2**63 // 200}/",
        f"/billing/{run}/papers/{HUGE}/",
        f"/ledger/{HUGE}/",
        f"/prepaid/3-1-1201/{HUGE}/",
        f"/prepaid/accounts/?person={HUGE}",
        "/prepaid/accounts/?month=9999-12",
        f"/charges/tariffs/{HUGE}/",
        f"/charges/reliefs/{HUGE}/",
        f"/shared-costs/{HUGE}/",
        f"/shared-costs/{HUGE}/scan/",
        f"/shared-costs/scopes/{HUGE}/",
        f"/charge-slips/agency/{HUGE}/scan/",
        f"/meters/readings/{HUGE}/photo/",
        "/households/3-1-1201/statement/?first=0001-01-01&last=9999-12-31",
        "/households/3-1-1201/statement/paper/?first=0001-01-01&last=9999-12-31",
        "/ledger/trial/?first=0001-01-01&last=9999-12-31",
        "/ledger/export/?first=0001-01-01&last=9999-12-31&as=csv",
        "/ledger/?first=x&last=9999-12-31&kind=x&account=%25",
        "/arrears/?min_days=99999",
        "/arrears/?min_days=-1",
    ):
        attack.see(path, lambda: opened(finance, path))  # noqa: B023
    for call in (f"/billing/runs/{HUGE}", f"/billing/runs/{2**63 - 1}/lines"):
        attack.see(call, lambda: api.get(call).status)  # noqa: B023
    for days in (("2000-01-01", "2099-12-31"), ("2099-12-31", "2000-01-01")):
        given: dict[str, Any] = dict(zip(("from", "to"), days, strict=True))
        attack.see(f"{days}", lambda: api.get("/houses/YG/3-1-1201/statement", **given).status)  # noqa: B023
    assert not attack.broken, "\n".join(attack.broken)


def test_no_number_in_a_form_breaks_a_page(site: Site) -> None:
    estate = make_estate(site.cast)
    owner = an_advance(estate)
    item = str(estate.items["parking"].pk)
    finance, attack = visitor(site.cast, "finance"), Attack()
    for path, form, fields in _forms(owner, item):
        for field in fields:
            for number in (*ODD_NUMBERS, *ODD_DAYS):
                sent = {name: value or str(uuid4()) for name, value in form.items()}
                sent[field] = number
                what = f"{path} {field} {number[:20]}"
                attack.see(what, lambda: finance.post(path, sent).status_code)  # noqa: B023
    assert not attack.broken, "\n".join(attack.broken)


def _forms(owner: str, item: str) -> Iterable[tuple[str, Mapping[str, str], tuple[str, ...]]]:
    """Yield forms that would be taken, "" standing for a key, and what is sent wrongly in them."""
    day = "2026-03-16"
    yield (
        "/prepaid/take/",
        {
            "house": "3-1-1201",
            "person_id": owner,
            "account": "1001",
            "business_on": day,
            "key": "",
            "amount": "1",
        },
        ("amount", "person_id", "business_on"),
    )
    yield f"/prepaid/3-1-1201/{owner}/", {"reason": "x"}, ("allocation_id",)
    yield (
        "/charges/groups/",
        {
            **{"code": "Z9", "name": "n", "months": "3", "draft_after": "1", "issue_after": "2"},
            **{"due_after": "3", "offset_after": "4"},
        },
        ("months", "offset_after", "debit_after"),
    )
    yield (
        "/charges/items/water/",
        {
            **{"step": "draft", "draft-price": "1", "draft-bound_1": "5", "draft-price_2": "2"},
            **{"draft-from_on": "2027-01-01", "draft-basis": "x"},
        },
        ("draft-price", "draft-least", "draft-bound_1", "draft-price_2", "draft-from_on"),
    )
    yield (
        "/charges/houses/3-1-1201/",
        {
            **{"step": "assign", "assign-item_id": item, "assign-pays": "owner"},
            **{"assign-quantity": "1", "assign-from_on": "2027-01-01"},
        },
        ("assign-quantity", "assign-price", "assign-payer_id"),
    )
    yield (
        "/shared-costs/new/",
        {
            **{"item": "shared_water", "scope_id": "1", "name": "x", "from_on": "2025-10-01"},
            **{"last_on": "2025-12-31", "amount": "1", "paper": "p", "basis": "household"},
            **{"vacant": "developer", "key": ""},
        },
        ("amount", "price", "scope_id", "weights"),
    )
    yield (
        "/charge-slips/new/",
        {
            **{"line-TOTAL_FORMS": "6", "line-INITIAL_FORMS": "0", "item": "slips"},
            **{"house": "3-1-1201", "done_on": day, "signed_name": "x", "key": ""},
            **{"line-0-text": "x", "line-0-quantity": "1", "line-0-price": "1"},
        },
        ("line-0-quantity", "line-0-price", "line-TOTAL_FORMS"),
    )
    yield (
        "/charge-slips/agency/",
        {"item": "water", "amount": "1", "paid_on": day, "paper": "x", "key": ""},
        ("amount", "paid_on"),
    )
    yield (
        "/meters/new/",
        {"code": "W-9", "kind": "water", "factor": "1", "digits": "5", "from_on": "2026-03-01"},
        ("factor", "digits", "value"),
    )
    yield "/meters/held/", {"which": "1", "r1-how": "accept", "r1-reason": "x"}, ("which",)
    yield (
        "/billing/new/",
        {"group": "A", "period": "2026Q1", "kind": "regular", "key": ""},
        ("period", "key"),
    )
