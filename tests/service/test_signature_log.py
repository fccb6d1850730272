"""The signature log over HTTP: it only grows, any two heads are consistent, and what is altered below it is noticed."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func

from services import assembly
from services.cli import signature_log, year
from services.strategy import models
from shared import clock, merkle, proof
from shared.config import KEYS
from shared.keys import rotate_key
from shared.storage.db import Database
from tests.platform import Platform, running, settings_for
from tests.service.api import Api
from tests.service.boards import INCREMENT, Board, submitted

LOG = "/strategy/v1/signature-log"


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path / "one")) as platform:
        yield platform


async def signed(platform: Platform) -> Board:
    made = await submitted(Api(platform), items=1, signers=1)
    assert (await made.decide(0)).json()["state"] == "signed"
    return made


async def ask(platform: Platform, path: str = "", **params: int) -> Any:
    return await platform.client.get_json(f"{LOG}{path}", **params)


async def trusted(platform: Platform) -> set[str]:
    return {key["kid"] for key in (await platform.client.get_json("/strategy/v1/keys"))["keys"]}


async def proven(platform: Platform, made: Board) -> proof.Proven:
    return proof.verify(await made.more("proof"), await trusted(platform))


async def verified(platform: Platform, kept: Any = None) -> str:
    """What ``plumbline verify --log`` says of it."""
    keys: dict[str, Any] = {kid: {} for kid in await trusted(platform)}
    reading = signature_log.Reading(signature_log.kept_by_proof(kept and kept["log"]), keys)
    await signature_log.read(platform.client, reading)
    return reading.told()


async def continues(platform: Platform, first: int, second: int) -> bool:
    told = await ask(platform, "/consistency", first=first, second=second)
    for head in (told["first"], told["second"]):
        proof.check_head(head, await trusted(platform))
    roots = [bytes.fromhex(told[end]["root"]) for end in ("first", "second")]
    path = [bytes.fromhex(step) for step in told["path"]]
    return merkle.continues(first, roots[0], second, roots[1], path)


async def test_any_two_heads_are_consistent_and_every_proof_has_its_place(platform: Platform) -> None:
    assert (await platform.answer("GET", LOG))[0] == 404
    boards = [await signed(platform) for _ in range(5)]
    assert (await ask(platform))["size"] == 5
    for first, second in combinations_with_replacement(range(1, 6), 2):
        assert await continues(platform, first, second), (first, second)
    places = [(await proven(platform, made)).log for made in boards]
    assert [place and place["position"] for place in places] == list(range(5))
    for status, params in ((422, {"first": 3, "second": 2}), (404, {"first": 1, "second": 6}), (422, {"first": 0})):
        assert (await platform.answer("GET", f"{LOG}/consistency", params={"second": 5, **params}))[0] == status


async def test_entries_come_in_pages_with_the_heads_they_made(platform: Platform) -> None:
    for _ in range(3):
        await signed(platform)
    first = await ask(platform, "/entries", limit=2)
    rest = await ask(platform, "/entries", after=first["next_after"])
    entries = [*first["items"], *rest["items"]]
    assert [entry["position"] for entry in entries] == [0, 1, 2]
    nodes: dict[merkle.Node, bytes] = {}
    for size, entry in enumerate(entries):
        nodes |= merkle.grown(nodes.__getitem__, size, proof.check_entry(entry, await trusted(platform))[0])
        assert entry["head"]["root"] == merkle.root(nodes.__getitem__, size + 1).hex()
    assert await ask(platform, "/entries", after=3) == {"items": [], "next_after": 3}


async def test_those_that_are_signed_at_once_follow_each_other(platform: Platform) -> None:
    boards = [await submitted(Api(platform), items=1, signers=1) for _ in range(6)]
    answers = await asyncio.gather(*(made.decide(0) for made in boards))
    assert {answer.json()["state"] for answer in answers} == {"signed"}
    places = [(await proven(platform, made)).log for made in boards]
    assert sorted(place["position"] for place in places if place) == list(range(6))
    assert await continues(platform, 1, 6)


async def test_it_goes_on_from_a_backup_and_under_another_key(tmp_path: Path) -> None:
    async with running(settings_for(tmp_path / "one")) as before:
        made = await signed(before)
        kept = await made.more("proof")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    settings = settings_for(tmp_path / "two")
    rotate_key(settings.home / KEYS, "proof")
    async with running(settings) as after:
        status, _ = await after.answer("POST", "/alignment/v1/rebuilds")
        assert status == 202
        again = await signed(after)
        assert await continues(after, 1, 2)
        assert (await ask(after, "/consistency", first=1, second=2))["first"] == kept["log"]["head"]
        keys = {(await proven(after, each)).key for each in (again,)}
        assert keys == {(await after.client.get_json("/strategy/v1/keys"))["keys"][0]["kid"]}
        assert proof.verify(kept, await trusted(after)).statement["increment"]["id"] == made.id


@pytest.mark.parametrize("table", ["signature_entry", "signature_node", "signature_head"])
async def test_what_is_altered_in_the_database_is_noticed(platform: Platform, table: str) -> None:
    boards = [await signed(platform) for _ in range(3)]
    kept = await boards[2].more("proof")
    assert "go on from the 3 of the proof" in await verified(platform, kept)
    entry, node, head = (models.Base.metadata.tables[f"signature_{name}"] for name in ("entry", "node", "head"))
    forged = func.replace(entry.c.statement, '"approved"', '"rejected"')
    alter = {
        "signature_entry": entry.update().where(entry.c.position == 0).values(statement=forged),
        "signature_node": node.update().where(node.c.level == 0, node.c.position == 1).values(hash="00" * 32),
        "signature_head": head.update().where(head.c.size == 3).values(root="00" * 32),
    }[table]
    database = Database(platform.settings.database("strategy"))
    try:
        async with database.write() as connection:
            await connection.execute(alter)
    finally:
        await database.close()
    if table != "signature_node":  # which is made of the entries, and none of them is altered
        with pytest.raises(proof.NotProven):
            await verified(platform, kept)
    document = await boards[0].more("proof")
    with pytest.raises(proof.NotProven):
        proof.verify(document, await trusted(platform))
    assert proof.verify(kept, await trusted(platform)).log, "what somebody kept goes on to hold"


async def test_an_entry_that_was_removed_is_missed(platform: Platform) -> None:
    with pytest.raises(signature_log.Empty):
        await verified(platform)
    boards = [await signed(platform) for _ in range(2)]
    kept = await boards[1].more("proof")
    entry = models.Base.metadata.tables["signature_entry"]
    database = Database(platform.settings.database("strategy"))
    try:
        async with database.write() as connection:
            await connection.execute(entry.delete().where(entry.c.position == 0))
    finally:
        await database.close()
    answer = await boards[0].api.send("GET", boards[0].api.path(INCREMENT, boards[0].id, "proof"))
    assert (answer.status_code, "removed" in answer.json()["detail"]) == (409, True)
    assert [each["position"] for each in (await ask(platform, "/entries"))["items"]] == [1]
    with pytest.raises(proof.NotProven, match="Entry 1 of the log is missing"):
        await verified(platform, kept)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_an_approval_of_a_past_that_is_made_up_proves_nothing(tmp_path: Path, order: tuple[int, int]) -> None:
    """Whoever gave it, and whatever was signed later on."""
    settings, now = settings_for(tmp_path), clock.now()
    await assembly.migrate(settings)
    await year.begin(settings, now + timedelta(minutes=10))
    async with running(settings) as platform:
        made = await submitted(Api(platform), items=1, signers=2)
        assert (await made.decide(order[0])).json()["state"] == "partly_signed"
        with clock.set_aside() as turn_to:
            turn_to(now + timedelta(minutes=20))
            assert (await made.decide(order[1])).json()["state"] == "signed"
            status, problem = await platform.answer("GET", made.api.path(INCREMENT, made.id, "proof"))
            assert (status, "made up" in problem["detail"]) == (409, True)
            assert (await platform.answer("GET", LOG))[0] == 404
            await signed(platform)
            assert (await ask(platform))["size"] == 1
