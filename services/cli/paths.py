"""``trace`` and ``why``: the ways through the graph, up to strategy and outcome or down to what rests on something."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from services.cli import refs
from services.cli.refs import AsOf, Everything, ValidAt
from services.cli.session import Session, command

if TYPE_CHECKING:
    from rich.tree import Tree

Subject = Annotated[str, typer.Argument(metavar="KIND/KEY", help="Such as service/claims; an id will do for the key.")]
Json = dict[str, Any]


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
    at = await refs.moment(session.client, as_of)
    ref = await refs.path(session.client, subject, at)
    path = f"/alignment/v1/trace/{ref}"
    given = {"direction": direction, "depth": depth, "types": types, "as_of": at}
    answer = await session.client.get_json(path, **given, **refs.included(valid_at, everything=everything))
    session.show(answer, lambda: _tree(answer, ref))


def _tree(answer: Json, root: str) -> "Tree":
    """Each node is unfolded once, where it is reached first; where it comes up again, it says so."""
    from rich.tree import Tree

    from services.cli.tables import cell, label, left_out

    nodes = {_ref(node): node for node in answer["nodes"]}
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
    for line in left_out(answer.get("left_out", {})):
        tree.add(line)
    return tree


def _steps(answer: Json, ref: str) -> Iterator[tuple[str, str]]:
    """Away from a node: to what justifies it going up, to what it justifies going down; a relation that justifies
    nothing leads up to its target."""
    from shared.contracts.relations import RELATIONS

    for edge in answer["edges"]:
        lower = edge.get("justified") or "source"
        upper = "target" if lower == "source" else "source"
        near, far = (lower, upper) if answer["direction"] == "up" else (upper, lower)
        if edge[near] == ref:
            known = RELATIONS.get(edge["type"])
            yield edge["type"] if near == "source" or not known else known.inverse, edge[far]


def _ref(node: Json) -> str:
    return f"{node['kind']}/{node['id']}"


def _hidden(node: Json) -> str:
    return f" (and {node['hidden']} more)" if node.get("hidden") else ""


@command
async def why(
    session: Session, subject: Subject, as_of: AsOf = None, valid_at: ValidAt = None, everything: Everything = False
) -> None:
    """Why something exists: the paths to an outcome or a business strategy and those that end short, best first."""
    at = await refs.moment(session.client, as_of)
    ref = await refs.path(session.client, subject, at)
    given = refs.included(valid_at, everything=everything)
    answer = await session.client.get_json(f"/alignment/v1/why/{ref}", as_of=at, **given)
    session.show(answer, lambda: _reasons(answer))


def _reasons(answer: Json) -> "Tree":
    from rich.tree import Tree

    from services.cli.tables import cell, label, left_out

    tree = Tree(cell(label(answer["subject"])))
    for path in answer["paths"]:
        standing = "" if path.get("complete", True) else ", ends short of an outcome or a business strategy"
        standing += ("" if path["live"] else ", not in force") + _signed(path)
        branch = tree.add(cell(f"as sure as {path['weakest']:g}{standing}"))
        for step in path["steps"]:
            branch = branch.add(cell(f"{_relation(step['edge'])} {label(step['node'])}"))
    if not answer["paths"]:
        tree.add(cell(_without_paths(answer["subject"])))
    if answer.get("hidden"):
        tree.add(cell(f"and {answer['hidden']} more paths"))
    for finding in answer.get("findings", ()):
        tree.add(cell(f"{finding['rule']} {finding['title']}"))
    for line in left_out(answer.get("left_out", {})):
        tree.add(line)
    return tree


def _signed(path: Json) -> str:
    """Each signature once, with what was signed and whether it still is that."""
    return "".join(f", {label_of(each)}" for each in path.get("signed_by", ()))


def label_of(signature: Json) -> str:
    """``KIND/KEY signed by X (version n), drifted since``."""
    node = signature["node"]
    version = "" if signature["version"] is None else f" (version {signature['version']})"
    who = " and ".join(each.get("name") or each["id"] for each in signature["by"])
    said = "attested, not proven" if signature["attested"] else f"signed by {who}"
    drifted = ", drifted since" if signature["drifted"] else ""
    return f"{node['kind']}/{node['key'] or node['id']} {said}{version}{drifted}"


def _without_paths(subject: Json) -> str:
    if subject["kind"] == "outcome" or (subject["kind"] == "strategy" and subject.get("type") == "business"):
        return "a goal itself: it is what others lead up to"
    return "nothing: no path leads to an outcome or a business strategy"


def _relation(edge: Json) -> str:
    because = f" ({edge['rationale']})" if edge.get("rationale") else ""
    return f"{edge['type']}{because}"
