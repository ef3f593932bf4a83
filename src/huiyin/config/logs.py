"""Structured logs through structlog, for our own lines and for Django's alike.

A line carries the request's id, method, route and status. Bodies, query strings, headers, secrets
and telephone numbers never enter a line: callers log ids, and :func:`hide_personal` masks the rest.
"""

import logging
import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_NAMES = re.compile(r"password|secret|token|authorization|cookie|session", re.IGNORECASE)
_PHONE = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)")
HIDDEN = "***"

Line = MutableMapping[str, Any]


def hide_personal(_logger: object, _method: str, line: Line) -> Line:
    """Mask values with secret names and mobile numbers anywhere in a line."""
    for name, value in line.items():
        if _SECRET_NAMES.search(name):
            line[name] = HIDDEN
        elif isinstance(value, str):
            line[name] = _PHONE.sub(HIDDEN, value)
    return line


def configure_logs(*, level: str, as_json: bool) -> None:
    """Send every log line of the process to standard error, in one shape."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
        hide_personal,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        renderer,
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                "django.request": {"level": "ERROR"},
                "django.server": {"level": "WARNING"},
                "psycopg.pool": {"level": "CRITICAL"},  # the request that failed tells it too
                # addresses with tokens, and requests with numbers and codes, are no lines of a log
                **{name: {"level": "WARNING"} for name in ("httpx", "httpcore", "urllib3")},
                "_granian": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            },
        }
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
