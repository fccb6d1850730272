"""What a format of files is: how a file of it is told from others, and what reads and writes it."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.interchange.bundle_files import Document
from shared.interchange.records import Batch


class Unreadable(ValueError):
    """The file is of no format that is known, or none that can be read safely; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class File:
    """A file from hands that need not be friendly. ``source`` is what ids are derived from instead of the name that
    the file has for itself; ``name`` is for messages and provenance."""

    name: str
    content: bytes
    source: str | None = None


Read = Batch | list[Document]
"""Records under ids of the file's own making, or documents whose keys are looked up on the server."""


@dataclass(frozen=True, slots=True)
class Format:
    """``knows`` looks at the content and never at the file's name. ``read`` raises Unreadable, also for a file larger
    than ``most`` bytes. ``origin`` is how people come by such a file."""

    name: str
    title: str
    origin: str
    most: int
    knows: Callable[[bytes], bool]
    read: Callable[[File], Read]
