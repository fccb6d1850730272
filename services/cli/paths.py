"""``trace`` and ``why``: the ways through the graph, up to strategy and outcome or down to what rests on something."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from services.cli import completing, refs
from services.cli.refs import AsOf, Everything, ValidAt
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.tree import Tree

    from shared.contracts.views.nodes import Edge, Node
    from shared.contracts.views.trace import Trace, TracedNode
    from shared.contracts.views.why import SignedStep, Why

Subject = Annotated[
    str,
    typer.Argument(
        metavar="KIND/KEY",
        help="Such as service/claims; an id will do for the key.",
        autocompletion=completing.subjects,
    ),
]


@command
async def trace(
    session: Session,
    subject: Subject,
    direction: Annotated[Literal["up", "down"], typer.Option(help="Up to what it serves, or down.")] = "up",
    depth: Annotated[int, typer.Option(min=1, max=10, help="How many steps away.")] = 3,
    types: Annotated[str | None, typer.Option(help="Relations, by comma, or `justifying`; else all.")] = None,
    as_of: AsOf = None,
    valid_at: ValidAt = None,
    everything: Everything = False,
) -> None:
    """What something leads up to, or what rests on it."""
    from shared import typed
    from shared.contracts.views.trace import Trace

    at = await refs.moment(session.client, as_of)
    ref = await refs.path(session.client, subject, at)
    asked = {"direction": direction, "depth": depth, "types": types, "as_of": at}
    asked |= refs.included(valid_at, everything=everything)
    answer = await typed.read(session.client, Trace, f"/alignment/v1/trace/{ref}", **asked)
    session.show(answer.document, lambda: _tree(answer.value))


def _tree(answer: "Trace") -> "Tree":
    """Each node is unfolded once, where it is reached first; where it comes up again, it says so."""
    from rich.tree import Tree

    from services.cli.tables import cell, label, left_out

    nodes = {f"{node.kind}/{node.id}": node for node in answer.nodes}
    root = answer.root
    tree = Tree(cell(label(nodes[root]) + _hidden(nodes[root])))
    branches, waiting = {root: tree}, [root]
    while waiting:
        ref = waiting.pop(0)
        for relation, end in dict.fromkeys(_steps(answer, ref)):
            if end not in nodes:
                continue
            text = f"{relation} {label(nodes[end])}"
            if end in branches:
                branches[ref].add(cell(f"{text} (shown already)"))
                continue
            branches[end] = branches[ref].add(cell(f"{text}{_hidden(nodes[end])}"))
            waiting.append(end)
    for line in left_out(answer.left_out):
        tree.add(line)
    return tree


def _steps(answer: "Trace", ref: str) -> Iterator[tuple[str, str]]:
    """Away from a node: to what justifies it going up, to what it justifies going down; a relation that justifies
    nothing leads up to its target."""
    from shared.contracts.relations import RELATIONS

    for edge in answer.edges:
        ends = [edge.source, edge.target] if edge.justified != "target" else [edge.target, edge.source]
        near, far = ends if answer.direction == "up" else reversed(ends)
        if near == ref:
            known = RELATIONS.get(edge.type)
            yield edge.type if near == edge.source or not known else known.inverse, far


def _hidden(node: "TracedNode") -> str:
    return f" (and {node.hidden} more)" if node.hidden else ""


@command
async def why(
    session: Session, subject: Subject, as_of: AsOf = None, valid_at: ValidAt = None, everything: Everything = False
) -> None:
    """Why something exists: the paths to an outcome or a business strategy and those that end short, best first."""
    from shared import typed
    from shared.contracts.views.why import Why

    at = await refs.moment(session.client, as_of)
    ref = await refs.path(session.client, subject, at)
    given = refs.included(valid_at, everything=everything)
    answer = await typed.read(session.client, Why, f"/alignment/v1/why/{ref}", as_of=at, **given)
    session.show(answer.document, lambda: _reasons(answer.value))


def _reasons(answer: "Why") -> "Tree":
    from rich.tree import Tree

    from services.cli.tables import cell, label, left_out

    tree = Tree(cell(label(answer.subject)))
    for signature in answer.signed_by:
        tree.add(cell(_standing(signature)))
    for path in answer.paths:
        standing = "" if path.complete else ", ends short of an outcome or a business strategy"
        standing += "" if path.live else ", not in force"
        standing += "".join(f", {_signed(each)}" for each in path.signed_by)
        branch = tree.add(cell(f"as sure as {path.weakest:g}{standing}"))
        for step in path.steps:
            branch = branch.add(cell(f"{_relation(step.edge)} {label(step.node)}"))
    if not answer.paths:
        tree.add(cell(_without_paths(answer.subject)))
    if answer.hidden:
        tree.add(cell(f"and {answer.hidden} more paths"))
    for finding in answer.findings:
        tree.add(cell(f"{finding.rule} {finding.title}"))
    for line in left_out(answer.left_out):
        tree.add(line)
    return tree


def _signed(signature: "SignedStep") -> str:
    """``KIND/KEY signed by X (version n), drifted since``."""
    from services.cli.tables import ref

    return f"{ref(signature.node)} {_standing(signature)}"


def _standing(signature: "SignedStep") -> str:
    version = "" if signature.version is None else f" (version {signature.version})"
    who = " and ".join(each.name or each.id for each in signature.by)
    said = "attested, not proven" if signature.attested else f"signed by {who}"
    return f"{said}{version}{', drifted since' if signature.drifted else ''}"


def _without_paths(subject: "Node") -> str:
    if subject.kind == "outcome" or (subject.kind == "strategy" and subject.type == "business"):
        return "a goal itself: it is what others lead up to"
    return "nothing: no path leads to an outcome or a business strategy"


def _relation(edge: "Edge") -> str:
    """Its name, for one that is only related its type in the model that it came from, and why."""
    name = f"{edge.type} [{edge.came_as}]" if edge.type == "relates_to" and edge.came_as else edge.type
    return f"{name} ({edge.rationale})" if edge.rationale else name
