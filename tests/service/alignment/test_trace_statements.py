"""How many statements a trace takes: which view answers, the root, and everything within its hops at once."""

from random import Random
from typing import Any

from tests.service.alignment.served import Server
from tests.service.alignment.world import LINK_REFS, REFS
from tests.service.counting import statements


async def asked(server: Server, path: str, **params: Any) -> tuple[int, Any]:
    """How many statements read something, and the answer."""
    with statements(server.database) as found:
        answer = await server.http.get(f"/alignment/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    # whether rules have been set is asked now and then, whatever the answer is
    reading = [text for text, _ in found if text.startswith(("SELECT", "WITH")) and "FROM change" not in text]
    return len(reading), answer.json()


async def test_three_hops_take_three_statements(server: Server) -> None:
    dice = Random(7)
    for ref in REFS:
        server.world.write(ref, dice)
    for ref in LINK_REFS:
        server.world.link(ref, dice)
    await server.arrive(server.world.events)
    deep = 0
    for ref in REFS:
        for params in ({"direction": "up"}, {"direction": "down"}, {"include": "all"}, {"types": "justifying"}):
            number, answer = await asked(server, f"trace/{ref}", depth=3, **params)
            # of what has no relation at all, it is asked once more
            assert number == 3 or (number == 4 and not answer["edges"]), (ref, params)
            deep += max(node["depth"] for node in answer["nodes"]) == 3
    assert deep > 5


async def test_as_many_in_the_past(server: Server) -> None:
    dice = Random(7)
    for ref in REFS:
        server.world.write(ref, dice)
    await server.arrive(server.world.events)
    at = server.world.events[-1]["time"]
    _, answer = await asked(server, "nodes", as_of=at, limit=200)
    for node in answer["items"]:
        number, trace = await asked(server, f"trace/{node['kind']}/{node['id']}", depth=3, as_of=at)
        assert number == 3 or not trace["edges"]
