"""What the real run refuses, of what is new and of what is there, the dry run refuses as well, in the same words."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from shared.client import Client
from shared.contracts import NODE_KINDS
from shared.interchange import bundle, bundle_files, preview
from shared.interchange.outcome import Report
from shared.interchange.sync import sync
from shared.interchange.yaml_documents import text
from tests.platform import Platform, running, settings_for
from tests.unit.interchange.filled import entities

SERVICES = "strategy", "catalog", "roles"


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    async with running(settings_for(tmp_path)) as platform:
        yield platform


def caller(platform: Platform, subject: str, *acts: str) -> Client:
    scopes = [f"{service}:{act}" for service in SERVICES for act in ("read", "write", *acts)]
    return platform.acting(subject, *scopes, "alignment:read")


def write(file: Path, *documents: dict[str, Any]) -> None:
    file.write_text("\n---\n".join(map(text, documents)))


async def run(client: Client, file: Path, *, dry_run: bool) -> Report:
    return await sync(client, await bundle.to_batch(client, bundle_files.read([file])), dry_run=dry_run)


def outcomes(report: Report) -> dict[str, tuple[str, str | None]]:
    return {each.record.label: (each.action, each.reason) for each in report.outcomes}


async def both(client: Client, file: Path, *documents: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    """By label what became of each and why, which the dry run has told before."""
    write(file, *documents)
    told = [await run(client, file, dry_run=dry_run) for dry_run in (True, False)]
    foreseen, done = map(outcomes, told)
    assert foreseen == done
    assert [*map(str, told[0].refused)] == [*map(str, told[1].refused)]
    return done


def document(kind: str, key: str, **spec: Any) -> dict[str, Any]:
    return {"kind": kind, "key": key, "spec": {"name": key.title(), **spec}}


def initial(kind: str) -> str:
    return NODE_KINDS[kind].lifecycle.initial


_CHANGED = 100
TACTIC = document("tactic", "rail", state="approved")
SAM = document("stakeholder", "sam", subject="sam")


@pytest.mark.parametrize(
    ("who", "acts", "asked", "refused"),
    [
        *(("x", ("register", "appoint"), document("increment", "next", state=state, items=["tactic/rail"]),
           "registered as draft or attested only")
          for state in ("submitted", "partly_signed", "signed", "declined", "superseded")),
        ("x", ("register", "appoint"), document("increment", "next", items=["tactic/rail"]), None),
        ("x", ("appoint",), document("objective", "more", state="approved"), "strategy:register"),
        ("x", ("appoint",), document("objective", "more"), None),
        ("x", ("register",), SAM, "strategy:appoint"),
        ("sam", ("register", "appoint"), SAM, "Nobody appoints themself"),
        ("x", ("register", "appoint"), SAM, None),
    ],
)  # fmt: skip
async def test_what_is_decided_by_hand(
    platform: Platform, tmp_path: Path, who: str, acts: tuple[str, ...], asked: dict[str, Any], refused: str | None
) -> None:
    await both(platform.client, tmp_path / "before.yaml", TACTIC)
    async with caller(platform, who, *acts) as client:
        [(action, reason)] = (await both(client, tmp_path / "asked.yaml", asked)).values()
    assert (action, refused or "") == ("refused" if refused else "created", refused or "")
    assert (refused or "") in (reason or "")


async def test_what_rests_on_what_is_refused_is_refused_too(platform: Platform, tmp_path: Path) -> None:
    """And what rests on something that is new and taken is not."""
    async with caller(platform, "x") as client:
        found = await both(
            client,
            tmp_path / "bundle.yaml",
            document("process", "gone", state="operational"),
            document("activity", "one", process_id="process/gone"),
            document("process", "there"),
            document("activity", "two", process_id="process/there"),
        )
    assert {label: action for label, (action, _) in found.items()} == {
        "process/gone": "refused", "activity/one": "refused", "process/there": "created", "activity/two": "created",
    }  # fmt: skip


async def test_what_is_there_is_refused_in_the_same_words(platform: Platform, tmp_path: Path) -> None:
    """Also what a gate keeps from moving, and what is frozen."""
    signer = document("stakeholder", "sam", subject="sam", signs=True)
    road = document("tactic", "road", state="proposed")
    held = document("increment", "next", items=["tactic/rail"], signers=["stakeholder/sam"])
    await both(platform.client, tmp_path / "before.yaml", TACTIC, road, signer, held)
    there = await platform.client.find("increment", "next")
    assert there
    await platform.client.transition("increment", there["id"], there["version"], "submitted", None)
    for asked, refused in (
        (document("increment", "next", name="Other", items=["tactic/rail"]), "its name is frozen"),
        (document("stakeholder", "sam", subject="other"), "subject is settled"),
        (document("tactic", "road", state="in_force"), "does not become in_force at once"),
        (document("tactic", "road", state="approved"), "It stays proposed. "),
        (document("tactic", "road", state="approved", budget=5), "Its other members are written."),
        (document("tactic", "road", state="draft", budget=6), ""),
        (document("tactic", "road", budget=7), ""),
    ):
        [(action, reason)] = (await both(platform.client, tmp_path / "before.yaml", asked)).values()
        assert action == ("refused" if refused else "changed"), asked
        assert refused in (reason or "")


async def test_more_than_an_owner_looks_at_is_said(
    platform: Platform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "MOST", 1)
    file = tmp_path / "bundle.yaml"
    documents = document("process", "p"), document("process", "q"), document("activity", "a", process_id="process/p")
    write(file, *documents)
    report = await run(platform.client, file, dry_run=True)
    assert report.count("created") == 3
    assert [note.partition(":")[0] for note in report.notes] == ["1 rest on more than is looked at in a dry run"]


@pytest.mark.parametrize("acts", [(), ("register", "appoint")])
async def test_random_ones_of_all_kinds_and_states(platform: Platform, tmp_path: Path, acts: tuple[str, ...]) -> None:
    """Each kind whole, and in every state with what has to be given alone."""
    dice, documents = Random(str(acts)), list[dict[str, Any]]()
    for kind, spec in entities():
        key = spec.pop("key")
        documents.append({"kind": kind.name, "key": key, "spec": spec})
        if key.endswith("-2"):
            states = dice.sample(kind.lifecycle.states, k=min(3, len(kind.lifecycle.states)))
            said = ({**spec, "state": state, "state_reason": "Found so."} for state in states)
            documents += [
                {"kind": kind.name, "key": f"{key}-{one['state'].replace('_', '-')}", "spec": one} for one in said
            ]
    dice.shuffle(documents)
    async with caller(platform, "x", *acts) as client:
        found = await both(client, tmp_path / "bundle.yaml", *documents)
    assert {action for action, _ in found.values()} == {"created", "refused"}
    there = [each for each in documents if found[f"{each['kind']}/{each['key']}"][0] == "created"][:_CHANGED]
    for each in there:
        moves = NODE_KINDS[each["kind"]].lifecycle.moves[each["spec"].get("state") or initial(each["kind"])]
        each["spec"]["description"] = "Written again."
        if moves and dice.random() < 0.7:
            each["spec"] |= {"state": dice.choice(sorted(moves)), "state_reason": "It is time."}
    async with caller(platform, "x", *acts) as client:
        changed = await both(client, tmp_path / "bundle.yaml", *there)
    assert {action for action, _ in changed.values()} == {"changed", "refused"}
