"""``GET /trace/{kind}/{id}``: what a node leads up to, or what rests on it."""

from typing import Literal

from shared.contracts.views.frame import View
from shared.contracts.views.nodes import Edge, LeftOut, Node


class TracedNode(Node):
    """A node that the trace came to."""

    depth: int
    """How many relations away it is."""
    hidden: int
    """How many of its relations were not followed."""


class Trace(View):
    """Nodes and relations around a node, in one direction."""

    root: str
    """The node that was asked about, as `kind/id`."""
    direction: Literal["up", "down"]
    """Up to what it is there for, or down to what is there for it."""
    depth: int
    """How many relations far was asked for."""
    nodes: list[TracedNode]
    """What it came to, nearest first; the first one is the root."""
    edges: list[Edge]
    """The relations that it followed."""
    hidden: int
    """How many relations were not followed."""
    left_out: LeftOut
    """How much was left out because it is not live, by why."""
