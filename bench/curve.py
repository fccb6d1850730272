"""What the view costs over the size of its graph: a row for each operation, a column for each size."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import scores
from bench.asking import TRACES
from bench.table import Row, at_most, figure, yes
from tests.backends.local_postgres import postgres

Figures = dict[str, dict[str, float]]

FLAT = at_most(2)
"""What has no goal of its own beside the floor is to cost the same at every size."""
_NOT_TIMES = {"rebuild s", "rebuild links/s", "rebuild MiB"}


def measure(sizes: Sequence[int], database: str) -> dict[int, Figures]:
    """Each size in a process and a database of its own."""
    found = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, new(database, Path(folder)) as url:
            found[size] = _run(size, url, folder)
            print(f"{database}: {size} links done", file=sys.stderr, flush=True)
    return found


@contextmanager
def new(name: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database: a file in a folder, or on a PostgreSQL server of its own."""
    if name == "sqlite":
        yield f"sqlite+aiosqlite:///{folder}/alignment.sqlite"
        return
    with postgres(durable=True) as template:
        yield template.format(database="postgres")


def _run(size: int, url: str, folder: str) -> Figures:
    command = [sys.executable, "-m", "bench.sized", str(size), url, folder]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    figures: Figures = json.loads(done.stdout)
    return figures


def lines(found: dict[int, Figures]) -> Iterator[str]:
    """A Markdown table of medians in ms. The growth is that of the quickest tenth, from the smallest to the largest."""
    sizes = sorted(found)
    yield f"| measure | {' | '.join(f'{size:,}' for size in sizes)} | growth | per item | floor | ratio | goal | met |"
    yield "|---|" + "---|" * (len(sizes) + 6)
    for name in found[sizes[0]]:
        yield _line(name, [found[size][name] for size in sizes])


def _line(name: str, cells: Sequence[dict[str, float]]) -> str:
    first, last = cells[0], cells[-1]
    growth, per_item = _growths(name, first, last)
    floor = last.get("floor")
    ratio = last["ours"] / floor if floor else None
    shown = [*(_cell(cell) for cell in cells), *map(_figure, (growth, per_item, floor, ratio)), *_met(name, cells)]
    return f"| {name} | {' | '.join(shown)} |"


def rows(found: dict[int, Figures]) -> list[Row]:
    """What has a goal: beside the floor at the largest size, or per node over the sizes."""
    cells = found[max(found)]
    pairs = [(name, (cell["ours"], cell.get("floor"))) for name, cell in cells.items()]
    if len(found) > 1:
        span = f"growth per node, {min(found):,} to {max(found):,}"
        pairs += [(f"{read.name}: {span}", (per_node(read.name, found), None)) for read in TRACES]
    return [row for row in (Row(name, [pair], scores.goal(name)) for name, pair in pairs) if row.goal]


def per_node(name: str, found: dict[int, Figures]) -> float:
    """How much dearer each thing that comes back is at the largest size than at the smallest."""
    small, large = (found[size][name] for size in (min(found), max(found)))
    return (large["ours"] / large["size"]) / (small["ours"] / small["size"])


def _met(name: str, cells: Sequence[dict[str, float]]) -> tuple[str, str]:
    last = cells[-1]
    if goal := scores.goal(name):
        return goal.text, yes(goal.met(last["ours"] / last["floor"]))
    growths = [growth for growth in _growths(name, cells[0], last) if growth is not None]
    return (FLAT.text, yes(FLAT.met(min(growths)))) if growths else ("", "")


def _growths(name: str, first: dict[str, float], last: dict[str, float]) -> tuple[float | None, float | None]:
    """Of the whole, and of each thing that came back: where more comes back it may take longer."""
    if name in _NOT_TIMES:
        return None, None
    growth = last["quick"] / first["quick"]
    return growth, growth * first["size"] / last["size"] if last.get("size") and first.get("size") else None


def _cell(cell: dict[str, float]) -> str:
    more = [f"{name} {figure(cell[name])}" for name in ("p99", "size", "hidden") if cell.get(name)]
    shown = figure(cell["ours"])
    return f"{shown} ({', '.join(more)})" if more else shown


def _figure(value: Any) -> str:
    return "" if value is None else figure(value)
