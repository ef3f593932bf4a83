"""A household's account with three years behind it, beside a bare view that reads one row."""

from collections.abc import Sequence

from huiyin.flows.bench import bare, fill, owing
from huiyin.flows.bench.measure import Result, against_floor, alternate
from huiyin.flows.bench.web import WARM, Browser, serving
from huiyin.flows.demo import cast
from huiyin.kernel import clock
from huiyin.staff.queries import local_day

REQUESTS = 100
MOST = 6.0


def run(households: int) -> Sequence[Result]:
    """Log in as the finance clerk; alternate two accounts, one bill and the bare view."""
    at = clock.now()
    community = fill.settle(at, households=0)
    owing.fill_households(community=community, households=households)
    owing.fill_bills(community=community, on=local_day(at), at=at, whole=True)
    fill.fill_matters(community=community, at=at, matters=1, open_matters=1)
    fill.calm_down()
    paying, behind = owing.two_houses(community)
    with serving() as port:
        browser = Browser(port)
        browser.log_in(cast.codes("finance")[0], cast.PASSWORD)

        def read_row() -> None:
            browser.get(f"/{bare.PATH}1")

        def account() -> None:
            browser.get(f"/households/{paying}/")

        def long_account() -> None:
            browser.get(f"/households/{behind}/")

        alternate(WARM, account, read_row, long_account)
        value, floor, longer = alternate(REQUESTS, account, read_row, long_account)
    return (
        against_floor("household account, 36 months", value, "ms", floor, MOST),
        against_floor("one that is a year behind", longer, "ms", floor, MOST),
    )
