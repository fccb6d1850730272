"""A finding in its intervals, and what a batch changes of them. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha1
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

from services.alignment.judge.checks import Evidence
from services.alignment.judge.graph import Edge, Graph, Node
from shared.clock import FOREVER

_NAMESPACE = uuid5(NAMESPACE_URL, "urn:plumbline:finding").bytes
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
"""Of a UUID: the two highest bits of this digit say of which kind it is."""


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
    """An interval of a finding that is open, or was until later in the same batch; the tables have it once it is
    ``stored``. ``before`` is the interval before it in the same spell, if that is not stored either. It has no id until
    it is: most of what an import opens comes to nothing."""

    __slots__ = (
        "before", "dropped", "evidence", "opened_at", "part", "resolved_at", "rule", "severity", "since", "stored",
        "subject",
    )  # fmt: skip

    def __init__(
        self,
        rule: str,
        subject: str,
        part: str,
        opened_at: datetime,
        since: datetime,
        severity: int,
        evidence: Evidence,
    ) -> None:
        self.rule = rule
        self.subject = subject
        self.part = part
        self.opened_at = opened_at
        self.resolved_at = FOREVER
        self.since = since
        self.severity = severity
        self.evidence = evidence
        self.before: Open | None = None
        self.stored = self.dropped = False

    @property
    def id(self) -> str:
        return finding_id(self.rule, self.subject, self.part)

    @property
    def finding(self) -> Finding:
        times = self.opened_at, self.resolved_at, self.since
        return Finding(self.id, *times, self.rule, self.subject, self.severity, self.evidence)

    def goes_on(self, now: tuple[int, Evidence] | None) -> bool:
        """Not where it does unseen, since its rule has been switched off, nor where it is seen again."""
        return now is not None and (self.severity == COUNTED) is (now[0] == COUNTED)

    def drop(self) -> bool:
        """The whole spell leaves no trace. Returns whether some of it is stored."""
        first = self
        while not first.stored:
            first.dropped = True
            if first.before is None:
                break
            first = first.before
        return first.stored or first.opened_at != self.since


@dataclass
class Changes:
    """What a batch changes in the table of findings. ``made`` are new intervals; ``ended`` are stored ones, by id and
    opening, that have got an end; ``dropped`` spells that leave no trace, by id and the instant at which they came up;
    ``removed`` stored intervals, by id and opening, that were wrong."""

    made: list[Finding] = field(default_factory=list)
    ended: dict[tuple[str, datetime], datetime] = field(default_factory=dict)
    dropped: set[tuple[str, datetime]] = field(default_factory=set)
    removed: list[tuple[str, datetime]] = field(default_factory=list)


def of_row(row: Any, resolved_at: datetime = FOREVER) -> Finding:
    """As a row of the table has it; open, unless it says otherwise."""
    times = row.opened_at, resolved_at, row.since
    return Finding(row.id, *times, row.rule, row.subject, row.severity, row.evidence)


def stored(finding: Finding, part: str) -> Open:
    """A finding that is open and has its row."""
    times = finding.opened_at, finding.since
    open_ = Open(finding.rule, finding.subject, part, *times, finding.severity, finding.evidence)
    open_.stored = True
    return open_


def finding_id(rule: str, subject: str, part: str = "") -> str:
    """A UUID of version 5: the same finding has the same id after a rebuild, and when it opens again."""
    text = sha1(_NAMESPACE + f"{rule} {subject} {part or ' '}".encode(), usedforsecurity=False).hexdigest()
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"


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
