"""``python -m bench``: measures the embedded platform beside a floor, and prints one table."""

import argparse
import asyncio
import tempfile
from pathlib import Path
from statistics import median

from bench import measures, servers

Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10, help="length of each measurement")
    parser.add_argument("--rate", type=int, default=50, help="writes per second of the latency measurement")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many rounds is printed")
    options = parser.parse_args()
    rounds = [_round(options.seconds, options.rate) for _ in range(options.rounds)]
    print("| measure | plumbline | floor | ratio |")
    print("|---|---|---|---|")
    for name in rounds[0]:
        ours, floor = (median(figures[name][side] for figures in rounds) for side in (0, 1))
        print(f"| {name} | {ours:.3g} | {floor:.3g} | {ours / floor:.2f} |")


def _round(seconds: int, rate: int) -> dict[str, tuple[float, float]]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with servers.platform(home / "platform", 21801) as target:
            ours = _served(target, seconds, rate)
        with servers.floor(home / "floor", 21802) as target:
            floor = _served(target, seconds, rate)
        rates = asyncio.run(measures.projection(home, 4100, 500))
    table = {name: (ours[name], floor[name]) for name in ours}
    return table | {"projected events/s (bare inserts)": (rates["events/s"], rates["bare inserts/s"])}


def _served(target: servers.Target, seconds: int, rate: int) -> Figures:
    seen = asyncio.run(measures.latency(target, rate, seconds))
    figures = {f"commit to view {name} at {rate}/s": value for name, value in seen.items()}
    return figures | asyncio.run(measures.writes(target, seconds)) | {"resident MiB": target.resident()}


if __name__ == "__main__":
    main()
