"""Logs and metrics, and the correlation id that goes with a request through its events to the view."""

import logging
import re
import sys
from contextvars import ContextVar

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from uuid_utils.compat import uuid7

correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")
causation_id: ContextVar[str | None] = ContextVar("causation_id", default=None)

_TOKEN = re.compile(r"[A-Za-z0-9._:/-]{1,128}")
log = structlog.get_logger()

REGISTRY = CollectorRegistry()
REQUESTS = Histogram(
    "plumbline_request_seconds", "Seconds per request", ["service", "method", "route", "status"], registry=REGISTRY
)
PUBLISHED = Counter("plumbline_published_total", "Events published", ["service"], registry=REGISTRY)
UNPUBLISHED = Gauge("plumbline_unpublished", "Recorded changes not published yet", ["service"], registry=REGISTRY)
LEADER = Gauge("plumbline_leader", "1 while this process holds the lease", ["service"], registry=REGISTRY)
APPLIED = Counter("plumbline_applied_total", "Events applied to the view", registry=REGISTRY)
DEAD_LETTERS = Counter("plumbline_dead_letters_total", "Messages that could not be read", registry=REGISTRY)
LAG = Gauge(
    "plumbline_view_lag_seconds", "Age of the newest moment that the view covers", ["service"], registry=REGISTRY
)


def configure_logging(level: str = "INFO") -> None:
    """Structured JSON lines on standard error; standard output stays for answers."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _add_correlation,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _add_correlation(
    _: structlog.typing.WrappedLogger, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    if current := correlation_id.get():
        event["correlation_id"] = current
    return event


def begin(given: str | None, cause: str | None = None) -> str:
    """Take over the caller's correlation id if it is a sane one, else make one."""
    current = given if given and _TOKEN.fullmatch(given) else str(uuid7())
    correlation_id.set(current)
    causation_id.set(cause if cause and _TOKEN.fullmatch(cause) else None)
    return current
