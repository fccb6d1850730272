"""What README and docs show of the command line is what it prints with the sample organisation.

``PLUMBLINE_WRITE_DOCS=1`` writes what it prints into the pages instead.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.system import processes

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "docs" / "views.md"]
READING = {"cascade", "coverage", "findings", "get", "impact", "load", "raci", "score", "trace", "why"}
_BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
Run = Callable[[str], str]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """What a command prints for a program, where lines are as long as they are."""
    with processes.embedded(tmp_path_factory.mktemp("docs") / "home") as (server, token):
        environment = {**os.environ, "PLUMBLINE_SERVER": server, "PLUMBLINE_TOKEN": token}
        apply = [sys.executable, "-m", "services", "apply", "-f", str(ROOT / "examples" / "organisation")]
        subprocess.run(apply, env=environment, check=True, capture_output=True)

        def printed(line: str) -> str:
            command = [sys.executable, "-m", "services", *line.split()]
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            return "".join(f"{each.rstrip()}\n" for each in (done.stdout + done.stderr).splitlines())

        yield printed


def _written_anew(block: str, run: Run) -> str:
    """Its commands with what they print; a block that does more than read stays as it is."""
    commands = re.findall(r"^\$ plumbline (.*)$", block, re.MULTILINE)
    if not commands or any(command.split()[0] not in READING for command in commands) or "$ make" in block:
        return block
    return "\n".join(f"$ plumbline {command}\n{run(command)}" for command in commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_is_what_is_printed(page: Path, run: Run) -> None:
    text = page.read_text()
    anew = _BLOCK.sub(lambda block: _written_anew(block[0], run), text)
    if os.environ.get("PLUMBLINE_WRITE_DOCS"):
        page.write_text(anew)
    assert anew == page.read_text()
