import gzip
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from shared.client import (
    Client,
    Conflict,
    Failing,
    Gone,
    NotFound,
    PreconditionFailed,
    Refused,
    Unauthorized,
    Unreachable,
    Unusable,
)
from shared.contracts import LINKS
from shared.errors import Invalid

ID = "11111111-1111-4111-8111-111111111111"
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []

    async def sleep(seconds: float) -> None:
        taken.append(seconds)

    monkeypatch.setattr("shared.client.asyncio.sleep", sleep)
    return taken


def client(*answers: Any) -> tuple[Client, list[httpx.Request]]:
    """A client whose calls meet these answers in turn: responses, or exceptions to raise."""
    left: Iterator[Any] = iter(answers)
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        what = next(left)
        if isinstance(what, Exception):
            raise what
        assert isinstance(what, httpx.Response)
        return what

    return Client("http://server", "secret", httpx.MockTransport(answer)), seen


def ok(body: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


def line(request: httpx.Request) -> str:
    return f"{request.method} {request.url.raw_path.decode()}"


async def test_calls_have_the_paths_and_conditions_of_the_contract() -> None:
    http, seen = client(*(ok({"id": ID}) for _ in range(7)), httpx.Response(204))
    await http.get("service_offering", ID)
    await http.get(LINKS["roles"], ID, version=3)
    await http.put("party", ID, {"name": "Crew"})
    await http.put("party", ID, {"name": "Crew"}, version=2)
    await http.patch("party", ID, 3, {"name": "The crew"})
    await http.post("policy", {"name": "Log everything"})
    await http.transition("process", ID, 4, "approved", "complete")
    await http.delete("strategy", ID, 5, "made by mistake")
    assert [line(request) for request in seen] == [
        f"GET /catalog/v1/service-offerings/{ID}",
        f"GET /roles/v1/links/{ID}?version=3",
        f"PUT /roles/v1/parties/{ID}",
        f"PUT /roles/v1/parties/{ID}",
        f"PATCH /roles/v1/parties/{ID}",
        "POST /roles/v1/policies",
        f"POST /roles/v1/processes/{ID}/transitions",
        f"DELETE /strategy/v1/strategies/{ID}?reason=made+by+mistake",
    ]
    conditions = [(r.headers.get("If-None-Match"), r.headers.get("If-Match")) for r in seen[2:]]
    assert conditions == [("*", None), (None, '"2"'), (None, '"3"'), (None, None), (None, '"4"'), (None, '"5"')]
    assert {request.headers["Authorization"] for request in seen} == {"Bearer secret"}


async def test_what_is_to_be_made_once_says_which_it_is() -> None:
    http, seen = client(*(ok({"id": ID}, 201) for _ in range(6)))
    await http.post("policy", {"name": "Log everything"})
    http.once = "a form"
    for name in ("Log everything", "Log everything", "Log nothing"):
        await http.post("policy", {"name": name})
    await http.patch("policy", ID, 3, {"name": "Log"})
    await http.send("POST", "/alignment/v1/scenarios", {"steps": []}, safe=True)
    without, first, again, other, patch, asked = (each.headers.get("Idempotency-Key") for each in seen)
    assert (without, patch, asked) == (None, None, None)
    assert first
    assert first == again
    assert first != other


async def test_find_is_the_one_with_the_key_or_none() -> None:
    http, seen = client(ok({"items": [{"id": ID}]}), ok({"items": []}))
    assert await http.find("party", "crew") == {"id": ID}
    assert await http.find("party", "nobody") is None
    assert seen[0].url.params["key"] == "crew"


async def test_list_follows_the_cursor() -> None:
    http, seen = client(ok({"items": [1, 2], "next_cursor": "c"}), ok({"items": [3], "next_cursor": None}))
    assert [item async for item in http.list("party", state="active", q=None)] == [1, 2, 3]  # type: ignore[comparison-overlap]
    assert [dict(request.url.params) for request in seen] == [
        {"limit": "200", "state": "active"},
        {"limit": "200", "state": "active", "cursor": "c"},
    ]


async def test_a_list_goes_on_after_an_empty_page() -> None:
    pages = ({"items": [], "next_cursor": "c"}, {"items": [], "next_cursor": "d"}, {"items": [1], "next_cursor": None})
    http, seen = client(*map(ok, pages))
    assert [item async for item in http.list("party", q="rare")] == [1]  # type: ignore[comparison-overlap]
    assert [request.url.params.get("cursor") for request in seen] == [None, "c", "d"]


async def test_changes_are_asked_by_position() -> None:
    http, seen = client(ok({"items": [], "next_after": 7}))
    assert (await http.changes("catalog", after=7, limit=50))["next_after"] == 7
    assert line(seen[0]) == "GET /catalog/v1/changes?after=7&limit=50"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused), (401, Unauthorized), (403, Refused), (404, NotFound), (409, Conflict), (410, Gone),
        (412, PreconditionFailed), (422, Refused), (500, Failing), (502, Failing),
    ],
)  # fmt: skip
async def test_problems_become_exceptions(status: int, error: type[Exception]) -> None:
    http, _ = client(ok({"detail": "Why not."}, status))
    with pytest.raises(error, match="Why not") as caught:
        await http.get("party", ID)
    assert type(caught.value) is error


async def test_a_long_refusal_is_told_once_and_whole() -> None:
    said = Invalid.at("?types", "unknown-relation", f"Relations are {', '.join(map(str, range(200)))}; did you mean 7?")
    http, _ = client(ok(said.document(), 422))
    with pytest.raises(Refused) as caught:
        await http.post("party", {})
    assert str(caught.value) == said.errors[0]["detail"]


@pytest.mark.parametrize(("pointer", "named"), [("?rule", "rule"), ("/rule", "/rule")])
async def test_a_refusal_says_what_must_be_something_else(pointer: str, named: str) -> None:
    http, _ = client(ok(Invalid.at(pointer, "unknown-value", "Must be V01 or V02.").document(), 422))
    with pytest.raises(Refused, match=f"^{named} must be V01 or V02.$"):
        await http.post("party", {})


async def test_a_refusal_says_what_is_wrong_where() -> None:
    errors = [{"pointer": "/name", "code": "missing", "detail": "Field required"}]
    http, _ = client(ok({"detail": "It does not fit.", "errors": errors, "allowed": ["active"]}, 422))
    with pytest.raises(Refused) as caught:
        await http.post("party", {})
    assert caught.value.errors == errors
    assert caught.value.problem["allowed"] == ["active"]
    assert str(caught.value) == "It does not fit. /name: Field required"


async def test_a_failure_that_is_no_problem_document_is_told_by_its_status() -> None:
    http, _ = client(httpx.Response(404, text="nothing here"), httpx.Response(200, text="<html>"), ok([1]))
    with pytest.raises(NotFound, match="404"):
        await http.get("party", ID)
    with pytest.raises(Unreachable, match="JSON object"):
        await http.get("party", ID)
    with pytest.raises(Unreachable, match="JSON object"):
        await http.get("party", ID)


@pytest.mark.parametrize("depth", [300, 1000, 1025, 100_000])
async def test_an_answer_nested_too_deep_is_no_answer(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    http, _ = client(httpx.Response(200, content=deep), httpx.Response(404, content=deep))
    with pytest.raises(Unreachable):
        await http.changes("catalog")
    with pytest.raises(NotFound):
        await http.get("party", ID)


async def test_what_is_safe_is_tried_again_a_few_times(pauses: list[float]) -> None:
    http, seen = client(httpx.ConnectError("refused"), httpx.Response(503, headers={"Retry-After": "2"}), ok({"a": 1}))
    assert await http.get("party", ID) == {"a": 1}
    assert (len(seen), pauses) == (3, [0.2, 2.0])
    http, seen = client(httpx.ReadTimeout("slow"), ok({"a": 1}))
    assert await http.put("party", ID, {}) == {"a": 1}


async def test_patience_ends(pauses: list[float]) -> None:
    http, seen = client(*(httpx.ConnectError("refused") for _ in range(9)))
    with pytest.raises(Unreachable, match="cannot be reached: refused"):
        await http.get("party", ID)
    http, again = client(*(httpx.Response(503, headers={"Retry-After": "9999"}) for _ in range(9)))
    with pytest.raises(Unreachable, match="503"):
        await http.get("party", ID)
    assert (len(seen), len(again), max(pauses)) == (4, 4, 5.0)


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_what_may_have_happened_is_never_sent_twice(method: str) -> None:
    http, seen = client(httpx.ReadTimeout("slow"), ok({}))
    with pytest.raises(Unreachable):
        await http.send(method, "/roles/v1/parties", {})
    assert len(seen) == 1


class Endless:
    """Of what is sent as an answer, how many pieces were taken."""

    taken = 0

    async def pieces(self, piece: bytes) -> AsyncIterator[bytes]:
        while True:
            self.taken += 1
            yield piece


def bounded_at(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr("shared.client.MOST_BYTES", most)
    monkeypatch.setattr("shared.received.MOST_BYTES", most)


async def once(piece: bytes) -> AsyncIterator[bytes]:
    yield piece


@pytest.mark.parametrize("status", [200, 422, 503])
async def test_an_answer_is_read_up_to_a_bound(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """Whatever it is, and neither to its end nor a second time."""
    bounded_at(monkeypatch, 5 * 1024**2)
    sent = Endless()
    http, seen = client(httpx.Response(status, content=sent.pieces(b"y" * 1024**2)))
    with pytest.raises(Unusable, match=r"^/x: the answer is larger than 5 MiB\.$"):
        await http.get_json("/x")
    assert (sent.taken, len(seen)) == (6, 1)


async def test_a_stream_without_the_end_of_a_line_is_read_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    bounded_at(monkeypatch, 5 * 1024**2)
    for status in (200, 503):
        sent = Endless()
        http, _ = client(httpx.Response(status, content=sent.pieces(b"y" * 1024**2)))
        with pytest.raises(Unusable, match="larger than 5 MiB"):
            await anext(http.stream("strategy", 0))
        assert sent.taken == 6


async def test_the_bound_is_for_what_an_answer_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bounded_at(monkeypatch, 1024**2)
    packed = {"Content-Encoding": "gzip"}
    small, large = (gzip.compress(b'{"a": "' + b"y" * size + b'"}') for size in (1024**2 - 9, 1024**2 - 8))
    answers = (httpx.Response(200, headers=packed, content=once(raw)) for raw in (small, large, b"no gzip"))
    http, _ = client(*answers)
    assert len((await http.get_json("/x"))["a"]) == 1024**2 - 9
    with pytest.raises(Unusable, match="larger than 1 MiB"):
        await http.get_json("/x")
    with pytest.raises(Unusable, match="encoding that it names"):
        await http.get_json("/x")


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/x/a?b=c#d", b"/x/a%3Fb=c%23d"),
        ("/x/../y", b"/x/%2E%2E/y"),
        ("/x/./y", b"/x/%2E/y"),
        ("/x/50%", b"/x/50%25"),
        ("/x/a b\u00e9", b"/x/a%20b%C3%A9"),
        ("/x/wait:1.2~3", b"/x/wait:1.2~3"),
    ],
)
async def test_a_path_is_what_it_reads(path: str, sent: bytes) -> None:
    http, seen = client(httpx.Response(200, json={}))
    await http.get_json(path)
    assert seen[0].url.raw_path == sent
