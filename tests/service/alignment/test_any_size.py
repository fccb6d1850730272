"""However large the graph: indexes are used, hubs are counted and not read, a build tells how far it is."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from bench.asking import HUB, READS, Place, Read
from bench.organisation import Organisation, owner
from services.alignment.follow import rebuild
from services.alignment.follow.rebuild import Rebuild
from services.alignment.judge import known
from services.alignment.models import EDGE, FINDING, RECORD, TALLY
from services.alignment.queries import edges
from services.alignment.queries.snapshot import Moment
from services.alignment.view import generations
from shared import clock
from tests.backends.databases import chosen
from tests.service.alignment.large import Large, large
from tests.service.conftest import BACKENDS
from tests.service.counting import looked_at

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.long]

LINKS = 5000
SMALL = 1000
_TABLES = "(record|edge|finding)\\b"
_WHOLE = re.compile(
    rf"SCAN {_TABLES}|Seq Scan on {_TABLES}|SEARCH {_TABLES}[^(]*\(generation=\?( AND recorded_from<\?)?\)"
)
"""Every row of a table, or every row of a generation."""


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=BACKENDS)
async def there(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Large]:
    home: Path = tmp_path_factory.mktemp("large")
    async with chosen(request.param, request, "alignment") as given, large(home, LINKS, given) as found:
        yield found


async def plan(there: Large, statement: str, given: Any) -> list[str]:
    """How a statement runs. PostgreSQL would rather read a small table whole, if one let it."""
    async with there.database.write() as connection:
        if not there.database.is_sqlite:
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN" if there.database.is_sqlite else "EXPLAIN"
        return [str(row[-1]) for row in await connection.exec_driver_sql(f"{explain} {statement}", given)]


async def whole(there: Large, statements: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    """The steps that read a table whole, each with its statement; which place is so many rows away reads only those."""
    asked = {text: given for text, given in statements if text.startswith("SELECT") and "OFFSET" not in text}
    return [
        (step, statement)
        for statement, given in asked.items()
        for step in await plan(there, statement, given)
        if _WHOLE.search(step)
    ]


@pytest.mark.parametrize("read", [*READS, *HUB], ids=lambda read: read.name)
async def test_no_read_looks_at_everything(there: Large, read: Read) -> None:
    place = Place(there.organisation, Random(5), read.kind)
    with there.statements() as statements:
        await there.get(read.path(place))
    assert len(statements) > 1
    assert await whole(there, statements) == []


@pytest.mark.parametrize("path", ["score", "nodes?kind=process", "trace/{hub}?direction=down", "nodes/{hub}"])
async def test_nor_does_one_of_the_past(there: Large, path: str) -> None:
    as_of = clock.rfc3339(there.organisation.time(2000))
    path = path.format(hub=f"service/{there.organisation.hub}")
    with there.statements() as statements:
        try:
            await there.get(f"{path}{'&' if '?' in path else '?'}as_of={as_of}")
        except RuntimeError as error:
            assert "404" in str(error), "the hub was not there yet"  # noqa: PT017  what is asked is what it took
    assert await whole(there, statements) == []


DATELESS = ("score of long ago", "diff of a minute", "status")


@pytest.mark.parametrize("read", [r for r in (*READS, *HUB) if r.name not in DATELESS], ids=lambda read: read.name)
async def test_nor_does_one_of_a_day_to_come(there: Large, read: Read) -> None:
    """The state on that day is an expression over a row, with which every index stays in use."""
    later = clock.rfc3339(clock.now() + timedelta(days=1))
    path = read.path(Place(there.organisation, Random(5), read.kind, f"&valid_at={later}"))
    with there.statements() as statements:
        await there.get(f"{path}{'&' if '?' in path else '?'}valid_at={later}")
    assert len(statements) > 1
    assert await whole(there, statements) == []


@pytest.mark.parametrize("kind", ["service", "service_offering", "objective"])
async def test_nor_does_an_event(there: Large, kind: str) -> None:
    """New, and again with another version of what is there."""
    organisation, id = there.organisation, there.organisation.id(-8, kind)
    node = organisation.node(id, kind, f"{kind}-of-{LINKS}", "New")
    target = organisation.some(Random(kind), "service")
    link = organisation.link(organisation.id(-8, f"{kind} link"), "depends_on", {"kind": kind, "id": id}, target)
    with there.statements() as statements:
        for version in (1, 2):
            await there.add(owner(kind), node, version)
        await there.add("catalog", link)
    assert len(statements) > 1
    assert await whole(there, statements) == []


async def test_a_statement_that_does_would_be_seen(there: Large) -> None:
    assert await whole(there, [("SELECT name FROM record WHERE state = 'active'", ())])
    of_generation = "SELECT name FROM record WHERE generation = 1 AND actor = 'bench' AND +generation = 1"
    assert await whole(there, [(of_generation, ())]) or not there.database.is_sqlite


def hub(there: Large) -> dict[str, str]:
    return {"kind": "service", "id": there.organisation.hub}


async def test_of_a_hub_the_rest_is_counted(there: Large) -> None:
    links, ref = there.organisation.at_hub, f"service/{there.organisation.hub}"
    assert links > edges.MAX_LINKS
    entity = await there.get(f"nodes/{ref}")
    assert len(entity["in"]) + entity["hidden"]["in"] == links
    trace = await there.get(f"trace/{ref}?limit=20")
    shown = [edge for edge in trace["edges"] if edge["target"] == ref]
    assert (len(trace["nodes"]), trace["nodes"][0]["hidden"] + len(shown)) == (20, links)
    impact = await there.get(f"impact/{ref}?depth=1&limit=20")
    assert (len(impact["at_risk"]), impact["hidden"] >= links - 20) == (20, True)


async def test_of_a_hub_only_relations_of_the_type_are_counted(there: Large) -> None:
    """A page of services with the hub among them asks for their designs alone."""
    ref = f"service/{there.organisation.hub}"

    async def designs() -> None:
        async with there.database.read() as connection:
            moment = Moment(connection, await generations.active(connection) or 0, None, clock.now(), {})
            assert await edges.edges_from(moment, [ref, "service/other"], "target", ["part_of"]) == []

    assert max(await looked_at(there.database, designs, "edge")) < there.organisation.at_hub / 5


@pytest.mark.parametrize("limit", [1, 30, 10_000])
async def test_the_first_relations_are_the_first_of_all(there: Large, limit: int) -> None:
    """Whether a node has room for all its relations, for some or for none."""
    target, units = f"service/{there.organisation.hub}", range(4)
    refs = sorted([target, *(f"objective/{there.organisation.end(unit, 12)['id']}" for unit in units)])
    async with there.database.read() as connection:
        number = await generations.active(connection)
        assert number is not None
        moment = Moment(connection, number, None, clock.now(), {})
        rows = await connection.execute(
            select(EDGE.c.target, EDGE.c.type, EDGE.c.source, EDGE.c.origin).where(
                EDGE.c.generation == number, EDGE.c.target.in_(refs), EDGE.c.live, EDGE.c.recorded_to == clock.FOREVER
            )
        )
        found = await edges.edges_from(moment, refs, "target", None, limit)
    ordered = sorted(tuple(row) for row in rows)
    assert [(row.target, row.type, row.source, row.origin) for row in found] == ordered[:limit]


async def added(there: Large) -> tuple[int, int]:
    """How many statements a new link to the hub takes, and how often a rule looks at somebody for it."""
    organisation = there.organisation
    source = {"kind": "service_offering", "id": organisation.id(-9, "offering")}
    await there.add("catalog", organisation.node(source["id"], "service_offering", "new-offering", "New"))
    judge = next(iter(there.writer._held.values())).judge
    before = judge.judged
    with there.statements() as statements:
        await there.add("catalog", organisation.link(organisation.id(-9, "link"), "depends_on", source, hub(there)))
    return len(statements), judge.judged - before


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_link_to_the_hub_takes_as_much_in_a_large_graph(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "EVERY", 60)  # seconds after which settings are looked for, with a statement more
    took = []
    for links in (SMALL, 3 * SMALL):
        async with chosen(backend, request, "alignment") as given, large(tmp_path / str(links), links, given) as found:
            took.append(await added(found))
    assert took[0] == took[1]
    assert 0 < took[0][1] < Organisation(SMALL).at_hub


class Lines:
    def __init__(self) -> None:
        self.told: list[str] = []

    def info(self, event: str, **_: Any) -> None:
        self.told.append(event)


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_build_tells_how_far_it_is(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = Lines()
    monkeypatch.setattr(rebuild, "log", lines)
    monkeypatch.setattr(rebuild, "_TELL_SECONDS", 0)
    monkeypatch.setattr(generations, "_SWEPT_AT_ONCE", 100)
    async with chosen(backend, request, "alignment") as given, large(tmp_path, SMALL, given) as found:
        again = Rebuild(found.database, found.bus, found.organisation)
        number, told = await again.begin(), list[dict[str, Any]]()
        task = asyncio.create_task(again.run(number))
        while not task.done():
            if far := (await found.get("status"))["building"]:
                told.append(far)
            await asyncio.sleep(0.005)
        await task
        assert (await found.get("status"))["building"] is None
        await only(found, number)
    phases = {str(far["phase"]).partition(" ")[0] for far in told}
    assert {"replaying", "counting"} <= phases
    assert told[-1]["services"] == {s: {"position": h, "head": h} for s, h in found.organisation.heads.items()}
    assert {"view building", "view rebuilt"} <= set(lines.told)


async def only(there: Large, number: int) -> None:
    """Nothing is left of other generations."""
    async with there.database.read() as connection:
        for table in (RECORD, EDGE, FINDING, TALLY):
            query = select(table.c.generation, func.count()).group_by(table.c.generation)
            assert [row[0] for row in await connection.execute(query)] == [number]
