"""Figures of several rounds, each beside its floor and, where there is one, its goal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from statistics import median

Pair = tuple[float, float | None]
Round = Mapping[str, Pair]
"""One round: by measure, what the platform took and what the floor took; None where there is no floor."""


@dataclass(frozen=True)
class Goal:
    """A sentence for people, and whether a ratio meets it; or the figure of the platform itself, if ``absolute``."""

    text: str
    met: Callable[[float], bool]
    absolute: bool = False


def at_most(ratio: float) -> Goal:
    return Goal(f"<= {ratio:.3g}x", lambda measured: measured <= ratio)


def at_least(share: float) -> Goal:
    return Goal(f">= {share:g}x", lambda measured: measured >= share)


def below(ratio: float) -> Goal:
    return Goal(f"< {ratio:g}x", lambda measured: measured < ratio)


def no_more(value: float) -> Goal:
    return Goal(f"<= {value:g}", lambda measured: measured <= value, absolute=True)


@dataclass(frozen=True)
class Row:
    """A measure over all rounds. The ratio is the median of the rounds' ratios: each was measured within one round."""

    name: str
    pairs: Sequence[Pair]
    goal: Goal | None = None

    @property
    def ours(self) -> float:
        return median(mine for mine, _ in self.pairs)

    @property
    def beside(self) -> float | None:
        others = [other for _, other in self.pairs if other is not None]
        return median(others) if others else None

    @property
    def ratios(self) -> list[float]:
        return [mine / other for mine, other in self.pairs if other]

    @property
    def reached(self) -> float:
        """What its goal is about."""
        if self.goal and self.goal.absolute:
            return self.ours
        return median(self.ratios) if self.ratios else nan

    @property
    def met(self) -> bool | None:
        """None where there is no goal."""
        return self.goal.met(self.reached) if self.goal else None


def rows(rounds: Sequence[Round], goal: Callable[[str], Goal | None] = lambda _: None) -> list[Row]:
    """A row for each measure; ``goal`` gives that of a measure, if it has one."""
    return [Row(name, [figures[name] for figures in rounds], goal(name)) for name in rounds[0]]


def lines(found: Sequence[Row], beside: str = "floor") -> Iterator[str]:
    """A Markdown table; ``beside`` is what the other column has."""
    yield f"| measure | plumbline | {beside} | ratio | goal | met |"
    yield "|---|---|---|---|---|---|"
    for row in found:
        other = "" if row.beside is None else figure(row.beside)
        cells = [
            row.name,
            figure(row.ours),
            other,
            _spread(row.ratios),
            row.goal.text if row.goal else "",
            yes(row.met),
        ]
        yield f"| {' | '.join(cells)} |"


def yes(met: bool | None) -> str:
    return "" if met is None else "yes" if met else "no"


def figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _spread(ratios: Sequence[float]) -> str:
    if not ratios:
        return ""
    if len(ratios) == 1:
        return f"{ratios[0]:.2f}"
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
