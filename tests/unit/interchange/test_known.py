"""What is asked of the owners while a file is read: a few things are found by few requests, however much there is."""

from typing import Any

import pytest

from shared.contracts import NODE_KINDS
from shared.interchange import known
from shared.interchange.bring import bring
from shared.interchange.formats import File
from shared.interchange.incoming import to_batch
from shared.interchange.records import derived_id
from tests.unit.fake_owner import STAMP, FakeOwner

TABLE = File(
    "x.csv", b"Name,Owner,needs\npay,Crew,Mail\nMail,crew,\n", kind="service",
    columns={"Name": "name", "Owner": "owner:party+", "needs": "depends_on:service"},
)  # fmt: skip
GRID = File("a.md", b"# Boarding\n\n| Activity | Purser |\n|---|---|\n| | Ann |\n| Count | A |\n")
CATALOG = File(
    "c.yaml",
    b"apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: gate}\n"
    b"spec: {type: service, lifecycle: production, owner: crew, dependsOn: [component:mail]}\n",
)
FILES = (TABLE, GRID, CATALOG)


def add(owner: FakeOwner, kind: str, key: str, name: str, **members: Any) -> None:
    id = derived_id(f"{kind} {key}")
    told = {"id": id, "kind": kind, "version": 1, "state": NODE_KINDS[kind].lifecycle.initial, **STAMP}
    plain: dict[str, Any] = {"provenance": [], "tags": [], "custom": {}}
    owner.states[kind, id] = {**told, **plain, "key": key, "name": name, **members}


def crowd(owner: FakeOwner, number: int) -> None:
    """So many services, so many parties, and so many links between services."""
    for n in range(number):
        add(owner, "service", f"s{n}", f"Service {n}")
        add(owner, "party", f"p{n}", f"Party {n}")
        ends = {end: {"kind": "service", "id": derived_id(f"service s{n}")} for end in ("source", "target")}
        id = derived_id(f"link {n}")
        link = {"id": id, "kind": "link", "version": 1, "state": "active", "type": "relates_to", "provenance": []}
        owner.states["link", id] = {**link, **ends, **STAMP}


async def take(owner: FakeOwner, file: File) -> None:
    async with owner.client() as client:
        report = await bring(client, await to_batch(client, file))
    assert (report.refused, report.accounted) == ([], True)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
async def test_a_small_file_takes_as_many_requests_as_before_among_thousands(file: File) -> None:
    owner, asked = FakeOwner(), []
    for number in (1_000, 3_000):
        crowd(owner, number)
        owner.log.clear()
        async with owner.client() as client:
            await to_batch(client, file)
        asked.append(len(owner.log))
    assert asked[0] == asked[1] < 30


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
async def test_what_is_asked_for_is_what_a_list_shows(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for never in (False, True):
        owner = FakeOwner()
        await take(owner, GRID)  # all of it is there, under keys that no file says
        for (kind, id), state in list(owner.states.items()):
            owner.edit(kind, id, **({"key": f"own-{state['key']}"} if kind != "link" else {}))
        add(owner, "service", "payments", "Pay")
        add(owner, "service", "post", "mail")
        add(owner, "service", "other", "Mail again")
        add(owner, "party", "crew-1", "CREW")
        if never:
            monkeypatch.setattr(known, "listed", _nothing)
        await take(owner, file)
        await take(owner, file)
        found.append({ref: {**state, "version": 0} for ref, state in owner.states.items()})
    assert found[0] == found[1]
    keys = {state["key"] for state in found[0].values() if "key" in state}
    if file is not CATALOG:  # which has ids of its own
        assert {key for key in keys if not key.startswith("own-")} == {"payments", "post", "other", "crew-1"}


async def _nothing(*_: object) -> None:
    """No list is short enough."""
