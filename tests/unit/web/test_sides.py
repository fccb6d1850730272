"""The cascade by sides: each thing stands where it says, or else with what it is for; holes where they are."""

from collections.abc import Sequence
from typing import Any

from services.web.sides import Place, parts
from shared.contracts.views.cascade import Cascade

Json = dict[str, Any]


def node(kind: str, id: str, side: str | None = None, type: str | None = None) -> Json:
    told = {"key": id, "name": id, "state": "in_force", "live": True, "why_not_live": None, "version": 1}
    rest = {"owner": None, "criticality": None, "deleted": False}
    return {"kind": kind, "id": id, "side": side, "type": type, **told, **rest}


def item(kind: str, id: str, *below: Json, side: str | None = None, type: str | None = None) -> Json:
    return {"node": node(kind, id, side, type), "below": list(below), "parallels": [], "hidden": 0}


def cascade(items: list[Json], *holes: Json) -> Cascade:
    frame: Json = {"as_of": None, "provisional": False, "watermark": {}}
    hidden: Json = {"hidden": {"nodes": 0, "holes": 0}, "left_out": {}}
    return Cascade.model_validate({**frame, "items": items, "holes": holes, **hidden})


def ids(places: Sequence[Place]) -> list[str]:
    return [place.node.id for place in places]


def test_each_side_has_its_own_and_what_differs_says_so() -> None:
    of_it = item("objective", "o", item("tactic", "t", side="business"), item("tactic", "u"), side="it")
    top = item("strategy", "s", item("objective", "p"), of_it, side="business", type="business")
    [part] = parts(cascade([top]))
    assert part.top
    assert part.top.node.id == "s"
    assert {side: ids(places) for side, places in part.sides.items()} == {"business": ["p"], "it": ["o"]}
    [t, u] = part.sides["it"][0].below
    assert (t.side, t.apart, u.side, u.apart) == ("business", True, "it", False)


def test_what_is_for_no_business_strategy_stands_by_itself_on_its_side_or_on_none() -> None:
    loose = [item("strategy", "i", side="it", type="it"), item("tactic", "t"), item("tactic", "b", side="business")]
    [part] = parts(cascade(loose))
    assert part.top is None
    assert {side: ids(places) for side, places in part.sides.items()} == {"business": ["b"], "it": ["i"]}
    assert ids(part.neither) == ["t"]


def test_holes_are_where_they_are_and_only_the_first_place_is_led_to() -> None:
    shared = item("strategy", "i", side="it", type="it")
    tops = [item("strategy", id, shared, side="business", type="business") for id in ("a", "b")]
    hole = {"id": "f", "rule": "V01", "title": "Nothing", "severity": "high", "node": shared["node"]}
    places = [part.sides["it"][0] for part in parts(cascade(tops, hole))]
    assert [[hole.rule for hole in place.holes] for place in places] == [["V01"]] * 2
    assert [place.first for place in places] == [True, False]
