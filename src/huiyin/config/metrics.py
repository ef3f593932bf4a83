"""Counters for /metrics, in Prometheus' text form."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("huiyin_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram("huiyin_request_seconds", "Time to answer a request", ["route"])
SWEEP_AGE = Gauge("huiyin_sweep_age_seconds", "Seconds since the clocks were last swept")
