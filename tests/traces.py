"""What a process tells of itself while a test looks: its spans, its log lines, its metrics."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.telemetry import configure_logging
from shared.telemetry.metrics import REGISTRY
from shared.telemetry.tracing import exporting


@contextmanager
def recorded_spans() -> Iterator[InMemorySpanExporter]:
    """Spans of the applications that are built in the block."""
    spans = InMemorySpanExporter()
    with exporting(SimpleSpanProcessor(spans)):
        yield spans


def of_trace(spans: InMemorySpanExporter, trace_id: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if f"{span.context.trace_id:032x}" == trace_id]


@contextmanager
def recorded_lines(level: str = "DEBUG") -> Iterator["Lines"]:
    """Log lines as they are written, from the real processors."""
    lines = Lines()
    configure_logging(level)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(lines.written))
    try:
        yield lines
    finally:
        configure_logging("ERROR")


class Lines:
    def __init__(self) -> None:
        self.written = io.StringIO()

    def having(self, **members: Any) -> list[dict[str, Any]]:
        """Those with these members."""
        lines = [json.loads(line) for line in self.written.getvalue().splitlines()]
        return [line for line in lines if line.items() >= members.items()]


def measured(name: str, **labels: str) -> float | None:
    """The value of a sample of this process; None if there is none."""
    # only what is asked for: a process that has run thousands of tests has thousands of series
    families = REGISTRY.restricted_registry([name]).collect()
    found = (sample for family in families for sample in family.samples)
    return next((sample.value for sample in found if (sample.name, sample.labels) == (name, labels)), None)
