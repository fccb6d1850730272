"""``python -m bench.soak --seconds 180``: exit 1 if an honest request fails, or memory grows after it has warmed up.

Two processes of the embedded platform are served, each with all four services: one is attacked while it is used, the
other is only used, to compare with.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import httpx

from bench.process import Process, running
from bench.soak.honest import Honest
from bench.soak.hostile import PAUSE, Attacker
from bench.soak.memory import LEAST, WARM_UP, Sample, slope
from shared.config import ISSUER_KEY, KEYS
from shared.http import auth
from tests.backends.server import free_port

_EVERY_SECONDS = 5.0
_CLIENTS = 4


@contextmanager
def served(folder: Path, name: str) -> Iterator[tuple[Process, int, str]]:
    """A platform of its own, its port and a token."""
    home, port = folder / name, free_port()
    arguments = ["-m", "services", "up", "--home", str(home), "--port", str(port), "--no-sample"]
    with running(arguments, port, "/alignment/readyz", folder / f"{name}.log") as process:
        yield process, port, auth.mint(home / KEYS / ISSUER_KEY, "soak", hours=24)


async def watched(processes: dict[str, Process], seconds: float, samples: dict[str, list[Sample]]) -> None:
    began = perf_counter()
    while (elapsed := perf_counter() - began) < seconds:
        for name, process in processes.items():
            samples[name].append(Sample(elapsed, process.resident()))
        told = "  ".join(f"{name} {samples[name][-1].mib:7.1f} MiB" for name in processes)
        print(f"{elapsed:6.0f} s  {told}", flush=True)
        await asyncio.sleep(_EVERY_SECONDS)


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


async def soak(folder: Path, seconds: float, most_slope: float, pause: float) -> bool:
    """Whether everything held."""
    with served(folder, "attacked") as attacked, served(folder, "used") as used:
        processes = {"attacked": attacked[0], "used": used[0]}
        samples: dict[str, list[Sample]] = {name: [] for name in processes}
        honest: dict[str, Honest] = {}
        attacker = Attacker(attacked[1], attacked[2], pause)
        async with asyncio.TaskGroup() as group:
            for name, (_, port, token) in (("attacked", attacked), ("used", used)):
                limits = httpx.Limits(max_connections=_CLIENTS)
                headers = {"Authorization": f"Bearer {token}"}
                http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, limits=limits)
                honest[name] = Honest(http)
                group.create_task(honest[name].run(seconds, _CLIENTS))
            group.create_task(attacker.run(seconds))
            group.create_task(watched(processes, seconds, samples))
        for each in honest.values():
            await each.http.aclose()
        return report(samples, honest, attacker, most_slope)


def report(samples: dict[str, list[Sample]], honest: dict[str, Honest], attacker: Attacker, most_slope: float) -> bool:
    print("\nWhat came back from attacks, by status (0: hung up on)")
    for (name, status), number in sorted(attacker.answers.items()):
        print(f"  {name:20} {status:4} {number:8}")
    print("\nHonest requests")
    for name, each in honest.items():
        p50, p99 = (1000 * quantile(each.seconds, share) for share in (0.5, 0.99))
        told = f"{len(each.seconds)} answered, p50 {p50:.1f} ms, p99 {p99:.1f} ms, {each.again} asked again"
        print(f"  {name:10} {told}, {len(each.failures)} failed")
        for failure in each.failures[:5]:
            print(f"    {failure}")
    print("\nResident memory")
    for name, taken in samples.items():
        peak = max(each.mib for each in taken)
        told = f"{taken[0].mib:.1f} MiB at first, {peak:.1f} at most, {taken[-1].mib:.1f} at last"
        print(f"  {name:10} {told}, {_growth(slope(taken), most_slope)}")
    broken = [status for (_, status) in attacker.answers if status >= 500 and status != 503]
    grown = [name for name, taken in samples.items() if (slope(taken) or 0.0) > most_slope]
    failed = [name for name, each in honest.items() if each.failures or not each.seconds]
    for what, names in (("failed honest requests", failed), ("grows", grown), ("5xx", [str(each) for each in broken])):
        if names:
            print(f"\nBROKEN: {what}: {', '.join(names)}", file=sys.stderr)
    return not (broken or grown or failed)


def _growth(found: float | None, most: float) -> str:
    if found is None:
        return f"too short to tell whether it grows: it takes more than {WARM_UP + LEAST:.0f} s"
    return f"{found:+.2f} MiB a minute (bound {most})"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--slope", type=float, default=15.0, help="MiB a minute that a process may grow (caches fill)")
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds that each attack rests between its rounds")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return 0 if asyncio.run(soak(Path(folder), given.seconds, given.slope, given.pause)) else 1


if __name__ == "__main__":
    sys.exit(main())
