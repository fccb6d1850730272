"""A finding in its intervals, and what a batch changes of them. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha1
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from services.alignment.judge.checks import Evidence
from services.alignment.judge.graph import Edge, Graph, Node

_NAMESPACE = uuid5(NAMESPACE_URL, "urn:plumbline:finding").bytes


COUNTED = -1
"""In the place of a severity: not shown."""


class Finding(NamedTuple):
    """One interval in which a finding stayed as it is; ``since`` is when it came up, graver or not."""

    id: str
    opened_at: datetime
    resolved_at: datetime
    since: datetime
    rule: str
    subject: str
    severity: int
    evidence: Evidence

    @property
    def key(self) -> tuple[str, datetime]:
        return self.id, self.opened_at


class Open:
    """A finding that is open; ``stored`` while its interval is one that the tables have."""

    __slots__ = ("finding", "stored")

    def __init__(self, finding: Finding, *, stored: bool) -> None:
        self.finding = finding
        self.stored = stored


@dataclass
class Changes:
    """What a batch changes in the table of findings. ``made`` are new intervals by finding; ``ended`` are stored ones,
    by id and opening, that have got an end; ``dropped`` spells that leave no trace, by id and the instant at which they
    came up; ``removed`` stored intervals, by id and opening, that were wrong."""

    made: dict[str, list[Finding]] = field(default_factory=dict)
    ended: dict[tuple[str, datetime], datetime] = field(default_factory=dict)
    dropped: set[tuple[str, datetime]] = field(default_factory=set)
    removed: list[tuple[str, datetime]] = field(default_factory=list)
    opened: list[Open] = field(default_factory=list)

    def new(self) -> Iterator[Finding]:
        for found in self.made.values():
            yield from found


def finding_id(rule: str, subject: str, part: str = "") -> str:
    """A UUID of version 5: the same finding has the same id after a rebuild, and when it opens again."""
    digest = bytearray(
        sha1(_NAMESPACE + f"{rule} {subject} {part or ' '}".encode(), usedforsecurity=False).digest()[:16]
    )
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def about(graph: Graph, finding: Finding) -> tuple[Node | Edge | None, str]:
    """Whose finding it is, and which part of it."""
    evidence = finding.evidence
    node = graph.nodes.get(finding.subject)
    if "edge" not in evidence:
        return node, evidence.get("part", "")
    name = evidence["edge"]
    end = evidence.get("missing") or evidence.get("deleted") or ""
    edge = graph.links.get(evidence["origin"]) or graph.links.get(name)
    if edge is None and node is not None:
        edge = next((each for each in node.held if each.name == name), None)
    return edge, f"{name} {end}"
