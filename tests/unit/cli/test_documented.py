"""Commands that pages tell people to run are commands, and have the options that are written there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli.main import COMMANDS, load

ROOT = Path(__file__).parents[3]
OF_ANOTHER_TIME = {"CHANGELOG.md", "CONTRIBUTING.md"}
"""They tell of commands that were, or that a recipe adds."""
PAGES = [
    page.relative_to(ROOT)
    for pattern in ("*.md", "deploy/**/*.md", "docs/**/*.md", "examples/**/*.md", "services/**/*.md")
    for page in sorted(ROOT.glob(pattern))
    if page.name not in OF_ANOTHER_TIME
]
# in a paragraph, which may break within it, or as a line of a block
_COMMAND = re.compile(
    r"`(?:\$ )?plumbline ([a-z][^`]*)`|^(?:\$ |[A-Z_]+=\S* |\s*- run: )?plumbline ([a-z](?:[^\\\n]|\\\n)*)",
    re.MULTILINE,
)
_OPTION = re.compile(r"(?<=\s)--[a-z][a-z-]*")


def told(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command with its options; what it is piped into is another one."""
    for match in _COMMAND.finditer(text):
        said = re.split(r"[|;#&]", match[1] or match[2])[0]
        yield said.split()[0], _OPTION.findall(said)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_what_a_page_tells_to_run_is_there(page: Path) -> None:
    wrong = []
    for name, options in told((ROOT / page).read_text(encoding="utf-8")):
        if name not in COMMANDS:
            wrong.append(f"plumbline {name}")
            continue
        there = {option for each in load(name).params for option in (*each.opts, *each.secondary_opts)} | {"--help"}
        wrong += [f"plumbline {name} {option}" for option in options if option not in there]
    assert not wrong


def test_commands_are_found_wherever_they_are_written() -> None:
    text = "Run `plumbline trace\nservice/x --up` or:\n\n$ plumbline why x \\\n    --as-of y | plumbline get --z\n"
    assert [*told(text)] == [("trace", ["--up"]), ("why", ["--as-of"])]
