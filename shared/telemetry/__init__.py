"""Logs, metrics and traces, and the correlation id that goes with a request through its events to the view."""

from shared.telemetry.correlation import causation_id, correlated, correlation_id, sane
from shared.telemetry.logs import configure_logging, log

__all__ = ["causation_id", "configure_logging", "correlated", "correlation_id", "log", "sane"]
