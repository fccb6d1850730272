"""Graphs in memory: the same three hops by a trace, by Python dicts and by networkx.

The view lies in its database and is not mirrored in memory, so the goal of a mirror, twice what dicts take, does not
apply; what a mirror could give is what this table shows. A trace answers with whole nodes and relations, over HTTP.
"""

import json
import subprocess
import sys
from collections.abc import Iterator

import networkx  # noqa: F401  so that its absence is told before anything is measured

from bench import curve
from bench.asking import TRACES
from bench.curve import Figures
from bench.peers.run import Run
from bench.table import Pair, Round

TITLE = "In memory: three hops of a trace beside Python dicts and networkx"
Sized = dict[int, Figures]
_GRAPHS = ("dicts", "networkx")


def measure(run: Run) -> list[Round]:
    return [dict(_round(run)) for _ in range(run.rounds)]


def _round(run: Run) -> Iterator[tuple[str, Pair]]:
    graphs = {name: {size: _run(name, size) for size in run.sizes} for name in _GRAPHS}
    for database in run.databases:
        ours = curve.measure(run.sizes, database)
        for trace in (read.name for read in TRACES):
            yield from _in_database(trace, database, ours)
            for name, theirs in graphs.items():
                yield from _beside(trace, f"on {database} ({name})", ours, theirs)
        for name, theirs in graphs.items():
            yield from _weight(f"on {database} ({name})", ours, theirs)


def _in_database(trace: str, database: str, ours: Sized) -> Iterator[tuple[str, Pair]]:
    for size, figures in ours.items():
        cell = figures[f"{trace}, in the database"]
        yield f"{trace}, in the database, p50 ms at {size:,} on {database} (statement)", (cell["ours"], cell["floor"])


def _beside(trace: str, whom: str, ours: Sized, theirs: Sized) -> Iterator[tuple[str, Pair]]:
    for size in ours:
        yield f"{trace}, p50 ms at {size:,} {whom}", (ours[size][trace]["ours"], theirs[size][trace]["ours"])
    if len(ours) > 1:
        pair = (curve.per_node(trace, ours), curve.per_node(trace, theirs))
        yield f"{trace}: growth per node, {min(ours):,} to {max(ours):,} {whom}", pair


def _weight(whom: str, ours: Sized, theirs: Sized) -> Iterator[tuple[str, Pair]]:
    """What it takes to build; the view is on a disk, and its process needs little."""
    size = max(ours)
    for what, mine, other in (("build s", "rebuild s", "build s"), ("build MiB", "rebuild MiB", "MiB")):
        yield f"{what} at {size:,} {whom}", (ours[size][mine]["ours"], theirs[size][other]["ours"])


def _run(name: str, size: int) -> Figures:
    command = [sys.executable, "-m", "bench.peers.graphs", name, str(size)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    figures: Figures = json.loads(done.stdout)
    return figures
