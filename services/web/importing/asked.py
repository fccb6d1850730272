"""What somebody says with files that they bring in, and what a reader says back at the fields of the form. Pure."""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from services.web.wrong import Errors
from shared.interchange.formats import File

_FIELDS = {
    "--source": ("source", "“Known as”"),
    "--kind": ("kind", "“What the rows are”"),
    "--columns": ("columns", "“Columns”"),
    "--into": ("into", "“What it goes into”"),
    "--language": ("language", "“Language”"),
    "--match name": ("match", "“Join what has the same name”"),
    "--prune": ("prune", "“Retire what left”"),
}
"""What the command line calls a field of the form, its name and its label."""
_FLAG = re.compile("|".join(_FIELDS))
_TEXTS = ("source", "kind", "columns", "into", "language", "reason")
_MARKS = ("prune", "match", "found")
_LONGEST_NAME, _LONGEST = 120, 2000


@dataclass(frozen=True)
class Asked:
    """``names`` are those of the files, with how many bytes each has in ``sizes``."""

    names: Sequence[str] = ()
    sizes: Sequence[int] = ()
    source: str = ""
    kind: str = ""
    columns: str = ""
    into: str = ""
    language: str = ""
    reason: str = ""
    prune: bool = False
    match: bool = False
    found: bool = False

    @classmethod
    def of(cls, get: Callable[[str], str], files: Mapping[str, bytes]) -> Self:
        """As a form says it."""
        said: dict[str, Any] = {name: get(name)[:_LONGEST] for name in _TEXTS}
        said |= {name: bool(get(name)) for name in _MARKS}
        return cls([*files], [len(content) for content in files.values()], **said)

    @property
    def data(self) -> dict[str, Any]:
        return asdict(self)

    def file(self, content: bytes) -> File:
        """The files, of which the content is one after the other."""
        files, start = [], 0
        for name, size in zip(self.names, self.sizes, strict=True):
            files.append(File(name, content[start : start + size]))
            start += size
        first, *others = files
        return replace(
            first,
            source=self.source or None,
            kind=self.kind or None,
            columns=dict(_pairs(self.columns)),
            into=self.into or None,
            language=self.language or None,
            beside=tuple(others),
        )


def wrongs(asked: Asked) -> Errors:
    """What cannot be meant, before anything is read."""
    if not asked.names:
        return [("files", "Choose a file.")]
    if not any(asked.sizes):
        return [("files", "There is nothing in it.")]
    if len(asked.names) > 1 and not asked.source:
        return [("source", "Several files are one source together: say what it is known as.")]
    wrong = [pair for pair in _split(asked.columns) if not all(part.strip() for part in pair.rpartition("="))]
    return [("columns", f"{wrong[0]}: write it as Their name=member.")] if wrong else []


def _split(columns: str) -> list[str]:
    lines = columns.splitlines()
    return [pair for row in csv.reader(lines, skipinitialspace=True) for pair in row if pair.strip()]


def _pairs(columns: str) -> list[tuple[str, str]]:
    """``their name=member``, with commas or ends of lines between; one in quotes may hold commas."""
    parts = (pair.rpartition("=") for pair in _split(columns))
    return [(name.strip(), member.strip()) for name, _, member in parts]


def worded(text: str) -> str:
    """What readers say, with the form's words for options of the command line."""
    return _FLAG.sub(lambda found: _FIELDS[found[0]][1], text)


def told(text: str) -> Errors:
    """The lines of a reader's refusal: the first at the field that it speaks of, else at the files."""
    first, *others = [line for line in text.splitlines() if line.strip()] or ["It cannot be read."]
    flag = _FLAG.search(first)
    return [(_FIELDS[flag[0]][0] if flag else "files", worded(first)), *((None, worded(line)) for line in others)]


def file_name(text: str) -> str:
    """A name as a browser sends it, without folders and signs that steer."""
    name = "".join(letter for letter in re.split(r"[/\\]", text)[-1] if letter.isprintable()).strip()
    return name[-_LONGEST_NAME:] or "file"
