"""Whose move a finding is: decided by hand, on small graphs in which nobody owns what it is about."""

from typing import Any

import pytest

from services.alignment.views import move
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
        "process:p operational, objective:b in_force, role:r active, role_assignment:a active, party:ann active; "
        "p justified_by b, b owned_by r, a assigned_as r, a assigns ann",
        "r", ["b"],
    ),
    "not a role that nobody holds": (
        "process:p operational, role:r active, objective:b in_force, party:eve active; "
        "p owned_by r, p justified_by b, b owned_by eve",
        "eve", ["b"],
    ),
    "nor one whose holder has left": (
        "process:p operational, role:r active, role_assignment:a active, party:ann left, objective:b in_force, "
        "party:eve active; p owned_by r, a assigned_as r, a assigns ann, p justified_by b, b owned_by eve",
        "eve", ["b"],
    ),
    "nor one that was held": (
        "process:p operational, role:r active, role_assignment:a ended, party:ann active, objective:b in_force, "
        "party:eve active; p owned_by r, a assigned_as r, a assigns ann, p justified_by b, b owned_by eve",
        "eve", ["b"],
    ),
    "who is about to leave": (
        "process:p operational, party:ann leaving, objective:b in_force, party:eve active; "
        "p owned_by ann, p justified_by b, b owned_by eve",
        "ann", [],
    ),
    "whoever is seven above": (
        f"process:p operational, party:eve active, {', '.join(f'objective:o{n} in_force' for n in range(7))}; "
        f"p justified_by o0, {', '.join(f'o{n} decomposes o{n + 1}' for n in range(6))}, o6 owned_by eve",
        "eve", [f"o{n}" for n in range(7)],
    ),
    "nobody who is eight above": (
        f"process:p operational, party:eve active, {', '.join(f'objective:o{n} in_force' for n in range(8))}; "
        f"p justified_by o0, {', '.join(f'o{n} decomposes o{n + 1}' for n in range(7))}, o7 owned_by eve",
        None, [],
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


async def told(server: Server) -> list[dict[str, Any]]:
    """Of each finding about p."""
    found = (await server.get("findings", limit=200))["items"]
    mine = [each["id"] for each in found if each["subject"]["key"] == "p"]
    assert mine
    return [(await server.get(f"findings/{id}"))["move"] for id in mine]


@pytest.mark.parametrize(("graph", "owner", "along"), CASES.values(), ids=CASES)
async def test_it_is_the_move_of(server: Server, graph: str, owner: str | None, along: list[str]) -> None:
    await server.arrive(Worded(server.world).add(graph))
    for each in await told(server):
        assert (each["owner"] and each["owner"]["key"]) == owner
        assert [step["node"]["key"] for step in each["along"]] == along


async def test_what_does_not_hold_takes_no_room_of_what_does(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(move, "_MOST_RELATIONS", 1)
    ended, gone = ([f"{name}{n}" for n in range(6)] for name in ("ended", "gone"))
    graph = (
        f"process:p operational, party:eve active, objective:b in_force, "
        f"{', '.join(f'objective:{each} in_force' for each in ended)}, "
        f"{', '.join(f'objective:{each} retired' for each in gone)}; p justified_by b, b owned_by eve, "
        f"{', '.join(f'p justified_by {each} ended' for each in ended)}, "
        f"{', '.join(f'p justified_by {each}' for each in gone)}"
    )
    await server.arrive(Worded(server.world).add(graph))
    assert {each["owner"]["key"] for each in await told(server)} == {"eve"}
