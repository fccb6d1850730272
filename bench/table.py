"""Figures of several rounds, each beside its floor and, where there is one, its goal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Pair = tuple[float, float | None]
Round = Mapping[str, Pair]
"""One round: by measure, what the platform took and what the floor took; None where there is no floor."""


@dataclass(frozen=True)
class Goal:
    """A sentence for people, and whether (platform, ratio) meets it."""

    text: str
    met: Callable[[float, float], bool]


def at_most(ratio: float) -> Goal:
    return Goal(f"<= {ratio:g}x", lambda _, measured: measured <= ratio)


def at_least(share: float) -> Goal:
    return Goal(f">= {share:g}x", lambda _, measured: measured >= share)


def below(value: float) -> Goal:
    return Goal(f"< {value:g}", lambda ours, _: ours < value)


def lines(rounds: Sequence[Round], goals: Mapping[str, Goal]) -> Iterator[str]:
    """A Markdown table. The ratio is the median of the rounds' ratios: each was measured within one round."""
    yield "| measure | plumbline | floor | ratio | goal | met |"
    yield "|---|---|---|---|---|---|"
    for name in rounds[0]:
        yield _line(name, [figures[name] for figures in rounds], goals.get(name))


def _line(name: str, pairs: Sequence[Pair], goal: Goal | None) -> str:
    ours = median(mine for mine, _ in pairs)
    floors = [floor for _, floor in pairs if floor is not None]
    ratios = [mine / floor for mine, floor in pairs if floor]
    ratio = median(ratios) if ratios else 0.0
    cells = [name, figure(ours), figure(median(floors)) if floors else "", _spread(ratios)]
    met = ("yes" if goal.met(ours, ratio) else "no") if goal else ""
    return f"| {' | '.join([*cells, goal.text if goal else '', met])} |"


def figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _spread(ratios: Sequence[float]) -> str:
    if not ratios:
        return ""
    if len(ratios) == 1:
        return f"{ratios[0]:.2f}"
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
