"""What is wrong with a bundle, and where it stands in its files."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

_MOST = 100


class Fault(str):
    """A line that names file, document and member; ``at`` is where that is, to put several in order."""

    at: tuple[str, int, int]


class BadBundle(Exception):
    """What is wrong, each fault a line, in the order in which they stand in the files."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.at if isinstance(fault, Fault) else ("", 0, 0))
        more = len(self.faults) - _MOST
        told = [*self.faults[:_MOST], *([f"and {more} more"] if more > 0 else [])]
        super().__init__("\n".join(told))


class Place(NamedTuple):
    """Where in the files something stands, for messages; ``lines`` by pointers."""

    file: str
    document: int
    key: str = ""
    lines: Mapping[str, int] = {}

    def fault(self, pointer: str, message: str) -> str:
        above = pointer
        while above and above not in self.lines:
            above = above.rpartition("/")[0]
        line = self.lines.get(above)
        where = self.file if line is None else f"{self.file}, line {line}"
        named = f" ({self.key})" if self.key else ""
        told = Fault(f"{where}, document {self.document}{named}, {pointer or '/'}: {message}")
        told.at = self.file, self.document, line or 0
        return told


def found_at(value: Any, where: Iterable[str | int]) -> Any:
    """What stands at a place; None where there is none."""
    for step in where:
        if isinstance(value, Mapping):
            value = value.get(step)
        else:
            value = value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None
    return value
