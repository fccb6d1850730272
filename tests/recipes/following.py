"""Recipes of CONTRIBUTING.md, read and followed on a copy of the project.

A recipe is a section with blocks of ``diff`` and ``console``. A diff names files by ``---`` (there already) or ``+++``
(new), and each of its hunks by the lines around it, which have to be there exactly once.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "CONTRIBUTING.md"
_BLOCK = re.compile(r"^```(diff|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CHECK = "make check"
_CHECKS = ("ruff format --check .", "ruff check .", "mypy", "lint-imports")
"""What that does, but for the manifests of Kubernetes, which no recipe touches."""


class DoesNotFit(Exception):
    """The lines around a change are not in the file, or are there more than once."""


@dataclass(frozen=True)
class Recipe:
    title: str
    blocks: tuple[tuple[str, str], ...]
    """Language and text of each block, in their order."""

    def files(self) -> list[str]:
        texts = (text for language, text in self.blocks if language == "diff")
        return [name for text in texts for name in re.findall(r"^(?:---|\+\+\+) (.+)$", text, re.MULTILINE)]


def recipes(page: str) -> list[Recipe]:
    sections = re.split(r"^## ", page, flags=re.MULTILINE)[1:]
    found = (Recipe(section.partition("\n")[0], tuple(_BLOCK.findall(section))) for section in sections)
    return [recipe for recipe in found if recipe.blocks]


def follow(recipe: Recipe, copy: Path) -> None:
    """All but the checks. Raises DoesNotFit, or RuntimeError with the output of a command that failed."""
    for language, text in recipe.blocks:
        if language == "diff":
            apply(text, copy)
        else:
            for line in _lines(text):
                if line != _CHECK:
                    _run(line, copy)


def check(all_: Sequence[Recipe], copy: Path) -> None:
    """Follow the recipes one after the other, and check once what each of them says is to be checked."""
    if (ROOT / ".mypy_cache").is_dir():  # what the type checker knows already saves a minute
        shutil.copytree(ROOT / ".mypy_cache", copy / ".mypy_cache")
    for recipe in all_:
        lines = [line for language, text in recipe.blocks if language == "console" for line in _lines(text)]
        assert _CHECK in lines, recipe.title
        for language, text in recipe.blocks:
            if language == "diff":
                apply(text, copy)
        for line in lines[: lines.index(_CHECK)]:
            _run(line, copy)
    _run(_CHECK, copy)


def _lines(text: str) -> list[str]:
    return re.findall(r"^\$ (.+)$", text, re.MULTILINE)


def apply(diff: str, root: Path) -> None:
    for mark, name, body in re.findall(r"^(---|\+\+\+) (.+)\n((?:(?!---|\+\+\+ ).*\n?)*)", diff, re.MULTILINE):
        path = root / name
        if mark == "+++":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("".join(f"{line[1:]}\n" for line in body.splitlines()))
            continue
        for hunk in filter(None, body.split("@@\n")):
            path.write_text(_changed(path.read_text(), hunk, name))


def _changed(text: str, hunk: str, name: str) -> str:
    lines = hunk.splitlines()
    before, after = ("".join(f"{line[1:]}\n" for line in lines if not line.startswith(left)) for left in "+-")
    if text.count(before) != 1:
        raise DoesNotFit(f"{name} has these lines {text.count(before)} times:\n{before}")
    return text.replace(before, after)


def copy_project(to: Path) -> None:
    """What belongs to the project, as it stands here."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file() or (ROOT / name).is_symlink():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name, follow_symlinks=False)


def _run(line: str, copy: Path) -> None:
    words = shlex.split(line)
    start = next(place for place, word in enumerate(words) if "=" not in word)
    given = dict(word.split("=", 1) for word in words[:start])
    environment = {**os.environ, **given, "PYTHONPATH": str(copy)}
    for command in _commands(*words[start:]):
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{line}\n{done.stdout[-6000:]}{done.stderr[-3000:]}")


def _commands(program: str, *arguments: str) -> Iterator[list[str]]:
    """Without make, which would install everything anew for the copy."""
    binaries = Path(sys.executable).parent
    if program != "make":
        yield [sys.executable if program == "python" else str(binaries / program), *arguments]
    elif arguments == ("check",):
        yield from ([str(binaries / name), *rest] for name, *rest in map(str.split, _CHECKS))
    else:
        test, selected = arguments
        assert test == "test", arguments
        chosen = shlex.split(selected.removeprefix("ARGS="))
        one = ["-m", "not postgres"]  # what holds on one database is told of both elsewhere
        yield [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *one, *chosen]
