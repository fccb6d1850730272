"""What a rule is: data, and one check over a piece of the graph."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from services.alignment.judge.checks import Check
from services.alignment.judge.graph import Graph, Node


class Severity(IntEnum):
    """Its weight in a score is ``WEIGHTS[severity]``."""

    info = 0
    low = 1
    medium = 2
    high = 3
    critical = 4


WEIGHTS = {Severity.info: 0, Severity.low: 1, Severity.medium: 2, Severity.high: 4, Severity.critical: 8}

VITAL = 5
"""The criticality of what must not fail."""


@dataclass(frozen=True)
class Rule:
    """``kinds``, ``types`` and ``states`` say whom it looks at; without ``states``, whoever is live.

    ``population`` is what its coverage counts: nodes, or the relations that they declare. Each piece of evidence is a
    finding of its own, told apart by its member ``edge``. The examples are graphs whose first node is the subject:
    ``kind:name state type +member, ...; name relation name, ...``, where a name with its kind in front is unseen.
    """

    id: str
    severity: Severity
    dimension: str
    title: str
    condition: str
    remedy: str
    check: Check
    kinds: frozenset[str]
    types: frozenset[str] | None = None
    states: frozenset[str] | None = None
    population: Literal["nodes", "edges", "links"] = "nodes"
    passes: str = ""
    fails: str = ""

    def severity_for(self, criticality: int | None) -> Severity:
        """What is vital makes it worse."""
        worse = criticality == VITAL and self.severity > Severity.info
        return Severity(min(self.severity + worse, Severity.critical))

    def looks_at(self, node: Node, graph: Graph) -> bool:
        if node.kind not in self.kinds or (self.types is not None and node.type not in self.types):
            return False
        if self.population == "edges":
            return True  # what has been deleted may still be pointed from
        if self.population == "links":
            return not node.deleted
        if self.states is not None:
            return not node.deleted and node.state in self.states and node.span.valid(graph.moment)
        return graph.live(node.ref) is not None
