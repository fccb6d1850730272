"""The cascade by sides: each thing stands where it says, or else with what it is for; holes where they are."""

from typing import Any

from services.alignment.page.sides import branches

Json = dict[str, Any]


def item(kind: str, id: str, *below: Json, side: str | None = None, type: str | None = None) -> Json:
    node = {"kind": kind, "id": id, "side": side, "type": type}
    return {"node": node, "below": list(below), "parallels": [], "hidden": 0}


def ids(trees: list[Json]) -> list[str]:
    return [tree["node"]["id"] for tree in trees]


def test_each_side_has_its_own_and_what_differs_says_so() -> None:
    of_it = item("objective", "o", item("tactic", "t", side="business"), item("tactic", "u"), side="it")
    top = item("strategy", "s", item("objective", "p"), of_it, side="business", type="business")
    [branch] = branches({"items": [top], "holes": []})
    assert branch["top"]["node"]["id"] == "s"
    assert {side: ids(trees) for side, trees in branch["sides"].items()} == {"business": ["p"], "it": ["o"]}
    [t, u] = branch["sides"]["it"][0]["below"]
    assert (t["side"], t["apart"], u["side"], u["apart"]) == ("business", True, "it", False)


def test_what_is_for_no_business_strategy_stands_by_itself_on_its_side_or_on_none() -> None:
    loose = [item("strategy", "i", side="it", type="it"), item("tactic", "t"), item("tactic", "b", side="business")]
    [branch] = branches({"items": loose, "holes": []})
    assert branch["top"] is None
    assert {side: ids(trees) for side, trees in branch["sides"].items()} == {"business": ["b"], "it": ["i"]}
    assert ids(branch["neither"]) == ["t"]


def test_holes_are_where_they_are_and_only_the_first_place_is_led_to() -> None:
    shared = {"kind": "strategy", "id": "i", "side": "it", "type": "it"}
    tops = [item("strategy", id, item(**shared), side="business", type="business") for id in ("a", "b")]
    found = branches({"items": tops, "holes": [{"node": shared, "rule": "V01"}]})
    places = [branch["sides"]["it"][0] for branch in found]
    assert [[hole["rule"] for hole in place["holes"]] for place in places] == [["V01"]] * 2
    assert [place["first"] for place in places] == [True, False]
