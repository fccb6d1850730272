"""Whose move a finding is: decided by hand, on small graphs in which nobody owns what it is about."""

from itertools import combinations
from random import Random
from typing import Any

import pytest

from services.alignment.queries.people import owned
from services.alignment.queries.snapshot import Moment
from services.alignment.view.projection import ref_of
from services.alignment.views import move
from services.alignment.views.moves import moves_of
from shared import clock
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
    "who stands in for who has left": (
        "process:p operational, role:r active, party:ann left, party:dan active, objective:b in_force, "
        "party:eve active, role_assignment:a active +deputy_id=dan; p owned_by ann, p justified_by b, b owned_by eve, "
        "a assigned_as r, a assigns ann, a assigned_in p",
        "dan", [],
    ),
    "nobody who stands in elsewhere": (
        "process:p operational, process:q operational, role:r active, party:ann left, party:dan active, "
        "objective:b in_force, party:eve active, role_assignment:a active +deputy_id=dan; p owned_by ann, "
        "p justified_by b, b owned_by eve, a assigned_as r, a assigns ann, a assigned_in q",
        "eve", ["b"],
    ),
    "not who stands in for who is there": (
        "process:p operational, role:r active, party:ann leaving, party:dan active, "
        "role_assignment:a active +deputy_id=dan; p owned_by ann, a assigned_as r, a assigns ann, a assigned_in p",
        "ann", [],
    ),
    "not who stood in": (
        "process:p operational, role:r active, party:ann left, party:dan active, objective:b in_force, "
        "party:eve active, role_assignment:a ended +deputy_id=dan; p owned_by ann, p justified_by b, b owned_by eve, "
        "a assigned_as r, a assigns ann, a assigned_in p",
        "eve", ["b"],
    ),
    "not who has left as well": (
        "process:p operational, role:r active, party:ann left, party:dan left, objective:b in_force, "
        "party:eve active, role_assignment:a active +deputy_id=dan; p owned_by ann, p justified_by b, b owned_by eve, "
        "a assigned_as r, a assigns ann, a assigned_in p",
        "eve", ["b"],
    ),
    "who stands in in a role": (
        "process:p operational, service:q operational, role:r active, party:ann left, party:dan active, "
        "role_assignment:a active +deputy_id=dan; p owned_by r, a assigned_as r, a assigns ann, a assigned_in q",
        "dan", [],
    ),
    "first who does so here": (
        "process:p operational, role:r active, party:ann left, party:dan active, party:fay active, "
        "role_assignment:a active +deputy_id=dan, role_assignment:b active +deputy_id=fay; p owned_by r, "
        "a assigned_as r, a assigns ann, a assigned_in p, b assigned_as r, b assigns ann",
        "dan", [],
    ),
    "in another order, too": (
        "process:p operational, role:r active, party:ann left, party:dan active, party:fay active, "
        "role_assignment:a active +deputy_id=fay, role_assignment:b active +deputy_id=dan; p owned_by r, "
        "a assigned_as r, a assigns ann, a assigned_in p, b assigned_as r, b assigns ann",
        "fay", [],
    ),
    "not who stands in in a role that somebody holds": (
        "process:p operational, role:r active, party:ann left, party:bob active, party:dan active, "
        "role_assignment:a active +deputy_id=dan, role_assignment:b active; p owned_by r, a assigned_as r, "
        "a assigns ann, a assigned_in p, b assigned_as r, b assigns bob",
        "r", [],
    ),
    "nor in one that is there no more": (
        "process:p operational, role:r retired, party:ann left, party:dan active, "
        "role_assignment:a active +deputy_id=dan; p owned_by r, a assigned_as r, a assigns ann, a assigned_in p",
        None, [],
    ),
    "who stands in above": (
        "process:p operational, process:q operational, role:r active, party:ann left, party:dan active, "
        "role_assignment:a active +deputy_id=dan; p serves q, q owned_by ann, a assigned_as r, a assigns ann, "
        "a assigned_in q",
        "dan", ["q"],
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
        stands_in = owner in ("dan", "fay")
        assert (each["stands_in_for"] is not None) is stands_in
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


SEEDS = 40


def organised(dice: Random, seed: int) -> str:
    """Some things one above the other, with owners who come and go and are stood in for."""

    def named(kind: str, names: str) -> list[str]:
        return [f"{kind}:{name}{seed}" for name in names]

    parties, roles, seats = named("party", "abcd"), named("role", "rs"), named("role_assignment", "xyz")
    processes, aims = named("process", "pq"), named("objective", "klmn")
    states = {
        "party": ("active", "leaving", "left", "left"), "role": ("active", "active", "retired"),
        "role_assignment": ("active", "active", "active", "ended"), "process": ("operational", "draft"),
        "objective": ("in_force", "in_force", "in_force", "retired"),
    }  # fmt: skip
    nodes = [f"{each} {dice.choice(states[each.partition(':')[0]])}" for each in (*parties, *roles, *processes, *aims)]
    for each in seats:
        deputy = dice.choice(parties).partition(":")[2]
        nodes.append(f"{each} {dice.choice(states['role_assignment'])} +deputy_id={deputy}")
    edges = [
        f"{each} owned_by {dice.choice((*parties, *roles))}" for each in (*processes, *aims) if dice.random() < 0.6
    ]
    edges += [f"{each} justified_by {aim}" for each in processes for aim in dice.sample(aims, 2)]
    edges += ["{} serves {}".format(*processes)] if dice.random() < 0.5 else []
    edges += [f"{low} decomposes {high}" for low, high in combinations(aims, 2) if dice.random() < 0.5]
    for each in seats:
        edges += [f"{each} assigned_as {dice.choice(roles)}", f"{each} assigns {dice.choice(parties)}"]
        edges.append(f"{each} assigned_in {dice.choice(processes)}")
    return f"{', '.join(nodes)}; {', '.join(edges)}"


async def test_whose_move_something_is_and_what_is_whose_move_agree(server: Server) -> None:
    """Of everything, for each who may be an owner and is there."""
    worded = Worded(server.world)
    for seed in range(SEEDS):
        await server.arrive(worded.add(organised(Random(seed), seed)))
    things = [ref for ref in server.world.states if ref.partition("/")[0] in ("process", "objective")]
    async with server.database.read() as connection:
        moment = Moment(connection, await server.generation(), None, clock.now(), {})
        told = {ref: await move.move(moment, ref) for ref in things}
        whose = {ref: each["owner"] and ref_of(each["owner"]) for ref, each in told.items()}
        for owner in {each for each in whose.values() if each}:
            theirs = {ref_of(each) for each in (await owned(moment, [owner], 100))[0]} & whose.keys()
            found = await moves_of(moment, [owner])
            assert theirs.isdisjoint(found), "said once"
            assert {*theirs, *found} == {ref for ref, each in whose.items() if each == owner}, owner
    by_deputy = [ref for ref, each in told.items() if each["stands_in_for"]]
    assert sum(bool(told[ref]["along"]) for ref in by_deputy) > 2 < sum(not told[ref]["along"] for ref in by_deputy)
    assert {each["stands_in_for"]["kind"] for ref, each in told.items() if ref in by_deputy} == {"party", "role"}
    assert {None} < {*whose.values()}
