"""A graph in memory, in a process of its own so that its memory can be told.

    python -m bench.peers.graphs dicts|networkx LINKS

Holds the links of the made-up organisation, and goes three hops from the same places from which a trace does. Prints
one JSON document.
"""

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from statistics import median
from typing import Protocol

import networkx as nx
import orjson

from bench.asking import TRACES, Read, some
from bench.organisation import Organisation
from bench.sized import REPEATS, peak, timed
from services.alignment.view.projection import ref_of
from shared.contracts import OWNERS

HOPS = 3


class Graph(Protocol):
    def reach(self, end: str, ref: str) -> int:
        """How many nodes three hops lead to, over links at whose ``end`` a node is."""
        ...


class Dicts:
    """Adjacency both ways."""

    def __init__(self, links: Iterator[tuple[str, str]]) -> None:
        self.far: dict[str, dict[str, list[str]]] = {"source": defaultdict(list), "target": defaultdict(list)}
        for source, target in links:
            self.far["source"][source].append(target)
            self.far["target"][target].append(source)

    def reach(self, end: str, ref: str) -> int:
        far, seen, frontier = self.far[end], {ref}, {ref}
        for _ in range(HOPS):
            frontier = {other for each in frontier for other in far.get(each, ())} - seen
            seen |= frontier
        return len(seen)


class Networkx:
    def __init__(self, links: Iterator[tuple[str, str]]) -> None:
        up: nx.DiGraph[str] = nx.DiGraph(links)
        self.far = {"source": up, "target": up.reverse(copy=False)}

    def reach(self, end: str, ref: str) -> int:
        if ref not in self.far[end]:
            return 1
        return len(nx.single_source_shortest_path_length(self.far[end], ref, cutoff=HOPS))


GRAPHS: dict[str, Callable[[Iterator[tuple[str, str]]], Graph]] = {"dicts": Dicts, "networkx": Networkx}


def links(organisation: Organisation) -> Iterator[tuple[str, str]]:
    for service in OWNERS:
        for event in organisation.events(service):
            state = event["data"]["state"]
            if state["kind"] == "link":
                yield ref_of(state["source"]), ref_of(state["target"])


async def main(name: str, size: int) -> dict[str, dict[str, float]]:
    organisation, before = Organisation(size), peak()
    told = [*links(organisation)]  # as with ours, the time of the owners is left out
    began = time.perf_counter()
    graph = GRAPHS[name](iter(told))
    built = {"ours": time.perf_counter() - began}
    found = {"build s": built, "MiB": {"ours": peak() - before}}
    for read in TRACES:
        found[read.name] = await _asked(graph, organisation, read)
    return found


async def _asked(graph: Graph, organisation: Organisation, read: Read) -> dict[str, float]:
    places = some(organisation, read.kind, REPEATS + 1)

    async def once(number: int) -> int:
        return graph.reach(read.floor, places[number].ref)

    took, sizes = await timed(REPEATS, once)
    return {**took, "size": median(sizes)}


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(asyncio.run(main(sys.argv[1], int(sys.argv[2])))) + b"\n")
