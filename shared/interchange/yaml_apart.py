"""Documents of a file in which some are not YAML: each is read by itself, so that what is wrong with all is told."""

import re
from collections.abc import Iterator
from itertools import pairwise

from shared.interchange.yaml_documents import MAX_BYTES, NotYaml, Parsed, parsed

_BEGINS = re.compile(rb"^(?:%[^\n]*\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*)*---(?=\s|\Z)", re.MULTILINE)
"""The line that parts two documents: at its margin it is nothing else, wherever it stands. Directives go before it."""
_NAMED = re.compile(rb"^(kind|key):[ \t]*[\"']?([A-Za-z0-9._-]+)", re.MULTILINE)


def parsed_apart(text: bytes) -> list[Parsed]:
    """Each document that is not empty, with what is wrong in it: also of one that cannot be read, where others can.

    Raises NotYaml where it is the file that cannot be read.
    """
    try:
        return [*parsed(text)]
    except NotYaml as error:
        if len(text) > MAX_BYTES or not error.line:
            raise
    return [each for line, part in _parts(text) for each in _read(line, part)]


def _parts(text: bytes) -> Iterator[tuple[int, bytes]]:
    """Each with how many lines are before it."""
    begins = [0, *(match.start() for match in _BEGINS.finditer(text) if match.start()), len(text)]
    line = 0
    for start, end in pairwise(begins):
        yield line, text[start:end]
        line += text.count(b"\n", start, end)


def _read(line: int, part: bytes) -> Iterator[Parsed]:
    try:
        for each in [*parsed(part)]:
            each.lines = {pointer: line + number for pointer, number in each.lines.items()}
            yield each
    except NotYaml as error:
        where = f"column {error.column}: " if error.column else ""
        said = {name.decode(): value.decode() for name, value in _NAMED.findall(part)}
        named = f"{said['kind']}/{said['key']}" if len(said) > 1 else ""
        yield Parsed(None, {"": line + max(error.line, 1)}, [("", f"{where}{error.problem}")], named)
