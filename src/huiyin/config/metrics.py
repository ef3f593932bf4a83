"""Counters for /metrics, in Prometheus' text form, added up over the web server's processes."""

import os
from pathlib import Path

from django.conf import settings

# The library reads this when it is imported: each process then counts in files of its own there.
FOLDER = Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or settings.HOME / "metrics")
FOLDER.mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)

from prometheus_client import (  # noqa: E402
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

REQUESTS = Counter("huiyin_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("huiyin_request_seconds", "Time to answer a request", ["route"])
SWEEP_AGE = Gauge(
    "huiyin_sweep_age_seconds",
    "Seconds since the clocks were last swept, -1 when unknown",
    multiprocess_mode="mostrecent",
)


def exposition() -> bytes:
    """Return the counters of all processes as text."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def forget_processes() -> None:
    """Remove what ended processes have counted; called when the web server starts."""
    for path in FOLDER.glob("*.db"):
        path.unlink(missing_ok=True)
