"""``python -m bench``: measures the platform beside floors, embedded and deployed, and beside peers; prints a table of
each, and in the end how the goals were met."""

import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator

from bench import curve, deployed, embedded, engine, peers, scores, table
from bench.peers import PEERS, Missing, Run
from bench.table import Row

_USUAL = ("engine", "embedded", "deployed", "peers")
_SIZES = {"peers": [1000, 10_000], "curve": [1000, 10_000, 100_000, 1_000_000]}
_DATABASES = ["sqlite", "postgres"]


def main() -> None:
    options = _options()
    found = [row for world in ([options.only] if options.only else _USUAL) for row in _MEASURES[world](options)]
    _print("The goals of speed", scores.lines(found))


def _embedded(options: Namespace) -> Iterator[Row]:
    found = table.rows([embedded.measure(options.seconds, options.rate) for _ in range(options.rounds)])
    _print("Embedded: one process on SQLite", table.lines(found))
    yield from found


def _engine(options: Namespace) -> Iterator[Row]:
    rounds = [engine.measure(options.links, options.database) for _ in range(options.rounds)]
    found = table.rows(rounds, scores.goal)
    _print("The engine of alignment by itself", table.lines(found))
    yield from found


def _deployed(options: Namespace) -> Iterator[Row]:
    try:
        rounds = deployed.measure(options.rounds, options.seconds, options.links)
    except Missing as reason:
        print(f"\nDeployed: not measured: {reason}", flush=True)
        return
    found = table.rows(rounds, scores.goal)
    _print("Deployed: four processes on PostgreSQL and Kafka", table.lines(found))
    yield from found


def _peers(options: Namespace) -> Iterator[Row]:
    sizes = options.sizes or _SIZES["peers"]
    run = Run(options.rounds, options.seconds, sizes, options.database, options.links, options.entities)
    for peer in options.peers:
        try:
            title, rounds = peers.measure(peer, run)
        except (Missing, RuntimeError, TimeoutError) as reason:  # one that does not start leaves the others their turn
            print(f"\n{peer}: not measured: {reason or 'it took too long'}", flush=True)
            continue
        found = table.rows(rounds, scores.goal)
        _print(title, table.lines(found, "peer"))
        yield from found


def _curve(options: Namespace) -> Iterator[Row]:
    for database in options.database:
        found = curve.measure(options.sizes or _SIZES["curve"], database)
        _print(f"The view on {database}, by links", curve.lines(found))
        yield from curve.rows(found)


_MEASURES: dict[str, Callable[[Namespace], Iterator[Row]]] = {
    "engine": _engine,
    "embedded": _embedded,
    "deployed": _deployed,
    "peers": _peers,
    "curve": _curve,
}


def _options() -> Namespace:
    parser = ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=_MEASURES, help="measure one; the curve only if asked")
    parser.add_argument("--seconds", type=float, default=10, help="length of each measurement under load")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many rounds is printed")
    parser.add_argument("--rate", type=int, default=50, help="embedded: writes per second of the latency measurement")
    parser.add_argument("--links", type=int, default=20_000, help="links to carry and to build from")
    parser.add_argument("--peers", type=_peer_names, default=[*PEERS], help=f"which of {', '.join(PEERS)}, by comma")
    parser.add_argument("--entities", type=int, default=1000, help="peers: how many go into the view and a catalog")
    parser.add_argument("--sizes", type=_sizes, help="curve and peers: links of a graph, by comma")
    parser.add_argument(
        "--database", type=_words, default=_DATABASES, help="of a graph: sqlite, postgres or both, by comma"
    )
    return parser.parse_args()


def _sizes(text: str) -> list[int]:
    return [int(size) for size in text.split(",")]


def _peer_names(text: str) -> list[str]:
    names = _words(text)
    if unknown := {*names} - {*PEERS}:
        raise ArgumentTypeError(f"there is no {', '.join(sorted(unknown))} among {', '.join(PEERS)}")
    return names


def _words(text: str) -> list[str]:
    return text.split(",")


def _print(title: str, lines: Iterator[str]) -> None:
    """The load average says how far the figures themselves can be trusted; ratios suffer less."""
    print(f"\n{title}; load average {os.getloadavg()[0]:.1f}\n")
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    main()
