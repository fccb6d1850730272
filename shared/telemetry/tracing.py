"""Traces by OpenTelemetry: off unless the extra ``otel`` is installed and the standard variables name a collector.

The trace of a request is stored with the change that it makes (W3C ``traceparent``) and travels in the event, so that
publishing and projecting show up in the same trace. Only the API is imported here; the SDK when it is needed.
"""

import logging
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import CarrierT, Getter, default_getter
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.telemetry.logs import log

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanProcessor

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_FLUSH_SECONDS = 3.0
_given: ContextVar[str | None] = ContextVar("traceparent", default=None)


def valid_traceparent(given: object) -> str | None:
    """A traceparent of version 00, exactly as W3C Trace Context writes it; None for anything else."""
    return given if isinstance(given, str) and _TRACEPARENT.fullmatch(given) else None


def current_traceparent() -> str | None:
    """The trace of what runs now: that of the current span, or while tracing is off what the caller has sent."""
    span = trace.get_current_span().get_span_context()
    if not span.is_valid:
        return _given.get()
    return f"00-{trace.format_trace_id(span.trace_id)}-{trace.format_span_id(span.span_id)}-{span.trace_flags:02x}"


def trace_id(traceparent: str | None) -> str | None:
    """The trace that a valid traceparent is of."""
    return traceparent.split("-")[1] if traceparent else None


def span_context(traceparent: str) -> SpanContext:
    """The span that a valid traceparent names."""
    _, trace_id, span_id, flags = traceparent.split("-")
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16)))


@contextmanager
def continuing(header: str | None) -> Iterator[None]:
    """The block belongs to the trace that a caller names, also when this process makes no spans of its own."""
    before = _given.set(valid_traceparent(header))
    try:
        yield
    finally:
        _given.reset(before)


class _Export:
    """Where the spans of this process go. Each service is a resource of its own, also when they share a process."""

    def __init__(self, processor: "SpanProcessor") -> None:
        self._processor = processor
        self._providers: dict[str, TracerProvider] = {}

    def provider(self, service: str) -> TracerProvider:
        if service not in self._providers:
            from opentelemetry.sdk.trace import TracerProvider as SdkProvider

            provider = SdkProvider(resource=_resource(service), shutdown_on_exit=False)
            provider.add_span_processor(self._processor)
            self._providers[service] = provider
        return self._providers[service]


def _resource(service: str) -> "Resource":
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource

    found = Resource.create()
    if not str(found.attributes[SERVICE_NAME]).startswith("unknown_service"):
        return found
    return found.merge(Resource({SERVICE_NAME: f"plumbline-{service}"}))


_export: _Export | None = None


@contextmanager
def exporting(processor: "SpanProcessor | None" = None) -> Iterator[None]:
    """Applications that are built in this block send their spans to ``processor``, by default the environment's."""
    global _export
    processor = processor or _from_environment(os.environ)
    if processor is None:
        yield
        return
    _export = _Export(processor)
    _heed_the_library()
    try:
        yield
    finally:
        _export = None
        _shut_down(processor)


def provider(service: str) -> TracerProvider | None:
    """Makes the spans of a service; None while tracing is off."""
    return None if _export is None else _export.provider(service)


def _from_environment(environment: Mapping[str, str]) -> "SpanProcessor | None":
    if not _is_wanted(environment):
        return None
    protocol = environment.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or environment.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    if protocol not in (None, "", "http/protobuf"):
        log.warning("no traces: only OTLP http/protobuf is supported", protocol=protocol)
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        log.warning("no traces: the extra otel is not installed", missing=error.name)
        return None
    return BatchSpanProcessor(OTLPSpanExporter())


def _is_wanted(environment: Mapping[str, str]) -> bool:
    disabled = environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    exporters = environment.get("OTEL_TRACES_EXPORTER", "").lower().replace(" ", "") or "otlp"
    names = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    return not disabled and "otlp" in exporters.split(",") and any(environment.get(name) for name in names)


def _heed_the_library() -> None:
    # not its default: that reads baggage too, which nobody here uses, and writes about what a caller puts there
    if "OTEL_PROPAGATORS" not in os.environ:
        propagate.set_global_textmap(_Strict())
    library = logging.getLogger("opentelemetry")
    if not any(isinstance(handler, _IntoOurLog) for handler in library.handlers):
        library.addHandler(_IntoOurLog())
        library.propagate = False


class _Strict(TraceContextTextMapPropagator):
    """Takes no notice of a header that is not right, where the library's own would write a line for each."""

    def extract(
        self, carrier: CarrierT, context: Context | None = None, getter: Getter[CarrierT] = default_getter
    ) -> Context:
        sent = getter.get(carrier, "traceparent") or [""]
        parent = valid_traceparent(sent[0])
        if parent is None or len(sent) > 1:
            return context or Context()
        return trace.set_span_in_context(NonRecordingSpan(span_context(parent)), context)


class _IntoOurLog(logging.Handler):
    """What the library has to say (a collector is away, a queue is full), as lines like all others."""

    def emit(self, record: logging.LogRecord) -> None:
        log.warning("opentelemetry", reason=record.getMessage()[:500])


def _shut_down(processor: "SpanProcessor") -> None:
    """Send what is left; a collector that is away does not hold up the end of the process for long."""
    ending = threading.Thread(target=processor.shutdown, daemon=True)
    ending.start()
    ending.join(_FLUSH_SECONDS)
