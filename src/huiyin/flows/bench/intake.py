"""Receiving a matter through the API, beside a bare view that reads one row (same server)."""

import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from huiyin.accounts.actions import issue_token
from huiyin.accounts.models import User
from huiyin.estate.models import House
from huiyin.flows.bench import bare, fill
from huiyin.flows.bench.measure import Result, against_floor, alternate
from huiyin.flows.bench.web import WARM, Browser, serving
from huiyin.flows.demo import cast
from huiyin.kernel import clock
from huiyin.matters.models import Matter

REQUESTS = 400
THERE_ALREADY, OPEN = 20_000, 600
MOST = 8.0
KINDS = ("repair", "complaint", "home_service", "enquiry")


def run(households: int) -> Sequence[Result]:
    """Alternate ``POST /matters`` and the bare view over one connection; compare the medians."""
    at = clock.now()
    community = fill.settle(at, households=households)
    past = at - timedelta(days=1)
    fill.fill_matters(community=community, at=past, matters=THERE_ALREADY, open_matters=OPEN)
    fill.fill_promises(community=community, at=past)
    fill.calm_down()
    dispatcher = User.objects.get(username=cast.codes("dispatcher")[0].lower())
    token = issue_token(user=dispatcher, at=at, label="bench")
    matter_id = Matter.objects.order_by("id").values_list("id", flat=True)[0]
    houses = list(
        House.objects.filter(community=community, kind=House.Kind.FLAT).values_list(
            "code", flat=True
        )
    )
    turn = count()

    with serving() as port:
        browser = Browser(port)
        browser.headers["Authorization"] = f"Bearer {token}"

        def receive() -> None:
            number = next(turn)
            given: dict[str, object] = {
                "community": cast.FIRST,
                "channel": "phone",
                "kind": KINDS[number % len(KINDS)],
                "text": f"第 {number} 件:厨房洗菜盆下面的软管一直渗水,请尽快来看。",
                "house": houses[number % len(houses)],
                "phone": "13800000000",
                "caller": "王女士",
            }
            browser.post("/api/v1/matters", given)

        def read_row() -> None:
            browser.get(f"/{bare.PATH}{matter_id}")

        alternate(WARM, receive, read_row)
        value, floor = alternate(REQUESTS, receive, read_row)
        began = time.perf_counter()
        for _ in range(REQUESTS):
            receive()
        seconds = time.perf_counter() - began
    return (
        against_floor("POST /matters", value, "ms", floor, MOST),
        Result("POST /matters, one after the other", round(REQUESTS / seconds, 1), "1/s"),
    )
