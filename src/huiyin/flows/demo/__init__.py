"""``huiyin demo``: two communities, their staff and houses, and sixty days of life in one of them.

The play goes through the real actions at simulated moments, the same every time on the same day;
it ends at the present moment, so that clocks run, are due soon and are overdue when one looks.
It is loaded once and kept between runs.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from huiyin.estate.models import Community
from huiyin.flows.demo import cast, owners, programme, staffing, town
from huiyin.flows.demo.counter import SEATS
from huiyin.flows.demo.stage import Stage
from huiyin.flows.demo.visits import TECHNICIAN
from huiyin.intake.models import Sticker
from huiyin.kernel import clock
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import WrongState
from huiyin.trail import queries as trail
from huiyin.trail.actions import record

_MARK = "demo"


class UnableToLoadDemo(WrongState):
    """A demo has no business in production."""


def run(arguments: argparse.Namespace) -> int:
    """Load the demo unless it is there already, and print its log-ins."""
    fresh = load(empty=arguments.empty)
    url = f"http://127.0.0.1:{arguments.port}"
    if arguments.json:
        print(json.dumps(_as_json(url), ensure_ascii=False), flush=True)
    else:
        _print_log_ins(url, fresh=fresh)
    return 0


def load(*, empty: bool = False) -> bool:
    """Load the demo communities; return False when they are there already.

    1. Communities, buildings, staff, standards and the working calendar.
    2. Unless ``empty``: houses and people, rosters of duty, and sixty days played.
    3. The mark that all of it is there.

    Raises UnableToLoadDemo in production, and when an earlier load was interrupted.
    """
    if settings.PRODUCTION:
        raise UnableToLoadDemo(_("演示数据不能装入正式环境。"))
    if Community.objects.filter(code=cast.FIRST).exists():
        if not trail.entries(caller=SYSTEM, subject=_MARK).items:
            raise UnableToLoadDemo(_("演示数据上次没有装完,请加 --reset 重来。"))
        return False
    now = clock.now()
    with _hurried():
        with transaction.atomic():
            communities = town.make_communities()
            staffing.make_staff(communities, now)
            staffing.adopt_standards(communities, now)
            if not empty:
                town.settle(communities)
                staffing.make_rosters(communities, now)
        if not empty:
            stage = Stage(now)
            programme.rehearse(stage)
            stage.play()
        record(action="demo.loaded", by=SYSTEM, at=now, subject=_MARK, after={"empty": empty})
    return True


@contextmanager
def _hurried() -> Iterator[None]:
    """Do not wait for the disk at each commit: a play lost in a power cut is played again."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
        try:
            yield
        finally:
            cursor.execute("RESET synchronous_commit")
            cursor.execute("ANALYZE")


def _as_json(url: str) -> dict[str, object]:
    return {
        "url": url,
        "communities": [{"code": one.code, "name": one.name} for one in cast.COMMUNITIES],
        "employees": [
            {
                "code": one.code,
                "name": one.name,
                "post": one.post,
                "community": one.community,
                "password": cast.PASSWORD,
            }
            for one in cast.EMPLOYEES
        ],
        "owners": [{"phone": phone} for phone in [owners.phone()] if phone],
    }


def _print_log_ins(url: str, *, fresh: bool) -> None:
    """Print one log-in per post, and that the others have the same password."""
    if not fresh:
        print("the demo is there already; --reset starts over", file=sys.stderr)
    print(f"{url}  (log in with the code and the password {cast.PASSWORD})\n")
    shown: set[tuple[str, str]] = set()
    for one in cast.EMPLOYEES:
        if (one.community, one.post) not in shown:
            shown.add((one.community, one.post))
            print(f"  {one.community}  {one.post:<20} {one.code}  {one.name}")
    print()
    for what, where in _to_try(url):
        print(f"  {what:<12} {where}")
    print(flush=True)


def _to_try(url: str) -> Iterator[tuple[str, str]]:
    """Yield what is tried elsewhere than at a desk, and how."""
    yield "the phone", f"{url}/work/  (log in as {TECHNICIAN})"
    if owner := owners.phone():
        yield "an owner", f"{url}/my/  (number {owner}; the code is on the page of what was sent)"
    yield "promises", f"{url}/p/{cast.FIRST}/  (no log-in)"
    code, extension, _label = SEATS[0]
    simulate = f"manage simulate_calls --new-key --extension {extension} --url {url}"
    yield "calls", f"{sys.argv[0]} {simulate}  (a card pops up for {code})"
    sticker = Sticker.objects.filter(retired_at__isnull=True).order_by("id").first()
    if sticker is not None:
        yield "a sticker", f"{url}/r/{sticker.token}/  (no log-in)"
