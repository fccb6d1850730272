"""The cascade as a tree: each relation once, however many lie beside and above one node."""

from types import SimpleNamespace
from typing import Any

from services.alignment.views.cascade import _Cascade


def node(kind: str, key: str) -> dict[str, Any]:
    return {"kind": kind, "id": key, "key": key, "type": "business", "state": "in_force"}


def edge(type: str, source: str, target: str) -> SimpleNamespace:
    return SimpleNamespace(type=type, source=source, target=target)


def size(tree: dict[str, Any]) -> int:
    """Nodes that it shows, again and again."""
    return 1 + len(tree["parallels"]) + sum(map(size, tree["below"]))


def test_what_lies_beside_is_shown_where_a_node_is_unfolded() -> None:
    number = 200
    above = [f"strategy/s{n}" for n in range(number)]
    beside = [f"tactic/t{n}" for n in range(number)]
    nodes = {ref: node(*ref.split("/")) for ref in [*above, *beside, "tactic/middle"]}
    edges = [edge("decomposes", "tactic/middle", ref) for ref in above]
    edges += [edge("parallels", "tactic/middle", ref) for ref in beside]
    trees = list(_Cascade(nodes, edges).trees())
    assert sum(map(size, trees)) <= 2 * (len(nodes) + len(edges))
    (first, *others) = [below for tree in trees for below in tree["below"]]
    assert (len(first["parallels"]), {len(each["parallels"]) for each in others}) == (number, {0})
