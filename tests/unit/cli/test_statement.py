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
