"""Ids that come from outside are checked, and none outlives what it belongs to."""

import pytest

from shared.telemetry import causation_id, correlated, correlation_id, log, sane
from shared.telemetry.tracing import continuing, current_traceparent, valid_traceparent
from tests.traces import recorded_lines

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.mark.parametrize("given", [TRACE, TRACE[:-2] + "00", TRACE[:-2] + "ff"])
def test_a_trace_is_as_w3c_writes_it(given: str) -> None:
    assert valid_traceparent(given) == given


@pytest.mark.parametrize(
    "given",
    [None, 5, b"", "", TRACE[:-1], TRACE + "0", f" {TRACE}", f"{TRACE}\n", TRACE.upper(), f"{TRACE}-00",
     f"ff{TRACE[2:]}", f"01{TRACE[2:]}", "00-" + "0" * 32 + TRACE[35:], TRACE[:36] + "0" * 16 + "-01",
     TRACE.replace("0af7", "٠af7")],
)  # fmt: skip
def test_nothing_else_is_one(given: object) -> None:
    assert valid_traceparent(given) is None


def test_the_trace_of_a_caller_ends_with_the_request() -> None:
    with continuing(TRACE):
        assert current_traceparent() == TRACE
        with continuing("hostile"):
            assert current_traceparent() is None
        assert current_traceparent() == TRACE
    assert current_traceparent() is None


def test_an_id_ends_with_the_request() -> None:
    with correlated("outer", "cause"):
        with correlated("in\nner") as inner:
            assert correlation_id.get() == inner
            assert sane(inner) == inner
            assert causation_id.get() is None
        assert (correlation_id.get(), causation_id.get()) == ("outer", "cause")
    assert (correlation_id.get(), causation_id.get()) == ("", None)


def test_a_line_about_something_else_keeps_its_own_id() -> None:
    with recorded_lines("INFO") as lines, correlated("mine"):
        log.info("about me")
        log.info("about another", correlation_id="another")
    assert lines.having(event="about me", correlation_id="mine")
    assert lines.having(event="about another", correlation_id="another")
