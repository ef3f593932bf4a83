"""The dispatcher's screen with fifty thousand open matters, beside a bare view of one row."""

from collections.abc import Sequence

from huiyin.flows.bench import bare, fill
from huiyin.flows.bench.measure import Result, against_floor, alternate
from huiyin.flows.bench.web import WARM, Browser, serving
from huiyin.flows.demo import cast
from huiyin.kernel import clock
from huiyin.matters.models import Matter
from huiyin.matters.pulse import beat_pulse

REQUESTS = 300
MATTERS, OPEN = 60_000, 50_000
MOST_QUIET, MOST_CHANGED = 3.0, 10.0
PATH = "/dispatch/board/"


def run(households: int) -> Sequence[Result]:
    """Log in as a dispatcher; alternate a poll that finds nothing new, one that does, a bare view.

    The first polls under the mark it was given last; the second under none, as after a change.
    """
    at = clock.now()
    community = fill.settle(at, households=households)
    fill.fill_matters(community=community, at=at, matters=MATTERS, open_matters=OPEN)
    beat_pulse(community.pk)
    fill.calm_down()
    matter_id = Matter.objects.order_by("id").values_list("id", flat=True)[0]
    with serving() as port:
        browser = Browser(port)
        browser.log_in(cast.codes("dispatcher")[0], cast.PASSWORD)

        def read_row() -> None:
            browser.get(f"/{bare.PATH}{matter_id}")

        def quiet() -> None:
            # With the minute the mark is another: that poll draws anew and is an outlier.
            browser.get_again(PATH)

        def changed() -> None:
            browser.get(PATH)

        alternate(WARM, changed, read_row, quiet)
        redrawn, floor, unchanged = alternate(REQUESTS, changed, read_row, quiet)
    return (
        against_floor("poll that finds nothing new", unchanged, "ms", floor, MOST_QUIET),
        against_floor("poll with changes", redrawn, "ms", floor, MOST_CHANGED),
    )
