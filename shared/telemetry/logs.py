"""Structured log lines, each with the correlation id and the trace that it belongs to."""

import logging
import sys

import structlog
from opentelemetry import trace

from shared.telemetry.correlation import correlation_id

log = structlog.get_logger()


def configure_logging(level: str = "INFO") -> None:
    """Structured JSON lines on standard error; standard output stays for answers."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            add_ids,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def add_ids(
    _: structlog.typing.WrappedLogger, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """The ids of the current request and span; a line about something else has brought its own."""
    if current := correlation_id.get():
        event.setdefault("correlation_id", current)
    span = trace.get_current_span().get_span_context()
    if span.is_valid and "trace_id" not in event:
        event["trace_id"] = trace.format_trace_id(span.trace_id)
        event["span_id"] = trace.format_span_id(span.span_id)
    return event
