"""Who may write only some kinds, or only what they own: asked by the services, of every way to write."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from shared.contracts import LINKS
from shared.http import auth
from shared.keys import load_ring
from tests.platform import Platform
from tests.service.api import one_loop

pytestmark = one_loop
Json = dict[str, Any]


@dataclass
class Editor:
    """Somebody with a token of these scopes, who owns things as these."""

    platform: Platform
    scopes: tuple[str, ...]
    owners: tuple[str, ...] = ()

    async def status(self, method: str, path: str, body: Any = None, version: int | None = None, **more: Any) -> int:
        answer = await self.send(method, path, body, version, **more)
        assert answer.status_code != 422, answer.text
        assert answer.status_code != 403 or answer.json()["scope"].count(":") == 1, answer.text
        return answer.status_code

    async def send(
        self, method: str, path: str, body: Any = None, version: int | None = None, **more: Any
    ) -> httpx.Response:
        ring = load_ring(self.platform.settings.issuer_key_path)
        token = auth.mint_with(ring, "ed.editor", self.scopes, 1, self.owners)
        headers = {"Authorization": f"Bearer {token}"} | ({"If-Match": f'"{version}"'} if version else {})
        return await self.platform.http.request(method, path, json=body, headers=headers, **more)


@dataclass
class Tree:
    """A process of Ed's team with an activity under it, and one of somebody else."""

    team: str
    mine: Json
    activity: Json
    other: Json


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tree(shared_platform: Platform) -> AsyncIterator[Tree]:
    client = shared_platform.client
    team, them = [await client.post("party", {"name": f"Team {uuid4()}", "type": "team"}) for _ in range(2)]
    mine, other = [
        await client.post("process", {"name": f"Process {uuid4()}", "owner": {"kind": "party", "id": each["id"]}})
        for each in (team, them)
    ]
    activity = await client.post("activity", {"name": "Step", "process_id": mine["id"]})
    yield Tree(f"party/{team['id']}", mine, activity, other)


def path(state: Json, *more: str) -> str:
    plural = {"process": "processes", "activity": "activities", "policy": "policies"}[state["kind"]]
    return "/".join([f"/roles/v1/{plural}/{state['id']}", *more])


async def test_to_write_a_kind_is_not_to_write_another(shared_platform: Platform, tree: Tree) -> None:
    editor = Editor(shared_platform, ("roles:write:policy", "roles:read"))
    made = await editor.send("POST", "/roles/v1/policies", {"name": "Every change is tested"})
    assert made.status_code == 201
    policy = made.json()
    assert await editor.status("PATCH", path(policy), {"name": "Each change is tested"}, 1) == 200
    assert await editor.status("POST", path(policy, "reviews"), {}, 2) == 200
    for method, where, body, version in (
        ("POST", "/roles/v1/processes", {"name": "x"}, None),
        ("PUT", f"/roles/v1/processes/{uuid4()}", {"name": "x"}, None),
        ("PUT", path(tree.mine), {"name": "x"}, 1),
        ("PATCH", path(tree.mine), {"name": "x"}, 1),
        ("POST", path(tree.mine, "transitions"), {"to": "retired"}, 1),
        ("POST", path(tree.mine, "reviews"), {}, 1),
    ):
        assert await editor.status(method, where, body, version) == 403, (method, where)
    assert await editor.status("DELETE", path(tree.mine), None, 1, params={"reason": "x"}) == 403
    assert await editor.status("POST", "/catalog/v1/services", {"name": "x"}) == 403
    assert (await shared_platform.client.get("process", tree.mine["id"]))["version"] == 1
    assert await editor.status("DELETE", path(policy), None, 3, params={"reason": "a test"}) == 204


async def test_a_link_is_its_sources(shared_platform: Platform, tree: Tree) -> None:
    policy = await shared_platform.client.post("policy", {"name": "Changes are tested", "owner": ref(tree.team)})
    source, target = ({"kind": each["kind"], "id": each["id"]} for each in (policy, tree.other))
    body = {"type": "governs", "source": source, "target": target}
    for scopes, owners, status in (
        (("roles:write:process",), (), 403),
        (("roles:write:owned",), (), 403),
        (("roles:write:owned",), (tree.team,), 201),
    ):
        assert await Editor(shared_platform, scopes, owners).status("POST", "/roles/v1/links", body) == status
    body["target"] = {"kind": "process", "id": tree.mine["id"]}
    assert await Editor(shared_platform, ("roles:write:policy",)).status("POST", "/roles/v1/links", body) == 201


async def test_each_line_of_a_bulk_is_asked(shared_platform: Platform, tree: Tree) -> None:
    editor = Editor(shared_platform, ("roles:write:policy",))
    lines = [
        {"kind": kind, "id": str(uuid4()), "body": {"name": f"B {kind}"}} for kind in ("policy", "process", "policy")
    ]
    text = "\n".join(httpx.Request("POST", "http://x", json=line).content.decode() for line in lines)
    for params, statuses in (({}, [201, 403, 201]), ({"preview": "true"}, [200, 403, 200])):
        ring = load_ring(shared_platform.settings.issuer_key_path)
        token = auth.mint_with(ring, "ed.editor", editor.scopes, 1)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
        answer = await shared_platform.http.post("/roles/v1/bulk", content=text, headers=headers, params=params)
        told = [httpx.Response(200, text=line).json()["status"] for line in answer.text.splitlines()]
        assert told == statuses


@pytest.mark.parametrize("scope", ["roles:write:owned", "roles:write:activity:owned"])
async def test_what_lies_under_what_somebody_owns_is_theirs(shared_platform: Platform, tree: Tree, scope: str) -> None:
    """Themself, by a role or a team: the token says as whom. The kind still has to be one of theirs."""
    editor, nobody = (Editor(shared_platform, (scope,), owners) for owners in ((tree.team,), ()))
    all_kinds = scope == "roles:write:owned"
    version = (await shared_platform.client.get("activity", tree.activity["id"]))["version"]
    assert await nobody.status("PATCH", path(tree.activity), {"name": f"S {scope}"}, version) == 403
    assert await editor.status("PATCH", path(tree.activity), {"name": f"S {scope}"}, version) == 200
    process = await shared_platform.client.get("process", tree.mine["id"])
    assert await editor.status("PATCH", path(process), {"purpose": scope}, process["version"]) == (
        200 if all_kinds else 403
    )
    assert await editor.status("PATCH", path(tree.other), {"purpose": "x"}, 1) == 403
    new = {"name": "Next", "process_id": tree.mine["id"]}
    assert await editor.status("POST", "/roles/v1/activities", new) == 201
    assert await editor.status("POST", "/roles/v1/activities", new | {"process_id": tree.other["id"]}) == 403
    mine = {"owner": ref(tree.team)}
    assert await editor.status("POST", "/roles/v1/activities", mine | new | {"process_id": tree.other["id"]}) == 403
    assert await editor.status("POST", "/roles/v1/processes", mine | {"name": "New"}) == (201 if all_kinds else 403)
    assert await editor.status("POST", "/roles/v1/processes", {"name": "Nobody's"}) == 403


def ref(text: str) -> Json:
    return dict(zip(("kind", "id"), text.split("/"), strict=True))


async def test_nobody_makes_a_thing_their_own(shared_platform: Platform, tree: Tree) -> None:
    editor = Editor(shared_platform, ("roles:write:owned",), (tree.team,))
    assert await editor.status("PATCH", path(tree.other), {"owner": ref(tree.team)}, 1) == 403
    link = {"type": "part_of", "source": {"kind": "process", "id": tree.other["id"]},
            "target": {"kind": "process", "id": tree.mine["id"]}}  # fmt: skip
    assert await editor.status("POST", "/roles/v1/links", link) == 403
    assert (await shared_platform.client.get("process", tree.other["id"]))["version"] == 1


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seats(shared_platform: Platform) -> AsyncIterator[dict[str, Json]]:
    """Ed and his team; a role that is theirs, one that is not, and a board that is not."""
    client, made = shared_platform.client, dict[str, Json]()
    made["ed"] = await client.post("party", {"name": f"Ed {uuid4()}", "type": "person"})
    mine = {"owner": {"kind": "party", "id": made["ed"]["id"]}}
    made["self"] = await client.post("party", {"name": f"Ed {uuid4()}", "type": "person", **mine})
    for name, more in (("team", mine), ("board", {})):
        made[name] = await client.post("party", {"name": f"{name} {uuid4()}", "type": "team", **more})
    for name, more in (("desk", mine), ("chief", {})):
        made[name] = await client.post("role", {"name": f"{name} {uuid4()}", **more})
    made["process"] = await client.post("process", {"name": f"Process {uuid4()}", **mine})
    yield made


def seat(seats: dict[str, Json], role: str) -> Json:
    ids = {"party_id": seats["self"]["id"], "role_id": seats[role]["id"]}
    return {**ids, "scope": {"kind": "process", "id": seats["process"]["id"]}, "owner": owner(seats)}


def owner(seats: dict[str, Json]) -> Json:
    return {"kind": "party", "id": seats["ed"]["id"]}


async def test_a_seat_is_its_roles(shared_platform: Platform, seats: dict[str, Json]) -> None:
    """Who holds a role owns what it owns: to own the process, or to be named as the seat's owner, gives none."""
    editor = Editor(shared_platform, ("roles:write:owned",), (f"party/{seats['ed']['id']}",))
    there = "/roles/v1/role-assignments"
    assert await editor.status("POST", there, seat(seats, "chief")) == 403
    made = await editor.send("POST", there, seat(seats, "desk"))
    assert made.status_code == 201
    assert await editor.status("PATCH", f"{there}/{made.json()['id']}", {"role_id": seats["chief"]["id"]}, 1) == 403
    assert await editor.status("PATCH", f"{there}/{made.json()['id']}", {"name": "At the desk"}, 1) == 200
    given = await shared_platform.client.post("role_assignment", seat(seats, "chief"))
    one = f"{there}/{given['id']}"
    assert await editor.status("PATCH", one, {"party_id": seats["team"]["id"]}, 1) == 403
    assert await editor.status("POST", f"{one}/transitions", {"to": "active"}, 1) == 403
    for source, type, target in (
        (given, "assigns", "self"),
        (made.json(), "assigned_as", "chief"),
    ):
        assert await editor.status("POST", "/roles/v1/links", link(source, type, seats[target])) == 403, type
    assert await editor.status("POST", "/roles/v1/links", link(made.json(), "assigned_as", seats["desk"])) == 201


async def test_a_hand_over_is_the_activitys_that_hands_over(shared_platform: Platform, tree: Tree) -> None:
    editor, client = Editor(shared_platform, ("roles:write:owned",), (tree.team,)), shared_platform.client
    steps = [await client.post("activity", {"name": "Step", "process_id": tree.other["id"]}) for _ in range(2)]
    ours, theirs = [
        {"name": "Over", "from_activity_id": each["id"], "to_activity_id": steps[1]["id"]}
        for each in (tree.activity, steps[0])
    ]
    made = await editor.send("POST", "/roles/v1/handoffs", ours)
    assert made.status_code == 201
    there = f"/roles/v1/handoffs/{made.json()['id']}"
    assert await editor.status("PATCH", there, {"acceptance": "It is dry."}, 1) == 200
    assert await editor.status("PATCH", there, {"from_activity_id": steps[0]["id"]}, 2) == 403
    assert await editor.status("POST", "/roles/v1/handoffs", theirs | {"owner": ref(tree.team)}) == 403
    other = await client.post("handoff", theirs)
    assert await editor.status("PATCH", f"/roles/v1/handoffs/{other['id']}", {"acceptance": "x"}, 1) == 403


def link(source: Json, type: str, target: Json) -> Json:
    ends = {name: {"kind": each["kind"], "id": each["id"]} for name, each in (("source", source), ("target", target))}
    return {"type": type, **ends}


async def test_nobody_puts_what_is_theirs_under_what_is_not(shared_platform: Platform, seats: dict[str, Json]) -> None:
    """Who is part of a team owns what the team owns: a party moves where whoever moves it owns both."""
    editor = Editor(shared_platform, ("roles:write:owned",), (f"party/{seats['ed']['id']}",))
    ed = f"/roles/v1/parties/{seats['self']['id']}"
    assert await editor.status("PATCH", ed, {"parent_id": seats["board"]["id"]}, 1) == 403
    assert await editor.status("PATCH", ed, {"parent_id": seats["team"]["id"]}, 1) == 200
    board = link(seats["self"], "part_of", seats["board"])
    assert await editor.status("POST", "/roles/v1/links", board) == 403
    ended = await shared_platform.client.post(LINKS["roles"], board)
    there = f"/roles/v1/links/{ended['id']}/transitions"
    assert await editor.status("POST", there, {"to": "ended", "reason": "x"}, 1) == 200
    assert await editor.status("POST", there, {"to": "active"}, 2) == 403
    assert await editor.status("POST", "/roles/v1/links", link(seats["self"], "part_of", seats["team"])) == 201
