"""Arrears at a glance: every household of a community by the age of what it owes."""

from collections.abc import Sequence

from huiyin.billing.models import OpenItem
from huiyin.billing.queries.arrears import Wanted, arrears
from huiyin.flows.bench import bare, fill, owing
from huiyin.flows.bench.measure import Result, against_limit, alternate
from huiyin.flows.bench.web import Browser, serving
from huiyin.flows.demo import cast
from huiyin.kernel import clock
from huiyin.kernel.caller import SYSTEM
from huiyin.staff.queries import local_day

REQUESTS = 15
MOST = 300.0


def run(households: int) -> Sequence[Result]:
    """Fill three years of bills for so many households; time the list as a page and as a read."""
    at = clock.now()
    on = local_day(at)
    community = fill.settle(at, households=0)
    owing.fill_households(community=community, households=households)
    owing.fill_bills(community=community, on=on, at=at, whole=False)
    fill.fill_matters(community=community, at=at, matters=1, open_matters=1)
    fill.calm_down()
    fill.calm_down()  # what a look-out still held back the first time
    found = OpenItem.objects.filter(open__gt=0).count()

    def glance() -> None:
        arrears(caller=SYSTEM, community=community.code, on=on)

    def late() -> None:
        arrears(caller=SYSTEM, community=community.code, on=on, wanted=Wanted(min_days=90))

    def of_item() -> None:
        arrears(caller=SYSTEM, community=community.code, on=on, wanted=Wanted(item="bench1"))

    with serving() as port:
        browser = Browser(port)
        browser.log_in(cast.codes("finance")[0], cast.PASSWORD)

        def page() -> None:
            browser.get("/arrears/")

        def read_row() -> None:
            browser.get(f"/{bare.PATH}1")

        works = (page, read_row, glance, late, of_item)
        alternate(3, *works)
        paged, floor, glanced, lately, by_item = alternate(REQUESTS, *works)
    return (
        against_limit(f"arrears of {households} households", glanced, "ms", MOST, floor),
        against_limit("the page of it", paged, "ms", MOST, floor),
        against_limit("those ninety days late", lately, "ms", MOST, floor),
        Result("those of one charge", round(by_item, 3), "ms"),
        Result("open items among them", found, "rows"),
    )
