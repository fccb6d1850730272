"""One request, one trace: from the caller over the change and the bus into the view, and no harm from a hostile one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from tests.platform import Platform, running, settings_for
from tests.service.api import eventually
from tests.traces import of_trace, recorded_lines, recorded_spans

TACTICS = "/strategy/v1/tactics"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
HOSTILE = [
    "", "00", CALLER.upper(), CALLER + "-00", CALLER + "\t-x", "ff" + CALLER[2:], "00-" + "0" * 32 + CALLER[35:],
    CALLER[:36] + "0" * 16 + "-01", "00-" + "g" * 32 + CALLER[35:], CALLER[:-1], "x" * 5000, CALLER.replace("-", "_"),
    "'; drop table change; --", "00-٠af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
]  # fmt: skip


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    with recorded_spans() as spans:
        yield spans


@pytest.fixture
async def traced(spans: InMemorySpanExporter, tmp_path: Path) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path / "home")) as platform:
        await platform.caught_up()  # what a build of the view takes in has no consumer
        yield platform


@pytest.fixture
async def untraced(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path / "home")) as platform:
        yield platform


async def post(platform: Platform, **headers: str) -> dict[str, Any]:
    """The event of a new tactic, by ``/changes``."""
    sent = {name.replace("_", "-"): value.encode() for name, value in headers.items()}
    made = await platform.http.post(TACTICS, json={"name": "T"}, headers=sent)  # type: ignore[arg-type]  # bytes as they are
    assert made.status_code == 201
    await platform.caught_up()
    items = (await platform.client.changes("strategy", 0, 1000))["items"]
    found: dict[str, Any] = next(item for item in items if item["id"] == made.headers["plumbline-event"])
    return found


async def whole_trace(spans: InMemorySpanExporter, event: dict[str, Any]) -> dict[SpanKind, ReadableSpan]:
    """The spans of an event's trace by kind, once its consumer has told of it."""
    trace_id = event["traceparent"].split("-")[1]

    async def is_whole() -> bool:
        return any(span.kind is SpanKind.CONSUMER for span in of_trace(spans, trace_id))

    await eventually(is_whole)
    found = of_trace(spans, trace_id)
    assert len(found) == 3
    return {span.kind: span for span in found}


def service_of(span: ReadableSpan) -> Any:
    return span.resource.attributes["service.name"]


async def check_one_trace(spans: InMemorySpanExporter, platform: Platform, system: str) -> None:
    event = await post(platform, correlation_id="order/66")
    trace = await whole_trace(spans, event)
    server, producer, consumer = (trace[kind] for kind in (SpanKind.SERVER, SpanKind.PRODUCER, SpanKind.CONSUMER))
    assert event["traceparent"].split("-")[1:3] == [f"{server.context.trace_id:032x}", f"{server.context.span_id:016x}"]
    assert (server.name, producer.name, consumer.name) == (
        f"POST {TACTICS}", "send plumbline.strategy.v1", "process plumbline.strategy.v1",
    )  # fmt: skip
    assert [service_of(span) for span in (server, producer, consumer)] == [
        "plumbline-strategy", "plumbline-strategy", "plumbline-alignment",
    ]  # fmt: skip
    for span, operation in ((producer, "send"), (consumer, "process")):
        assert span.parent is not None
        assert span.parent.span_id == span.links[0].context.span_id == server.context.span_id
        assert span.start_time is not None
        assert span.end_time is not None
        assert server.start_time is not None
        assert server.start_time < span.start_time < span.end_time
        assert dict(span.attributes or {}) == {
            "messaging.system": system,
            "messaging.operation.name": operation,
            "messaging.operation.type": operation,
            "messaging.destination.name": "plumbline.strategy.v1",
            "messaging.batch.message_count": 1,
            "messaging.message.conversation_id": "order/66",
        }
    assert (server.attributes or {})["plumbline.correlation_id"] == "order/66"


async def test_a_write_is_one_trace(spans: InMemorySpanExporter, traced: Platform) -> None:
    await check_one_trace(spans, traced, "plumbline")


@pytest.mark.kafka
async def test_a_write_is_one_trace_over_kafka(spans: InMemorySpanExporter, tmp_path: Path, kafka_url: str) -> None:
    async with running(settings_for(tmp_path / "home", bus_url=kafka_url)) as platform:
        await platform.caught_up()
        await check_one_trace(spans, platform, "kafka")


async def test_a_batch_of_many_requests_shows_up_in_each_of_them(spans: InMemorySpanExporter, traced: Platform) -> None:
    events = await asyncio.gather(*(post(traced) for _ in range(8)))
    assert len({event["traceparent"] for event in events}) == 8
    for event in events:
        assert set(await whole_trace(spans, event)) == {SpanKind.SERVER, SpanKind.PRODUCER, SpanKind.CONSUMER}


async def test_the_trace_of_the_caller_goes_on(spans: InMemorySpanExporter, traced: Platform) -> None:
    event = await post(traced, traceparent=CALLER)
    server = (await whole_trace(spans, event))[SpanKind.SERVER]
    assert server.parent is not None
    assert f"{server.parent.span_id:016x}" == CALLER.split("-")[2]
    assert event["traceparent"].split("-")[1] == CALLER.split("-")[1]


async def test_who_does_not_sample_is_not_sampled(spans: InMemorySpanExporter, traced: Platform) -> None:
    event = await post(traced, traceparent=CALLER[:-2] + "00")
    assert event["traceparent"].split("-")[1] == CALLER.split("-")[1]
    assert event["traceparent"].endswith("-00")
    assert (await whole_trace(spans, await post(traced))).keys() >= {SpanKind.CONSUMER}  # comes after the other
    assert of_trace(spans, CALLER.split("-")[1]) == []


async def test_without_tracing_the_trace_of_the_caller_is_passed_on(untraced: Platform) -> None:
    assert (await post(untraced, traceparent=CALLER))["traceparent"] == CALLER
    assert "traceparent" not in await post(untraced)


async def test_a_hostile_trace_is_none(untraced: Platform) -> None:
    for given in HOSTILE:
        assert "traceparent" not in await post(untraced, traceparent=given), given


async def test_a_hostile_trace_is_replaced(spans: InMemorySpanExporter, traced: Platform) -> None:
    with recorded_lines("WARNING") as lines:
        seen = [(await post(traced, traceparent=given, tracestate="=", baggage="=" * 9000)) for given in HOSTILE]
        assert lines.having() == []
    for event in seen:
        server = (await whole_trace(spans, event))[SpanKind.SERVER]
        assert event["traceparent"].split("-")[1] != CALLER.split("-")[1]
        assert server.parent is None


async def test_what_is_asked_for_all_the_time_is_not_traced_nor_is_a_token(
    spans: InMemorySpanExporter, traced: Platform
) -> None:
    for path in ("/strategy/livez", "/strategy/readyz", "/strategy/metrics", "/strategy/v1/changes"):
        assert (await traced.http.get(path)).status_code == 200
    await traced.http.get("/signin?code=secret")
    await traced.http.get("/?token=secret")
    await traced.http.get(f"{TACTICS}?q=x&token=secret")
    await traced.http.get(f"{TACTICS}?q=x")
    mine = [span.name for span in spans.get_finished_spans() if "/alignment/" not in span.name]
    assert mine == [f"GET {TACTICS}"]


async def test_one_id_can_be_followed_through_all_lines(spans: InMemorySpanExporter, traced: Platform) -> None:
    with recorded_lines() as lines:
        event = await post(traced, correlation_id="order/67")
        await whole_trace(spans, event)
        followed = {line["event"]: line for line in lines.having(correlation_id="order/67")}
    assert followed.keys() == {"request", "published", "applied"}
    assert {line["trace_id"] for line in followed.values()} == {event["traceparent"].split("-")[1]}
    assert followed["published"]["message"] == followed["applied"]["message"] == event["id"]
    assert followed["request"]["span_id"] == event["traceparent"].split("-")[2]


async def test_the_view_asks_the_owners_under_ids_of_its_own(untraced: Platform) -> None:
    """In one process they run in the view's own task, whose lines must not go on under the id of such a request."""
    await post(untraced)
    with recorded_lines() as lines:
        await untraced.http.post("/alignment/v1/rebuilds")

        async def is_rebuilt() -> bool:
            return bool(lines.having(event="view rebuilt"))

        await eventually(is_rebuilt)
        assert all("correlation_id" not in line for line in lines.having(event="view rebuilt"))
