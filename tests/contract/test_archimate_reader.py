"""Another reader of ArchiMate's exchange format takes what is exported, as it is."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.interchange import bundle, formats, inventory
from shared.interchange.bundle_files import Document
from shared.interchange.faults import Place
from shared.interchange.formats.archimate import exchange
from shared.interchange.sync import sync
from tests import backends
from tests.backends.fetched import packages_of
from tests.unit.fake_owner import FakeOwner
from tests.unit.interchange import filled

LOCK = Path(__file__).parents[2] / "requirements" / "archimate.txt"
READ = """
import json, sys
from pyArchimate import Model
model = Model("exported")
model.read(sys.argv[1])
print(json.dumps({
    "elements": sorted([each.uuid, each.type, each.name] for each in model.elements),
    "relations": sorted([each.uuid, each.type, each.source.uuid, each.target.uuid] for each in model.relationships),
}))
"""


@pytest.fixture(scope="module")
def reader() -> Path:
    return backends.needed("generators", lambda: packages_of("pyarchimate", LOCK))


async def exported() -> bytes:
    """Of entities of every kind with every member."""
    owner = FakeOwner()
    made = [
        Document(Place("a", n), kind, spec.pop("key"), spec, []) for n, (kind, spec) in enumerate(filled.entities())
    ]
    async with owner.client() as client:
        report = await sync(client, await bundle.to_batch(client, made))
        assert not report.refused
        held = await inventory.read(client)
    [content] = formats.writer("archimate")(held).files.values()
    return content


async def test_another_reader_finds_the_elements_and_relations_that_went_out(reader: Path, tmp_path: Path) -> None:
    file = tmp_path / "model.xml"
    file.write_bytes(await exported())
    model = exchange.read(file.read_bytes())
    done = subprocess.run(  # noqa: ASYNC221  nothing else is waiting
        [sys.executable, "-c", READ, file],
        env=os.environ | {"PYTHONPATH": str(reader)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    assert found == {
        "elements": sorted([each.identifier, each.type, each.name] for each in model.elements),
        "relations": sorted([each.identifier, each.type, each.source, each.target] for each in model.relations),
    }
    assert len(found["elements"]) > 40
    assert len(found["relations"]) > 40
