"""Real processes and a real collector: spans go out by OTLP if the standard variables say so, and only then."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from shared.config import ISSUER_KEY, KEYS
from shared.http import auth
from shared.keys import make_keys
from shared.telemetry import tracing
from tests.system.processes import free_port, process, wait_ready
from tests.traces import recorded_lines


class Collector:
    """Remembers ``(service, span)`` of what it is sent."""

    def __init__(self) -> None:
        self.url = ""
        self.seen: set[tuple[str, str]] = set()

    def take(self, path: str, body: bytes) -> None:
        assert path == "/v1/traces"
        for one in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = {a.key: a.value.string_value for a in one.resource.attributes}["service.name"]
            self.seen |= {(named, span.name) for scope in one.scope_spans for span in scope.spans}


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.path, self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def write(home: Path, variables: dict[str, str]) -> None:
    """Start the embedded platform, write once, and stop it as soon as the view has it."""
    port, log = free_port(), home.with_suffix(".log")
    home.mkdir()
    arguments = ["up", "--home", str(home), "--port", str(port), "--no-sample"]
    with process(arguments, variables, log) as running:
        url = f"http://127.0.0.1:{port}"
        wait_ready(f"{url}/alignment/readyz", running, log)
        headers = {"Authorization": f"Bearer {auth.mint(home / KEYS / ISSUER_KEY, 'tester')}"}
        with httpx.Client(base_url=url, headers=headers) as http:
            while http.get("/alignment/v1/score").status_code == 503:
                time.sleep(0.05)
            event = http.post("/strategy/v1/tactics", json={"name": "T"}).headers["plumbline-event"]
            seen = http.get("/alignment/v1/nodes", params={"wait_for": event})
            assert seen.json()["caught_up"]
    assert running.returncode == 0, log.read_text()[-2000:]


WRITE = {
    ("plumbline-strategy", "POST /strategy/v1/tactics"),
    ("plumbline-strategy", "send plumbline.strategy.v1"),
    ("plumbline-alignment", "process plumbline.strategy.v1"),
}


def test_a_process_sends_its_spans_and_the_last_of_them_when_it_stops(tmp_path: Path) -> None:
    with collecting() as collector:
        write(tmp_path / "home", {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url})
    assert collector.seen >= WRITE


def test_a_service_of_its_own_does_too_under_the_name_it_is_given(tmp_path: Path) -> None:
    home, port = tmp_path / "home", free_port()
    home.mkdir()
    make_keys(home / KEYS)
    with collecting() as collector:
        variables = {
            "PLUMBLINE_HOME": str(home),
            "PLUMBLINE_PORT": str(port),
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{collector.url}/v1/traces",
            "OTEL_SERVICE_NAME": "ours",
        }
        log = tmp_path / "serve.log"
        with process(["migrate"], variables, log) as migrated:
            assert migrated.wait(60) == 0
        with process(["serve", "strategy"], variables, log) as running:
            wait_ready(f"http://127.0.0.1:{port}/strategy/readyz", running, log)
            assert httpx.get(f"http://127.0.0.1:{port}/strategy/v1/tactics").status_code == 401
    assert collector.seen == {("ours", "GET")}


@pytest.mark.parametrize(
    "more", [{"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}, {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}]
)
def test_it_can_be_turned_off(more: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"} | more).items():
        monkeypatch.setenv(name, value)
    with recorded_lines("WARNING") as lines, tracing.exporting():
        assert tracing.provider("strategy") is None
    assert len(lines.having()) == ("OTEL_EXPORTER_OTLP_PROTOCOL" in more)


def test_without_the_extra_a_line_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace.export", None)
    with recorded_lines("WARNING") as lines, tracing.exporting():
        assert tracing.provider("strategy") is None
    assert [line["event"] for line in lines.having()] == ["no traces: the extra otel is not installed"]


def test_a_collector_that_is_away_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "_FLUSH_SECONDS", 0.2)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    with recorded_lines("WARNING") as lines:
        with tracing.exporting():
            ours = tracing.provider("strategy")
            assert ours is not None
            ours.get_tracer("test").start_span("lost").end()
            began = time.monotonic()
        assert time.monotonic() - began < 2
        assert lines.having(event="opentelemetry")


OFF = """
import asyncio, sys
from pathlib import Path
from tests.platform import running, settings_for
from shared.telemetry.tracing import exporting

async def main():
    async with running(settings_for(Path(sys.argv[1]))) as platform:
        assert (await platform.http.post("/strategy/v1/tactics", json={"name": "T"})).status_code == 201
        await platform.caught_up()

with exporting():
    asyncio.run(main())
print([name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))])
"""


def test_nothing_of_the_library_is_loaded_while_it_is_off(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OFF, str(tmp_path / "home")]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
