"""A model of ArchiMate in memory, the same for every encoding: canonical names of types, in the order of the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.interchange.formats.format import Unreadable

_RENAMED = {
    "UsedBy": "Serving",
    "Realisation": "Realization",
    "Specialisation": "Specialization",
    "Network": "CommunicationNetwork",
    "CommunicationPath": "Path",
    "AndJunction": "Junction",
    "OrJunction": "Junction",
}
"""Names of ArchiMate 2, of tools and of the exchange format, by those of ArchiMate 3."""

PREFERRED = ("", "en")
"""Languages that name something where it has several: none that is told, then English, then the first by its code."""

Texts = dict[str, str]
"""The same text by language; the empty language is one that the file does not tell."""
Values = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Item:
    """What elements and relations have in common.

    ``properties`` are by the name of their definition, one that is given repeatedly with a list of its values.
    ``names`` and ``texts`` have all languages of ``name`` and ``documentation`` where there are several.
    """

    identifier: str
    type: str
    name: str | None
    documentation: str | None
    properties: Values
    names: Texts = field(default_factory=dict)
    texts: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Element(Item):
    pass


@dataclass(frozen=True, slots=True)
class Relation(Item):
    """``source`` and ``target`` are identifiers of elements, or of relations. ``modifier`` is the strength of an
    influence as it is written; ``multiplicities`` are those of the ends that have one."""

    source: str = ""
    target: str = ""
    modifier: str | None = None
    multiplicities: Texts = field(default_factory=dict)


@dataclass
class Model:
    """A model in file order, with the canonical type names of ArchiMate 3."""

    identifier: str | None = None
    name: str | None = None
    elements: list[Element] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    """Where each identifier stands in the file."""

    def stands(self, identifier: str, line: int) -> None:
        """Note where an identifier stands; raises Unreadable for one that stands there twice."""
        if identifier in self.lines:
            lines = f"lines {self.lines[identifier]} and {line}"
            raise Unreadable(f"The identifier {identifier[:80]} is used twice, in {lines}.")
        self.lines[identifier] = line


def canonical(type_: str) -> str:
    """ArchiMate 3 names for those of ArchiMate 2, without a prefix."""
    name = type_.rpartition(":")[2].removesuffix("Relationship")
    if name.startswith("Infrastructure"):
        name = "Technology" + name.removeprefix("Infrastructure")
    return _RENAMED.get(name, name)


def chosen(texts: Mapping[str, str], preferred: Sequence[str] = PREFERRED) -> str | None:
    """The text in the language that is preferred, whatever the order in which the file has them."""
    for language in (*preferred, *sorted(texts)):
        for told in sorted(texts):
            if told.lower() == language.lower() or (language and told.lower().startswith(f"{language.lower()}-")):
                return texts[told]
    return None


def gathered(values: Mapping[str, list[str]]) -> Values:
    """Properties with one value as that, and with several as the list of them."""
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}
