"""What one finding shows: the chain with the relation at which it breaks, and the names of what its evidence mentions.
Decided by hand."""

from typing import Any

import pytest

from tests.service.alignment.served import Server
from tests.service.alignment.worded import Worded

CHAINS: dict[str, tuple[str, str, list[str], int]] = {
    "nothing is above it": ("process:p operational", "V04", [], 0),
    "what is above it is not in force yet": (
        "process:p operational, objective:b proposed; p justified_by b", "V04", ["b"], 0
    ),
    "the relation has ended": (
        "process:p operational, objective:b in_force, outcome:o agreed; b serves o, p justified_by b ended", "V04",
        ["b", "o"], 0,
    ),
    "further up": (
        "objective:p in_force, process:q operational, objective:b proposed, outcome:o agreed; "
        "q justified_by p, p decomposes b, b serves o",
        "V18", ["b", "o"], 0,
    ),
}  # fmt: skip


async def finding(server: Server, graph: str, rule: str) -> dict[str, Any]:
    await server.arrive(Worded(server.world).add(graph))
    items = (await server.get("findings", rule=rule))["items"]
    [id] = [each["id"] for each in items if each["subject"]["key"] == "p"]
    return dict(await server.get(f"findings/{id}"))


@pytest.mark.parametrize(("graph", "rule", "steps", "breaks_at"), CHAINS.values(), ids=CHAINS)
async def test_a_chain_says_where_it_breaks(
    server: Server, graph: str, rule: str, steps: list[str], breaks_at: int
) -> None:
    chain = (await finding(server, graph, rule))["chain"]
    assert [step["node"]["key"] for step in chain["steps"]] == steps
    assert chain["breaks_at"] == breaks_at


async def test_a_rule_that_is_about_no_chain_shows_none_and_names_what_it_saw(server: Server) -> None:
    found = await finding(server, "process:p operational, party:ann left; p owned_by ann", "O05")
    assert found["chain"] is None
    [owner] = found["mentioned"]
    assert found["evidence"]["owner"] == owner
    assert found["mentioned"][owner]["key"] == "ann"


async def test_what_was_never_seen_is_mentioned_as_such(server: Server) -> None:
    found = await finding(server, "service:p operational; p serves outcome:lost", "D01")
    assert [node["name"] for node in found["mentioned"].values() if node["kind"] == "outcome"] == [None]
