"""Questions a machine asks: is the process up, can it work, how busy is it."""

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from huiyin.config.metrics import SWEEP_AGE, exposition
from huiyin.kernel import clock
from huiyin.matters.queries import last_sweep

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-Ip")


def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer that the process is up."""
    return JsonResponse({"status": "ok"})


def readyz(_request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database, its migrations and the sweeper are fine, else 503 and why."""
    checks: dict[str, object] = {}
    problems: list[str] = []
    try:
        connection.ensure_connection()
        checks["database"] = "ok"
        missing = _missing_migrations()
        if missing:
            problems.append(f"{missing} migrations are not applied")
        else:
            age = sweep_age()
            checks["sweep_age_seconds"] = age
            if age is None or age > settings.SWEEP_AGE_MOST:
                problems.append("the clocks are not being swept: is `huiyin worker` running?")
    except DatabaseError:
        problems.append("the database does not answer")
    status = 503 if problems else 200
    word = "not ready" if problems else "ok"
    return JsonResponse({"status": word, **checks, "problems": problems}, status=status)


def metrics(request: HttpRequest) -> HttpResponse:
    """Answer the counters, to this machine or to the bearer of HUIYIN_METRICS_TOKEN."""
    if not _may_read_metrics(request):
        return HttpResponse("metrics are for this machine or with a token\n", status=403)
    try:
        SWEEP_AGE.set(-1 if (age := sweep_age()) is None else age)
    except DatabaseError:
        SWEEP_AGE.set(-1)
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def sweep_age() -> float | None:
    """Return the seconds since the last sweep of the clocks, None when there never was one."""
    last = last_sweep()
    return None if last is None else max(0.0, (clock.now() - last.at).total_seconds())


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _may_read_metrics(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if token:
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    # A proxy on this machine speaks from here for the whole world.
    if not request.headers.keys().isdisjoint(FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:  # a socket without an address
        return False
