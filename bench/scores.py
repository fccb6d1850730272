"""The goals of the platform's speed, as data, and how a run met them.

A goal is reached by its measures: rows of any table, each with what it has to be beside its floor or its peer. Where a
name ends in ``*`` all rows that begin so count.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bench.table import Goal, Row, at_least, at_most, below, figure, no_more, yes


@dataclass(frozen=True)
class Score:
    number: int
    text: str
    measures: Mapping[str, Goal]


SCORES = (
    Score(
        1,
        "commit to view, beside the floor",
        {"commit to view p50 ms at *": at_most(1.5), "commit to view p99 ms at *": at_most(2)},
    ),
    Score(
        2,
        "commit to topic p99, beside the p50 of Debezium",
        {
            "commit to topic, p99 beside p50 ms (Debezium)": at_most(1 / 50),
            "commit to topic, p99 beside p50 ms (Debezium at 10 ms)": at_most(1),
        },
    ),
    Score(
        3,
        "relay, beside the floor and Debezium",
        {
            "relayed events/s": at_least(0.7),
            "burst events/s (Debezium)": at_least(2),
            "burst events/s (Debezium at 10 ms)": at_least(1.2),
        },
    ),
    Score(4, "projector, beside the floor", {"projected events/s": at_least(0.6)}),
    Score(5, "rebuild, beside COPY and upserts", {"rebuild s": at_most(1.5), "rebuild s (upserts)": at_most(1)}),
    Score(6, "processor time of a write, beside a bare one", {"CPU ms/write (bare write)": at_most(2)}),
    Score(7, "writes, beside the same written plainly with the ORM", {"writes/s (plain ORM)": at_least(1.5)}),
    Score(
        8,
        "three hops, per node, up to a million links",
        {"trace *: growth per node, * to 1,000,000*": no_more(2.5)},
    ),
    Score(9, "three hops in the database, beside one statement", {"trace *, in the database*": at_most(1.3)}),
    Score(
        10,
        "entities and links until all are visible, and a change, beside Backstage",
        {"visible entities/s (Backstage)": at_least(20), "change to visible p50 ms (Backstage)": at_most(1 / 50)},
    ),
    Score(11, "GET an entity with its relations, beside Backstage", {"GET an entity, p50 ms (Backstage)": below(1)}),
    Score(
        12,
        "consumer without a database, beside FastStream",
        {
            "consumed events/s (FastStream, batches)": at_least(2),
            "consumed events/s (FastStream, one by one)": at_least(6),
        },
    ),
    Score(13, "many lines at once, beside COPY", {"bulk lines/s (COPY)": at_least(0.5)}),
    Score(
        14,
        "start and memory of each service, beside a bare application and Backstage",
        {
            "start s, *": at_most(2),
            "resident MiB, *": at_most(2),
            "idle MiB, * (Backstage)": below(1),
        },
    ),
    Score(
        15,
        "processor time of an event with the whole catalogue, fold and judge",
        {"CPU us/event, fold and judge, 133 rules": no_more(100)},
    ),
    Score(
        16,
        "projector by itself, with the first rules and with the whole catalogue",
        {"projected events/s, *, 11 rules": at_least(0.25), "projected events/s, *, 133 rules": at_least(0.15)},
    ),
    Score(17, "one event at a time", {"projected one by one/s, *, 133 rules": at_least(0.8)}),
    Score(
        18,
        "the graph in memory",
        {"graph: load s per 100,000 links, *": no_more(3), "graph: KiB a link, *": no_more(1)},
    ),
    Score(19, "the worst answer of any view on a hostile graph, in ms", {"worst answer ms, *": no_more(1000)}),
    Score(20, "the loop is never held longer than that, in ms", {"loop held ms, *": no_more(50)}),
)


def goal(name: str) -> Goal | None:
    """What the measure of this name has to reach, if anything."""
    found = (goal for score in SCORES for pattern, goal in score.measures.items() if fnmatchcase(name, pattern))
    return next(found, None)


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """A Markdown table with a line for each goal, whatever of it was measured."""
    yield "| # | goal | measured | met |"
    yield "|---|---|---|---|"
    for score in SCORES:
        yield f"| {score.number} | {score.text} | {_measured(score, rows)} |"


def _measured(score: Score, rows: Sequence[Row]) -> str:
    """``yes`` is that all of its measures were taken and reached; one that was missed is enough for a ``no``."""
    found = {name: _of(name, rows) for name in score.measures}
    taken = {name: rows for name, rows in found.items() if rows}
    if not taken:
        return " | not measured"
    met = all(row.met for rows in taken.values() for row in rows)
    left = [name for name in found if name not in taken]
    verdict = f"so far; not measured: {', '.join(left)}" if met and left else yes(met)
    return f"{'; '.join(_told(name, score.measures[name], rows) for name, rows in taken.items())} | {verdict}"


def _of(name: str, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.goal and fnmatchcase(row.name, name)]


def _told(name: str, goal: Goal, rows: Sequence[Row]) -> str:
    """From the least to the most, where several rows are meant."""
    reached = sorted(row.reached for row in rows)
    span = dict.fromkeys(map(figure, (reached[0], reached[-1])))
    return f"{name} {' to '.join(span)}{'' if goal.absolute else 'x'} ({goal.text})"
