"""Whose move a finding is: decided by hand, on small graphs in which nobody owns what it is about."""

from typing import Any

import pytest

from tests.service.alignment.served import Server
from tests.service.alignment.worded import Worded

CASES: dict[str, tuple[str, str | None, list[str]]] = {
    "who owns it": (
        "process:p operational, party:ann active, objective:b in_force, party:eve active; "
        "p owned_by ann, p justified_by b, b owned_by eve",
        "ann", [],
    ),
    "who owns what it is for": (
        "process:p operational, objective:b in_force, party:eve active; p justified_by b, b owned_by eve", "eve", ["b"]
    ),
    "not who has left": (
        "process:p operational, party:ann left, objective:b in_force, party:eve active; "
        "p owned_by ann, p justified_by b, b owned_by eve",
        "eve", ["b"],
    ),
    "a role, too": (
        "process:p operational, objective:b in_force, role:r active; p justified_by b, b owned_by r", "r", ["b"]
    ),
    "the nearest": (
        "process:p operational, objective:a in_force, objective:b in_force, objective:c in_force, party:eve active, "
        "party:far active; p justified_by a, a decomposes c, c owned_by far, p justified_by b, b owned_by eve",
        "eve", ["b"],
    ),
    "over several": (
        "process:p operational, tactic:t in_force, objective:b in_force, party:eve active; "
        "p justified_by t, t decomposes b, b owned_by eve",
        "eve", ["t", "b"],
    ),
    "not over what is not live": (
        "process:p operational, objective:b retired, party:eve active; p justified_by b, b owned_by eve", None, []
    ),
    "nobody in a circle": (
        "process:p operational, process:q operational; p serves q, q serves p", None, []
    ),
}  # fmt: skip


@pytest.mark.parametrize(("graph", "owner", "along"), CASES.values(), ids=CASES)
async def test_it_is_the_move_of(server: Server, graph: str, owner: str | None, along: list[str]) -> None:
    await server.arrive(Worded(server.world).add(graph))
    found = (await server.get("findings", limit=200))["items"]
    mine: list[dict[str, Any]] = [each for each in found if each["subject"]["key"] == "p"]
    assert mine
    for each in mine:
        told = (await server.get(f"findings/{each['id']}"))["move"]
        assert (told["owner"] and told["owner"]["key"]) == owner
        assert [step["node"]["key"] for step in told["along"]] == along
