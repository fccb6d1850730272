"""``python -m bench``: measures the platform beside floors, embedded and deployed, and prints a table of each."""

import argparse
import os
from collections.abc import Iterator

from bench import curve, deployed, embedded, table

_SIZES = [1000, 10_000, 100_000, 1_000_000]
_DATABASES = ["sqlite", "postgres"]


def main() -> None:
    options = _options()
    if options.only == "curve":
        for database in options.database:
            _print(f"The view on {database}, by links", curve.lines(curve.measure(options.sizes, database)))
        return
    if options.only != "deployed":
        rounds = [embedded.measure(options.seconds, options.rate) for _ in range(options.rounds)]
        _print("Embedded: one process on SQLite", table.lines(rounds, {}))
    if options.only != "embedded":
        try:
            rounds = deployed.measure(options.rounds, options.seconds, options.links)
        except deployed.Missing as reason:
            print(f"\nDeployed: not measured: {reason}")
            return
        _print("Deployed: four processes on PostgreSQL and Kafka", table.lines(rounds, deployed.GOALS))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--only", choices=("embedded", "deployed", "curve"), help="measure one; the curve only if asked"
    )
    parser.add_argument("--seconds", type=float, default=10, help="length of each measurement under load")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many rounds is printed")
    parser.add_argument("--rate", type=int, default=50, help="embedded: writes per second of the latency measurement")
    parser.add_argument("--links", type=int, default=20_000, help="deployed: links to relay, project and rebuild")
    parser.add_argument("--sizes", type=_sizes, default=_SIZES, help="curve: links, by comma")
    parser.add_argument("--database", type=_words, default=_DATABASES, help="curve: sqlite, postgres or both, by comma")
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return [int(size) for size in text.split(",")]


def _words(text: str) -> list[str]:
    return text.split(",")


def _print(title: str, lines: Iterator[str]) -> None:
    """The load average says how far the figures themselves can be trusted; ratios suffer less."""
    print(f"\n{title}; load average {os.getloadavg()[0]:.1f}\n")
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    main()
