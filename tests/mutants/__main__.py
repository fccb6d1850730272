"""``make mutants``: plants one fault after another in a copy of the project and runs the tests that have to see it.

Ends with 1 if one was not seen. Names of mutants, or parts of them, choose some.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.table import MUTANTS, Mutant
from tests.recipes.following import copy_project

LONGEST = 300  # seconds in which a fault has to be seen; tests that hang have seen it


def main(wanted: list[str]) -> int:
    chosen = [each for each in MUTANTS if not wanted or any(name in each.name for name in wanted)]
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        copy_project(copy)
        for tests in dict.fromkeys(each.tests for each in chosen):
            if _fails(copy, tests):
                print(f"without any fault these fail: {tests}")
                return 1
        missed = [each.name for each in chosen if not _is_seen(copy, each)]
    print(f"{len(chosen) - len(missed)} of {len(chosen)} seen" + "".join(f"\n  not seen: {name}" for name in missed))
    return bool(missed)


def _is_seen(copy: Path, mutant: Mutant) -> bool:
    began = time.monotonic()
    with planted(copy, mutant):
        seen = _fails(copy, mutant.tests)
    print(f"{'seen    ' if seen else 'NOT SEEN'} {time.monotonic() - began:4.0f} s  {mutant.name}", flush=True)
    return seen


@contextmanager
def planted(root: Path, mutant: Mutant) -> Iterator[None]:
    """Raises ValueError if the place is not there, or there more than once."""
    path = root / mutant.file
    text = path.read_text()
    if text.count(mutant.old) != 1:
        raise ValueError(f"{mutant.file} does not have the place of {mutant.name!r} just once")
    path.write_text(text.replace(mutant.old, mutant.new))
    try:
        yield
    finally:
        path.write_text(text)


def _fails(copy: Path, tests: str) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", "-p", "no:cacheprovider", *tests.split()]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=copy, env=environment, timeout=LONGEST, capture_output=True)
    except subprocess.TimeoutExpired:
        return True
    if done.returncode > 1:
        raise SystemExit(f"pytest could not run {tests}:\n{done.stdout.decode()[-2000:]}{done.stderr.decode()[-2000:]}")
    return done.returncode == 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
