"""``GET /why/{kind}/{id}``: the paths that justify a node."""

from shared.contracts.base import Model
from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Edge, Finding, LeftOut, Node, Signed


class PathStep(Model):
    """A relation of a path and the node that it leads to."""

    edge: Edge
    """The relation."""
    node: Node
    """The node that it leads to."""


class SignedStep(Signed):
    """Something that was signed."""

    node: Node
    """The node."""


class WhyPath(Model):
    """A path from a node up to what it is there for."""

    complete: bool
    """Whether it ends at an outcome or a business strategy."""
    reaches: str
    """Where it ends, as `kind/id`."""
    live: bool
    """Whether everything on it is live."""
    weakest: float
    """Confidence of its least certain relation, from 0 to 1."""
    length: int
    """Number of its relations."""
    signed_by: list[SignedStep]
    """What on it was signed, and by whom."""
    steps: list[PathStep]
    """Its relations from the node upwards."""


class Why(View):
    """Why something exists."""

    subject: Node
    """The node that was asked about."""
    signed_by: list[SignedStep]
    """Under what it was signed itself, and by whom."""
    paths: list[WhyPath]
    """Paths that justify it, best first, at most 100."""
    hidden: int
    """How many paths are not shown, as far as they were counted."""
    cut: bool
    """Whether not everything was looked at."""
    left_out: LeftOut
    """How much was left out because it is not live, by why."""
    findings: list[Finding]
    """What is wrong with its justification."""
