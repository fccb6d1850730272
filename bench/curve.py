"""What the view costs over the size of its graph: a row for each operation, a column for each size."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.table import Goal, at_most, figure
from tests.backends.local_postgres import postgres

Figures = dict[str, dict[str, float]]

FLAT = Goal("<= 2x", lambda _, ratio: ratio <= 2)
GOALS: dict[str, Goal] = {"rebuild s": at_most(1.5)}
"""Against the floor, at the largest size; every other row has the goal to cost the same at every size."""
_NOT_TIMES = {"rebuild s", "rebuild links/s", "rebuild MiB"}


def measure(sizes: Sequence[int], database: str) -> dict[int, Figures]:
    """Each size in a process and a database of its own."""
    found = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, _database(database, Path(folder)) as url:
            found[size] = _run(size, url, folder)
            print(f"{database}: {size} links done", file=sys.stderr, flush=True)
    return found


@contextmanager
def _database(name: str, folder: Path) -> Iterator[str]:
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


def _met(name: str, cells: Sequence[dict[str, float]]) -> tuple[str, str]:
    last = cells[-1]
    if name in GOALS:
        ratio = last["ours"] / last["floor"]
        return GOALS[name].text, _yes(met=GOALS[name].met(last["ours"], ratio))
    growths = [growth for growth in _growths(name, cells[0], last) if growth is not None]
    return (FLAT.text, _yes(met=FLAT.met(last["ours"], min(growths)))) if growths else ("", "")


def _growths(name: str, first: dict[str, float], last: dict[str, float]) -> tuple[float | None, float | None]:
    """Of the whole, and of each thing that came back: where more comes back it may take longer."""
    if name in _NOT_TIMES:
        return None, None
    growth = last["quick"] / first["quick"]
    return growth, growth * first["size"] / last["size"] if last.get("size") and first.get("size") else None


def _yes(*, met: bool) -> str:
    return "yes" if met else "no"


def _cell(cell: dict[str, float]) -> str:
    more = [f"{name} {figure(cell[name])}" for name in ("p99", "size", "hidden") if cell.get(name)]
    shown = figure(cell["ours"])
    return f"{shown} ({', '.join(more)})" if more else shown


def _figure(value: Any) -> str:
    return "" if value is None else figure(value)
