"""The formats of files that come in and go out, each found by what a file holds."""

from collections.abc import Callable

from shared.interchange.formats import archimate, raci, tables
from shared.interchange.formats.backstage import BACKSTAGE
from shared.interchange.formats.format import HINTS, Documents, File, Format, Read, Unknown, Unreadable, Written
from shared.interchange.formats.policies import POLICIES
from shared.interchange.formats.stratml import STRATML
from shared.interchange.formats.tmf import TMF
from shared.interchange.inventory import Inventory

__all__ = [
    "FORMATS", "MOST", "Documents", "File", "Format", "Read", "Unknown", "Unreadable", "Written", "named",
    "read", "recognise", "writer",
]  # fmt: skip

FORMATS: tuple[Format, ...] = (
    archimate.EXCHANGE,
    STRATML,
    BACKSTAGE,
    TMF,
    raci.RACI,
    POLICIES,
    archimate.ARCHI,
    tables.XLSX,
    tables.JSON,
    tables.CSV,
)
"""In the order in which they are asked whether a file is theirs."""

MOST = max(format.most for format in FORMATS)
"""Bytes of the largest file that any of them takes."""


def named(name: str) -> Format:
    """The format of that name; raises Unreadable, which lists the names."""
    for format in FORMATS:
        if format.name == name:
            return format
    raise Unreadable(f"There is no format {name}; there are {', '.join(format.name for format in FORMATS)}.")


def recognise(file: File) -> Format:
    """The format of a file by its content; raises Unreadable, which says what can be read and how to come by it."""
    if not file.content.strip():
        raise Unreadable(f"{file.name} is empty.")
    for format in FORMATS:
        if format.knows(file.content):
            return format
    known = [f"  {format.name}: {format.title}. {format.origin}" for format in FORMATS]
    raise Unknown(file.name, [*known, "A bundle (YAML) is for plumbline apply."])


def read(file: File, format: str | None = None) -> Read:
    """What a file holds, in its own format or in the one that is named; raises Unreadable."""
    if not file.content.strip():
        raise Unreadable(f"{file.name} is empty.")
    found = named(format) if format else recognise(file)
    if len(file.content) > found.most:
        raise Unreadable(f"The file is larger than {found.most // 1024 // 1024} MiB.")
    for hint in HINTS:
        if getattr(file, hint) and hint not in found.takes:
            what = "To be read together with others" if hint == "beside" else f"--{hint}"
            raise Unreadable(f"{what} is not for files of the format {found.name}.")
    return found.read(file)


def writer(name: str) -> Callable[[Inventory], Written]:
    """What writes that format; raises Unreadable, which lists those that can be written."""
    format = next((format for format in FORMATS if format.name == name), None)
    if format is None or format.write is None:
        why = f"{name} is only read" if format else f"There is no format {name}"
        can = ", ".join(format.name for format in FORMATS if format.write)
        raise Unreadable(f"{why}; what can be written is: {can or 'bundle'}.")
    return format.write
