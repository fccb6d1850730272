"""A series drawn as a line over time: from 0 to 100, with a gap where there is no figure. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.contracts.views.score import TrendPoint

WIDTH, HEIGHT, _MARGIN = 600.0, 90.0, 5.0


@dataclass(frozen=True)
class Spark:
    """``lines`` are the points of polylines, ``marks`` where baselines are and what they are called."""

    lines: Sequence[str]
    marks: Sequence[tuple[float, str]]
    width: float = WIDTH
    height: float = HEIGHT


def spark(points: Sequence[TrendPoint]) -> Spark | None:
    """Of the index of a trend; None where it has fewer than two figures."""
    times = [each.at.timestamp() for each in points]
    if sum(each.index is not None for each in points) < 2:
        return None
    start, span = times[0], times[-1] - times[0]
    across = [round(_MARGIN + (time - start) / span * (WIDTH - 2 * _MARGIN), 1) for time in times]
    lines: list[list[str]] = [[]]
    for x, each in zip(across, points, strict=True):
        if each.index is None:
            lines.append([])
        else:
            lines[-1].append(f"{x:g},{round(HEIGHT - _MARGIN - each.index / 100 * (HEIGHT - 2 * _MARGIN), 1):g}")
    marks = [(x, baseline.name) for x, each in zip(across, points, strict=True) for baseline in each.baselines]
    return Spark([" ".join(line) for line in lines if line], marks)
