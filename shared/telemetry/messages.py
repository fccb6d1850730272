"""Spans and log lines of messages on their way: what lets one request be followed through the bus to the view."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol

from opentelemetry import trace
from opentelemetry.trace import Link, NonRecordingSpan, SpanKind, Tracer

from shared.telemetry.logs import log
from shared.telemetry.tracing import provider, span_context, trace_id


class Traced(Protocol):
    """Something that belongs to a trace: a change to publish, or an event that was read."""

    @property
    def event_id(self) -> object: ...

    @property
    def service(self) -> str: ...

    @property
    def traceparent(self) -> str | None: ...

    @property
    def correlation_id(self) -> str | None: ...


def tell(what: str, messages: Iterable[Traced]) -> None:
    """A debug line for each message, with the correlation id and the trace of the request that made it."""
    if not log.is_enabled_for(logging.DEBUG):
        return
    for message in messages:
        ids = {"correlation_id": message.correlation_id, "trace_id": trace_id(message.traceparent)}
        log.debug(what, message=str(message.event_id), **{name: id for name, id in ids.items() if id})


class MessageSpans:
    """What was done with a batch of messages, as one span in each trace that the batch is part of.

    A batch has messages of many requests, and a span has one trace: so there is one per trace, parent and link being
    the context in which its messages were made (OpenTelemetry's conventions for messaging). Only what was done is
    told: an attempt that failed is a log line and a count, since it is repeated until it succeeds.
    """

    def __init__(self, service: str, system: str, operation: str, kind: SpanKind) -> None:
        """``system`` names the bus, ``operation`` is ``send`` or ``process``."""
        ours = provider(service)
        self._tracer: Tracer | None = ours.get_tracer("plumbline") if ours else None
        self._kind = kind
        self._operation = operation
        self._attributes = {
            "messaging.system": system,
            "messaging.operation.name": operation,
            "messaging.operation.type": operation,
        }

    def record(self, began: int, topics: Mapping[str, str], messages: Iterable[Traced]) -> None:
        """``began`` is when, in nanoseconds since 1970; ``topics`` are those of the services. It ends now."""
        if self._tracer is None:
            return
        by_trace: dict[tuple[str, str], list[Traced]] = defaultdict(list)
        for message in messages:
            if message.traceparent is not None:
                by_trace[message.service, message.traceparent].append(message)
        for (service, traceparent), some in by_trace.items():
            self._record(self._tracer, began, topics[service], traceparent, some)

    def _record(self, tracer: Tracer, began: int, topic: str, traceparent: str, some: list[Traced]) -> None:
        made_in = span_context(traceparent)
        tracer.start_span(
            f"{self._operation} {topic}",
            trace.set_span_in_context(NonRecordingSpan(made_in)),
            self._kind,
            self._attributes
            | {
                "messaging.destination.name": topic,
                "messaging.batch.message_count": len(some),
                "messaging.message.conversation_id": some[0].correlation_id or "",
            },
            [Link(made_in)],
            start_time=began,
        ).end()
