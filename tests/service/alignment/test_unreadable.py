"""Whatever lies in a record or in an owner's page costs that one, and nothing that comes after it."""

import re
from collections.abc import Sequence
from random import Random
from typing import Any

import orjson
import pytest

from services.alignment.follow import projector
from shared.client import Unreachable, Unusable
from tests.service.alignment.forging import OTHER, TACTIC, forged, hear, letters, names, real
from tests.service.alignment.served import LOG, Server, entries, reader
from tests.service.alignment.world import State, key, raw

PLAIN = re.compile(
    r"(it|its \w+,?|an end of it|a member of its state|the (key|kind|id|version|state|owner|view)\b[^:]*) "
)
PYTHON = re.compile(
    r"Error|Exception|NoneType|object is|unhashable|isoformat|subscript|attribute|argument|\bdict\b|\bstr\b"
)
"""How a reason begins, and what whoever reads it should not have to know."""
# whatever can lie in a record
HOSTILE: dict[str, tuple[bytes | None, bytes | None]] = {
    "nothing": (None, None),
    "no value": (b"k", None),
    "no key": (None, b"{}"),
    "empty": (b"", b""),
    "large key": (b"k" * 100_000, b"{}"),
    "large": (b"k", b"x" * 900_000),
    "no json": (b"k", b"{"),
    "not utf-8": (b"\xff\xfe", b"\xff\xfe"),
    "NUL": (b"\x00", b"\x00"),
    "null": (b"k", b"null"),
    "a number": (b"k", b"7"),
    "a huge number": (b"k", b"9" * 5000),
    "text": (b"k", b'"text"'),
    "list": (b"k", b"[]"),
    "NaN": (b"k", b"NaN"),
    "half a surrogate": (b"k", b'{"id": "\\ud800", "source": "\\udfff"}'),
    **{f"nested {depth}": (b"k", b"[" * depth + b"]" * depth) for depth in (200, 300, 1000, 1024, 1025, 100_000)},
}


def mutilated(event: State) -> list[State]:
    """The event with each of its members, and each of its state's, gone or of another type."""
    strange: list[Any] = [None, True, -1, 2**63, 1e300, "", "\x00", "x" * 70_000, [], {}, [[]], {"kind": []}]
    made = [{name: value for name, value in event.items() if name != left_out} for left_out in event]
    made += [event | {name: value} for name in event for value in strange]
    made += [forged(event, state={name: value}) for name in event["data"]["state"] for value in strange]
    deep: Any = "x"
    for _ in range(250):
        deep = {"deeper": deep}
    return [*made, forged(event, state={"description": deep}), forged(event, state={"tags": [deep]})]


async def test_no_record_stops_those_after_it(server: Server) -> None:
    follower, dice = await reader(server), Random(1)
    server.world.write(TACTIC, dice)
    server.world.write(TACTIC, dice)
    first, second = server.world.events
    records = [*HOSTILE.values(), *((key(first), orjson.dumps(each)) for each in mutilated(first))]
    await follower._apply_batches(
        [entries([*records, (key(first), raw(first)), *records, (key(second), raw(second))], 0)], LOG
    )
    assert await names(server) == real(server)
    told = await letters(server)
    assert str(len(records)) not in told
    assert len(told) == 2 * len(records), sorted({"0", *map(str, range(len(records)))} - told.keys())
    assert max(map(len, told.values())) <= 500
    assert not [reason for reason in told.values() if not PLAIN.match(reason) or PYTHON.search(reason)]


def unlike(event: State) -> list[Any]:
    """Rows that no owner should have."""
    deep: Any = "x"
    for _ in range(300):
        deep = [deep]
    return [
        None,
        [],
        {},
        "row",
        event | {"time": "soon"},
        event | {"time": None},
        event | {"time": 5},
        event | {"time": "9998-01-01T00:00:00Z"},
        event | {"source": "/roles"},
        event | {"position": "2"},
        event | {"position": 2**70},
        event | {"epoch": 7, "id": event["id"].replace(":1.", ":7.")},
        forged(event, state={"description": deep}),
        forged(event, state={"name": "a\x00"}),
        forged(event, state={"name": "\ud800"}),
        forged(event, state={"criticality": 2**80}),
    ]


@pytest.mark.parametrize("number", range(16))
@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_a_row_that_no_owner_should_have_costs_that_row(server: Server, number: int) -> None:
    """In a rebuild, and where a hole is filled."""
    dice = Random(1)
    for ref in (TACTIC, OTHER, TACTIC):
        server.world.write(ref, dice)
    follower = await reader(server)
    pages = _spoiled(server, unlike(server.world.events[1])[number])
    for _ in range(2):
        await follower.catch_up("strategy")
    assert (await names(server), await names(server, OTHER)) == (real(server), None)
    await server.build()
    assert (await names(server), await names(server, OTHER)) == (real(server), None)
    assert (await letters(server)).keys() == {"2"}
    assert pages


def _spoiled(server: Server, row: Any) -> list[int]:
    changes, pages = server.world.changes, list[int]()

    async def spoiled(service: str, after: int, limit: int) -> dict[str, Any]:
        page = await changes(service, after, limit)
        if service == "strategy" and after < 2 <= page["next_after"]:
            page["items"][1 - after] = row
            pages.append(after)
        return page

    server.world.changes = spoiled  # type: ignore[method-assign]
    return pages


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_a_row_that_spoils_its_page_costs_that_row(server: Server) -> None:
    """It is nested deeper than a page can be read at all."""
    dice = Random(1)
    for ref in (TACTIC, OTHER, TACTIC, TACTIC):
        server.world.write(ref, dice)
    changes = server.world.changes

    async def spoiled(service: str, after: int, limit: int) -> dict[str, Any]:
        page = await changes(service, after, limit)
        if service == "strategy" and after < 2 <= page["next_after"]:
            raise Unusable("nested too deeply")
        return page

    server.world.changes = spoiled  # type: ignore[method-assign]
    await server.build()
    assert (await names(server), await names(server, OTHER)) == (real(server), None)
    assert (await letters(server)) == {"2": "the owner's answer with this row cannot be read"}


@pytest.mark.parametrize(
    "page",
    [
        {},
        {"items": 5, "head": {}},
        {"items": [], "head": None},
        {"items": [], "head": {"position": "x", "recorded_until": 5}},
    ],
)
@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_what_is_no_page_is_as_good_as_no_answer(server: Server, page: Any) -> None:
    async def odd(service: str, after: int, limit: int) -> Any:
        return page

    follower = await reader(server)
    server.world.changes = odd  # type: ignore[method-assign]
    with pytest.raises(Unusable):
        await follower.catch_up("strategy")
    with pytest.raises(Unusable):
        await server.build()


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
async def test_a_page_without_its_rows_ends_no_rebuild(server: Server) -> None:
    """It would be taken for the last one, and a view without the rest would answer."""
    server.world.write(TACTIC, Random(1))
    await server.build()
    server.world.write(TACTIC, Random(1))
    changes = server.world.changes

    async def empty(service: str, after: int, limit: int) -> dict[str, Any]:
        page = await changes(service, after, limit)
        return page | {"items": [], "next_after": after}

    server.world.changes = empty  # type: ignore[method-assign]
    with pytest.raises(Unreachable, match="did not answer with any"):
        await server.build()
    assert await names(server) == (1, server.world.events[0]["data"]["state"]["name"])
    assert await letters(server) == {}


async def test_a_row_that_cannot_be_written_is_replaced_by_a_letter(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whichever way the rows come: the bus, a hole, a rebuild."""
    dice = Random(1)
    for ref in (TACTIC, OTHER, TACTIC):
        server.world.write(ref, dice)
    apply = projector.apply

    async def fails(work: Any, events: Sequence[Any]) -> None:
        await apply(work, events)
        if any(event.ref == OTHER for event in events):
            raise RecursionError("so \x00 deep")

    monkeypatch.setattr(projector, "apply", fails)
    follower = await reader(server)
    await hear(follower, 0, *server.world.events)
    assert (await names(server), await names(server, OTHER)) == (real(server), None)
    assert await letters(server) == {"2": "the view could not take it in: so \N{REPLACEMENT CHARACTER} deep"}
    await hear(follower, 3, server.world.events[1])
    assert (await server.get("status"))["last_reconciliation"] is None, "a letter is known, and heals nothing"
    await server.build()
    assert (await names(server), await names(server, OTHER)) == (real(server), None)
    assert (await letters(server)).keys() == {"2"}
