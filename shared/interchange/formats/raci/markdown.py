"""Tables in Markdown, with the title above them and a legend of what stands over the columns."""

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from shared.interchange.formats.format import File, Unreadable
from shared.interchange.formats.raci.grid import MAX_ROLES
from shared.interchange.formats.tables.csv_file import decoded
from shared.interchange.formats.tables.sheet import MAX_ROWS, Line, Sheet, from_lines, too_large

_RULE = re.compile(r":?-+:?")
_TITLE = re.compile(r"#{1,6}\s+(.+?)\s*#*\s*")
_LEGEND = re.compile(r"\s*[*+-]\s+(?:\*\*|__)([^*_]{1,100}?):?(?:\*\*|__):?\s+(.{1,200})")


def tables(content: bytes) -> list[list[Line]]:
    """The rows of each table, the line of dashes left out; empty for what is no text."""
    try:
        lines = decoded(content).splitlines()
    except ValueError:
        return []
    found: list[list[Line]] = []
    before = False
    for number, line in enumerate(lines, 1):
        inside = line.strip().startswith("|")
        if inside and not before:
            found.append([])
        if inside:
            cells = [*_cells(line)]
            if not all(_RULE.fullmatch(cell) for cell in cells if cell) or not any(cells):
                found[-1].append(Line(number, list(cells)))
        before = inside
    return found


def _cells(line: str) -> Iterator[str]:
    plain = line.strip().removeprefix("|")
    plain = plain[:-1] if plain.endswith("|") and not plain.endswith("\\|") else plain
    for cell in re.split(r"(?<!\\)\|", plain):
        yield cell.strip().replace("\\|", "|")


def read(file: File) -> tuple[list[Sheet], dict[str, str]]:
    """Each table as a sheet under the document's title, and the legend; raises Unreadable."""
    found = tables(file.content)
    if sum(map(len, found)) > MAX_ROWS:
        raise Unreadable(too_large(file.name, sum(map(len, found)), MAX_ROLES))
    lines = decoded(file.content).splitlines()
    titles = (match[1] for line in lines if (match := _TITLE.fullmatch(line)))
    title = next(titles, PurePath(file.name).stem)
    legend = {match[1]: match[2].strip() for line in lines if (match := _LEGEND.fullmatch(line))}
    return [from_lines(title, file.name, rows) for rows in found], legend


def write(title: str, rows: Iterable[list[str]]) -> bytes:
    """A document with a title and one table."""
    head, *body = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    table = [head, ["---"] * len(head), *body]
    return "\n".join([f"# {title}", "", *(f"| {' | '.join(row)} |" for row in table), ""]).encode()
