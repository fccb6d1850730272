import pytest

from shared.contracts import NODE_KINDS
from shared.interchange import bundle
from shared.interchange.bundle_files import Document
from shared.interchange.faults import Place
from shared.interchange.sync import sync
from tests.unit.fake_owner import FakeOwner
from tests.unit.interchange import filled


@pytest.fixture
async def full() -> FakeOwner:
    """Entities of every kind with every member, and a link with everything that a link may say."""
    owner = FakeOwner()
    links = [
        {
            "type": "relates_to",
            "to": "party/party-1",
            "rationale": "=1",
            "confidence": 0.25,
            "valid_from": "2026-01-01T00:00:00Z",
        }
    ]
    made = [
        Document(Place("a", n), kind, spec.pop("key"), spec, links if kind.name == "role" else [])
        for n, (kind, spec) in enumerate(filled.entities())
    ]
    async with owner.client() as client:
        report = await sync(client, await bundle.to_batch(client, made))
    assert (report.refused, report.count("created")) == ([], 2 * len(NODE_KINDS) + 2)
    return owner
