"""The benchmarks measure what is there: each of their parts on a very small organisation."""

from pathlib import Path

import pytest

from bench import curve, engine, sized
from bench.engine.rules import WHOLE, catalogues

LINKS = 400


async def test_one_size_of_the_curve(tmp_path: Path) -> None:
    found = await sized.main(LINKS, f"sqlite+aiosqlite:///{tmp_path}/alignment.sqlite", tmp_path)
    assert all(cell["ours"] > 0 for name, cell in found.items() if name != "rebuild MiB")
    assert [*curve.lines({LINKS: found})][2:]


@pytest.mark.postgres
def test_the_engine_by_itself() -> None:
    found = engine.measure(LINKS * 2, ["sqlite", "postgres"], single=5, at_hub=100)
    # Nothing held the loop where what was done took less than the clock of the watch can tell.
    assert [name for name, (ours, _) in found.items() if ours <= 0 and not name.startswith("loop held")] == []


def test_the_largest_catalogue_is_as_large_as_planned() -> None:
    names = [int(name.partition(" ")[0]) for name in catalogues()]
    assert (names[0], names[-1]) == (11, WHOLE)
    shown = [sum(rule.shown for rule in rules.rules) for rules in catalogues().values()]
    assert shown == names
