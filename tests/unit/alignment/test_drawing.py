"""The drawing: a column for each level of the model, boxes that leave each other room, lines from box to box."""

import itertools
from typing import Any

import pytest

from services.alignment.page.drawing import drawn
from services.alignment.page.levels import LEVELS, level_of
from services.alignment.projection import ref_of
from shared.contracts import KIND_OWNERS

Json = dict[str, Any]


def node(kind: str, name: str, type: str | None = None) -> Json:
    return {"kind": kind, "id": name, "name": name, "type": type}


def picture(nodes: list[Json], rows: list[tuple[Json, str, Json]]) -> Json:
    edges = [{"source": source, "type": type, "target": target} for source, type, target in rows]
    return drawn(ref_of(nodes[0]), {ref_of(each): each for each in nodes}, edges)


def test_every_kind_has_one_level() -> None:
    kinds = [kind for _, kinds in LEVELS for kind in kinds]
    assert sorted(kinds) == sorted(KIND_OWNERS)


@pytest.mark.parametrize(("type", "level"), [("business", "business strategy"), ("it_service", "IT strategy")])
def test_strategies_of_it_stand_below_those_of_the_business(type: str, level: str) -> None:
    assert LEVELS[level_of(node("strategy", "a", type))][0] == level


def test_levels_are_columns_from_left_to_right_and_no_box_lies_on_another() -> None:
    top, it = node("strategy", "top", "business"), node("strategy", "below", "it")
    tactics = [node("tactic", f"tactic {number}") for number in range(9)]
    rows = [(it, "supports", top), *((tactic, "decomposes", it) for tactic in tactics)]
    made = picture([it, top, *tactics], rows)
    assert [title["text"] for title in made["titles"]] == ["business strategy", "IT strategy", "tactics"]
    places = {box["name"]: (box["x"], box["y"]) for box in made["boxes"]}
    assert places["top"][0] < places["below"][0] < places["tactic 0"][0]
    for x, y in places.values():
        assert 0 <= x <= made["width"] - made["box"]["width"]
        assert 0 <= y <= made["height"] - made["box"]["height"]
    heights = sorted(y for name, (_, y) in places.items() if name.startswith("tactic"))
    assert all(below - above > made["box"]["height"] for above, below in itertools.pairwise(heights))
    assert made["centre"]["name"] == "below"


def test_boxes_stand_where_fewer_lines_cross() -> None:
    left, right = [node("service", name) for name in "abc"], [node("contract", name) for name in "xyz"]
    rows = [(right[2 - number], "covers", left[number]) for number in range(3)]
    boxes = picture([*left, *right], rows)["boxes"]
    height = {box["name"]: box["y"] for box in boxes}
    assert [height["a"], height["b"], height["c"]] == [height["z"], height["y"], height["x"]]


def test_a_line_runs_from_the_near_side_of_one_box_to_that_of_the_other() -> None:
    service, contract, other = node("service", "a"), node("contract", "b"), node("service", "c")
    rows = [(contract, "covers", service), (service, "depends_on", other), (service, "part_of", service)]
    made = picture([service, contract, other], rows)
    x = {box["name"]: box["x"] for box in made["boxes"]}
    covers, depends = (line["path"] for line in made["lines"])
    assert covers.startswith(f"M{x['b']} ")
    assert covers.split(" ")[-2] == f"{x['a'] + made['box']['width']}"
    assert depends.startswith(f"M{x['a'] + made['box']['width']} ")
    assert depends.split(" ")[-2] == f"{x['c'] + made['box']['width']}"


def test_a_long_name_is_cut_in_its_box_alone() -> None:
    [box] = picture([node("service", "n" * 60)], [])["boxes"]
    assert (len(box["text"]), box["name"]) == (27, "n" * 60)
