"""The queue page among a million matters, beside a bare view that reads one row (same server)."""

from collections.abc import Sequence

from huiyin.flows.bench import bare, fill
from huiyin.flows.bench.measure import Result, against_floor, alternate
from huiyin.flows.bench.web import WARM, Browser, serving
from huiyin.flows.demo import cast
from huiyin.kernel import clock
from huiyin.matters.models import Matter

REQUESTS = 400
MATTERS, OPEN = 1_000_000, 20_000
MOST = 5.0


def run(households: int) -> Sequence[Result]:
    """Log in as a dispatcher, alternate the queue and the bare view; compare the medians."""
    at = clock.now()
    community = fill.settle(at, households=households)
    fill.fill_matters(community=community, at=at, matters=MATTERS, open_matters=OPEN)
    fill.calm_down()
    matter_id = Matter.objects.order_by("id").values_list("id", flat=True)[0]
    with serving() as port:
        browser = Browser(port)
        browser.log_in(cast.codes("dispatcher")[0], cast.PASSWORD)

        def read_row() -> None:
            browser.get(f"/{bare.PATH}{matter_id}")

        def queue() -> None:
            browser.get("/matters/")

        def counts() -> None:
            browser.get("/matters/counts/")

        alternate(WARM, queue, read_row, counts)
        value, floor, beside = alternate(REQUESTS, queue, read_row, counts)
    return (
        against_floor("queue page", value, "ms", floor, MOST),
        Result("its counts, fetched once the page is there", round(beside, 3), "ms"),
    )
