"""The engine of alignment by itself, with the first rules, with the catalogue, and with as many as it is to carry."""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.curve import new
from bench.engine import hostile, hubs, memory, stored
from bench.engine.rules import catalogues
from bench.organisation import Organisation
from bench.table import Round

_SMALL_HUB = 50
ONE_BY_ONE = 500
"""Events that are written each by itself."""


def measure(links: int, databases: Sequence[str], single: int = ONE_BY_ONE, at_hub: int = hostile.AT_HUB) -> Round:
    """One round: in memory, then into a new database each, ``single`` events one by one; and a hostile graph."""
    found: dict[str, tuple[float, float | None]] = {}
    told = memory.batches(Organisation(links))
    least = memory.floor(told)
    for name, rules in catalogues().items():
        figures = memory.measure(rules, told)
        found[f"CPU us/event, fold and judge, {name}"] = figures["project"] + figures["judge"], least
        found |= {f"{what} an event, {name}": (figures[what], None) for what in ("looks", "findings")}
        near, far = (hubs.measure(rules, size) for size in (_SMALL_HUB, at_hub))
        found[f"us a change two steps from a hub of {at_hub}, of {_SMALL_HUB}, {name}"] = far, near
    for database in databases:
        found |= dict(_stored(database, told, single))
        found |= dict(_hostile(database, at_hub))
    return found


def _stored(database: str, told: memory.Batches, single: int) -> Iterator[tuple[str, tuple[float, float | None]]]:
    for number, (name, rules) in enumerate(catalogues().items()):
        with tempfile.TemporaryDirectory() as folder, new(database, Path(folder)) as url:
            ours, floor = asyncio.run(stored.measure(url, Path(folder), rules, told, single))
            yield f"projected events/s, {database}, {name}", (ours.batches, floor.batches)
            yield f"projected one by one/s, {database}, {name}", (ours.one_by_one, floor.one_by_one)
            yield f"CPU us/event, projected, {database}, {name}", (ours.cpu, floor.cpu)
            if number == 0:
                loaded = _loaded(url)
                yield f"graph: load s per 100,000 links, {database}", (loaded["seconds"], None)
                yield f"graph: KiB a link, {database}", (loaded["kib"], None)


def _hostile(database: str, at_hub: int) -> Iterator[tuple[str, tuple[float, float | None]]]:
    graph = f"ladder of {hostile.LEVELS}, hub of {at_hub}, {database}"
    with tempfile.TemporaryDirectory() as folder, new(database, Path(folder)) as url:
        figures = hostile.measure(url, Path(folder), at_hub=at_hub)
    yield f"worst answer ms, {graph}", (figures.answer, None)
    yield f"hub falls ms, {graph}", (figures.fall, None)
    yield f"hub rises late ms, {graph}", (figures.late_fall, None)
    yield f"loop held ms, built, {graph}", (figures.building, None)
    yield f"loop held ms, hub falls, {graph}", (figures.falling, None)
    yield f"loop held ms, hub rises late, {graph}", (figures.late_falling, None)


def _loaded(url: str) -> dict[str, float]:
    """In a process of its own, so that its memory can be told."""
    done = subprocess.run([sys.executable, "-m", "bench.engine.load", url], check=True, stdout=subprocess.PIPE)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures
