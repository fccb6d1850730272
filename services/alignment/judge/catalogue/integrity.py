"""Relations that point at what is there, and that fit."""

from services.alignment.judge.checks import Evidence
from services.alignment.judge.each import EachEdge
from services.alignment.judge.graph import Edge, Node
from services.alignment.judge.rule import Rule, Severity
from shared.contracts import NODE_KINDS
from shared.contracts.relations import allowed_relations


def _ends(edge: Edge) -> tuple[Node, ...]:
    """Each once."""
    return (edge.source, edge.target) if edge.source is not edge.target else (edge.source,)


def _unseen(edge: Edge) -> list[Evidence]:
    return [{"end": end.ref, "missing": end.ref} for end in _ends(edge) if not end.seen]


def _deleted(edge: Edge) -> list[Evidence]:
    gone = (end for end in _ends(edge) if end.seen and end.deleted)
    return [{"end": end.ref, "deleted": end.ref, "version": end.version} for end in gone]


def _unfit(edge: Edge) -> list[Evidence]:
    return [] if edge.fits else [{"allowed": allowed_relations(edge.source.kind, edge.target.kind)}]


SOURCE = "Referential integrity; ArchiMate 3.2, appendix B: allowed relations"
_ALL = frozenset(NODE_KINDS)

RULES = (
    Rule(
        "D01", Severity.critical, "integrity", "Dangling reference",
        "An end of a relation has never been seen. Shown as pending, without weight, for a while after it began.",
        "Wait for it, or create it.",
        EachEdge(_unseen), _ALL, population="edges",
        sentence="{it} points at something that is not there.",
        passes="service:s operational, product:p in_use; s depends_on p",
        fails="service:s operational; s depends_on product:unseen",
        mended=", product:unseen in_use;",
    ),
    Rule(
        "D02", Severity.high, "integrity", "Reference to something deleted",
        "An end of a relation has been deleted.",
        "Point at its successor, or end the link.",
        EachEdge(_deleted), _ALL, population="edges",
        sentence="{it} points at something that has been deleted.",
        passes="service:s operational, product:p in_use; s depends_on p",
        fails="service:s operational, product:p deleted; s depends_on p",
        mended="; s depends_on p ended",
    ),
    Rule(
        "D03", Severity.medium, "integrity", "Relation that does not fit its ends",
        "A link joins two kinds that its type does not allow: it justifies nothing and carries no impact.",
        "End it, and use a relation that may join them; the evidence lists which.",
        EachEdge(_unfit, links_only=True), _ALL, population="links",
        sentence="{it} has a link of a type that does not allow its ends.",
        passes="policy:q published, process:p operational; q governs p",
        fails="process:p operational, policy:q published; p governs q",
        mended="; p governs q ended",
    ),
)  # fmt: skip
