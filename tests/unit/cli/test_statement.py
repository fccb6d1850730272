"""The text to be signed names what its ids stand for; what is hashed are the ids."""

from typing import Any

from services.cli.statement import differences
from shared.contracts.answers.sign_off import DriftItem
from tests.unit.fake_owner import STAMP, FakeOwner

ANN, HOLD, IT = (f"7d4f0000-0000-4000-8000-00000000000{n}" for n in range(3))


def there(owner: FakeOwner, kind: str, id: str, key: str, name: str) -> None:
    owner.states[kind, id] = {**STAMP, "id": id, "kind": kind, "key": key, "name": name, "state": "active"}


def item(**changes: tuple[Any, Any]) -> DriftItem:
    told = [{"member": name, "signed": signed, "now": now} for name, (signed, now) in changes.items()]
    links: dict[str, Any] = {"added": [], "ended": [], "changed": []}
    said = {"id": HOLD, "kind": "objective", "name": "Hold", "signed_version": 1, "version": 2, "drifted": True}
    return DriftItem.model_validate({**said, "deleted": False, "changes": told, "links": links})


async def test_references_are_told_by_key_and_name(monkeypatch: Any) -> None:
    owner = FakeOwner()
    there(owner, "party", ANN, "ann", "Ann Zoë")
    there(owner, "objective", HOLD, "hold", "Hold on\n  approved")
    changed = item(
        owner=(None, {"kind": "party", "id": ANN}),
        parent_id=(HOLD, IT),
        tags=([], ["ä"]),
        description=(ANN, "Ours"),
    )
    async with owner.client() as client:
        lines = await differences(client, [changed])
    assert lines[1:] == [
        "  owner: party/ann Ann Zoë",
        "  parent_id: objective/hold Hold on\N{REPLACEMENT CHARACTER}  approved -> objective/" + IT,
        '  tags: [] -> ["ä"]',
        f"  description: {ANN} -> Ours",
    ]


async def test_the_steps_of_a_plan_are_sentences() -> None:
    owner = FakeOwner()
    there(owner, "objective", HOLD, "hold", "Hold on")
    none: dict[str, Any] = {"type": None, "to": None, "state": None, "members": {}, "on": None}
    retire = none | {"action": "retire", "ref": {"kind": "objective", "id": HOLD}}
    owned = {"owner": {"kind": "party", "id": ANN}, "name": ANN}
    there(owner, "party", ANN, "ann", "Ann")
    setting = none | {"action": "set", "ref": {"kind": "objective", "id": HOLD}, "members": owned}
    new, changed = (
        item(steps=pair).model_copy(update={"kind": "plan"}) for pair in ((None, [retire]), ([retire], [setting]))
    )
    async with owner.client() as client:
        assert (await differences(client, [new]))[1:] == ["  steps:", "    1. retire objective/hold Hold on"]
        assert (await differences(client, [changed]))[1:] == [
            "  steps:",
            "    - retire objective/hold Hold on",
            f"    + set of objective/hold Hold on: owner to party/ann Ann, name to {ANN}",
        ]
