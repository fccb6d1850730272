"""What a format of files is: how a file of it is told from others, and what reads and writes it."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shared.interchange.bundle_files import Document
from shared.interchange.inventory import Inventory
from shared.interchange.records import Batch, Refusal


class Unreadable(ValueError):
    """The file is of no format that is known, or none that can be read safely; the message says what is wrong."""


class Unknown(Unreadable):
    """No format knows the file; ``known`` is what can be read instead, a line each."""

    def __init__(self, name: str, known: list[str]) -> None:
        self.plain = f"{name} is in no format that can be read here."
        super().__init__("\n".join([f"{self.plain} These can:", *known]))


class Faulty(Unreadable):
    """The file can be read, and what it says is wrong; each fault is a line that names the place. ``rest`` is what it
    holds besides, of which more may be wrong."""

    MOST = 100

    def __init__(self, faults: list[str], rest: "Documents | None" = None) -> None:
        self.faults, self.rest = faults, rest
        more = len(faults) - self.MOST
        super().__init__("\n".join([*faults[: self.MOST], *([f"and {more} more"] if more > 0 else [])]))


@dataclass(frozen=True, slots=True)
class File:
    """A file from hands that need not be friendly. ``source`` is what it is called instead of the name that it has for
    itself, which is in its content, or else its ``place``: the name with that of its folder, so that two files of one
    name are two; of several files, what they are together. ``name`` is for messages.

    The rest is what the file does not say itself, for formats that take it: the ``kind`` of its rows, its ``columns``
    as ``their name: member``, ``into`` what it goes, as ``kind/key``, files ``beside`` it that are read with it,
    and the ``language`` that names things where it has several.
    """

    name: str
    content: bytes
    source: str | None = None
    kind: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    into: str | None = None
    language: str | None = None
    beside: tuple["File", ...] = ()
    place: str | None = None
    above: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called as a source where nobody says: with more and more of the folders above it."""
        own = self.place or self.name
        return tuple("/".join((*reversed(self.above[:n]), own)) for n in range(len(self.above) + 1))

    @property
    def longer(self) -> tuple[str, ...]:
        """Its names besides the one that it is called by, where it has one of its own."""
        return () if self.source or self.called is None else self.names[1:]

    @property
    def called(self) -> str | None:
        """What a file without a name of its own is as a source; None for several that have none together."""
        own = self.place or self.name
        return self.source or (own if not self.beside or own.endswith("/") else None)


HINTS = ("kind", "columns", "into", "beside", "language")
"""Members of a file that only some formats take."""


@dataclass
class Documents:
    """What a file says, as documents of a bundle, and what it says besides. ``by_name`` are references (``kind/key``)
    whose keys were made of the names that they map to: one on the server that has that name is meant.

    Where ``found`` says so, what has no state is registered as found. Of what is there already, members that are
    ``only_new`` stay as they are. A name is looked for ``within`` what a member refers to, as ``(member, kind/key)``;
    and what agrees in members that make it ``alike`` is the same, whatever its key. Items of lists that are
    ``completed`` are those that are there and agree in these members, with all that these say besides. ``named`` are
    references to documents of what others only name.
    """

    documents: list[Document] = field(default_factory=list)
    by_name: dict[str, str] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    unnamed: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    duplicates: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    found: bool = True
    only_new: frozenset[str] = frozenset()
    within: dict[str, tuple[str, str]] = field(default_factory=dict)
    alike: dict[str, tuple[str, ...]] = field(default_factory=dict)
    completed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    named: frozenset[str] = frozenset()


Read = Batch | Documents
"""Records under ids of the file's own making, or documents whose keys are looked up on the server."""


@dataclass
class Written:
    """``files`` by name, one or several; ``lost`` counts what the format cannot say, by what it is: a kind, a member as
    ``kind.member``, or a relation as ``link type``."""

    files: dict[str, bytes]
    lost: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Format:
    """``knows`` looks at the content and never at the file's name. ``read`` raises Unreadable, also for a file larger
    than ``most`` bytes. ``origin`` is how people come by such a file. ``takes`` names the hints that it understands.

    ``write`` makes files of what the owners hold that ``read`` takes back; None where there is no way out in it.
    """

    name: str
    title: str
    origin: str
    most: int
    knows: Callable[[bytes], bool]
    read: Callable[[File], Read]
    write: Callable[[Inventory], Written] | None = None
    takes: frozenset[str] = frozenset()
